"""Lengths of time as people say them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.console.names import span
from sop_engine.messages import say


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(seconds=20), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(days=1), "24 h"),
        (timedelta(days=2) - timedelta(minutes=1), "47 h 59 min"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=3, hours=1, minutes=40), "3 days 1 h"),
    ],
)
def test_a_length_of_time(time: timedelta, said: str) -> None:
    assert say(span(time), "en") == said


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)))
def test_nothing_is_one_days_long(time: timedelta) -> None:
    assert not say(span(time), "en").startswith("1 days")
