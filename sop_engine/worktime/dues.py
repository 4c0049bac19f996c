"""When something is due: an allowance on a calendar, from a start, less the pauses.

The law. Due is the earliest instant at which the counted time reaches the allowance; filling a day exactly is due at
its closing, zero is due at the start. A pause `[from, to)` moves due by the time that it takes away from what counts,
so a pause outside working time changes nothing, and one that begins at due comes too late. While a pause is open there
is no due, only what remains. Days, weeks, months and years are dates in the calendar's zone: the day of the start does
not count, and the last ends at its close.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple

from sop_engine.worktime.allowances import END_OF_WORKDAY, Allowance
from sop_engine.worktime.arithmetic import at_wall_time, move_date
from sop_engine.worktime.calendars import Calendar
from sop_engine.worktime.counting import Clock, Counter, WorkingTime, first_shown, from_ms, to_ms
from sop_engine.worktime.durations import Duration

Pause = tuple[datetime, datetime | None]
"""`[from, to)`; no `to`: it lasts still"""
Roll = Literal["", "previous", "next"]
_A_MINUTE: Final = 60_000
_MILLISECONDS: Final = {"min": _A_MINUTE, "h": 60 * _A_MINUTE}
"""of the units that are lengths of time on every calendar"""
_DAY: Final = timedelta(days=1)
_NOTHING: Final = timedelta(0)


class Due(NamedTuple):
    """When a promise is due. `kind` is `due` (at `at`), `paused` (`remaining` is left of what counts, and `at` is None)
    or `unreachable`: the calendar never has that much working time again, within a hundred years. `at` is in UTC."""

    kind: Literal["due", "paused", "unreachable"]
    at: datetime | None = None
    remaining: timedelta = _NOTHING
    provisional: bool = False
    """it lies outside the dates for which the calendar's holidays are known"""


