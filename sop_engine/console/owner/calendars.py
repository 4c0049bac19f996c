"""`sop calendar`: working hours and holidays, and when something would be due by them."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.output import Column
from sop_engine.console.owner.accounts import account_lines, hours_text, weekday
from sop_engine.console.owner.calendar_names import Calendars, Kept, calendars_folder, gone, now, site_folder
from sop_engine.console.owner.files import is_path, shown
from sop_engine.console.parameters import argument, option
from sop_engine.diagnostics import has_errors
from sop_engine.engine.publishing.calendars import calendar_files, compile_calendar_file
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.files import read_plain
from sop_engine.worktime import Calendar, accounts
from sop_engine.worktime.calendars import minutes_of

_Name = Annotated[str, argument(msg("a calendar, or a file"), "CALENDAR")]


def ls(call: Call) -> None:
    """List the calendars of the site, as published, and drafts that are not; without a site the starter library's."""
    kept, on_site = Calendars(call).kept, site_folder(call) is not None
    rows = [_kept_row(name, each) for name, each in kept.items()]
    rows += [_draft_row(path, on_site) for path in calendar_files(calendars_folder(call)) if path.stem not in kept]
    rows.sort(key=lambda row: str(row["calendar"]))
    if call.json:
        call.output.json(rows)
        return
    columns = [Column(msg("calendar"), whole=True), Column(msg("title")), Column(msg("zone")), Column(msg("a week")),
               Column(msg("holidays known through")), Column(msg("version")), Column(msg("draft"))]  # fmt: skip
    call.output.table(
        columns,
        [
            [row["calendar"], row["title"], row["zone"], _weekly(row["week_minutes"]), row["known_through"],
             str(row["version"] or ""), _draft(row)]
            for row in rows
        ],
    )  # fmt: skip


def _kept_row(name: str, kept: Kept) -> dict[str, Any]:
    about = {"version": kept.version.number, "published": kept.published, "edited": kept.edited}
    return {"calendar": name, **_described(kept.calendar), **about, "file": kept.file}


def _draft_row(path: Path, on_site: bool) -> dict[str, Any]:
    found = compile_calendar_file(path, shown(path)).calendar
    faulty = {"title": {"zh": "有错", "en": "has faults"}, "zone": None, "week_minutes": None, "known_through": None}
    described = faulty if found is None else _described(found)
    return {"calendar": path.stem, **described, "version": None, "published": None, "edited": on_site,
            "file": True}  # fmt: skip


def _described(found: Calendar) -> dict[str, Any]:
    minutes = sum(minutes_of(hours) for hours in found.week)
    known = None if found.known_through is None else str(found.known_through)
    return {"title": dict(found.title), "zone": found.zone, "week_minutes": minutes, "known_through": known}


def _draft(row: dict[str, Any]) -> Any:
    """What the column says of a draft; without a site there is nothing to publish it in."""
    if not row["edited"]:
        return "" if row["file"] else msg("gone")
    return msg("not published") if row["version"] is None else msg("edited since")


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
    version: Annotated[int | None, option("--version", help=msg("this version, not the newest"), metavar="N")] = None,
) -> None:
    """Show a calendar: its week, and a month day by day."""
    calendars = Calendars(call)
    found = calendars.named(name) if version is None else calendars.numbered(name, version)
    first = _month(month, calendars.now.astimezone(found.tz).date())
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
        files += calendar_files(where) if where.is_dir() else [_file(call, name, where)]
    today = now(call).date()
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


def _file(call: Call, name: str, where: Path) -> Path:
    """The file that is meant. Raises `NotFound` where it was published, and is gone."""
    if is_path(name) or where.exists():
        return where
    kept = Calendars(call).kept.get(name)
    if kept is not None:
        raise gone(name, kept.version.number)
    return where


def schema(call: Call) -> None:
    """Print the JSON Schema of calendars' files, for editors."""
    from sop_engine.language import calendar_json_schema

    call.output.json(calendar_json_schema(call.language))
