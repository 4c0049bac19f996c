"""What lists of tickets and of promises are narrowed by: whose they are, which unit, how many."""

from collections.abc import Mapping

from sop_engine.console.registered import as_registered
from sop_engine.console.team_names import teams_in
from sop_engine.errors import NotUnderstood
from sop_engine.lean import dataclass
from sop_engine.messages import msg
from sop_engine.store.seam import Head, Reads
from sop_engine.ticket.people import covers
from sop_engine.values import ValueProblem, read_unit


@dataclass(frozen=True, slots=True)
class Mine:
    """Somebody, with the roles that he holds and where (None: everywhere)."""

    person: str
    roles: Mapping[str, list[str | None]]
    other_teams: frozenset[str] = frozenset()
    """the teams of which he is not: what is offered to them is not offered to him"""

    def has(self, head: Head) -> bool:
        """Whether a ticket is his: as owner, as assignee or in his place, or offered to him, or to a role that he holds
        for its unit."""
        if head.owner == self.person:
            return True
        for task in head.tasks.values():
            if self.person in (task.get("assignee"), task.get("offered"), task.get("lent")):
                return True
            if any(covers(scope, head.unit) for scope in self.roles.get(task.get("offered_to", ""), ())):
                return True
            scopes = self.roles.get(task.get("role", ""), ())
            if "assignee" in task or task.get("team") in self.other_teams:
                continue
            if any(covers(scope, head.unit) for scope in scopes):
                return True
        return False


def mine(reading: Reads, person: str) -> Mine:
    """Somebody by id, as `--mine` means him."""
    found: dict[str, list[str | None]] = {}
    known = reading.person(person)
    for role, scope in known.roles if known is not None else ():
        found.setdefault(role, []).append(scope)
    teams = teams_in(reading)
    others = frozenset(team for team, entry in teams.items() if person not in (*entry["people"], entry["lead"]))
    return Mine(person, found, others)


def unit_named(reading: Reads, said: str) -> str:
    """The unit of `--unit`, as the register has it. Raises `NotUnderstood`."""
    try:
        return as_registered(reading, read_unit(said))
    except ValueProblem as problem:
        raise NotUnderstood(msg("--unit: {problem}", problem=problem.message)) from None


def at_most(limit: int | None) -> int | None:
    """What `--limit` says. Raises `NotUnderstood` for less than one."""
    if limit is not None and limit < 1:
        raise NotUnderstood(msg("--limit: at least 1"))
    return limit
