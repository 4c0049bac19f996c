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

MOST_PAIRS = 1_000_000
Given = frozenset[str]
"""What is sure: names of fields that are set, and `task_of` the regions whose task somebody has."""


def task_of(region: str) -> str:
    """Stands among field names for: the task of this region has somebody, or a role to which it is offered."""
    return f"@{region}"


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition with where it starts, what is asked at it, and how it is taken."""

    source: str
    transition: Transition
    asked: frozenset[str]
    kind: str
    """`offer`, `handler`, `timer`, `always`, `done`, `open` or `act`"""


@dataclass(frozen=True, slots=True)
class Act:
    """A way that no transition of the procedure draws: staff send tickets there."""

    trigger: str
    """as promises name it: `reopen`, `join`, `part`; empty where they cannot"""
    source: str
    way: Transition

    @property
    def whenever(self) -> bool:
        """Whether the ticket may have been anywhere before: then only what opening asked is sure of it."""
        return self.source == ROOT

    @property
    def kind(self) -> str:
        return "open" if self.whenever else "act"


class Graph:
    """Built once for a draft's procedure."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.states = {state.id: state for state in procedure.states}
        required = {field.id for field in procedure.fields if field.required is not None}
        self._sometimes = required
        self._computed = {field.id: field.computed for field in procedure.fields if field.computed is not None}
        self._together: dict[str, dict[str, bool]] = {}
        self.acts = tuple(self._acts())
        self._rank = {state.id: rank for rank, state in enumerate(procedure.states)}

    def surely_asked(self, offer: Offer) -> frozenset[str]:
        """What is given whenever the offer is done."""
        return frozenset(name for name in offer.ask if name not in self._sometimes)

    def _acts(self) -> Iterator[Act]:
        acts = self.procedure.acts
        join = acts.join
        ways = [("reopen", ROOT, acts.reopen.to)]
        if join is not None and join.state in self.states:
            ways += [("join", ROOT, join.state), ("part", join.state, join.alone)]
            ways += [("", join.state, join.then), ("", join.state, join.others)]
        for trigger, source, target in ways:
            kind = self.states[target].kind if target in self.states else "history"
            if kind != "history" and not (kind == "final" and source == ROOT):
                yield Act(trigger, source, Transition(target=(target,)))

    def act_of(self, edge: Edge) -> Act | None:
        """The act of staff that an edge is; None where it is a transition."""
        return next((act for act in self.acts if act.way is edge.transition), None)

    # --- structure ---

    @cached_property
    def large(self) -> bool:
        """Whether looking at every state for every edge takes too long; no procedure that people write is so large."""
        return len(self.edges) * len(self.states) > MOST_PAIRS

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(self._edges())

    def _edges(self) -> Iterator[Edge]:
        none: frozenset[str] = frozenset()
        for way in self.procedure.open.alternatives:
            yield Edge(ROOT, way, self.surely_asked(self.procedure.open), "open")
        for act in self.acts:
            yield Edge(act.source, act.way, self.surely_asked(self.procedure.open) if act.whenever else none, act.kind)
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
        here = state
        # the root's parent is the empty text, which somebody may have given to a state as its name
        while here != ROOT:
            here = self.states[here].parent
            found.append(here)
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

    def together(self, state: str) -> dict[str, bool]:
        """Which states surely are, or are not, active while `state` is."""
        if state in self._together:
            return self._together[state]
        around = [state, *self.ancestors(state)]
        found = self._together[state] = {}
        for other in self.states.values():
            up = self.ancestors(other.id)
            if other.id in around:
                found[other.id] = True
            elif state not in up and other.id != ROOT and other.kind != "history":
                common = next(each for each in up if each in around)
                if self.states[common].kind != "parallel":
                    found[other.id] = False
        return found

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
    def given_from_the_start(self) -> Given:
        """Fields that always have a value: by default, or computed from nothing but such."""
        return self.with_computed(frozenset(field.id for field in self.procedure.fields if field.default is not None))

    def with_computed(self, given: Given) -> Given:
        """The same, and the computed fields that surely come out of it; those that do not are not sure."""
        found = given - self._computed.keys()
        while True:
            more = {name for name, tree in self._computed.items() if name not in found and comes_out(tree, found)}
            if not more:
                return found
            found |= more

    @cached_property
    def cleared(self) -> Given:
        """What some effect takes away while its state stays, beside others, or whenever a state is entered or left: of
        that nothing follows from what was done once."""
        found = set(self._cleared_everywhere)
        for state in self.procedure.states:
            found |= _taken_away((*state.entry, *state.exit), self.region_of(state.id), self.given_from_the_start)
        for taken in self._cleared_in.values():
            found |= taken
        return frozenset(found)

    @cached_property
    def _cleared_everywhere(self) -> Given:
        """What is taken away beside other states that stay: by what is not left at all, or in a part of a parallel
        state. Of that nothing is sure anywhere."""
        found: set[str] = set()
        for state in self.procedure.states:
            if self.parallel_of(state.id) is not None:
                effects = (*state.entry, *state.exit)
                found |= _taken_away(effects, self.region_of(state.id), self.given_from_the_start)
        for edge in self.edges:
            beside = self.parallel_of(edge.source) is not None
            if edge.kind != "open" and (beside or (edge.source == ROOT and not edge.transition.target)):
                found |= _taken_away(edge.transition.effects, self.region_of(edge.source), self.given_from_the_start)
        return frozenset(found)

    @cached_property
    def _cleared_in(self) -> dict[str, Given]:
        """State -> what a transition takes away that leaves nothing, while the state is active."""
        found: dict[str, Given] = dict.fromkeys(self.states, self._cleared_everywhere)
        for edge in self.edges:
            if edge.kind == "open" or edge.transition.target or edge.source == ROOT:
                continue
            taken = _taken_away(edge.transition.effects, self.region_of(edge.source), self.given_from_the_start)
            for state in (*self.inside(edge.source), *self.ancestors(edge.source)) if taken else ():
                found[state] |= taken
        return found

    def assigned(self, state: str) -> bool:
        """Whether the task of the state's region surely has somebody while it is active, or a role."""
        return task_of(self.region_of(state)) in self.surely[state]

    @cached_property
    def surely(self) -> dict[str, Given]:
        """State -> what is surely given while it is active: on every path into it, somebody was asked for it, it was
        set, or it was there from the start. The greatest solution of the flow equations, from all downward."""
        fields = {field.id for field in self.procedure.fields}
        known = dict.fromkeys(
            self.states, frozenset(fields | {task_of(self.region_of(state)) for state in self.states})
        )
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
            before = self._before(edge, known)
            for target in self.targets(edge.transition):
                for state, given in self._arriving(edge, target, before):
                    if not known[state] <= given:
                        known[state] &= given
                        # what is left from here, and what its completion leads to, is looked at again
                        waiting.update(dict.fromkeys([state, *self.ancestors(state)]))
        return known

    def _before(self, edge: Edge, known: dict[str, Given]) -> Given:
        if edge.kind == "open":
            return self.given_from_the_start
        given = known[edge.source]
        if edge.kind == "done":
            regions = self.children(edge.source) if self.states[edge.source].kind == "parallel" else []
            for each in [region.id for region in regions] or [edge.source]:
                finals = [known[child.id] for child in self.children(each) if child.kind == "final"]
                given |= frozenset.intersection(*finals) if finals else frozenset()
        return given

    def _arriving(self, edge: Edge, target: str, before: Given) -> Iterator[tuple[str, Given]]:
        """What is sure, once a transition has come to rest, in each state on the way in: after what was asked, exits,
        its own effects and entries, in this order. A region that is entered begins without an assignee."""
        path = self.path(target)
        beside = self.beside(path, edge.source)
        stays = self._staying(edge, path, target)
        given = before | edge.asked
        if edge.kind != "open":
            for state in (*self.inside(edge.source), *(set(self.ancestors(edge.source)) - stays - {ROOT})):
                given &= _through(self.states[state].exit, given, self.region_of(state))
        lost = {task_of(state) for state in self.states if state not in stays} - {task_of(ROOT)}
        region = self.region_of(self.targets(edge.transition)[0])
        given = _through(edge.transition.effects, given - lost, region)
        for state in sorted({*path, *beside} - stays, key=self._rank.__getitem__):
            given = _through(self.states[state].entry, given, self.region_of(state))
        over = self.states[path[-1]].kind == "final" and len(path) == 1
        for state in (*(() if over else (ROOT,)), *path, *beside):
            yield state, self.with_computed(given - self._cleared_in[state])

    def _staying(self, edge: Edge, path: list[str], target: str) -> set[str]:
        """The states on the way in that were active before, and are not left."""
        if self.states[target].kind == "history":
            target = self.states[target].parent
        around = {*self.ancestors(edge.source), *((edge.source,) if edge.transition.internal else ())}
        return {state for state in path if state in around and state != target}


