"""`sop roster import` and `check`: a month's sheet becomes the roster, after what it changes was shown."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.console.rostered import CELLS, month_named
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, msg

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.engine.rosters.loading import Change, Planned

_MOST_FAULTS: Final = 40
_MOST_CHANGES: Final = 30
"""lines that are shown; `--json` has all"""


def import_(
    call: Call,
    file: Annotated[str, argument(msg("an .xlsx or .csv file: rows are people, columns days; or a duty list"), "FILE")],
    month: Annotated[
        str | None, option("--month", help=msg("the month of columns that say days only: 2026-12"), metavar="MONTH")
    ] = None,
    reason: Annotated[str | None, option("--reason", help=msg("why"), metavar="TEXT")] = None,
) -> None:
    """Load a month's roster, or a duty list, from a spreadsheet; a fault in any cell loads nothing."""
    from sop_engine.engine.rosters.loading import carry_out, plan_load
    from sop_engine.engine.rosters.reckoning import look_again

    of = None if month is None else month_named(month)
    with call.open() as opened:
        opened.require_administrator()
        planned = plan_load(opened.site.engine, Path(file), of)
        if planned.faults:
            _refuse(call, file, planned)
        new = planned.digest != planned.base
        if not call.json:
            _tell(opened, planned)
        moved: list[str] = []
        if new:
            with call.writing():
                carry_out(opened.site.engine, planned, opened.who, reason, call.dry_run, call.key)
                moved = [] if call.dry_run else look_again(opened.site.engine, opened.who)
        if call.json:
            call.output.json({**_json(planned, new and not call.dry_run), "moved": moved})
        elif call.dry_run:
            call.output.tell(msg("dry run: nothing of this was kept"))
        elif new:
            call.output.tell(msg("the roster of {first} to {last} is loaded", first=str(planned.days[0]),
                                 last=str(planned.days[-1])))  # fmt: skip
        else:
            call.output.tell(msg("the roster says so already: nothing changed"))
        if moved and not call.json:
            call.output.tell(msg("tickets whose shift ends at another time: {count}", count=len(moved)))


def _refuse(call: Call, file: str, planned: "Planned") -> None:
    said = [each.said() for each in planned.faults]
    left = len(said) - _MOST_FAULTS
    if not call.json:
        call.output.tell(*said[:_MOST_FAULTS])
        if left > 0:
            call.output.tell(msg("and {count} more", count=left))
    raise NotUnderstood(
        msg("faults in {file}: {count}; nothing was loaded", file=file, count=len(said)),
        where=file,
        fix=msg("mend them: {faults}", faults=tuple(said)) if call.json else msg("mend these cells, and load it again"),
    )


def _tell(opened: "Opened", planned: "Planned") -> None:
    """What is changed of what was said before; of what is new only how much."""
    output = opened.call.output
    changed = [each for each in planned.changes if each.before]
    rows: list[list[Any]] = [
        [str(each.day), opened.named(each.person), CELLS[each.before], CELLS[each.after]] for each in changed
    ]
    for title, changes in ((msg("leads"), planned.leads), (msg("duty"), planned.duty)):
        rows += [[str(each.day), title, _people(opened, each.before), _people(opened, each.after)] for each in changes]
    heads = [Column(msg("date"), whole=True), Column(msg("who")), Column(msg("before")), Column(msg("afterwards"))]
    output.table(heads, rows[:_MOST_CHANGES] if output.on_terminal() else rows)
    if output.on_terminal() and len(rows) > _MOST_CHANGES:
        output.tell(msg("and {count} more", count=len(rows) - _MOST_CHANGES))
    output.tell(
        msg("shifts that are new: {new}, changed: {changed}; people: {people}, days: {days}",
            new=len(planned.changes) - len(changed), changed=len(changed),
            people=len({each.person for each in planned.changes}), days=len(planned.days))
    )  # fmt: skip


def _people(opened: "Opened", ids: str) -> Any:
    return tuple(opened.names.get(each) or each for each in ids.split(",") if each) or CELLS[""]


def _json(planned: "Planned", written: bool) -> dict[str, Any]:
    def change(each: "Change") -> dict[str, Any]:
        return {"date": str(each.day), "person": each.person, "before": each.before or None,
                "after": each.after or None}  # fmt: skip

    def listed(each: "Change") -> dict[str, Any]:
        return {"date": str(each.day), "before": _ids(each.before), "after": _ids(each.after)}

    return {
        "written": written,
        "from": str(planned.days[0]) if planned.days else None,
        "to": str(planned.days[-1]) if planned.days else None,
        "digest": planned.digest,
        "shifts": [change(each) for each in planned.changes],
        "leads": [listed(each) for each in planned.leads],
        "duty": [listed(each) for each in planned.duty],
    }


def _ids(text: str) -> list[str]:
    return [each for each in text.split(",") if each]


def check(call: Call) -> int:
    """Look at the roster of the next two weeks; exit code 1 where a shift has nobody who must be there."""
    from sop_engine.console.keeper.rostering import look_at_roster
    from sop_engine.engine.rosters.loading import standing_roster

    with call.open() as opened:
        opened.require_known()
        findings: list[tuple[str, Message, Message]] = look_at_roster(opened)
        if call.json:
            word = call.output.word
            call.output.json([{"severity": kind, "what": word(what), "fix": word(fix)} for kind, what, fix in findings])
        else:
            for _kind, what, fix in findings:
                call.output.line(what)
                call.output.line(msg("  mend it: {fix}", fix=fix))
            if not findings:
                with opened.reading() as reading:
                    loaded = standing_roster(opened.site.engine, reading) is not None
                silent = msg("no roster was loaded, and no procedure asks who is on shift")
                call.output.line(msg("nothing is wrong") if loaded else silent)
    return int(bool(findings))
