"""A calendar's file made into a `Calendar`, or into faults with places.

Each file of the chain that `extends` makes is read into a `Piece`: its own words with their places. Then the pieces are
laid over one another, from the one that extends nothing on, and days are resolved: own hours, make-up workdays, duty
in long holidays, holidays.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Protocol, TypeVar

from sop_engine.diagnostics import Diagnostic, Span, has_errors
from sop_engine.language.checks import CALENDAR_CHECKS
from sop_engine.language.compiling import faults, nowhere
from sop_engine.language.draft import Draft
from sop_engine.language.facts import Fact
from sop_engine.language.grammar.calendar_schema import CalendarWords, HolidayWords
from sop_engine.language.grammar.shapes import listed
from sop_engine.language.records.building import written
from sop_engine.language.source import punctuation, reading
from sop_engine.language.source.tree import Cursor
from sop_engine.language.source.validating import validate_as
from sop_engine.messages import Text
from sop_engine.worktime.calendars import MINUTES_A_DAY, WEEKDAYS, Calendar, Hours, Shift, days_of
from sop_engine.worktime.zones import known_zones, present_name

SUFFIX: Final = ".yaml"
HORIZON: Final = timedelta(days=92)
"""how far ahead holidays should be known: the longest usual promise is three months"""
MOST_DEEP: Final = 8
"""how many calendars may extend one another"""
ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
EVERY_DAY: Final = frozenset({"every day", "daily", "day"})
CLOSED: Final = "closed"
_SHIFT: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9]) ?(?:-|–|—|~|to|至) ?([01]?[0-9]|2[0-4]):([0-5][0-9])\Z")
Item = TypeVar("Item")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class CalendarSource(Protocol):
    """Where the other calendars are."""

    def read(self, name: str) -> bytes | None:
        """The text of the calendar of this name, such as `office`; None where there is none."""

    def names(self) -> tuple[str, ...]:
        """The names of all that there are."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A holiday of a file, with the days that make up for it."""

    name: Text
    first: date
    last: date
    make_up: tuple[tuple[date, Span], ...]
    span: Span


@dataclass(slots=True)
class Piece:
    """The words of one file."""

    id: str
    title: Text
    zone: str | None = None
    week: tuple[Hours, ...] | None = None
    holidays: list[Holiday] = field(default_factory=list)
    make_up_like: int | None = None
    duty: tuple[int, Hours] | None = None
    dates: dict[date, tuple[Hours, Span]] = field(default_factory=dict)
    known_from: date | None = None
    known_through: date | None = None
    overlaps: list[Fact] = field(default_factory=list)
    """doubtful, and no fault: what overlaps counts once"""


@dataclass(frozen=True, slots=True)
class CompiledCalendar:
    """What comes of a calendar's file. `calendar` is None where a fault forbids its use; `texts` are those of the file
    and of what it extends, by what faults call them."""

    calendar: Calendar | None
    diagnostics: list[Diagnostic]
    texts: dict[str, bytes]


class NoCalendars:
    """A place without other calendars."""

    def read(self, name: str) -> bytes | None:
        return None

    def names(self) -> tuple[str, ...]:
        return ()


def compile_calendar(
    text: bytes, file: str, source: CalendarSource | None = None, today: date | None = None
) -> CompiledCalendar:
    """Compile a calendar's YAML `text`; `file` is what its faults call it, and without folder and ending its name. With
    `today`, holidays that will soon be unknown are warned of. Never raises for what the text holds; `SetUp` where this
    machine has no tz database."""
    draft = _draft(text, file)
    pieces, texts = _pieces(draft, text, source or NoCalendars())
    calendar = None if draft.facts else _resolved(draft, pieces)
    if calendar is not None:
        _warnings(draft, calendar, pieces, today)
    draft.facts += pieces[-1].overlaps if pieces else ()
    found = faults(draft, CALENDAR_CHECKS)
    return CompiledCalendar(None if has_errors(found) else calendar, found, texts)


