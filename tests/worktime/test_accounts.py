"""An account says where every counted minute comes from, and why the others did not count."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine.worktime import Pause, Reckoner, accounts
from sop_engine.worktime.calendars import from_json, to_json
from tests.worktime.shipped import Shipped, at, calendar

OFFICE, ROSTER = calendar("office"), calendar("online-roster")


def test_an_account_tells_workdays_holidays_rest_and_made_up_days_apart() -> None:
    found = list(accounts(OFFICE, at("2026-09-19 10:00"), at("2026-10-10 12:00")))

    standing = {each.day.isoformat(): each.standing for each in found}
    assert standing["2026-09-19"] == "rest"
    assert standing["2026-09-20"] == "make_up"
    assert standing["2026-09-25"] == "holiday"
    assert standing["2026-09-28"] == "workday"
    assert next(each.name for each in found if str(each.day) == "2026-10-01")["zh"] == "国庆节"


def test_a_pause_is_told_apart_from_work() -> None:
    (day,) = accounts(
        OFFICE, at("2026-11-23 09:00"), at("2026-11-23 15:00"), [(at("2026-11-23 11:00"), at("2026-11-23 14:00"))]
    )

    assert day.counted == timedelta(hours=3)
    assert day.paused == (
        (at("2026-11-23 11:00"), at("2026-11-23 12:00")),
        (at("2026-11-23 13:30"), at("2026-11-23 14:00")),
    )


@settings(deadline=None)
@given(
    st.integers(0, 40_000), st.integers(0, 40_000), st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 3_000)))
)
def test_the_account_adds_up_to_what_has_elapsed(first: int, length: int, stops: list[tuple[int, int]]) -> None:
    start = at("2026-09-10 00:00") + timedelta(minutes=first)
    end = start + timedelta(minutes=length)
    pauses: list[Pause] = [
        (begin, begin + timedelta(minutes=lasts))
        for begin, lasts in ((at("2026-09-10 00:00") + timedelta(minutes=each), lasts) for each, lasts in stops)
    ]
    counted = sum((each.counted for each in accounts(ROSTER, start, end, pauses)), timedelta(0))

    assert counted == Reckoner(ROSTER).elapsed(start, end, pauses)


def test_a_calendar_comes_back_from_its_normal_form() -> None:
    for name in Shipped().names():
        assert from_json(to_json(calendar(name))) == calendar(name)
