"""A second opinion on working time, too slow to be wrong in the same way: it goes from step to step of the clock."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo

from sop_engine.worktime import Calendar, Pause
from sop_engine.worktime.calendars import Shift


def open_steps(calendar: Calendar, start: datetime, end: datetime, step: timedelta) -> set[datetime]:
    """The steps of UTC from `start` to `end` that count: a shift of a date counts from the first step at which the
    clock shows its beginning or later to the first at which it shows its end or later."""
    zone = calendar.tz
    first = start - timedelta(days=4)
    walls = [
        (each, each.astimezone(zone).replace(tzinfo=None)) for each in _steps(first, end + timedelta(days=4), step)
    ]
    counted: set[datetime] = set()
    day = (start - timedelta(days=2)).astimezone(zone).date()
    last = (end + timedelta(days=1)).astimezone(zone).date()
    while day <= last:
        for shift in hours_of(calendar, day):
            counted |= _of_shift(walls, datetime(day.year, day.month, day.day), shift)
        day += timedelta(days=1)
    return {each for each in counted if start <= each < end}


def hours_of(calendar: Calendar, day: date) -> tuple[Shift, ...]:
    """The law of a date, said again: its own hours, else none on a holiday, else the week's."""
    if day in calendar.dates:
        return tuple(calendar.dates[day])
    if day in calendar.holidays:
        return ()
    return calendar.week[day.weekday()]


def _of_shift(walls: list[tuple[datetime, datetime]], midnight: datetime, shift: Shift) -> set[datetime]:
    opens, closes = midnight + timedelta(minutes=shift.opens), midnight + timedelta(minutes=shift.closes)
    begun = ended = False
    found = set()
    for instant, wall in walls:
        begun = begun or wall >= opens
        ended = ended or wall >= closes
        if begun and not ended:
            found.add(instant)
    return found


def is_paused(instant: datetime, pauses: Iterable[Pause]) -> bool:
    return any(opens <= instant and (closes is None or instant < closes) for opens, closes in pauses)


def _steps(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    while start < end:
        yield start
        start += step


def changes(zone: tzinfo, first: int = 2000, last: int = 2037) -> list[tuple[date, timedelta]]:
    """The dates in whose course the offset of `zone` changes, with the new offset; looked for week by week."""
    found: list[tuple[date, timedelta]] = []
    week = datetime(first, 1, 1, tzinfo=UTC)
    former = week.astimezone(zone).utcoffset()
    while week.year <= last:
        week += timedelta(days=7)
        if week.astimezone(zone).utcoffset() == former:
            continue
        for number in range(6, -1, -1):
            offset = (week - timedelta(days=number)).astimezone(zone).utcoffset()
            assert offset is not None
            if offset != former:
                found.append(((week - timedelta(days=number + 1)).date(), offset))
                former = offset
    return found
