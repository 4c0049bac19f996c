"""Checks of `acts:`, what staff may do beside the transitions."""

from collections.abc import Iterator

from sop_engine.acts import ENDS, Join
from sop_engine.diagnostics import Diagnostic
from sop_engine.language.analysis.graph import Edge, Graph
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft, Use
from sop_engine.language.near import near
from sop_engine.messages import msg
from sop_engine.procedure import ROOT


def paused_promises(draft: Draft) -> Iterator[Diagnostic]:
    """SOP440: a suspension pauses a promise that cannot be paused.

    `pauses` names the promises that stand still while a ticket is suspended, or says `all`. A promise that is due at a
    field's time does not move with it: the time that the field holds stays where it is.

    Fails:

        calendar: front-desk
        goals: {finishing: {start: did open, stop: did finish, within: 4 h}}
        acts: {suspend: {pauses: finish}}

    Passes:

        calendar: front-desk
        goals: {finishing: {start: did open, stop: did finish, within: 4 h}}
        acts: {suspend: {pauses: finishing}}
    """
    known = draft.names("goal")
    for use in draft.uses:
        if use.kind == "goal" and use.way == "pauses" and use.name not in known:
            yield error(
                "SOP440", use.span, msg("there is no promise named `{name}`", name=use.name),
                msg("Whoever wrote it counts on a clock that stands still, and none does."),
                msg("name a promise of `goals:`, or say `all`"), near(use.name, (*known, "all")),
            )  # fmt: skip
    for fact in draft.of("act_pause"):
        yield error(
            "SOP440", fact.span, msg("a suspension does not move the time of a field"),
            msg("The promise would be silent while the ticket is suspended, and broken when it goes on."),
            msg("take `{name}` out of `pauses`, and ask for the field anew where the time is put off",
                name=fact.values["name"]),
        )  # fmt: skip


def forbidden_acts(draft: Draft) -> Iterator[Diagnostic]:
    """SOP451: an act is forbidden, and it is said how it is done.

    `never` names what nobody does to the tickets of a procedure, whoever he is. Of the same act `acts:` says nothing
    else: who may do it, and within which limits, would be read by nobody.

    Fails:

        open: {by: desk, ask: note, assign: desk, to: received}
        acts: {never: [transfer, merge], transfer: {by: desk}}
        states:
          received: {transitions: {finish: {by: assignee, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        open: {by: desk, ask: note, assign: desk, to: received}
        acts: {never: [transfer, merge]}
        states:
          received: {transitions: {finish: {by: assignee, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for fact in draft.of("act_never"):
        name = fact.values["name"]
        yield error(
            "SOP451", fact.span, msg("`{name}` is forbidden, and `acts` says how it is done", name=name),
            msg("Whoever reads how it is done counts on it, and everybody is refused."),
            msg("take `{name}` out of `never`, or delete what `acts` says of it", name=name),
        )  # fmt: skip


def task_goes_to(draft: Draft) -> Iterator[Diagnostic]:
    """SOP444: `assign` does not say clearly to whom a task goes.

    A map under `assign` names a role, and perhaps `how` one of its holders is found (`claim`, `named`, `turns`,
    `least_load`); or a field in which somebody stands. It names one of them, and in a field nobody is left to find.

    Fails:

        open: {by: desk, ask: note, to: received, assign: {how: turns}}
        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        open: {by: desk, ask: note, to: received, assign: {role: desk, how: turns}}
        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for fact in draft.of("assign_whom"):
        said = msg("`assign` names neither a role nor a field")
        if fact.values["both"]:
            said = msg("`assign` names a role and a field")
        yield error(
            "SOP444", fact.span, said, msg("Nobody could say whose task it is then."),
            msg("write `assign: {{role: ROLE, how: turns}}`, or `assign: {{field: FIELD}}`"),
        )  # fmt: skip
    for fact in draft.of("assign_how"):
        yield error(
            "SOP444", fact.span, msg("`how` finds one of a role's holders, and a field names one already"),
            msg("Whoever stands in the field has the task; there is nothing left to find."),
            msg("take `how` out, or name a role instead of the field"),
        )  # fmt: skip


