"""Walking over a store: each ticket with all that an audit reads of it, in batches, so that memory stays as it is
however many tickets there are."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from sop_engine.store.seam import Reads, Standing, StoredStep
from sop_engine.ticket.records import Sealed

BATCH: Final = 500
"""tickets that are read together"""

Span = tuple[str, str | None]
"""ids after the first, up to the second (None: to the last)"""


@dataclass(slots=True)
class Past:
    """One ticket's record, with what the tables make of it. `steps` can be gone through once."""

    id: str
    steps: Iterator[StoredStep]
    values: dict[int, dict[str, Sealed]]
    """step number -> slot -> what lies beside the step"""
    standing: Standing | None


def spans(reading: Reads, batch: int = BATCH) -> Iterator[Span]:
    """The whole store in parts of `batch` tickets; the last part has no end, so that nothing lies outside."""
    after = ""
    while len(ids := reading.ticket_ids(after, batch)) == batch:
        yield after, ids[-1]
        after = ids[-1]
    yield after, None


def walk(reading: Reads, span: Span) -> Iterator[Past]:
    """The tickets of a part in order of their ids, and last those that have a row or values but no step."""
    standings, values = reading.standings(*span), reading.sealed_between(*span)
    for id, steps in groupby(reading.steps_between(*span), key=itemgetter(0)):
        yield Past(id, steps, values.pop(id, {}), standings.pop(id, None))
    for id in sorted(standings.keys() | values.keys()):
        yield Past(id, iter(()), values.get(id, {}), standings.get(id))


def past_of(reading: Reads, id: str) -> Past:
    """One ticket."""
    return Past(id, reading.steps(id), by_step(reading, id), reading.standing(id))


def by_step(reading: Reads, id: str) -> dict[int, dict[str, Sealed]]:
    """What lies beside the steps of one ticket: step number -> slot -> value."""
    found: dict[int, dict[str, Sealed]] = {}
    for (number, slot), value in reading.sealed(id).items():
        found.setdefault(number, {})[slot] = value
    return found
