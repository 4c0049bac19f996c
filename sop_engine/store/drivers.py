"""The drivers: which one there is, plain connections, and new files."""

import importlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal

from sop_engine.errors import SetUp, system_reason
from sop_engine.messages import msg
from sop_engine.store import faults, schema
from sop_engine.store.access import FILE_MODE
from sop_engine.store.flushing import give_name

BUSY_SECONDS: Final = 5.0
"""How long SQLite waits for a program that does not take turns: its shell, a backup, a check."""

_WAL_IS_SAFE_SINCE: Final = (3, 51, 3)

DriverName = Literal["auto", "pysqlite3", "sqlite3"]


def lock_path(path: Path) -> Path:
    """The lock file of a store's file."""
    return path.with_name(path.name + ".lock")


def is_writable(path: Path) -> bool:
    """Whether the database at `path` and its folder may be written by this process."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def writes_ahead(path: Path) -> bool:
    """Whether the database at `path` is in WAL mode, by its header (https://sqlite.org/fileformat.html section 1.3.3):
    where it is not, looking at it takes a turn, because a reader and a commit disturb each other. Raises `SetUp`."""
    try:
        with path.open("rb") as file:
            return file.read(20)[18:] == b"\x02\x02"
    except OSError as error:
        raise SetUp(
            msg("{path} cannot be opened", path=str(path)),
            where=str(path),
            fix=msg("see that the folder is there and that you may read and write it and the file"),
        ) from error


def connect(driver: Any, path: Path, read_only: bool = False) -> Any:
    """A plain connection to an existing file, in the drivers' autocommit mode. Raises `SetUp`.

    What a power cut left half done can only be undone by who may write, so `read_only` is no obstacle to that.
    """
    if path.is_symlink():
        # its journals would stand beside what it leads to, and the turns beside the link
        raise SetUp(
            msg("{path} is a link", path=str(path)),
            where=str(path),
            fix=msg("it must be a plain file in a folder that you may write; if it is a link, remove it"),
        )
    if not path.is_file():
        raise faults.missing(str(path))
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only and not _has_journal(path) else 'rw'}"
    try:
        return driver.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
    except driver.Error as error:
        raise faults.typed(error, str(path)) or error from error


def _has_journal(path: Path) -> bool:
    """Whether there may be something to undo before the database can be read."""
    journal = path.with_name(path.name + "-journal")
    return journal.is_file() and journal.stat().st_size > 0


def journal_of(driver: Any) -> str:
    """The journal that a driver's SQLite is safe with: `wal` or `truncate`."""
    return "wal" if driver.sqlite_version_info >= _WAL_IS_SAFE_SINCE else "truncate"


def make_durable(driver: Any, raw: Any, path: Path) -> None:
    """Make what is committed on a plain connection outlive a power cut: SQLite's own settings do not, where the journal
    is deleted, because nobody flushes the folder after. Raises `SetUp`."""
    try:
        raw.execute("PRAGMA synchronous = FULL").close()
        raw.execute(f"PRAGMA journal_mode = {journal_of(driver)}").fetchall()  # to its end, where it is committed
    except driver.Error as error:
        raise faults.typed(error, str(path)) or error from error


def make_ready(driver: Any, path: Path) -> None:
    """Put a database that is to be a site's store into the journal mode that it will have. Raises `SetUp`."""
    raw = connect(driver, path)
    try:
        make_durable(driver, raw, path)
    finally:
        raw.close()


def driver_module(name: DriverName) -> Any:
    """The driver's module. pysqlite3 brings its own SQLite; the standard driver has the system's."""
    wanted = ("pysqlite3", "sqlite3") if name == "auto" else (name,)
    for each in wanted:
        try:
            return importlib.import_module(f"{each}.dbapi2")
        except ImportError:
            continue
    raise SetUp(
        msg("the SQLite driver `{driver}` cannot be imported", driver=name), fix=msg("install `{driver}`", driver=name)
    )


def create_file(driver: Any, path: Path) -> None:
    """Make the store's file with all its tables; or nothing, whatever happens meanwhile, because the file gets its
    name last. Raises `SetUp`, also where there is a file of that name."""
    if path.exists() or path.is_symlink():
        raise there_already(path)
    partial = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE))
        try:
            _make_tables(driver, partial)
            make_ready(driver, partial)
            give_name(partial, path)
        finally:
            with suppress(OSError):
                partial.unlink()
    except FileExistsError as error:
        raise there_already(path) from error
    except OSError as error:
        raise cannot_make(path, error) from error


def cannot_make(path: Path, error: OSError) -> SetUp:
    """The file of a store cannot be made."""
    return SetUp(
        msg("{path} cannot be made: {reason}", path=str(path), reason=system_reason(error)),
        where=str(path),
        fix=msg("see that the folder is there and that you may write it"),
    )


def there_already(path: Path) -> SetUp:
    """There is something where a store is to be made."""
    return SetUp(
        msg("there is a store at {path} already", path=str(path)), where=str(path), fix=msg("choose another folder")
    )


def _make_tables(driver: Any, path: Path) -> None:
    raw = connect(driver, path)
    try:
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("BEGIN IMMEDIATE")
        for statement in schema.new_store_statements():
            raw.execute(statement)
        raw.execute("COMMIT")
    except driver.Error as error:
        said = faults.typed(error, str(path))
        raise said or error from error
    finally:
        raw.close()
