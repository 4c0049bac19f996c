"""Checks of the chart: what can be reached, what ends, what can never be taken."""

from collections.abc import Iterator, Sequence

from sop_engine.diagnostics import Diagnostic, Note, Span
from sop_engine.language.analysis.graph import Graph
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.language.formulas.satisfying import Values, all_can_hold
from sop_engine.messages import msg
from sop_engine.procedure import ROOT, Procedure, State, Transition, Tree


def unreachable_states(draft: Draft) -> Iterator[Diagnostic]:
    """SOP103: no ticket can ever come into a state.

    Nothing leads there: neither `open`, nor a transition, timer or event of a state that can be reached itself.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          checked: {transitions: {refuse: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {transitions: {check: {by: desk, to: checked}}}
          checked: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    if draft.procedure is None or _has_no_way_in(draft, draft.procedure):
        return
    graph = Graph(draft.procedure)
    for state in draft.procedure.states:
        if state.id in graph.reachable or state.kind == "history" or state.parent not in graph.reachable:
            continue
        yield error(
            "SOP103",
            _name(draft, state),
            msg("no ticket can ever come into `{name}`", name=state.id),
            msg("No transition, timer or event of a state that can be reached leads there."),
            msg("add a transition with `to: {name}`, or take the state away", name=state.id),
        )


def _has_no_way_in(draft: Draft, procedure: Procedure) -> bool:
    """Whether a mistake told elsewhere keeps tickets from getting anywhere."""
    unknown = any(use.kind == "state" and not draft.known("state", use.name) for use in draft.uses)
    return unknown or not any(way.target for way in procedure.open.alternatives)


def _name(draft: Draft, state: State) -> Span:
    return draft.cursors[f"states.{state.id}"].name


def no_way_to_an_end(draft: Draft) -> Iterator[Diagnostic]:
    """SOP104: from a state no end can be reached.

    A ticket that comes here stays open for ever: nobody could close it, and every rate counts it.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, to: closed}, park: {by: desk, to: parked}}}
          parked: {transitions: {look: {by: desk}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {transitions: {finish: {by: desk, to: closed}, park: {by: desk, to: parked}}}
          parked: {transitions: {look: {by: desk}}, after: {30 days: {to: closed}}}
          closed: {final: true, outcome: done}
    """
    procedure = draft.procedure
    if procedure is None or _has_no_way_in(draft, procedure):
        return
    graph = Graph(procedure)
    if not any(state.kind == "final" and state.parent == ROOT for state in procedure.states):
        yield error(
            "SOP104", (draft.cursor / "states").name, msg("no state is the end of the ticket"),
            msg("Every ticket would stay open for ever."),
            msg("mark at least one state at the top with `final: true` and an `outcome`"),
        )  # fmt: skip
        return
    for state in procedure.states:
        if (
            state.id not in graph.reachable
            or state.id in graph.ending
            or state.kind in ("history", "compound", "parallel")
        ):
            continue
        yield error(
            "SOP104", _name(draft, state), msg("from `{name}` no end can be reached", name=state.id),
            msg("A ticket that comes here stays open for ever."),
            msg("add a transition, a timer or a `done:` that leads on"),
        )  # fmt: skip


def shadowed(draft: Draft) -> Iterator[Diagnostic]:
    """SOP105: an alternative can never be taken.

    Alternatives are tried from the top. One without `when` always holds, so nothing below it is ever looked at; neither
    is one whose condition holds only where one above it holds too.

    Fails:

        fields:
          note: {type: text}
          rating: {type: integer}
        open: {by: desk, ask: [note, rating], to: received}
        states:
          received:
            transitions:
              finish: {by: desk, either: [{to: closed}, {when: rating < 3, to: poor}]}
          closed: {final: true, outcome: done}
          poor: {final: true, outcome: done}

    Passes:

        fields:
          note: {type: text}
          rating: {type: integer}
        open: {by: desk, ask: [note, rating], to: received}
        states:
          received:
            transitions:
              finish: {by: desk, either: [{when: rating < 3, to: poor}, {to: closed}]}
          closed: {final: true, outcome: done}
          poor: {final: true, outcome: done}
    """
    procedure = draft.procedure
    if procedure is None:
        return
    values = Values(procedure)
    yield from _hidden(draft, values, "open", procedure.open.alternatives)
    for state in procedure.states:
        at = f"states.{state.id}"
        for offer in state.offers:
            yield from _hidden(draft, values, f"{at}.offers.{offer.trigger}", offer.alternatives)
        for handler in state.handlers:
            yield from _hidden(draft, values, f"{at}.handlers.{handler.event}", handler.alternatives)
        for timer in state.timers:
            yield from _hidden(draft, values, f"{at}.timers.{timer.id}", timer.alternatives)
        yield from _hidden(draft, values, f"{at}.always", state.always)
        yield from _hidden(draft, values, f"{at}.done", state.done)


def _hidden(draft: Draft, values: Values, at: str, ways: Sequence[Transition]) -> Iterator[Diagnostic]:
    taken: dict[Tree | None, int] = {}
    for index, way in enumerate(ways):
        before = min((taken[when] for when in (None, way.when) if when in taken), default=None)
        if before is None and _all_taken(values, ways[:index], way):
            before = 0
        taken.setdefault(way.when, index)
        if before is not None:
            here, first = draft.cursors[f"{at}.{index}"], draft.cursors[f"{at}.{before}"]
            yield error(
                    "SOP105", _line(here.span), msg("this alternative can never be taken"),
                    msg("Alternatives are tried from the top, and those above it hold whenever this one does."),
                    msg("put the one without `when` last, and give each of the others its own condition"),
                    notes=(Note(_line(first.span), msg("this one is taken instead")),),
                )  # fmt: skip


def _all_taken(values: Values, before: Sequence[Transition], way: Transition) -> bool:
    """Whether those above take every case in which this one, which could hold, holds."""
    own = [] if way.when is None else [(way.when, True)]
    above = [(each.when, False) for each in before if each.when is not None]
    return bool(above) and all_can_hold(own, values) and not all_can_hold([*own, *above], values)


def _line(span: Span) -> Span:
    """A place on one line: its first character, where it spans several."""
    return span if span.line == span.end_line else Span(span.file, span.line, span.column, span.line, span.column + 1)


def final_states(draft: Draft) -> Iterator[Diagnostic]:
    """SOP114: an end without an outcome, or an end that goes on.

    Every end of a ticket says how it ended (repaired, cancelled, not ours): without it every rate lies. A final state
    has no transitions, timers or inner states, because nothing happens there any more. An outcome belongs to a final
    state of the ticket, not to one inside another state.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true}

    Passes:

        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for state in draft.procedure.states if draft.procedure is not None else ():
        if state.id == ROOT or state.kind == "history":
            continue
        if state.kind == "final":
            yield from _final(draft, state)
        elif state.outcome is not None:
            yield error(
                "SOP114", (draft.cursors[f"states.{state.id}"] / "outcome").name,
                msg("`{name}` has an outcome, but is no end", name=state.id), None,
                msg("add `final: true`, or take the outcome away"),
            )  # fmt: skip


def _final(draft: Draft, state: State) -> Iterator[Diagnostic]:
    cursor = draft.cursors[f"states.{state.id}"]
    if state.parent == ROOT and state.outcome is None:
        yield error(
            "SOP114", cursor.name, msg("the end `{name}` has no outcome", name=state.id),
            msg("Reports count how tickets ended; this one would not be counted."),
            msg("write `outcome:` with a word for how it ended, such as `cancelled`"),
        )  # fmt: skip
    if state.parent != ROOT and state.outcome is not None:
        yield error(
            "SOP114", (cursor / "outcome").name,
            msg("`{name}` ends only a part of the ticket", name=state.id),
            msg("A ticket has one outcome, that of the end of the whole ticket."),
            msg("take the outcome away here, and write it where the ticket ends"),
        )  # fmt: skip
    busy = state.offers or state.timers or state.handlers or state.always or state.done or state.exit
    if busy or any(not child.endswith("history") for child in state.children):
        yield error(
            "SOP114", cursor.name, msg("`{name}` is an end, and yet it goes on", name=state.id),
            msg("Nothing happens in a final state any more: what stands here would never be done."),
            msg("take `final: true` away, or move the rest to the state before"),
        )  # fmt: skip


def opening(draft: Draft) -> Iterator[Diagnostic]:
    """SOP115: a ticket that begins nowhere.

    Every alternative of `open` leads to a state: without `to` a ticket would be open and nowhere.

    Fails:

        open: {by: desk, ask: note}

    Passes:

        open: {by: desk, ask: note, to: received}
    """
    if draft.procedure is None:
        return
    for index, way in enumerate(draft.procedure.open.alternatives):
        if not way.target:
            yield error(
                "SOP115", draft.cursors[f"open.{index}"].name, msg("`open` leads to no state"),
                msg("A ticket is always in a state."), msg("write `to:` with the state in which it begins"),
            )  # fmt: skip
