"""`sop report firms`: what firms from outside promised in a month, and what came of it; every figure leads to its
tickets. The centre's own promises to the owner are not in it: `sop report sla` has them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.firm_names import firm_named
from sop_engine.console.keeper.figures import (
    AsCsv,
    AsOf,
    Month,
    Words,
    end_of,
    minutes,
    month_of,
    percent,
    print_rows,
    share_text,
)
from sop_engine.console.keeper.reports import RESULT
from sop_engine.console.names import span
from sop_engine.console.output import Column
from sop_engine.console.parameters import option
from sop_engine.engine.reports.promises import Figures, Outcome, figures, outcomes
from sop_engine.messages import msg

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def firms(
    call: Call,
    month: Month = None,
    firm: Annotated[str | None, option("--firm", help=msg("only this firm, by id or title"), metavar="FIRM")] = None,
    listed: Annotated[bool, option("--list", help=msg("the tickets behind the figures"))] = False,
    as_of: AsOf = None,
    as_csv: AsCsv = False,
) -> None:
    """What firms from outside promised in a month, and what came of it: kept, late, median, worst."""
    with call.open() as opened:
        opened.require_known()
        since, until = month_of(opened, month)
        limit = end_of(opened, as_of)
        with opened.reading() as reading:
            only = None if firm is None else firm_named(reading, firm)
            every = outcomes(reading, opened.site.engine.programs, since, until, limit)
            found = (each for each in every if each.firm and only in (None, each.firm))
            if listed:
                count = _print_list(
                    opened, sorted(found, key=lambda each: (each.firm, each.ended, each.ticket)), as_csv
                )
            else:
                count = _print_figures(opened, figures(found, ("firm", "goal")), as_csv)
        if not count:
            call.output.tell(msg("nothing that a firm had promised ended in that time"))


def _print_figures(opened: "Opened", found: list[Figures], as_csv: bool) -> int:
    words = Words(opened)
    columns = [
        Column(msg("firm")), Column(msg("promise")), Column(msg("kept"), whole=True), Column(msg("late"), whole=True),
        Column(msg("missed, open")), Column(msg("given up")), Column(msg("share kept")), Column(msg("median")),
        Column(msg("worst")),
    ]  # fmt: skip
    return print_rows(opened, columns, ((_json(each), _cells(opened, words, each)) for each in found), as_csv)


def _json(each: Figures) -> dict[str, Any]:
    firm, goal = each.group
    return {
        "firm": firm, "goal": goal, "kept": each.kept, "late": each.late, "breached": each.breached,
        "dropped": each.dropped, "share": share_text(each.share), "median_minutes": minutes(each.median),
        "worst_minutes": minutes(each.worst), "tickets": each.tickets,
    }  # fmt: skip


def _cells(opened: "Opened", words: Words, each: Figures) -> list[Any]:
    firm, goal = each.group
    return [opened.firm_titles.get(firm, firm), words.say("goal", goal), str(each.kept), str(each.late),
            str(each.breached), str(each.dropped), percent(each.share), span(each.median),
            span(each.worst)]  # fmt: skip


def _print_list(opened: "Opened", found: list[Outcome], as_csv: bool) -> int:
    words = Words(opened)
    columns = [
        Column(msg("number"), whole=True), Column(msg("firm")), Column(msg("promise")), Column(msg("result")),
        Column(msg("ended")), Column(msg("used, min")),
    ]  # fmt: skip
    return print_rows(opened, columns, _rows(opened, words, found), as_csv)


def _rows(opened: "Opened", words: Words, found: list[Outcome]) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    for each in found:
        ended = each.ended.astimezone(opened.zone)
        entries = {
            "ticket": each.ticket, "firm": each.firm, "goal": each.goal, "result": each.result,
            "ended": ended.isoformat(timespec="seconds"), "used_minutes": minutes(each.used), "unit": each.unit,
        }  # fmt: skip
        yield entries, [each.ticket, opened.firm_titles.get(each.firm, each.firm), words.say("goal", each.goal),
                        RESULT[each.result], f"{ended:%m-%d %H:%M}", str(minutes(each.used))]  # fmt: skip
