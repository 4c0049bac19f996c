"""One cause, many callers: join, part."""

from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.parameters import TicketIds, argument
from sop_engine.console.staff.acts import Reason, act, reason_given
from sop_engine.console.tickets import find_ticket
from sop_engine.messages import msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_Other = Annotated[str, argument(msg("the ticket whose work is for both, or the end of its number"), "OTHER")]


def join(call: Call, id: TicketIds, other: _Other, reason: Reason = None) -> None:
    """Let a ticket go with another of the same cause: one job, and to each caller his own number and revisit."""

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        return {"to": find_ticket(reading, other, of=ticket.procedure).id, **reason_given(reason)}

    act(call, "join", id, arguments)


def part(call: Call, id: TicketIds, reason: Reason = None) -> None:
    """Let a ticket that goes with another go on by itself: it is another matter after all."""
    act(call, "part", id, lambda opened, reading, ticket: reason_given(reason))