def own_holidays(text: bytes, file: str) -> list[Holiday]:
    """The holidays that stand in a calendar's file itself, in order, each with its place; none where the file has
    errors."""
    draft = _draft(text, file)
    document, cursor = _document(draft, draft.reading)
    return [] if document is None else _Reader(draft, cursor).piece(document).holidays


def extends(text: bytes, file: str) -> str | None:
    """The calendar that a calendar's file extends; None where it extends none, or has errors."""
    draft = _draft(text, file)
    document, _cursor = _document(draft, draft.reading)
    return None if document is None else document.extends


def _draft(text: bytes, file: str) -> Draft:
    read = reading.read(text, file)
    return Draft(file, read, Cursor(read.tree) if read.tree is not None else nowhere(file))


def _pieces(draft: Draft, text: bytes, source: CalendarSource) -> tuple[list[Piece], dict[str, bytes]]:
    """The pieces of a file and of what it extends, the base first; what is wrong is added to the draft."""
    folder, _slash, name = draft.file.rpartition("/")
    names = [name.removesuffix(SUFFIX)]
    pieces: list[Piece] = []
    texts = {draft.file: text}
    file, read = draft.file, draft.reading
    while True:
        draft.facts += read.facts
        document, cursor = _document(draft, read)
        if document is None:
            return pieces, texts
        if len(names) == 1 and not ID.match(document.calendar):
            draft.fact("calendar_id", (cursor / "calendar").span, name=document.calendar)
        elif document.calendar != names[-1]:
            draft.fact("calendar_name", (cursor / "calendar").span, name=document.calendar, file=names[-1])
        pieces.insert(0, _Reader(draft, cursor).piece(document))
        base = document.extends
        if base is None:
            return pieces, texts
        below = source.read(base) if base not in names and len(names) < MOST_DEEP else None
        if below is None:
            draft.fact("extends", (cursor / "extends").span, name=base, known=source.names(), circle=base in names)
            return pieces, texts
        names.append(base)
        file = f"{folder}/{base}{SUFFIX}" if folder else base + SUFFIX
        texts[file] = below
        read = reading.read(below, file)
        draft.reading.facts += read.facts
        draft.reading.spoilt += read.spoilt


def _document(draft: Draft, read: reading.Reading) -> tuple[CalendarWords | None, Cursor]:
    """The words of a file that was read, None where the grammar does not hold."""
    if read.tree is None:
        return None, draft.cursor
    cursor = Cursor(read.tree)
    for fact in punctuation.full_width(cursor):
        draft.facts.append(fact)
        draft.reading.spoilt.append(fact.values.get("map", fact.span))
    document, found = validate_as(CalendarWords, cursor)
    draft.facts += found
    return document, cursor