class Reckoner:
    """A calendar made ready to reckon with. It keeps what it has indexed; make one and use it often. Raises `SetUp`
    where this machine does not know the calendar's zone."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = calendar.tz
        self._hours = WorkingTime(calendar)
        self._clock = Clock()
        self._known = _known(calendar)

    def due(self, start: datetime, allowance: Allowance, pauses: Iterable[Pause] = ()) -> Due:
        """When `allowance` from `start` (aware) is used up. Raises `ValueError` for a pause that ends before it begins
        and `OverflowError` outside the years 2 to 9998."""
        begin = to_ms(start)
        counter = self._counter(allowance)
        length = _MILLISECONDS.get(allowance.unit)
        end = self._date(begin, allowance) if length is None else counter.reach(begin, allowance.count * length)
        for opens, closes in union(pauses, begin) if pauses else ():
            if end is None or opens >= end:
                break
            if closes is None:
                return Due("paused", None, _delta(counter.between(opens, end)), self._is_provisional(begin, begin))
            if counter.between(opens, min(closes, end)):
                end = counter.reach(closes, counter.between(opens, end))
        if end is None:
            return Due("unreachable")
        return Due("due", from_ms(end), _NOTHING, self._is_provisional(begin, end))

    def elapsed(
        self, start: datetime, end: datetime, pauses: Iterable[Pause] = (), *, clock: bool = False
    ) -> timedelta:
        """The working time in `[start, end)` (with `clock` all time) that lies in no pause."""
        counter: Counter = self._clock if clock else self._hours
        begin, until = to_ms(start), to_ms(end)
        paused = sum(
            counter.between(opens, until if closes is None else min(closes, until))
            for opens, closes in union(pauses, begin)
        )
        return _delta(counter.between(begin, until) - paused)

    def remaining(
        self, start: datetime, now: datetime, allowance: Allowance, pauses: Sequence[Pause] = ()
    ) -> timedelta:
        """What is left at `now` of what counts, less than zero when it is overdue; while it is paused, what was left
        when the pause began. `timedelta.max` for what is unreachable."""
        due = self.due(start, allowance, pauses)
        if due.kind == "unreachable":
            return timedelta.max
        if due.at is None:
            return due.remaining
        counter, at, moment = self._counter(allowance), to_ms(due.at), to_ms(now)
        if moment > at:
            return -_delta(counter.between(at, moment))
        paused = sum(
            counter.between(max(opens, moment), at if closes is None else min(closes, at))
            for opens, closes in union(pauses, to_ms(start))
        )
        return _delta(counter.between(moment, at) - paused)

    def back(self, end: datetime, amount: timedelta, *, clock: bool = False) -> datetime | None:
        """The latest instant from which `amount` is counted until `end`; None where there is none."""
        counter: Counter = self._clock if clock else self._hours
        found = counter.reach_back(to_ms(end), amount // timedelta(milliseconds=1))
        return None if found is None else from_ms(found)

    def close_of(self, day: date) -> datetime:
        """When `day` ends: its last closing, or, without work, the midnight after it."""
        return from_ms(self._hours.closing(day))

    def fixed(self, at: datetime) -> Due:
        """A time that is given, as a due."""
        return Due("due", at, provisional=self._is_provisional(to_ms(at), to_ms(at)))

    def before(self, anchor: datetime | date, allowance: Allowance, roll: Roll = "") -> Due:
        """The latest instant that leaves `allowance` until `anchor`; a date stands for its close. Days to years before
        give a date, moved to the `previous` or `next` workday where it is none and that is wished, at its close."""
        day = anchor.astimezone(self._zone).date() if isinstance(anchor, datetime) else anchor
        end = to_ms(anchor) if isinstance(anchor, datetime) else self._hours.closing(day)
        match allowance.unit:
            case "min" | "h" | "day_length":
                found = self._counter(allowance).reach_back(end, self._amount(allowance))
            case "workday":
                found = self._ending(self._hours.nth_workday(day, -allowance.count), allowance, end, day)
            case unit:
                target = move_date(day, Duration(allowance.count, unit), -1)
                found = self._ending(self._rolled(target, roll), allowance, end, day)
        if found is None:
            return Due("unreachable")
        return Due("due", from_ms(found), provisional=self._is_provisional(min(found, end), max(found, end)))

    def _counter(self, allowance: Allowance) -> Counter:
        return self._clock if allowance.counts_clock else self._hours

    def _amount(self, allowance: Allowance) -> int:
        """The milliseconds of an allowance that is a length of time."""
        length = _MILLISECONDS.get(allowance.unit)
        return allowance.count * (self.calendar.day_minutes * _A_MINUTE if length is None else length)

    def _date(self, begin: int, allowance: Allowance) -> int | None:
        """The end of an allowance that is counted in days of whatever kind."""
        unit = allowance.unit
        if unit == "day_length":
            return self._hours.reach(begin, self._amount(allowance)) if self.calendar.day_minutes else None
        if allowance == END_OF_WORKDAY:
            return self._end_of_workday(begin)
        if not allowance.count:
            return begin
        day = from_ms(begin).astimezone(self._zone).date()
        if unit == "workday":
            return self._ending(self._hours.nth_workday(day, allowance.count), allowance, begin, day)
        return self._ending(move_date(day, Duration(allowance.count, unit)), allowance, begin, day)

    def _ending(self, day: date | None, allowance: Allowance, wall_of: int, origin: date) -> int | None:
        """The close of `day`, or the wall time that lies as far from its beginning as that of `wall_of` from the
        beginning of `origin` (whose close may lie on the next date); None where there is no such day."""
        if day is None:
            return None
        if allowance.ending != "same_time":
            return self._hours.closing(day)
        wall = from_ms(wall_of).astimezone(self._zone).replace(tzinfo=None)
        return to_ms(at_wall_time(wall + (day - origin), self._zone))

    def _end_of_workday(self, begin: int) -> int | None:
        """The close of the workday in which `begin` lies, which may have opened the day before; else of the next."""
        day = from_ms(begin).astimezone(self._zone).date()
        for first in (day - timedelta(days=1), day):
            if self.calendar.is_workday(first) and self._hours.closing(first) > begin:
                return self._hours.closing(first)
        following = self._hours.nth_workday(day, 1)
        return None if following is None else self._hours.closing(following)

    def _rolled(self, day: date, roll: Roll) -> date | None:
        if not roll or self.calendar.is_workday(day):
            return day
        return self._hours.nth_workday(day, 1 if roll == "next" else -1)

    def _is_provisional(self, begin: int, end: int) -> bool:
        return begin < self._known[0] or end >= self._known[1]


def due(calendar: Calendar, start: datetime, allowance: Allowance, pauses: Iterable[Pause] = ()) -> Due:
    """When `allowance` from `start` on `calendar` is used up; see `Reckoner.due`, which to use for more than one."""
    return Reckoner(calendar).due(start, allowance, pauses)


def _known(calendar: Calendar) -> tuple[float, float]:
    """From when to when holidays are known, in milliseconds: the midnights around their first and last day."""
    first, last = calendar.known_from, calendar.known_through
    return (
        -math.inf if first is None else to_ms(first_shown(datetime.combine(first, time()), calendar.tz)),
        math.inf if last is None else to_ms(first_shown(datetime.combine(last + _DAY, time()), calendar.tz)),
    )


def union(pauses: Iterable[Pause], begin: int) -> list[tuple[int, int | None]]:
    """The pauses from `begin` on, in order, those that overlap or touch joined."""
    joined: list[tuple[int, int | None]] = []
    for opens, closes in sorted((_pause(each) for each in pauses), key=lambda pause: pause[0]):
        if closes is not None and closes <= begin:
            continue
        opens = max(opens, begin)
        if joined and ((last := joined[-1][1]) is None or opens <= last):
            later = None if last is None or closes is None else max(last, closes)
            joined[-1] = (joined[-1][0], later)
        else:
            joined.append((opens, closes))
    return joined


def _pause(pause: Pause) -> tuple[int, int | None]:
    opens, closes = pause
    if closes is not None and closes < opens:
        raise ValueError("a pause ends before it begins")
    return to_ms(opens), None if closes is None else to_ms(closes)


def _delta(milliseconds: int) -> timedelta:
    return timedelta(milliseconds=milliseconds)
