"""Days of the week as people say them. Today is Wednesday, 2026-11-25."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.values.moments import read_date, read_instant, read_interval
from sop_engine.values.problems import ValueProblem

TODAY = date(2026, 11, 25)
ZONE = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("周三", 25), ("星期四", 26), ("周日", 29), ("礼拜天", 29), ("周一", 30), ("周二", 31), ("本周一", 23),
        ("这周五", 27), ("这个星期日", 29), ("下周一", 30), ("下个星期三", 32), ("下周日", 36), ("下下周三", 39),
        ("上周五", 20), ("上个礼拜一", 16),
        ("wednesday", 25), ("Thursday", 26), ("this monday", 23), ("next monday", 30), ("last friday", 20),
    ],
)  # fmt: skip
def test_a_day_of_the_week(said: str, day: int) -> None:
    assert read_date(said, TODAY) == date(2026, 11, 1) + timedelta(days=day - 1)


@pytest.mark.parametrize(
    ("said", "wall"),
    [
        ("下周一 9点", "2026-11-30 09:00"), ("下周一下午3点半", "2026-11-30 15:30"), ("周五18:30", "2026-11-27 18:30"),
        ("明早9点", "2026-11-26 09:00"), ("今晚8点", "2026-11-25 20:00"), ("昨晚 11点", "2026-11-24 23:00"),
        ("next tuesday 14:00", "2026-12-01 14:00"),
    ],
)  # fmt: skip
def test_with_a_time(said: str, wall: str) -> None:
    assert read_instant(said, NOW, ZONE).astimezone(ZONE).strftime("%Y-%m-%d %H:%M") == wall


def test_intervals() -> None:
    def local(said: str) -> list[str]:
        return [each.astimezone(ZONE).strftime("%m-%d %H:%M") for each in read_interval(said, NOW, ZONE)]

    assert local("下周一上午") == ["11-30 09:00", "11-30 12:00"]
    assert local("明早") == ["11-26 09:00", "11-26 12:00"]
    assert local("下周一 14:00-16:00") == ["11-30 14:00", "11-30 16:00"]
    assert local("周五 22:00 - 周六 02:00") == ["11-27 22:00", "11-28 02:00"]


@pytest.mark.parametrize("said", ["周八", "下周", "周", "下下下周一", "mondays", "next", "周一周二", "明早早"])
def test_what_is_no_day_is_refused(said: str) -> None:
    with pytest.raises(ValueProblem):
        read_date(said, TODAY)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 6), st.sampled_from(["", "本", "下", "下下", "上"]))
def test_it_is_that_day_of_that_week(today: date, rank: int, week: str) -> None:
    found = read_date(f"{week}周{'一二三四五六日'[rank]}", today)
    monday = today - timedelta(days=today.weekday())

    assert found.weekday() == rank
    if week:
        assert (found - monday).days // 7 == {"上": -1, "本": 0, "下": 1, "下下": 2}[week]
    else:
        assert 0 <= (found - today).days < 7
