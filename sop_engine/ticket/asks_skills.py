"""Which skills a procedure asks for, and of whom."""

from collections.abc import Iterator
from itertools import chain

from sop_engine.procedure import Assign, Procedure


def needed(procedure: Procedure) -> frozenset[tuple[str, str]]:
    """(role, skill) of all that the procedure may ask for; the role is empty where it is asked of somebody else."""
    known = {each.id for each in procedure.skills}
    fields = {each.id: [choice.id for choice in each.choices if choice.id in known] for each in procedure.fields}
    return frozenset(
        (role, skill)
        for role, asked in _asking(procedure)
        for skill in ([asked] if asked in known else fields.get(asked, []))
    )


def _asking(procedure: Procedure) -> Iterator[tuple[str, str]]:
    offers = [procedure.open, *(offer for state in procedure.states for offer in state.offers)]
    for who in chain.from_iterable(offer.by for offer in offers):
        if who.skill:
            yield (who.name if who.kind == "role" else ""), who.skill
    done = (effects for state in procedure.states for effects in (state.entry, state.exit))
    ways = chain(procedure.open.alternatives, (transition for _state, transition in procedure.walk()))
    for effect in chain(*done, *(way.effects for way in ways)):
        if isinstance(effect, Assign) and effect.skill:
            yield effect.name, effect.skill
