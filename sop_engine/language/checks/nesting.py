"""Checks of states inside states."""

from collections.abc import Iterator, Sequence
from typing import Final

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.analysis.graph import Graph
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.messages import msg
from sop_engine.procedure import ROOT, Procedure, State, Transition

MOST_TARGETS: Final = 50
"""Of more targets of one transition only the first are compared with each other."""


def nesting(draft: Draft) -> Iterator[Diagnostic]:
    """SOP116: states inside states that do not fit together.

    `initial` names a direct inner state. `parallel` names all inner states, at least two, and goes without `initial`.
    `.history` belongs to a state with inner states. `done` waits for inner states to end, so there are some. Several
    targets at once lie side by side in a parallel state. A parallel state's inner states are no ends.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, to: closed}, back: {by: desk, to: received.history}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          working:
            states:
              received: {transitions: {park: {by: desk, to: parked}, finish: {by: desk, to: closed}}}
          parked: {transitions: {back: {by: desk, to: working.history}}}
          closed: {final: true, outcome: done}
        open: {by: desk, ask: note, to: working}
    """
    procedure = draft.procedure
    if procedure is None:
        return
    known = {state.id: state for state in procedure.states}
    for use in draft.uses:
        if (
            use.kind == "state"
            and use.way == "history"
            and use.name in known
            and not _has_inner(known, known[use.name])
        ):
            yield error(
                "SOP116", use.span, msg("`{name}` has no inner states to come back to", name=use.name),
                None, msg("write `to: {name}`", name=use.name),
            )  # fmt: skip
    regions: dict[str, list[str]] = {}
    begins = {use.at for use in draft.uses if use.way == "initial"}
    for use in draft.uses:
        if use.way == "parallel":
            regions.setdefault(use.at, []).append(use.name)
    for state in procedure.states:
        if state.id != ROOT and state.kind not in ("history", "final"):
            at = f"states.{state.id}"
            yield from _inner(draft, state, known, regions.get(at, []), at in begins)
    yield from _targets(draft, procedure)


def _has_inner(known: dict[str, State], state: State) -> bool:
    return any(known[child].kind != "history" for child in state.children)


def _inner(
    draft: Draft, state: State, known: dict[str, State], regions: list[str], begins: bool
) -> Iterator[Diagnostic]:
    cursor = draft.cursors[f"states.{state.id}"]
    inner = [child for child in state.children if known[child].kind != "history"]
    if state.kind == "parallel":
        if sorted(regions) != sorted(inner) or len(inner) < 2:
            yield error(
                "SOP116", (cursor / "parallel").name,
                msg("`parallel` does not name the inner states of `{name}`", name=state.id),
                msg("All inner states run side by side, two at least. There are: {inner}.", inner=tuple(inner) or "-"),
                msg("write `parallel: [{inner}]`", inner=tuple(inner)),
            )  # fmt: skip
        if begins:
            yield error(
                "SOP116", (cursor / "initial").name,
                msg("side by side, all begin: `initial` chooses nothing here"),
                None, msg("take `initial` away"),
            )  # fmt: skip
        for child in inner:
            if known[child].kind == "final":
                yield error(
                    "SOP116", draft.cursors[f"states.{child}"].name,
                    msg("`{name}` is an end from the beginning", name=child),
                    msg("Side by side lie states that go on; an end lies inside one of them."),
                    msg("take `final` away"),
                )  # fmt: skip
    for initial in state.initial if state.kind == "compound" else ():
        if initial in known and initial not in inner:
            yield error(
                "SOP116", (cursor / "initial").span,
                msg("`{name}` is not one of the inner states", name=initial),
                msg("It begins in one of: {inner}.", inner=tuple(inner)), msg("name one of these"),
            )  # fmt: skip
    if state.done and not inner:
        yield error(
            "SOP116", (cursor / "done").name,
            msg("`{name}` has no inner states that could end", name=state.id),
            None, msg("use `always:`, or give it inner states"),
        )  # fmt: skip
    if state.done and state.kind == "compound" and not any(known[child].kind == "final" for child in inner):
        yield error(
            "SOP116", (cursor / "done").name, msg("no inner state of `{name}` is an end", name=state.id),
            msg("`done` would wait for ever."), msg("mark one of them with `final: true`"),
        )  # fmt: skip


def _targets(draft: Draft, procedure: Procedure) -> Iterator[Diagnostic]:
    graph = Graph(procedure)
    for at, ways in _all_ways(procedure):
        for index, way in enumerate(ways):
            here = draft.cursors.get(f"{at}.{index}")
            targets = graph.targets(way)[:MOST_TARGETS]
            if here is None:
                continue
            if any(_exclude(graph, one, other) for one in targets for other in targets if one != other):
                yield error(
                    "SOP116", (here / "to").span, msg("a ticket cannot be in these states at once"),
                    msg("Several targets lie side by side, each in its own part of a parallel state."),
                    msg("name one state, or states of different parts"),
                )  # fmt: skip


def _exclude(graph: Graph, one: str, other: str) -> bool:
    """Whether two states can never be active together (and neither lies inside the other)."""
    up, across = [one, *graph.ancestors(one)], [other, *graph.ancestors(other)]
    if one in across or other in up:
        return True
    common = next(each for each in up if each in across)
    return graph.states[common].kind != "parallel"


def _all_ways(procedure: Procedure) -> Iterator[tuple[str, Sequence[Transition]]]:
    yield "open", procedure.open.alternatives
    for state in procedure.states:
        for offer in state.offers:
            yield f"states.{state.id}.offers.{offer.trigger}", offer.alternatives
        for handler in state.handlers:
            yield f"states.{state.id}.handlers.{handler.event}", handler.alternatives
        for timer in state.timers:
            yield f"states.{state.id}.timers.{timer.id}", timer.alternatives
        yield f"states.{state.id}.always", state.always
        yield f"states.{state.id}.done", state.done
