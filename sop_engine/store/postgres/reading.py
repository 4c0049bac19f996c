"""The verbs of a reading transaction on PostgreSQL: one snapshot (REPEATABLE READ), long results piece by piece."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sop_engine.store import codec, statements
from sop_engine.store.narrowing import InWords
from sop_engine.store.postgres import statements as here
from sop_engine.store.postgres.link import Link
from sop_engine.store.postgres.wire import Rows
from sop_engine.store.seam import Head, Query
from sop_engine.store.search import Search
from sop_engine.store.transaction import Reading

_LONG: Final = frozenset(
    {
        statements.STEPS,
        statements.STEPS_BETWEEN,
        statements.SEALED_BETWEEN,
        statements.TICKETS_BETWEEN,
        statements.BLOBS,
    }
)
"""statements whose rows need not fit into memory"""
_PIECE: Final = 500


def heads(run: Callable[[str, Sequence[Any]], Rows], site: str, query: Query) -> list[Head]:
    """What `query` asks for; `run` executes a statement of this dialect."""
    few = None if query.limit is None else here.fewest(run, site, query)
    text, values = here.heads(site, query, few)
    found = [codec.head_of(row) for row in run(text, values)]
    return found[::-1] if query.newest else found


def count_heads(run: Callable[[str, Sequence[Any]], Rows], site: str, query: Query, most: int | None) -> int:
    """How many `heads` would give without its limit, up to `most`."""
    few = None if most is None else here.fewest(run, site, query)
    text, values = statements.count_heads(site, query, here.in_words(site), few, most)
    row = run(here.translated(text), values).fetchone()
    assert row is not None
    return int(row[0])


class PostgresReading(Reading):
    """Verbs of a reading transaction."""

    def __init__(self, link: Link, site: str) -> None:
        super().__init__(self._execute, site)
        self.link = link
        self._cursors = 0

    def heads(self, query: Query) -> list[Head]:
        return heads(self.link.execute, self._site, query)

    def count_heads(self, query: Query, most: int | None = None) -> int:
        return count_heads(self.link.execute, self._site, query, most)

    def _in_words(self) -> InWords:
        return here.in_words(self._site)

    def _finding(self, wanted: Search) -> tuple[str, list[Any]]:
        return here.finding(self._site, wanted)

    def _execute(self, statement: str, values: Sequence[Any] = ()) -> Any:
        text = here.translated(statement)
        return self._pieces(text, values) if statement in _LONG else self.link.execute(text, values)

    def _pieces(self, text: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        self._cursors += 1
        name = f"piece{self._cursors}"
        self.link.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {text}", values)
        while rows := self.link.execute(f"FETCH {_PIECE} FROM {name}").fetchall():
            yield from rows
        self.link.execute(f"CLOSE {name}")
