"""Which tickets a file stands in: the same photo in two tickets is something that an auditor asks about.

A row of `meta` for each file and ticket, put there by the step that names the file; derived, so `db rebuild` puts them
there anew. A row that is left of a ticket that names the file no more says that it did.
"""

from collections.abc import Sequence
from typing import Final

from sop_engine.store.files import references_in
from sop_engine.store.seam import Reads, Writes
from sop_engine.ticket.records import SITE, Event

_PREFIX: Final = "file:"


def note_files(transaction: Writes, ticket: str, events: Sequence[Event]) -> None:
    """Note the files that the events of a step name."""
    if ticket == SITE:
        return
    for each in references_in(list(events)):
        transaction.put_meta(f"{_PREFIX}{each['sha256']}:{ticket}", "")


def tickets_with(reading: Reads, sha256: str) -> list[str]:
    """The ids of the tickets in which a file stands, or stood, in order."""
    begin = f"{_PREFIX}{sha256}:"
    return sorted(name.removeprefix(begin) for name in reading.metas(begin))
