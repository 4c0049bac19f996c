"""What procedures name teams for, and which of the site's teams does it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sop_engine.console.given import line_of
from sop_engine.console.team_names import teams_in
from sop_engine.console.tickets import by_title, newest_versions, normal_form
from sop_engine.engine.answers.teams import team_doing, the_team
from sop_engine.messages import Message, Text, msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.asks_teams import named_teams
from sop_engine.ticket.near import near

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

Finding = tuple[str, Message, Message]


def named_work(opened: "Opened", said: Sequence[str]) -> list[str]:
    """What procedures name teams for, by id or title. What none names is taken as it stands, with a warning: teams may
    be entered before the procedure that names them is published. Raises `NotUnderstood` for an ambiguous title."""
    titles = _work(opened)
    return [_one_work(opened, titles, line_of(each, msg("team"))) for each in said]


def _one_work(opened: "Opened", titles: Mapping[str, Text], name: str) -> str:
    found = by_title(name, titles, "team")
    if found is not None:
        return found
    output = opened.call.output
    output.tell(msg("warning: no published procedure names a team `{team}`; those that there are: {teams}", team=name,
                    teams=tuple(sorted(titles)) or msg("none")))  # fmt: skip
    if close := near(name, titles):
        output.tell(msg("did you mean: {names}?", names=tuple(f"`{each}`" for each in close)))
    return name


def look_at_named_teams(opened: "Opened") -> Iterator[Finding]:
    """What `doctor` says of the work that the newest versions give to a team, on a site that has teams: that none of
    them does it, or that nobody of the one who does could. A site without teams works without them."""
    with opened.reading() as reading:
        if not teams_in(reading):
            return
        for (role, name), procedures in sorted(_wanted(opened, reading).items()):
            team = team_doing(reading, name)
            found = the_team(reading, team) if team is not None else None
            if found is None:
                what = msg("no team does {name}, which {procedures} name: it goes to all who hold the role {role}",
                           name=name, procedures=procedures, role=role)  # fmt: skip
                yield "warning", what, msg("sop team change TEAM --does {name}", name=name)
            elif found["people"] and not set(found["people"]) & set(reading.holders(role, None)):
                what = msg("nobody of the team {team} holds the role {role}, for which {procedures} name it",
                           team=found["title"], role=role, procedures=procedures)  # fmt: skip
                yield "warning", what, msg("sop team change {team} --join NAME", team=team)


def _wanted(opened: "Opened", reading: Reads) -> dict[tuple[str, str], tuple[str, ...]]:
    """(role, what is named) -> the procedures that name it."""
    wanted: dict[tuple[str, str], tuple[str, ...]] = {}
    for procedure, version in sorted(newest_versions(reading).items()):
        program = opened.site.engine.programs.of(reading, version.digest)
        for each in named_teams(program.procedure):
            wanted[each] = (*wanted.get(each, ()), procedure)
    return wanted


def _work(opened: "Opened") -> dict[str, Text]:
    """What the newest versions name teams for, with its title."""
    with opened.reading() as reading:
        forms: list[Any] = [normal_form(reading, version.digest) for version in newest_versions(reading).values()]
    return {each["id"]: each.get("title", {}) for form in forms for each in form.get("teams", [])}
