"""A site's store in one SQLite file.

The law.

1. Durable means on the disk: WAL with `synchronous=FULL`, or TRUNCATE with FULL; both are asserted after opening.
   WAL only where SQLite has the fix for its WAL-reset race (3.51.3, https://sqlite.org/wal.html#walresetbug), in which
   a checkpoint that meets a commit could lose pages; with an older library the journal is TRUNCATE.
2. Transactions are ours: the drivers' own are switched off (`isolation_level=None`), because they begin late and do not
   cover changes to tables.
3. A writer takes its turn (`lock`), then BEGIN IMMEDIATE; so nothing that it reads can change before it commits.
4. A reader takes nothing in WAL. Otherwise it takes the turn shared: an open reader makes a commit fail there. A reader
   changes no byte of the file: a backup, which is not in WAL until somebody writes to it, stays what its manifest says,
   and can be read from a medium that cannot be written, where nobody's commit can be disturbed either.
5. One transaction a thread at a time: a second one would wait for the first for ever.
6. A connection never crosses a fork (https://sqlite.org/howtocorrupt.html section 2.6): a child opens its own.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from sop_engine.errors import SetUp
from sop_engine.store import faults, schema
from sop_engine.store.drivers import (
    DriverName,
    connect,
    create_file,
    driver_module,
    is_writable,
    journal_of,
    lock_path,
    writes_ahead,
)
from sop_engine.store.lock import WAIT_SECONDS, FileTurn, Tell, ThreadTurn, Turn
from sop_engine.store.places import refuse_network
from sop_engine.store.pool import Pool
from sop_engine.store.seam import Missed
from sop_engine.store.transaction import Reading, Writing, WritingInTurn

MEMORY: Final = ":memory:"
LOCAL: Final = "local"
"""The site's id in a file of its own."""


class Connection:
    """A driver's connection and its turn."""

    def __init__(self, raw: Any, turn: Turn, ready: bool, alone: bool) -> None:
        """`ready`: the settings on which durability rests are made; `alone`: a reader needs no turn."""
        self.raw = raw
        self.turn = turn
        self.ready = ready
        self.alone = alone

    def close(self) -> None:
        self.raw.close()
        self.turn.close()


Verbs = TypeVar("Verbs", covariant=True)


class _Block(AbstractContextManager[Verbs]):
    """One transaction of one thread. Drivers' errors that leave it get their words here."""

    def __init__(self, store: "SqliteStore", verbs: Callable[[Any], Verbs], begin: str, wait_seconds: float) -> None:
        self._store = store
        self._verbs = verbs
        self._begin = begin
        self._wait_seconds = wait_seconds

    def __enter__(self) -> Verbs:
        store = self._store
        store.pool.enter_thread()
        try:
            self._connection = store.take(self._begin != "BEGIN")
            try:
                self._start(self._connection)
            except BaseException:
                store.give_back(self._connection)
                raise
        except BaseException as error:
            store.pool.leave_thread()
            self._say(error)
            raise
        return self._verbs(self._connection.raw)

    def _start(self, connection: Connection) -> None:
        writes = self._begin != "BEGIN"
        self._holds_turn = writes or not connection.alone
        if self._holds_turn:
            self._take_turn(connection.turn, writes)
        try:
            connection.raw.execute(self._begin)
        except BaseException:
            self._release()
            raise

    def _take_turn(self, turn: Turn, writes: bool) -> None:
        try:
            turn.acquire(not writes, self._wait_seconds)
        except SetUp:
            if writes or self._store.is_writable():
                raise
            self._holds_turn = False

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        raw = self._connection.raw
        try:
            raw.execute("COMMIT" if kind is None else "ROLLBACK")
        except BaseException as fault:
            self._roll_back(raw)
            if kind is None:
                self._say(fault)
                raise
        finally:
            self._release()
            self._store.give_back(self._connection)
            self._store.pool.leave_thread()
        if error is not None:
            self._say(error)

    def _roll_back(self, raw: Any) -> None:
        """After a commit that failed. SQLite may have rolled back by itself; else closing the connection does it."""
        with suppress(self._store.driver_error):
            if raw.in_transaction:
                raw.execute("ROLLBACK")

    def _release(self) -> None:
        if self._holds_turn:
            self._connection.turn.release()

    def _say(self, error: BaseException) -> None:
        """Raise the typed error that says what a driver's error means."""
        if isinstance(error, self._store.driver_error):
            said = faults.typed(error, self._store.name)
            if said is not None:
                raise said from error


