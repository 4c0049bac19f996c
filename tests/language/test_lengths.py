"""Which of two allowances is surely the longer one, whatever the calendar."""

import pytest

from sop_engine.language.analysis.lengths import surely_at_least
from sop_engine.worktime import Allowance, parse_allowance


def of(text: str) -> Allowance:
    return parse_allowance(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 h", "60 min"), ("2 h", "90 min"), ("1 week", "7 days"), ("1 year", "12 months"),
        ("2 workdays", "1 workday"),
        ("2 h", "1 h clock"), ("5 days", "24 h clock"), ("3 months", "30 days"), ("1 workday", "0 min"),
        ("end of workday", "0 min"), ("3 day lengths", "3 day lengths"),
    ],
)  # fmt: skip
def test_what_is_surely_as_long(one: str, other: str) -> None:
    assert surely_at_least(of(one), of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("30 min", "1 h"), ("1 h clock", "30 min"), ("1 day", "4 h"), ("1 workday", "8 h"), ("1 day", "23 h clock"),
        ("1 month", "31 days"), ("1 day length", "1 h"), ("1 day", "1 day same time"), ("1 h", "end of workday"),
    ],
)  # fmt: skip
def test_where_nothing_is_sure_the_answer_is_no(one: str, other: str) -> None:
    assert not surely_at_least(of(one), of(other))
