"""The check of tickets that wait for each other.

The law. All procedures of a site are looked at together, each as one chart, and everything that can ever happen in them
is gathered: states that are entered, tickets that close, signals that are sent. A transition counts as possible as soon
as nothing is known to forbid it; only three things forbid: a condition on children that cannot hold yet, a signal that
nobody can have sent yet, a part that cannot be completed yet. What is never gathered can happen in no run. It is told
only where it could happen if nobody waited for anybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.analysis.before import started_before
from sop_engine.language.analysis.graph import Edge, Graph
from sop_engine.language.checks.members import Site, effects_of
from sop_engine.language.checks.telling import warning
from sop_engine.messages import msg
from sop_engine.procedure import ROOT, Effect, Raise, Signal, Start, Tree


def waiting(site: Site) -> Iterator[Diagnostic]:
    """SOP224: tickets that wait for each other.

    A state is left only when children stand somewhere, or at a signal, and what is waited for comes only after this
    state: directly, or through other procedures in between. None of them would ever go on. It looks at conditions that
    ask whether children are closed, have an outcome or are in a state; other conditions count as possible, and so does
    whatever people may do and timers bring.

    Fails:

        open: {by: desk, ask: note, to: received, start: {other: {note: note}}}
        states:
          received: {always: {when: "all(children('other'), child.status == 'closed')", to: rung}}
          rung: {transitions: {finish: {by: desk, signal: {children: hurry}, to: closed}}}
          closed: {final: true, outcome: done}
        ---
        procedure: other
        takes: hurry
        open: {by: desk, ask: note, to: waiting}
        states:
          waiting: {on_event: {hurry: {to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        open: {by: desk, ask: note, to: received, start: {other: {note: note}}}
        states:
          received: {transitions: {ring: {by: desk, signal: {children: hurry}, to: rung}}}
          rung: {always: {when: "all(children('other'), child.status == 'closed')", to: closed}}
          closed: {final: true, outcome: done}
        ---
        procedure: other
        takes: hurry
        open: {by: desk, ask: note, to: waiting}
        states:
          waiting: {on_event: {hurry: {to: closed}}}
          closed: {final: true, outcome: done}
    """
    if not any(
        isinstance(each, Start) for member in site.members.values() for _at, each in effects_of(member.procedure)
    ):
        return
    world = _World(site)
    free, bound = _gathered(world, None), _Known()
    bound = _gathered(world, free)
    for name, member in site.members.items():
        told: set[str] = set()
        for edge in world.graphs[name].edges if member.places else ():
            stuck = {(name, target) for target in world.graphs[name].targets(edge.transition)} - bound.states
            here = edge.source
            if edge.kind == "open" or here in told or (name, here) not in bound.states or not stuck & free.states:
                continue
            others = sorted(world.waited_for(name, edge, free, bound))
            if others:
                told.add(here)
                yield warning(
                    "SOP224", member.span(f"states.{here}" if here != ROOT else "open"),
                    msg("this waits for {others}, which waits for this", others=tuple(f"`{each}`" for each in others)),
                    msg("What is waited for here comes only after this, directly or through others between them."),
                    msg("send the signal before, or let one of them go on without the other"),
                )  # fmt: skip


@dataclass(slots=True)
class _Known:
    """What can happen, as far as it is known: states that are entered, tickets that close, signals that are sent."""

    states: set[tuple[str, str]] = field(default_factory=set)
    sent: set[tuple[str, str, str, str]] = field(default_factory=set)
    """(procedure, `parent` or `children`, event, the children's procedure or empty)"""
    closed: set[str] = field(default_factory=set)


def _gathered(world: "_World", free: _Known | None) -> _Known:
    """All that can happen. With `free`, what can happen where nobody waits for anybody, things that could happen then
    are waited for; without it nothing is."""
    known = _Known()
    size = -1
    while size != (size := len(known.states) + len(known.sent) + len(known.closed)):
        for name, graph in world.graphs.items():
            for edge in graph.edges:
                begun = edge.kind == "open" or (name, edge.source) in known.states
                if begun and not world.waited_for(name, edge, free, known) and _completed(graph, name, edge, known):
                    _take(world, name, edge, known)
    return known


def _completed(graph: Graph, name: str, edge: Edge, known: _Known) -> bool:
    """Whether what a completion belongs to can have come to its end."""
    if edge.kind != "done" or edge.source == ROOT:
        return True
    parallel = graph.states[edge.source].kind == "parallel"
    parts = [each.id for each in graph.children(edge.source)] if parallel else [edge.source]
    finals = [{(name, each.id) for each in graph.children(part) if each.kind == "final"} for part in parts]
    return all(each & known.states for each in finals)


def _take(world: "_World", name: str, edge: Edge, known: _Known) -> None:
    """Gather what a transition brings."""
    graph = world.graphs[name]
    entered = {ROOT} if edge.kind == "open" else set()
    for target in graph.targets(edge.transition):
        path = graph.path(target)
        entered.update((target, *path, *graph.beside(path, edge.source)))
    effects: list[Effect] = list(edge.transition.effects)
    for each in entered:
        state = graph.states[each]
        known.states.add((name, each))
        effects += (*state.entry, *state.exit)
        if state.kind == "final" and state.parent == ROOT:
            known.closed.add(name)
    known.sent.update((name, each.to, each.event, each.procedure) for each in effects if isinstance(each, Signal))


class _World:
    """The procedures of a site, and who starts whom."""

    def __init__(self, site: Site) -> None:
        self.graphs = {name: Graph(member.procedure) for name, member in site.members.items()}
        self._parents = site.starts()
        self._children = {name: {c for c, by in self._parents.items() if name in by} for name in site.members}
        self._started = cache(lambda name, child: started_before(self.graphs[name], child))

    def waited_for(self, name: str, edge: Edge, free: _Known | None, known: _Known) -> set[str]:
        """The procedures for which a transition waits still; empty where it may be taken, as far as is known."""
        if free is None:
            return set()
        found = self._for_signal(name, edge, free, known)
        if edge.transition.when is not None and edge.kind != "open":
            found |= self._for_children(name, edge.source, edge.transition.when, free, known) or set()
        return found

    def _for_signal(self, name: str, edge: Edge, free: _Known, known: _Known) -> set[str]:
        """Those who could send the event of a handler, while none of them can have sent it."""
        graph = self.graphs[name]
        handlers = graph.states[edge.source].handlers if edge.kind == "handler" else ()
        found: set[str] = set()
        for event in {each.event for each in handlers if edge.transition in each.alternatives}:
            inside = any(isinstance(each, Raise) and each.event == event for _at, each in effects_of(graph.procedure))
            if event not in graph.procedure.events or inside or self._senders(name, event, known):
                return set()
            found |= self._senders(name, event, free)
        return found

    def _senders(self, name: str, event: str, known: _Known) -> set[str]:
        above = {by for by, to, sent, child in known.sent if (to, sent) == ("children", event) and child in ("", name)}
        below = {by for by, to, sent, _child in known.sent if (to, sent) == ("parent", event)}
        return (above & self._parents.get(name, set())) | (below & self._children[name])

    def _for_children(self, name: str, state: str, tree: Tree, free: _Known, known: _Known) -> set[str] | None:
        """The procedures for whose tickets a condition waits; None where it waits for nothing that is known of."""
        match tree:
            case ("and", *parts):
                found = [self._for_children(name, state, part, free, known) for part in parts]
                return set().union(*(each for each in found if each)) or None
            case ("or", *parts):
                found = [self._for_children(name, state, part, free, known) for part in parts]
                return set().union(*(each for each in found if each)) if all(found) else None
            case ("any", ("children", child), test):
                each = [one for one in self._named(name, child) if self._lacks(one, test, free, known)]
                return set(each) if each and len(each) == len(self._named(name, child)) else None
            case ("all", ("children", child), test):
                return {
                    one
                    for one in self._named(name, child)
                    if self._lacks(one, test, free, known) and state in self._started(name, one)
                } or None
            case ("not", ("any", ("children", _child) as source, test)):
                return self._for_children(name, state, ("all", source, _turned(test)), free, known)
        return None

    def _named(self, name: str, child: str) -> list[str]:
        return [child] if child else sorted(self._children[name])

    def _lacks(self, child: str, test: Tree, free: _Known, known: _Known) -> bool:
        """Whether no ticket of a procedure can stand so yet, while one could where nobody waits for anybody."""
        match test:
            case ("and", *parts):
                return any(self._lacks(child, part, free, known) for part in parts)
            case ("or", *parts):
                return all(self._lacks(child, part, free, known) for part in parts)
            case ("==", ("row", "status"), ("const", _, "closed")) | ("==", ("row", "outcome"), ("const", _, _)):
                return child in free.closed - known.closed
            case ("in", ("const", _type, state), ("row", "state")):
                return (child, state) in free.states - known.states
        return False


def _turned(test: Tree) -> Tree:
    """The opposite of a test of a child, where it is one that is understood."""
    match test:
        case ("!=", ("row", "status"), ("const", _type, "closed")):
            return ("==", *test[1:])
        case ("not", inner):
            opposite: Tree = inner
            return opposite
    return ("const", "boolean", True)
