"""What staff do to a ticket besides its triggers: claim, assign, hand over, note, edit, release."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.doing import do_and_tell, explaining
from sop_engine.console.parameters import TicketIds, argument, option
from sop_engine.console.team_names import team_named
from sop_engine.console.tickets import by_title, find_ticket, is_several
from sop_engine.engine.people.identity import find_person
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.seam import Head, Reads
from sop_engine.ticket.near import near
from sop_engine.ticket.records import SITE, Command, Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_Name = Annotated[str, argument(msg("the person, by id or name"), "NAME")]
Region = Annotated[
    str | None, option("--region", help=msg("whose task, where several run side by side"), metavar="REGION")
]
Reason = Annotated[str | None, option("--reason", help=msg("why"), metavar="TEXT")]

Team = Annotated[str | None, option("--team", help=msg("the team, by id or title"), metavar="TEAM")]

_Arguments = Callable[["Opened", Reads, Ticket], dict[str, Any]]


def claim(call: Call, id: TicketIds, region: Region = None) -> None:
    """Take a task that is offered to a role which you hold."""
    act(call, "claim", id, lambda opened, reading, ticket: region_given(opened, reading, ticket, region))


def assign(
    call: Call,
    id: TicketIds,
    name: Annotated[str | None, argument(msg("the person, by id or name"), "NAME")] = None,
    region: Region = None,
    reason: Reason = None,
    team: Team = None,
) -> None:
    """Give a task to somebody who holds the role that it was offered to, or offer it to a team of them."""
    if (name is None) == (team is None):
        raise NotUnderstood(
            msg("a task goes to a person, or with --team to a team"),
            fix=msg("for example: sop assign 7 李强, or sop assign 7 --team 工程一班"),
        )

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        to = {"to": find_person(reading, name).id} if name is not None else {"team": team_named(reading, str(team))}
        return {**region_given(opened, reading, ticket, region), **to, **reason_given(reason)}

    act(call, "assign", id, arguments)


def hand_over(call: Call, id: TicketIds, name: _Name, reason: Reason = None) -> None:
    """Give a ticket to another owner."""
    act(
        call,
        "hand_over",
        id,
        lambda opened, reading, ticket: {"to": find_person(reading, name).id, **reason_given(reason)},
    )


def note(
    call: Call,
    id: TicketIds,
    text: Annotated[list[str], argument(msg("what is to be written down"), "TEXT")],
) -> None:
    """Write something down on a ticket; it moves nothing."""
    act(call, "note", id, lambda opened, reading, ticket: {"note": " ".join(text)})


def release(
    call: Call,
    id: Annotated[str, argument(msg("the ticket, or `site` for a calendar start"), "ID")],
    timer: Annotated[str | None, argument(msg("the timer; needed where several were set aside"), "TIMER")] = None,
) -> None:
    """Let a timer that was set aside be tried again by the next sweep."""

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        aside = tuple(key for key, each in ticket.timers.items() if "aside" in each)
        if timer is None and len(aside) == 1:
            return {"timer": aside[0]}
        if timer is None:
            raise NotUnderstood(msg("which timer? set aside are: {timers}", timers=aside or "-"), near=aside)
        return {"timer": timer}

    act(call, "release", id, arguments)


# --- parts -----------------------------------------------------------------------------------------------------------


def act(call: Call, name: str, id: str, arguments: _Arguments) -> None:
    """Do a command of this name to a ticket, with the arguments that are made of it."""
    with call.open() as opened:
        opened.require_known()
        if name != "release" and is_several(id):
            do_several(opened, name, id, arguments)
        with opened.reading() as reading:
            head = find_ticket(reading, id, site_too=name == "release")
            ticket = reading.ticket(head.id)
            assert ticket is not None, "a head has its ticket"
            with explaining(opened, head):
                made = arguments(opened, reading, ticket)
        _do(opened, name, head, made)


def do_several(opened: "Opened", name: str, ids: str, arguments: _Arguments) -> None:
    """Do a command of this name to each of several tickets, and end."""
    from sop_engine.console.bulk import do_many

    def make(reading: Reads, head: Head, ticket: Ticket) -> Command:
        return opened.command(name, head.id, arguments(opened, reading, ticket))

    do_many(opened, ids, msg("`{command}`", command=name.replace("_", "-")), make)


def _do(opened: "Opened", name: str, head: Head, arguments: dict[str, Any]) -> None:
    if head.id != SITE:
        do_and_tell(opened, opened.command(name, head.id, arguments), head)
        return
    # the site has no page to print
    opened.act(opened.command(name, SITE, arguments))
    if opened.call.json:
        opened.call.output.json({"ticket": SITE, **arguments})
    else:
        opened.call.output.tell(msg("done: {command}", command=name))


def reason_given(reason: str | None) -> dict[str, Any]:
    """The reason as an argument of a command."""
    return {} if reason is None else {"reason": reason}


def region_given(opened: "Opened", reading: Reads, ticket: Ticket, said: str | None) -> dict[str, Any]:
    """The region that was named, by id or title. Raises `NotUnderstood` for one that has no task."""
    if said is None:
        return {}
    program = opened.site.engine.program(reading, ticket)
    titles = {region: program.states[region].title for region in ticket.tasks if region in program.states}
    region = by_title(said, titles, "region")
    if region is None:
        raise NotUnderstood(
            msg("{ticket} has no task in {region}", ticket=ticket.id, region=said[:60]), near=near(said, titles)
        )
    return {"region": region}
