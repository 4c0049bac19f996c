"""Who works when: shifts, midnight, duty lists, and what a roster does not say."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.worktime.rosters import (
    KINDS,
    USUAL_HOURS,
    WORKED,
    Month,
    Roster,
    book_json,
    book_of,
    month_json,
    month_of,
    months_about,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = 30


def roster(zone: ZoneInfo = SHANGHAI, leads: dict[str, tuple[str, ...]] | None = None, **people: str) -> Roster:
    """November 2026; the letters of each person from the first day on."""
    letters = {person: said + "-" * (DAYS - len(said)) for person, said in people.items()}
    return Roster(USUAL_HOURS, {"2026-11": Month(letters, leads or {})}, zone)


def at(day: int, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def test_a_shift_is_half_open() -> None:
    found = roster(li="e")
    assert [found.at("li", at(1, clock)).on for clock in ("06:59", "07:00", "14:59", "15:00")] == [
        False, True, True, False,
    ]  # fmt: skip


def test_a_night_belongs_to_the_day_it_starts_on_and_ends_on_the_next() -> None:
    found = roster(li="nr").at("li", at(2, "03:00"))
    assert (found.on, found.kind, found.day, found.ends) == (True, "night", date(2026, 11, 1), at(2, "07:00"))


def test_after_a_night_the_day_off_counts() -> None:
    found = roster(li="nr").at("li", at(2, "08:00"))
    assert (found.on, found.kind, found.ends) == (False, "rest", None)


def test_off_shift_the_end_is_that_of_the_next_stretch_of_work() -> None:
    found = roster(li="r-ne")
    assert [found.at("li", at(day, "12:00")).ends for day in (2, 3, 5)] == [at(4, "15:00"), at(4, "15:00"), None]


def test_what_touches_is_one_stretch_of_work() -> None:
    assert roster(li="-ne").at("li", at(3, "05:00")).ends == at(3, "15:00")


def test_a_duty_list_lies_over_a_day_off() -> None:
    found = roster(leads={"2026-11-03": ("li",)}, li="rrr")
    assert (found.at("li", at(4, "08:29")).on, found.at("li", at(4, "08:30")).on) == (True, False)
    assert found.leading(at(4, "02:00")) == ["li"]
    assert found.leading(at(4, "09:00")) == []


def test_a_day_of_which_nothing_is_said_is_not_covered() -> None:
    found = roster(li="e-n")
    assert found.covers(["li"], at(1, "20:00"))
    assert not found.covers(["li"], at(2, "12:00"))
    assert found.covers(["li"], at(4, "05:00")), "the night of the third goes on"
    assert not found.covers(["zhao"], at(1, "12:00"))


def test_hours_are_those_of_the_clock_on_the_wall_also_when_it_is_put_back() -> None:
    new_york = ZoneInfo("America/New_York")
    start, end = roster(new_york, li="n").span("night", date(2026, 10, 31))
    assert end - start == timedelta(hours=9)


@given(st.text("".join(KINDS.values()) + "-", min_size=DAYS, max_size=DAYS), st.integers(0, DAYS * 24 * 4 - 1))
def test_somebody_is_on_shift_exactly_within_one_of_his_spans(letters: str, quarter: int) -> None:
    found = roster(li=letters)
    instant = at(1, "00:00") + timedelta(minutes=15 * quarter)
    spans = [span for day in range(1, DAYS + 1) for span in found.spans("li", date(2026, 11, day))]
    standing = found.at("li", instant)
    assert standing.on == any(start <= instant < end for start, end, _kind in spans)
    if standing.on:
        assert standing.ends is not None and standing.kind in WORKED
        assert not any(start <= standing.ends < end for start, end, _kind in spans), "it ends where no work goes on"


def test_what_is_kept_comes_back_the_same() -> None:
    month = Month({"li": "e" * DAYS, "zhao": "-" * DAYS}, {"2026-11-03": ("li",)}, {"2026-11-03": ("zhao",)})
    assert month_of(month_json(month)) == Month({"li": "e" * DAYS}, month.leads, month.duty)
    assert book_of(book_json(USUAL_HOURS, {"2026-11": "d"})) == (dict(USUAL_HOURS), {"2026-11": "d"})


def test_a_text_of_a_later_release_is_not_read() -> None:
    with pytest.raises(ValueError, match="format 2"):
        month_of({"format": 2, "people": {}, "leads": {}, "duty": {}})


def test_the_months_about_an_instant_reach_over_its_ends() -> None:
    assert months_about(datetime(2026, 11, 30, 18, tzinfo=UTC), SHANGHAI) == ("2026-11", "2026-12")
