"""A year's notice from where it is published: the package `chinesecalendar`, an ICS file, or a table of dates.

Each source gives what it says of single days. An ICS file is read as RFC 5545 writes it, as far as calendars of
holidays go: events of whole days, in folded lines, that do not repeat.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from sop_engine.errors import NotFound, NotUnderstood, SetUp
from sop_engine.messages import Message, msg
from sop_engine.store.files import read_named
from sop_engine.values import fold
from sop_engine.worktime.calendars import days_of
from sop_engine.worktime.notices import Day, DayKind, Entry, entries_of, feast

PACKAGE: Final = "chinesecalendar"
MOST_BYTES: Final = 1 << 20
MOST_EVENTS: Final = 5_000
LONGEST_DAYS: Final = 60
"""of one event, or from one year into the next"""
MOST_TOLD: Final = 10
"""faults of a file that are told at once"""
_DATE: Final = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))")
_WORKED: Final = re.compile(r"班")
"""补班, 上班, （班）: a day off that is worked"""
_BESIDE: Final = re.compile(
    r"[（(【\[][^）)】\]]*[）)】\]]|第\s*\d+\s*天(\s*/\s*共\s*\d+\s*天)?|调休|补班|上班|加班|放假|假期|休假|节假日|[休班]$"
)
"""what stands in an event's summary beside the holiday's name"""
_KINDS: Final[dict[str, DayKind]] = {
    **dict.fromkeys(("holiday", "off", "休", "假", "休息", "放假", "假日", "节假日"), "holiday"),
    **dict.fromkeys(("workday", "work", "班", "上班", "补班", "调休上班", "工作日"), "workday"),
}
_HEADS: Final = frozenset({"date", "day", "日期"})


def notice_of(source: str, year: int) -> list[Entry]:
    """The holidays of `year`, with the days that make up for them, in order. Raises `SetUp` where the package is not
    installed, `NotFound` where the source says nothing of that year or there is no such file, and `NotUnderstood`."""
    if source == PACKAGE:
        days = _of_package(year)
    else:
        path = Path(source)
        data = read_named(path, MOST_BYTES)
        days = _of_ics(data, source) if path.suffix.lower() in {".ics", ".ical"} else _of_table(data, source)
    try:
        entries = entries_of(days, year)
    except ValueError:
        raise NotUnderstood(
            msg("{source} has days that are worked instead, and no holiday that they make up for", source=source),
            where=source,
        ) from None
    if not entries:
        raise NotFound(
            msg("{source} says nothing of {year}", source=source, year=year),
            where=source,
            fix=msg("look which years it has, and give another file, or another --year"),
        )
    return entries


# --- the package -----------------------------------------------------------------------------------------------------


def _of_package(year: int) -> dict[date, Day]:
    """The year and its neighbours' nearest days, as far as the package knows them."""
    package = _package()
    first, last = date(year, 1, 1), date(year, 12, 31)
    try:
        package.get_holiday_detail(first)
    except NotImplementedError:
        years = {day.year for day in package.constants.holidays}
        raise NotFound(
            msg("the package {package} knows the years {first} to {last}, and not {year}",
                package=PACKAGE, first=min(years), last=max(years), year=year),
            fix=msg("when the notice is out: pip install --upgrade {package}; or give it as a file: --from FILE",
                    package=PACKAGE),
        ) from None  # fmt: skip
    near = timedelta(days=LONGEST_DAYS)
    found: dict[date, Day] = {}
    weekend: set[date] = set()
    for day in days_of(first - near, last + near):
        try:
            free, name = package.get_holiday_detail(day)
        except NotImplementedError:
            continue  # the year before, or after, is not known
        if name is not None:
            found[day] = Day("holiday" if free else "workday", _one_name(str(getattr(name, "value", name))))
        elif free:
            weekend.add(day)
    _join_weekends(found, weekend)
    return found


