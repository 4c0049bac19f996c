"""`sop show`: a ticket as it stands, or as it stood."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.looking import look
from sop_engine.console.parameters import TicketId, option
from sop_engine.console.show_view import print_ticket
from sop_engine.console.tickets import find_ticket
from sop_engine.messages import msg
from sop_engine.store.seam import Reads

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.console.story import Chapter


def show(
    call: Call,
    id: TicketId,
    events: Annotated[bool, option("--events", help=msg("its history too, as a story"))] = False,
    until: Annotated[int | None, option("--until", help=msg("as it was after this step"), metavar="STEP")] = None,
) -> None:
    """Print a ticket. Nothing is changed; timers that are due are marked, not fired."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            head = find_ticket(reading, id)
            if until is not None:
                from sop_engine.console.past import as_it_was

                ticket, head = as_it_was(opened, reading, head.id, until)
            else:
                found = reading.ticket(head.id)
                assert found is not None, "a head has its ticket"
                ticket = found
            seen = look(opened, reading, ticket, head)
            if until is not None:
                # what could be done then cannot be done now, and its timers ran on the clock of then
                seen = replace(seen, possible=(), now=canonical.instant_of(ticket.effective))
            story = _story(opened, reading, head.id, until) if events else None
        print_ticket(opened, seen, story)


def _story(opened: "Opened", reading: Reads, id: str, until: int | None) -> list["Chapter"]:
    from sop_engine.console.past import read_story

    return read_story(opened, reading, id, until=until)
