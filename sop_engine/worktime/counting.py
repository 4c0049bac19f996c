"""Counting working time: how much of it lies between two instants, and when so much of it has passed.

The theory. Instants are whole milliseconds of UTC, so nothing is ever compared in a zone. A day's shifts become
half-open spans of UTC; what an earlier day's night shift already covers is cut off, so that overlapping ones are
counted once. A year's days stand in two lists: where each begins, and how much was counted before it; finding a day
is then a bisection, whatever the distance, and years in between cost one subtraction each. A year is indexed when it
is first asked for; the few that were asked for last are kept.
"""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Protocol

from sop_engine.worktime.arithmetic import at_wall_time
from sop_engine.worktime.calendars import Calendar
from sop_engine.worktime.durations import LONGEST_YEARS

Span = tuple[int, int]
"""`[open, close)` in milliseconds of UTC"""

KEPT_YEARS: Final = 8
FIRST_YEAR: Final = 2
LAST_YEAR: Final = 9998
"""between which every neighbour of a day is a date"""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_MILLISECOND: Final = timedelta(milliseconds=1)
_A_DAY: Final = 86_400_000
_A_MINUTE: Final = 60_000


def to_ms(instant: datetime) -> int:
    """The milliseconds since 1970 of an aware instant; a part of one is cut off."""
    return (instant - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """The instant, in UTC. Raises `OverflowError` outside the years 1 to 9999."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


class Counter(Protocol):
    """What counts time: a calendar's hours, or the clock."""

    def between(self, start: int, end: int) -> int:
        """The milliseconds counted in `[start, end)`; 0 where `end` is not later."""

    def reach(self, start: int, amount: int) -> int | None:
        """The earliest instant by which `amount` has been counted since `start`; None where that never comes."""

    def reach_back(self, end: int, amount: int) -> int | None:
        """The latest instant from which `amount` is counted until `end`; None where there is none."""


class Clock:
    """Every instant counts."""

    def between(self, start: int, end: int) -> int:
        return max(0, end - start)

    def reach(self, start: int, amount: int) -> int | None:
        return start + amount

    def reach_back(self, end: int, amount: int) -> int | None:
        return end - amount


class Year:
    """The days of one year: the spans that each adds, and what was counted before it."""

    def __init__(self, calendar: Calendar, year: int) -> None:
        spans_of = DaySpans(calendar)
        first = date(year, 1, 1)
        until = spans_of.closing(first - timedelta(days=1))
        self.days: list[list[Span]] = []
        self.begins: list[int] = []
        self.before: list[int] = []
        self.workdays: list[int] = []
        total = 0
        for ordinal in range(first.toordinal(), date(year, 12, 31).toordinal() + 1):
            opened = spans_of(ordinal)
            if opened:
                self.workdays.append(ordinal)
            spans, until = added(opened, until)
            if spans:
                self.days.append(spans)
                self.begins.append(spans[0][0])
                self.before.append(total)
                total += sum(close - open_ for open_, close in spans)
        self.total = total

    def counted(self, instant: int) -> int:
        """What this year's days count before `instant`."""
        place = bisect_right(self.begins, instant) - 1
        if place < 0:
            return 0
        counted = self.before[place]
        for open_, close in self.days[place]:
            if instant <= open_:
                break
            counted += (close if close < instant else instant) - open_
        return counted

    def earliest(self, amount: int) -> int:
        """The earliest instant by which `amount` (more than 0, at most the total) is counted: filling a day exactly is
        its closing, not the next opening."""
        place = bisect_left(self.before, amount) - 1
        left = amount - self.before[place]
        for open_, close in self.days[place]:
            if left <= close - open_:
                return open_ + left
            left -= close - open_
        raise AssertionError("the day has less time than was counted for it")

    def latest(self, amount: int) -> int:
        """The latest instant before which only `amount` (less than the total) is counted."""
        place = bisect_right(self.before, amount) - 1
        left = amount - self.before[place]
        for open_, close in self.days[place]:
            if left < close - open_:
                return open_ + left
            left -= close - open_
        raise AssertionError("the day has less time than was counted for it")


class DaySpans:
    """A date's shifts as spans of UTC."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._offsets: dict[int, int] = {}

    def __call__(self, ordinal: int) -> list[Span]:
        """The shifts that open on the date with this ordinal; one that falls into a gap of the clock is nothing."""
        day = date.fromordinal(ordinal)
        shifts = self._calendar.hours(day)
        if not shifts:
            return []
        offset = self._offset(ordinal)
        if offset == self._offset(ordinal + 1) == self._offset(ordinal + 2):
            midnight = (ordinal - _EPOCH_ORDINAL) * _A_DAY - offset
            return [(midnight + each.opens * _A_MINUTE, midnight + each.closes * _A_MINUTE) for each in shifts]
        spans = [(self._instant(day, each.opens), self._instant(day, each.closes)) for each in shifts]
        return [(open_, close) for open_, close in spans if open_ < close]

    def closing(self, day: date) -> int | None:
        """The last closing of the shifts that open on `day`; None where there are none."""
        return max((close for _open, close in self(day.toordinal())), default=None)

    def _offset(self, ordinal: int) -> int:
        """The zone's distance from UTC at the midnight with which a date begins, in milliseconds."""
        known = self._offsets.get(ordinal)
        if known is None:
            wall = datetime.combine(date.fromordinal(min(ordinal, date.max.toordinal())), time())
            offset = wall.replace(tzinfo=self._calendar.tz).utcoffset()
            assert offset is not None, "a zone has an offset"
            known = self._offsets[ordinal] = offset // _MILLISECOND
        return known

    def _instant(self, day: date, minutes: int) -> int:
        wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
        return to_ms(first_shown(wall, self._calendar.tz))


def first_shown(wall: datetime, zone: tzinfo) -> datetime:
    """When a clock in `zone` first shows the naive time `wall` or a later one, in UTC: the first of two, and the end
    of the gap for one that is left out."""
    late = at_wall_time(wall, zone)
    if late.astimezone(zone).replace(tzinfo=None) == wall:
        return late
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    before = early.astimezone(zone).utcoffset()
    seconds = range(int((late - early).total_seconds()) + 1)
    passed = bisect_left(
        seconds, True, key=lambda each: (early + timedelta(seconds=each)).astimezone(zone).utcoffset() != before
    )
    return early + timedelta(seconds=passed)


def added(opened: list[Span], until: int | None) -> tuple[list[Span], int | None]:
    """What the shifts of a day add to what days before count until `until`: a union, in order, and where it ends."""
    added: list[Span] = []
    for open_, close in sorted(opened):
        start = open_ if until is None else max(open_, until)
        if start < close:
            if added and added[-1][1] == start:
                added[-1] = (added[-1][0], close)
            else:
                added.append((start, close))
            until = close
    return added, until


class WorkingTime:
    """A calendar's hours, counted."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._years: OrderedDict[int, Year] = OrderedDict()

    def between(self, start: int, end: int) -> int:
        if end <= start:
            return 0
        total = 0
        for number in range(_year_before(start), _year_after(end) + 1):
            year = self._year(number)
            total += year.counted(end) - year.counted(start)
        return total

    def reach(self, start: int, amount: int) -> int | None:
        if amount <= 0:
            return start
        first = _year_before(start)
        for number in range(first, min(first + LONGEST_YEARS + 2, LAST_YEAR + 1)):
            if not self._opens_in(number):
                return None
            year = self._year(number)
            done = year.counted(start)
            if amount <= year.total - done:
                return year.earliest(done + amount)
            amount -= year.total - done
        return None

    def reach_back(self, end: int, amount: int) -> int | None:
        if amount <= 0:
            return end
        last = _year_after(end)
        for number in range(last, max(last - LONGEST_YEARS - 2, FIRST_YEAR - 1), -1):
            year = self._year(number)
            done = year.counted(end)
            if amount <= done:
                return year.latest(done - amount)
            amount -= done
        return None

    def nth_workday(self, day: date, count: int) -> date | None:
        """The `count`-th workday after `day`, or before it where `count` is less than 0; None where there is none."""
        if count < 0:
            return self._nth_workday_before(day, -count)
        for number in range(day.year, min(day.year + LONGEST_YEARS + 2, LAST_YEAR + 1)):
            if not self._opens_in(number):
                return None
            workdays = self._year(number).workdays
            passed = bisect_right(workdays, day.toordinal())
            if passed + count <= len(workdays):
                return date.fromordinal(workdays[passed + count - 1])
            count -= len(workdays) - passed
        return None

    def _nth_workday_before(self, day: date, count: int) -> date | None:
        for number in range(day.year, max(day.year - LONGEST_YEARS - 2, FIRST_YEAR - 1), -1):
            workdays = self._year(number).workdays
            passed = bisect_left(workdays, day.toordinal())
            if count <= passed:
                return date.fromordinal(workdays[passed - count])
            count -= passed
        return None

    def closing(self, day: date) -> int:
        """When `day` ends here: its last closing, or, on a day without work, the midnight after it."""
        close = DaySpans(self.calendar).closing(day)
        if close is not None:
            return close
        return to_ms(at_wall_time(datetime.combine(day + timedelta(days=1), time()), self.calendar.tz))

    def _opens_in(self, year: int) -> bool:
        """False where neither this year nor any later one has working time."""
        return any(self.calendar.week) or self.calendar.last_exception.year >= year

    def _year(self, number: int) -> Year:
        year = self._years.get(number)
        if year is None:
            year = self._years[number] = Year(self.calendar, number)
            if len(self._years) > KEPT_YEARS:
                self._years.popitem(last=False)
        return year


def _year_before(instant: int) -> int:
    """The year of the earliest day whose shifts can reach past `instant`, in any zone: two days before it in UTC."""
    return date.fromordinal(instant // _A_DAY + _EPOCH_ORDINAL - 2).year


def _year_after(instant: int) -> int:
    """The year of the latest day that can have begun at `instant`, in any zone: a day after it in UTC."""
    return date.fromordinal(instant // _A_DAY + _EPOCH_ORDINAL + 1).year
