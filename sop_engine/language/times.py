"""Durations, moments and recurrences as people write them.

| what | how |
|---|---|
| a duration | `30 min`, `2 h`, `3 days`, `2 weeks`, `3 months`, `1 year` |
| | `30 分钟`, `2 小时`, `3 天`, `2 周`, `3 个月`, `1 年` |
| `after` | a duration since the state was entered (under the whole file: since the ticket was opened) |
| `at` | a field: `hold_until`, `window.start`; with an offset: `window.end + 15 min`, `move_in - 15 days` |
| | a date field at a time of that day: `hold_until 09:00`, `move_in - 15 days 09:00`; without one at 00:00 |
| `every` | again after a duration: `4 h`; each day: `day 17:30`; on weekdays: `mon thu 09:00` |
| | on days of the month: `day 1 15 09:00`, `last day 18:00`; of the year: `02-29 09:00` (the 28th in other years) |

Days, weeks, months and years are counted on the calendar, minutes and hours elapse. A timer's id is made of its words
(`after_3_days`, `at_window_end_plus_15_min`, `every_day_17_30`) unless it has a `name`.
"""

import re
from dataclasses import dataclass
from typing import Final

from sop_engine.messages import Text
from sop_engine.procedure import Duration, Every, Unit
from sop_engine.worktime.durations import MOST

UNITS: Final[dict[str, Unit]] = {
    "min": "min", "minute": "min", "minutes": "min", "分钟": "min", "分": "min",
    "h": "h", "hour": "h", "hours": "h", "小时": "h", "个小时": "h",
    "day": "day", "days": "day", "天": "day", "日": "day",
    "week": "week", "weeks": "week", "周": "week", "个星期": "week",
    "month": "month", "months": "month", "个月": "month",
    "year": "year", "years": "year", "年": "year",
}  # fmt: skip
PLURAL: Final[dict[Unit, str]] = {
    "min": "min", "h": "h", "day": "days", "week": "weeks", "month": "months", "year": "years",
}  # fmt: skip
CHINESE: Final[dict[Unit, str]] = {
    "min": "分钟", "h": "小时", "day": "天", "week": "周", "month": "个月", "year": "年",
}  # fmt: skip
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

DURATION: Final = re.compile(r"([1-9][0-9]{0,5}) ?([a-z]+|[\u4e00-\u9fff]+)\Z")
CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")
MOMENT: Final = re.compile(
    r"([a-z][a-z0-9_]*(?:\.(?:start|end))?)"
    r"(?:\s*([+-])\s*([1-9][0-9]* ?(?:[a-z]+|[\u4e00-\u9fff]+)))?"
    r"(?:\s+([0-2][0-9]:[0-5][0-9]))?\Z"
)
MONTH_DAY: Final = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z")
DAYS_IN: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def duration(text: str) -> Duration | None:
    """`30 min`, `2 h`, `3 days`, `2 weeks`, `3 months`, `1 year`, and the same in Chinese."""
    found = DURATION.match(text.strip())
    if found is None or found.group(2) not in UNITS:
        return None
    length = Duration(int(found.group(1)), UNITS[found.group(2)])
    return length if length.count <= MOST[length.unit] else None


def written(length: Duration) -> str:
    """The duration as the language writes it: `1 day`, `30 min`."""
    return f"{length.count} {length.unit if length.count == 1 else PLURAL[length.unit]}"


@dataclass(frozen=True, slots=True)
class Moment:
    """A field's time, shifted by an offset, at a time of that day."""

    field: str
    offset: Duration | None = None
    before: bool = False
    time: str = ""


def moment(text: str) -> Moment | None:
    """`hold_until`, `hold_until 09:00`, `window.end + 15 min`, `move_in - 15 days 09:00`."""
    found = MOMENT.match(text.strip())
    if found is None:
        return None
    name, sign, length, time = found.groups()
    offset = duration(length) if length else None
    if (length and offset is None) or (time and not CLOCK.match(time)):
        return None
    return Moment(name, offset, sign == "-", time or "")


def recurrence(text: str) -> Every | None:
    """`4 h`, `day 17:30`, `mon thu 09:00`; of the month `day 1 15 09:00`, `last day 18:00`; yearly `02-29 09:00`."""
    if (each := duration(text)) is not None:
        return Every(each=each)
    *days, time = text.split() or [""]
    if not CLOCK.match(time):
        return None
    match days:
        case ["day"]:
            return Every(on=("day",), at=time)
        case ["last", "day"]:
            return Every(on=("last",), at=time)
        case ["day", *numbers] if all(re.match(r"[1-9]\Z|[12][0-9]\Z|3[01]\Z", each) for each in numbers):
            return Every(on=tuple(numbers), at=time)
        case [_, *_] if all(each in WEEKDAYS for each in days) or all(_month_day(each) for each in days):
            return Every(on=tuple(days), at=time)
    return None


def _month_day(text: str) -> bool:
    found = MONTH_DAY.match(text)
    return found is not None and int(found.group(2)) <= DAYS_IN[int(found.group(1)) - 1]


# --- names of timers -------------------------------------------------------------------------------------------------


def identifier(kind: str, text: str) -> str:
    """A readable id made of a timer's own words: `after_3_days`, `at_window_end_plus_15_min`, `every_day_17_30`."""
    words = text.replace(" + ", " plus ").replace(" - ", " minus ")
    return f"{kind}_{re.sub(r'[^a-z0-9]+', '_', words).strip('_')}"


def moment_text(when: Moment) -> str:
    """The moment in the language's own spelling, whatever spaces or language it was written in."""
    offset = f" {'-' if when.before else '+'} {written(when.offset)}" if when.offset else ""
    return f"{when.field}{offset}{' ' + when.time if when.time else ''}"


def every_text(every: Every) -> str:
    if every.each is not None:
        return written(every.each)
    days = " ".join(every.on)
    if every.on == ("last",):
        days = "last day"
    elif every.on[0].isdigit():
        days = f"day {days}"
    return f"{days} {every.at}"


def after_title(length: Duration) -> Text:
    return {"en": f"after {written(length)}", "zh": f"{length.count} {CHINESE[length.unit]}后"}


def at_title(when: Moment, field: Text) -> Text:
    """`field` is the title of the field that the time comes from."""
    titles = {}
    for language in ("en", "zh"):
        name = field.get(language) or field.get("und") or next(iter(field.values()), when.field)
        if when.offset is None:
            titles[language] = f"at {name}" if language == "en" else f"{name}到时"
        elif language == "en":
            titles[language] = f"{written(when.offset)} {'before' if when.before else 'after'} {name}"
        else:
            titles[language] = f"{name}{'前' if when.before else '后'} {when.offset.count} {CHINESE[when.offset.unit]}"
    return titles


WEEKDAYS_ZH: Final = dict(zip(WEEKDAYS, "一二三四五六日", strict=True))


def every_title(every: Every) -> Text:
    if every.each is not None:
        return {"en": f"every {written(every.each)}", "zh": f"每 {every.each.count} {CHINESE[every.each.unit]}"}
    first = every.on[0]
    if first == "day":
        chinese = "每天"
    elif first == "last":
        chinese = "每月最后一天"
    elif first in WEEKDAYS_ZH:
        chinese = "每周" + "、".join(WEEKDAYS_ZH[each] for each in every.on)
    elif first.isdigit():
        chinese = f"每月 {'、'.join(every.on)} 日"
    else:
        chinese = f"每年 {'、'.join(every.on)}"
    return {"en": f"every {every_text(every)}", "zh": f"{chinese} {every.at}"}
