"""Where a transition stands: element paths, as `language.Compiled` names them."""

from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.procedure import Offer, Procedure, State


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


def separation_paths(procedure: Procedure) -> Iterator[str]:
    """Every rule of separation of duty: the path of its offer and, after a space, the rule."""
    for state in procedure.states:
        for offer in state.offers:
            yield from dict.fromkeys(path for path, _kind, _name, _since in rules(state, offer))


def rules(state: State, offer: Offer) -> Iterator[tuple[str, str, str, str | None]]:
    """An offer's rules of separation: path, kind (`did`, `field`, `signed`), trigger or field, since which state."""
    base = f"states.{state.id}.offers.{offer.trigger}"
    for who in offer.by:
        for rule in who.exclude:
            if rule.did is not None:
                yield f"{base} not did {rule.did}", "did", rule.did, rule.since
            if rule.field is not None:
                yield f"{base} not named in {rule.field}", "field", rule.field, None
    if offer.sign is not None and offer.sign.count > 1:
        yield f"{base} signed by different people", "signed", f"{state.id}.{offer.trigger}", None
