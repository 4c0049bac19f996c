"""When a promise is due, beside pandas and businesstimedelta, on the same cases.

Ours: `Reckoner.due` on the shipped office calendar. Others: pandas' `CustomBusinessHour` and `businesstimedelta`,
each with two shifts a day and the same holidays. Calendars, allowances and starts are made ready beforehand, for each
side in its own types (ours are instants in UTC, as the engine has them); what is timed is only start plus allowance,
and an answer stays in the side's own type. Neither knows make-up workdays, so these are taken out of ours too; pandas
counts in whole hours and without a zone, so the cases are whole hours. Before anything is timed the answers are
compared, case by case. (Where pandas differs, the allowance fills a day exactly: it names the next opening, we the
closing.)

A due time far ahead against one near by: the same call, 250 workdays and three workdays ahead, and as many hours.
Memory: what a reckoner holds after 200 years were asked for, against 60.
"""

import operator
import random
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from importlib.util import find_spec
from typing import Any, Final

from benchmarks.pairs import PROCESSOR, interleaved
from benchmarks.table import Line, Table
from sop_engine.engine.publishing.calendars import calendars_of, compile_calendar_file
from sop_engine.worktime import Allowance, Calendar, Reckoner

CASES: Final = {"tiny": 5, "quick": 100, "usual": 400, "large": 4000}
REPEATED: Final = 50
"""how often ours answers all cases in a turn, because once is soon done"""
ROUNDS: Final = 7
FAR: Final = date(2031, 1, 1)
"""a holiday that businesstimedelta looks for beyond the last"""
_HOURS: Final = (1, 2, 4, 8, 16, 24, 40)

Case = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Side:
    """One way to answer: the cases in its own types, what adds, and how its answer is read."""

    cases: Sequence[tuple[Any, Any]]
    add: Callable[[Any, Any], Any]
    read: Callable[[Any], datetime | None]

    def answer_all(self, times: int = 1) -> None:
        """Every case, so many times."""
        add = self.add
        for _number in range(times):
            for start, allowance in self.cases:
                add(start, allowance)

    def answers(self) -> list[datetime | None]:
        """The answers, comparable with those of others."""
        return [self.read(self.add(start, allowance)) for start, allowance in self.cases]


def run(size: str) -> Table:
    """How many times as fast as each of the others; and a due time far ahead against one near by."""
    calendar = office()
    reckoner, cases = Reckoner(calendar), drawn(calendar, CASES[size])
    ours = _ours(reckoner, [(start.astimezone(UTC), Allowance(hours, "h")) for start, hours in cases])
    lines: list[Line] = []
    notes: list[str] = []
    for name, made in (("pandas", _pandas), ("businesstimedelta", _delta)):
        if find_spec(name) is None:
            notes.append(f"{name} is not installed: `pip install 'sop-engine[peers]'`.")
        else:
            lines.append(_beside(name, ours, made(calendar, cases)))
    for what, far, near in (
        ("a year of workdays ahead, cost of three", Allowance(250, "workday"), Allowance(3, "workday")),
        ("a year of hours ahead, cost of three workdays", Allowance(250 * 7, "h"), Allowance(22, "h")),
    ):
        one, other = (
            _ours(reckoner, [(start.astimezone(UTC), each) for start, _hours in cases]) for each in (far, near)
        )
        pair = interleaved(one.answer_all, other.answer_all, ROUNDS, PROCESSOR)
        lines.append(Line(what, pair.cost, "times", at_most=5, detail=f"{pair.ours_seconds / len(cases) * 1e6:.1f} µs"))
    return Table("worktime", "when a promise is due, on the office calendar",
                 [*lines, _cold(calendar, cases[0][0]), _memory(calendar)], notes)  # fmt: skip


