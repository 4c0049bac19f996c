"""What the world can break: every fault is one of our errors, with words, and keeps what was there."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sop_engine.errors import Overtaken, SetUp
from sop_engine.store import faults, open_store, schema
from sop_engine.store.drivers import DriverName, driver_module, lock_path
from sop_engine.store.sqlite import SqliteStore

from .samples import ID, append, ticket


def refusal(path: Path, driver: DriverName, create: bool = False) -> SetUp:
    """The error with which opening is refused."""
    with pytest.raises(SetUp) as caught:
        open_store(path, create, driver=driver)
    assert caught.value.fix is not None
    return caught.value


def test_a_store_that_is_not_there(path: Path, driver: DriverName) -> None:
    assert "there is no store" in str(refusal(path, driver))
    assert not path.exists()
    assert not lock_path(path).exists()


def test_a_file_that_is_no_database(path: Path, driver: DriverName) -> None:
    path.write_text("minutes of the owners' meeting\n" * 200)
    assert "it is no SQLite database" in str(refusal(path, driver))


def test_a_database_that_is_no_store(path: Path, driver: DriverName) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE photos (name TEXT)")
    other.commit()
    other.close()
    assert "not the store of a site" in str(refusal(path, driver))


@pytest.mark.parametrize("found", ["9999", ""])
def test_a_store_of_a_newer_program(path: Path, driver: DriverName, found: str) -> None:
    store = open_store(path, create=True, driver=driver)
    with store.raw_reading() as raw:
        raw.execute(f"UPDATE {schema.VERSION_TABLE} SET version_num = ?", (found,))
    store.close()
    assert "newer program" in str(refusal(path, driver))


def test_a_store_of_an_older_program_can_be_raised() -> None:
    error = faults.other_schema("site.db", "0001", ("0001", "0002"))
    assert "has tables of version 0001" in str(error)
    assert "sop db upgrade" in str(error.fix)


def test_making_a_store_over_another_is_refused(path: Path, file_store: SqliteStore, driver: DriverName) -> None:
    with file_store.writing() as writes:
        writes.put_meta("name", "kept")
    assert "already" in str(refusal(path, driver, create=True))
    with file_store.reading() as reads:
        assert reads.meta("name") == "kept"


def test_making_a_store_in_no_folder(tmp_path: Path, driver: DriverName) -> None:
    refusal(tmp_path / "no" / "site.db", driver, create=True)


def test_a_driver_that_cannot_be_imported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysqlite3.dbapi2", None)
    with pytest.raises(SetUp, match="pysqlite3"):
        open_store(path, create=True, driver="pysqlite3")
    store = open_store(path, create=True)
    assert (store.driver, store.journal) == ("sqlite3", "truncate")
    store.close()


def test_settings_on_which_durability_rests(file_store: SqliteStore, driver: DriverName) -> None:
    wanted = {"pysqlite3": "wal", "sqlite3": "truncate"}[driver]
    with file_store.raw_reading() as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == (wanted,)
        assert raw.execute("PRAGMA synchronous").fetchone() == (2,)
        assert raw.isolation_level is None


def test_a_library_without_the_fix_does_not_write_ahead() -> None:
    assert driver_module("pysqlite3").sqlite_version_info >= (3, 51, 3)
    assert driver_module("sqlite3").sqlite_version_info < (3, 51, 3)


def test_each_driver_takes_up_what_the_other_left(path: Path) -> None:
    for number, (name, journal) in enumerate([("pysqlite3", "wal"), ("sqlite3", "truncate"), ("pysqlite3", "wal")], 1):
        store = open_store(path, create=number == 1, driver=name)  # type: ignore[arg-type]
        with store.writing() as writes:
            append(writes, ticket(number=number))
        assert store.journal == journal
        store.close()


def test_a_database_locked_by_another_program(
    path: Path, file_store: SqliteStore, driver: DriverName, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sop_engine.store.drivers.BUSY_SECONDS", 0.05)
    impatient = open_store(path, driver=driver)
    other = driver_module(driver).connect(str(path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Overtaken, match="locked by another program"), impatient.writing() as writes:
        writes.put_meta("never", "1")
    other.execute("ROLLBACK")
    other.close()
    with impatient.writing() as writes:
        writes.put_meta("now", "1")
    impatient.close()


def test_a_damaged_file_is_said_to_be_damaged(path: Path, driver: DriverName) -> None:
    store = open_store(path, create=True, driver=driver)
    with store.writing() as writes:
        for number in range(1, 40):
            append(writes, ticket(number=number, fields={"text": "x" * 2000}))
    store.close()
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\xff" * (len(content) - 4096 * 3)
    path.write_bytes(bytes(content))
    with pytest.raises(SetUp, match="damaged"):
        store = open_store(path, driver=driver)
        with store.writing() as writes:
            append(writes, ticket(number=40))


@pytest.mark.parametrize(
    ("name", "code"),
    [("SQLITE_FULL", 7), ("SQLITE_IOERR_WRITE", 7), ("SQLITE_IOERR_FSYNC", 7), ("SQLITE_BUSY_SNAPSHOT", 6)],
)
def test_result_codes_and_their_errors(name: str, code: int) -> None:
    error = sqlite3.OperationalError("words of the library")
    error.sqlite_errorname = name
    said = faults.typed(error, "site.db")
    assert said is not None
    assert said.code == code
    assert "words of the library" not in str(said)


def test_a_mistake_of_ours_is_not_dressed_up(file_store: SqliteStore) -> None:
    with pytest.raises(file_store._driver.OperationalError, match="no such table"), file_store.writing() as writes:
        writes._run("SELECT * FROM nowhere")


LIMITED = """
import resource, sys
from pathlib import Path
from sop_engine.errors import SetUp
from sop_engine.store import open_store
from store.samples import append, ticket
path, driver, room = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = open_store(path, driver=driver)
with store.writing() as writes:
    append(writes, ticket(number=1))
