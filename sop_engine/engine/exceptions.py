"""Tickets that did not go the way of their procedure, from the record: each is one that somebody ought to look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sop_engine import canonical
from sop_engine.engine.histories import Whose, histories
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Reads

Kind = Literal["voided", "forced", "merged", "reopened"]
KINDS: Final[tuple[Kind, ...]] = ("voided", "forced", "merged", "reopened")
"""the kinds of events that are told of"""


@dataclass(frozen=True, slots=True)
class Exceptional:
    """What somebody did to a ticket that no transition of its procedure does."""

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
                if event["kind"] in KINDS and since <= at < until:
                    person = record["for"] or record["actor"]
                    yield Exceptional(event["kind"], id, record["number"], whose.procedure, whose.unit, person, at)
