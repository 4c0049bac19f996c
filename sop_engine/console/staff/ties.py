"""What ties tickets together: link, unlink, merge, split."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.given import read_given
from sop_engine.console.parameters import FromFile, TicketId, Values, argument, option
from sop_engine.console.staff.acts import Reason, act, reason_given
from sop_engine.console.tickets import by_title, find_ticket
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Text, msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_Other = Annotated[str, argument(msg("the other ticket, or the end of its number"), "OTHER")]
_WORDS: Final[Mapping[str, Text]] = {
    "related": {"zh": "相关", "en": "related"},
    "rework_of": {"zh": "返工", "en": "rework of"},
    "reworked_by": {"zh": "返工单", "en": "reworked by"},
    "caused_by": {"zh": "起因", "en": "caused by"},
    "causes": {"zh": "引起", "en": "causes"},
    "same_cause": {"zh": "同一起因", "en": "same cause"},
}
"""how a ticket stands to another, as it may be said"""


def link(
    call: Call,
    id: TicketId,
    other: _Other,
    how: Annotated[
        str | None,
        option("--how", help=msg("related, rework_of, reworked_by, caused_by, causes or same_cause"), metavar="WORD"),
    ] = None,
) -> None:
    """Say that two tickets belong together, and how the first stands to the other; both show it."""

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        said = {} if how is None else {"how": by_title(how, _WORDS, "link") or how}
        return {"to": find_ticket(reading, other).id, **said}

    act(call, "link", id, arguments)


def unlink(call: Call, id: TicketId, other: _Other) -> None:
    """Take the link between two tickets back."""
    act(call, "unlink", id, lambda opened, reading, ticket: {"to": find_ticket(reading, other).id})


def merge(
    call: Call,
    id: TicketId,
    into: Annotated[str | None, option("--into", help=msg("the ticket that goes on for both"), metavar="OTHER")] = None,
    reason: Reason = None,
) -> None:
    """Close a ticket that was opened for what another has already: the other goes on for both, and names it."""

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        if into is None:
            raise NotUnderstood(msg("into which ticket is missing"), fix=msg("give it with --into"))
        return {"into": find_ticket(reading, into).id, **reason_given(reason)}

    act(call, "merge", id, arguments)


def split(
    call: Call,
    id: TicketId,
    carry: Annotated[
        list[str] | None,
        option("--carry", help=msg("a field that is carried over, by id or title"), metavar="FIELD"),
    ] = None,
    field: Values = None,
    from_file: FromFile = None,
    reason: Reason = None,
) -> None:
    """Open a second ticket of the same procedure for a part of the matter, linked to the first, with its own clocks."""

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        program = opened.site.engine.program(reading, ticket)
        titles = {name: each.title for name, each in program.fields.items()}
        given = read_given(opened, program.fields, field or (), from_file)
        carried = [by_title(name, titles, "field") or name for name in carry or ()]
        return {"carry": carried, "fields": given, **reason_given(reason)}

    act(call, "split", id, arguments)
