"""Random charts, and random lives of their tickets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from sop_engine.chart import Asked, Fired, Looked, Occurrence, Signalled
from sop_engine.procedure import ROOT, Handler, Offer, Procedure, Raise, State, Timer, Transition, Who

EVENTS = ("a", "a.b", "a.b.c", "b", "c")
DESCRIPTORS = ("a", "a.b", "a.*", "b", "b c", "c", "*")
FACTS = ("dry", "paid", "late")
LIMIT = 12

Number = Callable[[int, int], int]
Life = list[tuple[frozenset[str], str, int]]


@dataclass
class Growing:
    """A chart while it is drawn: states in document order, without transitions yet.

    Everything is decided by `number(least, most)`, so that it can be drawn by hypothesis, which shrinks what fails, or
    from a seed, which is twenty times as fast.
    """

    number: Number
    states: list[State] = field(default_factory=list)
    above: dict[str, list[str]] = field(default_factory=dict)
    """proper ancestors, parent first"""

    def one_of(self, these: Sequence[Any]) -> Any:
        return these[self.number(0, len(these) - 1)]

    def some(self, these: Sequence[Any]) -> list[Any]:
        return [self.one_of(these) for _ in range(self.number(0, 2))]

    def chance(self, of: int) -> bool:
        """One in `of`; shrinks to no."""
        return self.number(0, of - 1) == of - 1

    def grow(self, parent: str, depth: int, kind: str) -> str:
        """Add a state and what is inside it; gives its id."""
        place = len(self.states)
        name = ROOT if place == 0 else f"s{place}"
        self.states.append(State(name, {}, parent=parent))
        self.above[name] = [parent, *self.above[parent]] if place else []
        children = []
        if kind in {"compound", "parallel"}:
            least = 2 if kind == "parallel" or place == 0 else 1
            children = [self.grow(name, depth + 1, self.kind(depth + 1, kind)) for _ in range(self.number(least, 3))]
            if kind == "compound" and not self.chance(3):
                children.append(self.grow(name, depth + 1, "final"))
            if place and self.chance(3):
                children.append(self.grow(name, depth + 1, "history"))
        self.states[place] = State(name, {}, kind=kind, parent=parent, children=tuple(children))  # type: ignore[arg-type]
        return name

    def kind(self, depth: int, parent: str) -> str:
        if depth > 3 or len(self.states) > 14:
            return "atomic"
        if parent == "parallel":
            return str(self.one_of(("compound", "compound", "compound", "atomic", "parallel")))
        return str(self.one_of(("atomic", "atomic", "compound", "parallel", "parallel")))

    # --- what they refer to ---

    def of(self, name: str) -> State:
        return self.states[0 if name == ROOT else int(name[1:])]

    def inside(self, name: str, *, history: bool) -> list[str]:
        return [each.id for each in self.states if name in self.above[each.id] and (history or each.kind != "history")]

    def targets(self, among: list[str]) -> tuple[str, ...]:
        """One state, or two in different regions of one parallel state."""
        first = str(self.one_of(among))
        if self.chance(3) and (beside := [other for other in among if self.are_orthogonal(first, other)]):
            return (first, str(self.one_of(beside)))
        return (first,)

    def reachable(self, source: str) -> list[str]:
        """Every state; often only those beside the source, or final ones, so that regions come to their end."""
        beside = [state for state in self.inside(self.of(source).parent, history=True) if state != source]
        ends = [state for state in beside if self.of(state).kind == "final"]
        if source != ROOT and ends and self.chance(3):
            return ends
        return beside if source != ROOT and beside and self.chance(2) else self.inside(ROOT, history=True)

    def are_orthogonal(self, one: str, other: str) -> bool:
        paths = [one, *self.above[one]], [other, *self.above[other]]
        if one in paths[1] or other in paths[0]:
            return False
        meet = next(state for state in paths[0] if state in paths[1])
        # A history state that belongs to the parallel state itself stands for all its regions.
        direct = any(self.of(each).parent == meet and self.of(each).kind == "history" for each in (one, other))
        return self.of(meet).kind == "parallel" and not direct

    def guard(self) -> tuple[Any, ...] | None:
        match self.number(0, 3):
            case 2:
                return ("fact", self.one_of(FACTS))
            case 3:
                return ("in_state", self.one_of(self.states).id)
        return None

    def raises(self) -> tuple[Raise, ...]:
        return (Raise(self.one_of(EVENTS)),) if self.chance(8) else ()

    def transition(self, source: str, *, must_have_guard: bool = False) -> Transition:
        guard = self.guard() or (("fact", "late") if must_have_guard else None)
        target = () if self.chance(6) else self.targets(self.reachable(source))
        return Transition(when=guard, target=target, internal=self.chance(3), effects=self.raises())

    def alternatives(self, source: str) -> tuple[Transition, ...]:
        return tuple(self.transition(source) for _ in range(self.number(1, 2)))

    def dressed(self, state: State) -> State:
        """The state with its initial states, transitions and effects."""
        if state.kind == "history":
            default = self.targets(self.inside(state.parent, history=False))
            return replace(state, initial=default, deep=self.chance(2))
        initial: tuple[str, ...] = ()
        if state.kind == "compound":
            plain = [child for child in state.children if self.of(child).kind != "history"]
            deeper = self.inside(state.id, history=True)
            initial = self.targets(deeper) if self.chance(4) else (plain[0],)
        if state.kind == "final":
            return replace(state, entry=self.raises(), exit=self.raises())
        asks = ["go"] if self.chance(2) else []
        return replace(
            state,
            initial=initial,
            offers=tuple(Offer(name, {}, (Who("anyone"),), self.alternatives(state.id)) for name in asks),
            handlers=tuple(Handler(event, self.alternatives(state.id)) for event in self.some(DESCRIPTORS)),
            timers=(Timer("wait", {}, self.alternatives(state.id)),) if self.chance(4) else (),
            always=(self.transition(state.id, must_have_guard=True),) if self.chance(9) else (),
            done=self.alternatives(state.id) if state.children and not self.chance(3) else (),
            entry=self.raises(),
            exit=self.raises(),
        )


def grown(number: Number) -> Procedure:
    """A legal chart of up to about twenty states."""
    growing = Growing(number)
    growing.grow("", 0, "parallel" if growing.chance(8) else "compound")
    states = tuple(growing.dressed(state) for state in growing.states)
    somewhere = growing.targets(growing.inside(ROOT, history=True)) if growing.chance(3) else ()
    opening = Offer("open", {}, (Who("anyone"),), (Transition(target=somewhere),))
    return Procedure("random", {}, "R", states, opening)


def lived(number: Number) -> Life:
    """What happens to a ticket: the facts of the moment, the kind of occurrence, and which of those possible."""
    growing = Growing(number)
    kinds = ("signal", "signal", "ask", "fire", "look")
    return [
        (frozenset(growing.some(FACTS)), growing.one_of(kinds), growing.number(0, 9))
        for _ in range(growing.number(1, 8))
    ]


@st.composite
def charts_and_lives(draw: Any) -> tuple[Procedure, Life]:
    def number(least: int, most: int) -> int:
        return int(draw(st.integers(least, most)))

    return grown(number), lived(number)


def occurrence(kind: str, which: int, procedure: Procedure, active: list[str]) -> Occurrence:
    """An occurrence that means something in this configuration, where there is one."""
    there = [state for state in procedure.states if state.id in active or state.id == ROOT]
    match kind:
        case "ask":
            asks = [Asked(state.id, offer.trigger) for state in there for offer in state.offers]
            return asks[which % len(asks)] if asks else Asked(ROOT, "go")
        case "fire":
            fires = [Fired(state.id, timer.id) for state in there for timer in state.timers]
            return fires[which % len(fires)] if fires else Fired(ROOT, "wait")
        case "look":
            return Looked()
    return Signalled(EVENTS[which % len(EVENTS)])
