"""Random charts, and random lives of their tickets."""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from sop_engine.chart import Asked, Fired, Looked, Occurrence, Signalled
from sop_engine.procedure import ROOT, Handler, Offer, Procedure, Raise, State, Timer, Transition, Who

EVENTS = ("a", "a.b", "a.b.c", "b", "c")
DESCRIPTORS = ("a", "a.b", "a.*", "b", "b c", "c", "*")
FACTS = ("dry", "paid", "late")
LIMIT = 40


@dataclass
class Growing:
    """A chart while it is drawn: states in document order, without transitions yet."""

    draw: Any
    states: list[State]

    def number(self, least: int, most: int) -> int:
        return int(self.draw(st.integers(least, most)))

    def chance(self, of: int) -> bool:
        """One in `of`; shrinks to no."""
        return self.number(0, of - 1) == of - 1

    def grow(self, parent: str, depth: int, kind: str) -> str:
        """Add a state and what is inside it; gives its id."""
        place = len(self.states)
        name = ROOT if place == 0 else f"s{place}"
        self.states.append(State(name, {}, parent=parent))
        children = []
        if kind in {"compound", "parallel"}:
            least = 2 if kind == "parallel" or place == 0 else 1
            children = [self.grow(name, depth + 1, self.kind(depth + 1, kind)) for _ in range(self.number(least, 3))]
            if kind == "compound" and self.chance(2):
                children.append(self.grow(name, depth + 1, "final"))
            if place and self.chance(3):
                children.append(self.grow(name, depth + 1, "history"))
        self.states[place] = State(name, {}, kind=kind, parent=parent, children=tuple(children))  # type: ignore[arg-type]
        return name

    def kind(self, depth: int, parent: str) -> str:
        if depth > 3 or len(self.states) > 14:
            return "atomic"
        return str(self.draw(st.sampled_from(("atomic", "compound", "compound", "parallel", "parallel"))))

    # --- what they refer to ---

    def of(self, name: str) -> State:
        return next(state for state in self.states if state.id == name)

    def above(self, name: str) -> list[str]:
        return [] if name == ROOT else [self.of(name).parent, *self.above(self.of(name).parent)]

    def inside(self, name: str, *, history: bool) -> list[str]:
        return [each.id for each in self.states if name in self.above(each.id) and (history or each.kind != "history")]

    def targets(self, among: list[str]) -> tuple[str, ...]:
        """One state, or two in different regions of one parallel state."""
        first = str(self.draw(st.sampled_from(among)))
        beside = [other for other in among if self.are_orthogonal(first, other)]
        if beside and self.chance(3):
            return (first, str(self.draw(st.sampled_from(beside))))
        return (first,)

    def are_orthogonal(self, one: str, other: str) -> bool:
        paths = [one, *self.above(one)], [other, *self.above(other)]
        if one in paths[1] or other in paths[0]:
            return False
        meet = next(state for state in paths[0] if state in paths[1])
        # A history state that belongs to the parallel state itself stands for all its regions.
        direct = any(self.of(each).parent == meet and self.of(each).kind == "history" for each in (one, other))
        return self.of(meet).kind == "parallel" and not direct

    def guard(self) -> tuple[Any, ...] | None:
        match self.number(0, 3):
            case 2:
                return ("fact", self.draw(st.sampled_from(FACTS)))
            case 3:
                return ("in_state", self.draw(st.sampled_from([state.id for state in self.states])))
        return None

    def raises(self) -> tuple[Raise, ...]:
        return (Raise(self.draw(st.sampled_from(EVENTS))),) if self.chance(5) else ()

    def transition(self, *, must_have_guard: bool = False) -> Transition:
        guard = self.guard() or (("fact", "late") if must_have_guard else None)
        target = () if self.chance(6) else self.targets(self.inside(ROOT, history=True))
        return Transition(when=guard, target=target, internal=self.chance(3), effects=self.raises())

    def alternatives(self) -> tuple[Transition, ...]:
        return tuple(self.transition() for _ in range(self.number(1, 2)))

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
        some = st.lists(st.sampled_from(DESCRIPTORS), max_size=2)
        asks = ["go"] if self.chance(2) else []
        return replace(
            state,
            initial=initial,
            offers=tuple(Offer(name, {}, (Who("anyone"),), self.alternatives()) for name in asks),
            handlers=tuple(Handler(event, self.alternatives()) for event in self.draw(some)),
            timers=(Timer("wait", {}, self.alternatives()),) if self.chance(4) else (),
            always=(self.transition(must_have_guard=True),) if self.chance(5) else (),
            done=self.alternatives() if state.children and self.chance(2) else (),
            entry=self.raises(),
            exit=self.raises(),
        )


@st.composite
def procedures(draw: Any) -> Procedure:
    """Legal charts of up to about twenty states."""
    growing = Growing(draw, [])
    growing.grow("", 0, "parallel" if growing.chance(8) else "compound")
    states = tuple(growing.dressed(state) for state in growing.states)
    begins = (
        Transition()
        if not growing.chance(3)
        else Transition(target=growing.targets(growing.inside(ROOT, history=True)))
    )
    return Procedure("random", {}, "R", states, Offer("open", {}, (Who("anyone"),), (begins,)))


@st.composite
def lives(draw: Any) -> list[tuple[frozenset[str], str, Any]]:
    """What happens to a ticket: the facts of the moment, the kind of occurrence, and which of those possible."""
    kinds = st.sampled_from(("signal", "signal", "ask", "fire", "look"))
    moment = st.tuples(st.frozensets(st.sampled_from(FACTS)), kinds, st.integers(0, 9))
    return list(draw(st.lists(moment, min_size=1, max_size=8)))


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
