"""Who works when: a site's roster, as people write it, and what it says of one instant.

The law.

1. A roster says one shift a person and day. A shift whose end is not after its start crosses midnight and belongs whole
   to the day it starts on. Shifts are half-open, `[start, end)`, on the wall clock of the site's zone.
2. A duty list lies over it: whoever stands in it for a day is on shift from the duty's start to its end, whatever the
   roster says of him; and it says who leads.
3. What touches or overlaps is one stretch of work: it ends when the last of it ends.
4. Where a day says nothing of anybody among those who are asked for, the roster does not cover them that day.

A roster is kept as one text that names its months, and one text for each month, all by their digests.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from sop_engine.lean import dataclass, field
from sop_engine.worktime.arithmetic import on_day

FORMAT: Final = 1
KINDS: Final[Mapping[str, str]] = {"early": "e", "late": "l", "night": "n", "office": "o", "rest": "r"}
"""a shift -> its letter in a month's text"""
WORKED: Final = tuple(kind for kind in KINDS if kind != "rest")
NOTHING_SAID: Final = "-"
DUTY: Final = "duty"
"""what a duty list's hours go by"""
USUAL_HOURS: Final[Mapping[str, tuple[str, str]]] = {
    "early": ("07:00", "15:00"),
    "late": ("15:00", "23:00"),
    "night": ("23:00", "07:00"),
    "office": ("08:30", "17:30"),
    DUTY: ("08:30", "08:30"),
}
"""where a site says nothing else"""
_DAY: Final = timedelta(days=1)
_OF_LETTER: Final = {letter: kind for kind, letter in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Month:
    """What is said of one month: a letter for each of its days and people; the duty lists of its days."""

    people: Mapping[str, str] = field(default_factory=dict)
    leads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """date -> who leads (带班)"""
    duty: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """date -> who is on duty (值班)"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where somebody stands at an instant: on shift until `ends`, or not; then `ends` is that of his next stretch of
    work, if it begins today or on the next two days. `kind` is the shift, `duty`, `rest`, or empty
    where the roster says nothing of him; `day` is the one that it belongs to."""

    on: bool
    kind: str
    day: date
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """Hours and months, as far as they were read. Instants come back aware, in UTC."""

    hours: Mapping[str, tuple[str, str]]
    months: Mapping[str, Month]
    """`2026-11` -> what is said of it"""
    zone: tzinfo

    def kind(self, person: str, day: date) -> str:
        """The shift that the roster says; empty where it says nothing."""
        month = self.months.get(f"{day:%Y-%m}")
        letters = "" if month is None else month.people.get(person, "")
        return _OF_LETTER.get(letters[day.day - 1 : day.day], "")

    def leads(self, day: date) -> tuple[str, ...]:
        """Who leads on a day."""
        month = self.months.get(f"{day:%Y-%m}")
        return () if month is None else month.leads.get(str(day), ())

    def duty(self, day: date) -> tuple[str, ...]:
        """Who stands in the duty list of a day, whoever leads included."""
        month = self.months.get(f"{day:%Y-%m}")
        listed = () if month is None else month.duty.get(str(day), ())
        return tuple(dict.fromkeys((*self.leads(day), *listed)))

    def says(self, person: str, day: date) -> bool:
        """Whether anything is said of somebody that day."""
        return bool(self.kind(person, day)) or person in self.duty(day)

    def span(self, kind: str, day: date) -> tuple[datetime, datetime]:
        """From when to when a shift goes that starts on a day."""
        start, end = self.hours[kind]
        return on_day(day, start, self.zone), on_day(day if end > start else day + _DAY, end, self.zone)

    def spans(self, person: str, day: date) -> Iterator[tuple[datetime, datetime, str]]:
        """What somebody works that starts on a day: from, to, which shift."""
        kind = self.kind(person, day)
        if kind in WORKED:
            yield (*self.span(kind, day), kind)
        if person in self.duty(day):
            yield (*self.span(DUTY, day), DUTY)

    def at(self, person: str, instant: datetime) -> Stretch:
        """Where somebody stands at an instant."""
        today = instant.astimezone(self.zone).date()
        spans = sorted(span for ahead in (-1, 0, 1, 2) for span in self.spans(person, today + ahead * _DAY))
        found = [(start, end, kind) for start, end, kind in spans if start <= instant < end]
        later = [end for start, end, _kind in spans if start > instant][:1]
        ends = max([end for _start, end, _kind in found] or later, default=None)
        if ends is None:
            return Stretch(False, self.kind(person, today), today)
        for start, end, _kind in spans:
            if instant < end and start <= ends:
                ends = max(ends, end)
        if not found:
            return Stretch(False, self.kind(person, today), today, ends)
        start, _end, kind = found[-1]
        return Stretch(True, kind, start.astimezone(self.zone).date(), ends)

    def leading(self, instant: datetime) -> list[str]:
        """Who leads at an instant, by the hours of duty lists."""
        today = instant.astimezone(self.zone).date()
        found: dict[str, None] = {}
        for day in (today - _DAY, today):
            start, end = self.span(DUTY, day)
            if start <= instant < end:
                found |= dict.fromkeys(self.leads(day))
        return list(found)

    def covers(self, persons: Iterable[str], instant: datetime) -> bool:
        """Whether anything is said of any of these at an instant: of the day, or of a shift that still goes on."""
        today = instant.astimezone(self.zone).date()
        return any(self.says(each, today) or self.at(each, instant).on for each in persons)


# --- as it is kept ---------------------------------------------------------------------------------------------------


def months_about(instant: datetime, zone: tzinfo) -> tuple[str, ...]:
    """The months of which `Roster.at` may need to know."""
    today = instant.astimezone(zone).date()
    return tuple(dict.fromkeys(f"{today + ahead * _DAY:%Y-%m}" for ahead in (-1, 0, 1, 2)))


def month_json(month: Month) -> dict[str, Any]:
    """A month as its text holds it; what says nothing is left out."""
    silent = {person for person, letters in month.people.items() if not letters.strip(NOTHING_SAID)}
    return {
        "duty": {day: list(who) for day, who in month.duty.items() if who},
        "format": FORMAT,
        "leads": {day: list(who) for day, who in month.leads.items() if who},
        "people": {person: letters for person, letters in month.people.items() if person not in silent},
    }


def month_of(raw: Mapping[str, Any]) -> Month:
    """A month from its text. Raises `ValueError` for one that a later release wrote."""
    _require_known(raw)
    return Month(
        dict(raw["people"]),
        {day: tuple(who) for day, who in raw["leads"].items()},
        {day: tuple(who) for day, who in raw["duty"].items()},
    )


def book_json(hours: Mapping[str, tuple[str, str]], months: Mapping[str, str]) -> dict[str, Any]:
    """A roster as its text holds it: the hours of its shifts, and each month by its digest."""
    return {"format": FORMAT, "hours": {kind: list(each) for kind, each in hours.items()}, "months": dict(months)}


def book_of(raw: Mapping[str, Any]) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """The hours, and the digest of each month. Raises `ValueError` for a text that a later release wrote."""
    _require_known(raw)
    return {kind: (each[0], each[1]) for kind, each in raw["hours"].items()}, dict(raw["months"])


def _require_known(raw: Mapping[str, Any]) -> None:
    if raw.get("format") != FORMAT:
        raise ValueError(f"a roster of the format {raw.get('format')}")
