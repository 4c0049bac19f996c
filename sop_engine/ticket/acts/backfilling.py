"""What was written on paper while nothing worked, and is entered afterwards.

An outage is declared in the site's history, from when to when and why. A command that says it is `backfill`, with the
number of its paper, counts from its claimed time where that lies in such an outage, and is refused where it does not:
otherwise whoever is late could date himself in time. Both times stand in its step.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from sop_engine import canonical
from sop_engine.messages import msg
from sop_engine.ticket.acts.everyday import sealed_text
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.records import Refusal

LONGEST: Final = timedelta(days=7)
OLDEST: Final = timedelta(days=31)
"""an outage that ended longer ago is declared no more: its month has been reported"""
_PAPER: Final = re.compile(r"[\w./-]{1,40}")


def require(draft: Draft) -> None:
    """Refuse what says that it is entered afterwards where no outage was declared, or its paper has no number."""
    said = draft.command.arguments["backfill"]
    if _PAPER.fullmatch(str(said)) is None:
        raise Refused(
            Refusal(
                "not_understood",
                msg("`{paper}` is no number of a slip: letters, digits, - . _ and / only", paper=str(said)[:60]),
            )
        )
    at = draft.command.at
    if at is None or draft.facts.ask(f"outage:{canonical.instant_text(at)}") is None:
        raise Refused(
            Refusal(
                "not_now",
                msg("{at} lies in no outage that was declared", at=_clock(draft, at) if at else msg("now")),
                fix=msg("an administrator declares it: sop outage declare --from TIME --to TIME --reason WHY"),
            )
        )


def note(draft: Draft, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as the record holds them, of a command that is entered afterwards; the ticket remembers it."""
    paper = str(draft.command.arguments["backfill"])
    draft.emit("backfilled", paper=paper)
    return {**arguments, "backfill": paper}


def may_declare(draft: Draft) -> bool:
    """Whether the command declares an outage and its actor is a manager, who need not administer the site."""
    command = draft.command
    person = command.standing_for or command.actor
    if command.name != "declare_outage":
        return False
    known = draft.facts.ask(f"person:{person}") or {"active": False, "roles": []}
    return bool(known["active"]) and any(role == "manager" for role, _scope in known["roles"])


def _declare(draft: Draft) -> dict[str, Any]:
    """Declare that nothing worked from one instant to another."""
    arguments = draft.command.arguments
    since, until = str(arguments["from"]), str(arguments["to"])
    begins, ends, now = canonical.instant_of(since), canonical.instant_of(until), draft.given.recorded
    if begins >= ends:
        raise Refused(Refusal("not_understood", msg("the outage ends before it begins")))
    if ends > now:
        raise Refused(
            Refusal("not_now", msg("the outage is not over: {until} has not come yet", until=_clock(draft, ends)))
        )
    if ends - begins > LONGEST or now - ends > OLDEST:
        raise Refused(
            Refusal(
                "not_understood",
                msg("an outage is at most {days} days long, and declared within {most} days", days=LONGEST.days,
                    most=OLDEST.days),
            )
        )  # fmt: skip
    reason = {"reason": sealed_text(draft, "reason", msg("the reason"))}
    entry = {"from": since, "to": until, "by": draft.command.actor, "at": draft.effective, "step": draft.number}
    draft.emit("written", field="outages", value=[*draft.ticket.fields.get("outages", []), entry])
    return {"from": since, "to": until, **reason}


def _clock(draft: Draft, instant: Any) -> str:
    return f"{instant.astimezone(draft.zone):%Y-%m-%d %H:%M}"


COMMANDS: Final[Mapping[str, Callable[[Draft], dict[str, Any]]]] = {"declare_outage": _declare}
"""Each does its work on the draft and gives the command's arguments as the record holds them."""
