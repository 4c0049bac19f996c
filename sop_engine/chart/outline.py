"""The states of one procedure as a tree: document order, ancestors, kinds. Built once, never changed."""

from collections.abc import Collection, Iterable
from typing import Final

from sop_engine.procedure import ROOT, Procedure, State


class Outline:
    """What can be said of the states without any configuration.

    Ids in, ids out: a configuration is kept as ids, and the record names states by id. `order` is the place in
    document order (the root is 0), `ancestors` a state's proper ancestors from its parent outward to the root.
    """

    def __init__(self, procedure: Procedure) -> None:
        assert procedure.states[0].id == ROOT, "the first state of a procedure is its root"
        self.states: Final = {state.id: state for state in procedure.states}
        self.order: Final = {state.id: place for place, state in enumerate(procedure.states)}
        self.ancestors: Final[dict[str, tuple[str, ...]]] = {ROOT: ()}
        for state in procedure.states[1:]:
            self.ancestors[state.id] = (state.parent, *self.ancestors[state.parent])
        self.path: Final = {state: (state, *ancestors) for state, ancestors in self.ancestors.items()}
        self.children: Final = {state.id: self._of(state, history=False) for state in procedure.states}
        """child states, history states left out"""
        self.histories: Final = {state.id: self._of(state, history=True) for state in procedure.states}
        self.remembers: Final = any(self.histories.values())
        """whether any state is entered by what is remembered"""
        self._ends: Final = {child for child in self.children[ROOT] if self.is_final_state(child)}
        self.descendants: Final = {state: self._descendants(state) for state in self.states}
        self.region: Final = {state.id: self._region(state.id) for state in procedure.states}

    def is_history_state(self, state: str) -> bool:
        return self.states[state].kind == "history"

    def is_final_state(self, state: str) -> bool:
        return self.states[state].kind == "final"

    def is_compound_state(self, state: str) -> bool:
        return self.states[state].kind == "compound"

    def is_parallel_state(self, state: str) -> bool:
        return self.states[state].kind == "parallel"

    def is_atomic_state(self, state: str) -> bool:
        """Final states are atomic too, as in SCXML."""
        return self.states[state].kind in {"atomic", "final"}

    def is_descendant(self, state: str, other: str) -> bool:
        """Whether `state` is a proper descendant of `other`."""
        return state in self.descendants[other]

    def get_proper_ancestors(self, state: str, until: str | None = None) -> tuple[str, ...]:
        """The ancestors of `state`, parent first, up to but not with `until`; all of them where that is None. Empty
        where `until` is the state itself, its parent or one of its descendants."""
        ancestors = self.ancestors[state]
        if until is None:
            return ancestors
        return ancestors[: ancestors.index(until)] if until in ancestors else ()

    def in_entry_order(self, states: Iterable[str]) -> list[str]:
        """Document order; ancestors come before descendants."""
        return sorted(states, key=self.order.__getitem__)

    def in_exit_order(self, states: Iterable[str]) -> list[str]:
        """Document order backwards; descendants come before ancestors."""
        return sorted(states, key=self.order.__getitem__, reverse=True)

    def leaves(self, active: Collection[str]) -> list[str]:
        """The active states that have no active child, in document order."""
        parents = {self.states[state].parent for state in active}
        return self.in_entry_order(state for state in active if state not in parents)

    def is_finished(self, active: Iterable[str]) -> bool:
        """Whether a final state of the top level is active: the whole ticket has finished."""
        return not self._ends.isdisjoint(active)

    def get_transition_domain(self, source: str, internal: bool, tstates: Collection[str]) -> str:
        """The state inside which everything lies that a transition from `source` to `tstates` (no history states
        among them) leaves and enters."""
        within = all(self.is_descendant(s, source) for s in tstates)
        if internal and self.is_compound_state(source) and within:
            return source
        return self.find_lcca(source, tstates)

    def find_lcca(self, head: str, tail: Collection[str]) -> str:
        """The least common compound ancestor of `head` and all of `tail`; of the root it is the root itself."""
        for anc in self.ancestors[head]:
            is_compound_or_root = self.is_compound_state(anc) or anc == ROOT
            if is_compound_or_root and all(self.is_descendant(s, anc) for s in tail):
                return anc
        return ROOT

    def _of(self, state: State, *, history: bool) -> tuple[str, ...]:
        return tuple(child for child in state.children if (self.states[child].kind == "history") is history)

    def _descendants(self, state: str) -> frozenset[str]:
        return frozenset(inner for inner, ancestors in self.ancestors.items() if state in ancestors)

    def _region(self, state: str) -> str:
        inner = state
        for ancestor in self.ancestors[state]:
            if self.is_parallel_state(ancestor):
                return inner
            inner = ancestor
        return ROOT
