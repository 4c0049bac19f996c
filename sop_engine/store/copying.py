"""Carrying a site from one store to another: SQLite to PostgreSQL, back, or between two of a kind.

The law. Every row of every table is carried as it is; only the id under which the store keeps the site differs. What is
read is one snapshot of the source. What is written is one transaction, into a place that holds nothing of the site, and
is read back and compared, table by table, before it is committed: a digest over all rows in the order of their keys. A
copy that fails leaves nothing.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

from sop_engine.errors import SetUp
from sop_engine.messages import msg
from sop_engine.store import faults
from sop_engine.store.address import is_address
from sop_engine.store.drivers import cannot_make, connect, create_file, driver_module, there_already
from sop_engine.store.flushing import give_name
from sop_engine.store.lock import Tell
from sop_engine.store.opening import make_at, require_driver
from sop_engine.store.sqlite import LOCAL, SqliteStore, open_store

PIECE: Final = 500
"""rows that are in memory at a time"""
_TOLD_EVERY: Final = 100_000


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: its columns without the site, and those of its key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def read(self) -> str:
        """The statement that reads a site's rows; one place, for the site."""
        return f"SELECT {_quoted(self.columns)} FROM {self.name} WHERE site = {{}} ORDER BY {_quoted(self.key)}"


class Source(Protocol):
    """Where rows come from."""

    def rows(self, shape: Shape) -> Iterator[Sequence[Any]]: ...


class Target(Source, Protocol):
    """Where rows go, in a transaction that is committed when its block ends."""

    def put(self, shape: Shape, rows: Iterable[Sequence[Any]]) -> None: ...


def copy(source: str, target: str, site: str, tell: Tell | None = None) -> dict[str, int]:
    """Carry the site from the store at `source` to a new one at `target`, each a path or an address; `site` is its id
    in a database. Gives table -> rows. `tell` is given a Message now and then.

    Raises `SetUp`: a source that is no store or has other tables than this program, a target that holds something of
    the site already or cannot be written, rows that do not come back as they were.
    """
    counts: dict[str, int] = {}
    with _reading(source, site) as origin, _writing(target, site) as place:
        for shape in shapes():
            counted = _Counted(shape.name, origin.rows(shape), tell)
            place.put(shape, counted)
            back = _Counted(shape.name, place.rows(shape), None)
            for _row in back:
                pass
            if (counted.count, counted.digest) != (back.count, back.digest):
                raise SetUp(msg("the rows of {table} did not come back as they were written", table=shape.name))
            counts[shape.name] = counted.count
    return counts


def shapes() -> list[Shape]:
    """All tables."""
    from sop_engine.store.tables import TABLES

    return [
        Shape(
            table.name,
            tuple(column.name for column in table.columns if column.name != "site"),
            tuple(column.name for column in table.primary_key.columns if column.name != "site"),
        )
        for table in TABLES.tables.values()
    ]


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


class _Counted:
    """Rows as they pass: how many there were, and a digest over all."""

    def __init__(self, table: str, rows: Iterator[Sequence[Any]], tell: Tell | None) -> None:
        self._table = table
        self._rows = rows
        self._tell = tell
        self._hash = hashlib.sha256()
        self.count = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self._rows:
            self.count += 1
            self._hash.update(repr(tuple(row)).encode())
            if self._tell is not None and self.count % _TOLD_EVERY == 0:
                self._tell(msg("{count} rows of {table} ...", count=self.count, table=self._table))
            yield row

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def _reading(place: str, site: str) -> AbstractContextManager[Source]:
    if not is_address(place):
        return _from_file(Path(place))
    require_driver()
    from sop_engine.store.postgres.copying import from_database

    return from_database(place, site)


def _writing(place: str, site: str) -> AbstractContextManager[Target]:
    if not is_address(place):
        return _into_file(Path(place))
    make_at(place, site).close()
    from sop_engine.store.postgres.copying import into_database

    return into_database(place, site)


# --- a file ----------------------------------------------------------------------------------------------------------


class _File:
    """A SQLite connection inside a transaction."""

    def __init__(self, raw: Any, module: Any, path: Path) -> None:
        self._raw = raw
        self._module = module
        self._path = path

    def rows(self, shape: Shape) -> Iterator[Sequence[Any]]:
        with self._saying():
            cursor = self._raw.execute(shape.read.format("?"), (LOCAL,))
        while True:
            with self._saying():
                rows = cursor.fetchmany(PIECE)
            if not rows:
                return
            yield from rows

    def put(self, shape: Shape, rows: Iterable[Sequence[Any]]) -> None:
        marks = ", ".join("?" * (len(shape.columns) + 1))
        text = f"INSERT INTO {shape.name} (site, {_quoted(shape.columns)}) VALUES ({marks})"
        passing = iter(rows)
        while piece := list(islice(passing, PIECE)):
            with self._saying():
                for row in piece:
                    self._raw.execute(text, (LOCAL, *row))

    def do(self, statement: str) -> None:
        """Run a statement to its end."""
        with self._saying():
            self._raw.execute(statement).fetchall()

    @contextmanager
    def _saying(self) -> Iterator[None]:
        """Whatever goes wrong is said of this file, and not of the other one."""
        try:
            yield
        except self._module.Error as error:
            raise faults.typed(error, str(self._path)) or error from error


@contextmanager
def _from_file(path: Path) -> Iterator[_File]:
    store: SqliteStore = open_store(path)
    try:
        with store.raw_reading() as raw:
            yield _File(raw, driver_module("auto"), path)
    finally:
        store.close()


@contextmanager
def _into_file(path: Path) -> Iterator[_File]:
    """A new file, which has its name only when it is whole and on the disk."""
    path = path.absolute()
    if path.exists() or path.is_symlink():
        raise there_already(path)
    module = driver_module("auto")
    partial = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        create_file(module, partial)
        raw = connect(module, partial)
        try:
            file = _File(raw, module, path)
            file.do("PRAGMA journal_mode = DELETE")  # so that there is one file when it is closed
            file.do("PRAGMA synchronous = FULL")
            file.do("BEGIN IMMEDIATE")
            yield file
            file.do("COMMIT")
        finally:
            raw.close()
        give_name(partial, path)
    except FileExistsError as error:
        raise there_already(path) from error
    except OSError as error:
        raise cannot_make(path, error) from error
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                partial.with_name(partial.name + ending).unlink(missing_ok=True)
