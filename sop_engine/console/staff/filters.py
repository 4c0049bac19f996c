"""What lists of tickets and of promises are narrowed by: whose they are, which unit, how many."""

from collections.abc import Mapping
from datetime import date

from sop_engine.console.registered import as_registered
from sop_engine.errors import NotFound, NotUnderstood
from sop_engine.lean import dataclass
from sop_engine.messages import msg
from sop_engine.store.seam import Head, Query, Reads
from sop_engine.ticket.people import covers
from sop_engine.ticket.records import SITE
from sop_engine.values import ValueProblem, read_unit


@dataclass(frozen=True, slots=True)
class Mine:
    """Somebody, with the roles that he holds and where (None: everywhere)."""

    person: str
    roles: Mapping[str, list[str | None]]
    other_teams: frozenset[str] = frozenset()
    """the teams of which he is not: what is offered to them is not offered to him"""
    skills: frozenset[str] = frozenset()
    """what he has learnt, and may do today"""
    all_alike: bool = True
    """whether nobody on the site has a skill or a team: then whatever is offered to his role is offered to him"""

    def has(self, head: Head) -> bool:
        """Whether a ticket is his: as owner, as assignee or in his place, or offered to him, or to a role that he holds
        for its unit, and he has what it asks for."""
        if head.owner == self.person:
            return True
        for task in head.tasks.values():
            if self.person in (task.get("assignee"), task.get("offered"), task.get("lent")):
                return True
            if not self.skills.issuperset(task.get("asks", "").split()):
                continue
            if self._is_for_him(head, task.get("offered_to"), task.get("offered_team")):
                return True
            if "assignee" not in task and self._is_for_him(head, task.get("role"), task.get("team")):
                return True
        return False

    def _is_for_him(self, head: Head, role: str | None, team: str | None) -> bool:
        scopes = self.roles.get(role or "", ())
        return team not in self.other_teams and any(covers(scope, head.unit) for scope in scopes)


def mine(reading: Reads, person: str, today: date) -> Mine:
    """Somebody by id, as `--mine` means him on a day of the site's clock."""
    found: dict[str, list[str | None]] = {}
    known = reading.person(person)
    for role, scope in known.roles if known is not None else ():
        found.setdefault(role, []).append(scope)
    site = reading.ticket(SITE)
    fields = site.fields if site is not None else {"people": {}}
    teams, people = fields.get("teams", {}), fields["people"]
    others = frozenset(team for team, entry in teams.items() if person not in (*entry["people"], entry["lead"]))
    held = people.get(person, {}).get("skills", {}).items()
    learnt = frozenset(skill for skill, each in held if each["until"] is None or today.isoformat() <= each["until"])
    alike = not others and not any("skills" in each for each in people.values())
    return Mine(person, found, others, learnt, alike)


def unit_named(reading: Reads, said: str) -> str:
    """The unit of `--unit`, as the register has it. Raises `NotUnderstood`; and `NotFound` for one that the register
    does not have and no ticket ever had, where there is a register."""
    try:
        unit = as_registered(reading, read_unit(said))
    except ValueProblem as problem:
        raise NotUnderstood(msg("--unit: {problem}", problem=problem.message)) from None
    if reading.unit(unit) is None and not reading.heads(Query(status=None, unit=unit, limit=1)):
        known = [each["id"] for each in reading.units()]
        if known:
            from sop_engine.ticket.near import near

            raise NotFound(
                msg("the register has no unit {unit}, nor has any ticket", unit=unit),
                near=near(unit, known),
                fix=msg("see which there are: sop unit ls"),
            )
    return unit


def role_named(reading: Reads, said: str) -> str:
    """The role that `said` names in any procedure, by id or title, or that somebody holds. Raises `NotUnderstood`."""
    from sop_engine.console.tickets import by_title, newest_versions, normal_form

    forms = [normal_form(reading, version.digest) for version in newest_versions(reading).values()]
    titles = [(each["id"], each.get("title", {})) for form in forms for each in form["roles"]]
    held = {role for _person, role in reading.holdings()}
    role = by_title(said, titles, "role")
    if role is None and said not in held:
        from sop_engine.ticket.near import near

        names = {*held, *(id for id, _title in titles), *(each for _id, title in titles for each in title.values())}
        raise NotUnderstood(
            msg("no procedure has a role {role}, and nobody holds it", role=said[:60]), near=near(said, sorted(names))
        )
    return role or said


def at_most(limit: int | None) -> int | None:
    """What `--limit` says. Raises `NotUnderstood` for less than one."""
    if limit is not None and limit < 1:
        raise NotUnderstood(msg("--limit: at least 1"))
    return limit
