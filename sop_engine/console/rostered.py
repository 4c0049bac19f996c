"""Rosters in words: shifts, days, who leads; as `roster` shows them and as JSON has them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sop_engine.errors import NotUnderstood
from sop_engine.messages import Text, msg
from sop_engine.values import ValueProblem
from sop_engine.values.moments import read_date
from sop_engine.worktime.rosters import DUTY, Roster

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

CELLS: Final[Mapping[str, Text]] = {
    "early": {"zh": "早", "en": "early"},
    "late": {"zh": "晚", "en": "late"},
    "night": {"zh": "夜", "en": "night"},
    "office": {"zh": "行政", "en": "office"},
    "rest": {"zh": "休", "en": "off"},
    DUTY: {"zh": "值班", "en": "duty"},
    "": {"und": "-"},
}
"""a shift in a cell"""
WEEK: Final = 7


def day_named(text: str, today: date, name: str) -> date:
    """The date that an option or argument says. Raises `NotUnderstood`."""
    try:
        return read_date(text, today)
    except ValueProblem as problem:
        raise NotUnderstood(msg("{name}: {problem}", name=name, problem=problem.message)) from None


def month_named(text: str) -> tuple[int, int]:
    """Year and month of `2026-12`. Raises `NotUnderstood`."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotUnderstood(
            msg("`{text}` is no month", text=text[:20]), fix=msg("write it so: --month 2026-10")
        ) from None
    return first.year, first.month


def days_of_month(first: date) -> list[date]:
    """All days of a month."""
    days = [first.replace(day=1) + timedelta(days=ahead) for ahead in range(31)]
    return [day for day in days if day.month == first.month]


def persons_in(roster: Roster, days: Sequence[date]) -> list[str]:
    """Whoever the roster says anything of on these days, by id."""
    found = {person for month in roster.months.values() for person in month.people}
    found |= {person for day in days for person in roster.duty(day)}
    return sorted(person for person in found if any(roster.says(person, day) for day in days))


def cell(roster: Roster, person: str, day: date) -> Any:
    """What a person's day shows: the shift, and duty beside it."""
    kinds = [kind for _start, _end, kind in roster.spans(person, day)] or [roster.kind(person, day)]
    return tuple(CELLS[kind] for kind in kinds) if len(kinds) > 1 else CELLS[kinds[0]]


def day_views(opened: "Opened", roster: Roster, days: Sequence[date], persons: Sequence[str]) -> list[dict[str, Any]]:
    """Each day as JSON: who leads, who is on duty, and each person's shift with its hours."""
    return [
        {
            "date": str(day),
            "leads": list(roster.leads(day)),
            "duty": list(roster.duty(day)),
            "people": [each for person in persons for each in _person_views(opened, roster, person, day)],
        }
        for day in days
    ]


def _person_views(opened: "Opened", roster: Roster, person: str, day: date) -> Iterator[dict[str, Any]]:
    spans = list(roster.spans(person, day))
    for start, end, kind in spans:
        times = [each.astimezone(opened.zone).isoformat(timespec="minutes") for each in (start, end)]
        yield {"person": person, "shift": kind, "starts": times[0], "ends": times[1]}
    if not spans and roster.kind(person, day):
        yield {"person": person, "shift": roster.kind(person, day), "starts": None, "ends": None}
