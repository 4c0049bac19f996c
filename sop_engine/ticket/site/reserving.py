"""Numbers that are drawn before there is a ticket: for blank slips, filled in by hand when nothing else works.

A reserved number stands in the site's history with its procedure. A ticket that is opened under it takes it; once it is
torn up it is void. What is neither is listed, so that no slip is lost without a trace.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sop_engine.messages import msg
from sop_engine.ticket.acts.everyday import sealed_text
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.near import near
from sop_engine.ticket.people import has_right
from sop_engine.ticket.records import Refusal

MOST: Final = 200
"""numbers that are reserved at once"""
NAMES: Final = frozenset({"reserve_numbers", "void_number"})


def is_free(draft: Draft) -> bool:
    """Whether the command is one of these and its actor may give tasks (`assign`): then he need not administer the
    site."""
    command = draft.command
    return command.name in NAMES and has_right(draft, command.standing_for or command.actor, "assign")


def _reserve(draft: Draft) -> dict[str, Any]:
    """Draw numbers of a procedure and keep them."""
    procedure, count = str(draft.command.arguments["procedure"]), int(draft.command.arguments["count"])
    if not 1 <= count <= MOST:
        raise Refused(Refusal("not_understood", msg("from 1 to {most} slips at once", most=MOST)))
    version = draft.facts.ask(f"version:{procedure}")
    if version is None:
        raise Refused(Refusal("not_found", msg("no procedure {name} is published here", name=procedure)))
    entry = {"procedure": procedure, "at": draft.effective, "by": draft.command.actor}
    numbers = draft.draw_numbers(version["prefix"], count)
    _keep(draft, {**_reserved(draft), **dict.fromkeys(numbers, entry)})
    return {"procedure": procedure, "count": count, "numbers": numbers}


def _void(draft: Draft) -> dict[str, Any]:
    """Note that a slip with a reserved number was torn up, with the reason."""
    number, reserved = str(draft.command.arguments["number"]), _reserved(draft)
    if number not in reserved:
        raise Refused(
            Refusal(
                "not_found", msg("the number {number} was not reserved", number=number), near=near(number, reserved)
            )
        )
    if draft.facts.ask(f"tickets:{number}"):
        raise Refused(Refusal("not_now", msg("{ticket} was opened under this number", ticket=number)))
    if "void" in reserved[number]:
        raise Refused(Refusal("not_now", msg("the number {number} is void already", number=number)))
    reason = {"reason": sealed_text(draft, "reason", msg("the reason"))}
    _keep(draft, {**reserved, number: {**reserved[number], "void": draft.effective}})
    return {"number": number, **reason}


def reserved_for(draft: Draft, number: str, procedure: str) -> str:
    """The number under which a ticket of a procedure is opened. Refuses one that was not reserved for it, that is void,
    or that a ticket has."""
    entry = draft.facts.ask(f"reserved:{number}")
    if entry is None or entry["procedure"] != procedure:
        raise Refused(
            Refusal(
                "not_understood",
                msg("the number {number} was not reserved for a slip of this procedure", number=number),
                fix=msg("those that were: sop audit numbers"),
            )
        )
    if "void" in entry:
        raise Refused(Refusal("not_now", msg("the number {number} is void already", number=number)))
    if draft.facts.ask(f"tickets:{number}"):
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} was opened under this number", ticket=number),
                fix=msg("look at it: sop show {ticket}", ticket=number),
            )
        )
    return number


def _reserved(draft: Draft) -> dict[str, Any]:
    found: dict[str, Any] = draft.ticket.fields.get("reserved", {})
    return found


def _keep(draft: Draft, reserved: dict[str, Any]) -> None:
    """Write what changed of the reserved numbers."""
    before = draft.ticket.fields.get("reserved")
    if before is None:
        draft.emit("written", field="reserved", value=reserved)
    else:
        put = {number: entry for number, entry in reserved.items() if before.get(number) != entry}
        draft.emit("changed", field="reserved", put=put, gone=[])


COMMANDS: Final[Mapping[str, Callable[[Draft], dict[str, Any]]]] = {"reserve_numbers": _reserve, "void_number": _void}
"""Each does its work on the draft and gives the command's arguments as the record holds them."""
