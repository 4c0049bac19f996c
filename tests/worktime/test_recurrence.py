"""Recurrences, against a scan of every day."""

import calendar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine.worktime import Duration, Every, next_occurrence, occurrences, on_day
from sop_engine.worktime.recurrence import WEEKDAYS

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = st.sampled_from(
    ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Africa/Cairo", "Pacific/Apia"]
).map(ZoneInfo)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2033, 12, 31), timezones=st.just(UTC))
ITEMS = st.one_of(
    st.just("day"),
    st.sampled_from(WEEKDAYS),
    st.integers(1, 31).map(str),
    st.just("last"),
    st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda day: f"{day:%m-%d}"),
)
TIMES = st.times().map(lambda time: f"{time:%H:%M}") | st.sampled_from(["00:00", "02:30", "23:59"])


def named(item: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    match item:
        case "day":
            return True
        case "last":
            return day.day == last
        case "02-29":
            return day.month == 2 and day.day == last
    if item in WEEKDAYS:
        return WEEKDAYS[day.weekday()] == item
    if "-" in item:
        return f"{day:%m-%d}" == item
    return day.day == min(int(item), last)


def scanned(every: Every, after: datetime, zone: ZoneInfo) -> datetime:
    start = after.astimezone(zone).date() - timedelta(days=2)
    days = (start + timedelta(days=each) for each in range(370))
    moments = (on_day(day, every.at, zone) for day in days if any(named(item, day) for item in every.on))
    return min(moment for moment in moments if moment > after)


@given(st.lists(ITEMS, min_size=1, max_size=3), TIMES, INSTANTS, ZONES)
@settings(max_examples=150)
def test_the_next_time_is_what_a_scan_of_a_year_finds(
    items: list[str], at: str, after: datetime, zone: ZoneInfo
) -> None:
    every = Every(on=tuple(items), at=at)
    assert next_occurrence(every, after, zone) == scanned(every, after, zone)


@pytest.mark.parametrize(
    ("every", "after", "then"),
    [
        (Every(on=("day",), at="17:30"), "2026-11-22 17:29", "2026-11-22 17:30"),
        (Every(on=("day",), at="17:30"), "2026-11-22 17:30", "2026-11-23 17:30"),
        (Every(on=("mon", "thu"), at="09:00"), "2026-11-22 12:00", "2026-11-23 09:00"),
        (Every(on=("31",), at="09:00"), "2027-02-01 00:00", "2027-02-28 09:00"),
        (Every(on=("last",), at="18:00"), "2028-02-01 00:00", "2028-02-29 18:00"),
        (Every(on=("02-29",), at="09:00"), "2026-11-22 00:00", "2027-02-28 09:00"),
        (Every(on=("02-29",), at="09:00"), "2027-11-22 00:00", "2028-02-29 09:00"),
        (Every(each=Duration(4, "h")), "2026-11-22 22:00", "2026-11-23 02:00"),
        (Every(each=Duration(1, "month")), "2027-01-31 08:00", "2027-02-28 08:00"),
        (Every(), "2026-11-22 22:00", "2026-11-23 00:00"),
    ],
)
def test_recurrences_as_people_say_them(every: Every, after: str, then: str) -> None:
    local = datetime.fromisoformat(after).replace(tzinfo=SHANGHAI)
    assert next_occurrence(every, local, SHANGHAI) == datetime.fromisoformat(then).replace(tzinfo=SHANGHAI)


@given(st.lists(ITEMS, min_size=1, max_size=2), TIMES, INSTANTS, ZONES)
@settings(max_examples=40)
def test_occurrences_are_the_chain_of_next_times(items: list[str], at: str, after: datetime, zone: ZoneInfo) -> None:
    # given
    every = Every(on=tuple(items), at=at)
    until = after + timedelta(days=400)
    # when
    found = occurrences(every, after, until, zone, 30)
    # then
    moment = after
    for each in found:
        assert each == next_occurrence(every, moment, zone)
        moment = each
    assert len(found) == 30 or next_occurrence(every, moment, zone) > until


def test_a_recurrence_of_no_length_comes_to_an_end() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert occurrences(Every(each=Duration(0, "min")), now, now, SHANGHAI, 5) == []
