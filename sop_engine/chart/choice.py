"""Which guarded alternative a state takes for a trigger: the only file that uses the `transitions` library.

Each compound or parallel state has one flat machine of the library; the machine's states are the state's children. The
root, being nobody's child, has a machine of its own. Offers, timers, handlers, eventless and completion transitions
are triggers of that machine, their guards its `conditions`, and the library finds the first alternative that holds.

A machine has one cursor, whatever the number of tickets: to ask is to place the cursor at the source (no callback
runs), trigger, and read which alternative held. The transitions have no destination, since where a ticket
goes, what it leaves on the way and what it enters is the coordinator's to say (`algorithm`); so the cursor stays where
it was placed. Where a state has one alternative for a trigger and that has no guard, there is nothing to ask.
Whoever asks travels with the question and nothing is left on the cursor, so a guard may ask again. The
library reads the cursor only once, before it looks at any guard, but between placing and reading another thread could
place it elsewhere: a lock per machine keeps that out.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transitions import EventData, Machine

from sop_engine.chart.host import Host, Occurrence
from sop_engine.chart.outline import Outline
from sop_engine.procedure import ROOT, Offer, State, Transition


@dataclass(frozen=True, slots=True, eq=False)
class Arc:
    """A transition with the state that bears it. Two arcs are the same only if they are one object: a file may say
    the same thing twice."""

    source: State
    transition: Transition
    domain: str | None
    """inside which everything that it leaves and enters lies; None where it has no target, or one that is a history
    state, so that it depends on what is remembered"""


@dataclass(frozen=True, slots=True)
class Enabled:
    """An arc that is to be taken, and what for (None: eventless or completion)."""

    arc: Arc
    occurrence: Occurrence | None


class _Question:
    """Who asks, and what the library found. A guard finds its host here."""

    __slots__ = ("answer", "host")

    def __init__(self, host: Host) -> None:
        self.host = host
        self.answer: Arc | None = None


class _Alternative:
    """The condition of one alternative, as the library calls it back. It is the only one, so the first that holds is
    the one that the library executes; it notes itself as the answer."""

    __slots__ = ("arc", "guard")

    def __init__(self, arc: Arc) -> None:
        self.arc = arc
        self.guard = arc.transition.when

    def __call__(self, event: EventData) -> bool:
        question: _Question = event.kwargs["question"]
        holds = self.guard is None or bool(question.host.holds(self.guard))
        if holds:
            question.answer = self.arc
        return holds


class _Cursor:
    """The one model of a machine."""

    state: str


class _FlatMachine:
    """The alternatives of some sibling states, by state and trigger."""

    def __init__(self, outline: Outline, siblings: Sequence[State]) -> None:
        self._outline = outline
        self._cursor = _Cursor()
        self._lock = threading.RLock()
        self._machine = Machine(
            model=self._cursor,
            states=[state.id for state in siblings],
            initial=siblings[0].id,
            auto_transitions=False,
            send_event=True,
            queued=False,
        )
        self.known: dict[tuple[str, str], Arc | None] = {}
        """which triggers each state has; with the arc where it is the only one and has no guard"""
        for state in siblings:
            for trigger, alternatives in _triggers(state):
                self.add(state, trigger, alternatives)

    def ask(self, source: str, trigger: str, host: Host) -> Arc | None:
        """The first alternative of `trigger` in `source`, which must have it, whose guard holds."""
        only = self.known[source, trigger]
        if only is not None:
            return only
        question = _Question(host)
        with self._lock:
            self._cursor.state = source
            self._machine.events[trigger].trigger(self._cursor, question=question)
        return question.answer

    def add(self, state: State, trigger: str, alternatives: Sequence[Transition]) -> None:
        """Let `state` have these alternatives for `trigger`, in this order."""
        arcs = [Arc(state, each, _static_domain(self._outline, state, each)) for each in alternatives]
        for arc in arcs:
            self._machine.add_transition(trigger, state.id, None, conditions=_Alternative(arc))
        if arcs:
            certain = len(arcs) == 1 and arcs[0].transition.when is None
            self.known[state.id, trigger] = arcs[0] if certain else None


def _triggers(state: State) -> Iterator[tuple[str, Sequence[Transition]]]:
    """Each group of alternatives of a state under the name that it has in the machine. The space keeps the names
    apart from the cursor's attributes, which the library sets one for each trigger."""
    yield "always ", state.always
    yield "done ", state.done
    for offer in state.offers:
        yield f"ask {offer.trigger}", offer.alternatives
    for timer in state.timers:
        yield f"fire {timer.id}", timer.alternatives
    for place, handler in enumerate(state.handlers):
        yield f"on {place}", handler.alternatives


class Choice:
    """The flat machines of one procedure. Each question is answered with the arc to take, or None where no
    alternative holds or the state has no such trigger."""

    def __init__(self, outline: Outline, opening: Offer) -> None:
        root = outline.states[ROOT]
        self._machines: dict[str, _FlatMachine] = {ROOT: _FlatMachine(outline, [root])}
        self._machines[ROOT].add(root, "open ", opening.alternatives)
        for children in outline.children.values():
            if children:
                machine = _FlatMachine(outline, [outline.states[child] for child in children])
                self._machines.update(dict.fromkeys(children, machine))
        self._events = {
            state.id: tuple((place, _descriptors(handler.event)) for place, handler in enumerate(state.handlers))
            for state in outline.states.values()
        }
        self.entered: dict[Arc, tuple[str, ...]] = {}
        """what an arc alone enters, in order, where nothing is remembered; filled as arcs are taken"""
        self.has_always = {state.id for state in outline.states.values() if state.always}

    def opened(self, host: Host) -> Arc | None:
        """For the opening of a ticket."""
        return self._ask(ROOT, "open ", host)

    def asked(self, source: str, trigger: str, host: Host) -> Arc | None:
        """For a person's trigger."""
        return self._ask(source, f"ask {trigger}", host)

    def fired(self, source: str, timer: str, host: Host) -> Arc | None:
        """For a timer."""
        return self._ask(source, f"fire {timer}", host)

    def eventless(self, source: str, host: Host) -> Arc | None:
        """For no event at all."""
        return self._ask(source, "always ", host) if source in self.has_always else None

    def completed(self, source: str, host: Host) -> Arc | None:
        """For the completion of `source` itself."""
        return self._ask(source, "done ", host)

    def handled(self, source: str, event: str, host: Host) -> Arc | None:
        """For an internal event or a signal: the handlers in document order."""
        for place, descriptors in self._events[source]:
            if _matches(descriptors, event):
                arc = self._ask(source, f"on {place}", host)
                if arc is not None:
                    return arc
        return None

    def _ask(self, source: str, trigger: str, host: Host) -> Arc | None:
        machine = self._machines.get(source)
        if machine is None or (source, trigger) not in machine.known:
            return None
        return machine.ask(source, trigger, host)


def _static_domain(outline: Outline, source: State, transition: Transition) -> str | None:
    if not transition.target or any(outline.is_history_state(target) for target in transition.target):
        return None
    return outline.get_transition_domain(source.id, transition.internal, transition.target)


def _descriptors(event: str) -> tuple[str, ...]:
    """What a handler's `event` names: one or more descriptors; `a.*`, `a.` and `a` mean the same (SCXML 3.12.1)."""
    return tuple(each if each == "*" else each.removesuffix("*").removesuffix(".") for each in event.split())


def _matches(descriptors: tuple[str, ...], event: str) -> bool:
    return any(each in {"*", event} or event.startswith(f"{each}.") for each in descriptors)
