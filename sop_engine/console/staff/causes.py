"""What is open already of the same cause, when a ticket is opened: the same trouble, near by, within hours."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sop_engine import canonical, worktime
from sop_engine.acts import Join
from sop_engine.console.moves import without_former
from sop_engine.console.names import short_span
from sop_engine.console.staff.similar import units_of
from sop_engine.messages import msg
from sop_engine.store.seam import Head, Query, Reads
from sop_engine.ticket.program import Program

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

MOST_OFFERED: Final = 5
MOST_LOOKED_AT: Final = 200
"""of the procedure's tickets that were opened lately, newest first"""


def causes(opened: "Opened", reading: Reads, program: Program, given: Mapping[str, Any]) -> list[Head]:
    """Tickets of the same procedure that this one could go with: open, as near and as new as the procedure says, and
    going with no other themselves. Newest first; none where the procedure joins no tickets."""
    rules = program.procedure.acts.join
    units = units_of(program, given) if rules is not None else []
    if rules is None or not units:
        return []
    since = canonical.instant_text(worktime.subtract(opened.now, rules.within, opened.zone))
    lately = Query(
        status="open", procedures=[program.procedure.id], opened_since=since, limit=MOST_LOOKED_AT, newest=True
    )
    near = {place_of(unit, rules) for unit in units}
    found = [
        head
        for head in reading.heads(lately)
        if head.unit and place_of(head.unit, rules) in near and not {rules.state, rules.then} & set(head.state)
    ]
    theirs = without_former(reading, found)
    return sorted(theirs, key=lambda head: (head.opened, head.id), reverse=True)[:MOST_OFFERED]


def place_of(unit: str, rules: Join) -> str:
    """What a unit (`3-2-1202`) has in common with those near it: all, its riser (`3-2`), or its building."""
    parts = unit.split("-")
    match rules.near:
        case "unit":
            return unit
        case "riser":
            return "-".join(parts[:-1]) or unit
        case _:
            return parts[0]


def tell_causes(opened: "Opened", heads: Sequence[Head], ticket: str) -> None:
    """Say what may be of the same cause, and how to say that it is."""
    for head in heads:
        span = short_span(opened.now - canonical.instant_of(head.opened))
        opened.call.output.tell(
            msg("{other} ({subject}) was opened {span} ago near by; if it is the same cause: sop join {ticket} {other}",
                other=head.id, subject=opened.text_seen(head, head.subject), span=span, ticket=ticket)
        )  # fmt: skip


def asked_cause(opened: "Opened", heads: Sequence[Head]) -> str | None:
    """Ask whether the ticket goes with one of these; its number, or None. Only a number of theirs, or its end, means
    one."""
    output = opened.call.output
    output.tell(msg("opened near by, not long ago:"))
    for head in heads:
        span = short_span(opened.now - canonical.instant_of(head.opened))
        output.tell(
            msg(
                "  {ticket}  {subject}, opened {span} ago",
                ticket=head.id,
                subject=opened.text_seen(head, head.subject),
                span=span,
            )
        )
    output.tell(msg("The same cause, and one job for both? Its number, or Enter for no"))
    sys.stderr.write("> ")
    sys.stderr.flush()
    said = sys.stdin.readline().strip().casefold()
    meant = [head.id for head in heads if said and head.id.casefold().endswith(said)]
    return meant[0] if len(meant) == 1 else None
