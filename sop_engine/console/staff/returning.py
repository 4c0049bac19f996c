"""Going back: send a ticket back to where it was before, and take one's own last step back."""

from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.parameters import TicketId, option
from sop_engine.console.staff.acts import Reason, act, reason_given
from sop_engine.console.tickets import by_title, folded
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.procedure import ROOT
from sop_engine.store.seam import Reads
from sop_engine.ticket.acts.returning import OPENER, PREVIOUS
from sop_engine.ticket.near import near
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def return_(
    call: Call,
    id: TicketId,
    to: Annotated[
        str | None, option("--to", help=msg("a state in which it has been; the step before where it is left out"))
    ] = None,
    to_opener: Annotated[
        bool, option("--to-opener", help=msg("to where it was opened, and to whoever opened it"))
    ] = False,
    region: Annotated[
        str | None, option("--region", help=msg("which of several that run side by side"), metavar="REGION")
    ] = None,
    reason: Reason = None,
) -> None:
    """Send a ticket back to an earlier step, where its procedure lets it. What it has used up of its time stays used
    up."""
    if to is not None and to_opener:
        raise NotUnderstood(msg("give either --to or --to-opener"))

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        program = opened.site.engine.program(reading, ticket)
        place = OPENER if to_opener else PREVIOUS if to is None else _state(program, to, "--to")
        where = {} if region is None else {"region": _state(program, region, "--region")}
        return {"to": place, **where, **reason_given(reason)}

    act(call, "return", id, arguments)


def _state(program: Program, said: str, option: str) -> str:
    """The state that was named, by id or title. Raises `NotUnderstood` for one that there is not."""
    if option == "--to" and folded(said).casefold() in (PREVIOUS, OPENER):
        return folded(said).casefold()
    titles = {state.id: state.title for state in program.procedure.states if state.id != ROOT}
    state = by_title(said, titles, "state")
    if state is None:
        words = (*titles, *(each for title in titles.values() for each in title.values()))
        raise NotUnderstood(
            msg("{option}: there is no state named {name}", option=option, name=said[:60]), near=near(said, words)
        )
    return state


def withdraw(call: Call, id: TicketId, reason: Reason = None) -> None:
    """Take your own last step back, as long as nobody has acted on it. It stays in the history."""
    act(call, "withdraw", id, lambda opened, reading, ticket: reason_given(reason))
