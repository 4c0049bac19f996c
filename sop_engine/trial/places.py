"""Where a transition stands: element paths, as `language.Compiled` names them."""

from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.goals import Goal, Rung, Warning
from sop_engine.procedure import Procedure
from sop_engine.worktime import allowance_text


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
    """The path of each promise, and after it those of its warnings and of the steps of its ladder."""
    for goal in procedure.goals:
        yield promise_path(goal)
        yield from (warning_path(goal, each) for each in goal.warnings)
        yield from (rung_path(goal, each) for each in goal.ladder)


def promise_path(goal: Goal) -> str:
    return f"goals.{goal.id}"


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
