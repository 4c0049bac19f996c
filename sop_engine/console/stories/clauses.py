"""The clauses that a step cites: those of what was taken in it, and of promises whose time has come."""

from collections.abc import Mapping, Sequence
from typing import Any

from sop_engine.ticket.program import Program


def clauses_of(events: Sequence[Mapping[str, Any]], program: Program) -> tuple[str, ...]:
    """The clauses that what was taken cites: the offer's or timer's, and the transition's; and those of promises of
    which a warning, the time or a step of the ladder has come."""
    found: list[str] = []
    for event in events:
        if event["kind"] == "took":
            found += [each for each in _cited(event, program) if each not in found]
        elif event["kind"] in {"goal_warned", "goal_breached", "goal_escalated"}:
            found += [each for each in program.goals[event["goal"]].source if each not in found]
    return tuple(found)


def _cited(event: Mapping[str, Any], program: Program) -> Sequence[str]:
    if event["by"] in ("reopen", "join"):
        return ()
    if event["by"] == "open":
        offer = program.procedure.open
        return (*offer.source, *_alternative(offer.alternatives, event))
    state = program.states.get(event["source"])
    if state is None:
        return ()
    match event["by"]:
        case "offer":
            group: Any = next((each for each in state.offers if each.trigger == event["name"]), None)
        case "timer":
            group = next((each for each in state.timers if each.id == event["name"]), None)
        case "handler":
            group = next((each for each in state.handlers if each.event == event["name"]), None)
        case "always":
            return _alternative(state.always, event)
        case _:
            return _alternative(state.done, event)
    if group is None:
        return ()
    return (*getattr(group, "source", ()), *_alternative(group.alternatives, event))


def _alternative(alternatives: Sequence[Any], event: Mapping[str, Any]) -> Sequence[str]:
    rank = event["alternative"]
    return tuple(alternatives[rank].source) if rank < len(alternatives) else ()
