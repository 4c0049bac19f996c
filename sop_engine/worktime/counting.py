"""Counting working time: how much of it lies between two instants, and when so much of it has passed.

The theory. Instants are whole milliseconds of UTC, so nothing is ever compared in a zone. A day's shifts become
half-open spans of UTC; what an earlier day's night shift already covers is cut off, so that overlapping ones are
counted once. The spans of a stretch of days stand in lists: where each opens, and how much was counted before it;
finding an instant or an amount is then a bisection, whatever the distance, and a stretch in between costs one
subtraction. Stretches are counted off from the first of all dates, so that an instant's is found by a division. Each
is indexed when it is first asked for, and some are kept.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Protocol

from sop_engine.worktime.arithmetic import at_wall_time
from sop_engine.worktime.calendars import Calendar
from sop_engine.worktime.durations import LONGEST_YEARS

Span = tuple[int, int]
"""`[open, close)` in milliseconds of UTC"""

DAYS: Final = 256
"""of a stretch: a few are soon indexed, and a year is not many of them"""
KEPT: Final = 64
"""stretches: 45 years, in a few megabytes"""
FIRST: Final = date(2, 1, 1).toordinal() // DAYS
LAST: Final = date(9998, 12, 31).toordinal() // DAYS
"""the stretches between which every neighbour of a day is a date"""
FARTHEST: Final = (LONGEST_YEARS + 2) * 366 // DAYS
"""so many stretches on, nothing is looked for any more"""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_MILLISECOND: Final = timedelta(milliseconds=1)
_A_DAY: Final = 86_400_000
_A_MINUTE: Final = 60_000


def to_ms(instant: datetime) -> int:
    """The milliseconds since 1970 of an aware instant; a part of one is cut off."""
    since = instant - _EPOCH
    return since.days * _A_DAY + since.seconds * 1000 + since.microseconds // 1000


def from_ms(milliseconds: int) -> datetime:
    """The instant, in UTC. Raises `OverflowError` outside the years 1 to 9999."""
    return _EPOCH + _MILLISECOND * milliseconds


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


class Stretch:
    """So many days in a row: the spans that they add, what was counted before each, and when each workday ends."""

    def __init__(self, spans_of: "DaySpans", number: int) -> None:
        first = number * DAYS
        until = spans_of.closing(first - 1)
        self.opens: list[int] = []
        self.closes: list[int] = []
        self.before: list[int] = []
        self.workdays: list[int] = []
        self.closings: list[int] = []
        total = 0
        for ordinal in range(first, first + DAYS):
            opened = spans_of(ordinal)
            if not opened:
                continue
            self.workdays.append(ordinal)
            self.closings.append(max(close for _open, close in opened))
            spans, until = added(opened, until)
            for open_, close in spans:
                self.opens.append(open_)
                self.closes.append(close)
                self.before.append(total)
                total += close - open_
        self.total = total

    def counted(self, instant: int) -> int:
        """What these days count before `instant`."""
        place = bisect_right(self.opens, instant) - 1
        if place < 0:
            return 0
        close = self.closes[place]
        return self.before[place] + (instant if instant < close else close) - self.opens[place]

    def earliest(self, amount: int) -> int:
        """The earliest instant by which `amount` (more than 0, at most the total) is counted: filling a day exactly is
        its closing, not the next opening."""
        place = bisect_left(self.before, amount) - 1
        return self.opens[place] + amount - self.before[place]

    def latest(self, amount: int) -> int:
        """The latest instant before which only `amount` (less than the total) is counted."""
        place = bisect_right(self.before, amount) - 1
        return self.opens[place] + amount - self.before[place]


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

    def closing(self, ordinal: int) -> int | None:
        """The last closing of the shifts that open on the date with this ordinal; None where there are none."""
        return max((close for _open, close in self(ordinal)), default=None)

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
        self._stretches: dict[int, Stretch] = {}
        self._last = LAST if any(calendar.week) else calendar.last_exception.toordinal() // DAYS
        """the last stretch that has working time"""

    def between(self, start: int, end: int) -> int:
        if end <= start:
            return 0
        total = 0
        for number in range(_first_open(start), _last_begun(end) + 1):
            stretch = self._stretch(number)
            total += stretch.counted(end) - stretch.counted(start)
        return total

    def reach(self, start: int, amount: int) -> int | None:
        if amount <= 0:
            return start
        first = number = _first_open(start)
        while True:
            stretch = self._stretches.get(number) or self._stretch(number)
            done = stretch.counted(start)
            if amount <= stretch.total - done:
                return stretch.earliest(done + amount)
            amount -= stretch.total - done
            number += 1
            if number > self._last or number > first + FARTHEST:
                return None

    def reach_back(self, end: int, amount: int) -> int | None:
        if amount <= 0:
            return end
        number = _last_begun(end)
        for each in range(number, max(number - FARTHEST, FIRST) - 1, -1):
            stretch = self._stretch(each)
            done = stretch.counted(end)
            if amount <= done:
                return stretch.latest(done - amount)
            amount -= done
        return None

    def nth_workday(self, day: date, count: int) -> date | None:
        """The `count`-th workday after `day`, or before it where `count` is less than 0; None where there is none."""
        ordinal = day.toordinal()
        number = ordinal // DAYS
        if count < 0:
            return self._nth_workday_before(ordinal, -count)
        for each in range(number, min(number + FARTHEST, self._last) + 1):
            workdays = self._stretch(each).workdays
            passed = bisect_right(workdays, ordinal)
            if passed + count <= len(workdays):
                return date.fromordinal(workdays[passed + count - 1])
            count -= len(workdays) - passed
        return None

    def _nth_workday_before(self, ordinal: int, count: int) -> date | None:
        number = ordinal // DAYS
        for each in range(number, max(number - FARTHEST, FIRST) - 1, -1):
            workdays = self._stretch(each).workdays
            passed = bisect_left(workdays, ordinal)
            if count <= passed:
                return date.fromordinal(workdays[passed - count])
            count -= passed
        return None

    def closing(self, day: date) -> int:
        """When `day` ends here: its last closing, or, on a day without work, the midnight after it."""
        ordinal = day.toordinal()
        stretch = self._stretch(ordinal // DAYS)
        place = bisect_left(stretch.workdays, ordinal)
        if place < len(stretch.workdays) and stretch.workdays[place] == ordinal:
            return stretch.closings[place]
        return to_ms(at_wall_time(datetime.combine(day + timedelta(days=1), time()), self.calendar.tz))

    def _stretch(self, number: int) -> Stretch:
        stretch = self._stretches.get(number)
        if stretch is None:
            if not FIRST <= number <= LAST:
                raise OverflowError("date value out of range")
            if len(self._stretches) >= KEPT:
                del self._stretches[next(iter(self._stretches))]
            stretch = self._stretches[number] = Stretch(DaySpans(self.calendar), number)
        return stretch


def _first_open(instant: int) -> int:
    """The stretch of the earliest day whose shifts can reach past `instant`, in any zone: two days before it in UTC."""
    return (instant // _A_DAY + _EPOCH_ORDINAL - 2) // DAYS


def _last_begun(instant: int) -> int:
    """The stretch of the latest day that can have begun at `instant`, in any zone: a day after it in UTC."""
    return (instant // _A_DAY + _EPOCH_ORDINAL + 1) // DAYS
