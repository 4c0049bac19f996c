"""In whose hands a task is, in words: what was done in the story, and the lines of `show`."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from sop_engine import canonical, values
from sop_engine.messages import Message, msg
from sop_engine.ticket.records import Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.console.views.looking import Look
    from sop_engine.ticket.program import Program

Say = Callable[[str], Any]

HAND_NOTICES: Final[Mapping[str, Message]] = {
    "give_back": msg("that it was given back"),
    "transfer": msg("that the task is offered to them"),
    "take_over": msg("that the task was taken over"),
    "turn_down": msg("that the task was turned down"),
    "take_back": msg("that the offer was taken back"),
    "delegate": msg("that the task is lent"),
    "delegation_ended": msg("that the task is its holder's alone again"),
    "inherit": msg("that the work of somebody who leaves is his now"),
    "to_team": msg("that the task is offered to their team"),
    "reassign": msg("that the task was given to another"),
}
RETURNS: Final = msg("the task that was lent comes back")
"""the timer that ends a delegation, as it is shown"""
_ENDS: Final[Mapping[str, Message]] = {
    "acted": msg("what was lent is back: it has been done"),
    "time": msg("what was lent is back: its time is over"),
    "lapsed": msg("what was lent is over: the task went elsewhere"),
}


def hand_deed(command: str, arguments: Mapping[str, Any], program: "Program", person: Say, role: Say) -> Message | None:
    """What such an act did, without by whom; None where the command is another."""
    match command:
        case "assign" if "team" in arguments:
            return msg("offered the task to the team {team}", team=arguments["team"])
        case "assign":
            return msg("gave the task to {to}", to=person(arguments["to"]))
        case "give_back" if "because" in arguments:
            return msg("gave the task back: {reason}", reason=reason_title(program, arguments["because"]))
        case "give_back":
            return msg("gave the task back")
        case "transfer" if "team" in arguments:
            return msg("offered the task on to the team {team}", team=arguments["team"])
        case "transfer" if "role" in arguments:
            return msg("offered the task to {to}", to=role(arguments["role"]))
        case "transfer":
            return msg("offered the task to {to}", to=person(arguments["to"]))
        case "take_over":
            return msg("took the task over")
        case "turn_down":
            return msg("turned the task down")
        case "delegate":
            return msg("lent the task to {to}", to=person(arguments["to"]))
        case "inherit" if "to" in arguments:
            return msg("passed on what {person} had in hand to {to}", person=person(arguments["from"]),
                       to=person(arguments["to"]))  # fmt: skip
        case "inherit":
            return msg("passed on what {person} had in hand", person=person(arguments["from"]))
        case "take_back":
            return msg("took back what was offered or lent")
    return None


def hand_event(event: Mapping[str, Any]) -> Message | None:
    """What an event of such an act adds to the story; None where the head line says it already."""
    if event["kind"] == "delegation_ended":
        return _ENDS.get(event["how"])
    if event["kind"] == "transfer_ended" and event["how"] == "lapsed":
        return msg("the offer is over: the task went elsewhere")
    return None


def chosen_how(event: Mapping[str, Any], person: Say, where: Any) -> Message:
    """Whose task it is by turns, or because he had least to do."""
    said = person(event["assignee"])
    if event["how"] == "turns":
        return msg("the task is {person}'s{where}: it is his turn", person=said, where=where)
    return msg("the task is {person}'s{where}: he has least to do", person=said, where=where)


def offered_to(event: Mapping[str, Any], role: Any, where: Any) -> Message:
    """To whom a task is offered: to a role, or to those of a team who hold it."""
    if event.get("team"):
        return msg("the task is offered to {role} of the team {team}{where}", role=role, team=event["team"],
                   where=where)  # fmt: skip
    return msg("the task is offered to {role}{where}", role=role, where=where)


def reason_title(program: "Program", id: str) -> Any:
    """The title of a reason for giving back."""
    return next((each.title for each in program.procedure.acts.give_back.reasons if each.id == id), id)


def hand_lines(opened: "Opened", seen: "Look") -> Iterator[tuple[Any, Any]]:
    """The lines of `show`: to whom a task is offered or lent, and how often the ticket was given back."""
    ticket: Ticket = seen.ticket
    for region, entry in ticket.acts.get("offered", {}).items():
        to: Any = opened.named(entry["to"]) if "to" in entry else _role(seen, entry["role"])
        if "team" in entry:
            to = msg("{role} of the team {team}", role=to, team=entry["team"])
        taken = msg("{to}; he takes it over with: sop take-over {ticket}", to=to, ticket=ticket.id)
        yield _head(seen, msg("offered to"), region), taken
    for region, entry in ticket.acts.get("delegated", {}).items():
        to = opened.named(entry["to"])
        if "until" in entry:
            to = msg("{to} until {until}", to=to, until=_clock(opened, entry["until"]))
        yield _head(seen, msg("lent to"), region), to
    back = ticket.acts.get("given_back")
    if back is not None:
        said = msg("{times} in all; last by {name}, {time}", times=back["times"], name=opened.named(back["by"]),
                   time=_clock(opened, back["at"]))  # fmt: skip
        if "because" in back:
            said = msg("{said}: {reason}", said=said, reason=reason_title(seen.program, back["because"]))
        yield msg("given back"), said


def _head(seen: "Look", what: Message, region: str) -> Message:
    return what if len(seen.ticket.tasks) < 2 else msg("{what} ({region})", what=what, region=region)


def _role(seen: "Look", role: str) -> Any:
    declared = seen.program.roles.get(role)
    return declared.title if declared is not None and declared.title else role


def _clock(opened: "Opened", instant: str) -> str:
    return values.show_instant(canonical.instant_of(instant), opened.call.language, opened.zone)
