"""Of which kind a notice is. Of notices of one kind to one person that are still waiting to go out, only the last is
sent; what a person's command wrote has no kind, and always goes.

| who wrote it | its kind |
|---|---|
| a goal's level | `goal/ID/warn`, `goal/ID/due`, `goal/ID/rung/N` |
| a timer's transition, or that of an event which a goal raised | the timer's key: `STATE/TIMER`, `goal/ID` |
| a change of state that is told to those who watch, and anything else | none |
"""

from collections.abc import Mapping, Sequence
from typing import Any


def kind_of(command: str, arguments: Mapping[str, Any], events: Sequence[Mapping[str, Any]], position: int) -> str:
    """The kind of the notice that the event at `position` of a step tells; empty: it has none. `command` and
    `arguments` are the step's, as the record has them: the audit asks this too."""
    if command != "fire":
        return ""
    told = events[position]
    if "act" in told:
        return ""
    goal = told.get("goal")
    if goal is None:
        return str(arguments["timer"])
    kind = f"goal/{goal}/{told['level']}"
    return f"{kind}/{_rung(events[:position], goal)}" if told["level"] == "rung" else kind


def _rung(before: Sequence[Mapping[str, Any]], goal: str) -> int:
    """Which rung of a goal's ladder was climbed last."""
    return next(
        int(event["rung"]) for event in reversed(before) if event["kind"] == "goal_escalated" and event["goal"] == goal
    )
