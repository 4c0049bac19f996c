"""The site's commands about teams: who belongs together, and who leads.

The field `teams` of the site's state holds team -> `{"title", "lead": actor or null, "people": [ids]}`; it is not there
before the first. `does` stands beside them where procedures name a team by what it does (`teams: {water: ...}`), and
this one does it under another id; nothing is done by two. A title names a team on lists (工程一班), as a role's title
does, so it stands in the record as it is.
The lead need not be listed among its people.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sop_engine.messages import Message, msg
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.firms import firm_of, outsider
from sop_engine.ticket.near import near
from sop_engine.ticket.records import Refusal
from sop_engine.ticket.refusing import Refused
from sop_engine.ticket.site.state import people_of, put

TEAM: Final = r"[a-z][a-z0-9_-]{0,59}"
"""a team's id"""
LONGEST_TITLE: Final = 60
"""characters"""


def teams_of(draft: Draft) -> dict[str, Any]:
    """All teams, by id."""
    found: dict[str, Any] = draft.ticket.fields.get("teams", {})
    return found


def without(draft: Draft, person: str) -> None:
    """Take somebody who leaves out of all teams; a team that he led has no lead."""
    left = {team: _parted(entry, {person}) for team, entry in teams_of(draft).items()}
    if left != teams_of(draft):
        put(draft, "teams", left)


def is_team_id(team: str) -> bool:
    """Whether a text can be a team's id."""
    return re.fullmatch(TEAM, team) is not None


def no_team_id(team: str) -> tuple[Message, Message]:
    """That a text cannot be a team's id, and how one is written."""
    return (
        msg("`{team}` cannot be a team's id: small letters, digits, _ and -, a letter first", team=team[:60]),
        msg("for example: sop team add water-team 水班 --lead 赵军"),
    )


def _add(draft: Draft) -> dict[str, Any]:
    arguments = dict(draft.command.arguments)
    team = str(arguments["team"])
    if not is_team_id(team):
        said, fix = no_team_id(team)
        raise Refused(Refusal("not_understood", said, fix=fix))
    if team in teams_of(draft):
        raise Refused(
            Refusal("not_now", msg("there is a team {team} already", team=team), fix=msg("see: sop team change --help"))
        )
    entry: dict[str, Any] = {"title": _title(arguments.get("title")), "lead": arguments.get("lead"),
             "people": sorted(set(arguments.get("join") or []))}  # fmt: skip
    _require_people(draft, [entry["lead"], *entry["people"]])
    entry, work = _does(draft, team, entry)
    put(draft, "teams", {**teams_of(draft), team: entry})
    return {"team": team, "title": entry["title"], "lead": entry["lead"], "join": entry["people"], **work}


def _change(draft: Draft) -> dict[str, Any]:
    """Give a team another title or lead (`null`: none), let people join, or part; or something else to do, or less."""
    arguments = dict(draft.command.arguments)
    team = _known(draft, str(arguments["team"]))
    entry = dict(teams_of(draft)[team])
    join, part = list(arguments.get("join") or []), list(arguments.get("part") or [])
    _require_people(draft, [arguments.get("lead"), *join])
    for person in part:
        if person not in (*entry["people"], entry["lead"]):
            raise Refused(Refusal("not_now", msg("{name} is not of the team {team}", name=person, team=entry["title"])))
    if "title" in arguments:
        entry["title"] = _title(arguments["title"])
    entry = _parted(entry, set(part))
    if "lead" in arguments:
        entry["lead"] = arguments["lead"]
    entry["people"] = sorted({*entry["people"], *join})
    entry, _said = _does(draft, team, entry)
    put(draft, "teams", {**teams_of(draft), team: entry})
    return arguments


def _remove(draft: Draft) -> dict[str, Any]:
    team = _known(draft, str(draft.command.arguments["team"]))
    put(draft, "teams", {name: entry for name, entry in teams_of(draft).items() if name != team})
    return {"team": team}


def _parted(entry: Mapping[str, Any], gone: set[str]) -> dict[str, Any]:
    lead = None if entry["lead"] in gone else entry["lead"]
    return {**entry, "lead": lead, "people": [each for each in entry["people"] if each not in gone]}


def _does(draft: Draft, team: str, entry: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A team with what it does beside its own name, and no more, as the command says; and that part of the command."""
    arguments = draft.command.arguments
    more, less = list(arguments.get("does") or []), list(arguments.get("does_not") or [])
    for name in more:
        if not is_team_id(name):
            said, _fix = no_team_id(name)
            raise Refused(Refusal("not_understood", said))
        other = next((id for id, each in teams_of(draft).items() if name in each.get("does", ()) and id != team), None)
        if other is not None:
            raise Refused(
                Refusal(
                    "not_now",
                    msg("{name} is done by the team {team} already", name=name, team=teams_of(draft)[other]["title"]),
                    fix=msg("it must leave it first: sop team change {team} --does-not {name}", team=other, name=name),
                )
            )
    for name in less:
        if name not in entry.get("does", ()):
            raise Refused(Refusal("not_now", msg("the team {team} does no {name}", team=entry["title"], name=name)))
    left = sorted({*entry.get("does", ()), *more} - set(less))
    kept = {key: each for key, each in entry.items() if key != "does"}
    return {**kept, **({"does": left} if left else {})}, {**({"does": more} if more else {})}


def _known(draft: Draft, team: str) -> str:
    if team not in teams_of(draft):
        raise Refused(Refusal("not_found", msg("there is no team {team}", team=team), near=near(team, teams_of(draft))))
    return team


def _title(said: Any) -> str:
    title = str(said or "").strip()
    if not title or len(title) > LONGEST_TITLE or not title.isprintable():
        raise Refused(
            Refusal(
                "not_understood", msg("a team's title is one line of at most {most} characters", most=LONGEST_TITLE)
            )
        )
    return title


def _require_people(draft: Draft, persons: Iterable[Any]) -> None:
    known = people_of(draft)
    for person in persons:
        if person is not None and person in known and firm_of(known[person]) is not None:
            raise Refused(outsider(str(person)))
        if person is not None and person not in known:
            raise Refused(
                Refusal("not_found", msg("there is no actor {actor}", actor=person), near=near(str(person), known))
            )
        if person is not None and not known[person]["active"]:
            raise Refused(
                Refusal(
                    "not_now",
                    msg("{name} is not active here", name=person),
                    fix=msg("let him work here again: sop actor enable {name}", name=person),
                )
            )


COMMANDS: Final[Mapping[str, Callable[[Draft], dict[str, Any]]]] = {
    "add_team": _add,
    "change_team": _change,
    "remove_team": _remove,
}
"""Each does its work on the draft and gives the command's arguments as the record holds them."""
