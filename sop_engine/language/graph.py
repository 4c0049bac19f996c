"""The states of a draft as a graph: what can be reached, from where an end can be reached, and what is surely so where.

All answers err on the side of saying nothing: a fault is reported only where no run of the chart could escape it.
Targets that name no state are left out; they have a fault of their own.
"""

import itertools
from collections.abc import Iterator
from collections.abc import Set as Set_
from dataclasses import dataclass
from functools import cached_property

from sop_engine.procedure import ROOT, Assign, Effect, Offer, Procedure, Set, State, Transition, Tree

ASSIGNED = "@assigned"
"""Stands among field names for: the task of the state's region has somebody, or a role to which it is offered."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition with where it starts, what is asked at it, and how it is taken."""

    source: str
    transition: Transition
    asked: frozenset[str]
    kind: str
    """`offer`, `handler`, `timer`, `always`, `done` or `open`"""


class Graph:
    """Built once for a draft's procedure."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.states = {state.id: state for state in procedure.states}
        required = {field.id for field in procedure.fields if field.required is not None}
        self._sometimes = required

    def surely_asked(self, offer: Offer) -> frozenset[str]:
        """What is given whenever the offer is done."""
        return frozenset(name for name in offer.ask if name not in self._sometimes)

    # --- structure ---

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(self._edges())

    def _edges(self) -> Iterator[Edge]:
        none: frozenset[str] = frozenset()
        for way in self.procedure.open.alternatives:
            yield Edge(ROOT, way, self.surely_asked(self.procedure.open), "open")
        for state in self.procedure.states:
            for offer in state.offers:
                asked = self.surely_asked(offer)
                for way in offer.alternatives:
                    yield Edge(state.id, way, asked, "offer")
            for kind, groups in (("handler", state.handlers), ("timer", state.timers)):
                for group in groups:
                    for way in group.alternatives:
                        yield Edge(state.id, way, none, kind)
            for way in state.always:
                yield Edge(state.id, way, none, "always")
            for way in state.done:
                yield Edge(state.id, way, none, "done")

    def ancestors(self, state: str) -> list[str]:
        """From the parent outward, the root last."""
        found = []
        here = self.states[state].parent
        while here in self.states:
            found.append(here)
            here = self.states[here].parent
        return found

    def children(self, state: str) -> list[State]:
        """Inner states, history states left out."""
        inner = (self.states[child] for child in self.states[state].children if child in self.states)
        # a state that is declared twice stands where it was declared first
        return [child for child in inner if child.kind != "history" and child.parent == state]

    def inside(self, state: str) -> Iterator[str]:
        """The state and all states inside it."""
        yield state
        for child in self.children(state):
            yield from self.inside(child.id)

    def parallel_of(self, state: str) -> str | None:
        """The innermost parallel state around it, if any."""
        return next((each for each in self.ancestors(state) if self.states[each].kind == "parallel"), None)

    def region_of(self, state: str) -> str:
        """The region whose task it belongs to: the child of the innermost parallel state around it, else the root."""
        path = [state, *self.ancestors(state)]
        for inner, outer in itertools.pairwise(path):
            if self.states[outer].kind == "parallel":
                return inner
        return ROOT

    def defaults(self, state: str) -> Iterator[str]:
        """The states that are entered inside it by default."""
        here = self.states[state]
        inner = [child.id for child in self.children(state)]
        if here.kind == "compound" and state != ROOT:
            inner = [each for each in here.initial if each in inner] or inner[:1]
        elif here.kind != "parallel":
            inner = []
        for each in inner:
            yield each
            yield from self.defaults(each)

    def path(self, target: str) -> list[str]:
        """The states on the way to a target, outermost first and the root left out, and what is entered in it by
        default. A history state leads to what it belongs to: what it remembers was active before, with all that was
        sure then, and without a memory the default is entered."""
        if self.states[target].kind == "history":
            target = self.states[target].parent
        return [*reversed(self.ancestors(target)[:-1]), target, *self.defaults(target)]

    def beside(self, path: list[str], source: str) -> list[str]:
        """The states that are entered by default beside a path from `source`: the other parts of each parallel state on
        it that does not hold `source` already."""
        active = {source, *self.ancestors(source)}
        on_path = set(path)
        found: list[str] = []
        for state in path:
            if self.states[state].kind == "parallel" and state not in active:
                for region in self.children(state):
                    if region.id not in on_path:
                        found += [region.id, *self.defaults(region.id)]
        return found

    def targets(self, transition: Transition) -> list[str]:
        return [target for target in transition.target if target in self.states]

    # --- what can be reached ---

    @cached_property
    def reachable(self) -> set[str]:
        found: set[str] = {ROOT}
        todo = [edge for edge in self.edges if edge.kind == "open"]
        by_source: dict[str, list[Edge]] = {}
        for edge in self.edges:
            if edge.kind != "open":
                by_source.setdefault(edge.source, []).append(edge)
        todo += by_source.get(ROOT, [])
        while todo:
            edge = todo.pop()
            for target in self.targets(edge.transition):
                path = self.path(target)
                for state in (target, *path, *self.beside(path, edge.source)):
                    if state not in found:
                        found.add(state)
                        todo += by_source.get(state, [])
        return found

    @cached_property
    def ending(self) -> set[str]:
        """States from which the end of the ticket can be reached: backward from the ends, along every reason why a
        state would have a way on. `>x` stands for leaving x or anything around it, `.x` for completing it."""
        reasons: dict[str, list[str]] = {}
        for state in self.procedure.states:
            if state.id == ROOT:
                continue
            because = [f">{state.id}", *state.initial, *(child.id for child in self.children(state.id))]
            if state.kind == "final":
                because += [f".{each}" for each in self.ancestors(state.id)]
            if (beside := self.parallel_of(state.id)) is not None:
                because.append(beside)
            for each in because:
                reasons.setdefault(each, []).append(state.id)
            reasons.setdefault(f">{state.parent}", []).append(f">{state.id}")
        for edge in self.edges:
            if edge.kind != "open":
                sign = "." if edge.kind == "done" else ">"
                for target in self.targets(edge.transition):
                    reasons.setdefault(target, []).append(f"{sign}{edge.source}")
        found: set[str] = set()
        todo = [state.id for state in self.procedure.states if state.kind == "final" and state.parent == ROOT]
        while todo:
            here = todo.pop()
            if here not in found:
                found.add(here)
                todo += reasons.get(here, ())
        return found

    # --- what is surely so ---

    @cached_property
    def given_from_the_start(self) -> frozenset[str]:
        """Fields that always have a value: by default, or computed from nothing but such."""
        found = {field.id for field in self.procedure.fields if field.default is not None}
        while True:
            more = {
                field.id for field in self.procedure.fields
                if field.computed is not None and field.id not in found and _always_comes_out(field.computed, found)
            }  # fmt: skip
            if not more:
                return frozenset(found)
            found |= more

    @cached_property
    def cleared(self) -> frozenset[str]:
        """What some effect takes away while its state stays, or beside others: of that nothing is sure anywhere."""
        found: set[str] = set()
        for state in self.procedure.states:
            found |= _taken_away((*state.entry, *state.exit))
        for edge in self.edges:
            stays = not edge.transition.target or edge.source == ROOT or self.parallel_of(edge.source) is not None
            if stays and edge.kind != "open":
                found |= _taken_away(edge.transition.effects)
        return frozenset(found)

    @cached_property
    def surely(self) -> dict[str, frozenset[str]]:
        """State -> what is surely given while it is active: on every path into it, somebody was asked for it, it was
        set, or it was there from the start. The greatest solution of the flow equations, from all downward."""
        everything = frozenset({field.id for field in self.procedure.fields} | {ASSIGNED})
        known = dict.fromkeys(self.states, everything)
        opened = [self._after(edge, self.given_from_the_start) for edge in self.edges if edge.kind == "open"]
        known[ROOT] = frozenset.intersection(*opened) if opened else frozenset()
        known[ROOT] = known[ROOT] - self.cleared | self.given_from_the_start - self.cleared
        leaving: dict[str, list[Edge]] = {}
        for edge in self.edges:
            if edge.kind != "open" and edge.source in self.reachable:
                leaving.setdefault(edge.source, []).append(edge)
        waiting = dict.fromkeys([ROOT, *leaving])
        todo = [edge for edge in self.edges if edge.kind == "open"]
        while todo or waiting:
            if not todo:
                source = next(iter(waiting))
                del waiting[source]
                todo += leaving.get(source, ())
                continue
            edge = todo.pop()
            after = self._after(edge, self._before(edge, known)) - self.cleared
            for target in self.targets(edge.transition):
                for state, given in self._arriving(edge, target, after):
                    if not known[state] <= given:
                        known[state] &= given
                        # what is left from here, and what its completion leads to, is looked at again
                        waiting.update(dict.fromkeys([state, *self.ancestors(state)]))
        return known

    def _before(self, edge: Edge, known: dict[str, frozenset[str]]) -> frozenset[str]:
        if edge.kind == "open":
            return self.given_from_the_start
        given = known[edge.source]
        if edge.kind == "done":
            regions = self.children(edge.source) if self.states[edge.source].kind == "parallel" else []
            for each in [region.id for region in regions] or [edge.source]:
                finals = [known[child.id] for child in self.children(each) if child.kind == "final"]
                given |= frozenset.intersection(*finals) if finals else frozenset()
        return given

    def _after(self, edge: Edge, before: frozenset[str]) -> frozenset[str]:
        effects = edge.transition.effects
        return (before | edge.asked) - _taken_away(effects) | _brought(effects)

    def _arriving(self, edge: Edge, target: str, after: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
        """What is sure in each state on the way in. A region entered from outside begins without an assignee."""
        path = self.path(target)
        beside = self.beside(path, edge.source)
        within = {*path, *beside}
        for state in (*path, *beside):
            given = after
            if self.region_of(state) not in (ROOT, self.region_of(edge.source)):
                given -= {ASSIGNED}
            for each in (*reversed(self.ancestors(state)[:-1]), state):
                if each in within:
                    given |= _brought(self.states[each].entry) - self.cleared
            yield state, given


def _always_comes_out(tree: Tree, given: Set_[str]) -> bool:
    """Whether an expression has a value whenever the `given` fields have one. Rows that are unset are no rows; dividing
    by what may be zero gives nothing."""
    match tree:
        case ("field", name, *part):
            return name in given and not part
        case ("const" | "count" | "any" | "all" | "given" | "in_state" | "did" | "times" | "today" | "now", *_):
            return True
        case ("sum", _source, value):
            return value[0] == "row" or _always_comes_out(value, given)
        case ("/", left, ("const", _kind, divisor)):
            return _always_comes_out(left, given) and str(divisor).strip("0.") != ""
        case (("+" | "-" | "*" | "neg"), *parts):
            return all(_always_comes_out(part, given) for part in parts)
    return False


def _brought(effects: tuple[Effect, ...]) -> frozenset[str]:
    found = set()
    for effect in effects:
        if isinstance(effect, Set) and effect.value is not None and effect.value[0] == "const":
            found.add(effect.field)
        if isinstance(effect, Assign) and effect.to != "nobody":
            found.add(ASSIGNED)
    return frozenset(found)


def _taken_away(effects: tuple[Effect, ...]) -> frozenset[str]:
    """Fields that an effect clears, or sets to what may come out unset; and the assignee."""
    found = set()
    for effect in effects:
        if isinstance(effect, Set) and (effect.value is None or effect.value[0] != "const"):
            found.add(effect.field)
        if isinstance(effect, Assign) and effect.to == "nobody":
            found.add(ASSIGNED)
    return frozenset(found)


def asked_at(procedure: Procedure, trigger: str) -> frozenset[str]:
    """What is surely given once `trigger` was done: asked at every offer of that name."""
    offers: list[Offer] = [offer for state in procedure.states for offer in state.offers if offer.trigger == trigger]
    required = {field.id for field in procedure.fields if field.required is not None}
    if not offers:
        return frozenset()
    return frozenset.intersection(*(frozenset(offer.ask) for offer in offers)) - required
