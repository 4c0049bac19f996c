"""In whose hands a task is: give-back, transfer, take-over, turn-down, delegate, take-back."""

from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.parameters import TicketId, argument, option
from sop_engine.console.staff.acts import Reason, Region, act, reason_given, region_given
from sop_engine.console.staff.attention import instant_given, is_person
from sop_engine.console.team_names import team_named
from sop_engine.console.tickets import by_title
from sop_engine.engine.people.identity import find_person
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def give_back(
    call: Call,
    id: TicketId,
    reason: Annotated[
        str | None, option("--reason", help=msg("why: one of the procedure's reasons, or your words"), metavar="REASON")
    ] = None,
    note: Annotated[str | None, option("--note", help=msg("more words on it"), metavar="TEXT")] = None,
    region: Region = None,
) -> None:
    """Give a task back to the role that it was offered to."""

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        reasons = opened.site.engine.program(reading, ticket).procedure.acts.give_back.reasons
        where = region_given(opened, reading, ticket, region)
        if not reasons:
            words = " ".join(each for each in (reason, note) if each is not None)
            return {**where, **({} if reason is None and note is None else {"reason": words})}
        named = None if reason is None else by_title(reason, {each.id: each.title for each in reasons}, "reason")
        because = {} if reason is None else {"because": named or reason}
        return {**where, **because, **reason_given(note)}

    act(call, "give_back", id, arguments)


def transfer(
    call: Call,
    id: TicketId,
    name: Annotated[str | None, argument(msg("a colleague, or a role of the procedure"), "NAME")] = None,
    region: Region = None,
    reason: Reason = None,
    team: Annotated[
        str | None, option("--team", help=msg("offer it to a team, by id or title"), metavar="TEAM")
    ] = None,
) -> None:
    """Offer a task to a colleague, to a role, or to a team; until one of them takes it over it stays where it is."""
    if (name is None) == (team is None):
        raise NotUnderstood(
            msg("name either a colleague or role, or a team with --team"),
            fix=msg("sop transfer {ticket} NAME, or sop transfer {ticket} --team TEAM", ticket=id),
        )

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        if team is not None:
            to: dict[str, Any] = {"team": team_named(reading, team)}
            return {**region_given(opened, reading, ticket, region), **to, **reason_given(reason)}
        assert name is not None, "one of the two was named"
        titles = {role.id: role.title for role in opened.site.engine.program(reading, ticket).procedure.roles}
        role = None if is_person(reading, name) else by_title(name, titles, "role")
        to = {"to": find_person(reading, name).id} if role is None else {"role": role}
        return {**region_given(opened, reading, ticket, region), **to, **reason_given(reason)}

    act(call, "transfer", id, arguments)


def take_over(call: Call, id: TicketId, region: Region = None) -> None:
    """Take a task over that a colleague has offered you, or your role."""
    act(call, "take_over", id, lambda opened, reading, ticket: region_given(opened, reading, ticket, region))


def turn_down(call: Call, id: TicketId, region: Region = None, reason: Reason = None) -> None:
    """Turn a task down that a colleague has offered or lent you; it stays his."""
    act(
        call,
        "turn_down",
        id,
        lambda opened, reading, ticket: {**region_given(opened, reading, ticket, region), **reason_given(reason)},
    )


def delegate(
    call: Call,
    id: TicketId,
    name: Annotated[str, argument(msg("the colleague, by id or name"), "NAME")],
    until: Annotated[
        str | None,
        option(
            "--until",
            help=msg("until when at the latest: 2026-11-30 09:00, 明天 14:00, a date, or a length: 2 h"),
            metavar="TIME",
        ),
    ] = None,
    region: Region = None,
    reason: Reason = None,
) -> None:
    """Let a colleague act on your task: it comes back when he has, at that time, or when you take it back."""

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        when = {} if until is None else {"until": instant_given(opened, until)}
        to = find_person(reading, name).id
        return {**region_given(opened, reading, ticket, region), "to": to, **when, **reason_given(reason)}

    act(call, "delegate", id, arguments)


def take_back(call: Call, id: TicketId, region: Region = None, reason: Reason = None) -> None:
    """Take back a task that was offered or lent to somebody."""
    act(
        call,
        "take_back",
        id,
        lambda opened, reading, ticket: {**region_given(opened, reading, ticket, region), **reason_given(reason)},
    )
