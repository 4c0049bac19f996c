"""Durations: what is written in zh or en is read, said again, and read back."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.worktime import Duration, NotADuration, duration_text, parse_duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30 min", Duration(30, "min")),
        ("30min", Duration(30, "min")),
        ("０ min", Duration(0, "min")),
        ("30 分钟", Duration(30, "min")),
        ("三十分钟", Duration(30, "min")),
        ("半小时", Duration(30, "min")),
        ("半个小时", Duration(30, "min")),
        ("2 h", Duration(2, "h")),
        ("２　小时", Duration(2, "h")),
        ("两个小时", Duration(2, "h")),
        ("1.5 h", Duration(90, "min")),
        ("1 h 30 min", Duration(90, "min")),
        ("1 小时 30 分钟", Duration(90, "min")),
        ("1 day", Duration(1, "day")),
        ("3 天", Duration(3, "day")),
        ("2 weeks", Duration(2, "week")),
        ("两周", Duration(2, "week")),
        ("3 个月", Duration(3, "month")),
        ("十二个月", Duration(12, "month")),
        ("1 year", Duration(1, "year")),
        ("二十一年", Duration(21, "year")),
    ],
)
def test_words_for_a_duration_are_read(text: str, duration: Duration) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "min",
        "soon",
        "-3 days",
        "3月",
        "1 day 2 h",
        "1.5 days",
        "半个月",
        "0.001 h",
        "1 fortnight",
        "101 years",
        "9" * 90 + " h",
        "30 min\n30 min 1 day",
        "十十分钟",
        "\x00",
        "\ud800 min",
    ],
)
def test_other_text_is_refused_with_a_way_to_write_it(text: str) -> None:
    with pytest.raises(NotADuration) as refused:
        parse_duration(text)
    assert str(refused.value.message)


@pytest.mark.parametrize("text", ["1 个工作日", "3 workdays", "2 working hours"])
def test_working_time_is_told_apart_from_clock_time(text: str) -> None:
    with pytest.raises(NotADuration, match="working time"):
        parse_duration(text)


@given(
    st.builds(Duration, st.integers(0, 100), st.sampled_from(["min", "h", "day", "week", "month", "year"])),
    st.sampled_from(["zh", "en"]),
)
def test_what_is_said_is_read_back(duration: Duration, language: str) -> None:
    assert parse_duration(duration_text(duration, language)) == duration


@given(st.text(max_size=100))
def test_no_text_raises_anything_else(text: str) -> None:
    with contextlib.suppress(NotADuration):
        assert parse_duration(text).count >= 0
