"""The fields of the site's own history, read and written; and the program under which it is decided."""

from typing import Any

from sop_engine.procedure import Offer, Procedure, State
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE


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


def site_program() -> Program:
    """The site's history has no chart; its program only lets the draft work."""
    root = State(id="ticket", title={}, kind="compound")
    opening = Offer(trigger="open", title={}, by=(), alternatives=())
    return Program(Procedure(id=SITE, title={}, prefix="", states=(root,), open=opening), "")
