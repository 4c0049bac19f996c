"""Durations, moments and recurrences as people write them."""

import pytest

from sop_engine.language import times
from sop_engine.language.times import Moment
from sop_engine.procedure import Duration, Every


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("30 min", 30, "min"), ("30min", 30, "min"), ("1 minute", 1, "min"), ("2 h", 2, "h"), ("3 days", 3, "day"),
        ("2 weeks", 2, "week"), ("3 months", 3, "month"), ("1 year", 1, "year"), ("30 分钟", 30, "min"),
        ("2 小时", 2, "h"), ("3天", 3, "day"), ("3 个月", 3, "month"), ("1 年", 1, "year"), ("2 周", 2, "week"),
    ],
)  # fmt: skip
def test_durations(text: str, count: int, unit: str) -> None:
    assert times.duration(text) == Duration(count, unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "1.5d",
        "-3h",
        "0",
        "0 min",
        "十分钟",
        "3",
        "3 d",
        "3 fortnights",
        "",
        "3 days 2 h",
        "1e3 h",
        "9999999 h",
        "３ h",
        "101 years",
        "1201 months",
        "36601 days",
        "99999 years",
    ],
)
def test_what_is_no_duration(text: str) -> None:
    assert times.duration(text) is None


@pytest.mark.parametrize("length", [Duration(1, "day"), Duration(2, "week"), Duration(30, "min"), Duration(1, "h")])
def test_a_written_duration_reads_back(length: Duration) -> None:
    assert times.duration(times.written(length)) == length


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("hold_until", Moment("hold_until")),
        ("hold_until 09:00", Moment("hold_until", time="09:00")),
        ("window.end + 15 min", Moment("window.end", Duration(15, "min"))),
        ("shift_end-15 min", Moment("shift_end", Duration(15, "min"), before=True)),
        ("move_in - 15 天 09:00", Moment("move_in", Duration(15, "day"), before=True, time="09:00")),
    ],
)
def test_moments(text: str, meant: Moment) -> None:
    found = times.moment(text)

    assert found == meant
    assert times.moment(times.moment_text(meant)) == meant


@pytest.mark.parametrize("text", ["", "window.middle", "x + 15", "x 24:00", "09:00", "x + 1.5 h", "x y"])
def test_what_is_no_moment(text: str) -> None:
    assert times.moment(text) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("4 h", Every(each=Duration(4, "h"))),
        ("day 17:30", Every(on=("day",), at="17:30")),
        ("mon thu 09:00", Every(on=("mon", "thu"), at="09:00")),
        ("day 1 15 09:00", Every(on=("1", "15"), at="09:00")),
        ("last day 18:00", Every(on=("last",), at="18:00")),
        ("02-29 09:00", Every(on=("02-29",), at="09:00")),
    ],
)
def test_recurrences(text: str, meant: Every) -> None:
    found = times.recurrence(text)

    assert found == meant
    assert times.every_text(meant) == text


@pytest.mark.parametrize(
    "text", ["", "daily", "day", "day 25:00", "day 32 09:00", "02-30 09:00", "13-01 09:00", "mon 1 09:00", "09:00"]
)
def test_what_is_no_recurrence(text: str) -> None:
    assert times.recurrence(text) is None


def test_ids_of_timers_are_made_of_their_words() -> None:
    assert times.identifier("after", times.written(Duration(3, "day"))) == "after_3_days"
    assert times.identifier("at", "window.end + 15 min") == "at_window_end_plus_15_min"
    assert times.identifier("at", "move_in - 15 days 09:00") == "at_move_in_minus_15_days_09_00"
    assert times.identifier("every", "day 17:30") == "every_day_17_30"
