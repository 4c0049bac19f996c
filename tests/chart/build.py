"""Charts in few words: nested calls instead of a flat tuple of records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sop_engine.chart import Chart
from sop_engine.procedure import (
    ROOT,
    Handler,
    Offer,
    Procedure,
    Raise,
    State,
    Timer,
    Transition,
    Who,
)

Alternatives = Transition | Sequence[Transition]


@dataclass(frozen=True)
class Sketch:
    state: State
    inner: tuple["Sketch", ...]


def to(
    *target: str, when: tuple[Any, ...] | None = None, internal: bool = False, raises: Iterable[str] = ()
) -> Transition:
    return Transition(when=when, target=target, internal=internal, effects=tuple(Raise(event) for event in raises))


def state(
    id: str,
    *inner: Sketch,
    kind: Any = None,
    initial: str | Sequence[str] = (),
    ask: Mapping[str, Alternatives] | None = None,
    on: Mapping[str, Alternatives] | Sequence[tuple[str, Alternatives]] = (),
    fire: Mapping[str, Alternatives] | None = None,
    always: Alternatives = (),
    done: Alternatives = (),
    enter: Iterable[str] = (),
    leave: Iterable[str] = (),
    deep: bool = False,
) -> Sketch:
    """A state; its kind is told by what is inside, its first state is initial where nothing is said."""
    kind = kind or ("compound" if inner else "atomic")
    initial = (initial,) if isinstance(initial, str) else tuple(initial)
    if kind == "compound" and not initial:
        initial = (next(each.state.id for each in inner if each.state.kind != "history"),)
    handlers = on.items() if isinstance(on, Mapping) else on
    record = State(
        id,
        {},
        kind=kind,
        children=tuple(each.state.id for each in inner),
        initial=initial,
        deep=deep,
        offers=tuple(offer(trigger, each) for trigger, each in (ask or {}).items()),
        handlers=tuple(Handler(event, alternatives(each)) for event, each in handlers),
        timers=tuple(Timer(name, {}, alternatives(each)) for name, each in (fire or {}).items()),
        always=alternatives(always),
        done=alternatives(done),
        entry=tuple(Raise(event) for event in enter),
        exit=tuple(Raise(event) for event in leave),
    )
    return Sketch(record, inner)


def parallel(id: str, *inner: Sketch, **more: Any) -> Sketch:
    return state(id, *inner, kind="parallel", **more)


def final(id: str, **more: Any) -> Sketch:
    return state(id, kind="final", **more)


def history(id: str, default: str, *, deep: bool = False) -> Sketch:
    return state(id, kind="history", initial=default, deep=deep)


def alternatives(given: Alternatives) -> tuple[Transition, ...]:
    return (given,) if isinstance(given, Transition) else tuple(given)


def offer(trigger: str, given: Alternatives) -> Offer:
    return Offer(trigger, {}, (Who("anyone"),), alternatives(given))


def procedure(*inner: Sketch, opens: Alternatives | None = None, **root: Any) -> Procedure:
    """A procedure of these top-level states; it opens into the root's initial unless `opens` says otherwise."""
    top = state(ROOT, *inner, **root)
    opening = offer("open", opens if opens is not None else Transition())
    return Procedure("sample", {}, "S", tuple(_flat(top, parent="")), opening)


def chart(*inner: Sketch, **more: Any) -> Chart:
    return Chart(procedure(*inner, **more))


def _flat(sketch: Sketch, parent: str) -> Iterable[State]:
    yield replace(sketch.state, parent=parent)
    for each in sketch.inner:
        yield from _flat(each, sketch.state.id)
