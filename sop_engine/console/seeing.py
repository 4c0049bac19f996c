"""Which personal data whoever asks sees whole, as `[personal]` of sop.toml says: class of data -> roles.

A class that is not named there everybody of the site sees. Of one that is named, those see it whole who hold one of its
roles, and those on the case: the ticket's owner, and whoever has a task of it. Others see it masked.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sop_engine.console.tickets import newest_versions, normal_form
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import SITE, Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def hidden_from(opened: "Opened", ticket: Ticket | None = None) -> frozenset[str | None]:
    """The classes of personal data of `ticket` (None: of any) that whoever asks sees masked."""
    rules = opened.site.settings.personal
    if not rules or (ticket is not None and (ticket.id == SITE or _is_on_the_case(ticket, opened.person))):
        return frozenset()
    return frozenset(name for name, roles in rules.items() if not opened.roles & set(roles))


def _is_on_the_case(ticket: Ticket, person: str) -> bool:
    return person == ticket.owner or any(task.get("assignee") == person for task in ticket.tasks.values())


def searchable(opened: "Opened", reading: Reads) -> tuple[str, ...] | None:
    """The classes of personal data by which whoever asks finds; None: by all. Nobody finds out a number by looking for
    it."""
    hidden = hidden_from(opened)
    if not hidden:
        return None
    known: set[str] = set()
    for version in newest_versions(reading).values():
        known |= set(_classes(normal_form(reading, version.digest).get("fields", ())))
    return tuple(sorted(known - hidden))


def _classes(fields: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(each["personal"]) for each in fields if each.get("personal")]
