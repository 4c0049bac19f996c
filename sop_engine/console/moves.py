"""Units that changed hands, as lists and pages need them: which tickets are of whoever lived there before."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sop_engine.messages import msg
from sop_engine.store.seam import Head, Query, Reads
from sop_engine.store.search import Search
from sop_engine.ticket.former import MOVES, NEW, OLD, in_effect, last_of
from sop_engine.ticket.records import SITE, Ticket
from sop_engine.values import words as wording

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

Moves = Mapping[str, Mapping[str, Any]]
MOST_BESIDE: Final = 20


def moves_of(reading: Reads) -> Moves:
    """What the site knows of units that change hands."""
    site = reading.ticket(SITE)
    found: Moves = site.fields.get(MOVES, {}) if site is not None else {}
    return found


def is_of_former(reading: Reads, moves: Moves, head: Head) -> bool:
    """Whether a ticket is of whoever lived in its unit before, and has not gone over to the new one. What was closed
    before the change is his too."""
    last = last_of(moves, head.unit) if head.unit and moves else None
    if last is None:
        return False
    ticket = reading.ticket(head.id)
    entry = None if ticket is None else in_effect(ticket, last["from"])
    if ticket is None or (entry is not None and entry["unit"] == head.unit):
        return entry is None or not (entry["with"] == NEW and entry["from"] == last["from"])
    if head.opened <= last["from"]:
        return bool(head.opened < last["from"])
    # what was opened later may be a part of one that is his
    of = [head.parent, *(each["id"] for each in ticket.links if each["as"] == "split_from")]
    wholes = [reading.head(id) for id in of if id is not None]
    return any(is_of_former(reading, moves, each) for each in wholes if each is not None)


def without_former(reading: Reads, heads: Sequence[Head]) -> list[Head]:
    """The tickets without those of whoever lived in their unit before."""
    moves = moves_of(reading)
    return [head for head in heads if not is_of_former(reading, moves, head)] if moves else list(heads)


def goes_on_with(reading: Reads, moves: Moves, head: Head) -> Any:
    """With whom an open ticket goes on, in words; empty where it is of whoever lives there."""
    ticket = reading.ticket(head.id)
    entry = ticket.acts.get("moved") if ticket is not None else None
    if entry is None or entry["unit"] != head.unit:
        return msg("to be decided") if is_of_former(reading, moves, head) else ""
    if entry["with"] == NEW:
        return msg("the new one")
    if entry["with"] == OLD:
        return msg("whoever moves out") if entry["by"] is not None else msg("whoever moves out: we keep what is his")
    return msg("to be decided")


def beside(opened: "Opened", reading: Reads, unit: str, number: int) -> list[Head]:
    """The open tickets elsewhere of whoever moves out by a change of hands, found by his telephone number: what he has
    lost, or lent. None where that was erased, or whoever asks may not look for it."""
    sealed = reading.sealed(SITE, number).get((number, f"fact:contact:{unit}"))
    phone = (sealed.value or {}).get("phone") if sealed is not None else None
    now = reading.unit(unit) or {}
    if not phone or phone == ((now.get("contact") or {}).get("phone") if _counts(reading, number) else None):
        return []
    personal = opened.searchable(reading)
    search = Search(wording.terms_of(phone), status="open", personal=personal, limit=MOST_BESIDE)
    return [head for head in reading.find(search) if head.unit != unit and head.id != SITE]


def _counts(reading: Reads, number: int) -> bool:
    return bool(moves_of(reading).get(str(number), {}).get("counts"))


def undecided(reading: Reads, now: str) -> dict[str, list[Head]]:
    """Unit -> the open tickets of units that have changed hands of which nobody has said with whom they go on."""
    moves, found = moves_of(reading), dict[str, list[Head]]()
    for each in moves.values():
        if not each["counts"]:
            continue
        for head in reading.heads(Query(status="open", unit=each["unit"])):
            ticket = reading.ticket(head.id)
            entry = None if ticket is None else in_effect(ticket, now)
            decided = entry is not None and entry["unit"] == head.unit and entry["with"] is not None
            if not decided and is_of_former(reading, moves, head):
                found.setdefault(each["unit"], []).append(head)
    return found


def moved_lines(ticket: Ticket, unit: Any, now: str) -> list[tuple[Any, Any]]:
    """What `show` says of a ticket whose unit changes hands, or has."""
    entry = ticket.acts["moved"]
    if entry["unit"] != unit:
        return []
    when = msg("moved out on {on}", on=entry["on"])
    if entry["from"] > now:
        when = msg("moves out on {on}", on=entry["on"])
    match entry["with"]:
        case "new":
            said: Any = msg("it goes on with the new one")
        case "old" if entry["by"] is None:
            said = msg("it goes on with him, since we keep what is his")
        case "old":
            said = msg("it goes on with him")
        case _:
            said = msg("nobody has said with whom it goes on: sop moved {ticket} new|old --reason TEXT",
                       ticket=ticket.id)  # fmt: skip
    return [(msg("who lived there"), msg("{when}; {said}", when=when, said=said))]
