"""Which teams a procedure names, and of whom it asks work of them."""

from collections.abc import Iterator
from itertools import chain

from sop_engine.procedure import Assign, Procedure


def named_teams(procedure: Procedure) -> frozenset[tuple[str, str]]:
    """(role, team) of all that the procedure may give to one of its teams."""
    known = {each.id for each in procedure.teams}
    fields = {each.id: [choice.id for choice in each.choices if choice.id in known] for each in procedure.fields}
    return frozenset(
        (role, team) for role, said in _given(procedure) for team in ([said] if said in known else fields.get(said, []))
    )


def _given(procedure: Procedure) -> Iterator[tuple[str, str]]:
    done = (effects for state in procedure.states for effects in (state.entry, state.exit))
    ways = chain(procedure.open.alternatives, (transition for _state, transition in procedure.walk()))
    for effect in chain(*done, *(way.effects for way in ways)):
        if isinstance(effect, Assign) and effect.team:
            yield effect.name, effect.team
