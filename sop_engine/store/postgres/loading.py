"""One statement that answers all the questions of a command that were foreseen, in one snapshot.

Each answer is what the statement of the same name would give, so that whoever asks later is answered from what is here
already. Rows of several widths come as one table of texts, with the rank of the question in front.
"""

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sop_engine.store import statements
from sop_engine.store.postgres.statements import LAST_DRAWN
from sop_engine.store.seam import Foreseen

if TYPE_CHECKING:
    from psycopg import pq

Question = tuple[str, tuple[Any, ...]]
"""a statement and its values, without the site"""
_PARENT: Final = "the parent's row"
_WIDTH: Final = 8


class _Answer(NamedTuple):
    """Columns as texts, what they are taken from, and which of them are whole numbers."""

    columns: tuple[str, ...]
    source: str
    whole: frozenset[int] = frozenset()


_ANSWERS: Final[dict[str, _Answer]] = {
    statements.TICKET_BODY: _Answer(("body",), "ticket WHERE site = $1 AND id = {0}"),
    _PARENT: _Answer(
        ("id", "body"), "ticket WHERE site = $1 AND id = (SELECT parent FROM ticket WHERE site = $1 AND id = {0})"
    ),
    statements.BY_KEY: _Answer(
        ("ticket", "number::text", "request", "salt"), "idempotency WHERE site = $1 AND key = {0}", frozenset({1})
    ),
    statements.LOGIN: _Answer(("login", "actor", "people"), "login WHERE site = $1 AND login = {0}"),
    statements.PERSON: _Answer(
        ("id", "active::text", "name", "rights", "contact", "language"),
        "person WHERE site = $1 AND id = {0}",
        frozenset({1}),
    ),
    statements.ROLES: _Answer(("role", "scope"), "holding WHERE site = $1 AND person = {0}"),
    statements.HOLDERS: _Answer(
        ("holding.person", "holding.scope"),
        "holding JOIN person ON person.site = holding.site AND person.id = holding.person"
        " WHERE holding.site = $1 AND holding.role = {0} AND person.active = 1",
    ),
    statements.UNIT: _Answer(("body",), "unit WHERE site = $1 AND id = {0}"),
    statements.NEWEST: _Answer(
        ("procedure", "number::text", "digest", "text", "places", "published", "publisher", "reason"),
        "version WHERE site = $1 AND procedure = {0}"
        " AND number = (SELECT max(number) FROM version WHERE site = $1 AND procedure = {0})",
        frozenset({1}),
    ),
    LAST_DRAWN: _Answer(("last::text",), "counter WHERE site = $1 AND prefix = {0} AND day = {1}", frozenset({0})),
}
KEPT: Final = frozenset(_ANSWERS) | {statements.UNITS, statements.VERSION_OF}
"""statements whose answers a transaction keeps until it writes something else"""


def questions(foreseen: Foreseen) -> list[Question]:
    """What is to be asked, each once."""
    return list(dict.fromkeys(_questions(foreseen)))


def _questions(foreseen: Foreseen) -> Iterator[Question]:
    for text, names in (
        (statements.TICKET_BODY, foreseen.tickets),
        (_PARENT, foreseen.tickets),
        (statements.BY_KEY, () if foreseen.key is None else (foreseen.key,)),
        (statements.LOGIN, foreseen.logins),
        (statements.PERSON, foreseen.people),
        (statements.ROLES, foreseen.people),
        (statements.HOLDERS, foreseen.roles),
        (statements.UNIT, foreseen.units),
        (statements.NEWEST, foreseen.procedures),
    ):
        for name in names:
            yield text, (name,)
    for series in foreseen.numbers:
        yield LAST_DRAWN, series


def statement(asked: list[Question], site: str) -> tuple[str, list[Any]]:
    """The statement that answers them all, and its values."""
    values = [site, *(value for _text, each in asked for value in each)]
    return _text(tuple(text for text, _values in asked)), values


@functools.lru_cache(maxsize=512)
def _text(asked: tuple[str, ...]) -> str:
    branches, place = [], 2
    for rank, text in enumerate(asked):
        columns, source, _whole = _ANSWERS[text]
        taken = ["$" + str(place + each) for each in range(source.count("{1}") + 1)]
        place += len(taken)
        cells = [f"{rank}", *columns, *["NULL"] * (_WIDTH - len(columns))]
        branches.append(f"SELECT {', '.join(cells)} FROM {source.format(*taken)}")
    return "\nUNION ALL\n".join(branches)


def answers(asked: list[Question], result: "pq.abc.PGresult") -> dict[Question, list[tuple[Any, ...]]]:
    """Question -> its rows, as its own statement gives them."""
    found: dict[Question, list[tuple[Any, ...]]] = {question: [] for question in asked}
    cell = result.get_value
    for place in range(result.ntuples):
        question = asked[int.from_bytes(cell(place, 0) or b"")]
        columns, _source, whole = _ANSWERS[question[0]]
        row: list[Any] = [
            None if (text := cell(place, column)) is None else str(text, "utf-8")
            for column in range(1, len(columns) + 1)
        ]
        for column in whole:
            row[column] = int(row[column])
        found[question].append(tuple(row))
    for question in asked:
        if question[0] == statements.HOLDERS or question[0] == statements.ROLES:
            found[question].sort()
        elif question[0] == _PARENT:
            found |= {(statements.TICKET_BODY, (id,)): [(body,)] for id, body in found.pop(question)}
    return found
