"""`sop report load` and `aging`: who has how much, and how old it is; now, or at the end of any day by the record."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.keeper.figures import AsCsv, AsOf, Words, end_of, print_rows
from sop_engine.console.names import span
from sop_engine.console.output import Column
from sop_engine.console.parameters import option
from sop_engine.console.team_names import team_named, teams_in
from sop_engine.engine.people.identity import find_person
from sop_engine.engine.reports.histories import open_at
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.seam import Query
from sop_engine.ticket.near import near
from sop_engine.ticket.records import SITE

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

PAGE: Final = 500
ALL: Final = "all"
NOBODY: Final = "nobody"
AGES: Final[tuple[tuple[str, timedelta], ...]] = (
    ("under_1d", timedelta(days=1)), ("under_3d", timedelta(days=3)), ("under_7d", timedelta(days=7)),
    ("under_30d", timedelta(days=30)), ("older", timedelta.max),
)  # fmt: skip
"""open for less than this, and not counted before"""
_TITLES: Final = {
    "under_1d": msg("under a day"), "under_3d": msg("1 to 3 days"), "under_7d": msg("3 to 7 days"),
    "under_30d": msg("7 to 30 days"), "older": msg("older"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """An open ticket as these reports count it."""

    ticket: str
    procedure: str
    unit: str
    owner: str
    tasks: tuple[str, ...]
    """assignees, empty where a task is only offered"""
    opened: str


def load(
    call: Call,
    listed: Annotated[
        str | None, option("--list", help=msg("the tickets of a person, of nobody, or all"), metavar="NAME")
    ] = None,
    as_of: AsOf = None,
    as_csv: AsCsv = False,
    team: Annotated[
        str | None, option("--team", help=msg("only who is of this team today, by id or title"), metavar="TEAM")
    ] = None,
) -> None:
    """Who has how much: open tickets and tasks by person and procedure."""
    with call.open() as opened:
        opened.require_known()
        person = None if listed is None else _person(opened, listed)
        people = _of_team(opened, team)
        when, found = _open_tickets(opened, as_of)
        if person is not None:
            _print_list(opened, when, found, lambda each: _is_of(each, person, people), as_csv)
            return
        counts = _counts(found, people)
        words = Words(opened)
        columns = [Column(msg("person")), Column(msg("procedure")), Column(msg("owner of")), Column(msg("tasks"))]
        rows = (
            (
                {"person": person, "procedure": procedure, "owned": owned, "tasks": tasks},
                [words.say("person", person), words.say("procedure", procedure), str(owned), str(tasks)],
            )
            for (person, procedure), (owned, tasks) in sorted(counts.items())
        )
        if not print_rows(opened, columns, rows, as_csv):
            call.output.tell(msg("nothing was open then"))


def _counts(found: Iterator[Standing], people: frozenset[str] | None) -> dict[tuple[str, str], list[int]]:
    """(person, procedure) -> of how many open tickets he is the owner, and how many tasks he has; of `people` only."""
    counts: dict[tuple[str, str], list[int]] = {}
    for each in found:
        for rank, persons in enumerate(((each.owner,), each.tasks)):
            for person in (each for each in persons if people is None or each in people):
                counts.setdefault((person, each.procedure), [0, 0])[rank] += 1
    return counts


def _is_of(each: Standing, person: str, people: frozenset[str] | None) -> bool:
    """Whether a ticket is somebody's (`all`: anybody's), and one of `people` has something of it."""
    persons = {each.owner, *each.tasks}
    return (person == ALL or person in persons) and (people is None or bool(people & persons))


def _of_team(opened: "Opened", said: str | None) -> frozenset[str] | None:
    """Who is of a team, its lead with them; None where none is named. Raises `NotFound`."""
    if said is None:
        return None
    with opened.reading() as reading:
        entry = teams_in(reading)[team_named(reading, said)]
    return frozenset({*entry["people"], entry["lead"]} - {None})


def aging(
    call: Call,
    listed: Annotated[
        str | None,
        option("--list", help=msg("the tickets: under_1d, under_3d, under_7d, under_30d, older or all"), metavar="AGE"),
    ] = None,
    as_of: AsOf = None,
    as_csv: AsCsv = False,
) -> None:
    """How old what is open is, by procedure."""
    names = [name for name, _most in AGES]
    if listed is not None and listed not in (*names, ALL):
        raise NotUnderstood(
            msg("there is no age {age}; there are {ages}", age=listed[:40], ages=(*names, ALL)),
            near=near(listed, names),
        )
    with call.open() as opened:
        opened.require_known()
        when, found = _open_tickets(opened, as_of)
        if listed is not None:
            _print_list(opened, when, found, lambda each: listed in (ALL, _age(each, when)), as_csv)
            return
        counts: dict[str, dict[str, int]] = {}
        for each in found:
            counts.setdefault(each.procedure, dict.fromkeys(names, 0))[_age(each, when)] += 1
        words = Words(opened)
        columns = [Column(msg("procedure")), *(Column(_TITLES[name]) for name in names)]
        rows = (
            ({"procedure": name, **ages}, [words.say("procedure", name), *map(str, ages.values())])
            for name, ages in sorted(counts.items())
        )
        if not print_rows(opened, columns, rows, as_csv):
            call.output.tell(msg("nothing was open then"))


def _person(opened: "Opened", said: str) -> str:
    """Whose tickets are listed: an id, `all`, or nothing for nobody."""
    if said in (ALL, NOBODY):
        return said if said == ALL else ""
    with opened.reading() as reading:
        return find_person(reading, said).id


def _age(each: Standing, when: datetime) -> str:
    age = when - canonical.instant_of(each.opened)
    return next(name for name, most in AGES if age < most)


def _open_tickets(opened: "Opened", as_of: str | None) -> tuple[datetime, Iterator[Standing]]:
    """What is open now, by the lists; or what was at the end of a day, by the record."""
    until = end_of(opened, as_of)
    if until is None or until > opened.now:
        return opened.now, _now(opened)
    return until, _then(opened, until)


def _now(opened: "Opened") -> Iterator[Standing]:
    query = Query(status="open", limit=PAGE)
    with opened.reading() as reading:
        while heads := reading.heads(query):
            for head in heads:
                if head.id != SITE:
                    tasks = tuple(task.get("assignee") or "" for task in head.tasks.values())
                    yield Standing(head.id, head.procedure, head.unit or "", head.owner, tasks, head.opened)
            query = Query(status="open", after=heads[-1].id, limit=PAGE)


def _then(opened: "Opened", until: datetime) -> Iterator[Standing]:
    with opened.reading() as reading:
        for each in open_at(reading, opened.site.engine.programs, until):
            tasks = tuple(each.tasks.values())
            yield Standing(each.ticket, each.procedure, each.unit, each.owner, tasks, each.opened)


def _print_list(
    opened: "Opened", when: datetime, found: Iterator[Standing], wanted: Callable[[Standing], bool], as_csv: bool
) -> None:
    words = Words(opened)
    columns = [
        Column(msg("number"), whole=True), Column(msg("procedure")), Column(msg("unit"), whole=True),
        Column(msg("opened")), Column(msg("open for")), Column(msg("owner")), Column(msg("assignee")),
    ]  # fmt: skip
    listed = sorted((each for each in found if wanted(each)), key=lambda each: (each.opened, each.ticket))
    if not print_rows(opened, columns, (_row(opened, words, when, each) for each in listed), as_csv):
        opened.call.output.tell(msg("there are no such tickets"))


def _row(opened: "Opened", words: Words, when: datetime, each: Standing) -> tuple[dict[str, Any], list[Any]]:
    age = when - canonical.instant_of(each.opened)
    entries = {"ticket": each.ticket, "procedure": each.procedure, "unit": each.unit,
               "opened": opened.local(each.opened), "age_minutes": round(age.total_seconds() / 60),
               "owner": each.owner, "assignees": list(each.tasks)}  # fmt: skip
    cells = [each.ticket, words.say("procedure", each.procedure), each.unit,
             opened.local(each.opened)[:16].replace("T", " "), span(age), words.say("person", each.owner),
             tuple(words.say("person", each) for each in each.tasks)]  # fmt: skip
    return entries, cells
