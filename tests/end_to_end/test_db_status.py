"""`sop db status` where the store is not what it should be: what it advises can be done."""

from pathlib import Path

import pytest

from sop_engine.store.drivers import driver_module
from tests.end_to_end.shell import Shell


@pytest.fixture
def site(tmp_path: Path) -> Shell:
    (tmp_path / "sop.toml").write_text('[site]\nname = "x"\nid = "x"\nzone = "UTC"\n', encoding="utf-8")
    return Shell(tmp_path)


def make(site: Shell, *statements: str) -> None:
    raw = driver_module("auto").connect(site.folder / "site.db", isolation_level=None)
    for statement in statements:
        raw.execute(statement)
    raw.close()


def test_a_database_without_tables_is_no_store(site: Shell) -> None:
    make(site, "PRAGMA user_version = 1")
    told = site("db", "status", code=1).err
    assert "sop db restore" in told
    assert "upgrade" not in told


@pytest.mark.parametrize("revision", ["0000x", "9999"])
def test_tables_of_a_release_that_is_not_known_are_newer(site: Shell, revision: str) -> None:
    make(site, "CREATE TABLE step (site TEXT)", "CREATE TABLE alembic_version (version_num TEXT)",
         f"INSERT INTO alembic_version VALUES ('{revision}')")  # fmt: skip
    told = site("db", "status", code=1).err
    assert "newer release" in told
    assert "upgrade" not in told
    assert "newer" in site("db", "upgrade", code=7).err
