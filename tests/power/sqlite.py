"""SQLite over a disk that is watched, and that fails when it is told to: a VFS (https://sqlite.org/vfs.html) over the
usual one, and a driver over it that looks like those which the store uses.

Files, locks and shared memory are the usual VFS's own. Calls of the VFS are counted by their kind; `Faults` says which
one fails, and how.
"""

import errno
import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import apsw

from .disk import Flush, Resize, Write
from .watch import CALLS, Watch

_JOURNALS: Final = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL
_PAGES_BEFORE_CHECKPOINT: Final = 1000
"""SQLite's own default (https://sqlite.org/wal.html#automatic_checkpoint)"""
CODES: Final[dict[str, tuple[int, ...]]] = {
    "open": (apsw.SQLITE_CANTOPEN, apsw.SQLITE_IOERR),
    "read": (apsw.SQLITE_IOERR_READ,),
    "write": (apsw.SQLITE_FULL, apsw.SQLITE_IOERR_WRITE),
    "resize": (apsw.SQLITE_IOERR_TRUNCATE,),
    "sync": (apsw.SQLITE_IOERR_FSYNC,),
    "lock": (apsw.SQLITE_BUSY, apsw.SQLITE_IOERR_LOCK),
    "delete": (apsw.SQLITE_IOERR_DELETE,),
    "size": (apsw.SQLITE_IOERR_FSTAT,),
}
"""kind of call -> result codes with which the usual VFS lets it fail"""
ERRORS: Final[dict[str, tuple[int, ...]]] = {
    f"os.{call}": (errno.ENOSPC, errno.EIO) for call in CALLS if call not in ("unlink", "remove", "rmdir")
}
"""calls of Python's own -> errors"""


@dataclass(slots=True)
class Faults:
    """Lets calls fail: the `at`-th of `kind`, and with `lasting` each one after it until `over`. Counts all calls."""

    kind: str = ""
    at: int = 0
    code: int = 0
    lasting: bool = False
    over: bool = False
    seed: int = 0
    """what a failed flush leaves"""
    calls: Counter[str] = field(default_factory=Counter)
    hits: int = 0

    def meet(self, kind: str) -> None:
        """Count a call; raise where it is to fail."""
        if self.over:
            return
        self.calls[kind] += 1
        count = self.calls[kind]
        if kind == self.kind and (count == self.at or (self.lasting and count > self.at)):
            self.hits += 1
            raise OSError(self.code, os.strerror(self.code)) if kind.startswith("os.") else failure(self.code)


def failure(code: int) -> Exception:
    """What apsw wants raised for a result code."""
    primary = code & 0xFF
    kinds = {
        apsw.SQLITE_FULL: apsw.FullError,
        apsw.SQLITE_BUSY: apsw.BusyError,
        apsw.SQLITE_CANTOPEN: apsw.CantOpenError,
    }
    error: Any = kinds.get(primary, apsw.IOError)("made to fail")
    error.result, error.extendedresult = primary, code
    failed: Exception = error
    return failed


