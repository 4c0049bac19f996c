"""A host that writes down every call, with the configuration as it was at that moment."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sop_engine.chart import Occurrence
from sop_engine.procedure import Effect, Raise, Set, State, Transition, Tree


class Recorder:
    """Guards: `("fact", name)` holds while the name is among the facts; besides in_state, and numbers in fields."""

    def __init__(self, facts: Collection[str] = ()) -> None:
        self.facts = set(facts)
        self.fields: dict[str, int] = {}
        self.active: tuple[str, ...] = ()
        self.trace: list[tuple[Any, ...]] = []

    @property
    def story(self) -> list[str]:
        """The calls in few words: `-a` left, `a->b` taken, `+b` entered."""
        words: dict[str, Callable[..., str]] = {
            "exited": lambda state, _active: f"-{state}",
            "entered": lambda state, _active: f"+{state}",
            "taken": lambda source, target, _occurrence, _active: f"{source}->{','.join(target)}",
            "remembered": lambda history, states, _active: f"{history}={','.join(states)}",
            "finished": lambda state, _active: f"end {state}",
        }
        return [words[call[0]](*call[1:]) for call in self.trace]

    def holds(self, guard: Tree) -> bool:
        return bool(self.value(guard))

    def value(self, tree: Tree) -> Any:
        match tree:
            case ("fact", name):
                return name in self.facts
            case ("in_state", state):
                return state in self.active
            case ("field", name):
                return self.fields.get(name, 0)
            case ("const", "integer", number):
                return number
            case ("+", left, right):
                return self.value(left) + self.value(right)
            case ("==", left, right):
                return self.value(left) == self.value(right)
            case ("and", *parts):
                return all(self.value(part) for part in parts)
            case ("not", inner):
                return not self.value(inner)
            case ("boom",):
                raise RuntimeError("the host cannot say")
        raise ValueError(f"no such guard: {tree}")

    def taken(self, source: State, transition: Transition, occurrence: Occurrence | None) -> Sequence[str]:
        self.trace.append(("taken", source.id, transition.target, occurrence, self.active))
        return self._do(transition.effects)

    def exited(self, state: State) -> Sequence[str]:
        self.trace.append(("exited", state.id, self.active))
        return self._do(state.exit)

    def entered(self, state: State) -> Sequence[str]:
        self.trace.append(("entered", state.id, self.active))
        return self._do(state.entry)

    def remembered(self, history: State, states: Sequence[str]) -> None:
        self.trace.append(("remembered", history.id, tuple(states), self.active))

    def moved(self, active: Sequence[str]) -> None:
        self.active = tuple(active)

    def finished(self, final: State) -> None:
        self.trace.append(("finished", final.id, self.active))

    def _do(self, effects: Sequence[Effect]) -> list[str]:
        raised = []
        for effect in effects:
            if isinstance(effect, Set):
                assert effect.value is not None
                self.fields[effect.field] = self.value(effect.value)
            elif isinstance(effect, Raise):
                raised.append(effect.event)
        return raised
