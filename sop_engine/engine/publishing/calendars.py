"""Calendars as files: drafts in a site's folder `calendars/`, or those of the starter library."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sop_engine.engine.publishing.procedures import MOST_BYTES, text_within
from sop_engine.engine.sites.library import library
from sop_engine.errors import NotFound, NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.files import read_plain, refuse_link
from sop_engine.ticket.near import near

if TYPE_CHECKING:
    from sop_engine.language.calendars import CompiledCalendar

SUFFIX: Final = ".yaml"
FOLDER: Final = "calendars"


class FolderCalendars:
    """Calendars from a folder; nothing outside it is read, not through links."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> bytes | None:
        return text_within(self.folder, f"{name}{SUFFIX}") if "/" not in name else None

    def names(self) -> tuple[str, ...]:
        return tuple(path.name.removesuffix(SUFFIX) for path in calendar_files(self.folder))


def calendar_files(folder: Path) -> list[Path]:
    """The calendars' files of a folder, by name."""
    return sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []


def calendars_of(site: Path | None) -> Path:
    """The folder of a site's calendars; without a site that of the starter library."""
    return (site or library()) / FOLDER


def compile_calendar_file(path: Path, shown_as: str | None = None, today: date | None = None) -> "CompiledCalendar":
    """A calendar's file compiled, with what it extends beside it. Raises `NotFound`, or `NotUnderstood` where it is no
    plain file or cannot be read."""
    from sop_engine.language.calendars import compile_calendar

    refuse_link(path.parent)
    try:
        text = read_plain(path, MOST_BYTES)
    except NotFound:
        names = [each.name for each in calendar_files(path.parent)]
        raise NotFound(msg("there is no file {path}", path=str(path)), near=near(path.name, names)) from None
    return compile_calendar(text, shown_as or str(path), FolderCalendars(path.parent), today)


def compile_written_out(words: Mapping[str, Any], folder: Path) -> "CompiledCalendar":
    """A calendar that is written out as a map with a file's words: names that only people read may be missing, and a
    holiday may be a bare date. It may extend those of `folder`. Raises `NotUnderstood` for what is no text."""
    from sop_engine.language.calendars import compile_calendar

    named: dict[str, Any] = {"calendar": "given", "title": "given", **words}
    if isinstance(named.get("holidays"), list):
        named["holidays"] = [_holiday(each) for each in named["holidays"]]
    try:
        text = json.dumps(named, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise NotUnderstood(msg("a calendar that is written out is no text in UTF-8")) from None
    name = named["calendar"] if isinstance(named["calendar"], str) else "given"
    return compile_calendar(text, f"{name}{SUFFIX}", FolderCalendars(folder))


def _holiday(said: Any) -> Any:
    if isinstance(said, str):
        return {"name": "holiday", "on": said}
    return {"name": "holiday", **said} if isinstance(said, Mapping) else said
