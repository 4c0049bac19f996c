"""Allowances: how much time a promise gives, and how that is written.

| written | means | counts |
|---|---|---|
| `4 h`, `30 分钟`, `8 工作小时` | so much working time of the calendar | working time |
| `24 h clock`, `24 小时 自然时间` | so much time on the clock | every minute |
| `1 workday`, `7 个工作日` | the close of the n-th workday after the day on which it starts | working time |
| `1 workday same time`, `1 个工作日 同一时刻` | the same wall time on the n-th workday | working time |
| `2 day lengths`, `2 个班时` | so many times the length of the calendar's own working day | working time |
| `3 days`, `2 周`, `3 个月`, `1 年` | the close of that date; of a date without work its midnight | every minute |
| `3 days same time`, `3 个月 同一时刻` | the same wall time on that date | every minute |
| `end of workday`, `当日下班前` | the close of the workday; after it, of the next | working time |

The last column says what a pause takes away, and what is said to remain.
"""

import re
import unicodedata
from typing import Final, Literal

from sop_engine.lean import dataclass
from sop_engine.messages import Message, msg, say
from sop_engine.worktime.durations import LONGEST_YEARS, Duration, NotADuration, duration_text, parse_duration

AllowanceUnit = Literal["min", "h", "day", "week", "month", "year", "workday", "day_length"]
Ending = Literal["", "clock", "same_time"]


@dataclass(frozen=True, slots=True)
class Allowance:
    """`count` of `unit`. Minutes and hours are working time, or with `clock` time on the clock; days, workdays, weeks,
    months and years end at a close, or with `same_time` at the wall time at which they began. No workdays at all (0)
    is the end of the workday itself."""

    count: int
    unit: AllowanceUnit
    ending: Ending = ""

    @property
    def counts_clock(self) -> bool:
        """Whether every minute counts, rather than working time only."""
        return self.ending == "clock" or self.unit in {"day", "week", "month", "year"}


END_OF_WORKDAY: Final = Allowance(0, "workday")
_END_OF_WORKDAY: Final = frozenset(
    {
        "end of workday",
        "end of the workday",
        "end of working day",
        "当日下班前",
        "当天下班前",
        "下班前",
        "当日内",
        "当日下班",
    }
)
_ENDINGS: Final[tuple[tuple[str, Ending], ...]] = (
    (r"\s*\(?(?:on the clock|clock time|clock|自然时间|自然时)\)?$", "clock"),
    (r"\s*\(?(?:at the same time|same time|同一时刻|同时刻|同一时间)\)?$", "same_time"),
)
_WORKDAYS: Final = re.compile(r"(?P<count>.+?)\s*个?(?:workdays?|working days?|business days?|工作日)$")
_LENGTHS: Final = re.compile(r"(?P<count>.+?)\s*个?(?:day lengths?|班时)$")
_WORKING: Final = re.compile(r"(?:\bworking |\bbusiness |工作(?=小时|分钟)|工作(?=时$))")
_NUMERALS: Final = re.compile(r"[零一二两三四五六七八九十半]")
_MOST_DAYS: Final = LONGEST_YEARS * 366


def parse_allowance(text: str) -> Allowance:
    """The allowance that `text` says, in zh or en, with full-width characters folded. Raises `NotADuration`."""
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text[:80])).strip().lower()
    if folded in _END_OF_WORKDAY:
        return END_OF_WORKDAY
    ending: Ending = ""
    for pattern, name in _ENDINGS:
        shorter = re.sub(pattern, "", folded)
        if shorter != folded:
            folded, ending = shorter, name
            break
    for form, unit in ((_WORKDAYS, "workday"), (_LENGTHS, "day_length")):
        if found := form.match(folded):
            return _of_days(found["count"], "workday" if unit == "workday" else "day_length", ending, text)
    duration = parse_duration(_WORKING.sub("", folded) if ending != "clock" else folded)
    _refuse_ending(duration, ending, text)
    return Allowance(duration.count, duration.unit, ending)


def is_in_figures(text: str) -> bool:
    """Whether an allowance is written in figures: `10 分钟`, not `十分钟`, which nobody finds who looks for 10."""
    return not _NUMERALS.search(text.replace("同一", ""))


def _of_days(count: str, unit: Literal["workday", "day_length"], ending: Ending, text: str) -> Allowance:
    """So many workdays or lengths of one; the number is read as one of days is."""
    try:
        days = parse_duration(f"{count} 天")
    except NotADuration:
        raise NotADuration(
            msg("{text} is no number of workdays; write 1 workday, 7 workdays or 3 个工作日", text=text[:80])
        ) from None
    if days.count < 1 or days.count > _MOST_DAYS:
        raise NotADuration(msg("{text}: write 1 workday or more, or end of workday", text=text[:80]))
    if ending == "clock" or (ending and unit == "day_length"):
        raise NotADuration(msg("{text}: workdays are no time on the clock", text=text[:80]))
    return Allowance(days.count, unit, ending)


def _refuse_ending(duration: Duration, ending: Ending, text: str) -> None:
    elapsed = duration.unit in {"min", "h"}
    if ending == "clock" and not elapsed:
        raise NotADuration(msg("{text}: only minutes and hours run on the clock; days are days", text=text[:80]))
    if ending == "same_time" and elapsed:
        raise NotADuration(msg("{text}: only days to years end at the same time", text=text[:80]))


def allowance_text(allowance: Allowance, language: str) -> str:
    """The allowance in words: `4 h`, `1 workday`, `24 h clock`; in Chinese `1 个工作日`. `parse_allowance` reads it
    back."""
    return say(allowance_message(allowance, language), language)


def allowance_message(allowance: Allowance, language: str) -> Message:
    count = allowance.count
    if allowance == END_OF_WORKDAY:
        return msg("end of workday")
    match allowance.unit:
        case "workday":
            words = msg("1 workday") if count == 1 else msg("{count} workdays", count=count)
        case "day_length":
            words = msg("1 day length") if count == 1 else msg("{count} day lengths", count=count)
        case unit:
            words = msg("{duration}", duration=duration_text(Duration(count, unit), language))
    match allowance.ending:
        case "clock":
            return msg("{duration} clock", duration=say(words, language))
        case "same_time":
            return msg("{duration} same time", duration=say(words, language))
    return words
