"""Checks of separation of duty, and of triggers that stand side by side."""

import itertools
from collections.abc import Iterator

from sop_engine.diagnostics import Diagnostic, Note
from sop_engine.language.analysis.graph import Edge, Graph
from sop_engine.language.checks.telling import error, warning
from sop_engine.language.draft import Draft
from sop_engine.messages import Message, msg
from sop_engine.procedure import ROOT, Assign, Effect, Offer, Who


def separation(draft: Draft) -> Iterator[Diagnostic]:
    """SOP157: separation of duty that nobody could keep.

    Everybody who may do it is excluded: `not: did x` where only the assignee may, and whoever is the assignee here has
    done `x`; the opener, who must not have opened; a field whose person must not stand in that field. The ticket would
    wait for ever, or for somebody who gives the task away only because of this.

    Fails:

        open: {by: desk, ask: note, to: received, assign: desk}
        states:
          received: {transitions: {check: {by: assignee, to: checked}}}
          checked: {transitions: {finish: {by: {who: assignee, not: did check}, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        open: {by: desk, ask: note, to: received, assign: desk}
        states:
          received: {transitions: {check: {by: assignee, assign: desk, to: checked}}}
          checked: {transitions: {finish: {by: {who: assignee, not: did check}, to: closed}}}
          closed: {final: true, outcome: done}
    """
    if draft.procedure is None:
        return
    graph = Graph(draft.procedure)
    for state in draft.procedure.states if not graph.large else ():
        for offer in state.offers if state.id in graph.reachable else ():
            reasons = [_excluded(graph, state.id, offer, who) for who in offer.by]
            if reasons and all(reasons):
                cursor = draft.cursors[f"states.{state.id}.offers.{offer.trigger}"]
                yield error(
                    "SOP157", (cursor / "by").span, msg("nobody could ever do `{name}`", name=offer.trigger),
                    next(reason for reason in reasons if reason is not None),
                    msg("let somebody else do one of the two, or give the task to somebody else between them"),
                )  # fmt: skip


def _excluded(graph: Graph, state: str, offer: Offer, who: Who) -> Message | None:
    """Why nobody is left of those whom `who` means; None where somebody may be."""
    for exception in who.exclude:
        if who.kind == "field" and exception.field == who.name:
            return msg("Whoever stands in `{field}` is excluded.", field=who.name)
        if exception.did is None or exception.since is not None:
            continue
        if who.kind == "opener" and exception.did == "open":
            return msg("Whoever opened the ticket is excluded.")
        if who.kind == "assignee" and exception.did != offer.trigger and _assignee_did(graph, state, exception.did):
            return msg("Whoever has the task here has done `{trigger}`.", trigger=exception.did)
    return None


def _assignee_did(graph: Graph, state: str, trigger: str) -> bool:
    """Whether whoever has the task while a state is active surely has done a trigger: on every way in it was done by
    nobody but the assignee, and the task was not given away since. The greatest solution, from all downward."""
    offers = [offer for each in graph.procedure.states for offer in each.offers if offer.trigger == trigger]
    if any(who.kind != "assignee" for offer in offers for who in offer.by) or any(offer.sign for offer in offers):
        return False
    region = graph.region_of(state)
    surely = {each for each in graph.reachable if each != ROOT and graph.region_of(each) == region}
    surely -= {each for each in surely if _given_away((*graph.states[each].entry, *graph.states[each].exit))}
    for edge in graph.edges:
        if not edge.transition.target and _given_away(edge.transition.effects):
            surely -= {*graph.inside(edge.source), *graph.ancestors(edge.source)}
    changed = True
    while changed:
        changed = False
        for edge in graph.edges:
            lost = {each for each in _entered(graph, edge) & surely if not _keeps(graph, edge, trigger, region, surely)}
            if lost:
                surely -= lost
                changed = True
    return state in surely


def _entered(graph: Graph, edge: Edge) -> set[str]:
    found: set[str] = set()
    for target in graph.targets(edge.transition):
        if graph.states[target].kind == "history":
            found.update(graph.inside(graph.states[target].parent))
        path = graph.path(target)
        found.update(path, graph.beside(path, edge.source))
    return found


def _keeps(graph: Graph, edge: Edge, trigger: str, region: str, surely: set[str]) -> bool:
    """Whether after a transition the assignee surely has done the trigger."""
    if edge.kind == "open" or _given_away(edge.transition.effects) or graph.region_of(edge.source) != region:
        return False
    did = edge.kind == "offer" and any(
        offer.trigger == trigger and edge.transition in offer.alternatives for offer in graph.states[edge.source].offers
    )
    elsewhere = any(
        offer.trigger != trigger and edge.transition in offer.alternatives for offer in graph.states[edge.source].offers
    )
    return (did and not elsewhere) or edge.source in surely


def _given_away(effects: tuple[Effect, ...]) -> bool:
    return any(isinstance(effect, Assign) for effect in effects)


def ambiguous(draft: Draft) -> Iterator[Diagnostic]:
    """SOP211: one trigger in two parts that run side by side.

    While both parts offer it, `sop do WX-7 check` could mean either, and staff must write `part.check`. Two names that
    say what is checked are easier to tell on the phone.

    Fails:

        open: {by: desk, ask: note, to: working}
        states:
          working:
            parallel: [mending, paying]
            done: {to: closed}
            states:
              mending:
                states:
                  mend: {transitions: {check: {by: desk, to: mended}}}
                  mended: {final: true}
              paying:
                states:
                  pay: {transitions: {check: {by: desk, to: paid}}}
                  paid: {final: true}
          closed: {final: true, outcome: done}

    Passes:

        open: {by: desk, ask: note, to: working}
        states:
          working:
            parallel: [mending, paying]
            done: {to: closed}
            states:
              mending:
                states:
                  mend: {transitions: {check_work: {by: desk, to: mended}}}
                  mended: {final: true}
              paying:
                states:
                  pay: {transitions: {check_payment: {by: desk, to: paid}}}
                  paid: {final: true}
          closed: {final: true, outcome: done}
    """
    if draft.procedure is None:
        return
    graph = Graph(draft.procedure)
    for state in draft.procedure.states:
        regions = graph.children(state.id) if state.kind == "parallel" else []
        offered: dict[str, str] = {}
        for region in regions:
            own = {offer.trigger: inner for inner in graph.inside(region.id) for offer in graph.states[inner].offers}
            for trigger, inner in itertools.islice(own.items(), 50):
                first = offered.setdefault(trigger, inner)
                if first != inner:
                    here = draft.cursors[f"states.{inner}.offers.{trigger}"]
                    there = draft.cursors[f"states.{first}.offers.{trigger}"]
                    yield warning(
                        "SOP211", here.name, msg("`{name}` stands in two parts that run side by side", name=trigger),
                        msg("While both offer it, staff must write `{state}.{name}`.", name=trigger, state=region.id),
                        msg("give one of them a name of its own"),
                        notes=(Note(there.name, msg("this is the other one")),),
                    )  # fmt: skip
