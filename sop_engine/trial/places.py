"""Where a transition stands: element paths, as `language.Compiled` names them."""

from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.procedure import Procedure


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
