"""Checks of timers: those that are always cleared before they are due, and what they are counted in."""

from collections.abc import Iterator
from typing import Final

from sop_engine.diagnostics import Diagnostic, Note
from sop_engine.language.analysis.graph import Graph
from sop_engine.language.checks.telling import error, warning
from sop_engine.language.draft import Draft
from sop_engine.messages import msg
from sop_engine.procedure import ROOT, Duration, State, Timer, Unit

HOUR: Final = 60
DAY: Final = 24 * HOUR
MINUTES: Final[dict[Unit, tuple[int, int]]] = {
    "min": (1, 1), "h": (HOUR, HOUR), "day": (DAY - 3 * HOUR, DAY + 3 * HOUR),
    "month": (28 * DAY - 3 * HOUR, 31 * DAY + 3 * HOUR),
}  # fmt: skip
"""Unit -> how many minutes one is at least and at most: days keep the wall clock when the clocks are changed."""


def cleared(draft: Draft) -> Iterator[Diagnostic]:
    """SOP156: a timer that is always cleared before it is due.

    Another timer, which needs no condition, leaves the state earlier, and leaving a state clears its timers. Whoever
    relies on the later one is never told.

    Fails:

        states:
          received:
            after: {3 days: {to: closed}, 5 days: {tell: desk}}
            transitions: {finish: {by: desk, to: closed}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received:
            after: {3 days: {tell: desk}, 5 days: {to: closed}}
            transitions: {finish: {by: desk, to: closed}}
          closed: {final: true, outcome: done}
    """
    if draft.procedure is None or next(draft.of("duration"), None) is not None:
        return
    graph = Graph(draft.procedure)
    for state in draft.procedure.states:
        for outer in (state.id, *graph.ancestors(state.id)):
            for leaving in _leaving(graph, graph.states[outer]):
                for timer in state.timers:
                    if timer is not leaving and _surely_first(leaving, outer, timer, state.id):
                        here = draft.cursors[f"states.{state.id}.timers.{timer.id}"]
                        there = draft.cursors[f"states.{outer}.timers.{leaving.id}"]
                        yield error(
                            "SOP156", here.name, msg("the timer `{name}` is always cleared before", name=timer.id),
                            msg("Another one, which needs no condition, leaves `{state}` earlier.", state=outer),
                            msg("make it shorter, give the other one a condition, or take it away"),
                            notes=(Note(there.name, msg("this one comes first")),),
                        )  # fmt: skip


def _leaving(graph: Graph, state: State) -> Iterator[Timer]:
    """The timers of a state that surely leave it when they fire, counted from when it is entered, or from a field.
    Those of the whole ticket leave it only where they end it."""
    for timer in state.timers:
        ways = timer.alternatives
        if not any(way.when is None for way in ways) or not all(way.target and not way.internal for way in ways):
            continue
        targets = [target for way in ways for target in graph.targets(way)]
        if state.id != ROOT or all(graph.states[each].kind == "final" for each in targets):
            yield timer


def _surely_first(leaving: Timer, outer: str, timer: Timer, state: str) -> bool:
    """Whether `leaving` of `outer` fires before `timer` of `state`, which is `outer` or lies inside it: it was set no
    later. At the same instant the key that comes first in the alphabet does."""
    if leaving.after is not None:
        later = timer.after if timer.after is not None else timer.every.each if timer.every is not None else None
        if later is None:
            return False
        if _plain(leaving.after) == _plain(later):
            return f"{outer}/{leaving.id}" < f"{state}/{timer.id}"
        return _shorter(leaving.after, later)
    if leaving.at is None or timer.at != leaving.at or timer.time != leaving.time or outer != state:
        return False
    return _earlier(leaving, timer)


def _shorter(one: Duration, other: Duration) -> bool:
    one, other = _plain(one), _plain(other)
    if one.unit == other.unit:
        return one.count < other.count
    return one.count * MINUTES[one.unit][1] < other.count * MINUTES[other.unit][0]


def _plain(length: Duration) -> Duration:
    """In days, where it is weeks; in months, where it is years."""
    match length.unit:
        case "week":
            return Duration(7 * length.count, "day")
        case "year":
            return Duration(12 * length.count, "month")
    return length


def _earlier(one: Timer, other: Timer) -> bool:
    """Whether one offset from the same field's time lies before another."""
    if one.offset is None:
        return other.offset is not None and not other.before
    if other.offset is None:
        return one.before
    if one.before != other.before:
        return one.before
    return _shorter(other.offset, one.offset) if one.before else _shorter(one.offset, other.offset)


def hours_of_a_date(draft: Draft) -> Iterator[Diagnostic]:
    """SOP208: hours are counted from a date.

    A date has no time of day, so hours and minutes are counted from midnight: two hours before a date is 22:00 of the
    day before. Count days from a date and write the time of day, or ask for a date with a time.

    Fails:

        fields:
          note: {type: text}
          visit_on: {type: date}
        open: {by: desk, ask: [note, visit_on], to: received}
        states:
          received: {at: {visit_on - 2 h: {tell: desk}}, transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        fields:
          note: {type: text}
          visit_on: {type: date}
        open: {by: desk, ask: [note, visit_on], to: received}
        states:
          received: {at: {visit_on - 1 day 16:00: {tell: desk}}, transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    procedure = draft.procedure
    for state in procedure.states if procedure is not None else ():
        for timer in state.timers:
            field = procedure.field(timer.at) if procedure is not None and timer.at is not None else None
            in_hours = timer.offset is not None and timer.offset.unit in ("min", "h")
            if field is not None and field.type == "date" and in_hours and not timer.time:
                yield warning(
                    "SOP208", draft.cursors[f"states.{state.id}.timers.{timer.id}"].name,
                    msg("hours are counted from `{name}`, which is a date", name=field.id),
                    msg("A date has no time of day, so they are counted from midnight."),
                    msg("write days and a time of day: `{name} - 1 day 16:00`", name=field.id),
                )  # fmt: skip
