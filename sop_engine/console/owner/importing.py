"""`sop calendar import`: a year's notice of holidays goes into a draft, after its difference was shown."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.output import Column
from sop_engine.console.owner.accounts import weekday
from sop_engine.console.owner.calendar_names import calendars_folder
from sop_engine.console.owner.files import is_path, shown, site_of
from sop_engine.console.parameters import argument, option
from sop_engine.engine.publishing.calendars import SUFFIX
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Text, msg

if TYPE_CHECKING:
    from sop_engine.engine.publishing.calendar_import import Import
    from sop_engine.worktime.notices import Change, DayKind

YES: Final = frozenset({"y", "yes", "j", "是", "好", "确定"})
FIRST_YEAR, LAST_YEAR = 1950, 2200


def import_(
    call: Call,
    name: Annotated[str, argument(msg("a draft in the site's calendars, or a file"), "CALENDAR")],
    year: Annotated[int, option("--year", help=msg("the year whose notice is loaded"), metavar="YEAR")],
    source: Annotated[
        str, option("--from", help=msg("chinesecalendar (the package), an .ics file, or a table of dates"),
                    metavar="SOURCE")
    ] = "chinesecalendar",
    yes: Annotated[bool, option("--yes", help=msg("write it without asking"))] = False,
) -> None:  # fmt: skip
    """Load a year's holidays and make-up workdays into a draft; what it changes is shown first. Publishes nothing."""
    from sop_engine.engine.publishing.calendar_import import carry_out, plan_import

    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotUnderstood(
            msg("{year} is no year from {first} to {last}", year=year, first=FIRST_YEAR, last=LAST_YEAR)
        )
    path = Path(name)
    if not is_path(name):
        site_of(call)  # the starter library itself is nobody's draft
        path = calendars_folder(call) / f"{name}{SUFFIX}"
    planned = plan_import(path, source, year, shown(path))
    new = planned.after != planned.before
    if not call.json:
        _tell(call, planned)
    written = False
    if new and not call.dry_run:
        if not yes and not _agreed(call, path):
            call.output.tell(msg("nothing was changed"))
            return
        with call.writing():
            carry_out(planned)
        written = True
    if call.json:
        call.output.json(_json(planned, path.stem, year, written))
    elif not new:
        call.output.tell(msg("{path} says so already; nothing was changed", path=shown(path)))
    elif written:
        call.output.tell(
            msg("{path} was changed; it counts when it is published", path=shown(path)),
            msg("fix: {fix}", fix=msg("sop calendar publish {name}", name=path.stem)),
        )


def _agreed(call: Call, path: Path) -> bool:
    """Whether whoever sits there wants it written. Raises `NotUnderstood` where nobody can be asked."""
    if not call.asks:
        raise NotUnderstood(
            msg("somebody has to agree before {path} is changed", path=shown(path)),
            fix=msg("look at the difference with --dry-run, then give --yes"),
        )
    call.output.tell(msg("write this into {path}? (y/n)", path=shown(path)))
    sys.stderr.write("> ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in YES


def _tell(call: Call, planned: "Import") -> None:
    columns = [
        Column(msg("date"), whole=True),
        Column(msg("weekday")),
        Column(msg("before")),
        Column(msg("afterwards")),
    ]
    rows: list[list[Any]] = [
        [str(each.day), weekday(each.day.weekday()), _said(each.before), _said(each.after)] for each in planned.changes
    ]
    if rows:
        call.output.table(columns, rows)
    for word, day in planned.known.items():
        call.output.tell(msg("{word} becomes {day}", word=word, day=str(day)))
    counted = {kind: sum(each.kind == kind for each in planned.changes) for kind in ("added", "removed", "changed")}
    call.output.tell(msg("days added: {added}, removed: {removed}, changed: {changed}", **counted))


def _said(said: "tuple[DayKind, Text] | None") -> Any:
    if said is None:
        return msg("ordinary day")
    kind, name = said
    return msg("free: {name}", name=name) if kind == "holiday" else msg("worked, for {name}", name=name)


def _json(planned: "Import", name: str, year: int, written: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"calendar": name, "year": year, "written": written}
    for kind in ("added", "removed", "changed"):
        found[kind] = [_change(each) for each in planned.changes if each.kind == kind]
    return found | {word: _day(planned.known.get(word)) for word in ("known_from", "known_through")}


def _change(change: "Change") -> dict[str, Any]:
    def said(each: "tuple[DayKind, Text] | None") -> dict[str, Any] | None:
        return None if each is None else {"kind": each[0], "name": dict(each[1])}

    return {"date": str(change.day), "weekday": change.day.isoweekday(), "before": said(change.before),
            "after": said(change.after)}  # fmt: skip


def _day(day: date | None) -> str | None:
    return None if day is None else str(day)
