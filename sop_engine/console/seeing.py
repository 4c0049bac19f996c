"""Which personal data whoever asks sees whole; the law is that of `engine.people.personal`."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sop_engine.console.tickets import newest_versions, normal_form
from sop_engine.engine.people.personal import hidden_classes
from sop_engine.store.seam import Head, Reads
from sop_engine.ticket.records import Ticket
from sop_engine.values import NUMBERS

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def hidden_from(opened: "Opened", ticket: Ticket | Head | None = None) -> frozenset[str | None]:
    """The classes of personal data of `ticket` (None: of any) that whoever asks sees masked; `NUMBERS` among them where
    he sees those in free texts masked."""
    return hidden_classes(opened.site.settings.personal, opened.person, opened.roles, ticket)


def searchable(opened: "Opened", reading: Reads) -> tuple[str, ...] | None:
    """The classes of personal data by which whoever asks finds; None: by all. Nobody finds out a number by looking for
    it."""
    hidden = hidden_from(opened)
    if not hidden:
        return None
    known: set[str] = {NUMBERS}
    for version in newest_versions(reading).values():
        known |= set(_classes(normal_form(reading, version.digest).get("fields", ())))
    return tuple(sorted(known - hidden))


def _classes(fields: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(each["personal"]) for each in fields if each.get("personal")]
