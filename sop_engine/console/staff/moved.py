"""`sop moved`: with whom a ticket goes on whose unit has changed hands, or is about to."""

from typing import Annotated

from sop_engine.console.call import Call
from sop_engine.console.parameters import TicketIds, argument
from sop_engine.console.staff.acts import Reason, act, reason_given
from sop_engine.console.staff.moves import ANSWERS
from sop_engine.console.tickets import by_title, folded
from sop_engine.messages import msg


def moved(
    call: Call,
    id: TicketIds,
    whom: Annotated[str, argument(msg("new: whoever moves in; old: whoever moves out"), "NEW|OLD")],
    reason: Reason = None,
) -> None:
    """Say with whom a ticket goes on whose unit changes hands, with the reason. One that is to end is closed or voided
    as always."""
    word = by_title(whom, {name: ANSWERS[name] for name in ("new", "old")}, "answer") or folded(whom)
    act(call, "moved", id, lambda opened, reading, ticket: {"with": word, **reason_given(reason)})
