"""By which channels a notice goes, and until when it waits: pure."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine import canonical
from sop_engine.engine.notices.routing import Way, channels_for, fallbacks, held_until, rings, wall_time
from sop_engine.engine.sites.settings import Settings
from sop_engine.store.seam import Person

SITE = Settings(
    Path(), "Test", "test", "Asia/Shanghai",
    channels={"default": ["log", "smtp"], "wecom": {"kind": "apprise", "fallback": "smtp"}},
    routes={
        "people": {"zhou": "wecom"},
        "roles": {"lead": ["smtp", "wecom"], "desk": "file"},
        "procedures": {"repair": "file"},
        "urgent": ["wecom"],
    },
    quiet=(time(21), time(8, 30)),
)  # fmt: skip


def person(id: str = "wang", *roles: str, **contact: str) -> Person:
    return Person(id, True, tuple((role, None) for role in roles), name=id.title(), contact=contact)


@pytest.mark.parametrize(
    ("who", "way", "channels"),
    [
        (person("zhou", "lead", channels="smtp log"), Way("repair", False), ("smtp", "log")),
        (person("zhou", "lead"), Way("repair", False), ("wecom",)),
        (person("wang", "lead"), Way("repair", False), ("file",)),
        (person("wang", "lead", "desk"), Way("complaint", False), ("smtp", "wecom", "file")),
        (person("wang"), Way("complaint", False), ("log", "smtp")),
        (None, Way("complaint", True), ("log", "smtp", "wecom")),
        (person("zhou"), Way("repair", True), ("wecom",)),
    ],
    ids=["own wish", "person", "procedure", "roles", "default", "urgent besides", "none twice"],
)
def test_the_first_that_says_something_decides(who: Person | None, way: Way, channels: tuple[str, ...]) -> None:
    assert channels_for(SITE, who, way) == channels


@pytest.mark.parametrize("odd", [5, True, {"x": 1}, [3, None], "", []])
def test_what_makes_no_sense_sends_notices_to_the_log_rather_than_nowhere(odd: Any) -> None:
    site = replace(SITE, channels={"default": odd}, routes={"people": odd, "roles": {"lead": odd}, "urgent": odd})
    assert channels_for(site, person("wang", "lead"), Way("repair", True)) == ("log",)


def test_a_training_site_sends_nothing_whatever_is_wished() -> None:
    site = replace(SITE, training=True)
    assert channels_for(site, person("zhou", channels="smtp"), Way("repair", True)) == ("log",)
    assert fallbacks(site, "wecom") == ()


def test_stand_ins_end_also_where_they_name_each_other() -> None:
    ring = {"a": {"fallback": "b"}, "b": {"fallback": "a"}}
    assert fallbacks(replace(SITE, channels=ring), "a") == ("b", "a")
    assert fallbacks(SITE, "wecom") == ("smtp",)
    assert fallbacks(replace(SITE, channels={"a": {"fallback": "wecm"}}), "a") == ()


def test_what_people_hear_keeps_quiet_hours_and_what_programs_read_does_not() -> None:
    assert [rings(SITE, each) for each in ("smtp", "wecom", "log", "file")] == [True, True, False, False]
    assert not rings(replace(SITE, channels={"smtp": {"rings": False}}), "smtp")


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (shanghai(23, 20, 59), None),
        (shanghai(23, 21), shanghai(24, 8, 30)),
        (shanghai(24, 3), shanghai(24, 8, 30)),
        (shanghai(24, 8, 29), shanghai(24, 8, 30)),
        (shanghai(24, 8, 30), None),
    ],
)
def test_in_quiet_hours_a_notice_waits_for_their_end(now: datetime, until: datetime | None) -> None:
    assert held_until(SITE, person(), "smtp", now, urgent=False) == until
    assert held_until(SITE, person(), "smtp", now, urgent=True) is None
    assert held_until(SITE, person(), "log", now, urgent=False) is None


def test_whoever_wants_a_digest_gets_all_at_his_time_of_day() -> None:
    wishes = person(digest="17:30")
    assert held_until(SITE, wishes, "smtp", shanghai(23, 9), urgent=False) == shanghai(23, 17, 30)
    assert held_until(SITE, wishes, "smtp", shanghai(23, 17, 30), urgent=False) == shanghai(24, 17, 30)
    assert held_until(SITE, wishes, "smtp", shanghai(23, 9), urgent=True) is None


def test_what_has_waited_goes_unless_another_night_has_begun() -> None:
    bundle = canonical.instant_text(shanghai(24, 8, 30))
    assert held_until(SITE, person(digest="08:30"), "smtp", shanghai(24, 8, 31), urgent=False, bundle=bundle) is None
    assert held_until(SITE, person(), "smtp", shanghai(24, 22), urgent=False, bundle=bundle) == shanghai(25, 8, 30)
    early = canonical.instant_text(shanghai(24, 7))
    assert held_until(SITE, person(digest="07:00"), "smtp", shanghai(24, 7, 1), urgent=False, bundle=early) is None


_TIMES = st.times().map(lambda each: each.replace(second=0, microsecond=0, tzinfo=None))


@given(_TIMES, _TIMES, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.sampled_from(["Asia/Shanghai",
       "Europe/Berlin", "America/St_Johns"]))  # fmt: skip
def test_no_notice_waits_longer_than_a_day_and_none_after_quiet_hours(
    begin: time, end: time, naive: datetime, zone: str
) -> None:
    if begin == end:
        return
    now = naive.replace(tzinfo=UTC)
    site = replace(SITE, zone=zone, quiet=(begin, end))
    until = held_until(site, None, "smtp", now, urgent=False)
    wall = now.astimezone(site.zone_info).time()
    if until is None:
        assert not (begin <= wall < end if begin < end else (wall >= begin or wall < end)) or _is_changed(site, now)
    else:
        assert now < until <= now + timedelta(hours=25)
        assert held_until(site, None, "smtp", until, urgent=False) is None


def _is_changed(site: Settings, now: datetime) -> bool:
    """Whether the clocks are set within a day."""
    zone = site.zone_info
    offsets = {(now + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-25, 0, 25)}
    return len(offsets) > 1


@pytest.mark.parametrize("text", ["8:30", "24:00", "08:60", "０８:30", "08:30 ", "", "²1:00"])
def test_a_time_of_day_is_written_in_one_way(text: str) -> None:
    assert wall_time(text) is None
    assert wall_time("08:30") == time(8, 30)