class _Reader:
    """The words of one file, read; what cannot be understood becomes facts."""

    def __init__(self, draft: Draft, cursor: Cursor) -> None:
        self._draft = draft
        self._cursor = cursor
        self._overlaps: list[Fact] = []

    def piece(self, words: CalendarWords) -> Piece:
        cursor = self._cursor
        piece = Piece(words.calendar, written(words.title) or {}, overlaps=self._overlaps)
        piece.zone = words.zone
        if words.zone is not None and words.zone not in known_zones():
            self._draft.fact("zone", (cursor / "zone").span, name=words.zone)
        piece.known_from = self._date(words.known_from, cursor / "known_from")
        piece.known_through = self._date(words.known_through, cursor / "known_through")
        if words.week is not None:
            piece.week = self._week(words.week, cursor / "week")
        if words.make_up_like is not None:
            piece.make_up_like = WEEKDAYS.index(words.make_up_like)
        for number, holiday in enumerate(words.holidays):
            piece.holidays += self._holiday(holiday, cursor / "holidays" / number)
        if words.long_holidays is not None:
            hours = self._hours(words.long_holidays.hours, cursor / "long_holidays" / "hours")
            piece.duty = (words.long_holidays.over, hours)
        for text, value in words.dates.items():
            here = cursor / "dates"
            day = self._date(text, here.word(text))
            hours = self._hours(value, here / text)
            if day is not None:
                piece.dates[day] = (hours, here.word(text).span)
        return piece

    def _week(self, words: Mapping[str, str | list[str]], cursor: Cursor) -> tuple[Hours, ...]:
        week: list[Hours] = [()] * 7
        said: dict[int, Span] = {}
        for text, value in words.items():
            span = cursor.word(text).span
            days = week_days(text)
            if not days:
                self._draft.fact("day_text", span, text=text)
            hours = self._hours(value, cursor / text)
            for day in days:
                if day in said:
                    self._draft.fact("day_twice", span, said[day], day=WEEKDAYS[day])
                said[day], week[day] = span, hours
        for number, each in enumerate(week):
            following = week[(number + 1) % 7]
            if each and following and max(shift.closes for shift in each) - MINUTES_A_DAY > following[0].opens:
                night = {"days": (WEEKDAYS[number], WEEKDAYS[(number + 1) % 7])}
                self._overlaps.append(Fact("overlap", cursor.span, night))
        return tuple(week)

    def _hours(self, value: object, cursor: Cursor) -> Hours:
        """The shifts of a day; what cannot be read is left out."""
        shifts: list[Shift] = []
        for each, text in zip(cursor.each(), listed(value), strict=False):
            if text == CLOSED:
                continue
            for piece in re.split(r"[,，、]\s*|(?<=\d)\s+(?=\d)", str(text)):
                shift = shift_of(piece)
                if shift is None:
                    self._draft.fact("hours_text", each.span, text=piece)
                else:
                    shifts.append(shift)
        shifts.sort()
        for earlier, later in itertools.pairwise(shifts):
            if later.opens < earlier.closes:
                pair = {"shifts": (shift_text(earlier), shift_text(later))}
                self._overlaps.append(Fact("overlap", cursor.span, pair))
        return tuple(shifts)

    def _holiday(self, words: HolidayWords, cursor: Cursor) -> Iterator[Holiday]:
        if (words.on is None) == (words.from_ is None) or (words.from_ is None) != (words.to is None):
            self._draft.fact("holiday_span", cursor.span)
            return
        first = self._date(words.on or words.from_, cursor / ("on" if words.on else "from"))
        last = first if words.on else self._date(words.to, cursor / "to")
        make_up = []
        for each, text in zip((cursor / "make_up").each(), listed(words.make_up), strict=False):
            day = self._date(text, each)
            if day is not None:
                make_up.append((day, each.span))
        if first is None or last is None:
            return
        if last < first or (last - first).days > 365:
            self._draft.fact("holiday_order", cursor.span, first=str(first), last=str(last))
            return
        yield Holiday(written(words.name) or {}, first, last, tuple(make_up), cursor.span)

    def _date(self, text: str | None, cursor: Cursor) -> date | None:
        if text is None:
            return None
        try:
            day = date.fromisoformat(text) if _DATE.match(text) else None
        except ValueError:
            day = None
        if day is None or not 1900 <= day.year <= 9000:
            self._draft.fact("date_text", cursor.span, text=text)
            return None
        return day


def week_days(text: str) -> tuple[int, ...]:
    """The days that a word of `week` names, Monday 0; none where it is no such word."""
    if text in EVERY_DAY:
        return tuple(range(7))
    found: list[int] = []
    for part in text.split():
        first, dash, last = part.partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            return ()
        begin = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last) - begin) % 7 if dash else 0
        found += [(begin + number) % 7 for number in range(length + 1)]
    return tuple(found)


def shift_of(text: str) -> Shift | None:
    """`08:30-12:00`; one whose end is not after its beginning crosses midnight. None where it is no such thing."""
    found = _SHIFT.match(text.strip())
    if found is None:
        return None
    opens, closes = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if closes > MINUTES_A_DAY:
        return None
    return Shift(opens, closes if closes > opens else closes + MINUTES_A_DAY)


