"""The ways of a ticket while a goal runs: whether it can begin at all, whether what stops it can come, and where the
ticket may be in between.

All answers err on the side of saying nothing: where a part of the chart may be active, it is taken to be, and a
condition is taken to hold where it may (`satisfying`).
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from sop_engine.goals import Goal, Mark
from sop_engine.language.analysis.graph import Edge, Graph
from sop_engine.language.formulas.satisfying import Values, can_hold, standing
from sop_engine.procedure import ROOT, Tree

OPENING: Final = "open"
JOINED: Final = "joined"
"""what happens to a ticket wherever it stands: another goes with it from then on"""


class GoalPaths:
    """One goal on a graph. The names that it uses are all declared."""

    def __init__(self, graph: Graph, goal: Goal) -> None:
        self.graph = graph
        self.goal = goal
        self._trigger = {
            id(way): offer.trigger
            for state in graph.procedure.states
            for offer in state.offers
            for way in offer.alternatives
        }
        self._event = {
            id(way): handler.event
            for state in graph.procedure.states
            for handler in state.handlers
            for way in handler.alternatives
        }
        self._values = Values(graph.procedure)
        self._stops = [mark.when for mark in goal.stop if mark.when is not None]
        self._never_while = self._stops if goal.every is None else []
        """what cannot hold while it runs, since it would end"""

    @cached_property
    def beginnings(self) -> set[str]:
        """The states that may be active once it has begun; empty where it never does."""
        marks = [mark for mark in self.goal.start if mark not in self.goal.stop]
        found = {state for mark in marks for state in self._begun_by(mark)}
        return found if any(self._counts_in(state) for state in found) else set()

    @cached_property
    def can_stop(self) -> bool:
        """Whether one of its stops can come after it has begun."""
        active, followed = self._followed(stopping=False)
        reached = active.union(*(self._arrivals(edge) for edge in followed)) - {ROOT}
        if any(self._is_hopeless(guard) or self._may(guard, state) for guard in self._stops for state in reached):
            return True
        for mark in self.goal.stop:
            if mark.name == JOINED:
                return True
            if mark.kind == "entered":
                if any(mark.name in self._arrivals(edge) for edge in followed):
                    return True
            elif mark.kind != "holds" and any(self._is_at(mark, edge) for edge in followed):
                return True
        return False

    @cached_property
    def between(self) -> set[str]:
        """The states without inner ones in which the ticket may be while it runs."""
        active, _followed = self._followed(stopping=True)
        kinds = {name: self.graph.states[name].kind for name in active}
        return {name for name in active if kinds[name] == "atomic" and self._counts_in(name)}

    def stands_still(self, state: str) -> bool:
        """Whether its time surely stands still while it runs and the ticket is in a state without inner ones."""
        outer = {state, *self.graph.ancestors(state)}
        if not outer.isdisjoint(self.goal.pause):
            return True
        against = (*self.goal.pause_when, *self._never_while)
        return bool(self.goal.pause_when) and not self._may(_none_of(against), state)

    # --- parts ---

    def _begun_by(self, mark: Mark) -> Iterator[str]:
        """What may be active once a moment has begun it. What ends it may not hold then."""
        guards = [] if mark.when is None or self._is_hopeless(mark.when) else [mark.when]
        whole: Tree = ("and", *guards, _none_of(self._never_while))
        for state in self._at(mark):
            if not self._is_end(state) and self._may(whole, state):
                yield state

    def _is_hopeless(self, guard: Tree) -> bool:
        """Whether a condition can hold nowhere: that is a fault of its own, and no second one."""
        return not can_hold(guard, self._values)

    def _may(self, guard: Tree, state: str) -> bool:
        """Whether a condition may hold while a state is active."""
        return can_hold(standing(guard, self.graph.together(state)), self._values)

    def _is_at(self, mark: Mark, edge: Edge) -> bool:
        """Whether a transition is the doing of a trigger, or the taking of an event."""
        if mark.kind == "took":
            return self._event.get(id(edge.transition)) in (mark.name, "*")
        act = self.graph.act_of(edge)
        if act is not None:
            return mark.name == act.trigger
        return mark.name == (OPENING if edge.kind == "open" else self._trigger.get(id(edge.transition)))

    def _at(self, mark: Mark) -> Iterator[str]:
        """What may be active right after a moment of the ticket's way, and wherever a condition may come to hold."""
        if mark.kind == "holds" or mark.name == JOINED:
            yield from self.graph.reachable - {ROOT}
            return
        for edge in self.graph.edges:
            if edge.source not in self.graph.reachable:
                continue
            if mark.name in self._arrivals(edge) if mark.kind == "entered" else self._is_at(mark, edge):
                yield from self._after(edge)

    def _after(self, edge: Edge) -> Iterator[str]:
        """What may be active once a transition is done: where it leads, and all that stays beside it."""
        if not edge.transition.target:
            yield from self.graph.reachable - {ROOT} if edge.source == ROOT else self._company(edge.source)
        for state in self._arrivals(edge):
            yield state
            yield from self._beside(state)

    def _arrivals(self, edge: Edge) -> set[str]:
        """The states that a transition may enter."""
        found: set[str] = set()
        for target in self.graph.targets(edge.transition):
            path = self.graph.path(target)
            found |= {*path, *self.graph.beside(path, edge.source)}
            if self.graph.states[target].kind == "history":
                found |= set(self.graph.inside(self.graph.states[target].parent))
        return found

    def _beside(self, state: str) -> set[str]:
        """What is around a state, and what may be active in the parts that run beside it."""
        around = self.graph.ancestors(state)
        found = set(around)
        for each in around:
            if self.graph.states[each].kind == "parallel":
                found |= set(self.graph.inside(each))
        return found - {ROOT}

    def _company(self, state: str) -> set[str]:
        """The state, and all that may be active together with it."""
        return {*self.graph.inside(state), *self._beside(state)}

    def _followed(self, stopping: bool) -> tuple[set[str], list[Edge]]:
        """The states that may be active while the goal runs, and the transitions that may be taken then; with
        `stopping`, none that surely stops it is followed further."""
        by_source: dict[str, list[Edge]] = {}
        for edge in self.graph.edges:
            if edge.kind != "open":
                by_source.setdefault(edge.source, []).append(edge)
        active: set[str] = set()
        followed: list[Edge] = []
        todo = [ROOT, *sorted(self.beginnings)] if self.beginnings else []
        while todo:
            state = todo.pop()
            if state in active or (state != ROOT and not self._counts_in(state)):
                continue
            active.add(state)
            for edge in self._ways_on(state, by_source):
                followed.append(edge)
                if not (stopping and self._surely_stops(edge)):
                    todo += self._after(edge) if edge.transition.target else ()
        return active, followed

    def _ways_on(self, state: str, by_source: dict[str, list[Edge]]) -> Iterator[Edge]:
        """The transitions that a state brings about: its own, and where it is final what is taken when those around it
        are complete."""
        yield from (edge for edge in by_source.get(state, ()) if edge.kind != "done")
        if self.graph.states[state].kind == "final":
            for outer in self.graph.ancestors(state):
                yield from (edge for edge in by_source.get(outer, ()) if edge.kind == "done")

    def _surely_stops(self, edge: Edge) -> bool:
        if Mark("did", self._trigger.get(id(edge.transition), "")) in self.goal.stop:
            return True
        entered = {each for target in self.graph.targets(edge.transition) for each in (target, *self._inner(target))}
        return any(mark.kind == "entered" and mark.name in entered for mark in self.goal.stop)

    def _inner(self, target: str) -> Iterable[str]:
        return () if self.graph.states[target].kind == "history" else self.graph.defaults(target)

    def _counts_in(self, state: str) -> bool:
        """Whether the goal may live while the state is active."""
        return not self.goal.within_states or any(
            state in self._company(each) for each in self.goal.within_states if each in self.graph.states
        )

    def _is_end(self, state: str) -> bool:
        here = self.graph.states[state]
        return here.kind == "final" and here.parent == ROOT


def _none_of(guards: Iterable[Tree]) -> Tree:
    return ("and", ("const", "boolean", True), *(("not", each) for each in guards))
