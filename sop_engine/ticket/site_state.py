"""Reading and writing the fields of the site's own history."""

from typing import Any

from sop_engine.ticket.draft import Draft


def people_of(draft: Draft) -> dict[str, Any]:
    """Everybody there is, by id."""
    found: dict[str, Any] = draft.ticket.fields["people"]
    return found


def put(draft: Draft, name: str, value: Any) -> None:
    """Write a field of the site's state; the change stands in the event, so that replay needs nothing else."""
    before = draft.ticket.fields.get(name)
    if isinstance(value, dict) and isinstance(before, dict):
        changed = {key: item for key, item in value.items() if before.get(key) != item}
        gone = sorted(set(before) - set(value))
        draft.emit("changed", field=name, put=changed, gone=gone)
    else:
        draft.emit("written", field=name, value=value)
