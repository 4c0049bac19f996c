"""Tickets that went back, from the record.

The law. The outermost states of a procedure are its parts, and one that stands below another in the file is later. A
ticket goes back when in one step it leaves a part and enters an earlier one in which it has been before. Where a
promise stood still, and the step does not end it, it goes on and not back; nor does what joins another, or is parted
from it. It counts when it happens, for whoever had
brought the ticket to the part that it left: his was the work that did not stand. Beside it stands how often that part
was reached in the same time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from sop_engine import canonical
from sop_engine.engine.reports.histories import Record, Whose, histories
from sop_engine.procedure import ROOT
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Reads
from sop_engine.ticket.levels import OPEN
from sop_engine.ticket.program import Program

MEMBERS: Final = ("procedure", "part", "unit", "person")
"""what returns are grouped by"""


@dataclass(frozen=True, slots=True)
class Reached:
    """A ticket came to a part of its procedure."""

    ticket: str
    procedure: str
    part: str
    unit: str
    person: str
    """who brought it there"""
    at: datetime


@dataclass(frozen=True, slots=True)
class Return:
    """A ticket went back."""

    reached: Reached
    """how it had come to the part that it left"""
    to: str
    """the part to which it went back"""
    by: str
    """who sent it back, or `timer`"""
    trigger: str
    at: datetime
    unit: str

    @property
    def after(self) -> timedelta:
        """How long it was in the part that it left."""
        return self.at - self.reached.at


def movements(
    reading: Reads, programs: Programs, since: datetime, until: datetime, as_of: datetime | None = None
) -> Iterator[Reached | Return]:
    """Every part that was reached, and every return, in `[since, until)`, by what is recorded up to `as_of`."""
    for id, records in histories(reading, as_of):
        whose = Whose(id)
        found = list(_of_ticket(reading, programs, whose, records))
        for each in found if not whose.is_void else ():
            if since <= each.at < until:
                yield each


def _of_ticket(
    reading: Reads, programs: Programs, whose: Whose, records: Iterable[Record]
) -> Iterator[Reached | Return]:
    been: dict[str, Reached] = {}
    goals: dict[str, str] = {}
    for record in records:
        program = programs.of(reading, record["procedure"])
        still = [goal for goal, status in goals.items() if status == "paused"]
        left, entered = list[str](), list[str]()
        for event in record["events"]:
            match event["kind"]:
                case "left" if _is_part(program, event["state"]):
                    left.append(event["state"])
                case "entered" if _is_part(program, event["state"]):
                    entered.append(event["state"])
                case _:
                    whose.follow(program, event)
                    if "status" in event.get("put", ()):
                        goals[event["goal"]] = event["put"]["status"]
        at = canonical.instant_of(record["effective"])
        aside = any(event["kind"] in ("joined", "parted") for event in record["events"])
        back = None if aside else _back(program, left, entered, been)
        if back is not None and not any(goals[goal] in OPEN for goal in still):
            part, to = back
            yield Return(been[part], to, record["actor"], _trigger(record), at, whose.unit)
        for part in entered:
            been[part] = Reached(whose.ticket, whose.procedure, part, whose.unit, record["actor"], at)
            yield been[part]


def _back(program: Program, left: list[str], entered: list[str], been: dict[str, Reached]) -> tuple[str, str] | None:
    """The last part that was left, and the earlier one that was entered again; None where no such is."""
    for to in entered:
        later = [part for part in left if part in been and program.order(part) > program.order(to)]
        if to in been and later:
            return max(later, key=program.order), to
    return None


def _is_part(program: Program, state: str) -> bool:
    return program.states[state].parent == ROOT


def _trigger(record: Record) -> str:
    """What was done, or fired, by id."""
    arguments: dict[str, Any] = record["command"]["arguments"]
    return str(arguments.get("trigger") or arguments.get("timer") or record["command"]["name"])


# --- figures ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReturnFigures:
    """The figures of one group."""

    group: tuple[str, ...]
    reached: int
    returned: int
    tickets: int
    """that went back, each once"""
    after: timedelta
    """the median of the time after which they went back"""

    @property
    def share(self) -> float | None:
        """Returned of reached; None where nothing was reached in that time, so that all had been before it."""
        return self.returned / self.reached if self.reached else None


def return_figures(found: Iterable[Reached | Return], by: tuple[str, ...]) -> list[ReturnFigures]:
    """The figures by `MEMBERS`, in order of the groups; of the parts from which something went back, of no others."""
    reached: Counter[tuple[tuple[str, ...], tuple[str, str]]] = Counter()
    returned: dict[tuple[str, ...], list[Return]] = {}
    parts: set[tuple[str, str]] = set()
    for each in found:
        if isinstance(each, Return):
            returned.setdefault(_group(each.reached, by), []).append(each)
            parts.add((each.reached.procedure, each.reached.part))
        else:
            reached[_group(each, by), (each.procedure, each.part)] += 1
    counts = Counter(dict.fromkeys(returned, 0))
    for (group, part), count in reached.items():
        if part in parts:
            counts[group] += count
    return [_figures(group, counts[group], returned.get(group, [])) for group in sorted(counts)]


def _figures(group: tuple[str, ...], reached: int, returned: list[Return]) -> ReturnFigures:
    after = [each.after.total_seconds() for each in returned]
    return ReturnFigures(
        group,
        reached,
        len(returned),
        len({each.reached.ticket for each in returned}),
        timedelta(seconds=median(after)) if after else timedelta(0),
    )


def _group(each: Reached, by: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(getattr(each, name) for name in by)
