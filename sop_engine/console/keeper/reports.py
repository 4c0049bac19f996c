"""`sop report`: figures that managers ask for, each leading to its tickets."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.names import span
from sop_engine.console.output import Column
from sop_engine.console.parameters import option
from sop_engine.engine.reports import RESULTS, Figures, Outcome, figures, outcomes
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, msg
from sop_engine.store.seam import Head, Query, Reads
from sop_engine.ticket.near import near
from sop_engine.ticket.records import SITE
from sop_engine.worktime import at_wall_time

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

GROUPS: Final[Mapping[str, Message]] = {
    "procedure": msg("procedure"), "goal": msg("promise"), "unit": msg("unit"), "person": msg("person"),
}  # fmt: skip
AGES: Final[tuple[tuple[str, timedelta], ...]] = (
    ("1d", timedelta(days=1)), ("3d", timedelta(days=3)), ("7d", timedelta(days=7)), ("30d", timedelta(days=30)),
)  # fmt: skip
"""open for less than this; what is older stands in a column of its own"""
FIGURES: Final = (
    "kept", "late", "breached", "dropped", "share", "median_minutes", "p90_minutes", "paused_minutes", "tickets",
)  # fmt: skip
_Month = Annotated[str | None, option("--month", help=msg("the month: 2026-11 (default: this one)"), metavar="MONTH")]
_Csv = Annotated[bool, option("--csv", help=msg("as CSV"))]


def sla(
    call: Call,
    month: _Month = None,
    by: Annotated[
        str, option("--by", help=msg("groups: procedure, goal, unit, person"), metavar="GROUPS")
    ] = "procedure,goal",
    listed: Annotated[
        str | None, option("--list", help=msg("the tickets: kept, late, breached, dropped or all"), metavar="RESULT")
    ] = None,
    as_of: Annotated[
        str | None, option("--as-of", help=msg("by what was recorded up to the end of this day"), metavar="DATE")
    ] = None,
    as_csv: _Csv = False,
) -> None:
    """What was promised in a month, and what came of it."""
    groups = _groups(by)
    if listed is not None and listed not in (*RESULTS, "all"):
        raise NotUnderstood(
            msg("there is no result {result}; there are {results}", result=listed[:40], results=(*RESULTS, "all")),
            near=near(listed, RESULTS),
        )
    with call.open() as opened:
        opened.require_known()
        since, until = _month(opened, month)
        limit = None if as_of is None else _midnight(opened, _date(as_of) + timedelta(days=1))
        with opened.reading() as reading:
            found = list(outcomes(reading, opened.site.engine.programs, since, until, limit))
            if listed is not None:
                _list(opened, [each for each in found if listed in ("all", each.result)], as_csv)
                return
        _print_figures(opened, groups, figures(found, groups), as_csv)


def _groups(by: str) -> tuple[str, ...]:
    groups = tuple(each.strip() for each in by.split(","))
    for each in groups:
        if each not in GROUPS:
            raise NotUnderstood(
                msg("there is no group {group}; there are {groups}", group=each[:40], groups=tuple(GROUPS)),
                near=near(each, GROUPS),
            )
    return groups


def _month(opened: "Opened", text: str | None) -> tuple[datetime, datetime]:
    today = opened.now.astimezone(opened.zone).date()
    try:
        first = today.replace(day=1) if text is None else date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotUnderstood(
            msg("`{text}` is no month", text=str(text)[:20]), fix=msg("write it so: --month 2026-10")
        ) from None
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return _midnight(opened, first), _midnight(opened, following)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotUnderstood(msg("`{text}` is no date", text=text[:20]), fix=msg("write it so: 2026-11-30")) from None


def _midnight(opened: "Opened", day: date) -> datetime:
    return at_wall_time(datetime(day.year, day.month, day.day), opened.zone).astimezone(UTC)


def _print_figures(opened: "Opened", groups: tuple[str, ...], found: Sequence[Figures], as_csv: bool) -> None:
    output = opened.call.output
    if output.as_json:
        output.json([_figures_json(groups, each) for each in found])
        return
    if as_csv:
        heads = [*groups, *FIGURES]
        _csv(opened, heads, (list(_figures_json(groups, each).values()) for each in found))
        return
    columns = [
        *(Column(GROUPS[name], whole=True) for name in groups),
        Column(msg("kept")), Column(msg("late")), Column(msg("missed, open")), Column(msg("given up")),
        Column(msg("share kept")), Column(msg("median")), Column(msg("90 %")), Column(msg("paused")),
    ]  # fmt: skip
    output.table(columns, [_figures_row(each) for each in found])
    if not found:
        output.tell(msg("nothing that was promised ended in that time"))


def _figures_row(each: Figures) -> list[Any]:
    share = "" if each.share is None else f"{each.share * 100:.0f} %"
    return [*each.group, str(each.kept), str(each.late), str(each.breached), str(each.dropped), share,
            span(each.median), span(each.ninth), span(each.paused)]  # fmt: skip


def _figures_json(groups: tuple[str, ...], each: Figures) -> dict[str, Any]:
    minutes = (round(time.total_seconds() / 60) for time in (each.median, each.ninth, each.paused))
    share = None if each.share is None else f"{each.share:.4f}"
    values = (each.kept, each.late, each.breached, each.dropped, share, *minutes, len(each.tickets))
    return dict(zip((*groups, *FIGURES), (*each.group, *values), strict=True))


def _list(opened: "Opened", found: Iterable[Outcome], as_csv: bool) -> None:
    output = opened.call.output
    rows = [
        {
            "ticket": each.ticket,
            "procedure": each.procedure,
            "goal": each.goal,
            "result": each.result,
            "ended": each.ended.astimezone(opened.zone).isoformat(timespec="seconds"),
            "used_minutes": round(each.used.total_seconds() / 60),
            "paused_minutes": round(each.paused.total_seconds() / 60),
            "unit": each.unit,
            "person": each.person,
        }
        for each in sorted(found, key=lambda each: (each.ended, each.ticket))
    ]
    if output.as_json:
        output.json(rows)
        return
    names = ("ticket", "procedure", "goal", "result", "ended", "used_minutes", "paused_minutes", "unit", "person")
    if as_csv:
        _csv(opened, names, ([row[name] for name in names] for row in rows))
        return
    titles = (msg("number"), msg("procedure"), msg("promise"), msg("result"), msg("ended"), msg("used, min"),
              msg("paused, min"), msg("unit"), msg("person"))  # fmt: skip
    columns = [Column(title, whole=name in ("ticket", "unit")) for name, title in zip(names, titles, strict=True)]
    output.table(columns, [[str(row[name]) for name in names] for row in rows])


def _csv(opened: "Opened", heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """CSV with a head line; a value that a spreadsheet would take for a formula gets an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_tame(value) for value in row])
    for line in text.getvalue().splitlines():
        opened.call.output.line(line)


