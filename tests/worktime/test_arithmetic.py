"""Durations added to instants, against a naive count in the zone's wall time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.worktime import Duration, add, move_date, on_day, subtract

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"]
).map(ZoneInfo)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))
CALENDAR_UNITS = st.sampled_from(["day", "week", "month", "year"])


def wall(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-11-22 08:30", Duration(30, "min"), "2026-11-22 09:00"),
        ("2026-11-22 08:30", Duration(3, "day"), "2026-11-25 08:30"),
        ("2026-11-30 08:30", Duration(3, "month"), "2027-02-28 08:30"),
        ("2027-11-30 08:30", Duration(3, "month"), "2028-02-29 08:30"),
        ("2028-02-29 08:30", Duration(1, "year"), "2029-02-28 08:30"),
        ("2026-12-31 23:59", Duration(1, "month"), "2027-01-31 23:59"),
    ],
)
def test_calendar_units_keep_the_wall_time(start: str, duration: Duration, end: str) -> None:
    assert add(wall(start, SHANGHAI), duration, SHANGHAI) == wall(end, SHANGHAI)


def test_a_wall_time_that_the_spring_skips_goes_forward() -> None:
    # given the night of 29 March 2026, when 02:00 becomes 03:00
    assert add(wall("2026-03-28 02:30", BERLIN), Duration(1, "day"), BERLIN) == wall("2026-03-29 03:30", BERLIN)


def test_a_wall_time_that_comes_twice_is_its_first() -> None:
    result = add(wall("2026-10-24 02:30", BERLIN), Duration(1, "day"), BERLIN)
    assert result == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_nothing_added_moves_nothing_even_in_the_second_of_two_equal_hours() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert add(second, Duration(0, "day"), BERLIN) == second


@given(INSTANTS, ZONES, st.integers(1, 400), CALENDAR_UNITS)
def test_the_wall_clock_reads_what_a_naive_count_says(start: datetime, zone: ZoneInfo, count: int, unit: str) -> None:
    # when
    result = add(start, Duration(count, unit), zone).astimezone(zone)  # type: ignore[arg-type]
    # then
    local = start.astimezone(zone)
    expected = datetime.combine(naive_date(local.date(), count, unit), local.time())
    shown = result.replace(tzinfo=None)
    exists = expected.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == expected
    if exists:
        assert shown == expected
        earlier = result.astimezone(UTC) - timedelta(hours=2)
        assert not any(
            (earlier + timedelta(minutes=each)).astimezone(zone).replace(tzinfo=None) == expected
            for each in range(0, 120, 30)
        ), "an earlier instant shows the same wall time"
    else:
        assert shown > expected


def naive_date(day: date, count: int, unit: str) -> date:
    if unit in {"day", "week"}:
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    year, month = day.year, day.month
    for _each in range(count * (12 if unit == "year" else 1)):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


@given(INSTANTS, ZONES, st.integers(0, 10_000), st.sampled_from(["min", "h"]))
def test_elapsed_time_is_elapsed_time_in_every_zone(start: datetime, zone: ZoneInfo, count: int, unit: str) -> None:
    length = timedelta(minutes=count * (60 if unit == "h" else 1))
    duration = Duration(count, unit)  # type: ignore[arg-type]
    assert add(start, duration, zone) - start == length
    assert add(start, duration, None) == add(start, duration, zone)
    assert subtract(add(start, duration, zone), duration, zone) == start


@given(INSTANTS, st.integers(1, 28), st.integers(0, 300))
def test_months_before_undo_months_after_where_every_month_has_the_day(start: datetime, day: int, count: int) -> None:
    start = start.replace(day=day)
    months = Duration(count, "month")
    assert subtract(add(start, months, UTC), months, UTC) == start


def test_a_date_is_moved_both_ways() -> None:
    assert move_date(date(2028, 2, 29), Duration(1, "year")) == date(2029, 2, 28)
    assert move_date(date(2026, 3, 31), Duration(1, "month"), -1) == date(2026, 2, 28)


def test_beyond_the_last_year_is_an_overflow() -> None:
    with pytest.raises(OverflowError):
        move_date(date(9999, 12, 1), Duration(1, "month"))
    with pytest.raises(OverflowError):
        add(datetime(9999, 12, 31, tzinfo=UTC), Duration(1, "day"), UTC)


def test_the_wall_time_of_a_day_is_an_instant() -> None:
    assert on_day(date(2026, 11, 22), "08:30", SHANGHAI) == datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