def returns(draft: Draft) -> Iterator[Diagnostic]:
    """SOP447: a ticket cannot be sent back there.

    `acts: return: to` says where a ticket may go back to: `previous`, `opener`, or states in which it has been. A final
    state is the end: a closed ticket does not go back, and one that is open has never been there. A history is no
    place either, nor the state in which tickets wait that go with another (`join`): it would wait there for nobody.

    Fails:

        acts: {return: {by: desk, to: [previous, closed]}}
        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        acts: {return: {by: desk, to: [previous, received]}}
        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    if draft.procedure is None:
        return
    for fact in draft.of("returns_nowhere"):
        yield error(
            "SOP447", fact.span, msg("it is not said where a ticket goes back to"),
            msg("Nobody could send one back, whoever may."),
            msg("name a state, `previous` or `opener`, or take `to` away"),
        )  # fmt: skip
    states = {state.id: state for state in draft.procedure.states}
    join = draft.procedure.acts.join
    waiting = join.state if join is not None else None
    for use in draft.uses:
        state = states.get(use.name) if use.kind == "state" and use.way in ("back", "leaving") else None
        if state is None:
            continue
        is_end = state.kind == "final" and state.parent == ROOT
        waits = use.way == "back" and use.name == waiting
        if is_end or waits or state.kind == "history":
            known = [each.id for each in draft.procedure.states[1:] if each.kind not in ("final", "history")]
            known = [each for each in known if each != waiting]
            yield error(
                "SOP447", use.span, msg("no ticket goes back to `{name}`, or out of it", name=use.name),
                msg("Whoever counts on this way would find that it is never open."),
                msg("name a state in which a ticket is while it is open, `previous` or `opener`"),
                near(use.name, known),
            )  # fmt: skip


def outcomes_of_acts(draft: Draft) -> Iterator[Diagnostic]:
    """SOP441: an outcome bears the name of an end that staff give a ticket.

    A ticket that was opened by mistake ends as `void`, one that is closed by force as `forced`. Reports leave out what
    is void, and list what was forced; a ticket that came to its end by the procedure is neither.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: void}

    Passes:

        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: keys_void}
    """
    for name, span in draft.declared.get("outcome", {}).items():
        if name in ENDS:
            yield error(
                "SOP441", span, msg("`{name}` is an outcome that staff give, not a procedure", name=name),
                msg("Reports would take a ticket that ended as it should for one that did not."),
                msg("name the outcome for what became of the matter: `cancelled`, `not_ours`, `keys_void`"),
            )  # fmt: skip


def joining(draft: Draft) -> Iterator[Diagnostic]:
    """SOP443: a ticket that goes with another could not wait, or not go on.

    `join` names the state in which such a ticket waits (`state`), where it goes on as soon as the other comes there
    (`then`), and where it goes on by itself (`alone`). It waits in a state without inner ones, beside nothing else, to
    which nothing but joining leads: a ticket that came there otherwise would wait for nobody. `at_most` needs `others`,
    where the rest go on, and `others` needs `at_most`. Personal values are never copied from one ticket to another.

    Fails:

        acts: {join: {state: waiting, then: closed, alone: closed}}
        states:
          received: {title: Received, transitions: {finish: {by: desk, to: closed}}}
          waiting: {title: Goes with another}
          closed: {final: true, outcome: done, title: Closed}

    Passes:

        acts: {join: {state: waiting, then: closed, alone: received}}
        states:
          received: {title: Received, transitions: {finish: {by: desk, to: closed}}}
          waiting: {title: Goes with another}
          closed: {final: true, outcome: done, title: Closed}
    """
    procedure = draft.procedure
    rules = procedure.acts.join if procedure is not None else None
    if procedure is None or rules is None:
        return
    graph = Graph(procedure)
    for use in draft.uses:
        if use.kind == "state" and use.way.startswith("join.") and use.name in graph.states:
            yield from _where(draft, graph, use, rules)
        elif use.kind == "field" and use.way == "shares":
            field = next((each for each in procedure.fields if each.id == use.name), None)
            if field is not None and (field.personal or field.computed or field.type in ("person", "phone")):
                yield error(
                    "SOP443", use.span, msg("`{name}` is not shared: it is personal, or computed", name=use.name),
                    msg("What one caller has told stays on his ticket; what is computed comes out of other fields."),
                    msg("leave it out; the ticket that leads is named on each"),
                )  # fmt: skip
    for fact in draft.of("joins"):
        if (rules.at_most is None) != (rules.others == ""):
            yield error(
                "SOP443", fact.span, msg("`at_most` and `others` go together"),
                msg("It is not said where those go on who are not among the first, or who these are."),
                msg("give both: `at_most: 3, others: closing`; or neither, and all go on in `then`"),
            )  # fmt: skip


def _where(draft: Draft, graph: Graph, use: Use, rules: Join) -> Iterator[Diagnostic]:
    """What is wrong with a state of `join`."""
    state, way = graph.states[use.name], use.way.removeprefix("join.")
    states = [each.id for each in graph.states.values() if each.id != ROOT and each.kind not in ("final", "history")]
    if way != "state":
        if state.kind == "history" or use.name == rules.state or (state.kind == "final" and way == "alone"):
            yield error(
                "SOP443", use.span, msg("in `{name}` a ticket that went with another cannot go on", name=use.name),
                msg("It would wait for nobody, or be closed with nothing done."),
                msg("name the state in which it goes on"),
                near(use.name, [each for each in states if each != rules.state]),
            )  # fmt: skip
        return
    if state.kind != "atomic" or state.always or graph.parallel_of(use.name) is not None:
        yield error(
            "SOP443", use.span, msg("in `{name}` a ticket cannot wait for another", name=use.name),
            msg("It has inner states, stands beside others, is an end, or is left at once."),
            msg("declare a state of its own for it: `with_another: {{title: Goes with another}}`"),
        )  # fmt: skip
        return
    ways = {id(act.way) for act in graph.acts if act.trigger == "join" or act.source == use.name}
    for edge in graph.edges:
        targets = graph.targets(edge.transition)
        if id(edge.transition) not in ways and any(use.name in graph.path(target) for target in targets):
            yield error(
                "SOP443", use.span,
                msg("`{name}` is entered from `{source}` as well", name=use.name, source=_from(graph, edge)),
                msg("A ticket that comes there otherwise than by joining would wait for nobody."),
                msg("lead that way elsewhere, or let tickets wait in a state of its own"),
            )  # fmt: skip
            return


def _from(graph: Graph, edge: Edge) -> str:
    """Where a way comes from, as the file calls it."""
    act = graph.act_of(edge)
    if act is not None and act.trigger:
        return f"acts.{act.trigger}"
    return edge.kind if edge.source == ROOT else edge.source


def reopened_to(draft: Draft) -> Iterator[Diagnostic]:
    """SOP442: a closed ticket could be reopened, and could not go on.

    `reopen` names with `to` the state in which a closed ticket goes on. Without it none is reopened, whoever may. A
    state that is an end closes the ticket again at once, and a history state has nothing to remember.

    Fails:

        acts: {reopen: {by: desk, to: closed}}

    Passes:

        acts: {reopen: {by: desk, to: received, within: 7 days}}
    """
    for fact in draft.of("reopens_nowhere"):
        yield error(
            "SOP442", fact.span, msg("it is not said in which state a reopened ticket goes on"),
            msg("Nobody could reopen one, whatever else is said here."),
            msg("add `to:` with the state in which work begins anew, or take `reopen` away"),
        )  # fmt: skip
    kinds = {state.id: state.kind for state in (draft.procedure.states if draft.procedure else ())}
    for use in draft.uses:
        if use.way == "reopen" and kinds.get(use.name) in ("final", "history"):
            yield error(
                "SOP442", use.span, msg("in `{name}` a reopened ticket cannot go on", name=use.name),
                msg("It is no state in which anything can be done."),
                msg("name the state in which work begins anew"),
            )  # fmt: skip
