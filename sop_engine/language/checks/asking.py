"""Checks of what is read before anybody was asked for it, and of what must be given but never is."""

from collections.abc import Iterator, Mapping
from typing import Final

from sop_engine import guards
from sop_engine.diagnostics import Diagnostic
from sop_engine.language.analysis.graph import Edge, Graph
from sop_engine.language.checks.telling import warning
from sop_engine.language.draft import Draft, Use
from sop_engine.language.near import near
from sop_engine.messages import msg
from sop_engine.procedure import ROOT, Collect, Effect, Procedure, Set, Start

READ: Final = frozenset({"guard", "tell", "staff", "named", "firm", "chosen", "moment", "instant", "rows"})
"""How a field is used where its value matters at once."""


def before_asked(draft: Draft) -> Iterator[Diagnostic]:
    """SOP209: a field is read before anybody can have been asked for it.

    On no way that leads here is it asked, set, filled or computed, and it has no default; so a condition on it never
    holds, a notice to it reaches nobody, and a timer that waits for it never starts. (Only a correction could have
    given it a value.) What a promise reads must be given somewhere: it counts wherever the ticket is.

    Fails:

        fields:
          note: {type: text}
          doctor: {type: staff}
        states:
          received: {transitions: {check: {by: desk, tell: doctor, to: checked}}}
          checked: {transitions: {finish: {by: desk, ask: doctor, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        fields:
          note: {type: text}
          doctor: {type: staff}
        states:
          received: {transitions: {check: {by: desk, ask: doctor, to: checked}}}
          checked: {transitions: {finish: {by: desk, tell: doctor, to: closed}}}
          closed: {final: true, outcome: done}
    """
    if draft.procedure is None or any(use.kind == "state" and not draft.known("state", use.name) for use in draft.uses):
        return
    graph = Graph(draft.procedure)
    if graph.large:
        return
    perhaps = _perhaps_given(graph, draft.procedure)
    fields = {field.id for field in draft.procedure.fields if field.computed is None}
    written = set().union(*perhaps.values())
    for use in draft.uses:
        if use.kind != "field" or use.way not in READ or use.name not in fields:
            continue
        if use.name not in written:
            if use.at.startswith("goals."):
                yield _unread(use)
            continue
        state = _state_of(use)
        if state is None or state not in graph.reachable or use.name in perhaps[state] | _asked_here(draft, use):
            continue
        if not _asks_whether(draft, use):
            yield _unread(use)


def _unread(use: Use) -> Diagnostic:
    return warning(
        "SOP209", use.span, msg("nobody can have been asked for `{name}` here", name=use.name),
        msg("On no way that leads here is it asked, set or filled, so there is nothing to read."),
        msg("ask for it before, or read it later"),
    )  # fmt: skip


def _state_of(use: Use) -> str | None:
    parts = use.at.split(".")
    return parts[1] if parts[0] == "states" and len(parts) > 1 else None


def _asked_here(draft: Draft, use: Use) -> set[str]:
    """What is asked at the trigger, or written by the transition, in which a field is read."""
    offer = ".".join(use.at.split(".")[:4])
    return {
        other.name
        for other in draft.uses
        if other.kind == "field" and other.way in ("ask", "may_ask", "set", "rows") and other.at.startswith(offer)
    }


def _asks_whether(draft: Draft, use: Use) -> bool:
    """Whether the condition in which a field is read asks `given` of it: then its being unset was thought of."""
    return use.way == "guard" and any(
        formula.at == use.at and ("given", ("field", use.name)) in (each.tree for each in formula.expression.walk())
        for formula in draft.formulas
    )


def _perhaps_given(graph: Graph, procedure: Procedure) -> Mapping[str, frozenset[str]]:
    """State -> the fields that may have a value while it is active: whatever some way into it, or something beside it,
    could have written. The least solution of the flow equations, from nothing upward."""
    always = frozenset(field.id for field in procedure.fields if field.default is not None or field.computed)
    known = dict.fromkeys(graph.states, always)
    fills = {field.id: field.fill.partition(".")[0] for field in procedure.fields if field.fill is not None}
    arrivals = [(edge, _active_after(graph, edge)) for edge in graph.edges]
    entries = {state.id: _written((*state.entry, *state.exit)) for state in procedure.states}
    changed = True
    while changed:
        changed = False
        for edge, active in arrivals:
            before = known[edge.source] if edge.kind != "open" else always
            if (act := graph.act_of(edge)) is not None and act.whenever:  # whatever any ticket had then
                before = before.union(*known.values())
            given = before | _may_be_asked(graph, edge) | _written(edge.transition.effects)
            for state in active:
                more = given | entries[state] | entries[edge.source]
                more |= {name for name, source in fills.items() if source in more}
                if not more <= known[state]:
                    known[state] |= more
                    changed = True
    return known