def _join_weekends(days: dict[date, Day], weekend: set[date]) -> None:
    """Let weekends that a holiday touches belong to it, as the notices say ("与周末连休"); the package leaves them
    out."""
    for day in sorted(day for day, each in days.items() if each.kind == "holiday"):
        for step in (-1, 1):
            beside = day + timedelta(days=step)
            while beside in weekend and beside not in days:
                days[beside] = days[day]
                beside += timedelta(days=step)


def _package() -> Any:
    try:
        import chinese_calendar
    except ImportError:
        raise SetUp(
            msg("the package {package} is not installed", package=PACKAGE),
            fix=msg("install it: pip install 'sop-engine[calendars]'; or give the notice as a file: --from FILE"),
        ) from None
    return chinese_calendar


# --- ICS -------------------------------------------------------------------------------------------------------------


def _of_ics(data: bytes, source: str) -> dict[date, Day]:
    days = _Days(source)
    events = 0
    for number, event in _events(data, source):
        events += 1
        if events > MOST_EVENTS:
            raise NotUnderstood(msg("{source} has more than {most} events", source=source, most=MOST_EVENTS))
        if event.get("STATUS", ("", ""))[1].upper() == "CANCELLED":
            continue
        summary = _unescaped(event.get("SUMMARY", ("", ""))[1])
        span = _span(event)
        if isinstance(span, Message):
            days.fault(number, span)
            continue
        kind: DayKind = "workday" if _WORKED.search(summary) else "holiday"
        for day in days_of(*span):
            days.put(number, day, kind, _BESIDE.sub("", summary))
    return days.whole()


def _events(data: bytes, source: str) -> Iterator[tuple[int, dict[str, tuple[str, str]]]]:
    """(line of its beginning, property -> (parameters, value)) of each event."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotUnderstood(msg("{path} is no UTF-8 text", path=source), where=source) from None
    event: dict[str, tuple[str, str]] | None = None
    begun = within = 0
    lines = _unfolded(text)
    if not any(line.upper() == "BEGIN:VCALENDAR" for _number, line in lines):
        raise NotUnderstood(msg("{source} is no calendar: there is no BEGIN:VCALENDAR", source=source), where=source)
    for number, line in lines:
        head, colon, value = _parted(line)
        name, _semicolon, parameters = head.partition(";")
        match name.upper(), value.upper():
            case "BEGIN", "VEVENT":
                event, begun, within = {}, number, 0
            case "END", "VEVENT" if event is not None:
                yield begun, event
                event = None
            case ("BEGIN" | "END") as mark, _other:
                within += 1 if mark == "BEGIN" else -1  # an alarm inside an event has properties of its own
            case _ if event is not None and colon and within <= 0:
                event.setdefault(name.upper(), (parameters.upper(), value))
    if event is not None:
        raise NotUnderstood(
            msg("{source}: the event that begins in line {line} does not end", source=source, line=begun), where=source
        )


def _unfolded(text: str) -> list[tuple[int, str]]:
    """The lines with the numbers on which they begin; one that begins with a space goes on with the one before."""
    found: list[tuple[int, list[str]]] = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if line[:1] in {" ", "\t"} and found:
            found[-1][1].append(line[1:])
        elif line:
            found.append((number, [line]))
    return [(number, "".join(pieces)) for number, pieces in found]


def _parted(line: str) -> tuple[str, str, str]:
    """Name with parameters, colon, value: the colon is the first that does not stand in quotes."""
    quoted = False
    for place, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif letter == ":" and not quoted:
            return line[:place], ":", line[place + 1 :].strip()
    return line, "", ""


def _span(event: dict[str, tuple[str, str]]) -> tuple[date, date] | Message:
    """The first and the last day of an event, or what is wrong with it. Its end is the day after the last."""
    if "RRULE" in event or "RDATE" in event:
        return msg("an event that repeats; give each year's days by themselves")
    if "DTSTART" not in event:
        return msg("an event without DTSTART")
    first = _whole_day(*event["DTSTART"])
    if first is None:
        return msg("`{text}` is no whole day; write DTSTART;VALUE=DATE:20270101", text=event["DTSTART"][1][:40])
    if "DURATION" in event:
        days = re.fullmatch(r"P(\d{1,3})D", event["DURATION"][1].upper())
        after = first + timedelta(days=int(days[1])) if days else None
    else:
        after = _whole_day(*event["DTEND"]) if "DTEND" in event else first + timedelta(days=1)
    if after is None:
        return msg("an event whose end is no whole day")
    if after == first:
        after += timedelta(days=1)  # some write the last day itself
    if not first < after <= first + timedelta(days=LONGEST_DAYS):
        return msg("an event from {first} to {last}, which is not between 1 and {most} days",
                   first=str(first), last=str(after), most=LONGEST_DAYS)  # fmt: skip
    return first, after - timedelta(days=1)


def _whole_day(parameters: str, value: str) -> date | None:
    if not re.fullmatch(r"\d{8}", value) or ("VALUE=" in parameters and "VALUE=DATE" not in parameters.split(";")):
        return None
    return _date(value)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\\;,nN])", lambda found: " " if found[1] in "nN" else found[1], text)


# --- a table ---------------------------------------------------------------------------------------------------------


def _of_table(data: bytes, source: str) -> dict[date, Day]:
    """Lines of date, name and kind, with commas, semicolons or tabs between, as a spreadsheet saves them."""
    text = _table_text(data, source)
    first = text.partition("\n")[0]
    mark = max("\t;,", key=first.count)
    days = _Days(source)
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=mark))
    except csv.Error:
        raise NotUnderstood(msg("{path} is no table of dates", path=source), where=source) from None
    for number, row in enumerate(rows, 1):
        cells = [fold(cell).strip() for cell in row] + [""] * 3
        if not any(cells) or (number == 1 and cells[0].casefold() in _HEADS):
            continue
        day, kind = _date(cells[0]), _KINDS.get(cells[2].casefold())
        if day is None:
            days.fault(number, msg("`{text}` is no date", text=cells[0][:30]))
        elif kind is None:
            days.fault(
                number, msg("`{text}` is no kind of day: write holiday or workday, 休 or 班", text=cells[2][:30])
            )
        else:
            days.put(number, day, kind, cells[1])
    return days.whole()


def _table_text(data: bytes, source: str) -> str:
    """As a spreadsheet saves it: in UTF-8, or in the encoding of Chinese systems."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("，", ",")
    raise NotUnderstood(
        msg("{path} is no table of dates", path=source),
        where=source,
        fix=msg("its lines are like this: 2027-01-01,元旦,holiday"),
    )


