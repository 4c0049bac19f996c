"""Where a transition stands: element paths, as `language.Compiled` names them."""

from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.goals import Goal, Rung, Warning
from sop_engine.procedure import Procedure
from sop_engine.worktime import Allowance, allowance_text


def taken_path(event: Mapping[str, Any]) -> str:
    """The path of the transition that a `took` event speaks of."""
    number = event["alternative"]
    match event["by"]:
        case "open":
            return f"open.{number}"
        case "offer":
            return f"states.{event['source']}.offers.{event['name']}.{number}"
        case "timer":
            return f"states.{event['source']}.timers.{event['name']}.{number}"
        case "handler":
            return f"states.{event['source']}.handlers.{event['name']}.{number}"
        case kind:
            return f"states.{event['source']}.{kind}.{number}"


def transition_paths(procedure: Procedure) -> Iterator[str]:
    """The paths of all transitions, alternative by alternative, in document order."""
    yield from (f"open.{number}" for number in range(len(procedure.open.alternatives)))
    for state in procedure.states:
        base = f"states.{state.id}"
        groups = [(f"{base}.offers.{each.trigger}", each.alternatives) for each in state.offers]
        groups += [(f"{base}.handlers.{each.event}", each.alternatives) for each in state.handlers]
        groups += [(f"{base}.timers.{each.id}", each.alternatives) for each in state.timers]
        groups += [(f"{base}.always", state.always), (f"{base}.done", state.done)]
        for path, alternatives in groups:
            yield from (f"{path}.{number}" for number in range(len(alternatives)))


def promise_paths(procedure: Procedure) -> Iterator[str]:
    """The path of each promise, and after it those of its cases, its warnings and the steps of its ladder."""
    for goal in procedure.goals:
        yield promise_path(goal)
        yield from _cases(procedure, goal).values()
        yield from (warning_path(goal, each) for each in goal.warnings)
        yield from (rung_path(goal, each) for each in goal.ladder)


def promise_path(goal: Goal) -> str:
    return f"goals.{goal.id}"


def case_path(procedure: Procedure, goal: Goal, entry: Mapping[str, Any]) -> str | None:
    """The path of the case of `within` by which a promise runs, `goals.finishing within 4 h`, of its entry in the
    ticket; None where it runs by none, or where there is but one."""
    if entry.get("within") is None:
        return None
    return _cases(procedure, goal).get((Allowance(*entry["within"]), entry["calendar"]))


def _cases(procedure: Procedure, goal: Goal) -> dict[tuple[Allowance, str], str]:
    """Time and calendar of each case -> its path. What promises the same time on the same calendar is one case; the
    calendar stands in the path where the time alone does not tell two apart."""
    usual = goal.calendar or procedure.calendar
    cases = list(dict.fromkeys((each.allowance, each.calendar or usual) for each in goal.within))
    if len(cases) < 2:
        return {}
    times = [time for time, _calendar in cases]
    paths = {}
    for time, calendar in cases:
        on = f" on {calendar}" if times.count(time) > 1 else ""
        paths[time, calendar] = f"{promise_path(goal)} within {allowance_text(time, 'en')}{on}"
    return paths


def warning_path(goal: Goal, warning: Warning) -> str:
    """`goals.finishing warn 80%`: the path of the promise and, after a space, the level as the file says it."""
    if warning.before is not None:
        return f"{promise_path(goal)} warn {allowance_text(warning.before, 'en')} before"
    return f"{promise_path(goal)} warn {warning.percent}%"


def rung_path(goal: Goal, rung: Rung) -> str:
    """`goals.finishing escalate 30 min`."""
    return f"{promise_path(goal)} escalate {allowance_text(rung.after, 'en')}"


def promise_shown(goal: Goal, event: Mapping[str, Any]) -> str | None:
    """The path of what an event shows of a promise; None where it shows nothing that can be missing."""
    match event["kind"]:
        case "goal_met" | "goal_late" | "goal_breached":
            return promise_path(goal)
        case "goal_warned":
            return warning_path(goal, goal.warnings[event["warning"]])
        case "goal_escalated" if event["to"] or goal.ladder[event["rung"]].event:
            return rung_path(goal, goal.ladder[event["rung"]])
    return None
