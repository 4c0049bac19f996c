"""`sop report reopen`: which tickets went back to an earlier part of their procedure, and whose work that was."""

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
from sop_engine.engine.reports.returns import MEMBERS, Return, ReturnFigures, movements, return_figures
from sop_engine.messages import msg

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

BY: Final = "procedure,part"


def reopen(
    call: Call,
    month: Month = None,
    by: Annotated[str, option("--by", help=msg("groups: procedure, part, unit, person"), metavar="GROUPS")] = BY,
    listed: Annotated[bool, option("--list", help=msg("the tickets that went back"))] = False,
    as_of: AsOf = None,
    as_csv: AsCsv = False,
) -> None:
    """Which tickets went back to an earlier part of their procedure in a month."""
    groups = groups_of(by, MEMBERS)
    with call.open() as opened:
        opened.require_known()
        since, until = month_of(opened, month)
        limit = end_of(opened, as_of)
        with opened.reading() as reading:
            found = movements(reading, opened.site.engine.programs, since, until, limit)
            if listed:
                returns = [each for each in found if isinstance(each, Return)]
            else:
                counted = return_figures(found, groups)
        count = _print_list(opened, returns, as_csv) if listed else _print_figures(opened, groups, counted, as_csv)
        if not count:
            opened.call.output.tell(msg("nothing went back in that time"))


def _print_figures(opened: "Opened", groups: tuple[str, ...], found: list[ReturnFigures], as_csv: bool) -> int:
    words = Words(opened)
    columns = [
        *(Column(GROUPS[name], whole=name == "unit") for name in groups),
        Column(msg("reached")), Column(msg("went back")), Column(msg("share")), Column(msg("tickets")),
        Column(msg("after (median)")),
    ]  # fmt: skip
    rows = ((_figures_json(groups, each), _figures_cells(words, groups, each)) for each in found)
    return print_rows(opened, columns, rows, as_csv)


def _figures_json(groups: tuple[str, ...], each: ReturnFigures) -> dict[str, Any]:
    return {
        **dict(zip(groups, each.group, strict=True)),
        "reached": each.reached, "returned": each.returned, "share": share_text(each.share), "tickets": each.tickets,
        "after_minutes": minutes(each.after),
    }  # fmt: skip


def _figures_cells(words: Words, groups: tuple[str, ...], each: ReturnFigures) -> list[Any]:
    named = [words.say(name, value) for name, value in zip(groups, each.group, strict=True)]
    return [*named, str(each.reached), str(each.returned), percent(each.share), str(each.tickets), span(each.after)]


def _print_list(opened: "Opened", found: list[Return], as_csv: bool) -> int:
    words = Words(opened)
    columns = [
        Column(msg("number"), whole=True), Column(msg("when")), Column(msg("out of")), Column(msg("back to")),
        Column(msg("by what")), Column(msg("after")), Column(msg("unit"), whole=True), Column(msg("person")),
    ]  # fmt: skip
    found.sort(key=lambda each: (each.at, each.reached.ticket))
    return print_rows(
        opened, columns, ((_return_json(opened, each), _return_cells(opened, words, each)) for each in found), as_csv
    )


def _return_json(opened: "Opened", each: Return) -> dict[str, Any]:
    return {
        "ticket": each.reached.ticket,
        "procedure": each.reached.procedure,
        "at": each.at.astimezone(opened.zone).isoformat(timespec="seconds"),
        "part": each.reached.part,
        "to": each.to,
        "trigger": each.trigger,
        "by": each.by,
        "after_minutes": minutes(each.after),
        "unit": each.unit,
        "person": each.reached.person,
    }


def _return_cells(opened: "Opened", words: Words, each: Return) -> list[Any]:
    return [each.reached.ticket, f"{each.at.astimezone(opened.zone):%m-%d %H:%M}",
            words.say("part", each.reached.part), words.say("part", each.to), words.say("trigger", each.trigger),
            span(each.after), each.unit, words.say("person", each.reached.person)]  # fmt: skip
