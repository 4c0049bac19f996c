"""Time zones by name, as this machine's copy of the tz database has them: that of the system, else of `tzdata`."""

import zoneinfo
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, available_timezones

from sop_engine.errors import SetUp
from sop_engine.messages import Message, msg

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_LINKS: Final = "tzdata.zi"
_COUNTRIES: Final = "zone.tab"
_MEND: Final = msg("pip install --upgrade tzdata")


def zone_named(name: str, whose: str = "") -> ZoneInfo:
    """The zone of that name, which is that of the calendar `whose`. Raises `SetUp` where this machine does not know it:
    a zone is nobody's guess, and an hour's mistake moves every deadline."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SetUp(_unknown(name, whose), fix=_MEND) from None


def has_zones() -> bool:
    """Whether this machine has a tz database at all."""
    try:
        return bool(ZoneInfo("UTC"))
    except (KeyError, OSError):
        return False


def known_zones() -> frozenset[str]:
    """The names of all zones, old ones too. Raises `SetUp` where this machine has no tz database."""
    found = frozenset(available_timezones())
    if not found:
        raise SetUp(_unknown("UTC", ""), fix=_MEND)
    return found


def present_name(name: str) -> str | None:
    """What a zone is called now, where `name` is what it was called once (`Asia/Chongqing`, `PRC`, `US/Pacific`); None
    where the name is a present one, or that cannot be told. Names that a country goes by are present ones, also where
    the database keeps one set of rules for several."""
    for links in _found(_LINKS):
        for line in links.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[:1] == ["L"] and words[2:] == [name]:
                present = _of_countries()
                return words[1] if words[1] in present and name not in present else None
        return None
    return None


def _unknown(name: str, whose: str) -> Message:
    if not has_zones():
        return msg("this machine has no database of time zones")
    if whose:
        return msg("the calendar {name} runs by the time zone `{zone}`, which this machine does not know",
                   name=whose, zone=name[:40])  # fmt: skip
    return msg("this machine does not know the time zone `{zone}`", zone=name[:40])


def _of_countries() -> frozenset[str]:
    """The names that are in use in some country today."""
    for table in _found(_COUNTRIES):
        lines = table.read_text(encoding="utf-8").splitlines()
        return frozenset(line.split("\t")[2] for line in lines if line and not line.startswith("#"))
    return frozenset()


def _found(name: str) -> "Iterator[Traversable]":
    """The files of this name, in the order in which zones are looked for."""
    from importlib.resources import files

    places: list[Traversable] = [Path(folder) for folder in zoneinfo.TZPATH]
    with suppress(ImportError):
        places.append(files("tzdata") / "zoneinfo")
    for place in places:
        if (place / name).is_file():
            yield place / name
