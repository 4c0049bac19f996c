"""Durations: how they are written, and how they are said.

| written | means |
|---|---|
| `30 min`, `30 minutes`, `30 分钟`, `半小时`, `三十分钟` | minutes elapsed |
| `2 h`, `2 hours`, `2 小时`, `1.5 h`, `1 h 30 min` | hours elapsed (in minutes where they are not whole) |
| `3 days`, `3 天`, `1 week`, `两周`, `3 months`, `3 个月`, `1 year`, `1 年` | calendar units on the wall clock |
"""

import re
import unicodedata
from decimal import Decimal
from typing import Final, Literal

from sop_engine.lean import dataclass
from sop_engine.messages import Message, msg, say

Unit = Literal["min", "h", "day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Duration:
    """`count` minutes or hours elapsed, or days to years on the wall clock of the site's zone."""

    count: int
    unit: Unit


class NotADuration(ValueError):
    """The text is no duration; `message` says why and how one is written."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


LONGEST_YEARS: Final = 100
MOST: Final[dict[Unit, int]] = {
    "min": LONGEST_YEARS * 366 * 1440,
    "h": LONGEST_YEARS * 366 * 24,
    "day": LONGEST_YEARS * 366,
    "week": LONGEST_YEARS * 53,
    "month": LONGEST_YEARS * 12,
    "year": LONGEST_YEARS,
}
"""how many of each unit are a duration at most: every time that is counted from a date in use is one, then"""
_WORDS: Final[dict[str, Unit]] = {
    "min": "min", "mins": "min", "minute": "min", "minutes": "min", "分钟": "min", "分": "min",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "小时": "h", "钟头": "h",
    "d": "day", "day": "day", "days": "day", "天": "day", "日": "day",
    "w": "week", "week": "week", "weeks": "week", "周": "week", "星期": "week", "礼拜": "week",
    "month": "month", "months": "month", "个月": "month",
    "y": "year", "year": "year", "years": "year", "年": "year",
}  # fmt: skip
_WORKING: Final = ("工作日", "工作小时", "工作时", "workday", "working day", "working hour", "business day")
_DIGITS: Final = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_PIECE: Final = r"(?P<count>\d{1,9}(?:\.\d{1,3})?|[零一二两三四五六七八九十半]{1,4})\s*(?P<unit>[a-z]+|[一-鿿]{1,3})\s*"


def parse_duration(text: str) -> Duration:
    """The duration that `text` says, in zh or en, with full-width characters folded. Raises `NotADuration`."""
    folded = unicodedata.normalize("NFKC", text[:80]).strip().lower()
    if any(word in folded for word in _WORKING):
        raise NotADuration(
            msg(
                "{text} counts working time, and what stands here runs on the clock; write 24 h or 1 day",
                text=text[:80],
            )
        )
    pieces: list[tuple[Decimal, Unit]] = []
    position = 0
    while len(text) <= 80 and (found := re.match(_PIECE, folded[position:])):
        count = _count(found["count"])
        unit = _WORDS.get(found["unit"]) or _WORDS.get(found["unit"].removeprefix("个"))
        if count is None or unit is None:
            break
        pieces.append((count, unit))
        position += found.end()
    if not pieces or position != len(folded):
        raise NotADuration(
            msg("{text} is no duration; write 30 min, 2 h, 3 days, 1 week, 3 months or 1 year", text=text[:80])
        )
    return _joined(pieces, text)


def _joined(pieces: list[tuple[Decimal, Unit]], text: str) -> Duration:
    """One duration of the pieces: a single whole one as it stands, hours and minutes together in minutes."""
    count, unit = pieces[0]
    if len(pieces) == 1 and _is_whole(count):
        whole = Duration(int(count), unit)
    elif [each for _count, each in pieces] in (["h"], ["min"], ["h", "min"]):
        minutes = sum((number * (60 if each == "h" else 1) for number, each in pieces), Decimal(0))
        if not _is_whole(minutes):
            raise NotADuration(msg("{text} is no whole number of minutes", text=text))
        whole = Duration(int(minutes), "min")
    else:
        raise NotADuration(msg("{text}: only hours can be parted or stand with minutes, as in 1 h 30 min", text=text))
    if whole.count > MOST[whole.unit]:
        raise NotADuration(msg("{text} is longer than {most} years", text=text, most=LONGEST_YEARS))
    return whole


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


def _count(text: str) -> Decimal | None:
    """A number in digits or in Chinese numerals up to 99; `半` is a half."""
    if text[0].isdigit():
        return Decimal(text)
    if text == "半":
        return Decimal("0.5")
    tens, ten, ones = text.partition("十")
    if not ten:
        return Decimal(_DIGITS[text]) if text in _DIGITS else None
    if (tens and tens not in _DIGITS) or (ones and ones not in _DIGITS):
        return None
    return Decimal((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))


def duration_text(duration: Duration, language: str) -> str:
    """The duration in words: `30 min`, `3 days`; in Chinese `30 分钟`, `3 个月`. `parse_duration` reads it back."""
    count = duration.count
    match duration.unit:
        case "min":
            words = msg("{count} min", count=count)
        case "h":
            words = msg("{count} h", count=count)
        case "day":
            words = msg("1 day") if count == 1 else msg("{count} days", count=count)
        case "week":
            words = msg("1 week") if count == 1 else msg("{count} weeks", count=count)
        case "month":
            words = msg("1 month") if count == 1 else msg("{count} months", count=count)
        case "year":
            words = msg("1 year") if count == 1 else msg("{count} years", count=count)
    return say(words, language)
