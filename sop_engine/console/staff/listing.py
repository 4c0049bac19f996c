"""A list of tickets as a table: its columns, and what stands in them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sop_engine import canonical
from sop_engine.console.names import short_span
from sop_engine.console.output import Column
from sop_engine.console.tickets import folded, normal_form
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, Text, msg, say
from sop_engine.store.seam import NOT_NOW, Head
from sop_engine.ticket.near import near

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


class Titles:
    """Titles of procedures, states and roles, read without making the procedures ready to run."""

    def __init__(self, opened: "Opened") -> None:
        self._opened = opened
        self._titles: dict[str, dict[tuple[str, str], Text]] = {}

    def of(self, digest: str, kind: str, id: str) -> Any:
        """The title of one of the `states` or `roles` of a version, or of the `procedure`; its id where it has none."""
        if digest not in self._titles:
            with self._opened.reading() as reading:
                form = normal_form(reading, digest)
            titles = {
                (kind, each["id"]): each.get("title", {}) for kind in ("states", "roles") for each in form.get(kind, ())
            }
            self._titles[digest] = titles | {("procedure", form.get("id", "")): form.get("title", {})}
        return self._titles[digest].get((kind, id)) or id


class Lines(NamedTuple):
    """What the cells of a list are made with."""

    opened: "Opened"
    titles: Titles


class Cell(NamedTuple):
    """A column of lists: its title, and how a ticket's cell is made."""

    title: Message
    of: Callable[[Lines, Head], Any]
    whole: bool = False


def left(head: Head, now: datetime) -> Any:
    """What is left until the next promise is due; where nothing is promised, until the next timer fires. What is late,
    or has not fired yet, is said in words."""
    late = min((each for each in (head.missed, head.promised) if each is not None), default=NOT_NOW)
    if late != NOT_NOW and canonical.instant_of(late) <= now:
        return msg("{span} late", span=short_span(now - canonical.instant_of(late)))
    if head.next_due is not None and canonical.instant_of(head.next_due) <= now:
        return msg("due {span} ago", span=short_span(now - canonical.instant_of(head.next_due)))
    if head.promised == NOT_NOW:
        return msg("paused")
    following = head.promised or head.next_due
    return "" if following is None else short_span(canonical.instant_of(following) - now)


def states(lines: Lines, head: Head) -> Any:
    """The states of a ticket by title."""
    titles: Any = tuple(lines.titles.of(head.digest, "states", leaf) for leaf in head.state)
    return titles if head.suspended is None else msg("suspended: {state}", state=titles)


def holders(lines: Lines, head: Head) -> Any:
    """Who has the tasks of a ticket; a role in brackets where nobody has taken one."""
    names = lines.opened.names
    return tuple(
        names.get(task["assignee"]) or task["assignee"]
        if "assignee" in task
        else msg("({role})", role=lines.titles.of(head.digest, "roles", task["role"]))
        for task in head.tasks.values()
    )


def _procedure(lines: Lines, head: Head) -> Any:
    return lines.titles.of(head.digest, "procedure", head.procedure)


def _minute(lines: Lines, instant: str) -> str:
    return f"{canonical.instant_of(instant).astimezone(lines.opened.zone):%Y-%m-%d %H:%M}"


CELLS: Final[Mapping[str, Cell]] = {
    "number": Cell(msg("number"), lambda _lines, head: head.id, whole=True),
    "unit": Cell(msg("unit"), lambda _lines, head: head.unit or "", whole=True),
    "subject": Cell(msg("subject"), lambda lines, head: lines.opened.text_seen(head, head.subject)),
    "state": Cell(msg("state"), states),
    "owner": Cell(msg("owner"), lambda lines, head: lines.opened.names.get(head.owner) or head.owner),
    "assignee": Cell(msg("assignee"), holders),
    "left": Cell(msg("left"), lambda lines, head: left(head, lines.opened.now), whole=True),
    "urged": Cell(msg("urged"), lambda _lines, head: head.urged or ""),
    "procedure": Cell(msg("procedure"), _procedure),
    "opened": Cell(msg("opened"), lambda lines, head: _minute(lines, head.opened)),
    "changed": Cell(msg("changed"), lambda lines, head: _minute(lines, head.recorded)),
    "outcome": Cell(msg("outcome"), lambda _lines, head: head.outcome or ""),
    "parent": Cell(msg("part of"), lambda _lines, head: head.parent or "", whole=True),
}
"""Every column by its id, first those that a list has by itself."""
USUAL: Final = ("number", "unit", "subject", "state", "owner", "assignee", "left", "urged")


def columns_named(said: str | None) -> tuple[str, ...]:
    """The columns that `--columns` names, by id or title, with commas between. Raises `NotUnderstood`."""
    if said is None:
        return USUAL
    names: list[str] = []
    words = {title: id for id, cell in CELLS.items() for title in (id, say(cell.title, "zh"), say(cell.title, "en"))}
    for piece in folded(said).replace("、", ",").split(","):
        name = piece.strip()
        if not name:
            continue
        if name not in words:
            raise NotUnderstood(
                msg("there is no column {name}; there are {columns}", name=name[:40], columns=tuple(CELLS)),
                near=near(name, words),
            )
        names.append(words[name])
    if not names:
        raise NotUnderstood(msg("--columns names no column; there are {columns}", columns=tuple(CELLS)))
    return tuple(dict.fromkeys(names))


def print_list(opened: "Opened", heads: Iterable[Head], names: Sequence[str] = USUAL) -> int:
    """Print tickets as a table; gives how many there were."""
    cells = [CELLS[name] for name in names]
    lines = Lines(opened, Titles(opened))
    rows = ([cell.of(lines, head) for cell in cells] for head in heads)
    after = [None, *names]
    columns = [
        Column(cell.title, cell.whole, goes_on=name == "subject" and before == "unit")
        for cell, name, before in zip(cells, names, after, strict=False)
    ]
    if opened.training:
        columns[0] = Column(msg("{column} (TRAINING)", column=cells[0].title), whole=cells[0].whole)
    return opened.call.output.table(columns, rows)
