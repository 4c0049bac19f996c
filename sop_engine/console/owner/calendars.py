"""`sop calendar`: working hours and holidays, and when something would be due by them."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.clock import SystemClock
from sop_engine.console.call import Call
from sop_engine.console.output import Column
from sop_engine.console.owner.accounts import account_lines, hours_text, weekday
from sop_engine.console.owner.files import is_path, shown
from sop_engine.console.parameters import argument, option
from sop_engine.diagnostics import has_errors
from sop_engine.engine.calendars import (
    FolderCalendars,
    calendar_files,
    calendars_of,
    compile_calendar_file,
)
from sop_engine.errors import FaultsFound, NotFound, NotUnderstood, SetUp
from sop_engine.messages import Message, msg
from sop_engine.store.files import read_plain
from sop_engine.ticket.near import near
from sop_engine.worktime import Calendar, accounts

if TYPE_CHECKING:
    from sop_engine.language.calendars import CompiledCalendar

_Name = Annotated[str, argument(msg("a calendar, or a file"), "CALENDAR")]


def ls(call: Call) -> None:
    """List the calendars of the site; without a site those of the starter library."""
    rows = []
    for path in calendar_files(calendars_folder(call)):
        compiled = compile_calendar_file(path, shown(path))
        rows.append(_listed(path, compiled))
    if call.json:
        call.output.json(rows)
        return
    columns = [Column(msg("calendar"), whole=True), Column(msg("title")), Column(msg("zone")), Column(msg("a week")),
               Column(msg("holidays known through"))]  # fmt: skip
    call.output.table(
        columns,
        [
            [row["calendar"], row["title"], row["zone"], _weekly(row["week_minutes"]), row["known_through"]]
            for row in rows
        ],
    )


def _listed(path: Path, compiled: "CompiledCalendar") -> dict[str, Any]:
    name, found = path.stem, compiled.calendar
    if found is None:
        faulty = {"zh": "有错", "en": "has faults"}
        return {"calendar": name, "title": faulty, "zone": None, "week_minutes": None, "known_through": None}
    minutes = sum(shift.closes - shift.opens for hours in found.week for shift in hours)
    known = None if found.known_through is None else str(found.known_through)
    return {"calendar": name, "title": dict(found.title), "zone": found.zone, "week_minutes": minutes,
            "known_through": known}  # fmt: skip


def _weekly(minutes: int | None) -> Any:
    if minutes is None:
        return ""
    if not minutes:
        return msg("only holidays")
    hours, rest = divmod(minutes, 60)
    return msg("{hours} h {minutes} min", hours=hours, minutes=rest) if rest else msg("{hours} h", hours=hours)


def show(
    call: Call,
    name: _Name,
    month: Annotated[str | None, option("--month", help=msg("the month to show: 2026-10"), metavar="MONTH")] = None,
) -> None:
    """Show a calendar: its week, and a month day by day."""
    found = named_calendar(call, name)
    first = _month(month, now().astimezone(found.tz).date())
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if call.json:
        from sop_engine.worktime.calendars import to_json

        call.output.json(to_json(found))
        return
    pairs: list[tuple[Any, Any]] = [(found.id, found.title), (msg("zone"), found.zone)]
    pairs += [(weekday(number), hours_text(hours)) for number, hours in enumerate(found.week)]
    if found.known_through is not None:
        pairs.append((msg("holidays known"), f"{found.known_from or ''} – {found.known_through}"))
    call.output.pairs(pairs)
    call.output.line("")
    begin, end = _midnight(found, first), _midnight(found, last + timedelta(days=1)) - timedelta(milliseconds=1)
    for line in account_lines(accounts(found, begin, end), found, call.language, whole=True):
        call.output.line(line)


def _month(text: str | None, today: date) -> date:
    if text is None:
        return today.replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotUnderstood(
            msg("`{text}` is no month", text=text[:20]), fix=msg("write it so: --month 2026-10")
        ) from None


def _midnight(calendar: Calendar, day: date) -> datetime:
    from sop_engine.worktime import on_day

    return on_day(day, "00:00", calendar.tz)


def check(
    call: Call,
    path: Annotated[
        list[str] | None, argument(msg("files or folders (default: the site's calendars)"), "PATH...")
    ] = None,
) -> int:
    """Check calendars; exit code 1 where one has an error. Keeps nothing."""
    from sop_engine.language import render

    files: list[Path] = []
    for name in path or [str(calendars_folder(call))]:
        where = Path(name) if is_path(name) or Path(name).is_dir() else calendars_folder(call) / f"{name}.yaml"
        files += calendar_files(where) if where.is_dir() else [where]
    today = now().date()
    compiled = {file: compile_calendar_file(file, shown(file), today) for file in files}
    if call.json:
        found: list[Any] = []
        for file, each in compiled.items():
            found += json.loads(render(each.diagnostics, read_plain(file), call.language, "json", each.texts))
        call.output.json(found)
    else:
        for file, each in compiled.items():
            for line in render(each.diagnostics, read_plain(file), call.language, "text", each.texts).splitlines():
                call.output.line(line)
        faults = [fault for each in compiled.values() for fault in each.diagnostics]
        errors = sum(fault.severity == "error" for fault in faults)
        call.output.tell(
            msg("files: {files}, errors: {errors}, warnings: {warnings}", files=len(files), errors=errors,
                warnings=len(faults) - errors)
            if faults
            else msg("files: {files}, nothing to say", files=len(files))
        )  # fmt: skip
    return 1 if any(has_errors(each.diagnostics) for each in compiled.values()) else 0


# --- which calendar --------------------------------------------------------------------------------------------------


def named_calendar(call: Call, name: str) -> Calendar:
    """The calendar of that name, or of the file. Raises `NotFound` where there is none, and `FaultsFound`."""
    path = Path(name) if is_path(name) else calendars_folder(call) / f"{name}.yaml"
    if not is_path(name) and not path.is_file():
        known = FolderCalendars(calendars_folder(call)).names()
        raise NotFound(msg("there is no calendar {name}", name=name[:60]), near=near(name, known),
                       fix=msg("see what is: sop calendar ls"))  # fmt: skip
    return whole(compile_calendar_file(path, shown(path)), shown(path))


def whole(compiled: "CompiledCalendar", name: str) -> Calendar:
    """The calendar that a file came to, if it can be counted with. Raises `FaultsFound` and `NotUnderstood`."""
    if compiled.calendar is None:
        first: Message | str = next((fault.title for fault in compiled.diagnostics if fault.severity == "error"), "")
        raise FaultsFound(msg("{path} has faults: {fault}", path=name, fault=first), where=name,
                          fix=msg("see them: sop calendar check {path}", path=name))  # fmt: skip
    if not any(compiled.calendar.week) and not any(compiled.calendar.dates.values()):
        raise NotUnderstood(
            msg("{name} lists holidays and has no hours; it is there to be extended", name=compiled.calendar.id),
            fix=msg("name a calendar with a week: sop calendar ls"),
        )
    return compiled.calendar


def calendars_folder(call: Call) -> Path:
    """The calendars of the site that is meant, or where there is none those of the starter library."""
    from sop_engine.engine.settings import find_site

    if call.folder is not None:
        return calendars_of(Path(call.folder))
    try:
        return calendars_of(find_site(Path.cwd()))
    except SetUp:
        return calendars_of(None)


def now() -> datetime:
    """The present instant, by the machine's clock."""
    return SystemClock().now()
