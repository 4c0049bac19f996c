"""A procedure's statechart: what may be asked in a configuration, and what becomes of it."""

from collections.abc import Collection
from typing import Final

from sop_engine.chart.algorithm import LIMIT, Interpreter
from sop_engine.chart.choice import Choice
from sop_engine.chart.host import Configuration, Host, Occurrence
from sop_engine.chart.outline import Outline
from sop_engine.procedure import Offer, Procedure, State, Transition


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

    def source_of(self, active: Collection[str], trigger: str, within: str | None = None) -> list[str]:
        """The states that a person's trigger could mean: for each leaf the innermost on its path that offers it.

        With `within`, an active state's id (or the root's), only offers of that state or of states inside it.
        """
        if self.is_final(active):
            return []
        sources: dict[str, None] = {}
        for leaf in self.leaves(active):
            path = self.path(leaf)
            if within is not None:
                path = path[: path.index(within) + 1] if within in path else []
            source = next((state for state in path if self._offers(state, trigger)), None)
            if source is not None:
                sources[source] = None
        return list(sources)

    def _offers(self, state: str, trigger: str) -> bool:
        return any(offer.trigger == trigger for offer in self._outline.states[state].offers)
