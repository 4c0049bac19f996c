"""Loading a year's notice into the draft of a calendar: what would change, and then the change itself."""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sop_engine.engine.publishing.calendars import FolderCalendars, compile_calendar_file
from sop_engine.engine.publishing.procedures import MOST_BYTES
from sop_engine.engine.publishing.year_notice import notice_of
from sop_engine.errors import FaultsFound, NotNow, NotUnderstood, Overtaken, SetUp, system_reason
from sop_engine.messages import msg
from sop_engine.store.files import read_plain
from sop_engine.store.flushing import flush
from sop_engine.worktime import Calendar
from sop_engine.worktime.notices import Change, changes


@dataclass(frozen=True, slots=True)
class Import:
    """What loading a year comes to: the days of which something else is said, and the file's text afterwards."""

    path: Path
    changes: Sequence[Change]
    known: dict[str, date]
    """`known_from` and `known_through`, where they are moved"""
    before: bytes
    after: bytes


def plan_import(path: Path, source: str, year: int, shown_as: str | None = None) -> Import:
    """What loading the notice of `year` from `source` into a calendar's file would change; writes nothing. Raises what
    `notice_of` raises, `FaultsFound` where the file has errors, or would have, and `NotNow` where a year between is
    not known."""
    from sop_engine.language.calendar_edit import entries, with_year
    from sop_engine.language.calendars import compile_calendar, extends

    name = shown_as or str(path)
    calendar = compile_calendar_file(path, shown_as).calendar
    if calendar is None:
        raise FaultsFound(
            msg("{path} has errors", path=name), where=name, fix=msg("see them: sop calendar check {path}", path=name)
        )
    before = read_plain(path, MOST_BYTES)
    standing = entries(before, name)
    base = extends(before, name)
    if base is not None and not standing:
        raise NotUnderstood(
            msg("{name} has its holidays from the calendar that it extends", name=calendar.id),
            where=name,
            fix=msg("load them there: sop calendar import {base} --year {year}", base=base, year=year),
        )
    wanted = notice_of(source, year)
    known = _known(calendar, year)
    after = with_year(before, name, year, wanted, known)
    compiled = compile_calendar(after, name, FolderCalendars(path.parent))
    first = next((fault.title for fault in compiled.diagnostics if fault.severity == "error"), None)
    if first is not None:
        raise FaultsFound(
            msg("with these holidays the file would have faults, and was not changed: {fault}", fault=first), where=name
        )
    return Import(path, changes(standing, entries(after, name)), known, before, after)


def _known(calendar: Calendar, year: int) -> dict[str, date]:
    """The words that a year moves. Raises `NotNow` where it would leave a gap, in which days would seem ordinary."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    start, end = calendar.known_from, calendar.known_through
    if start is None and end is None:
        return {"known_from": first, "known_through": last}
    day = timedelta(days=1)
    if end is not None and first > end + day:
        missing = (end + day).year
    elif start is not None and last < start - day:
        missing = (start - day).year
    else:
        known = {"known_from": first} if start is not None and first < start else {}
        return known | ({"known_through": last} if end is None or last > end else {})
    raise NotNow(
        msg("{name} does not know {missing} yet: between it and {year} no holiday would be known",
            name=calendar.id, missing=missing, year=year),
        fix=msg("load that year first: --year {missing}", missing=missing),
    )  # fmt: skip


def carry_out(planned: Import) -> None:
    """Write the file: beside it, then under its name, so that it is never half written. Raises `Overtaken` where
    somebody has edited it meanwhile, and `SetUp` where it cannot be written."""
    path = planned.path
    if read_plain(path, MOST_BYTES) != planned.before:
        raise Overtaken(msg("{path} was edited meanwhile; nothing was changed", path=str(path)), where=str(path))
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(file, "wb") as target:
            target.write(planned.after)
            target.flush()
            os.fchmod(target.fileno(), mode)
            os.fsync(target.fileno())
        beside.replace(path)
        flush(path.parent)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise SetUp(
            msg("{path} cannot be written: {error}", path=str(path), error=system_reason(error)), where=str(path)
        ) from None
