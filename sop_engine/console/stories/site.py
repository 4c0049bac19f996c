"""What was done to the site itself, in words: people, logins, deputies, publishing, the clock."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sop_engine.messages import Message, msg

Say = Callable[[str], str]
"""a person by name and id, or an instant in the site's zone"""


def deed(command: str, arguments: Mapping[str, Any], person: Say, instant: Say) -> Message:
    """What a command of the site's history did."""
    tell = _DEEDS.get(command)
    return tell(arguments, person, instant) if tell is not None else msg("{command}", command=command)


def _begin(arguments: Mapping[str, Any], person: Say, _instant: Say) -> Message:
    return msg("made the site; {person} is its administrator", person=person(arguments["actor"]))


def _add(arguments: Mapping[str, Any], person: Say, _instant: Say) -> Message:
    roles = _roles(arguments["roles"]) or msg("no role")
    return msg("added {person}: {roles}", person=person(arguments["actor"]), roles=roles)


def _change(arguments: Mapping[str, Any], person: Say, _instant: Say) -> Message:
    said: list[Message] = []
    if arguments.get("grant"):
        said.append(msg("granted {roles}", roles=_roles(arguments["grant"])))
    if arguments.get("revoke"):
        said.append(msg("revoked {roles}", roles=_roles(arguments["revoke"])))
    if arguments.get("give_rights"):
        said.append(msg("gave the rights {rights}", rights=tuple(arguments["give_rights"])))
    if arguments.get("take_rights"):
        said.append(msg("took the rights {rights}", rights=tuple(arguments["take_rights"])))
    if arguments.get("active") is not None:
        said.append(msg("works here again") if arguments["active"] else msg("was disabled"))
    if arguments.get("name") or arguments.get("contact") or arguments.get("language"):
        said.append(msg("name, contact or language changed"))
    return msg("{person}: {changes}", person=person(arguments["actor"]), changes=tuple(said))


def _login(arguments: Mapping[str, Any], person: Say, _instant: Say) -> Message:
    people = tuple(person(each) for each in arguments.get("people") or ())
    if people:
        return msg("the login {login} is a terminal of {people}", login=arguments["login"], people=people)
    if arguments.get("actor"):
        return msg("the login {login} is {person}'s", login=arguments["login"], person=person(arguments["actor"]))
    return msg("the login {login} is nobody's", login=arguments["login"])


def _deputy(arguments: Mapping[str, Any], person: Say, instant: Say) -> Message:
    return msg(
        "{by} stands in for {name} from {since} to {until}",
        by=person(arguments["by"]),
        name=person(arguments["for"]),
        since=instant(arguments["from"]),
        until=instant(arguments["to"]),
    )


def _end_deputy(arguments: Mapping[str, Any], person: Say, _instant: Say) -> Message:
    return msg("{by} stands in for {name} no longer", by=person(arguments["by"]), name=person(arguments["for"]))


def _leave(arguments: Mapping[str, Any], person: Say, _instant: Say) -> Message:
    return msg("{person} has left: disabled, without logins and deputies", person=person(arguments["actor"]))


def _skill(arguments: Mapping[str, Any], person: Say, _instant: Say) -> Message:
    name, skill = person(arguments["actor"]), arguments["skill"]
    if arguments.get("remove"):
        return msg("{person} has the skill {skill} no more", person=name, skill=skill)
    if arguments.get("until") is not None:
        return msg("{person} has the skill {skill}, until {day}", person=name, skill=skill, day=arguments["until"])
    return msg("{person} has the skill {skill}", person=name, skill=skill)


def _team(arguments: Mapping[str, Any], person: Say, _instant: Say) -> Message:
    said: list[Message] = []
    if arguments.get("title"):
        said.append(msg("it is called {title}", title=arguments["title"]))
    if "lead" in arguments:
        said.append(
            msg("{person} leads", person=person(arguments["lead"])) if arguments["lead"] else msg("nobody leads")
        )
    if arguments.get("join"):
        said.append(msg("{people} joined", people=tuple(person(each) for each in arguments["join"])))
    if arguments.get("part"):
        said.append(msg("{people} parted", people=tuple(person(each) for each in arguments["part"])))
    if arguments.get("does"):
        said.append(msg("it does {work}", work=tuple(arguments["does"])))
    if arguments.get("does_not"):
        said.append(msg("it does {work} no more", work=tuple(arguments["does_not"])))
    return msg("the team {team}: {changes}", team=arguments["team"], changes=tuple(said))


def _no_team(arguments: Mapping[str, Any], _person: Say, _instant: Say) -> Message:
    return msg("the team {team} is no more", team=arguments["team"])


def _firm(arguments: Mapping[str, Any], _person: Say, _instant: Say) -> Message:
    said: list[Message] = []
    if arguments.get("title"):
        said.append(msg("it is called {title}", title=arguments["title"]))
    if arguments.get("does"):
        said.append(msg("it does {what}", what=arguments["does"]))
    for paper, title in (("contract", msg("contract")), ("permit", msg("permit"))):
        if arguments.get(paper):
            until = arguments[paper].get("until") or msg("no last day")
            said.append(msg("{paper} until {day}", paper=title, day=until))
    if arguments.get("promises"):
        said.append(msg("promises of its contract: {goals}", goals=tuple(arguments["promises"])))
    if arguments.get("phone"):
        said.append(msg("another telephone"))
    if arguments.get("active"):
        said.append(msg("works for the centre again"))
    return msg("the firm {firm}: {changes}", firm=arguments["firm"], changes=tuple(said))


