"""Open tickets of whoever does not live in their unit any more, about which nobody has decided: for `doctor`, and for
whoever changes the register by hand."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sop_engine import canonical
from sop_engine.console.moves import moves_of, undecided
from sop_engine.messages import Message, msg
from sop_engine.store.seam import Head, Query, Reads
from sop_engine.ticket.former import last_of
from sop_engine.ticket.records import SITE

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

MOST_NAMED: Final = 5
MOST_UNITS: Final = 10


def look_at_moves(opened: "Opened") -> list[tuple[str, Message, Message]]:
    """What `doctor` says of it."""
    found: list[tuple[str, Message, Message]] = []
    with opened.reading() as reading:
        waiting = undecided(reading, canonical.instant_text(opened.now))
        strangers = _of_strangers(opened, reading)
    for unit, heads in waiting.items():
        what = msg("{unit} has changed hands, and nobody has said with whom its tickets go on: {tickets}", unit=unit,
                   tickets=named(heads))  # fmt: skip
        found.append(("warning", what, msg("say it: sop moved {ticket} new|old --reason TEXT", ticket=heads[0].id)))
    for unit, heads in strangers.items():
        what = msg("the register has another contact for {unit} than its open tickets: {tickets}", unit=unit,
                   tickets=named(heads))  # fmt: skip
        fix = msg("where somebody has moved: sop unit move {unit} --in NAME --phone NUMBER; else sop edit {ticket}",
                  unit=unit, ticket=heads[0].id)  # fmt: skip
        found.append(("warning", what, fix))
    return found


def left_open(reading: Reads, entries: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Head]]]:
    """Units that are to have another contact than they have, with the tickets that are open of them: the first few."""
    found = []
    for entry in entries:
        known = (reading.unit(entry["id"]) or {}).get("contact")
        if known and known != entry["contact"]:
            heads = reading.heads(Query(status="open", unit=entry["id"]))
            if heads:
                found.append((entry["id"], heads))
    return found


def tell_left_open(opened: "Opened", found: Sequence[tuple[str, list[Head]]]) -> None:
    """Say what a change of contacts leaves with whoever stood in the register before."""
    for unit, heads in found[:MOST_UNITS]:
        opened.call.output.tell(
            msg("{unit} gets another contact; open, and still with the one before: {tickets}; if somebody has moved: "
                "sop unit move {unit} --in NAME --phone NUMBER", unit=unit, tickets=named(heads))
        )  # fmt: skip
    if len(found) > MOST_UNITS:
        opened.call.output.tell(msg("and {count} more units; sop doctor lists them", count=len(found) - MOST_UNITS))


def named(heads: Sequence[Head]) -> tuple[str, ...]:
    """The numbers of the first few."""
    return (*(head.id for head in heads[:MOST_NAMED]), *(["..."] if len(heads) > MOST_NAMED else []))


def _of_strangers(opened: "Opened", reading: Reads) -> dict[str, list[Head]]:
    """Unit -> open tickets in which a contact was filled in that the register does not have any more, though nobody has
    entered that somebody moved."""
    moves, found = moves_of(reading), dict[str, list[Head]]()
    for head in reading.heads(Query(status="open")):
        ticket = reading.ticket(head.id) if head.id != SITE and head.unit else None
        if ticket is None or head.unit is None or "moved" in ticket.acts or last_of(moves, head.unit) is not None:
            continue
        program = opened.site.engine.program(reading, ticket)
        contact = (reading.unit(head.unit) or {}).get("contact")
        for field in program.filled:
            value = ticket.fields.get(field.id)
            filled = field.id in ticket.filled and field.fill in {f"{name}.contact" for name in program.units}
            if filled and isinstance(value, dict) and value != contact:
                found.setdefault(head.unit, []).append(head)
                break
    return found
