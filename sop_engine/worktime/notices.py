"""A year's notice: which days are free, and which are worked to make up for them.

The law. A holiday is a run of free days, whatever each is called, and belongs to the year of its last day: New Year may
begin in December. A make-up workday belongs to the nearest holiday, before others to one that it is named after.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from sop_engine.messages import Text
from sop_engine.worktime.calendars import days_of

DayKind = Literal["holiday", "workday"]
FEASTS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("元旦", "New Year", ("new year's day", "new years day", "元旦节")),
    ("春节", "Spring Festival", ("chinese new year", "除夕", "农历新年")),
    ("清明节", "Tomb-Sweeping Day", ("清明", "qingming festival", "tomb sweeping day")),
    ("劳动节", "Labour Day", ("五一", "五一劳动节", "国际劳动节", "labor day")),
    ("端午节", "Dragon Boat Festival", ("端午",)),
    ("中秋节", "Mid-Autumn Festival", ("中秋", "mid autumn festival")),
    ("国庆节", "National Day", ("国庆", "十一")),
)
"""(in Chinese, in English, what it is called besides, in small letters)"""


@dataclass(frozen=True, slots=True)
class Day:
    """What a notice says of one day; `name` is that of the holiday, as it is written there, and may be empty."""

    kind: DayKind
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One holiday with the days that make up for it."""

    name: Text
    first: date
    last: date
    make_up: tuple[date, ...] = ()

    @property
    def days(self) -> tuple[date, date, tuple[date, ...]]:
        """What it says of days, whatever it is called."""
        return self.first, self.last, tuple(sorted(self.make_up))


@dataclass(frozen=True, slots=True)
class Change:
    """A day of which something else is said than before; None is an ordinary day."""

    day: date
    before: tuple[DayKind, Text] | None
    after: tuple[DayKind, Text] | None

    @property
    def kind(self) -> Literal["added", "removed", "changed"]:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def entries_of(days: Mapping[date, Day], year: int) -> list[Entry]:
    """The holidays of `year`, in order. Raises `ValueError` where days make up for no holiday."""
    runs = _runs(sorted(day for day, each in days.items() if each.kind == "holiday"))
    worked: dict[date, list[date]] = {run[0]: [] for run in runs}
    for day in sorted(day for day, each in days.items() if each.kind == "workday"):
        if not runs:
            raise ValueError("no holiday")
        name = days[day].name
        own = [run for run in runs if name and name in {days[free].name for free in run}]
        nearest = min(own or runs, key=lambda run: min(abs(run[0] - day), abs(run[-1] - day)))
        worked[nearest[0]].append(day)
    return [
        Entry(_together(days[day].name for day in run), run[0], run[-1], tuple(worked[run[0]]))
        for run in runs
        if run[-1].year == year
    ]


def _runs(days: Sequence[date]) -> list[list[date]]:
    """Days that follow one another, together."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def feast(name: str) -> tuple[str, str] | None:
    """A holiday's usual names in Chinese and in English, where it is known by this one."""
    folded = " ".join(name.casefold().split())
    for chinese, english, others in FEASTS:
        if folded in {chinese, english.casefold(), *others}:
            return chinese, english
    return None


def _together(names: Iterable[str]) -> Text:
    """What a run of days is called: all their names, each once."""
    said = list(dict.fromkeys(name for name in names if name)) or ["假日"]
    known = [feast(name) for name in said]
    pairs = list(dict.fromkeys(pair for pair in known if pair is not None))
    if len(pairs) < len(set(said)) and None in known:
        return {"und": "、".join(said)}
    return {"zh": "、".join(zh for zh, _en in pairs), "en": " and ".join(en for _zh, en in pairs)}


def changes(before: Iterable[Entry], after: Iterable[Entry]) -> list[Change]:
    """The days of which `after` says something else than `before`, in order. What a holiday is called is no change."""
    old, new = _by_day(before), _by_day(after)
    days = sorted(old.keys() | new.keys())
    return [Change(day, old.get(day), new.get(day)) for day in days if _kind(old.get(day)) != _kind(new.get(day))]


def _kind(said: tuple[DayKind, Text] | None) -> DayKind | None:
    return None if said is None else said[0]


def _by_day(entries: Iterable[Entry]) -> dict[date, tuple[DayKind, Text]]:
    found: dict[date, tuple[DayKind, Text]] = {}
    for entry in entries:
        found |= dict.fromkeys(days_of(entry.first, entry.last), ("holiday", entry.name))
        found |= dict.fromkeys(entry.make_up, ("workday", entry.name))
    return found