def _tame(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


# --- what is open ----------------------------------------------------------------------------------------------------


def load(call: Call, as_csv: _Csv = False) -> None:
    """Who has how much: open tickets and tasks by person and procedure."""
    with call.open() as opened:
        opened.require_known()
        counts: dict[tuple[str, str], list[int]] = {}
        with opened.reading() as reading:
            for head in _open(reading):
                counts.setdefault((head.owner, head.procedure), [0, 0])[0] += 1
                for task in head.tasks.values():
                    counts.setdefault((task.get("assignee") or "", head.procedure), [0, 0])[1] += 1
        rows = [
            {"person": person, "procedure": procedure, "owned": owned, "tasks": tasks}
            for (person, procedure), (owned, tasks) in sorted(counts.items())
        ]
        _table(opened, rows, as_csv, {"person": msg("person"), "procedure": msg("procedure"),
                                      "owned": msg("owner of"), "tasks": msg("tasks")})  # fmt: skip


def aging(call: Call, as_csv: _Csv = False) -> None:
    """How old what is open is, by procedure."""
    with call.open() as opened:
        opened.require_known()
        from sop_engine import canonical

        counts: dict[str, list[int]] = {}
        with opened.reading() as reading:
            for head in _open(reading):
                age = opened.now - canonical.instant_of(head.opened)
                rank = next((rank for rank, (_name, most) in enumerate(AGES) if age < most), len(AGES))
                counts.setdefault(head.procedure, [0] * (len(AGES) + 1))[rank] += 1
        names = [*(f"under_{name}" for name, _most in AGES), "older"]
        rows = [{"procedure": name, **dict(zip(names, found, strict=True))} for name, found in sorted(counts.items())]
        titles = {"procedure": msg("procedure"), "under_1d": msg("under a day"), "under_3d": msg("1 to 3 days"),
                  "under_7d": msg("3 to 7 days"), "under_30d": msg("7 to 30 days"), "older": msg("older")}  # fmt: skip
        _table(opened, rows, as_csv, titles)


def _open(reading: Reads) -> Iterable[Head]:
    after: str | None = None
    while heads := reading.heads(Query(status="open", after=after, limit=500)):
        yield from (head for head in heads if head.id != SITE)
        after = heads[-1].id


def _table(opened: "Opened", rows: list[dict[str, Any]], as_csv: bool, titles: Mapping[str, Message]) -> None:
    output = opened.call.output
    if output.as_json:
        output.json(rows)
    elif as_csv:
        _csv(opened, tuple(titles), ([row[name] for name in titles] for row in rows))
    else:
        columns = [Column(title, whole=name == "procedure") for name, title in titles.items()]
        output.table(columns, [[_shown(opened, name, row[name]) for name in titles] for row in rows])


def _shown(opened: "Opened", name: str, value: Any) -> Any:
    if name == "person":
        return (opened.names.get(value) or value) if value else msg("nobody")
    return str(value)