def shift_text(shift: Shift) -> str:
    """The shift as a file says it: `22:00-06:00`."""
    closes = shift.closes if shift.closes <= MINUTES_A_DAY else shift.closes - MINUTES_A_DAY
    return f"{shift.opens // 60:02}:{shift.opens % 60:02}-{closes // 60:02}:{closes % 60:02}"


# --- laid over one another -------------------------------------------------------------------------------------------


def _resolved(draft: Draft, pieces: list[Piece]) -> Calendar | None:
    """The calendar of the pieces, the last of which is the file itself; None where something is wrong between them."""
    own = pieces[-1]
    zone = _last(piece.zone for piece in pieces)
    week = _last(piece.week for piece in pieces)
    holidays = [holiday for piece in pieces for holiday in piece.holidays]
    said = {day: hours for piece in pieces for day, (hours, _span) in piece.dates.items()}
    _days_twice(draft, pieces)
    if zone is None:
        draft.fact("no_zone", _head(draft))
    if week is not None and not any(week) and not any(said.values()):
        draft.fact("no_minute", (draft.cursor / "week").span)
    if draft.facts or zone is None:
        return None
    week = week or ((),) * 7
    make_up = {day for holiday in holidays for day, _span in holiday.make_up}
    like = _last(piece.make_up_like for piece in pieces)
    usual = week[like] if like is not None else next((hours for hours in week if hours), ())
    dates = dict.fromkeys(make_up, usual) if usual else {}
    dates |= _duty(_last(piece.duty for piece in pieces), holidays)
    return Calendar(
        own.id,
        zone,
        week,
        own.title,
        {day: holiday.name for holiday in holidays for day in days_of(holiday.first, holiday.last)},
        dates | said,
        frozenset(make_up & dates.keys()),
        _last(piece.known_from for piece in pieces),
        _last(piece.known_through for piece in pieces),
    )


def _warnings(draft: Draft, calendar: Calendar, pieces: list[Piece], today: date | None) -> None:
    """What is doubtful about a calendar that is whole: make-up days that are none, days said of no use, holidays that
    end soon."""
    own = pieces[-1]
    for holiday in own.holidays:
        for day, span in holiday.make_up:
            if any(calendar.week) and calendar.week[day.weekday()]:
                draft.fact("make_up_workday", span, day=str(day))
    if own.duty is not None and not _duty(own.duty, [each for piece in pieces for each in piece.holidays]):
        draft.fact("no_long_holiday", (draft.cursor / "long_holidays").span, over=own.duty[0])
    until = calendar.known_through
    if today is not None and until is not None and until < today + HORIZON and own.known_through is not None:
        draft.fact("horizon", (draft.cursor / "known_through").span, until=str(until), past=until < today)
    present = None if own.zone is None else present_name(own.zone)
    if present is not None:
        draft.fact("zone_renamed", (draft.cursor / "zone").span, name=own.zone, present=present)
    for day, (_hours, span) in own.dates.items():
        if not calendar.is_known(day):
            draft.fact("date_unknown", span, day=str(day))


def _last(values: Iterable[Item | None]) -> Item | None:
    """The last of the values that is said: a file goes before what it extends."""
    found = None
    for value in values:
        found = value if value is not None else found
    return found


def _duty(duty: tuple[int, Hours] | None, holidays: list[Holiday]) -> dict[date, Hours]:
    """The days of long holidays, with the hours on duty."""
    if duty is None:
        return {}
    over, hours = duty
    long = [each for each in holidays if (each.last - each.first).days + 1 > over]
    return {day: hours for holiday in long for day in days_of(holiday.first, holiday.last)}


def _days_twice(draft: Draft, pieces: list[Piece]) -> None:
    """A day of two holidays, or one that is free and made up for at once."""
    seen: dict[date, Span] = {}
    for holiday in (each for piece in pieces for each in piece.holidays):
        days = [(day, holiday.span) for day in days_of(holiday.first, holiday.last)]
        for day, span in (*days, *holiday.make_up):
            if day in seen:
                draft.fact("date_twice", span, seen[day], day=str(day))
                break
            seen[day] = span


def _head(draft: Draft) -> Span:
    return (draft.cursor / "calendar").span
