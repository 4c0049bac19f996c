"""Where values come from that nobody gives: a unit's contact, another field, a part of one.

The law. A field is filled when it is asked for and not given. The ticket remembers which fields hold what was filled
in. Where a source is written again, whoever writes it, such a field is filled again, or cleared where the source gives
nothing any more: what the former unit's household was must not stand there as the new one's. A field that somebody gave
himself stays as it is.
"""

from typing import Any

from sop_engine.procedure import Field
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.records import Erased


def fill(draft: Draft, waiting: list[Field]) -> None:
    """Fill in what was not given, whatever the order in which it is asked: a field may be filled from one that was
    filled itself."""
    for _round in waiting:
        before = len(draft.events)
        for field in waiting:
            if field.fill is not None and field.id not in draft.ticket.fields:
                value = _given_by_source(draft, field)
                if value is not None:
                    draft.write(field, value, filled=True)
        if len(draft.events) == before:
            break
    draft.touched.clear()


def refill(draft: Draft) -> None:
    """Bring what was filled in up to date with the sources that were written since, and with it what is computed."""
    if not draft.ticket.filled:
        return
    for _round in draft.program.procedure.fields:
        touched, draft.touched = draft.touched, set()
        fields = [field for field in draft.program.filled if _source(field) in touched]
        for field in fields:
            if field.id in draft.ticket.filled:
                draft.write(field, _known(draft, field), filled=True)
        if not draft.touched:
            return
        draft.compute()


def _source(field: Field) -> str:
    assert field.fill is not None
    return field.fill.partition(".")[0]


def _given_by_source(draft: Draft, field: Field) -> Any:
    """What a field's source gives it, in the record's form; None: nothing. An erased source gives something erased."""
    assert field.fill is not None
    name, _, part = field.fill.partition(".")
    source = draft.ticket.fields.get(name)
    if source is None or isinstance(source, Erased) or not part:
        return source
    if draft.program.fields[name].type == "unit" and part == "contact":
        return draft.facts.ask(f"contact:{source}")
    return source.get(part) if isinstance(source, dict) else None


def _known(draft: Draft, field: Field) -> Any:
    """What a field's source gives it. Whether a committed source gives anything is recorded, since an erased one no
    longer tells."""
    value = _given_by_source(draft, field)
    source = _source(field)
    if not draft.program.fields[source].committed:
        return value
    there = value is not None
    if isinstance(draft.ticket.fields.get(source), Erased):
        there = bool(draft.recorded_result(there))
    draft.results.append(there)
    return value if there else None
