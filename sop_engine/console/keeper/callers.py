"""`sop report callers`: how many people called in a month, and how many jobs that was."""

from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.keeper.figures import AsCsv, AsOf, Month, Words, end_of, month_of, print_rows
from sop_engine.console.output import Column
from sop_engine.console.parameters import option
from sop_engine.engine.reports.causes import Called, Caller, by_cause, figures
from sop_engine.engine.reports.causes import callers as all_callers
from sop_engine.messages import msg

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def callers(
    call: Call,
    month: Month = None,
    listed: Annotated[bool, option("--list", help=msg("the causes of which more than one told"))] = False,
    as_of: AsOf = None,
    as_csv: AsCsv = False,
) -> None:
    """How many tickets were opened in a month, and how many jobs that was: those of one cause are one job."""
    with call.open() as opened:
        opened.require_known()
        since, until = month_of(opened, month)
        limit = end_of(opened, as_of)
        with opened.reading() as reading:
            found = list(all_callers(reading, opened.site.engine.programs, since, until, limit))
        if listed:
            causes = [(leader, group) for leader, group in by_cause(found).items() if len(group) > 1]
            count = _print_causes(opened, causes, as_csv)
        else:
            count = _print_figures(opened, figures(found), as_csv)
        if not count:
            call.output.tell(
                msg("nobody told of the same cause twice") if listed else msg("nothing was opened in that time")
            )


def _print_figures(opened: "Opened", found: list[Called], as_csv: bool) -> int:
    words = Words(opened)
    columns = [
        Column(msg("procedure")), Column(msg("callers")), Column(msg("jobs")), Column(msg("most of one cause")),
    ]  # fmt: skip
    rows = (
        (
            {"procedure": each.procedure, "callers": each.callers, "jobs": each.jobs, "most": each.most},
            [words.say("procedure", each.procedure), str(each.callers), str(each.jobs), str(each.most)],
        )
        for each in found
    )
    return print_rows(opened, columns, rows, as_csv)


def _print_causes(opened: "Opened", found: list[tuple[str, list[Caller]]], as_csv: bool) -> int:
    words = Words(opened)
    columns = [
        Column(msg("number"), whole=True), Column(msg("procedure")), Column(msg("callers")), Column(msg("units")),
        Column(msg("first")), Column(msg("last")),
    ]  # fmt: skip
    return print_rows(opened, columns, ((_json(opened, *each), _cells(opened, words, *each)) for each in found), as_csv)


def _json(opened: "Opened", leader: str, group: list[Caller]) -> dict[str, Any]:
    times = sorted(each.opened.astimezone(opened.zone).isoformat(timespec="seconds") for each in group)
    return {
        "ticket": leader,
        "procedure": group[0].procedure,
        "callers": len(group),
        "tickets": [each.ticket for each in group],
        "units": _units(group),
        "first": times[0],
        "last": times[-1],
    }


def _cells(opened: "Opened", words: Words, leader: str, group: list[Caller]) -> list[Any]:
    times = sorted(each.opened for each in group)
    first, last = (f"{each.astimezone(opened.zone):%m-%d %H:%M}" for each in (times[0], times[-1]))
    return [leader, words.say("procedure", group[0].procedure), str(len(group)), tuple(_units(group)), first, last]


def _units(group: list[Caller]) -> list[str]:
    return sorted({each.unit for each in group if each.unit})
