"""When something is due, by the law of working time and on the calendars that are shipped."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sop_engine.worktime import Allowance, Calendar, Due, Reckoner, Shift, due, parse_allowance
from sop_engine.worktime.dues import Roll
from tests.worktime.shipped import at, calendar


def due_on(name: str, start: str, allowance: str, *pauses: tuple[str, str | None]) -> Due:
    made = [(at(opens), None if closes is None else at(closes)) for opens, closes in pauses]
    return due(calendar(name), at(start), parse_allowance(allowance), made)


@pytest.mark.parametrize(
    ("name", "start", "allowance", "expected"),
    [
        # hours of the desk, of the office over noon, over a night, over a weekend
        ("front-desk", "2026-11-23 09:00", "4 h", "2026-11-23 13:00"),
        ("front-desk", "2026-11-23 19:00", "4 h", "2026-11-24 11:30"),
        ("office", "2026-11-23 11:00", "2 h", "2026-11-23 14:30"),
        ("office", "2026-11-27 17:00", "8 h", "2026-11-30 17:30"),
        # filling a day exactly is due at its closing, not at the next opening
        ("office", "2026-11-23 08:30", "450 min", "2026-11-23 17:30"),
        # outside working time the clock waits for the opening
        ("office", "2026-11-28 10:00", "30 min", "2026-11-30 09:00"),
        # zero is due at the start, whenever that is
        ("office", "2026-11-28 10:00", "0 min", "2026-11-28 10:00"),
        # workdays: the day of the start does not count, the last ends at its close
        ("office", "2026-11-23 09:00", "1 workday", "2026-11-24 17:30"),
        ("office", "2026-11-27 09:00", "1 个工作日", "2026-11-30 17:30"),
        ("office", "2026-11-28 09:00", "1 workday", "2026-11-30 17:30"),
        ("office", "2026-11-23 09:00", "7 workdays", "2026-12-02 17:30"),
        ("office", "2026-11-23 09:10", "1 workday same time", "2026-11-24 09:10"),
        # over the long holidays of October, whose Saturday of the 10th is worked, as was Sunday the 20th before
        ("office", "2026-09-30 10:00", "1 workday", "2026-10-08 17:30"),
        ("office", "2026-09-30 10:00", "3 workdays", "2026-10-10 17:30"),
        ("office", "2026-09-19 10:00", "1 workday", "2026-09-20 17:30"),
        ("office", "2026-09-30 16:30", "2 h", "2026-10-08 09:30"),
        # somebody answers online in a long holiday, from nine to six
        ("online-roster", "2026-09-30 16:30", "8 h", "2026-10-01 16:00"),
        ("online-roster", "2026-09-25 10:00", "1 h", "2026-09-28 09:30"),
        # calendar days and months end at the close of their date; of a date without work at its midnight
        ("front-desk", "2026-11-23 09:00", "3 days", "2026-11-26 20:00"),
        ("office", "2026-11-24 09:00", "4 days", "2026-11-29 00:00"),
        ("front-desk", "2026-11-30 09:00", "3 months", "2027-02-28 20:00"),
        ("front-desk", "2026-11-23 09:00", "3 个月 同一时刻", "2027-02-23 09:00"),
        ("front-desk", "2024-02-29 09:00", "1 year", "2025-02-28 20:00"),
        # the clock, and the end of the workday
        ("office", "2026-11-27 17:00", "24 h clock", "2026-11-28 17:00"),
        ("office", "2026-11-27 17:00", "end of workday", "2026-11-27 17:30"),
        ("office", "2026-11-27 17:30", "当日下班前", "2026-11-30 17:30"),
        # days of the calendar's own length: seven and a half hours at the office
        ("office", "2026-11-23 16:30", "2 day lengths", "2026-11-25 16:30"),
    ],
)  # fmt: skip
def test_due(name: str, start: str, allowance: str, expected: str) -> None:
    assert due_on(name, start, allowance).at == at(expected)


def test_a_pause_moves_due_by_the_working_time_that_it_takes() -> None:
    # an hour of noon is no working time: only 11:00 to 12:00 and 13:30 to 14:00 are lost
    paused = due_on("office", "2026-11-23 09:00", "4 h", ("2026-11-23 11:00", "2026-11-23 14:00"))

    assert paused.at == at("2026-11-23 16:00")


def test_a_pause_outside_working_time_changes_nothing() -> None:
    assert due_on("office", "2026-11-23 16:00", "4 h", ("2026-11-23 18:00", "2026-11-24 08:00")) == due_on(
        "office", "2026-11-23 16:00", "4 h"
    )


def test_overlapping_pauses_count_once() -> None:
    once = due_on("office", "2026-11-23 09:00", "1 h", ("2026-11-23 09:30", "2026-11-23 11:00"))
    twice = due_on(
        "office", "2026-11-23 09:00", "1 h",
        ("2026-11-23 10:00", "2026-11-23 11:00"), ("2026-11-23 09:30", "2026-11-23 10:30"),
    )  # fmt: skip

    assert once == twice
    assert once.at == at("2026-11-23 11:30")


def test_while_a_pause_is_open_there_is_no_due_only_what_remains() -> None:
    paused = due_on("office", "2026-11-23 09:00", "4 h", ("2026-11-23 10:00", None))

    assert (paused.kind, paused.at, paused.remaining) == ("paused", None, timedelta(hours=3))


def test_a_pause_that_begins_at_due_comes_too_late() -> None:
    assert due_on("office", "2026-11-23 09:00", "1 h", ("2026-11-23 10:00", None)).at == at("2026-11-23 10:00")


def test_a_pause_takes_working_time_from_workdays_and_all_time_from_days() -> None:
    workday = due_on("office", "2026-11-23 09:00", "1 workday", ("2026-11-23 17:00", "2026-11-24 09:00"))
    days = due_on("front-desk", "2026-11-23 09:00", "3 days", ("2026-11-23 20:00", "2026-11-24 08:00"))

    assert workday.at == at("2026-11-25 09:30")
    assert days.at == at("2026-11-27 08:00")


def test_a_calendar_that_never_opens_again_is_said_not_looped() -> None:
    fair = Calendar("fair", "Asia/Shanghai", ((),) * 7, dates={date(2026, 5, 1): (Shift(540, 1020),)})
    start = datetime(2026, 4, 30, 1, tzinfo=UTC)

    assert due(fair, start, Allowance(8, "h")).at == at("2026-05-01 17:00")
    assert due(fair, start, Allowance(9, "h")) == Due("unreachable")
    assert due(fair, start, Allowance(2, "workday")) == Due("unreachable")
    assert due(fair, datetime(2027, 1, 1, tzinfo=UTC), Allowance(1, "min")) == Due("unreachable")


def test_what_is_due_after_the_known_holidays_is_provisional() -> None:
    assert not due_on("office", "2026-12-30 09:00", "1 workday").provisional
    assert due_on("office", "2026-12-31 09:00", "1 workday").provisional
    assert due_on("office", "2023-12-29 09:00", "4 h").provisional
    assert not due_on("front-desk", "2026-12-31 09:00", "1 day").provisional


def test_a_night_shift_has_an_hour_less_in_spring_and_one_more_in_autumn() -> None:
    nights = Calendar("nights", "Europe/Berlin", ((Shift(1320, 1800),),) * 7)
    reckoner = Reckoner(nights)

    assert reckoner.elapsed(datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)) == timedelta(
        hours=7
    )
    assert reckoner.elapsed(
        datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC)
    ) == timedelta(hours=9)


def test_a_holiday_takes_its_whole_shift_and_leaves_last_nights() -> None:
    nights = Calendar("nights", "Asia/Shanghai", ((Shift(1320, 1800),),) * 7, holidays={date(2026, 11, 24): {}})
    counted = Reckoner(nights).elapsed(at("2026-11-23 12:00"), at("2026-11-25 12:00"))

    assert counted == timedelta(hours=8)


@pytest.mark.parametrize(
    ("anchor", "allowance", "roll", "expected"),
    [
        ("2026-12-01 12:00", "4 h", "", "2026-11-30 17:00"),
        ("2026-12-01 08:30", "4 h", "", "2026-11-30 13:30"),
        ("2026-12-01", "15 days", "", "2026-11-16 17:30"),
        ("2026-12-06", "15 days", "", "2026-11-22 00:00"),
        ("2026-12-06", "15 days", "previous", "2026-11-20 17:30"),
        ("2026-12-06", "15 days", "next", "2026-11-23 17:30"),
        ("2026-12-01", "3 workdays", "", "2026-11-26 17:30"),
        ("2026-12-31", "1 month", "", "2026-11-30 17:30"),
        ("2026-12-01", "1 day same time", "", "2026-11-30 17:30"),
        # a Sunday closes at its midnight, and a day before that is the midnight of Saturday
        ("2026-12-06", "1 day same time", "", "2026-12-06 00:00"),
    ],
)
def test_before(anchor: str, allowance: str, roll: Roll, expected: str) -> None:
    when = at(anchor) if " " in anchor else date.fromisoformat(anchor)
    found = Reckoner(calendar("office")).before(when, parse_allowance(allowance), roll)

    assert found.at == at(expected)


def test_what_remains_is_less_than_nothing_when_it_is_late() -> None:
    reckoner, four = Reckoner(calendar("office")), Allowance(4, "h")
    start = at("2026-11-23 09:00")

    assert reckoner.remaining(start, at("2026-11-23 11:00"), four) == timedelta(hours=2)
    assert reckoner.remaining(start, at("2026-11-24 09:00"), four) == -timedelta(hours=3, minutes=30)
