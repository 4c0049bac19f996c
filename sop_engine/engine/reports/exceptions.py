"""What did not go the way of its procedure, or stands on record otherwise than it was first entered, or at another
time: each is a step that somebody ought to look at.

| kind | what somebody did |
|---|---|
| `voided`, `forced`, `merged`, `reopened` | ended a ticket otherwise than by its procedure, or let a closed one go on |
| `withdrawn` | took a step back |
| `corrected` | changed what had been written down |
| `claimed` | said when it happened, with `--at` or on a slip |
| `backfilled` | entered it after an outage |
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sop_engine import canonical
from sop_engine.engine.reports.histories import Whose, histories
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Reads

Kind = Literal["voided", "forced", "merged", "reopened", "withdrawn", "corrected", "claimed", "backfilled"]
KINDS: Final[tuple[Kind, ...]] = (
    "voided", "forced", "merged", "reopened", "withdrawn", "corrected", "claimed", "backfilled",
)  # fmt: skip
_EVENTS: Final[tuple[Kind, ...]] = ("voided", "forced", "merged", "reopened", "withdrawn", "backfilled")
"""the kinds that are kinds of events"""


@dataclass(frozen=True, slots=True)
class Exceptional:
    """What somebody did to a ticket."""

    kind: Kind
    ticket: str
    number: int
    """of the step that did it"""
    procedure: str
    unit: str
    person: str
    """who did it"""
    at: datetime


def exceptions(
    reading: Reads, programs: Programs, since: datetime, until: datetime, as_of: datetime | None = None
) -> Iterator[Exceptional]:
    """All of them in `[since, until)`, by what is recorded up to `as_of` (None: all), ticket by ticket."""
    for id, records in histories(reading, as_of):
        whose = Whose(id)
        for record in records:
            program, at = programs.of(reading, record["procedure"]), canonical.instant_of(record["effective"])
            for event in record["events"]:
                whose.follow(program, event)
            if since <= at < until:
                person = record["for"] or record["actor"]
                for kind in _kinds(record):
                    yield Exceptional(kind, id, record["number"], whose.procedure, whose.unit, person, at)


def _kinds(record: Mapping[str, Any]) -> Iterator[Kind]:
    """What a step is an exception by."""
    happened = {event["kind"] for event in record["events"]}
    yield from (kind for kind in _EVENTS if kind in happened)
    if record["command"]["name"] == "edit":
        yield "corrected"
    if record["occurred"] and "backfilled" not in happened:
        yield "claimed"
