"""Calendars: the days on which a centre works, and the hours of each.

The law, for one date: hours of its own beat a holiday, a holiday beats the week. A shift belongs whole to the day on
which it opens; one whose end is not after its beginning crosses midnight, and a holiday takes away the whole of it
without touching that of the night before.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sop_engine.lean import dataclass, field
from sop_engine.messages import Text
from sop_engine.worktime.zones import zone_named

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FORMAT: Final = 1
MINUTES_A_DAY: Final = 24 * 60

DayKind = Literal["week", "holiday", "own"]


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """Working time of a day: minutes of the wall clock after its midnight, `closes` past 1440 when it ends on the next
    day. Never longer than 24 hours."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        assert 0 <= self.opens < MINUTES_A_DAY and self.opens < self.closes <= self.opens + MINUTES_A_DAY


Hours = tuple[Shift, ...]


@dataclass(frozen=True)
class Calendar:
    """Which time counts. Every part is resolved: what it `extends` is already in it."""

    id: str
    zone: str
    week: tuple[Hours, ...]
    """seven, from Monday on"""
    title: Text = field(default_factory=dict)
    holidays: Mapping[date, Text] = field(default_factory=dict)
    """what each day without work is called"""
    dates: Mapping[date, Hours] = field(default_factory=dict)
    """days with hours of their own: make-up workdays, short days, duty on a holiday"""
    make_up: frozenset[date] = frozenset()
    """those of `dates` that stand in for a day off elsewhere"""
    known_from: date | None = None
    known_through: date | None = None
    """the dates between which holidays are known; a deadline outside is provisional. None: there is nothing to know"""

    @cached_property
    def tz(self) -> ZoneInfo:
        """Its zone. Raises `SetUp` where this machine does not know it."""
        return zone_named(self.zone, self.id)

    def hours(self, day: date) -> Hours:
        """The shifts that open on `day`, in order."""
        own = self.dates.get(day)
        if own is not None:
            return own
        return () if day in self.holidays else self.week[day.weekday()]

    def kind(self, day: date) -> DayKind:
        """What decides the hours of `day`: hours of its own, a holiday, or the week."""
        if day in self.dates:
            return "own"
        return "holiday" if day in self.holidays else "week"

    def is_workday(self, day: date) -> bool:
        return bool(self.hours(day))

    def is_known(self, day: date) -> bool:
        """Whether the holidays around `day` are published; what is counted on other days is provisional."""
        early = self.known_from is not None and day < self.known_from
        return not early and (self.known_through is None or day <= self.known_through)

    @cached_property
    def last_exception(self) -> date:
        """The last date that is not an ordinary day of the week; `date.min` where there is none."""
        return max((*self.holidays, *self.dates), default=date.min)

    @cached_property
    def has_rest_days(self) -> bool:
        """Whether any day is without work. Where none is, "7 workdays" would be seven days."""
        return any(not hours for hours in self.week) or any(self.kind(day) == "holiday" for day in self.holidays)

    @cached_property
    def day_minutes(self) -> int:
        """The length of this calendar's own working day: the commonest among the days of its week, the longer of two
        that are as common; 0 for a week without work."""
        lengths = Counter(minutes_of(hours) for hours in self.week if hours)
        return max(lengths, key=lambda minutes: (lengths[minutes], minutes), default=0)


def minutes_of(hours: Hours) -> int:
    """How long a day's shifts are on an ordinary day; time in two of them counts once."""
    minutes, until = 0, 0
    for shift in sorted(hours):
        minutes += max(0, shift.closes - max(shift.opens, until))
        until = max(until, shift.closes)
    return minutes


def round_the_clock(calendar: Calendar) -> Calendar:
    """The same calendar where every minute counts: for telling time that does."""
    always = ((Shift(0, MINUTES_A_DAY),),) * 7
    return replace(calendar, week=always, holidays={}, dates={}, make_up=frozenset())


def to_json(calendar: Calendar) -> dict[str, Any]:
    """The calendar's normal form: what its digest is of. Days are sorted, hours are minutes of the wall clock."""
    return {
        "format": FORMAT,
        "id": calendar.id,
        "title": dict(calendar.title),
        "zone": calendar.zone,
        "week": [_hours_json(hours) for hours in calendar.week],
        "holidays": {str(day): dict(calendar.holidays[day]) for day in sorted(calendar.holidays)},
        "dates": {str(day): _hours_json(calendar.dates[day]) for day in sorted(calendar.dates)},
        "make_up": [str(day) for day in sorted(calendar.make_up)],
        "known_from": None if calendar.known_from is None else str(calendar.known_from),
        "known_through": None if calendar.known_through is None else str(calendar.known_through),
    }


def from_json(found: Mapping[str, Any]) -> Calendar:
    """The calendar of a normal form. Raises `ValueError` for one of a later format."""
    if found["format"] != FORMAT:
        raise ValueError(f"a calendar of format {found['format']}")
    return Calendar(
        found["id"],
        found["zone"],
        tuple(_hours(each) for each in found["week"]),
        found["title"],
        {date.fromisoformat(day): name for day, name in found["holidays"].items()},
        {date.fromisoformat(day): _hours(hours) for day, hours in found["dates"].items()},
        frozenset(map(date.fromisoformat, found["make_up"])),
        _date(found["known_from"]),
        _date(found["known_through"]),
    )


def _hours_json(hours: Hours) -> list[list[int]]:
    return [[shift.opens, shift.closes] for shift in hours]


def _hours(found: list[list[int]]) -> Hours:
    return tuple(Shift(opens, closes) for opens, closes in found)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def days_of(first: date, last: date) -> Iterator[date]:
    """Every date from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
