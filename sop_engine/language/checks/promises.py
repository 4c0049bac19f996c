"""Checks of promises on the ways that tickets take: whether they can begin, be kept, and run at all."""

from collections.abc import Iterator

from sop_engine.diagnostics import Diagnostic, Span
from sop_engine.goals import Goal
from sop_engine.language.analysis.goal_paths import GoalPaths
from sop_engine.language.analysis.graph import Graph
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.messages import msg


def never_begins(draft: Draft) -> Iterator[Diagnostic]:
    """SOP424: a promise that never begins.

    It says neither `start` nor `while`; what starts it stops it, too; no ticket comes there; or the ticket is then
    over, or in none of the states of its `while`. A promise does not begin while a condition of its `stop` holds.

    Fails:

        calendar: front-desk
        goals: {finishing: {start: closed, stop: did finish, within: 4 h}}

    Passes:

        calendar: front-desk
        goals: {finishing: {start: received, stop: closed, within: 4 h}}
    """
    for name, span in _without(draft, "start"):
        yield error(
            "SOP424", span, msg("the promise `{name}` never begins", name=name),
            msg("It says neither `start` nor `while`."), msg("add `start:` with a state, or `start: did TRIGGER`"),
        )  # fmt: skip
    for goal, paths in _paths(draft):
        if goal.start and not paths.beginnings:
            yield error(
                "SOP424", _word(draft, goal, "start"), msg("the promise `{name}` never begins", name=goal.id),
                msg("What starts it never comes, or stops it too, or the ticket is then where it does not count."),
                msg("correct `start:`, or take the promise away"),
            )  # fmt: skip


def never_kept(draft: Draft) -> Iterator[Diagnostic]:
    """SOP425: a promise that nobody can keep.

    It says no `stop`, or nothing that stops it can come after it has begun: no such moment comes, and no condition can
    hold there. Every ticket would break it. A word again and again that promises nothing is `every` of a state.

    Fails:

        calendar: front-desk
        states:
          received: {transitions: {check: {by: desk, to: checked}}}
          checked: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
        goals: {finishing: {start: checked, stop: did check, within: 4 h}}

    Passes:

        calendar: front-desk
        states:
          received: {transitions: {check: {by: desk, to: checked}}}
          checked: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
        goals: {finishing: {start: checked, stop: did finish, within: 4 h}}
    """
    for name, span in _without(draft, "stop"):
        yield error(
            "SOP425", span, msg("nothing stops the promise `{name}`", name=name),
            msg("Nobody could keep it, and every ticket would break it."),
            msg("add `stop:` with a state, or `stop: did TRIGGER`"),
        )  # fmt: skip
    for goal, paths in _paths(draft):
        if goal.stop and paths.beginnings and not paths.can_stop:
            yield error(
                "SOP425", _word(draft, goal, "stop"), msg("the promise `{name}` can never be kept", name=goal.id),
                msg("After it has begun, nothing that stops it can come; every ticket would break it."),
                msg("correct `stop:`, or what starts it"),
            )  # fmt: skip


def always_paused(draft: Draft) -> Iterator[Diagnostic]:
    """SOP426: a pause that covers the whole promise.

    Every state in which the ticket can be between `start` and `stop` is one of `pause`, or a condition of `pause` holds
    there whatever happens: `not given(x)`, where `given(x)` ends the promise. Its time stands still from the beginning
    to the end, so it is never due.

    Fails:

        calendar: front-desk
        goals: {finishing: {start: received, stop: did finish, within: 4 h, pause: received}}

    Passes:

        calendar: front-desk
        states:
          received: {transitions: {hold: {by: desk, to: waiting}, finish: {by: desk, to: closed}}}
          waiting: {transitions: {go_on: {by: desk, to: received}}}
          closed: {final: true, outcome: done}
        goals: {finishing: {start: received, stop: did finish, within: 4 h, pause: waiting}}
    """
    for goal, paths in _paths(draft):
        if goal.stop and paths.between and all(map(paths.stands_still, paths.between)):
            yield error(
                "SOP426", _word(draft, goal, "pause"), msg("the time of `{name}` always stands still", name=goal.id),
                msg("`pause` covers everything that can be between its start and its stop, so it is never due."),
                msg("take from `pause:` what holds while somebody should act"),
            )  # fmt: skip


def _paths(draft: Draft) -> Iterator[tuple[Goal, GoalPaths]]:
    """The goals on the ways of their procedure. None where a name is unknown: that has a fault of its own."""
    procedure = draft.procedure
    if procedure is None or not procedure.goals:
        return
    unknown = any(
        not draft.known(use.kind, use.name) and use.name != "open"
        for use in draft.uses
        if use.kind in ("state", "trigger")
    )
    graph = Graph(procedure)
    taken = {handler.event for state in procedure.states for handler in state.handlers}
    unknown |= "*" not in taken and any(use.way == "took" and use.name not in taken for use in draft.uses)
    if unknown or graph.large:
        return
    for goal in procedure.goals:
        yield goal, GoalPaths(graph, goal)


def _without(draft: Draft, word: str) -> Iterator[tuple[str, Span]]:
    """The goals that do not say `start` (and no `while`) or `stop`; one that says it wrongly has another fault."""
    goals = draft.cursor / "goals"
    for goal in draft.procedure.goals if draft.procedure is not None else ():
        here = goals / goal.id
        words = getattr(here.node, "items", {})
        empty = word in words and getattr((here / word).node, "items", word) == ()
        if (word not in words or empty) and not (word == "start" and "while" in words):
            yield goal.id, here.name


def _word(draft: Draft, goal: Goal, word: str) -> Span:
    """The place of a goal's word; of its id where the word is not there."""
    here = draft.cursors[f"goals.{goal.id}"]
    return (here / word).span if word in getattr(here.node, "items", {}) else here.name
