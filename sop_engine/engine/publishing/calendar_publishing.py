"""Publishing calendars: a draft becomes a version, which is kept for ever with the texts that it was made of.

A ticket is not pinned to a calendar: what is due is counted by the newest version under its name. So nothing can take a
published calendar away; its file may go, and its versions stay.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from sop_engine import canonical
from sop_engine.diagnostics import Diagnostic, has_errors
from sop_engine.engine.engine import Done, Engine, new_id
from sop_engine.engine.people.identity import Identity
from sop_engine.engine.publishing.calendars import FOLDER, SUFFIX, calendar_files, compile_calendar_file
from sop_engine.engine.publishing.procedures import differs
from sop_engine.errors import FaultsFound
from sop_engine.lean import dataclass
from sop_engine.messages import msg
from sop_engine.store.seam import CALENDAR, Reads, Version
from sop_engine.ticket.records import SITE, Command
from sop_engine.worktime import Calendar
from sop_engine.worktime.calendars import to_json

if TYPE_CHECKING:
    from sop_engine.language.calendars import CompiledCalendar


@dataclass(frozen=True, slots=True)
class PublishedCalendar:
    """What publishing a calendar's file came to. `done` is None where it has errors, or where nothing changed; `number`
    is that of the newest version then, 0 where there is none."""

    name: str
    diagnostics: Sequence[Diagnostic]
    texts: Mapping[str, bytes]
    calendar: Calendar | None
    done: Done | None
    number: int = 0


def publish_calendar(
    engine: Engine, path: Path, who: Identity, reason: str, shown_as: str | None = None, dry_run: bool = False
) -> PublishedCalendar:
    """Make a file the newest version of its calendar. A file with an error publishes nothing; one whose normal form is
    the newest version's already makes no new one. Raises `NotFound` and `NotUnderstood` where there is no such file."""
    today = engine.clock.now().astimezone(engine.settings.zone_info).date()
    compiled = compile_calendar_file(path, shown_as, today)
    name = path.name.removesuffix(SUFFIX)
    with engine.store.reading() as reading:
        newest = reading.newest(CALENDAR + name)
    standing = 0 if newest is None else newest.number
    found, calendar = compiled.diagnostics, compiled.calendar
    if calendar is None or has_errors(found):
        return PublishedCalendar(name, found, compiled.texts, None, None, standing)
    data = canonical.to_bytes(to_json(calendar))
    digest = canonical.digest(data)
    if newest is not None and newest.digest == digest:
        return PublishedCalendar(name, found, compiled.texts, calendar, None, standing)
    own, *below = compiled.texts.values()
    places = canonical.to_bytes(_made_of(compiled, shown_as or path.name))
    if not dry_run:
        with engine.store.writing() as transaction:
            for blob in (data, places, own, *below):
                transaction.put_blob(blob)
    arguments = {
        "calendar": name,
        "digest": digest,
        "text": canonical.digest(own),
        "places": canonical.digest(places),
        "reason": reason,
    }
    command = Command(
        new_id(), "publish_calendar", SITE, who.actor, who.login, arguments, standing_for=who.standing_for
    )
    done = engine.act(command, dry_run=dry_run)
    number = next(each["number"] for each in done.step.events if each["kind"] == "calendar_published")
    return PublishedCalendar(name, found, compiled.texts, calendar, done, number)


def _made_of(compiled: "CompiledCalendar", file: str) -> dict[str, Any]:
    """What is kept beside a version: its file, and name -> digest of the text of each calendar that it extends."""
    _own, *below = compiled.texts.items()
    extends = {PurePosixPath(each).name.removesuffix(SUFFIX): canonical.digest(text) for each, text in below}
    return {"file": file, "extends": extends}


def publish_calendars(engine: Engine, who: Identity) -> list[str]:
    """Publish every file in a site's `calendars/`, by name; gives the names. Raises `FaultsFound` at the first that has
    errors: a starter library must have none."""
    published = []
    for path in calendar_files(engine.settings.folder / FOLDER):
        result = publish_calendar(engine, path, who, "starter library", path.name)
        if result.calendar is None:
            raise FaultsFound(
                msg("{path} has faults, and was not published", path=path.name), fix=msg("see them: sop calendar check")
            )
        published.append(result.name)
    return published


def extended_by(reading: Reads, version: Version) -> Mapping[str, str]:
    """Name -> digest of the text of each calendar that a version extends, through others too."""
    data = reading.blob(version.places)
    found: Mapping[str, str] = canonical.parse(data).get("extends", {}) if data is not None else {}
    return found


def calendar_edited_since(engine: Engine, reading: Reads, version: Version) -> bool:
    """Whether the draft of a calendar, or of one that it extends, differs from the version's text. A draft that is gone
    changes nothing."""
    texts = {version.procedure.removeprefix(CALENDAR): version.text, **extended_by(reading, version)}
    folder = engine.settings.folder / FOLDER
    return any(differs(folder / f"{name}{SUFFIX}", digest) for name, digest in texts.items())
