"""What calls somebody's attention to a ticket, and what lets it rest: urge, copy, read, watch, suspend, resume."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.parameters import TicketIds, option
from sop_engine.console.staff.acts import Reason, Region, act, reason_given, region_given
from sop_engine.console.tickets import by_title, folded
from sop_engine.engine.people.identity import find_person
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import Ticket
from sop_engine.values import ValueProblem
from sop_engine.values.moments import read_until

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_SIDES: Final[Mapping[str, str]] = {"客户": "customer", "业主": "customer", "内部": "staff", "本方": "staff"}


def urge(
    call: Call,
    id: TicketIds,
    from_: Annotated[
        str | None, option("--from", help=msg("who urges: customer, or staff where it is left out"), metavar="SIDE")
    ] = None,
    note: Annotated[str | None, option("--note", help=msg("what was said"), metavar="TEXT")] = None,
    region: Region = None,
) -> None:
    """Remind whoever holds the task."""

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        side = {} if from_ is None else {"from": _SIDES.get(folded(from_), folded(from_))}
        said = {} if note is None else {"note": note}
        return {**side, **said, **region_given(opened, reading, ticket, region)}

    act(call, "urge", id, arguments)


def copy(
    call: Call,
    id: TicketIds,
    to: Annotated[
        list[str], option("--to", help=msg("whom: a person, or a role of the procedure"), metavar="PERSON|ROLE")
    ],
) -> None:
    """Let somebody know of a ticket; it gives him nothing to do and no right to."""

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        program = opened.site.engine.program(reading, ticket)
        titles = {role.id: role.title for role in program.procedure.roles}
        persons: list[str] = []
        roles: list[str] = []
        for name in to:
            role = None if is_person(reading, name) else by_title(name, titles, "role")
            if role is None:
                persons.append(find_person(reading, name).id)
            else:
                roles.append(role)
        return {"to": persons, **({"roles": roles} if roles else {})}

    act(call, "copy", id, arguments)


def is_person(reading: Reads, name: str) -> bool:
    """Whether somebody bears this id or name: people go before roles."""
    wanted = name.casefold().strip()
    return any(wanted in {each.id.casefold(), each.name.casefold()} for each in reading.people())


def read(call: Call, id: TicketIds) -> None:
    """Mark a ticket of which you were let know as read, and print it."""
    act(call, "read", id, lambda opened, reading, ticket: {})


def watch(
    call: Call,
    id: TicketIds,
    stop: Annotated[bool, option("--stop", help=msg("be told no more"))] = False,
) -> None:
    """Be told of each change of state until the ticket is closed."""
    act(call, "watch", id, lambda opened, reading, ticket: {"stop": True} if stop else {})


def suspend(
    call: Call,
    id: TicketIds,
    until: Annotated[
        str | None,
        option(
            "--until", help=msg("until when: 2026-11-30 09:00, 明天 14:00, a date, or a length: 2 h"), metavar="TIME"
        ),
    ] = None,
    reason: Reason = None,
) -> None:
    """Let a ticket rest until a time: nothing is done with it until then, or until somebody resumes it."""

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        when = {} if until is None else {"until": instant_given(opened, until)}
        return {**when, **reason_given(reason)}

    act(call, "suspend", id, arguments)


def resume(call: Call, id: TicketIds, reason: Reason = None) -> None:
    """Let a suspended ticket go on."""
    act(call, "resume", id, lambda opened, reading, ticket: reason_given(reason))


def instant_given(opened: "Opened", said: str) -> str:
    """What `--until` says: an instant; the beginning of a day; or so long from now."""
    try:
        return canonical.instant_text(read_until(said, opened.now, opened.zone))
    except ValueProblem as problem:
        raise NotUnderstood(msg("--until: {problem}", problem=problem.message)) from None
