"""`sop team`: who belongs together, who leads, and how much each team has in hand."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.given import line_of
from sop_engine.console.keeper.team_work import look_at_named_teams, named_work
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.console.team_names import team_named, teams_in
from sop_engine.engine.people.identity import find_person
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, msg
from sop_engine.store.seam import Query, Reads
from sop_engine.ticket.records import SITE
from sop_engine.ticket.site.teaming import is_team_id, no_team_id

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

Finding = tuple[str, Message, Message]
_Team = Annotated[str, argument(msg("the team, by id or title"), "TEAM")]
_Does = Annotated[
    list[str] | None,
    option("--does", help=msg("what procedures call it that this team does: water"), metavar="NAME"),
]
_Lead = Annotated[str | None, option("--lead", help=msg("who leads it"), metavar="NAME")]


def ls(call: Call) -> None:
    """List teams: who leads, who is of it, how many open tasks its people have in hand, and how many it is offered."""
    with call.open() as opened:
        opened.require_known()
        listed = _listed(opened)
        if call.json:
            call.output.json(listed)
            return
        heads = (msg("id"), msg("title"), msg("lead"), msg("people"), msg("in hand"), msg("offered"),
                 msg("does"))  # fmt: skip
        columns = [Column(head, whole=head is heads[0]) for head in heads]
        rows = [
            [
                each["id"],
                each["title"],
                opened.names.get(each["lead"], "") if each["lead"] else "",
                tuple(opened.names.get(person, person) for person in each["people"]),
                str(each["in_hand"]),
                str(each["offered"]),
                tuple(each["does"]),
            ]
            for each in listed
        ]
        if rows or not call.output.on_terminal():
            call.output.table(columns, rows)
        else:
            call.output.tell(msg("there are no teams"), msg("make one: sop team add ID TITLE --lead NAME"))


def add(
    call: Call,
    team: Annotated[str, argument(msg("an id: small letters, digits, _ and -"), "ID")],
    title: Annotated[str, argument(msg("what people call it: 工程一班"), "TITLE")],
    lead: _Lead = None,
    member: Annotated[
        list[str] | None, option("--member", help=msg("somebody who is of it, by id or name"), metavar="NAME")
    ] = None,
    does: _Does = None,
) -> None:
    """Make a team."""
    if not is_team_id(team):
        said, fix = no_team_id(team)
        raise NotUnderstood(said, fix=fix)
    with call.open() as opened:
        given = {"team": team, "title": line_of(title, msg("title")), **_persons(opened, lead, join=member)}
        given |= {"does": named_work(opened, does)} if does else {}
        opened.act(opened.command("add_team", SITE, given))
        _tell(opened, team)


def change(
    call: Call,
    team: _Team,
    title: Annotated[str | None, option("--title", help=msg("another title"), metavar="TITLE")] = None,
    lead: _Lead = None,
    no_lead: Annotated[bool, option("--no-lead", help=msg("nobody leads it"))] = False,
    join: Annotated[list[str] | None, option("--join", help=msg("somebody joins it"), metavar="NAME")] = None,
    part: Annotated[list[str] | None, option("--part", help=msg("somebody parts from it"), metavar="NAME")] = None,
    does: _Does = None,
    does_not: Annotated[
        list[str] | None, option("--does-not", help=msg("what it does no more"), metavar="NAME")
    ] = None,
) -> None:
    """Change a team's title, lead or people, or what it does."""
    if lead is not None and no_lead:
        raise NotUnderstood(msg("--lead and --no-lead exclude each other"))
    if title is None and lead is None and not (no_lead or join or part or does or does_not):
        raise NotUnderstood(msg("nothing to change was named"), fix=msg("see: sop team change --help"))
    with call.open() as opened:
        with opened.reading() as reading:
            id = team_named(reading, team)
        given: dict[str, Any] = {"team": id, **_persons(opened, lead, join=join, part=part)}
        given |= {"lead": None} if no_lead else {}
        given |= {"title": line_of(title, msg("title"))} if title is not None else {}
        given |= {"does": named_work(opened, does)} if does else {}
        given |= {"does_not": [line_of(each, msg("team")) for each in does_not]} if does_not else {}
        opened.act(opened.command("change_team", SITE, given))
        _tell(opened, id)


