"""A site's rows out of a PostgreSQL database, and into one: by server-side cursors and by COPY, so that neither side
holds more than a piece in memory."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import psycopg

from sop_engine.store.postgres import faults
from sop_engine.store.postgres.store import open_postgres

if TYPE_CHECKING:
    from sop_engine.store.copying import Shape

_PIECE: Final = 500
_AFTER_ALL: Final = tuple(
    f"SELECT setval('{table}_number', greatest((SELECT last_value FROM {table}_number), (SELECT max(id) FROM {table})))"
    f" WHERE EXISTS (SELECT 1 FROM {table})".encode()
    for table in ("outbox", "finding")
)


class _Database:
    """A connection inside a transaction."""

    def __init__(self, connection: "psycopg.Connection[Any]", site: str) -> None:
        self._connection = connection
        self._site = site

    def rows(self, shape: "Shape") -> Iterator[Sequence[Any]]:
        with self._connection.cursor(name="rows") as cursor:
            cursor.itersize = _PIECE
            cursor.execute(shape.read.format("%s").encode(), (self._site,))
            yield from cursor

    def put(self, shape: "Shape", rows: Iterable[Sequence[Any]]) -> None:
        columns = ", ".join(f'"{name}"' for name in ("site", *shape.columns))
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {shape.name} ({columns}) FROM STDIN".encode()) as copied,
        ):
            for row in rows:
                copied.write_row((self._site, *row))


@contextmanager
def _connected(address: str) -> Iterator["psycopg.Connection[Any]"]:
    try:
        connection = psycopg.connect(address, application_name="sop db copy")
    except psycopg.Error as error:
        raise faults.refused(error, address) from error
    try:
        yield connection
    except psycopg.Error as error:
        said = faults.by_state(error.sqlstate or "57P01", address, str(error).splitlines()[0])
        raise said or error from error
    finally:
        connection.close()


@contextmanager
def from_database(address: str, site: str) -> Iterator[_Database]:
    """One snapshot of a site's rows. Raises `SetUp` where the tables are not those of this program."""
    open_postgres(address, site).close()
    with _connected(address) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield _Database(connection, site)


@contextmanager
def into_database(address: str, site: str) -> Iterator[_Database]:
    """One transaction that writes a site's rows, committed when the block ends."""
    with _connected(address) as connection:
        yield _Database(connection, site)
        for statement in _AFTER_ALL:
            connection.execute(statement)
        connection.commit()
