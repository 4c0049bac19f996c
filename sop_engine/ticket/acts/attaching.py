"""Files that belong to a ticket and to no field: any file, at any time, on a closed ticket too, with a label.

`Ticket.acts` has `files`: `[{"sha256", "name", "size", "type", "step"}]`. The label is free text and lies beside the
step that brought them. The files themselves lie in `files/`, by their digest.
"""

from typing import Any, Final

from sop_engine.messages import msg
from sop_engine.ticket.acts.everyday import require_active, sealed_text
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.records import Refusal

MOST: Final = 500
"""files of one ticket, besides those of its fields"""
_PARTS: Final = {"sha256": str, "name": str, "size": int, "type": str}


def attach(draft: Draft) -> dict[str, Any]:
    """Attach files. Anybody on the site may."""
    require_active(draft, draft.command.actor)
    given = draft.command.arguments.get("files")
    files = list(given) if isinstance(given, list | tuple) else []
    if not files or not all(_is_reference(each) for each in files):
        raise Refused(Refusal("not_understood", msg("no file is attached")))
    known = {each["sha256"] for each in draft.ticket.acts.get("files", ())}
    for each in files:
        if each["sha256"] in known:
            raise Refused(
                Refusal(
                    "not_now",
                    msg("{name} is attached to {ticket} already", name=each["name"], ticket=draft.ticket.id),
                    fix=msg("see what is: sop files {ticket}", ticket=draft.ticket.id),
                )
            )
        known.add(each["sha256"])
    if len(known) > MOST:
        raise Refused(Refusal("not_now", msg("a ticket has at most {most} files", most=MOST)))
    label = {}
    if draft.command.arguments.get("label") is not None:
        label = {"label": sealed_text(draft, "label", msg("the label"))}
    draft.emit("attached", files=files)
    return {"files": files, **label}


def _is_reference(each: Any) -> bool:
    return (
        isinstance(each, dict)
        and set(each) == set(_PARTS)
        and all(isinstance(each[name], kind) for name, kind in _PARTS.items())
    )