class _File(apsw.VFSFile):
    def __init__(self, watch: Watch, faults: Faults, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._watch, self._faults = watch, faults
        self._folder = Path(path).parent
        # At a journal's first flush the usual VFS flushes the folder too: os_unix.c, UNIXFILE_DIRSYNC.
        self._flushes_folder = bool(flags[0] & _JOURNALS and flags[0] & apsw.SQLITE_OPEN_CREATE)
        self._number = watch.opened(Path(path))

    def xRead(self, amount: int, offset: int) -> bytes:
        self._faults.meet("read")
        return super().xRead(amount, offset)

    def xWrite(self, data: Any, offset: int) -> None:
        self._faults.meet("write")
        super().xWrite(data, offset)
        self._watch.happened(Write(self._number, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        self._faults.meet("resize")
        super().xTruncate(size)
        self._watch.happened(Resize(self._number, size))

    def xSync(self, flags: int) -> None:
        try:
            self._faults.meet("sync")
        except apsw.Error:
            self._watch.happened(Flush(self._number, seed=self._faults.seed))
            raise
        super().xSync(flags)
        self._watch.happened(Flush(self._number))
        if self._flushes_folder:
            self._flushes_folder = False
            self._watch.flushed_folder(self._folder)

    def xFileSize(self) -> int:
        self._faults.meet("size")
        return super().xFileSize()

    def xLock(self, level: int) -> None:
        self._faults.meet("lock")
        super().xLock(level)

    def xClose(self) -> None:
        super().xClose()
        self._watch.closed(self._number)


class Vfs(apsw.VFS):
    """The VFS. It is known to SQLite as `name` until it is closed."""

    def __init__(self, name: str, watch: Watch, faults: Faults) -> None:
        super().__init__(name, "")
        self.name = name
        self._watch, self._faults = watch, faults

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        self._faults.meet("open")
        if name is None:
            return super().xOpen(name, flags)
        return _File(self._watch, self._faults, name, flags)

    def xDelete(self, name: str, flushes_folder: bool) -> None:
        self._faults.meet("delete")
        path = Path(name)
        about = path.stat() if path.exists() else None
        super().xDelete(name, flushes_folder)
        self._watch.look()
        if about is not None:
            self._watch.forget(about)
        if flushes_folder:
            self._watch.flushed_folder(path.parent)


class DriverError(Exception):
    """A driver's error, with its code's name as that driver gives it."""

    sqlite_errorname = ""


class IntegrityError(DriverError):
    """A key is there already."""


class Cursor:
    """A cursor as the standard library's driver has them (PEP 249)."""

    arraysize = 1
    lastrowid = None

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._cursor = connection.raw.cursor()
        self.rowcount = -1
        self.description: Any = None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> "Cursor":
        raw = self._connection.raw
        before = raw.total_changes()
        with self._connection.translating():
            self._cursor.execute(self._connection.said(sql), values)
        self.rowcount = raw.changes() if raw.total_changes() != before else 0
        with suppress(apsw.ExecutionCompleteError):
            self.description = self._cursor.description_full and self._cursor.description
        return self

    def fetchone(self) -> Any:
        with self._connection.translating():
            return next(self._cursor, None)

    def fetchall(self) -> list[Any]:
        with self._connection.translating():
            return list(self._cursor)

    def __iter__(self) -> "Cursor":
        return self

    def __next__(self) -> Any:
        with self._connection.translating():
            return next(self._cursor)

    def fetchmany(self, size: int = 1) -> list[Any]:
        with self._connection.translating():
            return list(islice(self._cursor, size))

    def close(self) -> None:
        # What goes wrong at the end of a statement that is left in the middle is not told: so do the drivers.
        with suppress(apsw.Error):
            self._cursor.close()


class _Translating:
    """apsw's errors become ours."""

    def __init__(self, driver: "Driver") -> None:
        self._driver = driver

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: object) -> None:
        if isinstance(error, apsw.Error):
            raise self._driver.error(error) from error


class Connection:
    """A connection as the standard library's driver has them, in its autocommit mode."""

    def __init__(self, driver: "Driver", raw: apsw.Connection) -> None:
        self.raw = raw
        self._driver = driver
        # SQLite's own way to checkpoint by itself: the commit stands, whatever becomes of that.
        raw.set_wal_hook(self._committed)

    @property
    def in_transaction(self) -> bool:
        return self.raw.in_transaction

    isolation_level = None

    def said(self, sql: str) -> str:
        return self._driver.said(sql)

    def translating(self) -> _Translating:
        return _Translating(self._driver)

    def cursor(self) -> Cursor:
        return Cursor(self)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        return Cursor(self).execute(sql, values)

    def commit(self) -> None:
        if self.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:
            self.execute("ROLLBACK")

    def create_function(self, name: str, count: int, function: Callable[..., Any], **more: Any) -> None:
        self.raw.create_scalar_function(name, function, count)

    def backup(self, target: "Connection") -> None:
        with self.translating():
            copying = target.raw.backup("main", self.raw, "main")
            try:
                while not copying.done:
                    copying.step(-1)
            finally:
                # closing tells of what stepping has told of already, sometimes only when the inner block ends
                with suppress(SystemError), suppress(apsw.Error, SystemError):
                    copying.close(True)

    def _committed(self, raw: apsw.Connection, database: str, pages: int) -> int:
        if pages >= _PAGES_BEFORE_CHECKPOINT:
            with suppress(apsw.Error):
                raw.wal_checkpoint(database, apsw.SQLITE_CHECKPOINT_PASSIVE)
        return apsw.SQLITE_OK

    def close(self) -> None:
        # What goes wrong while the log is put away is no fault of closing: the drivers do not look at it either.
        with suppress(apsw.Error):
            self.raw.close()


@dataclass(slots=True)
class Driver:
    """A driver's module: that of `pysqlite3`, with a SQLite that writes ahead, or the standard one, whose SQLite is too
    old for that. `instead` are words of statements that are changed on their way: a driver that does what it likes."""

    files: str
    writes_ahead: bool
    instead: dict[str, str] = field(default_factory=dict)

    Error = DriverError
    IntegrityError = IntegrityError
    paramstyle = "qmark"

    @property
    def __name__(self) -> str:
        return "pysqlite3.dbapi2" if self.writes_ahead else "sqlite3.dbapi2"

    @property
    def sqlite_version_info(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.sqlite_version.split("."))

    @property
    def sqlite_version(self) -> str:
        return "3.53.4" if self.writes_ahead else "3.40.1"

    def said(self, sql: str) -> str:
        """The statement that is really run."""
        return self.instead.get(sql, sql)

    def error(self, error: apsw.Error) -> DriverError:
        """apsw's error as this driver gives it: `pysqlite3` knows primary codes only."""
        code = getattr(error, "result" if self.writes_ahead else "extendedresult", apsw.SQLITE_ERROR)
        names = apsw.mapping_result_codes if code < 256 else apsw.mapping_extended_result_codes
        primary = getattr(error, "result", apsw.SQLITE_ERROR)
        ours = (IntegrityError if primary == apsw.SQLITE_CONSTRAINT else DriverError)(str(error))
        ours.sqlite_errorname = str(names.get(code, ""))
        return ours

    def connect(self, place: str, *, timeout: float, **more: Any) -> Connection:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
        with _Translating(self):
            raw = apsw.Connection(place, flags, vfs=self.files)
        raw.set_busy_timeout(int(timeout * 1000))
        return Connection(self, raw)
