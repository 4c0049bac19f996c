"""What was promised in a month, and what came of it, from the record.

Everything is read from events, in one pass over the steps, so a figure can be taken as of any instant: steps that are
recorded later are left out. Memory holds a number for each promise that ended in the time that is asked for.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final, Literal

from sop_engine import canonical
from sop_engine.engine.reports.histories import Record, Whose, histories
from sop_engine.store.programs import Programs
from sop_engine.store.seam import CALENDAR, Reads, Version
from sop_engine.ticket.evolve import GOAL_EVENTS
from sop_engine.ticket.levels import OPEN, counts_clock, pauses_of
from sop_engine.worktime import Reckoner

Result = Literal["kept", "late", "breached", "dropped"]
RESULTS: Final[tuple[Result, ...]] = ("kept", "late", "breached", "dropped")
_ENDED: Final[Mapping[str, Result]] = {"goal_met": "kept", "goal_late": "late", "goal_dropped": "dropped"}
_GOAL_EVENTS: Final = frozenset(GOAL_EVENTS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one promise. `breached`: it was missed, and is open still; `ended` is then the due time."""

    ticket: str
    procedure: str
    unit: str
    person: str
    """who owned the ticket then"""
    goal: str
    result: Result
    ended: datetime
    used: timedelta
    """of what its calendar counts"""
    paused: timedelta
    """of what its calendar would have counted"""
    entry: str = "live"
    """`backfilled` where its times come from paper, after an outage"""
    firm: str = ""
    """the firm from outside that promised it; empty: the centre itself"""


def outcomes(
    reading: Reads,
    programs: Programs,
    since: datetime,
    until: datetime,
    as_of: datetime | None = None,
    void: Counter[str] | None = None,
) -> Iterator[Outcome]:
    """Every promise that ended, or was missed and is open still, in `[since, until)`, by what is recorded up to
    `as_of` (None: all). What was promised on a ticket that is void is left out, and counted into `void` by its id."""
    count = _Count(reading, programs, since, until)
    for id, records in histories(reading, as_of):
        whose = Whose(id)
        found = list(count.of_ticket(whose, records))
        if not whose.is_void:
            yield from found
        elif void is not None and found:
            void[id] += len(found)


