"""Backup, restore, status and upgrade."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from sop_engine.errors import FaultsFound, SetUp
from sop_engine.store import open_store, schema
from sop_engine.store.backup import MANIFEST, backup, check_backup, restore, status
from sop_engine.store.drivers import DriverName, writes_ahead
from sop_engine.store.files import Files
from sop_engine.store.sqlite import SqliteStore
from sop_engine.store.upgrade import MIGRATIONS, upgrade
from sop_engine.ticket.records import Sealed

from .samples import ID, append, ticket

MADE = "2026-11-21T03:04:05.123Z"


@pytest.fixture
def site(tmp_path: Path, driver: DriverName) -> Path:
    """A site's folder with a ticket, a photo and a draft."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sop.toml").write_text('name = "山水花园"\n', encoding="utf-8")
    (folder / "workflows" / "tests").mkdir(parents=True)
    (folder / "workflows" / "repair.sop.yaml").write_text("states: {}\n")
    (folder / "workflows" / "tests" / "repair.yaml").write_text("given: []\n")
    Files(folder / "files").put(io.BytesIO(b"photo"), "a.jpg")
    store = open_store(folder / "site.db", create=True, driver=driver)
    with store.writing() as writes:
        append(writes, ticket())
    store.close()
    return folder


def test_a_backup_comes_back_as_it_was(site: Path, tmp_path: Path, driver: DriverName) -> None:
    made = backup(site / "site.db", tmp_path / "copy", MADE, driver=driver)
    assert made == check_backup(tmp_path / "copy", driver=driver)
    assert (made["made"], made["revision"], made["database"]) == (MADE, schema.REVISION, "site.db")
    restore(tmp_path / "copy", tmp_path / "back", driver=driver)
    names = {"sop.toml", "workflows/repair.sop.yaml", "workflows/tests/repair.yaml"}
    assert {name: (tmp_path / "back" / name).read_text() for name in names} == {
        name: (site / name).read_text() for name in names
    }
    store = open_store(tmp_path / "back" / "site.db", driver=driver)
    with store.reading() as reads:
        assert reads.ticket(ID) == ticket()
    store.close()
    kept = Files(tmp_path / "back" / "files").put(io.BytesIO(b"photo"), "a.jpg")
    assert f"files/{kept['sha256'][:2]}/{kept['sha256'][2:]}" in made["files"]


def test_a_backup_is_of_one_instant_while_others_write(site: Path, tmp_path: Path, driver: DriverName) -> None:
    store = open_store(site / "site.db", driver=driver)
    stop = threading.Event()

    def write() -> None:
        number = 1
        while not stop.is_set():
            number += 1
            with store.writing() as writes:
                append(writes, ticket(number=number))
                writes.keep_key(str(number), ID, number, Sealed("", None))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for copy in range(4):
            backup(site / "site.db", tmp_path / f"copy{copy}", MADE, driver=driver)
    finally:
        stop.set()
        writer.join()
        store.close()
    for copy in range(4):
        kept = open_store(tmp_path / f"copy{copy}" / "site.db", driver=driver)
        with kept.reading() as reads:
            steps = [step.number for step in reads.steps(ID)]
            now = reads.ticket(ID)
            assert now is not None
            assert steps == list(range(1, now.number + 1))
            assert now.number == 1 or reads.by_key(str(now.number)) is not None
        kept.close()


def test_nothing_is_overwritten(site: Path, tmp_path: Path, driver: DriverName) -> None:
    backup(site / "site.db", tmp_path / "copy", MADE, driver=driver)
    with pytest.raises(SetUp, match="not empty"):
        backup(site / "site.db", tmp_path / "copy", MADE, driver=driver)
    with pytest.raises(SetUp, match="not empty"):
        restore(tmp_path / "copy", site, driver=driver)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["copy", "site"]


def test_a_backup_of_nothing_leaves_nothing(tmp_path: Path, driver: DriverName) -> None:
    with pytest.raises(SetUp, match="no store"):
        backup(tmp_path / "site.db", tmp_path / "copy", MADE, driver=driver)
    assert list(tmp_path.iterdir()) == []


def test_who_looks_at_a_backup_changes_no_byte_of_it(site: Path, tmp_path: Path, driver: DriverName) -> None:
    """Else it could not be restored any more, because its digest would be another."""
    backup(site / "site.db", tmp_path / "copy", MADE, driver=driver)
    store = open_store(tmp_path / "copy" / "site.db", driver=driver)
    with store.reading() as reads:
        assert reads.ticket(ID) == ticket()
    store.close()
    assert status(tmp_path / "copy" / "site.db", driver=driver)["check"] == "ok"
    restore(tmp_path / "copy", tmp_path / "back", driver=driver)


