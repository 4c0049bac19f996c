"""A procedure made ready to run: its chart, its closures, and the tables that a command looks things up in."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from sop_engine import guards, values
from sop_engine.chart import Chart
from sop_engine.goals import Goal, conditions_of
from sop_engine.procedure import ROOT, Field, Offer, Procedure, Role, State, Timer, Tree
from sop_engine.ticket.asks_roster import roles_assigned
from sop_engine.ticket.evolve import ordered

_WORDED = frozenset({"text", "unit", "phone", "person", "rows"})
"""types of fields whose values have words"""


def calendars_of(procedure: Procedure) -> set[str]:
    """The calendars on which the goals of a procedure are counted."""
    found: set[str] = set()
    for goal in procedure.goals:
        found |= {each.calendar or goal.calendar or procedure.calendar for each in goal.within}
        found.add(goal.calendar or procedure.calendar)
    return found - {""}


def _timed_by(goal: Goal) -> frozenset[str] | None:
    """The fields whose change may move a goal; None where its cases look at more than fields."""
    cases = [each.when for each in goal.within if each.when is not None]
    if not all(guards.stands_on_fields(each) for each in cases):
        return None
    named = [goal.due.field.partition(".")[0]] if goal.due is not None else []
    named += [goal.firm] if goal.firm else []
    return frozenset(named).union(*(guards.reads(each) for each in cases))


class Program:
    """Built once per normal form and shared by every ticket that is pinned to it; holds no ticket's state."""

    def __init__(self, procedure: Procedure, digest: str) -> None:
        self.procedure = procedure
        self.digest = digest
        self.chart = Chart(procedure)
        self.fields: dict[str, Field] = {field.id: field for field in procedure.fields}
        self.decoders = {field.id: values.decoder(field) for field in procedure.fields}
        self.roles: dict[str, Role] = {role.id: role for role in procedure.roles}
        self.skills = {skill.id: skill for skill in procedure.skills}
        self.teams = {team.id: team for team in procedure.teams}
        self.states: dict[str, State] = {state.id: state for state in procedure.states}
        self.order = ordered([state.id for state in procedure.states])
        self.filled = [field for field in procedure.fields if field.fill is not None]
        self.units = [field.id for field in procedure.fields if field.type == "unit"]
        self.computed = [field for field in procedure.fields if field.computed is not None]
        self.computed_of_fields = all(guards.stands_on_fields(field.computed or ()) for field in self.computed)
        """whether computed fields can only change where a field is written"""
        self.timers: dict[str, tuple[State, Timer]] = {
            f"{state.id}/{timer.id}": (state, timer) for state in procedure.states for timer in state.timers
        }
        self.timed_fields = {
            timer.at.partition(".")[0] for _state, timer in self.timers.values() if timer.at is not None
        }
        self.goals = {goal.id: goal for goal in procedure.goals}
        moments = {goal.id: (*goal.start, *goal.stop, *goal.reset) for goal in procedure.goals}
        self.marks = {name: frozenset((m.kind, m.name) for m in found) for name, found in moments.items()}
        """goal -> the moments of a ticket's way that begin it, end it, or begin it anew"""
        self.conditional = {name for name, found in moments.items() if any(each.when is not None for each in found)}
        """the goals that conditions begin, end, or begin anew"""
        self.timed_by = {goal.id: _timed_by(goal) for goal in procedure.goals}
        """goal -> the fields that may move it; None where more than fields may"""
        self.calendars = sorted(calendars_of(procedure))
        self.triggers = sorted({offer.trigger for state in procedure.states for offer in state.offers})
        # keyed by identity: the trees live as long as the procedure, and hashing nested tuples would cost more
        self._tests: dict[int, Callable[[Any], bool]] = {}
        self._values: dict[int, Callable[[Any], Any]] = {}
        self._committed: dict[int, tuple[str, ...]] = {}

    def holds(self, guard: Tree, environment: Any) -> bool:
        """Whether a guard holds for what `environment` (a `guards.Env`) tells."""
        test = self._tests.get(id(guard))
        if test is None:
            test = self._tests[id(guard)] = guards.condition(guard, self.fields)
        return test(environment)

    def value(self, expression: Tree, environment: Any) -> Any:
        """The value of an expression, decoded; None where it is unset."""
        function = self._values.get(id(expression))
        if function is None:
            function = self._values[id(expression)] = guards.compile(expression, self.fields)
        return function(environment)

    def committed_in(self, tree: Tree) -> tuple[str, ...]:
        """The fields that a tree reads of which the record holds only a commitment: then its result is recorded."""
        known = self._committed.get(id(tree))
        if known is None:
            known = tuple(
                name for name in sorted(guards.reads(tree)) if name in self.fields and self.fields[name].committed
            )
            self._committed[id(tree)] = known
        return known

    @cached_property
    def searched(self) -> dict[str, str]:
        """The fields by whose words a ticket is found -> their class of personal data, empty: everybody's. What has no
        words of its own counts where lists show it."""
        shown = {part.partition(".")[0] for part in self.procedure.subject[1::2]}
        return {
            field.id: field.personal or ""
            for field in self.procedure.fields
            if field.type in _WORDED or (field.type == "choice" and field.id in shown)
        }

    @cached_property
    def on_shift(self) -> frozenset[str]:
        """The roles whose tasks nobody has who is not on shift."""
        return roles_assigned(self.procedure)

    @cached_property
    def families(self) -> list[str]:
        """The procedures of which goals read children in every step (`""`: any)."""
        guarded = [guard for goal in self.procedure.goals for guard in conditions_of(goal)]
        return sorted({each for guard in guarded for each in guards.families(guard)})

    @cached_property
    def watched(self) -> dict[str, set[str]]:
        """State -> the procedures of which its eventless transitions look at where children stand (`""`: any), by
        themselves or through computed fields; those at which goals look belong to the whole ticket. States that look at
        none are left out."""
        by_field = {field.id: guards.watches(field.computed or ()) for field in self.computed}
        for _round in self.computed:  # a computed field may read one that is declared after it
            for field in self.computed:
                for name in guards.reads(field.computed or ()):
                    by_field[field.id] |= by_field.get(name, set())
        looked = [(state.id, each.when) for state in self.procedure.states for each in state.always]
        looked += [(ROOT, guard) for goal in self.procedure.goals for guard in conditions_of(goal)]
        found: dict[str, set[str]] = {}
        for place, guard in looked:
            if guard is not None:
                read = (by_field.get(name, set()) for name in guards.reads(guard))
                found.setdefault(place, set()).update(guards.watches(guard), *read)
        return {state: procedures for state, procedures in found.items() if procedures}

    def is_woken(self, active: Iterable[str], procedure: str) -> bool:
        """Whether a ticket in these states has to look again when a child of `procedure` has moved."""
        watched = self.watched
        return bool(watched) and any(not {"", procedure}.isdisjoint(watched.get(each, ())) for each in (*active, ROOT))

    def offer(self, state: str, trigger: str) -> Offer:
        """The offer of `trigger` at `state`, which must have it."""
        return self.chart.offer(state, trigger)

    def region(self, state: str) -> str:
        """The region that a state's task belongs to; `ticket` where nothing is parallel."""
        return ROOT if state == ROOT else self.chart.region(state)
