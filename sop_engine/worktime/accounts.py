"""An account of counted time, day by day: what was worked, what was paused, and why the rest did not count."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from sop_engine.lean import dataclass
from sop_engine.messages import Text
from sop_engine.worktime.calendars import Calendar
from sop_engine.worktime.counting import DaySpans, Span, added, from_ms, to_ms
from sop_engine.worktime.dues import Pause, union

Standing = Literal["workday", "make_up", "own", "rest", "holiday"]


@dataclass(frozen=True, slots=True)
class Account:
    """One date of a calendar between two instants. `worked` and `paused` are `[from, to)` in UTC, in order, of the
    shifts that open on this date, and so may end on the next."""

    day: date
    standing: Standing
    """an ordinary workday; one made up for a holiday; hours of its own; a rest day of the week; a holiday"""
    name: Text
    """of the holiday"""
    worked: tuple[tuple[datetime, datetime], ...]
    paused: tuple[tuple[datetime, datetime], ...]
    known: bool
    """whether the holidays around this date are published"""

    @property
    def counted(self) -> timedelta:
        return sum((closes - opens for opens, closes in self.worked), timedelta(0))


def accounts(calendar: Calendar, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> Iterator[Account]:
    """Every date from `start` to `end`, with what counts in `[start, end)`; the counted time of all of them is what
    `Reckoner.elapsed` gives."""
    first, last = start.astimezone(calendar.tz).date(), end.astimezone(calendar.tz).date()
    begin, until = to_ms(start), to_ms(end)
    stopped = [(opens, until if closes is None else closes) for opens, closes in union(pauses, begin)]
    spans_of = DaySpans(calendar)
    before = spans_of.closing(first.toordinal() - 2)
    for ordinal in range(first.toordinal() - 1, last.toordinal() + 1):
        spans, before = added(spans_of(ordinal), before)
        inside = [cut for span in spans if (cut := (max(span[0], begin), min(span[1], until)))[0] < cut[1]]
        if ordinal < first.toordinal() and not inside:
            continue
        day = date.fromordinal(ordinal)
        worked, paused = _parted(inside, stopped)
        yield Account(
            day,
            _standing(calendar, day),
            calendar.holidays.get(day, {}),
            tuple((from_ms(opens), from_ms(closes)) for opens, closes in worked),
            tuple((from_ms(opens), from_ms(closes)) for opens, closes in paused),
            calendar.is_known(day),
        )


def _standing(calendar: Calendar, day: date) -> Standing:
    match calendar.kind(day):
        case "own":
            return "make_up" if day in calendar.make_up else "own"
        case "holiday":
            return "holiday"
    return "workday" if calendar.is_workday(day) else "rest"


def _parted(spans: list[Span], stopped: list[Span]) -> tuple[list[Span], list[Span]]:
    """The parts of `spans` outside the pauses, and those inside; both in order."""
    worked: list[Span] = []
    paused: list[Span] = []
    for opens, closes in spans:
        at = opens
        for pause, goes_on in stopped:
            begins, ends = max(pause, at), min(goes_on, closes)
            if begins >= ends:
                continue
            if at < begins:
                worked.append((at, begins))
            paused.append((begins, ends))
            at = ends
        if at < closes:
            worked.append((at, closes))
    return worked, paused
