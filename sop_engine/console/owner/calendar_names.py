"""Which calendar is meant: names are published versions where the site has them, paths are files."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sop_engine.clock import SystemClock
from sop_engine.console.call import Call
from sop_engine.console.owner.files import is_path, shown
from sop_engine.console.owner.versions import numbered
from sop_engine.engine.publishing.calendars import FolderCalendars, calendars_of, compile_calendar_file
from sop_engine.errors import FaultsFound, NotFound, NotUnderstood, SetUp
from sop_engine.messages import Message, msg
from sop_engine.store.seam import CALENDAR, Reads, Version
from sop_engine.ticket.near import near
from sop_engine.worktime import Calendar

if TYPE_CHECKING:
    from sop_engine.language.calendars import CompiledCalendar


@dataclass(frozen=True, slots=True)
class Kept:
    """A calendar of the site, as it was published last."""

    calendar: Calendar
    version: Version
    edited: bool
    """whether its file, or that of one that it extends, has been edited since"""
    published: str
    """when, in the site's zone"""
    file: bool
    """whether its draft is there"""


class Calendars:
    """The calendars of one call, each looked up once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._kept: Mapping[str, Kept] | None = None
        self._now: datetime | None = None

    @property
    def kept(self) -> Mapping[str, Kept]:
        """Name -> what the site has published; empty without a site."""
        if self._kept is None:
            self._kept, self._now = _kept(self._call) if site_folder(self._call) is not None else ({}, self._now)
        return self._kept

    @property
    def now(self) -> datetime:
        """The present instant, as `now` tells it."""
        if self._now is None:
            self._now = now(self._call)
        return self._now

    def named(self, name: str) -> Calendar:
        """The calendar of that name, as published where the site has published it, else as its draft says; or the one
        of a file. Where the draft is newer, or is all that there is, that is told. Raises `NotFound` where there is
        none, and `FaultsFound`."""
        if is_path(name):
            return whole(compile_calendar_file(Path(name), shown(Path(name))), shown(Path(name)))
        found = self.kept.get(name)
        if found is not None:
            if found.edited:
                self._call.output.tell(
                    msg("{name}: the file has been edited since version {version} was published, which counts here",
                        name=name, version=found.version.number),
                    msg("fix: {fix}", fix=msg("sop calendar publish {name}", name=name)),
                )  # fmt: skip
            return with_hours(found.calendar)
        path = calendars_folder(self._call) / f"{name}.yaml"
        drafts = FolderCalendars(path.parent).names()
        if name not in drafts:
            known = {*drafts, *self.kept}
            raise NotFound(msg("there is no calendar {name}", name=name[:60]), near=near(name, sorted(known)),
                           fix=msg("see what is: sop calendar ls"))  # fmt: skip
        if site_folder(self._call) is not None:
            self._call.output.tell(msg("{name} is not published yet; its file counts here", name=name))
        return whole(compile_calendar_file(path, shown(path)), shown(path))

    def numbered(self, name: str, number: int) -> Calendar:
        """A published version of the calendar. Raises `NotFound`, and `NotUnderstood` for a file, which has none."""
        if is_path(name):
            raise NotUnderstood(
                msg("a file has no versions; name a published calendar: sop calendar ls"), where=name[:60]
            )
        with self._call.open() as opened, opened.reading() as reading:
            self._now = opened.now
            version = numbered(name, versions_of(reading, name), number)
            return opened.site.engine.programs.calendar(reading, version.digest).calendar


def versions_of(reading: Reads, name: str) -> list[Version]:
    """All versions of a published calendar, oldest first. Raises `NotFound`."""
    versions = reading.versions(CALENDAR + name)
    if not versions:
        known = sorted({each.procedure.removeprefix(CALENDAR) for each in reading.calendars()})
        raise NotFound(
            msg("no calendar {name} is published here", name=name[:60]),
            near=near(name, known),
            fix=msg("see what is: sop calendar ls"),
        )
    return versions


def gone(name: str, version: int) -> NotFound:
    """What to raise where a calendar is published, and its file is wanted, which is not there any more."""
    return NotFound(
        msg("the file of the calendar {name} is gone; its version {number} counts on", name=name, number=version),
        fix=msg("nothing is lost; to change it, put calendars/{name}.yaml back", name=name),
    )


def _kept(call: Call) -> tuple[dict[str, Kept], datetime]:
    """What the site has published, and what time it is there."""
    from sop_engine.engine.publishing.calendar_publishing import calendar_edited_since
    from sop_engine.engine.publishing.procedures import calendars_by_name, newest_calendars

    with call.open() as opened, opened.reading() as reading:
        engine = opened.site.engine
        calendars = calendars_by_name(reading)
        kept = {
            name: Kept(
                calendars[name],
                version,
                calendar_edited_since(engine, reading, version),
                opened.local(version.published),
                (calendars_of(engine.settings.folder) / f"{name}.yaml").is_file(),
            )
            for name, version in newest_calendars(reading).items()
        }
        return kept, opened.now


def whole(compiled: "CompiledCalendar", name: str) -> Calendar:
    """The calendar that a file came to, if it can be counted with. Raises `FaultsFound` and `NotUnderstood`."""
    if compiled.calendar is None:
        first: Message | str = next((fault.title for fault in compiled.diagnostics if fault.severity == "error"), "")
        raise FaultsFound(msg("{path} has faults: {fault}", path=name, fault=first), where=name,
                          fix=msg("see them: sop calendar check {path}", path=name))  # fmt: skip
    return with_hours(compiled.calendar)


def with_hours(calendar: Calendar) -> Calendar:
    """The calendar itself, if it can be counted with. Raises `NotUnderstood`."""
    if not any(calendar.week) and not any(calendar.dates.values()):
        raise NotUnderstood(
            msg("{name} lists holidays and has no hours; it is there to be extended", name=calendar.id),
            fix=msg("name a calendar with a week: sop calendar ls"),
        )
    return calendar


def site_folder(call: Call) -> Path | None:
    """The folder of the site that is meant; None where there is none."""
    from sop_engine.engine.sites.settings import find_site

    if call.folder is not None:
        return Path(call.folder)
    try:
        return find_site(Path.cwd())
    except SetUp:
        return None


def calendars_folder(call: Call) -> Path:
    """The calendars' drafts of the site that is meant; where there is none, those of the starter library."""
    return calendars_of(site_folder(call))


def now(call: Call) -> datetime:
    """The present instant, by the site's clock, which a demo site has of its own; where there is no site, or nothing
    but its files, by the machine's."""
    if site_folder(call) is not None:
        with suppress(SetUp), call.open() as opened:
            return opened.now
    return SystemClock().now()
