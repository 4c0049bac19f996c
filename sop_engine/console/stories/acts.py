"""What staff did to a ticket beside its transitions, in words: urging, letting know, watching, letting it rest."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sop_engine.messages import Message, msg

Say = Callable[[str], Any]
"""a person, a role or an instant, as the story shows it"""
Event = Mapping[str, Any]

NOTICES: Final[Mapping[str, Message]] = {
    "urge": msg("that it is urged"),
    "copy": msg("that it is there to be known"),
    "watch": msg("that its state has changed"),
    "return": msg("that it has come back"),
    "withdraw": msg("that the step was taken back"),
    "shift_warned": msg("that a shift is about to end"),
    "shift_over": msg("that a shift is over"),
    "correct": msg("that it is theirs now"),
    "mistaken": msg("that it was not for them"),
    "signer": msg("that a signature is wanted"),
    "reject": msg("that somebody refused to sign"),
    "voided": msg("that it is void"),
    "forced": msg("that it was closed by force"),
    "merged": msg("that it was merged into another"),
    "absorbed": msg("that another was merged into it"),
    "joined": msg("that it goes with another"),
    "gained": msg("that another goes with it"),
    "lost": msg("that another goes with it no more"),
    "parted": msg("that it goes on by itself"),
    "swap_asked": msg("that a swap of shifts is asked"),
    "swapped": msg("that shifts were swapped"),
    "swap_declined": msg("that a swap of shifts is off"),
}
"""of which act a notice is -> what it says"""
LINKED: Final[Mapping[str, Message]] = {
    "related": msg("see also"),
    "rework_of": msg("rework of"),
    "reworked_by": msg("reworked by"),
    "caused_by": msg("caused by"),
    "causes": msg("causes"),
    "split_into": msg("split into"),
    "split_from": msg("split from"),
    "same_cause": msg("same cause"),
}
"""how a ticket stands to another, as it is shown before the other's number"""
RESUMES: Final = msg("the suspension ends")
"""the timer that ends a suspension, as it is shown"""
SHIFT_ENDS: Final = msg("a shift ends")
"""the timer that ends a shift"""


def act_deed(
    command: str, arguments: Mapping[str, Any], events: Sequence[Event], person: Say, role: Say, instant: Say
) -> Message | None:
    """What such an act did, without by whom; None where the command is another."""
    match command:
        case "urge":
            times = next(event["times"] for event in events if event["kind"] == "urged")
            if arguments["from"] == "customer":
                return msg("the customer urges; so far: {times}", times=times)
            return msg("urged it; so far: {times}", times=times)
        case "copy":
            to = (*map(person, arguments["to"]), *map(role, arguments.get("roles", ())))
            return msg("let {people} know", people=to)
        case "read":
            return msg("has read it")
        case "watch" if arguments.get("stop"):
            return msg("watches it no more")
        case "watch":
            return msg("watches it from now on")
        case "suspend":
            return msg("suspended it until {until}", until=instant(arguments["until"]))
        case "attach":
            return msg("attached {names}", names=tuple(each["name"] for each in arguments["files"]))
        case "resume":
            return msg("let it go on")
        case "return":
            return msg("sent it back")
        case "signer" if arguments.get("remove"):
            return msg("took {person} off the signers of {trigger}", person=person(arguments["person"]),
                       trigger=arguments["trigger"])  # fmt: skip
        case "signer":
            return msg("added {person} to the signers of {trigger}", person=person(arguments["person"]),
                       trigger=arguments["trigger"])  # fmt: skip
        case "reject":
            return msg("refused to sign {trigger}", trigger=arguments["trigger"])
        case "withdraw":
            return msg("took step {number} back", number=arguments["step"])
        case "look_at_roster":
            return msg("the roster was changed")
        case "void":
            return msg("voided it: it was opened by mistake")
        case "reopen":
            return msg("reopened it")
        case "close":
            return msg("closed it by force")
        case "flat_moves" | "flat_stays" | "moved":
            return _move_deed(command, arguments)
    return _tie_deed(command, arguments, events)


def _move_deed(command: str, arguments: Mapping[str, Any]) -> Message:
    """What a change of hands of its unit means for a ticket."""
    if command == "flat_stays":
        return msg("{unit} does not change hands after all", unit=arguments["unit"])
    match arguments.get("with"):
        case "new":
            said = msg("it goes on with the new one")
        case "old":
            said = msg("it goes on with whoever moves out")
        case "close":
            said = msg("it is closed")
        case _:
            return msg("{unit} changes hands on {on}", unit=arguments["unit"], on=arguments["on"])
    if command == "moved":
        return said
    return msg("{unit} changes hands on {on}: {said}", unit=arguments["unit"], on=arguments["on"], said=said)


def _tie_deed(command: str, arguments: Mapping[str, Any], events: Sequence[Event]) -> Message | None:
    """What ties it to another ticket, or frees it."""
    match command:
        case "link" | "tie" if "how" in arguments:
            return msg("linked it: {how} {ticket}", how=LINKED.get(arguments["how"], arguments["how"]),
                       ticket=arguments["to"])  # fmt: skip
        case "unlink" | "tie":
            return msg("took back the link to {ticket}", ticket=arguments["to"])
        case "merge":
            return msg("merged it into {ticket}", ticket=arguments["into"])
        case "absorb":
            return msg("{ticket} was merged into it", ticket=arguments["ticket"])
        case "split":
            return msg("split off {ticket}", ticket=next(event["to"] for event in events if event["kind"] == "linked"))
        case "join":
            return msg("joined it to {ticket}: one cause, and one job for both", ticket=arguments["to"])
        case "part":
            return msg("parted it from {ticket}; it goes on by itself", ticket=arguments["from"])
        case "gain":
            return msg("{ticket} goes with it from now on", ticket=arguments["ticket"])
        case "lose":
            return msg("{ticket} goes with it no more", ticket=arguments["ticket"])
        case "hear":
            return msg("heard what became of the other")
        case "go_on" if arguments["way"] == "alone":
            return msg("the other has ended; it goes on by itself")
        case "go_on":
            return msg("the work is done; it goes on by itself")
    return None


def act_event(event: Event, person: Say, instant: Say) -> Message | None:
    """What an event of such an act adds to the story; None where the head line says it already."""
    if event["kind"] == "signer_removed" and "by" in event:
        return msg("{by} signs in the place of {person}", by=person(event["by"]), person=person(event["person"]))
    if event["kind"] == "shift_noted" and event["ends"] is not None:
        return msg("the shift of {whose} ends {ends}", whose=person(event["person"]), ends=instant(event["ends"]))
    if event["kind"] == "shift_over" and event["to"]:
        return msg("the shift of {whose} is over; {to} is on duty", whose=person(event["person"]),
                   to=person(event["to"][0]))  # fmt: skip
    if event["kind"] == "shift_over" and "barred" in event:
        return msg("the shift of {whose} is over, and separation of duty keeps out who is there: {people}",
                   whose=person(event["person"]), people=tuple(person(each) for each in event["barred"]))  # fmt: skip
    if event["kind"] == "shift_over":
        return msg("the shift of {whose} is over, and nobody is there to take the task", whose=person(event["person"]))
    if event["kind"] == "move_answered" and event["by"] is None:
        return msg("it stays with whoever moves out: we keep what is his")
    if event["kind"] == "unit_changed":
        return msg("the register has another contact for {unit} from now on", unit=event["unit"])
    if event["kind"] == "deferred":
        return msg("{event} is kept until it goes on", event=event["event"])
    if event["kind"] == "backfilled":
        return msg("entered afterwards, from the paper {paper}", paper=event["paper"])
    return None