def _may_be_asked(graph: Graph, edge: Edge) -> frozenset[str]:
    if edge.kind == "open":
        offers = [graph.procedure.open]
    elif edge.kind == "offer":
        offers = [each for each in graph.states[edge.source].offers if edge.transition in each.alternatives]
    else:
        return frozenset()
    return frozenset(name for offer in offers for name in (*offer.ask, *offer.may_ask))


def _written(effects: tuple[Effect, ...]) -> frozenset[str]:
    return frozenset(effect.field for effect in effects if isinstance(effect, Set | Collect))


def _active_after(graph: Graph, edge: Edge) -> set[str]:
    """The states that may be active once a transition was taken: those on the way to its targets, what lies inside
    where history may lead, what is entered beside, and all that may stay active side by side."""
    found: set[str] = {ROOT}
    targets = graph.targets(edge.transition)
    for target in targets:
        inner = graph.states[target].parent if graph.states[target].kind == "history" else None
        path = graph.path(target)
        found.update(path, graph.beside(path, edge.source), graph.inside(inner) if inner is not None else ())
    for state in tuple(found) if targets else (edge.source,):
        around = [state, *graph.ancestors(state)]
        found.update(around)
        for each in around:
            if graph.states[each].kind == "parallel":
                found.update(graph.inside(each))
    if not targets:
        found.update(graph.inside(edge.source))
    return found


def never_asked(draft: Draft) -> Iterator[Diagnostic]:
    """SOP210: a field is required, and nobody is ever asked for it.

    `required` counts where a trigger asks for the field. No trigger does, so tickets go on without it, whatever the
    condition says.

    Fails:

        fields:
          note: {type: text}
          reason: {type: text, required: {note: other}}
        open: {by: desk, ask: note, to: received}
        states:
          received: {transitions: {finish: {by: desk, set: {reason: note}, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        fields:
          note: {type: text}
          reason: {type: text, required: {note: other}}
        open: {by: desk, ask: [note, reason], to: received}
        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    asked = {use.name for use in draft.uses if use.kind == "field" and use.way in ("ask", "may_ask")}
    used = {use.name for use in draft.uses if use.kind == "field"}
    for field in draft.procedure.fields if draft.procedure is not None else ():
        if field.required is not None and field.id in used and field.id not in asked:
            yield warning(
                "SOP210", (draft.cursors[f"fields.{field.id}"] / "required").name,
                msg("`{name}` is required, and nobody is ever asked for it", name=field.id),
                msg("No trigger asks for it, so tickets go on without it."),
                msg("add it under `ask:` where it is known, or take `required` away"),
            )  # fmt: skip


def children_never_started(draft: Draft) -> Iterator[Diagnostic]:
    """SOP213: a condition looks at children that are never started.

    No `start` of this procedure opens a ticket of that procedure. So there are none: `any` never holds, `all` always
    does, and a count stays at nothing.

    Fails:

        states:
          received: {transitions: {ring: {by: desk, start: {other: {note: note}}, to: waiting}}}
          waiting: {always: {when: "all(children('othr'), child.status == 'closed')", to: closed}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {transitions: {ring: {by: desk, start: {other: {note: note}}, to: waiting}}}
          waiting: {always: {when: "all(children('other'), child.status == 'closed')", to: closed}}
          closed: {final: true, outcome: done}
    """
    if draft.procedure is None:
        return
    ways = [*draft.procedure.open.alternatives, *(way for _state, way in draft.procedure.walk())]
    effects = [effect for way in ways for effect in way.effects]
    effects += [effect for state in draft.procedure.states for effect in (*state.entry, *state.exit)]
    started = {effect.procedure for effect in effects if isinstance(effect, Start)}
    for formula in draft.formulas:
        for name in sorted(guards.families(formula.expression.tree) - started):
            if name or not started:
                yield warning(
                    "SOP213", formula.cursor.span,
                    msg("no child ticket of `{name}` is ever started", name=name) if name
                    else msg("no child ticket is ever started"),
                    msg("There is nothing to look at: `any` never holds here, and `all` always does."),
                    msg("start them, or correct the name of their procedure"), near(name, sorted(started)),
                )  # fmt: skip