READ_ONLY = """
import os, sys, pysqlite3.dbapi2, sqlite3.dbapi2, multiprocessing
from pathlib import Path
from sop_engine.store import open_store
from sop_engine.store.backup import backup, status
from tests.store.samples import ID
os.setgid(65534); os.setuid(65534)
path = Path(sys.argv[1])
store = open_store(path, driver=sys.argv[2])
with store.reading() as reads:
    print(reads.ticket(ID).id)
print(status(path, driver=sys.argv[2])["check"])
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without rights")
def test_a_backup_can_be_read_where_nothing_may_be_written(site: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="read-only-"))
    try:
        backup(site / "site.db", folder / "copy", MADE, driver="pysqlite3")
        folder.chmod(0o755)
        (folder / "copy").chmod(0o755)
        (folder / "copy" / "site.db").chmod(0o444)
        command = [sys.executable, "-c", READ_ONLY, str(folder / "copy" / "site.db"), "pysqlite3"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.stdout.split() == [ID, "ok"], done.stderr
    finally:
        shutil.rmtree(folder)


def test_a_restored_site_is_ready_for_its_writers(site: Path, tmp_path: Path) -> None:
    """A long reader would else be in the way of the first one."""
    backup(site / "site.db", tmp_path / "copy", MADE, driver="pysqlite3")
    restore(tmp_path / "copy", tmp_path / "back", driver="pysqlite3")
    assert writes_ahead(tmp_path / "back" / "site.db")


FULL = """
import resource, sys
from pathlib import Path
from sop_engine.errors import SetUp
from sop_engine.store.backup import backup
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
try:
    backup(Path(sys.argv[1]), Path(sys.argv[2]), "now", driver=sys.argv[3])
except SetUp as error:
    print(error.code, error)
"""


@pytest.mark.parametrize("largest", [100, 20_000, 100_000])
def test_a_disk_that_is_full_during_a_backup(site: Path, tmp_path: Path, driver: DriverName, largest: int) -> None:
    command = [sys.executable, "-c", FULL, str(site / "site.db"), str(tmp_path / "copy"), driver, str(largest)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("7 "), done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


def test_a_damaged_store_is_named_when_it_is_copied(site: Path, tmp_path: Path) -> None:
    path = site / "site.db"
    content = bytearray(path.read_bytes())
    content[4096:4200] = b"X" * 104
    path.write_bytes(bytes(content))
    with pytest.raises((FaultsFound, SetUp), match=re.escape(str(path))):
        backup(path, tmp_path / "copy", MADE, driver="pysqlite3")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("how", ["changed", "gone", "database"])
def test_a_damaged_backup_is_not_restored(site: Path, tmp_path: Path, driver: DriverName, how: str) -> None:
    backup(site / "site.db", tmp_path / "copy", MADE, driver=driver)
    draft = tmp_path / "copy" / "workflows" / "repair.sop.yaml"
    if how == "changed":
        draft.write_text("states: []\n")
    elif how == "gone":
        draft.unlink()
    else:
        content = bytearray((tmp_path / "copy" / "site.db").read_bytes())
        content[5000] ^= 1
        (tmp_path / "copy" / "site.db").write_bytes(bytes(content))
    with pytest.raises(FaultsFound, match="damaged"):
        restore(tmp_path / "copy", tmp_path / "back", driver=driver)
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a\0b"])
def test_a_manifest_cannot_name_what_lies_outside(site: Path, tmp_path: Path, driver: DriverName, name: str) -> None:
    backup(site / "site.db", tmp_path / "copy", MADE, driver=driver)
    manifest = json.loads((tmp_path / "copy" / MANIFEST).read_text())
    manifest["files"][name] = {"sha256": "0" * 64, "size": 0}
    (tmp_path / "copy" / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(SetUp, match="not a backup"):
        restore(tmp_path / "copy", tmp_path / "back", driver=driver)


@pytest.mark.parametrize("entry", [5, [], {}, {"size": "x", "sha256": 1}])
def test_a_manifest_of_nonsense_is_a_damaged_backup(
    site: Path, tmp_path: Path, driver: DriverName, entry: object
) -> None:
    backup(site / "site.db", tmp_path / "copy", MADE, driver=driver)
    manifest = json.loads((tmp_path / "copy" / MANIFEST).read_text())
    for nonsense in ({**manifest["files"], "sop.toml": entry}, list(manifest["files"])):
        (tmp_path / "copy" / MANIFEST).write_text(json.dumps({**manifest, "files": nonsense}))
        with pytest.raises((SetUp, FaultsFound)):
            restore(tmp_path / "copy", tmp_path / "back", driver=driver)


def test_a_folder_that_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(SetUp, match="not a backup"):
        check_backup(tmp_path)


def test_links_are_not_copied(site: Path, tmp_path: Path, driver: DriverName) -> None:
    (site / "workflows" / "secret.yaml").symlink_to("/etc/passwd")
    (site / "calendars").symlink_to("/etc")
    made = backup(site / "site.db", tmp_path / "copy", MADE, driver=driver)
    assert not [name for name in made["files"] if "secret" in name or "calendars" in name]


def test_status_counts_and_checks(site: Path, driver: DriverName) -> None:
    told = status(site / "site.db", driver=driver)
    assert (told["driver"], told["check"], told["revision"]) == (driver, "ok", schema.REVISION)
    assert told["journal_mode"] in {"wal", "delete", "truncate"}
    assert (told["tables"]["step"], told["tables"]["ticket"], told["tables"]["timer"]) == (1, 1, 0)
    assert told["sizes"]["site.db"] > 4096
    assert told["sizes"]["files"] == len(b"photo")


def test_there_is_nothing_to_raise_in_a_new_store(site: Path, tmp_path: Path, driver: DriverName) -> None:
    done = upgrade(site / "site.db", tmp_path / "before.db", driver=driver)
    assert done == {"from": schema.REVISION, "to": schema.REVISION, "backup": None}
    assert not (tmp_path / "before.db").exists()


def later(folder: Path, body: str) -> Path:
    """Migrations with one more, whose `upgrade` is `body`."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "v9000_later.py").write_text(
        f'from alembic import op\nrevision = "9000"\ndown_revision = "{schema.REVISION}"\n\ndef upgrade():\n{body}'
    )
    return folder


