"""What lists are narrowed by besides what a ticket's own line says, and the orders that they have.

The law. Each condition names the index that answers it, as everywhere in `statements`; what is looked up in other
tables comes as ids, and the tickets are then read by their ids. Orders that no index has are made of the tickets that
were found, so they cost what is found, and not what there is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sop_engine.store import search
from sop_engine.store.seam import Query
from sop_engine.values.words import Term

_LEFT: Final = "CASE WHEN missed < coalesce(promised, '~') THEN missed ELSE coalesce(promised, next_due, '~~') END"
"""as lists say what is left: what was missed first, then the first promise, else the next timer; what is paused last"""
ORDERS: Final[Mapping[str, str]] = {
    "opened": "opened, id",
    "newest": "opened DESC, id DESC",
    "left": f"{_LEFT}, id",
    "unit": "CASE WHEN unit IS NULL THEN 1 ELSE 0 END, unit, id",
    "urged": "urged DESC, id",
    "changed": "recorded DESC, id",
}
"""name of an order -> how it is written"""


class InWords(NamedTuple):
    """How a store finds the parts of tickets in which a term holds."""

    source: str
    match: Callable[[Term], str]


IN_A_FILE: Final = InWords(search.IN_A_FILE, search.in_a_file)


def conditions(site: str, query: Query, in_words: InWords) -> Iterator[tuple[str, list[Any]]]:
    """The terms of a statement, each with its values."""
    if query.unclaimed:
        yield (
            "id IN (SELECT ticket FROM task INDEXED BY task_offered WHERE site = ? AND assignee IS NULL AND role > '')",
            [site],
        )
    if query.left_by is not None:
        promised = "SELECT id FROM ticket INDEXED BY ticket_promised WHERE site = ? AND promised <= ?"
        missed = "SELECT id FROM ticket INDEXED BY ticket_missed WHERE site = ? AND missed IS NOT NULL"
        plain = "NOT key BETWEEN 'goal/' AND 'goal0'"  # those of promises fire before these are due, to warn
        timer = (
            f"SELECT ticket FROM timer INDEXED BY timer_due WHERE site = ? AND aside IS NULL AND due <= ? AND {plain}"
        )
        yield f"id IN ({promised} UNION {missed} UNION {timer})", [site, query.left_by, site, site, query.left_by]
        # a ticket with promises is as late as they are, whatever other timers it has
        yield "(promised IS NULL OR promised <= ? OR missed IS NOT NULL)", [query.left_by]
    if query.opened_since is not None:
        yield "opened >= ?", [query.opened_since]
    if query.copied is not None:
        # no index has it: what is open is looked through
        yield "body LIKE ?", [f'%"copies":{{%"{query.copied}":{{%']
    if query.team:
        team, *people = query.team
        # no index has it: what is open is looked through
        had = f"SELECT ticket FROM task INDEXED BY task_assignee WHERE site = ? AND assignee IN ({_marks(people)})"
        yield (f"(body LIKE ? OR id IN ({had}))", [f'%"team":"{team}"%', site, *people]) if people else (
            "body LIKE ?", [f'%"team":"{team}"%']
        )  # fmt: skip
    for term in query.words:
        yield f"id IN ({in_words.source})", [site, in_words.match(term)]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" for _each in values)


def is_by_id(query: Query) -> bool:
    """Whether a condition finds the tickets by their ids."""
    return query.unclaimed or query.left_by is not None or bool(query.words)
