"""Recurrences: the next time of "every day at 17:30", "the last day of the month", "every 29 February"."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from sop_engine.lean import dataclass
from sop_engine.worktime.arithmetic import add, last_of_month, on_day
from sop_engine.worktime.durations import Duration

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Every:
    """A recurrence. Either `each` duration after the last, or at `at` (HH:MM, site's zone) on `on`: `day`, `mon` to
    `sun`, `1` to `31` of the month (the last day where the month is shorter), `last` day of the month, or
    `MM-DD` of the year (29 February is the 28th in other years). `times` ends it."""

    each: Duration | None = None
    on: tuple[str, ...] = ()
    at: str = ""
    times: int | None = None


def next_occurrence(every: Every, after: datetime, zone: tzinfo) -> datetime:
    """The first occurrence later than `after`, in UTC; with `each`, that long after `after`. Without `on` it is daily,
    without `at` at 00:00. `every.times` is the caller's to count. Raises `OverflowError` near the year 9999."""
    if every.each is not None:
        return add(after, every.each, zone)
    # from the day before: a wall time that the zone skips late in a day falls into the next one
    first = after.astimezone(zone).date() - timedelta(days=1)
    return min(_first_on(item, every.at or "00:00", first, after, zone) for item in every.on or ("day",))


def occurrences(every: Every, after: datetime, until: datetime, zone: tzinfo, limit: int) -> list[datetime]:
    """The occurrences later than `after` and not later than `until`, in order, in UTC, `limit` at the most."""
    found: list[datetime] = []
    moment = after
    while len(found) < limit:
        following = next_occurrence(every, moment, zone)
        if following > until or following <= moment:
            break
        found.append(following)
        moment = following
    return found


def _first_on(item: str, at: str, first: date, after: datetime, zone: tzinfo) -> datetime:
    for day in _days(item, first):
        moment = on_day(day, at, zone)
        if moment > after:
            return moment.astimezone(UTC)
    raise OverflowError("date value out of range")


def _days(item: str, first: date) -> Iterator[date]:
    """The days that `item` names, from `first` on."""
    if item == "day" or item in WEEKDAYS:
        step = 1 if item == "day" else 7
        ahead = 0 if item == "day" else (WEEKDAYS.index(item) - first.weekday()) % 7
        day = first + timedelta(days=ahead)
        while True:
            yield day
            day += timedelta(days=step)
    month, _, number = item.rpartition("-")
    year = first.year
    while year <= 9999:
        for each in (int(month),) if month else range(1, 13):
            last = last_of_month(year, each)
            day = date(year, each, last if number == "last" else min(int(number), last))
            if day >= first:
                yield day
        year += 1
