"""Time zones by name: those that this machine knows, those that it does not, and those that were renamed."""

from pathlib import Path
from zoneinfo import available_timezones

import pytest

from sop_engine.errors import SetUp
from sop_engine.messages import say
from sop_engine.worktime import Calendar, Reckoner, Shift
from sop_engine.worktime.zones import has_zones, known_zones, present_name, zone_named
from tests.worktime.machines import with_zones


@pytest.mark.parametrize(
    ("name", "present"),
    [
        ("Asia/Chongqing", "Asia/Shanghai"),
        ("PRC", "Asia/Shanghai"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("US/Pacific", "America/Los_Angeles"),
        # present names: of a rule of its own, of a country that shares another's, of no country, and no name at all
        ("Asia/Shanghai", None),
        ("Europe/Oslo", None),
        ("UTC", None),
        ("Asia/Nowhere", None),
    ],
)
def test_a_zone_that_was_renamed_has_a_present_name(name: str, present: str | None) -> None:
    assert present_name(name) == present


@pytest.mark.parametrize("name", ["Asia/Nowhere", "Asia", "", "../Asia/Shanghai", "a\0b", "x" * 5000])
def test_what_is_no_zone_here_is_said_and_how_to_mend_it(name: str) -> None:
    with pytest.raises(SetUp) as refused:
        zone_named(name)

    assert refused.value.code == 7
    assert say(refused.value.message, "en").startswith("this machine does not know the time zone `")
    assert say(refused.value.fix, "en") == "pip install --upgrade tzdata"


def test_a_calendar_is_refused_when_it_is_made_ready_where_its_zone_is_not_known(tmp_path: Path) -> None:
    calendar = Calendar("old", "Asia/Chongqing", ((Shift(540, 1020),),) * 7)

    with with_zones(tmp_path, "UTC", "Asia/Shanghai"), pytest.raises(SetUp) as refused:
        Reckoner(calendar)

    assert "the calendar old runs by the time zone `Asia/Chongqing`" in say(refused.value.message, "en")


def test_a_machine_without_zones_says_that_it_has_none(tmp_path: Path) -> None:
    with with_zones(tmp_path):
        assert not has_zones()
        with pytest.raises(SetUp, match="no database of time zones"):
            zone_named("Asia/Shanghai")
        with pytest.raises(SetUp, match="no database of time zones"):
            known_zones()
        assert present_name("Asia/Chongqing") is None

    assert known_zones() == available_timezones()