class _Count:
    """One pass over the tickets."""

    def __init__(self, reading: Reads, programs: Programs, since: datetime, until: datetime) -> None:
        self._reading = reading
        self._programs = programs
        self._since = since
        self._until = until
        self._calendars: dict[str, list[Version]] = {}

    def of_ticket(self, whose: Whose, records: Iterable[Record]) -> Iterator[Outcome]:
        """What came of a ticket's promises; `whose` is brought up to date with its steps."""
        entries: dict[str, dict[str, Any]] = {}
        for record in records:
            program = self._programs.of(self._reading, record["procedure"])
            for event in record["events"]:
                if event["kind"] in _GOAL_EVENTS:
                    yield from self._of_event(whose, entries, event, record["effective"])
                else:
                    whose.follow(program, event)
        for goal, entry in entries.items():
            # one that counts no more as things stand was missed all the same
            if entry["breached"] and entry["status"] in (*OPEN, "waiting"):
                yield from self._outcome(whose, goal, entry, "breached", entry["breached"])

    def _of_event(
        self, whose: Whose, entries: dict[str, dict[str, Any]], event: Mapping[str, Any], effective: str
    ) -> Iterator[Outcome]:
        """Follow a goal through an event; gives it where it ends there."""
        goal, former = event["goal"], entries.get(event["goal"], {})
        if event["kind"] == "goal_started" and former and former["status"] in OPEN and former["breached"]:
            # the next period of what is promised again and again: the one before was missed
            yield from self._outcome(whose, goal, former, "breached", former["breached"])
        entry = entries[goal] = {**former, **event["put"]}
        result = _ENDED.get(event["kind"])
        if result == "dropped" and entry["breached"]:
            result = "late"
        elif event.get("waited") or event.get("why") in ("merged", "joined"):
            result = None
        if result is not None:
            yield from self._outcome(whose, goal, entry, result, effective)

    def _outcome(self, whose: Whose, goal: str, entry: Mapping[str, Any], result: Result, at: str) -> Iterator[Outcome]:
        """The outcome, if it falls into the time that is asked for."""
        ended = canonical.instant_of(at)
        if not self._since <= ended < self._until:
            return
        used, paused = self._used(entry, ended)
        yield Outcome(
            whose.ticket, whose.procedure, whose.unit, whose.owner, goal, result, ended, used, paused, whose.entry,
            entry.get("firm") or "",
        )  # fmt: skip

    def _used(self, entry: Mapping[str, Any], ended: datetime) -> tuple[timedelta, timedelta]:
        """How much of what counts was used, and how much was paused."""
        start, pauses = canonical.instant_of(entry["start"]), pauses_of(entry)
        reckoner = self._reckoner(entry["calendar"], canonical.instant_text(ended))
        if reckoner is None:
            return ended - start, timedelta(0)
        clock = counts_clock(entry)
        used = reckoner.elapsed(start, ended, pauses, clock=clock)
        return used, reckoner.elapsed(start, ended, clock=clock) - used if pauses else timedelta(0)

    def _reckoner(self, name: str, at: str) -> Reckoner | None:
        """By the version of a calendar that counted at an instant: a later one must not change the figures of a month
        that is over."""
        if not self._calendars:
            for each in self._reading.calendars():
                self._calendars.setdefault(each.procedure.removeprefix(CALENDAR), []).append(each)
        versions = self._calendars.get(name)
        if not versions:
            return None
        version = next((each for each in reversed(versions) if each.published <= at), versions[0])
        return self._programs.calendar(self._reading, version.digest)


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
    tickets: int
    """how many it is of"""
    backfilled: int = 0
    """how many of the promises have their times from paper, after an outage"""
    worst: timedelta = timedelta(0)
    """the most time that one used of those that were kept or late"""

    @property
    def share(self) -> float | None:
        """Kept of all that counted; None where nothing did."""
        counted = self.kept + self.late + self.breached
        return self.kept / counted if counted else None


@dataclass(slots=True)
class _Group:
    """What is kept of a group while outcomes pass by: seconds, and not the outcomes."""

    counts: dict[Result, int] = field(default_factory=lambda: dict.fromkeys(RESULTS, 0))
    used: "array[float]" = field(default_factory=lambda: array("d"))
    paused: timedelta = timedelta(0)
    tickets: int = 0
    backfilled: int = 0
    last: str = ""

    def add(self, each: Outcome) -> None:
        self.counts[each.result] += 1
        if each.result in ("kept", "late"):
            self.used.append(each.used.total_seconds())
        self.paused += each.paused
        self.backfilled += each.entry == "backfilled"
        self.tickets += each.ticket != self.last
        self.last = each.ticket

    def figures(self, group: tuple[str, ...]) -> Figures:
        used = sorted(self.used)
        return Figures(
            group,
            kept=self.counts["kept"],
            late=self.counts["late"],
            breached=self.counts["breached"],
            dropped=self.counts["dropped"],
            median=timedelta(seconds=median(used)) if used else timedelta(0),
            ninth=timedelta(seconds=used[-(-len(used) * 9 // 10) - 1]) if used else timedelta(0),
            paused=self.paused,
            tickets=self.tickets,
            backfilled=self.backfilled,
            worst=timedelta(seconds=used[-1]) if used else timedelta(0),
        )


def figures(found: Iterable[Outcome], by: tuple[str, ...]) -> list[Figures]:
    """The figures by `procedure`, `goal`, `unit` or `person`, in order of the groups; what is found comes ticket by
    ticket."""
    groups: dict[tuple[str, ...], _Group] = {}
    for each in found:
        group = tuple(getattr(each, name) for name in by)
        groups.setdefault(group, _Group()).add(each)
    return [groups[group].figures(group) for group in sorted(groups)]
