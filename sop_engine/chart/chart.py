"""A procedure's statechart: what may be asked in a configuration, and what becomes of it."""

from collections.abc import Collection
from typing import Final

from sop_engine.chart.algorithm import LIMIT, Interpreter
from sop_engine.chart.choice import Choice
from sop_engine.chart.host import Configuration, Host, Occurrence
from sop_engine.chart.outline import Outline
from sop_engine.procedure import ROOT, Offer, Procedure, State, Transition


class Chart:
    """Built once for each normal form and then never changed; one chart serves any number of tickets and threads.

    A run that needs more than `limit` microsteps is a fault.
    States are named by id, lists of them are in document order, and the root `ticket` is never among the active ones.
    """

    def __init__(self, procedure: Procedure, *, limit: int = LIMIT) -> None:
        self.procedure: Final = procedure
        self._limit: Final = limit
        self._outline: Final = Outline(procedure)
        self._choice: Final = Choice(self._outline, procedure.open)
        self._offers: Final[dict[str, dict[str, Offer]]] = {}
        """trigger -> state -> what the state offers under that trigger, in document order"""
        for state in procedure.states:
            for offer in state.offers:
                self._offers.setdefault(offer.trigger, {}).setdefault(state.id, offer)

    # --- moving -----------------------------------------------------------------------------------------------------

    def run(self, configuration: Configuration, occurrence: Occurrence, host: Host) -> Configuration | None:
        """The configuration after the occurrence and everything that follows from it (SCXML's macrostep).

        None where nothing was taken: of a command or a timer no alternative holds (or its source is not active), a
        signal is taken by nobody, at a look no eventless transition holds, or the ticket had finished. All or
        nothing: the configuration given is never changed, and what the host raises comes through. Raises `ChartFault`
        where the chart does not come to rest.
        """
        interpreter = Interpreter(self._outline, self._choice, configuration, host, self._limit)
        return interpreter.result() if interpreter.run(occurrence) else None

    def opening(self, host: Host) -> Transition | None:
        """The alternative of the procedure's `open` by which a new ticket begins: the first that holds."""
        arc = self._choice.opened(host)
        return None if arc is None else arc.transition

    # --- looking ----------------------------------------------------------------------------------------------------

    def state(self, state: str) -> State:
        """The state of that id."""
        return self._outline.states[state]

    def leaves(self, active: Collection[str]) -> list[str]:
        """The active states that have no active child."""
        return self._outline.leaves(active)

    def path(self, state: str) -> list[str]:
        """The state, its parent and so on, up to and with the root."""
        return list(self._outline.path[state])

    def region(self, state: str) -> str:
        """The child of the innermost parallel ancestor that holds the state (the state itself where its parent is
        parallel); the root's id where nothing around it is parallel."""
        return self._outline.region[state]

    def domain(self, source: str, targets: Collection[str]) -> str:
        """The state inside which everything lies that is left and entered on the way from `source` to `targets`."""
        return self._outline.get_transition_domain(source, False, targets)

    def is_inside(self, state: str, other: str) -> bool:
        """Whether `state` lies inside `other`; everything lies inside the root."""
        return self._outline.is_descendant(state, other)

    def is_final(self, active: Collection[str]) -> bool:
        """Whether the whole ticket has finished: a final state of the top level is active."""
        return self._outline.is_finished(active)

    def offers(self, active: Collection[str]) -> list[tuple[State, Offer]]:
        """What the active states and the root offer: leaf by leaf, innermost first, each once. An inner state's
        trigger does not hide an outer one's here. Nothing where the ticket has finished."""
        if self.is_final(active):
            return []
        states = {state: self._outline.states[state] for leaf in self.leaves(active) for state in self.path(leaf)}
        return [(state, offer) for state in states.values() for offer in state.offers]

    def offer(self, state: str, trigger: str) -> Offer:
        """The offer of `trigger` at `state`, which must have it."""
        return self._offers[trigger][state]

    def offers_of(self, active: Collection[str], trigger: str) -> dict[str, Offer]:
        """What the active states and the root offer under one trigger, by state, in document order. Nothing where the
        ticket has finished."""
        if not active or self.is_final(active):
            return {}
        offering = self._offers.get(trigger, {})
        return {state: offer for state, offer in offering.items() if state in active or state == ROOT}

    def source_of(self, active: Collection[str], trigger: str, within: str | None = None) -> list[str]:
        """The states that a person's trigger could mean: for each leaf the innermost on its path that offers it.

        With `within`, an active state's id (or the root's), only offers of that state or of states inside it.
        """
        offering = list(self.offers_of(active, trigger))
        if within is not None:
            offering = [state for state in offering if state == within or self._outline.is_descendant(state, within)]
        if len(offering) < 2:
            return offering  # the usual case: it lies on the path of a leaf, since it is active
        sources: dict[str, None] = {}
        for leaf in self.leaves(active):
            source = next((state for state in self._outline.path[leaf] if state in offering), None)
            if source is not None:
                sources[source] = None
        return list(sources)