print(1, flush=True)
size = max(each.stat().st_size for each in path.parent.iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, resource.RLIM_INFINITY))
try:
    for number in range(2, 500):
        with store.writing() as writes:
            append(writes, ticket(number=number, fields={"text": "x" * 5000}))
        print(number, flush=True)
except SetUp as error:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print("refused:", error)
    with store.writing() as writes:
        found = writes.ticket("WX-20261121-007")
        append(writes, ticket(number=found.number + 1))
    print(found.number + 1, flush=True)
"""


@pytest.mark.parametrize("room", [0, 3000, 100_000])
def test_a_full_disk_refuses_the_step_and_keeps_the_others(path: Path, driver: DriverName, room: int) -> None:
    # given a store whose files cannot grow any more
    open_store(path, create=True, driver=driver).close()
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", LIMITED, str(path), driver, str(room)]
    # when steps are appended until one is refused, and one more after room was made
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    # then all acknowledged ones are there, and nothing else
    assert done.returncode == 0, done.stderr
    *numbers, said, after = done.stdout.splitlines()
    assert said.startswith("refused: the disk ")
    acknowledged = [int(number) for number in [*numbers, after]]
    store = open_store(path, driver=driver)
    with store.reading() as reads:
        assert [each.number for each in reads.steps(ID)] == acknowledged == list(range(1, len(acknowledged) + 1))
    store.close()


READ_ONLY = """
import os, sys, pysqlite3.dbapi2, sqlite3.dbapi2
from pathlib import Path
from sop_engine.errors import SetUp
from sop_engine.store import open_store
os.setgid(65534); os.setuid(65534)
try:
    store = open_store(Path(sys.argv[1]), driver=sys.argv[2])
    with store.writing() as writes:
        writes.put_meta("never", "1")
except SetUp as error:
    print(error.code, error, "|", error.fix)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without rights")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_file_or_folder_that_may_not_be_written(driver: DriverName, what: str) -> None:
    folder = Path("/tmp") / f"read-only-{os.getpid()}-{driver}-{what}"
    folder.mkdir(mode=0o755)
    try:
        path = folder / "site.db"
        open_store(path, create=True, driver=driver).close()
        lock_path(path).touch()
        lock_path(path).chmod(0o666)
        if what == "file":
            folder.chmod(0o777)
            path.chmod(0o444)
        else:
            path.chmod(0o666)
        command = [sys.executable, "-c", READ_ONLY, str(path), driver]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.stdout.startswith("7 "), done.stderr
        assert "may" in done.stdout
    finally:
        shutil.rmtree(folder)


def test_a_store_that_cannot_be_made_leaves_nothing(
    path: Path, driver: DriverName, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "new_store_statements", lambda: ["CREATE TABLE step (a TEXT)", "CREATE nonsense"])
    with pytest.raises(driver_module(driver).OperationalError):
        open_store(path, create=True, driver=driver)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    "change", ["body = '{'", "body = '[]'", "body = json_remove(body, '$.timers')", "state = 'x'", "tasks = ''"]
)
def test_a_row_that_cannot_be_read_has_words(file_store: SqliteStore, change: str) -> None:
    """As after an upgrade that gave tickets a new member, or whatever else wrote there."""
    with file_store.writing() as writes:
        append(writes, ticket())
    with file_store.writing():
        pass
    with file_store.raw_reading() as raw:
        raw.execute(f"UPDATE ticket SET {change}")
        raw.execute("COMMIT")
        raw.execute("BEGIN")
    with pytest.raises(SetUp, match="cannot be read") as caught, file_store.reading() as reads:
        (reads.ticket if change.startswith("body") else reads.head)(ID)
    assert "sop db rebuild" in str(caught.value.fix)
