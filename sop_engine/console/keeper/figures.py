"""What reports share: which time, which groups, and figures as a table, CSV or JSON."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.output import Column
from sop_engine.console.parameters import option
from sop_engine.console.text import FORMULA
from sop_engine.console.tickets import newest_versions, normal_form
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, msg, title_of
from sop_engine.ticket.near import near
from sop_engine.worktime import at_wall_time

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

Month = Annotated[str | None, option("--month", help=msg("the month: 2026-11 (default: this one)"), metavar="MONTH")]
AsCsv = Annotated[bool, option("--csv", help=msg("as CSV"))]
AsOf = Annotated[
    str | None, option("--as-of", help=msg("by what was recorded up to the end of this day"), metavar="DATE")
]
GROUPS: Final[Mapping[str, Message]] = {
    "procedure": msg("procedure"), "goal": msg("promise"), "part": msg("part"), "unit": msg("unit"),
    "person": msg("person"), "entry": msg("entered"),
}  # fmt: skip


def groups_of(by: str, known: Sequence[str]) -> tuple[str, ...]:
    """The groups of `--by`. Raises `NotUnderstood`."""
    groups = tuple(each.strip() for each in by.split(","))
    for each in groups:
        if each not in known:
            raise NotUnderstood(
                msg("there is no group {group}; there are {groups}", group=each[:40], groups=tuple(known)),
                near=near(each, known),
            )
    return tuple(dict.fromkeys(groups))


def month_of(opened: "Opened", text: str | None) -> tuple[datetime, datetime]:
    """The month of `--month` (None: this one), from its first instant to that of the next. Raises `NotUnderstood`."""
    today = opened.now.astimezone(opened.zone).date()
    try:
        first = today.replace(day=1) if text is None else date.fromisoformat(f"{text}-01")
        following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        return _midnight(opened, first), _midnight(opened, following)
    except (ValueError, OverflowError):
        raise NotUnderstood(
            msg("`{text}` is no month", text=str(text)[:20]), fix=msg("write it so: --month 2026-10")
        ) from None


def end_of(opened: "Opened", text: str | None) -> datetime | None:
    """The end of the day of `--as-of`; None where there is none. Raises `NotUnderstood`."""
    if text is None:
        return None
    try:
        return _midnight(opened, date.fromisoformat(text) + timedelta(days=1))
    except (ValueError, OverflowError):
        raise NotUnderstood(msg("`{text}` is no date", text=text[:20]), fix=msg("write it so: 2026-11-30")) from None


def _midnight(opened: "Opened", day: date) -> datetime:
    return at_wall_time(datetime(day.year, day.month, day.day), opened.zone).astimezone(UTC)


# --- in words --------------------------------------------------------------------------------------------------------


class Words:
    """Ids of a report as its readers know them: people by name, procedures, promises and parts by title."""

    def __init__(self, opened: "Opened") -> None:
        self._opened = opened
        self._titles: dict[tuple[str, str], str] = {}
        language = opened.call.language
        with opened.reading() as reading:
            for version in newest_versions(reading).values():
                form = normal_form(reading, version.digest)
                self._titles["procedure", version.procedure] = title_of(form["title"], language, version.procedure)
                offers = [(each["trigger"], each) for state in form["states"] for each in state.get("offers", ())]
                goals, states = form.get("goals", ()), form["states"]
                self._add("goal", ((each["id"], each) for each in goals), language)
                self._add("part", ((each["id"], each) for each in states), language)
                self._add("trigger", offers, language)

    def _add(self, kind: str, named: Iterable[tuple[str, Mapping[str, Any]]], language: str) -> None:
        for id, each in named:
            self._titles.setdefault((kind, id), title_of(each.get("title", {}), language, id))

    def say(self, kind: str, value: str) -> Any:
        """A value of a column in words."""
        if kind == "entry":
            return msg("from paper") if value == "backfilled" else msg("live")
        if kind == "person":
            return (self._opened.names.get(value) or value) if value else msg("nobody")
        return self._titles.get((kind, value), value)


# --- as a table, CSV or JSON -----------------------------------------------------------------------------------------


def print_rows(
    opened: "Opened", columns: Sequence[Column], rows: Iterable[tuple[Mapping[str, Any], Sequence[Any]]], as_csv: bool
) -> int:
    """Print rows, each as entries for programs and as cells for people; gives how many. JSON and CSV have the entries,
    a table the cells."""
    output = opened.call.output
    if opened.training:
        rows = (({**entries, "training": True}, cells) for entries, cells in rows)
    if as_csv and not output.as_json:
        return _print_csv(opened, (entries for entries, _cells in rows))
    if output.as_json:
        output.json_list(entries for entries, _cells in rows)
        return 1
    return output.table(columns, (cells for _entries, cells in rows))


def _print_csv(opened: "Opened", rows: Iterable[Mapping[str, Any]]) -> int:
    """CSV with a head line; a value that a spreadsheet would take for a formula gets an apostrophe."""
    count = 0
    for count, row in enumerate(rows, start=1):
        if count == 1:
            _print_line(opened, row)
        _print_line(opened, [tame(value) for value in row.values()])
    return count


def _print_line(opened: "Opened", cells: Iterable[Any]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    opened.call.output.line(text.getvalue())


def tame(value: Any) -> Any:
    """A cell of CSV that no spreadsheet takes for a formula; full-width signs count too, as Chinese ones read them."""
    if isinstance(value, list):
        value = " ".join(filter(None, value))
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def minutes(time: timedelta) -> int:
    """A length of time in whole minutes, as figures have it."""
    return round(time.total_seconds() / 60)


def share_text(share: float | None) -> str | None:
    """A share as JSON has it: four places."""
    return None if share is None else f"{share:.4f}"


def percent(share: float | None) -> str:
    """A share as a table has it."""
    return "" if share is None else f"{share * 100:.0f} %"
