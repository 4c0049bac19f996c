"""What is open already for the unit or the person of a new ticket, and whether the new one would be a double."""

import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sop_engine import canonical
from sop_engine.acts import MERGED, VOID
from sop_engine.console.moves import is_of_former, moves_of, without_former
from sop_engine.console.names import short_span
from sop_engine.messages import msg, title_of
from sop_engine.store.seam import Head, Query, Reads
from sop_engine.store.search import Search
from sop_engine.ticket.program import Program
from sop_engine.values import words as wording

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

DOUBLE_WITHIN: Final = timedelta(hours=12)
"""a second ticket of one procedure for one unit may be the same matter, told by somebody else of the shift"""
MOST_SIMILAR: Final = 10
REWORK_WITHIN: Final = timedelta(days=30)
"""what comes back so soon after it was closed may be work that did not last"""
MOST_EARLIER: Final = 5
MOST_LOOKED_AT: Final = 50
"""of a unit's closed tickets, newest first"""
ASKED_BY: Final = frozenset({"unit", "person", "phone"})
"""types of fields that say whose matter it is"""


def similar(reading: Reads, program: Program, given: Mapping[str, Any]) -> list[Head]:
    """Open tickets of the units and persons that are given, newest first; a person is known by his number. Those of
    whoever lived in the unit before are nobody else's business."""
    found: dict[str, Head] = {}
    for unit in units_of(program, given):
        heads = reading.heads(Query(status="open", unit=unit))
        found |= {head.id: head for head in without_former(reading, heads)}
    for phone in _phones(program, given):
        search = Search(wording.terms_of(phone), status="open", limit=MOST_SIMILAR)
        found |= {head.id: head for head in reading.find(search)}
    return sorted(found.values(), key=lambda head: (head.opened, head.id), reverse=True)[:MOST_SIMILAR]


def doubles(opened: "Opened", program: Program, given: Mapping[str, Any], heads: Sequence[Head]) -> list[Head]:
    """Those of the same procedure and unit that were opened within hours."""
    since = canonical.instant_text(opened.now - DOUBLE_WITHIN)
    units = units_of(program, given)
    return [
        head for head in heads if head.procedure == program.procedure.id and head.unit in units and head.opened >= since
    ]


def earlier(opened: "Opened", reading: Reads, program: Program, given: Mapping[str, Any]) -> list[Head]:
    """Tickets of the same procedure and unit that were closed within days, newest first: this may be the rework of one
    of them. What was void or merged was no work."""
    since = canonical.instant_text(opened.now - REWORK_WITHIN)
    found: dict[str, Head] = {}
    for unit in units_of(program, given):
        closed = Query(status="closed", unit=unit, procedures=[program.procedure.id], limit=MOST_LOOKED_AT, newest=True)
        found |= {head.id: head for head in reading.heads(closed)}
    lately = [
        head
        for head in without_former(reading, list(found.values()))
        if head.effective >= since and head.outcome not in (VOID, MERGED)
    ]
    return sorted(lately, key=lambda head: (head.effective, head.id), reverse=True)[:MOST_EARLIER]


def units_of(program: Program, given: Mapping[str, Any]) -> list[str]:
    """The units that are given."""
    values = [given[name] for name in program.units if given.get(name) is not None]
    return [unit for value in values for unit in (value if isinstance(value, list | tuple) else (value,))]


def _phones(program: Program, given: Mapping[str, Any]) -> list[str]:
    found: dict[str, None] = {}
    for name, value in given.items():
        field = program.fields.get(name)
        for item in value if isinstance(value, list | tuple) else (value,):
            if field is not None and field.type == "phone" and item:
                found[item] = None
            elif field is not None and field.type == "person" and item and item.get("phone"):
                found[item["phone"]] = None
    return list(found)


def tell_former(opened: "Opened", reading: Reads, program: Program, given: Mapping[str, Any]) -> None:
    """Say that there are open tickets of whoever lived in the unit before, and no more of them: another calls now."""
    moves = moves_of(reading)
    for unit in units_of(program, given) if moves else ():
        heads = reading.heads(Query(status="open", unit=unit))
        count = sum(is_of_former(reading, moves, head) for head in heads)
        if count:
            opened.call.output.tell(
                msg("{unit} has changed hands; open tickets of whoever lived there before: {count}, not to be told to "
                    "others: sop unit show {unit}", unit=unit, count=count)
            )  # fmt: skip


def tell_similar(opened: "Opened", reading: Reads, heads: Sequence[Head]) -> None:
    """Say what is open already, a line each."""
    output, language = opened.call.output, opened.call.language
    lines: list[Any] = [msg("open already:")]
    for head in heads:
        program = opened.site.engine.programs.of(reading, head.digest)
        states = tuple(title_of(program.states[leaf].title, language, leaf) for leaf in head.state)
        span = short_span(opened.now - canonical.instant_of(head.opened))
        lines.append(msg("  {ticket}  {subject}  {state}, opened {span} ago", ticket=head.id,
                         subject=opened.text_seen(head, head.subject), state=states, span=span))  # fmt: skip
    output.tell(*lines)


def tell_earlier(opened: "Opened", heads: Sequence[Head]) -> None:
    """Say what was closed lately, and how to say that this is its rework."""
    for head in heads:
        span = short_span(opened.now - canonical.instant_of(head.effective))
        opened.call.output.tell(
            msg("{ticket} ({subject}) was closed {span} ago; if this is its rework: sop new ... --rework-of {ticket}",
                ticket=head.id, subject=opened.text_seen(head, head.subject), span=span)
        )  # fmt: skip


def asked_rework(opened: "Opened", heads: Sequence[Head]) -> str | None:
    """Ask whether this is the rework of one of these; its number, or None. Only a number of theirs, or its end, means
    one."""
    tell_earlier(opened, heads)
    opened.call.output.tell(msg("Rework of which one? Its number, or Enter for none"))
    sys.stderr.write("> ")
    sys.stderr.flush()
    said = sys.stdin.readline().strip().casefold()
    meant = [head.id for head in heads if said and head.id.casefold().endswith(said)]
    return meant[0] if len(meant) == 1 else None


def tell_double(opened: "Opened", heads: Sequence[Head]) -> None:
    """Say that what was opened may be a double, to whoever is not asked."""
    for head in heads:
        span = short_span(opened.now - canonical.instant_of(head.opened))
        opened.call.output.tell(
            msg("{ticket} was opened {span} ago, by the same procedure and for the same unit; this is another one",
                ticket=head.id, span=span)
        )  # fmt: skip


def wants_another(opened: "Opened", heads: Sequence[Head]) -> bool:
    """Ask whether another ticket is wanted where there is one already. Only yes means yes."""
    opened.call.output.tell(
        msg("{tickets}: the same procedure and unit, opened within {hours} hours. Open another one all the same? (y/N)",
            tickets=tuple(head.id for head in heads), hours=int(DOUBLE_WITHIN.total_seconds() // 3600))
    )  # fmt: skip
    sys.stderr.write("> ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in {"y", "yes", "是", "要"}
