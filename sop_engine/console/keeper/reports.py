"""`sop report sla`: what was promised in a month, and what came of it; every figure leads to its tickets."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.keeper.figures import (
    GROUPS,
    AsCsv,
    AsOf,
    Month,
    Words,
    end_of,
    groups_of,
    minutes,
    month_of,
    percent,
    print_rows,
    share_text,
)
from sop_engine.console.names import span
from sop_engine.console.output import Column
from sop_engine.console.parameters import option
from sop_engine.engine.reports.promises import RESULTS, Figures, Outcome, figures, outcomes
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.ticket.near import near

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

RESULT: Final = {
    "kept": msg("kept"), "late": msg("late"), "breached": msg("missed, open"), "dropped": msg("given up"),
}  # fmt: skip
BY: Final = ("procedure", "goal", "unit", "person", "entry")


def sla(
    call: Call,
    month: Month = None,
    by: Annotated[
        str, option("--by", help=msg("groups: procedure, goal, unit, person, entry"), metavar="GROUPS")
    ] = "procedure,goal",
    listed: Annotated[
        str | None, option("--list", help=msg("the tickets: kept, late, breached, dropped or all"), metavar="RESULT")
    ] = None,
    as_of: AsOf = None,
    as_csv: AsCsv = False,
) -> None:
    """What was promised in a month, and what came of it."""
    groups = groups_of(by, BY)
    if listed is not None and listed not in (*RESULTS, "all"):
        raise NotUnderstood(
            msg("there is no result {result}; there are {results}", result=listed[:40], results=(*RESULTS, "all")),
            near=near(listed, RESULTS),
        )
    with call.open() as opened:
        opened.require_known()
        since, until = month_of(opened, month)
        limit = end_of(opened, as_of)
        with opened.reading() as reading:
            void: Counter[str] = Counter()
            found = outcomes(reading, opened.site.engine.programs, since, until, limit, void)
            if listed is None:
                counted = figures(found, groups)
            else:
                wanted = [each for each in found if listed in ("all", each.result)]
        if listed is None:
            _print_figures(opened, groups, counted, as_csv)
        else:
            _print_list(opened, wanted, as_csv)
        if void:
            call.output.tell(msg("left out since they are void: {tickets}", tickets=tuple(void)))


def _print_figures(opened: "Opened", groups: tuple[str, ...], found: list[Figures], as_csv: bool) -> None:
    words = Words(opened)
    columns = [
        *(Column(GROUPS[name], whole=name == "unit") for name in groups),
        Column(msg("kept"), whole=True), Column(msg("late"), whole=True), Column(msg("missed, open")),
        Column(msg("given up")), Column(msg("share kept")), Column(msg("median")), Column(msg("90 %")),
        Column(msg("paused")),
    ]  # fmt: skip
    rows = ((_figures_json(groups, each), _figures_cells(words, groups, each)) for each in found)
    if not print_rows(opened, columns, rows, as_csv):
        opened.call.output.tell(msg("nothing that was promised ended in that time"))
    backfilled = sum(each.backfilled for each in found)
    if backfilled:
        opened.call.output.tell(
            msg("of these, entered afterwards from paper: {count}; apart: --by entry", count=backfilled)
        )


def _figures_json(groups: tuple[str, ...], each: Figures) -> dict[str, Any]:
    return {
        **dict(zip(groups, each.group, strict=True)),
        "kept": each.kept, "late": each.late, "breached": each.breached, "dropped": each.dropped,
        "share": share_text(each.share), "median_minutes": minutes(each.median), "p90_minutes": minutes(each.ninth),
        "paused_minutes": minutes(each.paused), "tickets": each.tickets,
    }  # fmt: skip


def _figures_cells(words: Words, groups: tuple[str, ...], each: Figures) -> list[Any]:
    named = [words.say(name, value) for name, value in zip(groups, each.group, strict=True)]
    return [*named, str(each.kept), str(each.late), str(each.breached), str(each.dropped), percent(each.share),
            span(each.median), span(each.ninth), span(each.paused)]  # fmt: skip


def _print_list(opened: "Opened", found: list[Outcome], as_csv: bool) -> None:
    words = Words(opened)
    columns = [
        Column(msg("number"), whole=True), Column(msg("promise")), Column(msg("result")), Column(msg("ended")),
        Column(msg("used, min")), Column(msg("paused, min")), Column(msg("unit"), whole=True), Column(msg("person")),
    ]  # fmt: skip
    found.sort(key=lambda each: (each.ended, each.ticket))
    print_rows(opened, columns, ((_outcome_json(opened, each), _outcome_cells(opened, words, each)) for each in found),
               as_csv)  # fmt: skip


def _outcome_json(opened: "Opened", each: Outcome) -> dict[str, Any]:
    return {
        "ticket": each.ticket,
        "procedure": each.procedure,
        "goal": each.goal,
        "result": each.result,
        "ended": each.ended.astimezone(opened.zone).isoformat(timespec="seconds"),
        "used_minutes": minutes(each.used),
        "paused_minutes": minutes(each.paused),
        "unit": each.unit,
        "person": each.person,
    }


def _outcome_cells(opened: "Opened", words: Words, each: Outcome) -> list[Any]:
    ended = f"{each.ended.astimezone(opened.zone):%m-%d %H:%M}"
    return [each.ticket, words.say("goal", each.goal), RESULT[each.result], ended, str(minutes(each.used)),
            str(minutes(each.paused)), each.unit, words.say("person", each.person)]  # fmt: skip