def comes_out(tree: Tree, given: Set_[str]) -> bool:
    """Whether an expression has a value whenever the `given` fields have one. Rows that are unset are no rows; what is
    true or false is so of unset fields too; dividing by what may be zero gives nothing."""
    match tree:
        case ("field", name, *part):
            return name in given and not part
        case ("const" | "count" | "any" | "all" | "given" | "in_state" | "did" | "times" | "today" | "now", *_):
            return True
        case ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "and" | "or" | "not", *_):
            return True
        case ("sum", _source, value):
            return value[0] == "row" or comes_out(value, given)
        case ("/", left, ("const", _kind, divisor)):
            return comes_out(left, given) and str(divisor).strip("0.") != ""
        case (("+" | "-" | "*" | "neg"), *parts):
            return all(comes_out(part, given) for part in parts)
    return False


def _through(effects: tuple[Effect, ...], given: Given, region: str) -> Given:
    """What is sure after effects, for the task of `region`, of what was sure before."""
    for effect in effects:
        if isinstance(effect, Set):
            sure = effect.value is not None and comes_out(effect.value, given)
            given = given | {effect.field} if sure else given - {effect.field}
        elif isinstance(effect, Assign):
            task = {task_of(region)}
            given = given - task if effect.to == "nobody" else given | task
    return given


def _taken_away(effects: tuple[Effect, ...], region: str, given: Given) -> set[str]:
    """Fields that effects clear, or set to what may come out unset where only `given` is sure; and the assignee."""
    touched = {effect.field for effect in effects if isinstance(effect, Set)}
    touched |= {task_of(region) for effect in effects if isinstance(effect, Assign)}
    return touched - _through(effects, given, region)


def asked_at(procedure: Procedure, trigger: str) -> frozenset[str]:
    """What is surely given once `trigger` was done: asked at every offer of that name."""
    offers: list[Offer] = [offer for state in procedure.states for offer in state.offers if offer.trigger == trigger]
    required = {field.id for field in procedure.fields if field.required is not None}
    if not offers:
        return frozenset()
    return frozenset.intersection(*(frozenset(offer.ask) for offer in offers)) - required
