"""How many people called, and how many jobs that was: tickets that went with another are of one cause with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sop_engine import canonical
from sop_engine.engine.reports.histories import Whose, histories
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Reads


@dataclass(frozen=True, slots=True)
class Caller:
    """A ticket that was opened, and the one whose work it was: itself, or the one with which it went."""

    ticket: str
    procedure: str
    unit: str
    opened: datetime
    leader: str


@dataclass(frozen=True, slots=True)
class Called:
    """The figures of a procedure."""

    procedure: str
    callers: int
    """tickets that were opened"""
    jobs: int
    """of these that went with no other"""
    most: int
    """callers of the cause that had the most"""


def callers(
    reading: Reads, programs: Programs, since: datetime, until: datetime, as_of: datetime | None = None
) -> Iterator[Caller]:
    """The tickets that were opened in `[since, until)`, by what is recorded up to `as_of` (None: all), but those that
    are void. Who was parted from another, or went his own way, was a job by himself."""
    for id, records in histories(reading, as_of):
        whose, leader = Whose(id), id
        for record in records:
            program = programs.of(reading, record["procedure"])
            for event in record["events"]:
                whose.follow(program, event)
                match event["kind"]:
                    case "joined":
                        leader = event["to"]
                    case "parted" if event["way"] in ("alone", "own"):
                        leader = id
        opened = canonical.instant_of(whose.opened)
        if not whose.is_void and since <= opened < until:
            yield Caller(id, whose.procedure, whose.unit, opened, leader)


def by_cause(found: Iterable[Caller]) -> dict[str, list[Caller]]:
    """Whoever called, by the ticket whose work it was, in order of the tickets."""
    causes: dict[str, list[Caller]] = {}
    for each in found:
        causes.setdefault(each.leader, []).append(each)
    return causes


def figures(found: Iterable[Caller]) -> list[Called]:
    """The figures of each procedure, in order of their ids."""
    procedures: dict[str, list[Caller]] = {}
    for each in found:
        procedures.setdefault(each.procedure, []).append(each)
    return [
        Called(
            id,
            callers=len(group),
            jobs=sum(each.leader == each.ticket for each in group),
            most=max(map(len, by_cause(group).values())),
        )
        for id, group in sorted(procedures.items())
    ]
