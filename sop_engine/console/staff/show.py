"""`sop show`: a ticket as it stands, or as it stood."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.parameters import TicketId, option
from sop_engine.console.tickets import find_ticket
from sop_engine.console.views.in_words import print_ticket
from sop_engine.console.views.looking import look
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.seam import Reads

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.console.stories.story import Chapter


def show(
    call: Call,
    id: TicketId,
    events: Annotated[bool, option("--events", help=msg("its history too, as a story"))] = False,
    until: Annotated[int | None, option("--until", help=msg("as it was after this step"), metavar="STEP")] = None,
    tree: Annotated[bool, option("--tree", help=msg("its parents, children and links too"))] = False,
    watch: Annotated[bool, option("--watch", help=msg("draw it anew when it changes, until Ctrl-C"))] = False,
) -> None:
    """Print a ticket. Nothing is changed; timers that are due are marked, not fired."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            id = find_ticket(reading, id).id
        if watch:
            _watch(opened, id, events, until, tree)
        else:
            _show(opened, id, events, until, tree)


def _show(opened: "Opened", id: str, events: bool, until: int | None, tree: bool) -> None:
    with opened.reading() as reading:
        head, ticket = reading.head(id), reading.ticket(id)
        assert head is not None and ticket is not None, "it was found"
        if until is not None:
            from sop_engine.console.stories.past import as_it_was

            ticket, head = as_it_was(opened, reading, head.id, until)
        seen = look(opened, reading, ticket, head)
        if until is not None:
            # what could be done then cannot be done now, and its timers ran on the clock of then
            seen = replace(seen, possible=(), now=canonical.instant_of(ticket.effective))
        story = _story(opened, reading, head.id, until) if events else None
        if not tree:
            family = None
        else:
            from sop_engine.console.staff.family import family_json, family_of, print_family

            family = family_of(reading, head, (each["id"] for each in ticket.links))
    print_ticket(opened, seen, story, None if family is None else family_json(opened, family))
    if family is not None and not opened.call.json:
        opened.call.output.line("")
        print_family(opened, family, head.id)


def _story(opened: "Opened", reading: Reads, id: str, until: int | None) -> list["Chapter"]:
    from sop_engine.console.stories.past import read_story

    return read_story(opened, reading, id, until=until)


def _watch(opened: "Opened", id: str, events: bool, until: int | None, tree: bool) -> None:
    """Draw the ticket anew as it changes. Raises `NotUnderstood` where that cannot be seen."""
    call = opened.call
    if call.json or not call.output.on_terminal():
        raise NotUnderstood(
            msg("--watch draws on a terminal, and this goes elsewhere"), fix=msg("leave --watch out, or use a terminal")
        )
    if until is not None:
        raise NotUnderstood(msg("--watch and --until exclude each other: what has been changes no more"))
    import shutil

    from sop_engine.console.staff.watching import watch

    def number() -> int:
        with opened.reading() as reading:
            head = reading.head(id)
        return 0 if head is None else head.number

    watch(number, lambda: _show(opened, id, events, None, tree), shutil.get_terminal_size)
