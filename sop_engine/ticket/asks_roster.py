"""Of which roles a procedure asks the roster."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from sop_engine.normal_form import to_json
from sop_engine.procedure import Assign, Procedure


def roles_asked(procedure: Procedure) -> frozenset[str]:
    """Every role of which it matters who is on shift: who may, who is given the task, who is told, who leads."""
    asked = {str(each.get("hand_to") or each.get("name") or "") for _place, each in _asking(to_json(procedure))}
    end = procedure.acts.shift_end
    leads = () if end is None else end.to
    return frozenset({*asked, *(each.name for each in leads if each.kind == "role")} - {""})


def roles_needed(procedure: Procedure) -> frozenset[str]:
    """Of these the roles without which the work stands still: who may, and who is given the task. Where one of the
    others has nobody on shift, a word goes to who leads."""
    found = {str(each["name"]) for place, each in _asking(to_json(procedure)) if place == "by"}
    return roles_assigned(procedure) | found


def roles_assigned(procedure: Procedure) -> frozenset[str]:
    """The roles whose tasks nobody has who is not on shift. Commands ask this, so it writes no normal form."""
    done = (effects for state in procedure.states for effects in (state.entry, state.exit))
    ways = chain(procedure.open.alternatives, (transition for _state, transition in procedure.walk()))
    every = chain(*done, *(way.effects for way in ways))
    return frozenset(each.name for each in every if isinstance(each, Assign) and each.on_shift)


def _asking(raw: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Whatever says `on_shift` in a normal form, with the entry under which it stands."""
    if isinstance(raw, dict):
        if raw.get("on_shift") is True:
            yield place, raw
        for name, each in raw.items():
            yield from _asking(each, name)
    if isinstance(raw, list):
        for each in raw:
            yield from _asking(each, place)
