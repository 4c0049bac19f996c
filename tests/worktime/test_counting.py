"""Working time counted by the index agrees with working time counted step by step."""

import os
import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine.messages import Text
from sop_engine.worktime import Allowance, Calendar, Pause, Reckoner, Shift
from tests.worktime.naive import changes, is_paused, open_steps

GRID = 5
STEP = timedelta(minutes=GRID)
"""Everything drawn is a multiple of it, so that the second opinion has fewer steps to go."""
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC")
TURNS = (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 2, 14, tzinfo=UTC))


@st.composite
def shifts(draw: st.DrawFn) -> tuple[Shift, ...]:
    count = draw(st.integers(0, 3))
    opens = draw(st.lists(st.integers(0, 287), min_size=count, max_size=count))
    lengths = draw(st.lists(st.integers(1, 288), min_size=count, max_size=count))
    pairs = zip(opens, lengths, strict=True)
    return tuple(sorted(Shift(open_ * GRID, (open_ + length) * GRID) for open_, length in pairs))


@st.composite
def calendars(draw: st.DrawFn, around: datetime) -> Calendar:
    days = [around.date() + timedelta(days=number) for number in range(-3, 8)]
    week = tuple(draw(shifts()) for _day in range(7))
    holidays: dict[date, Text] = {day: {} for day in draw(st.sets(st.sampled_from(days), max_size=3))}
    own = {day: draw(shifts()) for day in draw(st.sets(st.sampled_from(days), max_size=3))}
    return Calendar("drawn", draw(st.sampled_from(ZONES)), week, holidays=holidays, dates=own)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Calendar, datetime, int, list[Pause]]:
    around = draw(st.sampled_from(TURNS))
    start = around + draw(st.integers(-120, 360)) * STEP
    pauses: list[Pause] = []
    for _number in range(draw(st.integers(0, 3))):
        opens = start + draw(st.integers(-60, 600)) * STEP
        lasts = draw(st.one_of(st.none(), st.integers(0, 400))) if len(pauses) == 2 else draw(st.integers(0, 400))
        pauses.append((opens, None if lasts is None else opens + lasts * STEP))
    return draw(calendars(around)), start, draw(st.integers(0, 500)), pauses


@settings(deadline=None, max_examples=60)
@given(cases())
def test_due_is_the_earliest_instant_by_which_the_allowance_is_counted(
    case: tuple[Calendar, datetime, int, list[Pause]],
) -> None:
    calendar, start, count, pauses = case
    until = start + timedelta(days=5)
    counted = sorted(each for each in open_steps(calendar, start, until, STEP) if not is_paused(each, pauses))

    due = Reckoner(calendar).due(start, Allowance(count * GRID, "min"), pauses)

    if count == 0:
        assert due.at == start
    elif len(counted) >= count:
        assert due.at == counted[count - 1] + STEP
    elif due.at is not None:
        assert due.at > until
    elif due.kind == "paused":
        assert due.remaining == (count - len(counted)) * STEP or any(opens >= until for opens, _closes in pauses)


@settings(deadline=None, max_examples=60)
@given(cases(), st.integers(0, 1200))
def test_elapsed_counts_what_is_open_and_in_no_pause(
    case: tuple[Calendar, datetime, int, list[Pause]], count: int
) -> None:
    calendar, start, _count, pauses = case
    end = start + count * STEP
    counted = [each for each in open_steps(calendar, start, end, STEP) if not is_paused(each, pauses)]

    assert Reckoner(calendar).elapsed(start, end, pauses) == len(counted) * STEP


@settings(deadline=None, max_examples=60)
@given(cases())
def test_before_is_the_latest_instant_that_leaves_the_allowance(
    case: tuple[Calendar, datetime, int, list[Pause]],
) -> None:
    calendar, end, count, _pauses = case
    since = end - timedelta(days=5)
    counted = sorted(open_steps(calendar, since, end, STEP), reverse=True)

    before = Reckoner(calendar).before(end, Allowance(count * GRID, "min"))

    if count == 0:
        assert before.at == end
    elif len(counted) > count:
        # the instant lies in working time, or at its edge where the next minute would be one too many
        assert before.at == counted[count - 1]
    elif before.at is not None:
        assert before.at <= (counted[count - 1] if len(counted) == count else since)


@settings(deadline=None, max_examples=60)
@given(cases())
def test_what_remains_and_what_has_elapsed_make_the_allowance(
    case: tuple[Calendar, datetime, int, list[Pause]],
) -> None:
    calendar, start, count, pauses = case
    reckoner, allowance = Reckoner(calendar), Allowance(count * GRID, "min")
    due = reckoner.due(start, allowance, pauses)
    if due.at is None:
        return
    for moment in (start, start + (due.at - start) / 2, due.at):
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        elapsed = reckoner.elapsed(start, moment, pauses)
        assert elapsed + reckoner.remaining(start, moment, allowance, pauses) == count * STEP


def _unlike_zones() -> list[tuple[str, list[tuple[date, timedelta]]]]:
    """One zone for each history of changes since 2000."""
    unlike = {tuple(changes(ZoneInfo(name))): name for name in sorted(available_timezones(), reverse=True)}
    return [(name, list(days)) for days, name in unlike.items() if days]


@pytest.mark.slow
def test_every_change_of_every_zone_from_2000_to_2037() -> None:
    seed = int(os.environ.get("SOP_ZONE_SEED", "0"))
    share = float(os.environ.get("SOP_ZONE_SHARE", "0.03"))
    rng, step = random.Random(seed), timedelta(minutes=15)
    tried = 0
    for name, days in _unlike_zones():
        for day, _offset in days:
            if rng.random() >= share:
                continue
            opens = sorted(rng.sample(range(0, 1440, 15), 3))
            week = (tuple(Shift(each, each + rng.randrange(15, 1440, 15)) for each in opens),) * 7
            calendar = Calendar("turn", name, week)
            start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=rng.randrange(12))
            end = start + timedelta(days=2)
            expected = len(open_steps(calendar, start, end, step)) * step
            assert Reckoner(calendar).elapsed(start, end) == expected, f"{calendar} {start} SOP_ZONE_SEED={seed}"
            tried += 1
    assert tried > 100 * share