def _no_firm(arguments: Mapping[str, Any], _person: Say, _instant: Say) -> Message:
    return msg("took the firm {firm} off the list", firm=arguments["firm"])


def _firm_person(arguments: Mapping[str, Any], person: Say, _instant: Say) -> Message:
    who, firm = person(arguments.get("person") or arguments["entered"]), arguments["firm"]
    if arguments.get("remove"):
        return msg("{person} works for the firm {firm} no more", person=who, firm=firm)
    if arguments.get("permit_until"):
        return msg("{person} works for the firm {firm}, permit until {day}", person=who, firm=firm,
                   day=arguments["permit_until"])  # fmt: skip
    return msg("{person} works for the firm {firm}", person=who, firm=firm)


def _publish(arguments: Mapping[str, Any], _person: Say, _instant: Say) -> Message:
    return msg(
        "published {procedure} as version {number}", procedure=arguments["procedure"], number=arguments["number"]
    )


def _publish_calendar(arguments: Mapping[str, Any], _person: Say, _instant: Say) -> Message:
    return msg(
        "published the calendar {calendar} as version {number}",
        calendar=arguments["calendar"],
        number=arguments["number"],
    )


def _roster(_arguments: Mapping[str, Any], _person: Say, _instant: Say) -> Message:
    return msg("loaded a roster")


def _swap(arguments: Mapping[str, Any], person: Say, _instant: Say) -> Message:
    names = {"one": person(arguments["one"]), "other": person(arguments["other"]), "day": arguments["date"]}
    if arguments.get("withdraw"):
        return msg("{one} and {other} do not swap {day}", **names)
    if arguments.get("proposed"):
        return msg("proposed that {one} and {other} swap {day}", **names)
    return msg("{one} and {other} have swapped their shifts of {day}", **names)


def _clock(arguments: Mapping[str, Any], _person: Say, instant: Say) -> Message:
    return msg("accepted, on record: what was recorded up to {through}", through=instant(arguments["through"]))


def _outage(arguments: Mapping[str, Any], _person: Say, instant: Say) -> Message:
    return msg("declared an outage from {since} to {until}", since=instant(arguments["from"]),
               until=instant(arguments["to"]))  # fmt: skip


def _move(arguments: Mapping[str, Any], _person: Say, _instant: Say) -> Message:
    return msg("{unit} changes hands on {on}", unit=arguments["unit"], on=arguments["on"])


def _no_move(arguments: Mapping[str, Any], _person: Say, _instant: Say) -> Message:
    return msg("{unit} does not change hands after all", unit=arguments["unit"])


def _reserve(arguments: Mapping[str, Any], _person: Say, _instant: Say) -> Message:
    return msg("reserved {count} numbers of {procedure} for slips of paper", count=arguments["count"],
               procedure=arguments["procedure"])  # fmt: skip


def _void(arguments: Mapping[str, Any], _person: Say, _instant: Say) -> Message:
    return msg("the slip {number} is void", number=arguments["number"])


def _pin(arguments: Mapping[str, Any], person: Say, _instant: Say) -> Message:
    who = person(arguments["actor"])
    return msg("took {person}'s PIN away", person=who) if arguments.get("cleared") else msg("set his PIN", person=who)


def _code(arguments: Mapping[str, Any], person: Say, instant: Say) -> Message:
    return msg("gave {person} a code for a PIN, which holds until {until}", person=person(arguments["actor"]),
               until=instant(arguments["through"]))  # fmt: skip


def _on(_arguments: Mapping[str, Any], _person: Say, _instant: Say) -> Message:
    return msg("came on at the terminal")


def _off(_arguments: Mapping[str, Any], _person: Say, _instant: Say) -> Message:
    return msg("went off at the terminal")


def _locked(arguments: Mapping[str, Any], person: Say, instant: Say) -> Message:
    return msg(
        "{person}'s PIN was wrong too often at the login {login}; not looked at before {until}",
        person=person(arguments["actor"]),
        login=arguments["login"],
        until=instant(arguments["through"]),
    )


def _roles(roles: Sequence[Sequence[str | None]]) -> tuple[str, ...]:
    return tuple(f"{role}@{scope}" if scope else str(role) for role, scope in roles)


_DEEDS: Final[Mapping[str, Callable[[Mapping[str, Any], Say, Say], Message]]] = {
    "begin": _begin,
    "add_person": _add,
    "change_person": _change,
    "login": _login,
    "deputy": _deputy,
    "end_deputy": _end_deputy,
    "leave": _leave,
    "skill": _skill,
    "add_team": _team,
    "change_team": _team,
    "remove_team": _no_team,
    "add_firm": _firm,
    "change_firm": _firm,
    "remove_firm": _no_firm,
    "firm_person": _firm_person,
    "publish": _publish,
    "publish_calendar": _publish_calendar,
    "accept_clock": _clock,
    "declare_outage": _outage,
    "move_unit": _move,
    "cancel_move": _no_move,
    "reserve_numbers": _reserve,
    "void_number": _void,
    "set_pin": _pin,
    "pin_code": _code,
    "come_on": _on,
    "go_off": _off,
    "pin_locked": _locked,
    "load_roster": _roster,
    "swap": _swap,
}
