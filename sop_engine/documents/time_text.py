"""Recurrences in words."""

from typing import Final

from sop_engine.documents.plain_text import joined, phrase
from sop_engine.messages import Text
from sop_engine.procedure import Every
from sop_engine.worktime import duration_text

_DAYS: Final[dict[str, Text]] = {
    "day": {"zh": "每天", "en": "every day"},
    "mon": {"zh": "每周一", "en": "every Monday"},
    "tue": {"zh": "每周二", "en": "every Tuesday"},
    "wed": {"zh": "每周三", "en": "every Wednesday"},
    "thu": {"zh": "每周四", "en": "every Thursday"},
    "fri": {"zh": "每周五", "en": "every Friday"},
    "sat": {"zh": "每周六", "en": "every Saturday"},
    "sun": {"zh": "每周日", "en": "every Sunday"},
    "last": {"zh": "每月最后一天", "en": "the last day of every month"},
}
_DAY_OF_MONTH: Final[Text] = {"zh": "每月 {n} 日", "en": "day {n} of every month"}
_DAY_OF_YEAR: Final[Text] = {"zh": "每年 {month} 月 {day} 日", "en": "every year on {month:02}-{day:02}"}
_EACH: Final[Text] = {"zh": "每 {duration}", "en": "every {duration}"}
_TIMES: Final[Text] = {"zh": "{when}，共 {n} 次", "en": "{when}, {n} times"}


def every_text(every: Every, language: str) -> str:
    """A recurrence: `每月最后一天 18:00`, `every 4 h`."""
    if every.each is not None:
        text = phrase(_EACH, language, duration=duration_text(every.each, language))
    else:
        days = joined([_day_text(each, language) for each in every.on], language)
        text = f"{days} {every.at}".strip()
    return text if every.times is None else phrase(_TIMES, language, when=text, n=every.times)


def _day_text(day: str, language: str) -> str:
    if day in _DAYS:
        return phrase(_DAYS[day], language)
    if "-" in day:
        month, _, number = day.partition("-")
        return phrase(_DAY_OF_YEAR, language, month=int(month), day=int(number))
    return phrase(_DAY_OF_MONTH, language, n=day)