def remove(call: Call, team: _Team) -> None:
    """Take a team away. What was offered to it is offered to all who hold the role."""
    with call.open() as opened:
        with opened.reading() as reading:
            id = team_named(reading, team)
        opened.act(opened.command("remove_team", SITE, {"team": id}))
        if call.json:
            call.output.json({"id": id, "removed": True})
        elif call.dry_run:
            call.output.tell(msg("this would be done; nothing was kept"))
        else:
            call.output.tell(msg("the team {team} is no more", team=id))


def look_at_teams(opened: "Opened") -> list[Finding]:
    """What `doctor` says of teams: those that nobody leads, and those of which nobody works here, and what procedures
    name and no team does."""
    with opened.reading() as reading:
        teams = teams_in(reading)
    findings: list[Finding] = []
    for team, entry in sorted(teams.items()):
        working = [each for each in (*entry["people"], entry["lead"]) if each in opened.staff]
        if not working:
            what = msg("nobody who works here is of the team {team} ({title})", team=team, title=entry["title"])
            findings.append(("warning", what, msg("sop team change {team} --join NAME", team=team)))
        elif entry["lead"] not in working:
            what = msg("nobody leads the team {team} ({title})", team=team, title=entry["title"])
            findings.append(("warning", what, msg("sop team change {team} --lead NAME", team=team)))
    return [*findings, *look_at_named_teams(opened)]


# --- parts -----------------------------------------------------------------------------------------------------------


def _listed(opened: "Opened") -> list[dict[str, Any]]:
    with opened.reading() as reading:
        teams = teams_in(reading)
        offered = _offered(reading) if teams else {}
        return [
            {
                "id": team,
                "title": entry["title"],
                "lead": entry["lead"],
                "people": entry["people"],
                "in_hand": sum(reading.load_of(each) for each in sorted({*entry["people"], entry["lead"]} - {None})),
                "offered": offered.get(team, 0),
                "does": entry.get("does", []),
            }
            for team, entry in sorted(teams.items())
        ]


def _offered(reading: Reads) -> dict[str, int]:
    """Team -> how many open tasks are offered to it and taken by nobody."""
    found: dict[str, int] = {}
    for head in reading.heads(Query(status="open", unclaimed=True)):
        for task in head.tasks.values():
            if "team" in task and "assignee" not in task:
                found[task["team"]] = found.get(task["team"], 0) + 1
    return found


def _persons(
    opened: "Opened", lead: str | None, join: Sequence[str] | None = None, part: Sequence[str] | None = None
) -> dict[str, Any]:
    """The people who were named, by id."""
    with opened.reading() as reading:
        given: dict[str, Any] = {} if lead is None else {"lead": find_person(reading, lead).id}
        for name, persons in (("join", join), ("part", part)):
            if persons:
                given[name] = [find_person(reading, each).id for each in persons]
    return given


def _tell(opened: "Opened", team: str) -> None:
    """Say how a team stands now."""
    output = opened.call.output
    if opened.call.dry_run:
        output.tell(msg("this would be done; nothing was kept"))
        return
    [found] = [each for each in _listed(opened) if each["id"] == team]
    if opened.call.json:
        output.json(found)
        return
    lead: Any = opened.named(found["lead"]) if found["lead"] else msg("nobody")
    people = tuple(opened.named(each) for each in found["people"]) or msg("nobody")
    output.tell(msg("{title} ({id}): led by {lead}; of it are: {people}", title=found["title"], id=team, lead=lead,
                    people=people))  # fmt: skip
    if found["does"]:
        output.tell(msg("it does what procedures call {work}", work=tuple(found["does"])))
