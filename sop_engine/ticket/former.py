"""Which fields of a ticket still hold whoever lived in the unit before it changed hands. They are told nothing, unless
the ticket goes on with him: not while nobody has said with whom it goes on, and not afterwards either.

The entry `moved` of `Ticket.acts`: `{unit, on, from, site, with, by, step, closed, before}`.

| member | what |
|---|---|
| `unit`, `on`, `from` | which unit changes hands, on which date, and from which instant that counts |
| `site` | the step of the site's history that says so |
| `with`, `by`, `step` | `new`, `old`, or null where nobody has said yet; who said it (null: by itself), in which step |
| `closed` | address field -> the mark of what it held then; with another value it is another's |
| `before` | the entry that this one took the place of, while `from` is still to come |
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sop_engine import canonical
from sop_engine.ticket.records import Erased, Ticket

NEW: Final = "new"
OLD: Final = "old"
MOVES: Final = "moves"
"""the field of the site that knows which units change hands; see `ticket.site.moving`"""
CHANGES_HANDS: Final = "move:"
"""what the keys of the site's timers begin with that wait for the day; the number of the step follows"""


def is_former(ticket: Ticket, name: str, at: str) -> bool:
    """Whether a field holds, at an instant, somebody who has moved out and with whom the ticket does not go on."""
    entry = ticket.acts.get("moved")
    while entry is not None:
        if entry["from"] <= at:
            return entry["with"] != OLD and name in entry["closed"] and entry["closed"][name] == mark(ticket, name)
        entry = entry.get("before")
    return False


def is_held_back(ticket: Ticket, to: str, at: str) -> bool:
    """Whether a letter to `to` would reach somebody who has moved out."""
    return "moved" in ticket.acts and to.startswith("field:") and is_former(ticket, to.removeprefix("field:"), at)


def as_the_new_one_sees(ticket: Ticket, at: str) -> Ticket | None:
    """A ticket that has gone over to the new one, without whoever else of the old ones still stands in it; None: it has
    not gone over, so there is nothing to hide."""
    entry = in_effect(ticket, at) if "moved" in ticket.acts else None
    if entry is None or entry["with"] != NEW:
        return None
    fields = {name: value for name, value in ticket.fields.items() if not is_former(ticket, name, at)}
    return replace(ticket, fields=fields)


def of_whole(ticket: Ticket, at: str) -> dict[str, Any]:
    """What a ticket that is opened out of this one must be told: that nobody has said yet with whom this goes on, so
    that what it has from here is told nothing either. Empty where there is nothing to tell."""
    entry = in_effect(ticket, at) if "moved" in ticket.acts else None
    if entry is None or entry["with"] is not None:
        return {}
    return {"moved": {name: entry[name] for name in ("unit", "on", "from", "site")}}


def in_effect(ticket: Ticket, at: str) -> Mapping[str, Any] | None:
    """The entry that counts at an instant; None where the unit has not changed hands yet."""
    entry: Mapping[str, Any] | None = ticket.acts.get("moved")
    while entry is not None and entry["from"] > at:
        entry = entry.get("before")
    return entry


def mark(ticket: Ticket, name: str) -> str:
    """What tells a field's value from another without saying what it is."""
    if name in ticket.commits:
        return ticket.commits[name]
    value = ticket.fields.get(name)
    return value.commitment if isinstance(value, Erased) else canonical.digest(canonical.to_bytes(value))


def last_of(moves: Mapping[str, Any], unit: str) -> Mapping[str, Any] | None:
    """A unit's last change that counts; None: there is none."""
    return next((each for each in moves.values() if each["unit"] == unit and each["counts"]), None)
