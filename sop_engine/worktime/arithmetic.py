"""Durations added to instants and dates.

The law. Minutes and hours are elapsed time. Days, weeks, months and years are counted on the wall clock of the zone:
the same wall time on another date, the last day of a month that is shorter. A wall time that does not exist (clocks
go forward) is moved forward by the gap, one that exists twice is its first: RFC 5545, 3.3.5, and PEP 495 with `fold=0`.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sop_engine.worktime.durations import Duration


def add(start: datetime, duration: Duration, zone: tzinfo | None) -> datetime:
    """The instant `duration` after `start`, in UTC. `zone` may be None for minutes and hours. Raises `OverflowError`
    beyond the year 9999."""
    return _moved(start, duration, 1, zone)


def subtract(start: datetime, duration: Duration, zone: tzinfo | None) -> datetime:
    """The instant `duration` before `start`, in UTC. Raises `OverflowError` before the year 1."""
    return _moved(start, duration, -1, zone)


def move_date(day: date, duration: Duration, sign: int = 1) -> date:
    """`day` moved by a duration of days, weeks, months or years. Raises `OverflowError` outside the years 1 to 9999."""
    count = duration.count * sign
    match duration.unit:
        case "day":
            return day + timedelta(days=count)
        case "week":
            return day + timedelta(weeks=count)
        case "month":
            return _in_month(day, day.year * 12 + day.month - 1 + count)
        case "year":
            return _in_month(day, (day.year + count) * 12 + day.month - 1)
        case _:
            raise AssertionError("a date has no minutes")


def on_day(day: date, at: str, zone: tzinfo) -> datetime:
    """The instant of the wall time `at` (HH:MM) on `day` in `zone`, in UTC."""
    return at_wall_time(datetime.combine(day, time.fromisoformat(at)), zone)


def at_wall_time(wall: datetime, zone: tzinfo) -> datetime:
    """The instant of a naive wall time in `zone`, in UTC."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _moved(start: datetime, duration: Duration, sign: int, zone: tzinfo | None) -> datetime:
    if duration.count == 0:
        return start.astimezone(UTC)
    if duration.unit in {"min", "h"}:
        minutes = duration.count * (60 if duration.unit == "h" else 1)
        return start.astimezone(UTC) + sign * timedelta(minutes=minutes)
    assert zone is not None, "days to years need a zone"
    wall = start.astimezone(zone).replace(tzinfo=None)
    return at_wall_time(datetime.combine(move_date(wall.date(), duration, sign), wall.time()), zone)


def _in_month(day: date, months: int) -> date:
    """`day` in the month that is the `months`-th since the year 0, on its last day where it is shorter."""
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("date value out of range")
    return date(year, month + 1, min(day.day, last_of_month(year, month + 1)))


def last_of_month(year: int, month: int) -> int:
    """The number of the last day of a month."""
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31
