"""Figures over many tickets, from the record: what was promised in a month, and what came of it.

Everything is read from events, in one pass over the steps, so a figure can be taken as of any instant: steps that are
recorded later are left out. Memory holds one line for each promise that ended in the time that is asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final, Literal

from sop_engine import canonical
from sop_engine.store.programs import Programs
from sop_engine.store.seam import CALENDAR, Head, Reads
from sop_engine.ticket.evolve import GOAL_EVENTS
from sop_engine.ticket.levels import OPEN, counts_clock, pauses_of
from sop_engine.ticket.records import SITE
from sop_engine.worktime import Reckoner

Result = Literal["kept", "late", "breached", "dropped"]
RESULTS: Final[tuple[Result, ...]] = ("kept", "late", "breached", "dropped")
PAGE: Final = 500
_MARK: Final = b'"goal_'
_ENDED: Final[Mapping[str, Result]] = {"goal_met": "kept", "goal_late": "late", "goal_dropped": "dropped"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one promise. `breached`: it was missed, and is open still; `ended` is then the due time."""

    ticket: str
    procedure: str
    unit: str
    person: str
    """the ticket's owner"""
    goal: str
    result: Result
    ended: datetime
    used: timedelta
    """of what its calendar counts"""
    paused: timedelta
    """of what its calendar would have counted"""


def outcomes(
    reading: Reads, programs: Programs, since: datetime, until: datetime, as_of: datetime | None = None
) -> Iterator[Outcome]:
    """Every promise that ended, or was missed and is open still, in `[since, until)`, by what is recorded up to
    `as_of` (None: all)."""
    limit = None if as_of is None else canonical.instant_text(as_of)
    after = ""
    while ids := reading.ticket_ids(after, PAGE):
        by_ticket: dict[str, dict[str, Any]] = {}
        for stored in reading.steps_between(after, ids[-1]):
            if stored.ticket == SITE or _MARK not in stored.data:
                continue
            record = canonical.parse(stored.data)
            if limit is not None and record["recorded"] > limit:
                continue
            entries = by_ticket.setdefault(stored.ticket, {})
            yield from _of_step(reading, programs, record, entries, since, until)
        for ticket, entries in by_ticket.items():
            yield from _open(reading, programs, ticket, entries, since, until)
        after = ids[-1]


def _of_step(
    reading: Reads,
    programs: Programs,
    record: Mapping[str, Any],
    entries: dict[str, Any],
    since: datetime,
    until: datetime,
) -> Iterator[Outcome]:
    """Follow a ticket's goals through a step; gives those that end in it."""
    effective = canonical.instant_of(record["effective"])
    for event in record["events"]:
        if event["kind"] not in GOAL_EVENTS:
            continue
        former = entries.get(event["goal"])
        if event["kind"] == "goal_started" and former is not None and former["status"] in OPEN and former["breached"]:
            # the next period of what is promised again and again: the one before was missed
            missed = canonical.instant_of(former["breached"])
            if since <= missed < until:
                yield _outcome(reading, programs, record["ticket"], event["goal"], former, "breached", missed)
        entry = entries[event["goal"]] = {**entries.get(event["goal"], {}), **event["put"]}
        result = None if event.get("waited") else _ENDED.get(event["kind"])
        if result == "dropped" and entry["breached"]:
            result = "late"
        if result is not None and since <= effective < until:
            yield _outcome(reading, programs, record["ticket"], event["goal"], entry, result, effective)


def _open(
    reading: Reads, programs: Programs, ticket: str, entries: Mapping[str, Any], since: datetime, until: datetime
) -> Iterator[Outcome]:
    for goal, entry in entries.items():
        if entry["status"] in OPEN and entry["breached"]:
            missed = canonical.instant_of(entry["breached"])
            if since <= missed < until:
                yield _outcome(reading, programs, ticket, goal, entry, "breached", missed)


def _outcome(
    reading: Reads,
    programs: Programs,
    ticket: str,
    goal: str,
    entry: Mapping[str, Any],
    result: Result,
    ended: datetime,
) -> Outcome:
    head: Head | None = reading.head(ticket)
    start, pauses = canonical.instant_of(entry["start"]), pauses_of(entry)
    reckoner = _reckoner(reading, programs, entry["calendar"])
    clock = counts_clock(entry)
    used = reckoner.elapsed(start, ended, pauses, clock=clock) if reckoner is not None else ended - start
    whole = reckoner.elapsed(start, ended, clock=clock) if reckoner is not None else ended - start
    return Outcome(
        ticket,
        head.procedure if head else "",
        (head.unit or "") if head else "",
        head.owner if head else "",
        goal,
        result,
        ended,
        used,
        whole - used,
    )


def _reckoner(reading: Reads, programs: Programs, name: str) -> Reckoner | None:
    version = reading.newest(CALENDAR + name) if name else None
    return None if version is None else programs.calendar(reading, version.digest)


# --- figures ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one group."""

    group: tuple[str, ...]
    kept: int
    late: int
    breached: int
    dropped: int
    median: timedelta
    """of the time used by those that were kept or late"""
    ninth: timedelta
    """the 90th percentile of the same"""
    paused: timedelta
    """all of them together"""
    tickets: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Kept of all that counted; None where nothing did."""
        counted = self.kept + self.late + self.breached
        return self.kept / counted if counted else None


def figures(found: Iterable[Outcome], by: tuple[str, ...]) -> list[Figures]:
    """The figures by `procedure`, `goal`, `unit` or `person`, in order of the groups."""
    groups: dict[tuple[str, ...], list[Outcome]] = {}
    for each in found:
        groups.setdefault(tuple(getattr(each, name) for name in by), []).append(each)
    return [_figures(group, groups[group]) for group in sorted(groups)]


def _figures(group: tuple[str, ...], found: list[Outcome]) -> Figures:
    counts = {result: sum(each.result == result for each in found) for result in RESULTS}
    used = sorted(each.used for each in found if each.result in ("kept", "late"))
    return Figures(
        group,
        counts["kept"],
        counts["late"],
        counts["breached"],
        counts["dropped"],
        timedelta(seconds=median(each.total_seconds() for each in used)) if used else timedelta(0),
        used[min(len(used) - 1, -(-len(used) * 9 // 10) - 1)] if used else timedelta(0),
        sum((each.paused for each in found), timedelta(0)),
        tuple(dict.fromkeys(each.ticket for each in found)),
    )
