"""`sop calendar publish` and `history`: drafts of calendars become versions of the site's record."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.owner.calendar_names import gone, versions_of
from sop_engine.console.owner.files import is_path, shown
from sop_engine.console.owner.moved import move_json, tell_moved
from sop_engine.console.owner.versions import print_versions
from sop_engine.console.parameters import argument, option
from sop_engine.engine.publishing.calendars import SUFFIX, calendar_files, calendars_of
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.seam import CALENDAR

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.engine.publishing.calendar_publishing import PublishedCalendar
    from sop_engine.engine.publishing.reckoning import Move


def publish(
    call: Call,
    names: Annotated[
        list[str] | None, argument(msg("drafts in the site's calendars, or files (default: all drafts)"), "NAME...")
    ] = None,
    reason: Annotated[str | None, option("--reason", "-m", help=msg("what changed, and why"), metavar="TEXT")] = None,
) -> int:
    """Make drafts the newest versions of their calendars; what has not changed stays. One with an error publishes
    nothing."""
    from sop_engine.engine.publishing.calendar_publishing import publish_calendar

    with call.open() as opened:
        opened.require_administrator()
        results = []
        for file in _files(opened, names):
            with call.writing():
                result = publish_calendar(opened.site.engine, file, opened.who, reason or "", shown(file), call.dry_run)
            results.append(result)
            if not call.json:
                _tell(opened, file, result)
        moved = _moved(opened, results)
        if call.json:
            call.output.json(
                {"calendars": [_json(each) for each in results], "moved": [move_json(opened, each) for each in moved]}
            )
        elif names and not call.dry_run:
            _tell_of_others(opened, [each.name for each in results if each.done is not None])
        if not call.json:
            tell_moved(opened, moved)
        if not results and not call.json:
            call.output.tell(msg("this site has no drafts of calendars"))
    return 1 if any(each.calendar is None for each in results) else 0


def _json(result: "PublishedCalendar") -> dict[str, Any]:
    return {"calendar": result.name, "version": result.number or None, "published": result.done is not None,
            "faulty": result.calendar is None}  # fmt: skip


# --- what it moves ---------------------------------------------------------------------------------------------------


def _moved(opened: "Opened", results: "list[PublishedCalendar]") -> "list[Move]":
    """Reckon the open promises anew, also those of a publishing that was interrupted; in a dry run only look which."""
    from sop_engine.engine.publishing.reckoning import moves, reckon_again
    from sop_engine.worktime import Reckoner

    engine = opened.site.engine
    if opened.call.dry_run:
        instead = {each.name: Reckoner(each.calendar) for each in results if each.calendar is not None}
        return list(moves(engine, instead))
    with opened.call.writing():
        return reckon_again(engine, opened.who)


def _files(opened: "Opened", names: list[str] | None) -> list[Path]:
    """The files that are meant. Those outside the site's folder would stand beside other calendars than its own."""
    folder = calendars_of(opened.site.settings.folder)
    if not names:
        return calendar_files(folder)
    files = [Path(each) if is_path(each) else folder / f"{each}{SUFFIX}" for each in names]
    with opened.reading() as reading:
        for file in files:
            newest = reading.newest(CALENDAR + file.name.removesuffix(SUFFIX))
            if newest is not None and not file.exists():
                raise gone(file.name.removesuffix(SUFFIX), newest.number)
    for file in files:
        if file.parent.resolve() != folder.resolve():
            raise NotUnderstood(
                msg("{file} does not lie in the site's folder {folder}", file=str(file), folder=str(folder)),
                fix=msg("copy it there first: what it extends stands beside it"),
            )
    return list(dict.fromkeys(folder / file.name for file in files))


def _tell(opened: "Opened", file: Path, result: "PublishedCalendar") -> None:
    from sop_engine.language import render
    from sop_engine.store.files import read_plain

    output, name, number = opened.call.output, result.name, result.number
    said = render(result.diagnostics, read_plain(file), opened.call.language, fragments=result.texts)
    if said:
        output.tell(*said.rstrip("\n").splitlines())
    if result.calendar is None:
        output.tell(msg("{name} has errors, and was not published", name=name))
    elif result.done is None:
        output.tell(msg("{name} is as published: still version {number}", name=name, number=number))
    elif opened.call.dry_run:
        output.tell(msg("{name} would become version {number}", name=name, number=number))
    else:
        output.tell(msg("published the calendar {calendar} as version {number}", calendar=name, number=number))


def _tell_of_others(opened: "Opened", published: list[str]) -> None:
    """Say which other calendars stand on what was published, and still count with what it said before."""
    from sop_engine.engine.publishing.calendar_publishing import calendar_edited_since, extended_by
    from sop_engine.engine.publishing.procedures import newest_calendars

    with opened.reading() as reading:
        behind = [
            name
            for name, version in newest_calendars(reading).items()
            if name not in published
            and set(published) & set(extended_by(reading, version))
            and calendar_edited_since(opened.site.engine, reading, version)
        ]
    if behind:
        opened.call.output.tell(
            msg("what extends it counts as before, until it is published too: {names}", names=tuple(behind)),
            msg("fix: {fix}", fix=msg("sop calendar publish {names}", names=" ".join(behind))),
        )


def history(call: Call, name: Annotated[str, argument(msg("a published calendar"), "NAME")]) -> None:
    """List a calendar's versions."""
    with call.open() as opened:
        with opened.reading() as reading:
            versions = versions_of(reading, name)
        print_versions(opened, "calendar", name, versions)
