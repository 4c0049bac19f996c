"""What `doctor` says of clocks: this machine's, and those of others that work on the site. Clocks that differ show by
what lies in the future: a step, a sweep, the mark of a worker."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sop_engine import canonical
from sop_engine.console.doing import explaining
from sop_engine.console.keeper.standing import standing
from sop_engine.console.names import span
from sop_engine.engine.instants import CLOCK_TOLERANCE
from sop_engine.messages import Message, msg
from sop_engine.store.seam import Query
from sop_engine.ticket.records import SITE

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.store.seam import Reads

Finding = tuple[str, Message, Message]
NAMED: Final = 50
"""so many tickets are gone through one by one"""


def look_at_clocks(opened: "Opened") -> list[Finding]:
    """What lies in the future, ticket by ticket, and whose clock is ahead."""
    return [*_own(opened), *_of_others(opened)]


def accept_clock(opened: "Opened") -> None:
    """Put it on record that the clock's present time is right, whatever was recorded after it; and say what was."""
    ahead = _ahead(opened)
    latest = max((at for at, _ticket in ahead), default=canonical.instant_text(opened.now))
    arguments = {"now": canonical.instant_text(opened.now), "through": latest}
    with explaining(opened, None):
        opened.act(opened.command("accept_clock", SITE, arguments))
    if opened.call.dry_run:
        opened.call.output.tell(msg("dry run: nothing of this was kept"))
    opened.call.output.tell(msg("accepted, on record: what was recorded up to {through}", through=opened.local(latest)))
    for what in _one_by_one(opened, ahead):
        opened.call.output.tell(what)


def _own(opened: "Opened") -> Iterator[Finding]:
    """This machine's clock against what is recorded."""
    ahead = _ahead(opened)
    if not ahead:
        return
    latest, _ticket = ahead[-1]
    with opened.site.store.reading() as reading:
        accepted = reading.meta("clock_accepted_through")
    look = msg("what fired stands, and what follows counts from it; look: sop audit log ID")
    if accepted is None or accepted < latest:
        what = msg("the clock is {span} behind what is recorded", span=span(canonical.instant_of(latest) - opened.now))
        yield "error", what, msg("set it right; or, if it is: sop doctor --accept-clock")
        for what in _one_by_one(opened, ahead):
            yield "warning", what, look
        return
    tickets = tuple(ticket for _at, ticket in ahead if ticket != SITE)
    if tickets:
        what = msg("tickets with steps that are still to come, as was accepted: {count}; {tickets}",
                   count=len(tickets), tickets=tickets[:5])  # fmt: skip
        yield "warning", what, look


def _one_by_one(opened: "Opened", ahead: list[tuple[str, str]]) -> Iterator[Message]:
    """Each ticket that is ahead, and which of its timers fired before their time."""
    tickets = [(at, ticket) for at, ticket in ahead if ticket != SITE]
    for at, ticket in tickets[:NAMED]:
        with opened.site.store.reading() as reading:
            fired = _fired(reading, ticket, opened.now)
        yield msg("{ticket} has steps up to {at}, which is still to come; timers that fired so: {timers}",
                  ticket=ticket, at=opened.local(at), timers=fired)  # fmt: skip
    if len(tickets) > NAMED:
        yield msg("other tickets with steps that are still to come: {count}", count=len(tickets) - NAMED)


def _fired(reading: "Reads", ticket: str, now: datetime) -> tuple[str, ...] | Message:
    """The timers of a ticket that fired at times that are still to come, with how often."""
    limit, fired = canonical.instant_text(now), Counter[str]()
    for stored in reading.steps(ticket):
        record = canonical.parse(stored.data)
        if record["recorded"] > limit and record["command"]["name"] == "fire" and record["effective"] > limit:
            fired[record["command"]["arguments"]["timer"]] += 1
    return tuple(f"{timer} ({count})" for timer, count in fired.items()) or msg("none")


def _ahead(opened: "Opened") -> list[tuple[str, str]]:
    """(when its last step was recorded, ticket) of what is more than five minutes ahead of the clock, in that order."""
    limit = canonical.instant_text(opened.now + CLOCK_TOLERANCE)
    with opened.site.store.reading() as reading:
        heads, site = reading.heads(Query()), reading.head(SITE)
    everything = [*heads, *([site] if site else [])]
    return sorted((head.recorded, head.id) for head in everything if head.recorded > limit)


def _of_others(opened: "Opened") -> Iterator[Finding]:
    """What was marked by clocks that are ahead of this one, or by this one while it was."""
    found = standing(opened)
    for mark in found.workers:
        if found.state(mark) == "ahead":
            what = msg("the worker {worker}: {how}", worker=mark.name, how=found.how(mark))
            yield "error", what, msg("set both by the same server: chrony, or systemd-timesyncd")
    if found.swept is not None and found.swept - opened.now > CLOCK_TOLERANCE:
        what = msg("the last sweep is {age}: that clock was ahead, or this one is behind", age=found.last_sweep())
        yield "warning", what, msg("set all by the same server; then sweep: sop worker tick")
