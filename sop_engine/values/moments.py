"""Dates, times, date-times and intervals as people say them.

| written | means |
|---|---|
| `2026-11-22` `2026/11/22` `20261122` `2026年11月22日` | the date |
| `11-22` `11/22` `11月22日` | the nearest such date, half a year either way |
| `今天 明天 后天 大后天 昨天 前天`, `today tomorrow yesterday` | from today in the site's zone |
| `周五` `星期五`, `friday` | the next such day, today included |
| `本周五` `这周五` `下周五` `下下周五` `上周五`, `this friday` `next friday` `last friday` | that day of this week, the next, the one after it, the last; weeks begin on Monday |
| `明早` `今晚` ... | `明天早上`, `今天晚上` ... |
| `18:30` `18：30` `18点` `18点半` `下午3点` `3:30 pm` | the time of day |
| `明天 14:00` `14:00` (today) `现在` `now` `2026-11-22T14:00+08:00` | the instant; without offset in the site's zone |
| `今天 14:00-16:00` `14:00 到 16:00` | an interval in one day |
| `2026-11-22 22:00 - 2026-11-23 02:00` `22:00-次日02:00` | an interval that crosses midnight |
| `明天上午` `tomorrow morning` | the part of that day, by the table `PARTS_OF_DAY` |
"""  # noqa: E501  a table's row is one line

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from sop_engine.messages import msg
from sop_engine.values.problems import ValueProblem
from sop_engine.values.texts import fold
from sop_engine.worktime import NotADuration, add, at_wall_time, on_day, parse_duration

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2999
PARTS_OF_DAY: Final[Mapping[str, tuple[str, str]]] = {
    "上午": ("09:00", "12:00"), "早上": ("09:00", "12:00"), "morning": ("09:00", "12:00"),
    "中午": ("12:00", "13:00"), "noon": ("12:00", "13:00"),
    "下午": ("13:00", "18:00"), "afternoon": ("13:00", "18:00"),
    "晚上": ("18:00", "21:00"), "傍晚": ("18:00", "21:00"), "evening": ("18:00", "21:00"),
    "全天": ("09:00", "18:00"), "all day": ("09:00", "18:00"),
}  # fmt: skip
_DAYS: Final[Mapping[str, int]] = {
    "今天": 0, "今日": 0, "当天": 0, "today": 0, "明天": 1, "明日": 1, "tomorrow": 1, "后天": 2, "大后天": 3,
    "昨天": -1, "昨日": -1, "yesterday": -1, "前天": -2,
}  # fmt: skip
# patterns are texts, which `re` compiles at first use and keeps: most commands read no value from a keyboard
_NOW: Final = frozenset({"now", "现在", "此刻", "刚才", "刚刚"})
_FULL_DATE: Final = r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]?|(\d{2})(\d{2}))"
_SHORT_DATE: Final = r"(\d{1,2})[-/](\d{1,2})|(\d{1,2})月(\d{1,2})[日号]?"
_TIME: Final = (
    r"(?P<early>凌晨|清晨|早上|上午)?(?P<late>中午|下午|傍晚|晚上)? ?(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})(?::00(?:\.0+)?)?|[点时](?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<spoken>\d{1,2})分?)?)?"
    r" ?(?P<half_day>am|pm)?"
)
_LATE: Final = "中午|下午|傍晚|晚上"
"""said once, it holds for both ends: 下午2点-4点"""
_ISO: Final = r"(?i)\d{4}-\d\d-\d\d[ t]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(z|[+-]\d\d:?\d\d)"
_TO_THE_SECOND: Final = r"(?i)\d{4}-\d\d-\d\d[ t]\d\d:\d\d:\d\d(\.\d{1,6})?"
_UNTIL: Final = r" ?(?:--|~|至|到|/| to | until ) ?| - |-(?=[^-]*[:点时][^-]*$)|-(?=次日|第二天)"
_DATE_FIRST: Final = (
    r"\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)|(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]?"
    r"|\d{8}(?!\d)|\d{1,2}[-/]\d{1,2}(?![\d:点时])"
)
_DAY_WORDS: Final = tuple(sorted(_DAYS, key=len, reverse=True))
_WEEKDAYS: Final[Mapping[str, int]] = {
    **{f"{week}{day}": rank for week in ("周", "星期") for rank, day in enumerate("一二三四五六日")},
    **{day: rank for rank, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
}
_WEEKDAY_WORDS: Final = tuple(_WEEKDAYS)
_DAY_OF_WEEK: Final = (
    r"(?:(?P<week>上|本|这|下下|下)个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])"
    r"|(?:(?P<said>last|this|next) )?(?P<name>mon|tues|wednes|thurs|fri|satur|sun)day(?![a-z])"
)
_WEEKS: Final[Mapping[str, int]] = {"上": -1, "本": 0, "这": 0, "下": 1, "下下": 2, "last": -1, "this": 0, "next": 1}
_SHORTENED: Final[Mapping[str, str]] = {
    f"{day}{part}": f"{day}天{whole}"
    for day in "今明昨"
    for part, whole in (("早", "早上"), ("晨", "早上"), ("晚", "晚上"))
}


def in_calendar(day: date) -> bool:
    """Whether a date or date-time lies in the years that fields may hold."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def read_date(text: str, today: date) -> date:
    """The date that `text` says. Raises `ValueProblem`."""
    day, rest = _split(fold(text).lower(), today)
    if day is None or rest or not text.strip():
        raise ValueProblem(msg("{text} is no date; write {example}, 11-22 or 明天", text=text[:40], example=today))
    return day


def read_time(text: str) -> time:
    """The time of day that `text` says. Raises `ValueProblem`."""
    moment = _time(fold(text).lower())
    if moment is None or moment == (24, 0):
        raise ValueProblem(msg("{text} is no time of day; write one such as 18:30", text=text[:40]))
    return time(*moment)


def read_instant(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The instant that `text` says, in UTC, cut to milliseconds. Raises `ValueProblem`."""
    folded = fold(text).lower()
    instant: datetime | None = None
    if folded in _NOW:
        instant = now
    elif re.fullmatch(_ISO, folded):
        instant = _iso(folded)
    elif (wall := _wall(folded, now.astimezone(zone).date())) is not None:
        instant = at_wall_time(wall, zone)
    elif re.fullmatch(_TO_THE_SECOND, folded):
        instant = _iso(folded, zone)
    if instant is None or not in_calendar(instant):
        raise ValueProblem(
            msg("{text} is no date and time; write 14:00, 明天 14:00 or 2026-11-22 14:00", text=text[:60])
        )
    return instant.astimezone(UTC)


def read_until(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The instant up to which something is said to last: so long from now (`2 h`, `3 天`), the beginning of a day
    (`明天`, `2026-12-01`), or an instant. Raises `ValueProblem`."""
    try:
        return add(now, parse_duration(text), zone)
    except NotADuration:
        pass
    try:
        return on_day(read_date(text, now.astimezone(zone).date()), "00:00", zone)
    except ValueProblem:
        return read_instant(text, now, zone)


def read_interval(text: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Start and end (in UTC, start before end) of the interval that `text` says. Raises `ValueProblem`."""
    folded = fold(text).lower()
    today = now.astimezone(zone).date()
    found = _part_of_day(folded, today, zone) or _from_until(folded, now, zone)
    if found is None or not all(map(in_calendar, found)):
        raise ValueProblem(
            msg("{text} is no interval; write 2026-11-22 14:00-16:00, 今天 14:00-16:00 or 明天上午", text=text[:60])
        )
    if found[0] >= found[1]:
        raise ValueProblem(
            msg(
                "the interval {text} ends before it begins; across midnight write 2026-11-22 22:00 - 2026-11-23 02:00",
                text=text[:60],
            )
        )
    return found


# --- pieces --------------------------------------------------------------------------------------------------------


def _date(text: str, today: date) -> date | None:
    if text in _DAYS:
        return today + timedelta(days=_DAYS[text])
    try:
        if found := re.fullmatch(_FULL_DATE, text):
            numbers = [int(each) for each in found.group(1, 3, 4, 5, 6, 7, 8) if each]
            day = date(numbers[0], numbers[1], numbers[2])
            return day if in_calendar(day) else None
    except ValueError:
        return None
    if found := re.fullmatch(_SHORT_DATE, text):
        month, number = [int(each) for each in found.groups() if each]
        return _nearest(month, number, today)
    return None


def _nearest(month: int, number: int, today: date) -> date | None:
    near: list[date] = []
    for year in (today.year, today.year + 1, today.year - 1):
        try:
            near.append(date(year, month, number))
        except ValueError:
            continue
    return min(near, key=lambda day: abs(day - today), default=None)


def _time(text: str) -> tuple[int, int] | None:
    """Hour and minute; (24, 0) is the end of a day."""
    found = re.fullmatch(_TIME, text)
    if found is None or (found["early"] and found["late"]):
        return None
    if not (found["minute"] or found["half_day"] or "点" in text or "时" in text):
        return None
    hour = int(found["hour"])
    minute = 30 if found["half"] else {"一": 15, "三": 45}.get(found["quarter"] or "", 0)
    minute = int(found["minute"] or found["spoken"] or minute)
    late = bool(found["late"]) or found["half_day"] == "pm"
    if found["late"] == "中午" and hour == 11:
        late = False
    if (late or found["half_day"]) and hour > 12 and not found["late"]:
        return None
    if late and hour < 12:
        hour += 12
    elif found["half_day"] == "am" and hour == 12:
        hour = 0
    if (hour, minute) == (24, 0) or (hour < 24 and minute < 60):
        return hour, minute
    return None


def _iso(text: str, zone: tzinfo | None = None) -> datetime | None:
    """An instant with an offset, or by the clock of `zone`."""
    try:
        instant = datetime.fromisoformat(text.upper())
        if not in_calendar(instant):
            return None
        return instant.astimezone(UTC) if zone is None else at_wall_time(instant, zone)
    except (ValueError, OverflowError):
        return None


def _split(text: str, today: date) -> tuple[date | None, str]:
    """The day that a text begins with (None where it says one that does not exist), and the rest. Without a day it is
    today. A weekday behind a date must be that date's."""
    day: date | None = today
    text = _SHORTENED.get(text[:2], text[:2]) + text[2:]
    rest = text
    if found := re.match(_DAY_OF_WEEK, text):
        return _of_week(found, today), text[found.end() :].strip()
    if word := next((each for each in _DAY_WORDS if text.startswith(each)), None):
        day, rest = today + timedelta(days=_DAYS[word]), text[len(word) :].strip()
    elif found := re.match(_DATE_FIRST, text):
        day, rest = _date(found[0], today), text[found.end() :].strip()
        if rest.startswith("t") and not rest.startswith(_WEEKDAY_WORDS):
            rest = rest[1:]
    if day is not None and rest.startswith(_WEEKDAY_WORDS):
        word = next(each for each in _WEEKDAY_WORDS if rest.startswith(each))
        day = day if rest is not text and _WEEKDAYS[word] == day.weekday() else None
        rest = rest[len(word) :].strip()
    return day, rest


def _of_week(found: re.Match[str], today: date) -> date:
    """The day that a weekday means: of the week that is said, else the next such day, today included."""
    rank = "一二三四五六日".find(found["day"].replace("天", "日")) if found["day"] else -1
    if found["name"]:
        rank = _WEEKDAYS[found["name"][:3]]
    week = found["week"] or found["said"]
    if week is None:
        return today + timedelta(days=(rank - today.weekday()) % 7)
    return today + timedelta(days=rank - today.weekday() + 7 * _WEEKS[week])


def _wall(text: str, today: date) -> datetime | None:
    """The naive wall time that `text` says; a time alone is today's."""
    day, rest = _split(text, today)
    moment = _time(rest)
    if day is None or moment is None:
        return None
    hour, minute = moment
    return datetime.combine(day, time()) + timedelta(hours=hour, minutes=minute)


def _part_of_day(text: str, today: date, zone: tzinfo) -> tuple[datetime, datetime] | None:
    day, rest = _split(text, today)
    part = PARTS_OF_DAY.get(rest)
    if part is None or day is None:
        return None
    start, end = (datetime.combine(day, time.fromisoformat(each)) for each in part)
    return at_wall_time(start, zone), at_wall_time(end, zone)


def _from_until(text: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime] | None:
    today = now.astimezone(zone).date()
    for found in re.finditer(_UNTIL, text):
        first, last = text[: found.start()].strip(), text[found.end() :].strip()
        start = _iso(first) if re.fullmatch(_ISO, first) else None
        end = _iso(last) if re.fullmatch(_ISO, last) else None
        if start is not None and end is not None:
            return start, end
        wall = _wall(first, today)
        if wall is None:
            continue
        following = last.startswith(("次日", "第二天"))
        last = last.removeprefix("次日").removeprefix("第二天").strip()
        day = wall.date() + timedelta(days=1 if following else 0)
        until = _wall(last, day)
        if until is not None and until <= wall and (late := re.search(_LATE, first)):
            until = _wall(late[0] + last, day)
        if until is not None:
            return at_wall_time(wall, zone), at_wall_time(until, zone)
    return None
