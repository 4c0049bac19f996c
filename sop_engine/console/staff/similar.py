"""What is open already for the unit or the person of a new ticket, and whether the new one would be a double."""

import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sop_engine import canonical
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
ASKED_BY: Final = frozenset({"unit", "person", "phone"})
"""types of fields that say whose matter it is"""


def similar(reading: Reads, program: Program, given: Mapping[str, Any]) -> list[Head]:
    """Open tickets of the units and persons that are given, newest first; a person is known by his number."""
    found: dict[str, Head] = {}
    for unit in units_of(program, given):
        found |= {head.id: head for head in reading.heads(Query(status="open", unit=unit))}
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


def tell_similar(opened: "Opened", reading: Reads, heads: Sequence[Head]) -> None:
    """Say what is open already, a line each."""
    output, language = opened.call.output, opened.call.language
    lines: list[Any] = [msg("open already:")]
    for head in heads:
        program = opened.site.engine.programs.of(reading, head.digest)
        states = tuple(title_of(program.states[leaf].title, language, leaf) for leaf in head.state)
        span = short_span(opened.now - canonical.instant_of(head.opened))
        lines.append(msg("  {ticket}  {subject}  {state}, opened {span} ago", ticket=head.id, subject=head.subject,
                         state=states, span=span))  # fmt: skip
    output.tell(*lines)


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
