"""Counted time in lines: a date each, with what was worked on it, or why not."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from sop_engine.console.names import span
from sop_engine.console.text import padded, width
from sop_engine.messages import Message, msg, say
from sop_engine.worktime import Account, Calendar
from sop_engine.worktime.calendars import MINUTES_A_DAY, Hours

WEEKDAYS: Final = (msg("Mon"), msg("Tue"), msg("Wed"), msg("Thu"), msg("Fri"), msg("Sat"), msg("Sun"))
STANDING: Final = {
    "make_up": msg("make-up workday"),
    "own": msg("hours of its own"),
    "rest": msg("rest day"),
    "holiday": msg("holiday"),
}


def weekday(number: int) -> Message:
    """The weekday's name, Monday 0."""
    return WEEKDAYS[number]


def hours_text(hours: Hours) -> Any:
    """`08:30-12:00 13:30-17:30`, or that it is closed."""
    return " ".join(f"{_clock(shift.opens)}-{_clock(shift.closes)}" for shift in hours) or msg("no work")


def _clock(minutes: int) -> str:
    shown = minutes if minutes <= MINUTES_A_DAY else minutes - MINUTES_A_DAY
    return f"{shown // 60:02}:{shown % 60:02}"


def account_lines(found: Iterable[Account], calendar: Calendar, language: str, whole: bool = False) -> Iterator[str]:
    """The account in lines. Dates on which nothing counted for one reason stand in one line, unless it is the `whole`
    calendar that is looked at."""
    waiting: list[Account] = []
    for each in found:
        if waiting and (
            whole or each.worked or each.paused or _reason(each, language) != _reason(waiting[0], language)
        ):
            yield _line(waiting, calendar, language)
            waiting = []
        waiting.append(each)
        if each.worked or each.paused:
            yield _line(waiting, calendar, language)
            waiting = []
    if waiting:
        yield _line(waiting, calendar, language)


def _line(days: list[Account], calendar: Calendar, language: str) -> str:
    first, last = days[0], days[-1]
    dates = f"{first.day:%m-%d} {say(weekday(first.day.weekday()), language)}"
    if len(days) > 1:
        dates += f" – {last.day:%m-%d} {say(weekday(last.day.weekday()), language)}"
    parts = [_spans(first.worked, calendar)] if first.worked else []
    if first.paused:
        parts.append(say(msg("paused {spans}", spans=_spans(first.paused, calendar)), language))
    if reason := _reason(first, language):
        parts.append(reason)
    if not first.known:
        parts.append(say(msg("provisional"), language))
    if first.worked:
        parts.append(f"= {say(span(first.counted), language)}")
    return f"{padded(dates, max(22, width(dates)))}  {'  '.join(parts)}".rstrip()


def _reason(day: Account, language: str) -> str:
    if day.standing == "workday":
        return "" if day.worked or day.paused else say(msg("outside working hours"), language)
    if day.name:
        return say(day.name, language)
    return say(STANDING[day.standing], language)


def _spans(spans: Iterable[tuple[datetime, datetime]], calendar: Calendar) -> str:
    return " ".join(
        f"{opens.astimezone(calendar.tz):%H:%M}-{_end(closes.astimezone(calendar.tz))}" for opens, closes in spans
    )


def _end(local: datetime) -> str:
    """When a span ends, midnight being the end of its day."""
    return "24:00" if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"