def _beside(name: str, ours: Side, other: Side) -> Line:
    unlike = sum(one != another for one, another in zip(ours.answers(), other.answers(), strict=True))
    pair = interleaved(partial(ours.answer_all, REPEATED), other.answer_all, ROUNDS, PROCESSOR)
    count = len(ours.cases)
    ours_us, other_us = pair.ours_seconds / REPEATED / count * 1e6, pair.other_seconds / count * 1e6
    detail = f"{ours_us:.1f} µs; {name} {other_us:.0f} µs; {unlike} of {count} answers differ"
    return Line(f"due, as often as {name}", other_us / ours_us, "times", at_least=20, detail=detail)


def _cold(calendar: Calendar, start: datetime) -> Line:
    """A due time far ahead against one near by, by a process that has asked for nothing yet."""
    far, near = (partial(_first_due, calendar, start, Allowance(days, "workday")) for days in (250, 3))
    pair = interleaved(far, near, ROUNDS, PROCESSOR)
    detail = f"{pair.ours_seconds * 1e3:.2f} ms; near {pair.other_seconds * 1e3:.2f} ms"
    return Line("the same, by a process that has indexed nothing", pair.cost, "times", at_most=5, detail=detail)


def _first_due(calendar: Calendar, start: datetime, allowance: Allowance) -> None:
    Reckoner(calendar).due(start, allowance)


def _memory(calendar: Calendar) -> Line:
    """What a reckoner holds after many years were asked for, of what it holds after fewer."""
    reckoner = Reckoner(calendar)
    held: list[int] = []
    tracemalloc.start()
    for first, last in ((1970, 2030), (2030, 2170)):
        for year in range(first, last):
            for month in (1, 4, 7, 10):
                reckoner.due(datetime(year, month, 1, tzinfo=UTC), Allowance(1, "workday"))
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    detail = f"{held[1] / 2**20:.1f} MiB; before {held[0] / 2**20:.1f} MiB"
    return Line(
        "memory after 200 years were asked for", held[1] / held[0], "of that after 60", at_most=1.2, detail=detail
    )


def office() -> Calendar:
    """The shipped calendar of the office, without make-up workdays."""
    compiled = compile_calendar_file(calendars_of(None) / "office.yaml")
    assert compiled.calendar is not None
    return replace(compiled.calendar, dates={}, make_up=frozenset())


def drawn(calendar: Calendar, count: int, seed: int = 4) -> list[Case]:
    """Starts in 2026 at any minute, and how many working hours from there."""
    rng = random.Random(seed)
    first = datetime(2026, 1, 1, tzinfo=calendar.tz)
    return [(first + timedelta(minutes=rng.randrange(330 * 1440)), rng.choice(_HOURS)) for _number in range(count)]


def _ours(reckoner: Reckoner, cases: Sequence[tuple[datetime, Allowance]]) -> Side:
    return Side(cases, reckoner.due, lambda due: due.at)


def _pandas(calendar: Calendar, cases: Sequence[Case]) -> Side:
    import pandas

    hours: Any = pandas.offsets.CustomBusinessHour
    shifts = {"start": ["08:30", "13:30"], "end": ["12:00", "17:30"]}
    offsets = {each: hours(n=each, holidays=sorted(calendar.holidays), **shifts) for each in _HOURS}
    ready = [(pandas.Timestamp(start.replace(tzinfo=None)), offsets[hours]) for start, hours in cases]
    return Side(ready, operator.add, lambda due: due.to_pydatetime().replace(tzinfo=calendar.tz))


def _delta(calendar: Calendar, cases: Sequence[Case]) -> Side:
    import businesstimedelta as other
    import pytz

    zone = pytz.timezone(calendar.zone)
    days = list(range(5))
    morning = other.WorkDayRule(time(8, 30), time(12), days, tz=zone)
    afternoon = other.WorkDayRule(time(13, 30), time(17, 30), days, tz=zone)
    rules = other.Rules([morning, afternoon, other.HolidayRule({*calendar.holidays, FAR}, tz=zone)], tz=zone)
    spans = {each: other.BusinessTimeDelta(rules, hours=each) for each in _HOURS}
    return Side([(start, spans[hours]) for start, hours in cases], operator.add, lambda due: due)
