"""Allowances as people write them."""

import pytest

from sop_engine.worktime import Allowance, NotADuration, allowance_text, parse_allowance

WRITTEN = [
    ("10 分钟", Allowance(10, "min")),
    ("十分钟", Allowance(10, "min")),
    ("4 h", Allowance(4, "h")),
    ("1.5 h", Allowance(90, "min")),
    ("8 工作小时", Allowance(8, "h")),
    ("8 working hours", Allowance(8, "h")),
    ("24 h clock", Allowance(24, "h", "clock")),
    ("24 小时 自然时间", Allowance(24, "h", "clock")),
    ("24小时（自然时间）", Allowance(24, "h", "clock")),
    ("1 个工作日", Allowance(1, "workday")),
    ("7个工作日", Allowance(7, "workday")),
    ("三个工作日", Allowance(3, "workday")),
    ("1 business day", Allowance(1, "workday")),
    ("2 workdays same time", Allowance(2, "workday", "same_time")),
    ("2 day lengths", Allowance(2, "day_length")),
    ("3 天", Allowance(3, "day")),
    ("3 个月", Allowance(3, "month")),
    ("1 year same time", Allowance(1, "year", "same_time")),
    ("end of workday", Allowance(0, "workday")),
    ("当日下班前", Allowance(0, "workday")),
]


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_an_allowance_is_read(text: str, expected: Allowance) -> None:
    assert parse_allowance(text) == expected


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("allowance", sorted({each for _text, each in WRITTEN}, key=repr))
def test_what_is_said_is_read_back(allowance: Allowance, language: str) -> None:
    assert parse_allowance(allowance_text(allowance, language)) == allowance


@pytest.mark.parametrize(
    "text",
    ["1.5d", "-3h", "0", "", "soon", "0 workdays", "1.5 workdays", "3 days clock", "4 h same time", "1 workday clock",
     "h", "4", "9999999 h", "4 h " * 40],
)  # fmt: skip
def test_what_is_none_is_refused_with_how_one_is_written(text: str) -> None:
    with pytest.raises(NotADuration) as refused:
        parse_allowance(text)

    assert str(refused.value.message)