def schema_of(store: SqliteStore) -> list[tuple[str, str]]:
    with store.raw_reading() as raw:
        rows: list[tuple[str, str]] = raw.execute("SELECT name, sql FROM sqlite_schema").fetchall()
        return rows


def test_raising_makes_a_backup_and_keeps_the_rows(site: Path, tmp_path: Path, driver: DriverName) -> None:
    body = "    op.execute('ALTER TABLE unit ADD COLUMN area TEXT')\n"
    done = upgrade(site / "site.db", tmp_path / "before.db", migrations=later(tmp_path / "later", body), driver=driver)
    assert done == {"from": schema.REVISION, "to": "9000", "backup": str(tmp_path / "before.db")}
    assert status(site / "site.db", driver=driver)["revision"] == "9000"
    assert status(site / "site.db", driver=driver)["tables"]["step"] == 1
    with pytest.raises(SetUp, match="newer program"):
        open_store(site / "site.db", driver=driver)
    before = open_store(tmp_path / "before.db", driver=driver)
    with before.reading() as reads:
        assert reads.ticket(ID) == ticket()
    before.close()


def test_a_migration_that_fails_leaves_nothing_half_done(site: Path, tmp_path: Path, driver: DriverName) -> None:
    # given a migration that makes a table, changes rows, and then fails
    body = (
        "    op.execute('CREATE TABLE extra (id TEXT)')\n"
        "    op.execute('DELETE FROM step')\n"
        "    op.execute('ALTER TABLE nowhere ADD COLUMN a TEXT')\n"
    )
    store = open_store(site / "site.db", driver=driver)
    before = schema_of(store)
    # when it is run
    with pytest.raises(SetUp, match="no such table"):
        upgrade(site / "site.db", tmp_path / "before.db", migrations=later(tmp_path / "later", body), driver=driver)
    # then tables and rows are as they were, and the store works
    assert schema_of(store) == before
    with store.writing() as writes:
        append(writes, ticket(number=2))
        assert len(list(writes.steps(ID))) == 2
    store.close()


def test_an_unknown_schema_is_not_raised(site: Path, tmp_path: Path, driver: DriverName) -> None:
    store = open_store(site / "site.db", driver=driver)
    with store.raw_reading() as raw:
        raw.execute(f"UPDATE {schema.VERSION_TABLE} SET version_num = 'ffff'")
    store.close()
    with pytest.raises(SetUp, match="newer program"):
        upgrade(site / "site.db", tmp_path / "before.db", driver=driver)
    assert not (tmp_path / "before.db").exists()


@pytest.mark.parametrize("driver", ["sqlite3"])
def test_what_a_power_cut_left_half_done_is_no_obstacle(site: Path, tmp_path: Path, driver: DriverName) -> None:
    """A journal is left; it is played back by whoever looks first, and that may be a backup."""
    store = open_store(site / "site.db", driver=driver)
    with store.writing() as writes:
        writes.put_blob(bytes(8_000_000))
        cut = tmp_path / "cut"
        shutil.copytree(site, cut)
    store.close()
    journal = cut / "site.db-journal"
    assert journal.stat().st_size > 0
    assert status(cut / "site.db", driver=driver)["check"] == "ok"
    assert check_backup_of(cut, tmp_path / "copy", driver)


def check_backup_of(site: Path, copy: Path, driver: DriverName) -> bool:
    """Whether a backup of the site can be made, and is one."""
    return backup(site / "site.db", copy, MADE, driver=driver) == check_backup(copy, driver=driver)


def test_what_cannot_be_read_is_not_raised(tmp_path: Path, driver: DriverName) -> None:
    (tmp_path / "site.db").write_text("minutes of the owners' meeting\n" * 200)
    with pytest.raises(SetUp, match="no SQLite database"):
        upgrade(tmp_path / "site.db", tmp_path / "before.db", driver=driver)
