"""What ends a ticket otherwise than its procedure does, and what lets a closed one go on: void, close, reopen."""

from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.acts import ENDS, FORCED
from sop_engine.console.call import Call
from sop_engine.console.parameters import TicketId, option
from sop_engine.console.staff.acts import Reason, act, reason_given
from sop_engine.console.tickets import by_title
from sop_engine.messages import msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def void(call: Call, id: TicketId, reason: Reason = None) -> None:
    """End a ticket that was opened by mistake: it stays on record, and no report counts it."""
    act(call, "void", id, lambda opened, reading, ticket: reason_given(reason))


def reopen(call: Call, id: TicketId, reason: Reason = None) -> None:
    """Let a closed ticket go on, within the time and in the state that its procedure names."""
    act(call, "reopen", id, lambda opened, reading, ticket: reason_given(reason))


def close(
    call: Call,
    id: TicketId,
    force: Annotated[bool, option("--force", help=msg("against the procedure: it is listed for the auditor"))] = False,
    reason: Reason = None,
    outcome: Annotated[
        str | None, option("--outcome", help=msg("as which of the procedure's outcomes it ends"), metavar="OUTCOME")
    ] = None,
) -> None:
    """Close a ticket that cannot come to its end, with a reason; all others close by what their procedure offers."""

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        return {"force": force, **reason_given(reason), **_outcome(opened, reading, ticket, outcome)}

    act(call, "close", id, arguments)


def _outcome(opened: "Opened", reading: Reads, ticket: Ticket, said: str | None) -> dict[str, Any]:
    """The outcome that is meant, by id or title; as it was said where it is none, which the refusal names."""
    if said is None:
        return {}
    program = opened.site.engine.program(reading, ticket)
    titles = {FORCED: ENDS[FORCED], **{each.id: each.title for each in program.procedure.outcomes}}
    return {"outcome": by_title(said, titles, "outcome") or said}