class SqliteStore:
    """A store in a file, or in memory. Made by `open_store`."""

    def __init__(self, path: Path | None, driver: Any, journal: str, label: str, tell: Tell | None) -> None:
        self._path = path
        self.name = MEMORY if path is None else str(path)
        self._driver = driver
        self.driver_error: type[Exception] = driver.Error
        self.journal = journal
        self._label = label
        self._tell = tell
        self._memory = None if path is not None else _memory(driver)
        self.pool: Pool[Connection] = Pool()

    @property
    def driver(self) -> str:
        """The name of the driver's package."""
        return str(self._driver.__name__.partition(".")[0])

    def writing(
        self, wait_seconds: float = WAIT_SECONDS, after: Missed | None = None
    ) -> AbstractContextManager[Writing]:
        """One transaction, committed when the block ends; see `seam`. Nothing is missed here, so there is no `after`.
        Raises `Overtaken` when its turn does not come within `wait_seconds`, and `SetUp` when disk or file do not allow
        it."""
        clash = self._driver.IntegrityError
        return _Block(self, lambda raw: WritingInTurn(raw, LOCAL, clash), "BEGIN IMMEDIATE", wait_seconds)

    def reading(self) -> AbstractContextManager[Reading]:
        """One snapshot; see `seam`."""
        return _Block(self, lambda raw: Reading(raw.execute, LOCAL), "BEGIN", WAIT_SECONDS)

    def raw_reading(self) -> AbstractContextManager[Any]:
        """A snapshot as the driver's connection, to look at what is no site's: settings, the schema."""
        return _Block(self, lambda raw: raw, "BEGIN", WAIT_SECONDS)

    def is_writable(self) -> bool:
        """Whether the file and its folder may be written."""
        return self._path is None or is_writable(self._path)

    def take(self, writes: bool) -> Connection:
        """A connection for one transaction."""
        if self._memory is not None:
            return self._memory
        connection = self.pool.take()
        if connection is None:
            return self._connect(writes)
        if writes and not connection.ready:
            connection.close()
            return self._connect(writes)
        return connection

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next transaction; close it where it does not come out of this one."""
        if self._memory is None:
            self.pool.give_back(connection, fit=not connection.raw.in_transaction)

    def _connect(self, writes: bool) -> Connection:
        assert self._path is not None
        raw = connect(self._driver, self._path)
        try:
            mode = self._path.stat().st_mode & 0o777
            turn = FileTurn(lock_path(self._path), self._label, self._tell, mode)
        except BaseException:
            raw.close()
            raise
        try:
            ahead = self.journal == "wal" and writes_ahead(self._path)
            ready = ahead or writes or self.journal != "wal"
            if ready:
                self._set_up(raw, turn, ahead)
        except BaseException:
            raw.close()
            turn.close()
            raise
        return Connection(raw, turn, ready, alone=ready and self.journal == "wal")

    def _set_up(self, raw: Any, turn: Turn, ahead: bool) -> None:
        """Make and check the settings on which durability rests; `ahead`: the file is in WAL mode, as it should be."""
        raw.execute("PRAGMA synchronous = FULL")
        if not ahead:
            turn.acquire(False, WAIT_SECONDS)
            try:
                raw.execute(f"PRAGMA journal_mode = {self.journal}").close()
                self._check_settings(raw)
            finally:
                turn.release()
        else:
            self._check_settings(raw)

    def _check_settings(self, raw: Any) -> None:
        for name, wanted in (("journal_mode", self.journal), ("synchronous", 2), ("locking_mode", "normal")):
            got = _setting(raw, name)
            if got != wanted:
                raise faults.wrong_settings(self.name, name, wanted, got)

    def close(self) -> None:
        """Close all connections; one that is in use is closed when its transaction ends."""
        if self._memory is not None:
            self._memory.close()
        self.pool.close()


def open_store(
    path: Path | str,
    create: bool = False,
    *,
    driver: DriverName = "auto",
    label: str = "",
    tell: Tell | None = None,
) -> SqliteStore:
    """The store in the file `path` (or in memory: `:memory:`, always new). With `create` the file must not be there.

    `label` says to those who wait what this process does; `tell` is given a Message when this process waits for long.
    Raises `SetUp`: no such file, no store, tables older or newer than this program, a network file system, no driver,
    no rights, a full disk; `Overtaken` where another program has the file locked.
    """
    module = driver_module(driver)
    if str(path) == MEMORY:
        return SqliteStore(None, module, "memory", label, tell)
    path = Path(path).absolute()
    refuse_network(path.parent)
    journal = journal_of(module)
    if create:
        create_file(module, path)
    store = SqliteStore(path, module, journal, label, tell)
    try:
        _check_schema(store, path)
    except BaseException:
        store.close()
        raise
    return store


def _check_schema(store: SqliteStore, path: Path) -> None:
    """Raise `SetUp` unless the tables are those of this program."""
    with store.raw_reading() as raw:
        found = schema.revision_of(raw)
    if found is None:
        raise faults.no_store(str(path))
    if found != schema.REVISION:
        raise faults.other_schema(str(path), found, schema.REVISIONS)


def _memory(driver: Any) -> Connection:
    """The one connection of a store in memory: all threads share it, and each waits for its turn."""
    raw = driver.connect(MEMORY, isolation_level=None, check_same_thread=False)
    for statement in schema.new_store_statements():
        raw.execute(statement)
    return Connection(raw, ThreadTurn(), ready=True, alone=False)


def _setting(raw: Any, name: str) -> Any:
    return raw.execute(f"PRAGMA {name}").fetchone()[0]
