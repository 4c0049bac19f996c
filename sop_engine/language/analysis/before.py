"""What has surely happened once a state is active: on every way into it.

The greatest solution of the flow equations, from all downward: a state is struck out when some way leads into it on
which the thing neither happens nor has happened before. So a state that is left has no run that could deny it.
"""

from collections.abc import Callable
from collections.abc import Set as Set_

from sop_engine.language.analysis.graph import Edge, Graph
from sop_engine.procedure import ROOT, Start


def happened_before(
    graph: Graph,
    happens: Callable[[Edge], bool],
    within: Set_[str] = frozenset(),
    since: str | None = None,
) -> set[str]:
    """The reachable states in which a thing has surely happened: at a transition for which `happens` says so, or at
    the entry of a state of `within`. With `since` what happened before that state was last entered does not count."""
    if since is not None and (since not in graph.states or graph.parallel_of(since) is not None):
        return set()
    surely = set(graph.reachable)
    struck = True
    while struck:
        struck = False
        for edge in graph.edges:
            lost = (_lost(graph, edge, happens(edge), surely, since) - within) & surely
            if lost:
                surely -= lost
                struck = True
    return surely


def _lost(graph: Graph, edge: Edge, happens: bool, surely: set[str], since: str | None) -> set[str]:
    """The states that are active after a transition without the thing having surely happened."""
    if edge.kind != "open" and edge.source not in graph.reachable:
        return set()
    entered = _entered(graph, edge)
    if since is not None and since in entered:
        return {*entered, *graph.ancestors(since)}
    if happens or _already(graph, edge, surely):
        return set()
    return entered | {ROOT} if edge.kind == "open" else entered


def _already(graph: Graph, edge: Edge, surely: set[str]) -> bool:
    """Whether it has surely happened when a transition is taken; what completed parts have seen counts."""
    if edge.kind == "open":
        return False
    if edge.source in surely:
        return True
    if edge.kind != "done":
        return False
    parts = graph.children(edge.source) if graph.states[edge.source].kind == "parallel" else []
    for each in [part.id for part in parts] or [edge.source]:
        finals = [child.id for child in graph.children(each) if child.kind == "final"]
        if finals and all(final in surely for final in finals):
            return True
    return False


def _entered(graph: Graph, edge: Edge) -> set[str]:
    """The states that a transition may enter."""
    found: set[str] = set()
    for target in graph.targets(edge.transition):
        if graph.states[target].kind == "history":
            found.update(graph.inside(graph.states[target].parent))
        path = graph.path(target)
        found.update((target, *path, *graph.beside(path, edge.source)))
    return found


def taken_by(graph: Graph, edge: Edge) -> set[str]:
    """The triggers to which a transition may belong; empty for what no person does."""
    if edge.kind not in ("offer", "open"):
        return set()
    if edge.kind == "open":
        return {"open"}
    offers = graph.states[edge.source].offers
    return {offer.trigger for offer in offers if edge.transition in offer.alternatives}


def done_before(graph: Graph, trigger: str, since: str | None = None) -> set[str]:
    """The states in which somebody has surely done a trigger."""
    return happened_before(graph, lambda edge: taken_by(graph, edge) == {trigger}, since=since)


def started_before(graph: Graph, procedure: str) -> set[str]:
    """The states in which a child ticket of a procedure has surely been started."""

    def starts(effect: object) -> bool:
        return isinstance(effect, Start) and effect.procedure == procedure and effect.each is None

    within = {state.id for state in graph.procedure.states if any(map(starts, state.entry))}
    return happened_before(graph, lambda edge: any(map(starts, edge.transition.effects)), within)
