"""A site's store in a PostgreSQL database, which any number of sites, machines and processes share.

The law.

1. Every key begins with the site's id; a statement without it does not exist.
2. A reader has one snapshot (REPEATABLE READ) and takes no lock. What a writer does stands in `writing`.
3. A connection is used by one transaction at a time, and kept for the next. One that does not come out of its
   transaction, or that a fork has doubled, is never used again.
4. One transaction a thread at a time, as with SQLite: what a second one would see depends on what is not sent yet.
5. The database keeps texts in UTF-8, and the tables compare them byte by byte (collation "C"), so that ids and instants
   come in the same order as in SQLite.
"""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any, Final, TypeVar

from sop_engine.store import faults as common
from sop_engine.store import schema
from sop_engine.store.lock import WAIT_SECONDS, Tell
from sop_engine.store.pool import Pool
from sop_engine.store.postgres import faults
from sop_engine.store.postgres import statements as here
from sop_engine.store.postgres.crowd import Crowd
from sop_engine.store.postgres.link import Link
from sop_engine.store.postgres.patience import Patience
from sop_engine.store.postgres.reading import PostgresReading
from sop_engine.store.postgres.writing import PostgresWriting
from sop_engine.store.seam import Missed

ABOUT: Final = """
SELECT current_setting('server_encoding'), to_regclass('step') IS NOT NULL AND to_regclass($1) IS NOT NULL"""
REVISION: Final = f"SELECT version_num FROM {schema.VERSION_TABLE}"
_LEAST_SECONDS: Final = 0.1
"""for which everybody waits, however often he was missed"""
Verbs = TypeVar("Verbs", covariant=True)


class _Block(AbstractContextManager[Verbs], ABC):
    """One transaction of one thread. Errors of the server that leave it get their words here."""

    def __init__(self, store: "PostgresStore", wait_seconds: float = WAIT_SECONDS) -> None:
        self._store = store
        self._wait_seconds = wait_seconds

    def __enter__(self) -> Verbs:
        store = self._store
        store.pool.enter_thread()
        try:
            self._link = store.take()
            self._link.patience = Patience(store.address, self._wait_seconds, store.tell)
            try:
                return self._begin(self._link)
            except BaseException:
                self._link.roll_back()
                store.give_back(self._link)
                raise
        except BaseException as error:
            store.pool.leave_thread()
            self._say(error)
            raise

    @abstractmethod
    def _begin(self, link: Link) -> Verbs:
        """Begin on a connection; gives the transaction's verbs."""

    @abstractmethod
    def _end(self, done: bool) -> None:
        """Commit where all was done, else roll back."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            self._end(kind is None)
        except BaseException as fault:
            self._link.roll_back()
            if kind is None:
                self._say(fault)
                raise
        finally:
            self._store.give_back(self._link)
            self._store.pool.leave_thread()
        if error is not None:
            self._say(error)

    def _say(self, error: BaseException) -> None:
        """Raise the typed error that says what an error of the server or the connection means."""
        if isinstance(error, Exception):
            said = faults.typed(error, self._store.address)
            if said is not None:
                raise said from error


class _ReadingBlock(_Block[PostgresReading]):
    def _begin(self, link: Link) -> PostgresReading:
        link.ask(here.BEGIN_READING, ())
        return PostgresReading(link, self._store.site)

    def _end(self, done: bool) -> None:
        self._link.roll_back()


class _WritingBlock(_Block[PostgresWriting]):
    def __init__(self, store: "PostgresStore", after: Missed | None, wait_seconds: float) -> None:
        super().__init__(store, wait_seconds)
        self._after = after

    def _begin(self, link: Link) -> PostgresWriting:
        self._writing = PostgresWriting(link, self._store.site, self._store.crowd, self._after)
        return self._writing

    def _end(self, done: bool) -> None:
        if done:
            self._writing.finish()
        else:
            self._writing.roll_back()


class PostgresStore:
    """One site's store in a database. Made by `open_postgres`."""

    def __init__(self, address: str, site: str, label: str, tell: Tell | None) -> None:
        self.address = address
        self.tell = tell
        self.name = faults.shown(address)
        self.site = site
        self.crowd = Crowd()
        self._label = label
        self.pool: Pool[Link] = Pool()

    def writing(
        self, wait_seconds: float = WAIT_SECONDS, after: Missed | None = None
    ) -> AbstractContextManager[PostgresWriting]:
        """One transaction, committed when the block ends; see `seam`. Others are waited for `wait_seconds` at most,
        less what was waited before the miss that it comes `after`. Raises `Missed`, `Overtaken` where somebody stood in
        the way for too long, and `SetUp` where the server is not there or does not allow it."""
        waited = 0.0 if after is None else after.waited_seconds
        return _WritingBlock(self, after, max(wait_seconds - waited, _LEAST_SECONDS))

    def reading(self) -> AbstractContextManager[PostgresReading]:
        """One snapshot; see `seam`."""
        return _ReadingBlock(self)

    def take(self) -> Link:
        """A connection for one transaction. Raises `SetUp`."""
        return self.pool.take() or Link(self.address, self._label)

    def give_back(self, link: Link) -> None:
        """Keep a connection for the next transaction; close it where it does not come out of this one."""
        self.pool.give_back(link, fit=link.is_idle)

    def close(self) -> None:
        """Close all connections; one that is in use is closed when its transaction ends."""
        self.pool.close()


def open_postgres(address: str, site: str, label: str = "", tell: Tell | None = None) -> PostgresStore:
    """The store of the site with the id `site` in the database at `address`, as libpq knows addresses. `label` says to
    whoever looks at the server what this process does; `tell` is given a Message when this process waits for long.

    Raises `SetUp`: no server, no rights, a wrong password, no such database, one without our tables, or with those of
    an older or newer program.
    """
    store = PostgresStore(address, site, label, tell)
    try:
        with store.reading() as reading:
            check(reading.link, address)
    except BaseException:
        store.close()
        raise
    return store


def check(link: Link, address: str) -> None:
    """Raise `SetUp` unless the database and its tables are those of this program."""
    encoding, ours = _one(link, ABOUT, schema.VERSION_TABLE)
    if encoding != "UTF8":
        raise faults.other_settings(address, "server_encoding", "UTF8", encoding)
    if not ours:
        raise common.no_store(faults.shown(address))
    found = link.execute(REVISION).fetchone()
    if found is None or found[0] != schema.REVISION:
        raise common.other_schema(faults.shown(address), found[0] if found else "", schema.REVISIONS)


def _one(link: Link, text: str, *values: Any) -> tuple[Any, ...]:
    row = link.execute(text, values).fetchone()
    assert row is not None
    return row
