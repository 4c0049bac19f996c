"""When a step is recorded, and from when it counts.

The law. What is recorded never runs backwards in a ticket, and no step counts from before its last. A time that
somebody claims moves no clock, unless the procedure says for how long it may (`backdate`), or an outage was declared.
"""

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Final

from sop_engine import canonical, worktime
from sop_engine.engine import outages
from sop_engine.errors import NotNow, NotUnderstood, SetUp
from sop_engine.messages import msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import Command, Ticket
from sop_engine.worktime.durations import Duration

CLOCK_TOLERANCE: Final = timedelta(minutes=5)


def recorded_at(reading: Reads, now: datetime, ticket: Ticket | None, command: Command | None = None) -> datetime:
    """When a step is recorded: `now`, and never before the ticket's last. Raises `SetUp` where the clock is more than
    five minutes behind what is recorded, or behind the procedure that a ticket is opened by, and nobody has accepted
    that."""
    last, what = "", ""
    if ticket is not None and ticket.recorded:
        last, what = ticket.recorded, ticket.id
    elif command is not None and command.name == "open":
        version = reading.newest(str(command.arguments["procedure"]))
        last, what = (version.published, version.procedure) if version is not None else ("", "")
    if last and canonical.instant_of(last) - now > CLOCK_TOLERANCE:
        accepted = _accepted(reading, command)
        if accepted is None or accepted < last:
            at = canonical.instant_text(now)
            raise SetUp(
                msg("the clock says {now}, but {ticket} has a step recorded at {last}",
                    now=at, ticket=what, last=last)
                if ticket is not None
                else msg("the clock says {now}, but {procedure} was published at {last}",
                         now=at, procedure=what, last=last),
                fix=msg("set the clock right; or, if it is, accept it on record: sop doctor --accept-clock"),
            )  # fmt: skip
    return max(now, canonical.instant_of(last)) if ticket is not None and last else now


def _accepted(reading: Reads, command: Command | None) -> str | None:
    """Up to when what is recorded was accepted; the acceptance itself is the first step that counts on it."""
    if command is not None and command.name == "accept_clock":
        return str(command.arguments["through"])
    return reading.meta("clock_accepted_through")


def effective_at(
    reading: Reads,
    command: Command,
    ticket: Ticket | None,
    recorded: datetime,
    zone: tzinfo,
    backdate: Callable[[], Duration | None],
) -> datetime:
    """From when a person's step counts: from when it is recorded, or from the claimed time where the procedure lets it,
    which `backdate` tells. Raises `NotUnderstood` for a time to come, `NotNow` for one before the ticket's last."""
    last = canonical.instant_of(ticket.effective) if ticket is not None and ticket.effective else None
    if command.at is None:
        return max(recorded, last or recorded)
    if command.at > recorded:
        raise NotUnderstood(
            msg("the claimed time {at} has not come yet", at=f"{command.at.astimezone(zone):%Y-%m-%d %H:%M}")
        )
    if (afterwards := outages.effective_of(reading, command, last)) is not None:
        return afterwards
    longest = backdate()
    if not longest or worktime.subtract(recorded, longest, zone) > command.at:
        return max(recorded, last or recorded)
    if last is not None and command.at < last and command.heard == "paper":
        return last  # what stands on a slip stands there, though something else has been recorded since
    if last is not None and command.at < last:
        raise NotNow(
            msg("{ticket} has a step that counts from {last}; nothing can be claimed before it",
                ticket=command.ticket, last=f"{last.astimezone(zone):%Y-%m-%d %H:%M}")
        )  # fmt: skip
    return command.at