# --- days ------------------------------------------------------------------------------------------------------------


class _Days:
    """Days as a file says them, and what is wrong with it."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._days: dict[date, Day] = {}
        self._faults: list[Message] = []

    def fault(self, line: int, what: Message) -> None:
        self._faults.append(msg("line {line}: {what}", line=line, what=what))

    def put(self, line: int, day: date, kind: DayKind, name: str) -> None:
        """Keep what is said of a day; the first name stays where several holidays fall on it."""
        standing = self._days.setdefault(day, Day(kind, _one_name(name)))
        if standing.kind != kind:
            self.fault(line, msg("{day} is free, and worked at the same time", day=str(day)))

    def whole(self) -> dict[date, Day]:
        """All that was said. Raises `NotUnderstood` where something could not be understood."""
        if self._faults:
            raise NotUnderstood(
                msg("{source} has faults: {count}; nothing was changed", source=self._source, count=len(self._faults)),
                where=self._source,
                fix=msg("mend them: {faults}", faults=tuple(self._faults[:MOST_TOLD])),
            )
        return self._days


def _one_name(text: str) -> str:
    """A holiday's name, the same however it is written: in Chinese where it is a usual one."""
    name = " ".join(text.split()).strip("-—:：,，、 ")[:60]
    known = feast(name)
    return name if known is None else known[0]


def _date(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2] or found[4]), int(found[3] or found[5])
    try:
        return date(year, month, day) if 1900 <= year <= 9000 else None
    except ValueError:
        return None
