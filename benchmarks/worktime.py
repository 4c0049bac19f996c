"""When a promise is due, beside pandas and businesstimedelta, on the same cases.

Ours: `Reckoner.due` on the shipped office calendar. Others: pandas' `CustomBusinessHour` and `businesstimedelta`, each
with two shifts a day and the same holidays, made ready beforehand as ours is. Neither knows make-up workdays, so these
are taken out of ours too; pandas counts in whole hours and without a zone, so the cases are whole hours. Before
anything is timed the answers are compared, case by case.

A due time far ahead against one near by: the same call, 250 workdays and three workdays ahead, and as many hours.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from importlib.util import find_spec
from typing import Any, Final

from benchmarks.pairs import PROCESSOR, interleaved
from benchmarks.table import Line, Table
from sop_engine.engine.calendars import calendars_of, compile_calendar_file
from sop_engine.worktime import Allowance, Calendar, Reckoner

CASES: Final = {"tiny": 5, "quick": 100, "usual": 400, "large": 4000}
REPEATED: Final = 50
"""how often ours answers all cases in a turn, because once is soon done"""
ROUNDS: Final = 7
FAR: Final = date(2031, 1, 1)
"""a holiday that businesstimedelta looks for beyond the last"""
_HOURS: Final = (1, 2, 4, 8, 16, 24, 40)

Case = tuple[datetime, int]


def run(size: str) -> Table:
    """How many times as fast as each of the others; and a due time far ahead against one near by."""
    calendar = office()
    reckoner, cases = Reckoner(calendar), drawn(calendar, CASES[size])
    ours = partial(_all, partial(_ours, reckoner), cases)
    lines: list[Line] = []
    notes: list[str] = []
    for name, package, made in (("pandas", "pandas", _pandas), ("businesstimedelta", "businesstimedelta", _delta)):
        if find_spec(package) is None:
            notes.append(f"{name} is not installed: `pip install 'sop-engine[peers]'`.")
            continue
        answer = made(calendar)
        unlike = [case for case in cases if _ours(reckoner, case) != answer(case)]
        pair = interleaved(partial(_times, ours, REPEATED), partial(_all, answer, cases), ROUNDS, PROCESSOR)
        ours_us, other_us = (
            pair.ours_seconds / REPEATED / len(cases) * 1e6,
            pair.other_seconds / len(cases) * 1e6,
        )
        detail = f"{ours_us:.1f} µs; {name} {other_us:.0f} µs; {len(unlike)} of {len(cases)} answers differ"
        lines.append(Line(f"due, as often as {name}", other_us / ours_us, "times", at_least=20, detail=detail))
    for what, far, near in (
        ("a year of workdays ahead, cost of three", Allowance(250, "workday"), Allowance(3, "workday")),
        ("a year of hours ahead, cost of three workdays", Allowance(250 * 7, "h"), Allowance(22, "h")),
    ):
        pair = interleaved(
            partial(_all, partial(_one, reckoner, far), cases), partial(_all, partial(_one, reckoner, near), cases),
            ROUNDS, PROCESSOR,
        )  # fmt: skip
        lines.append(Line(what, pair.cost, "times", at_most=5, detail=f"{pair.ours_seconds / len(cases) * 1e6:.1f} µs"))
    cold = interleaved(
        partial(_cold, calendar, cases[0][0], Allowance(250, "workday")),
        partial(_cold, calendar, cases[0][0], Allowance(3, "workday")),
        ROUNDS, PROCESSOR,
    )  # fmt: skip
    lines.append(
        Line("the same, by a process that has indexed no year", cold.cost, "times", at_most=5,
             detail=f"{cold.ours_seconds * 1e3:.2f} ms; near {cold.other_seconds * 1e3:.2f} ms")
    )  # fmt: skip
    return Table("worktime", "when a promise is due, on the office calendar", lines, notes)


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


def _all(answer: Callable[[Case], object], cases: Sequence[Case]) -> None:
    for case in cases:
        answer(case)


def _times(work: Callable[[], None], count: int) -> None:
    for _number in range(count):
        work()


def _ours(reckoner: Reckoner, case: Case) -> datetime | None:
    start, hours = case
    return reckoner.due(start, Allowance(hours, "h")).at


def _one(reckoner: Reckoner, allowance: Allowance, case: Case) -> datetime | None:
    return reckoner.due(case[0], allowance).at


def _cold(calendar: Calendar, start: datetime, allowance: Allowance) -> None:
    Reckoner(calendar).due(start, allowance)


def _pandas(calendar: Calendar) -> Callable[[Case], datetime]:
    import pandas

    hours: Any = pandas.offsets.CustomBusinessHour
    shifts = {"start": ["08:30", "13:30"], "end": ["12:00", "17:30"]}
    offsets = {each: hours(n=each, holidays=sorted(calendar.holidays), **shifts) for each in _HOURS}

    def answer(case: Case) -> datetime:
        start, count = case
        moment = pandas.Timestamp(start.replace(tzinfo=None)) + offsets[count]
        local: datetime = moment.to_pydatetime()
        return local.replace(tzinfo=calendar.tz)

    return answer


def _delta(calendar: Calendar) -> Callable[[Case], datetime]:
    import businesstimedelta as other
    import pytz

    zone = pytz.timezone(calendar.zone)
    days = list(range(5))
    morning = other.WorkDayRule(time(8, 30), time(12), days, tz=zone)
    afternoon = other.WorkDayRule(time(13, 30), time(17, 30), days, tz=zone)
    rules = other.Rules([morning, afternoon, other.HolidayRule({*calendar.holidays, FAR}, tz=zone)], tz=zone)
    spans = {each: other.BusinessTimeDelta(rules, hours=each) for each in _HOURS}

    def answer(case: Case) -> datetime:
        start, count = case
        due: datetime = start + spans[count]
        return due

    return answer
