"""Rows that are lost or changed behind the engine's back: they are told of, and whoever is to mend them is let in."""

import shutil
from pathlib import Path

import pytest

from sop_engine.store.drivers import driver_module
from tests.end_to_end.shell import Shell


@pytest.fixture(scope="module")
def whole(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a site with an administrator, a clerk and a ticket."""
    shell = Shell(tmp_path_factory.mktemp("lost"))
    site = Shell(Path(shutil.copytree(begun, shell.folder / "site")))
    site("actor", "add", "wang_fang", "王芳", "--role", "desk", "--login", "wangfang")
    site("new", "repair", "--field", "place=common", "--field", "spot=大堂", "--field", "fault=灯坏",
         "--field", "channel=phone")  # fmt: skip
    assert errors(site) == []
    site("db", "backup", "../backup")
    return shell.folder / "backup"


@pytest.fixture
def site(whole: Path, tmp_path: Path) -> Shell:
    Shell(tmp_path)("db", "restore", str(whole), "site")
    return Shell(tmp_path / "site")


def change(site: Shell, *statements: str) -> None:
    raw = driver_module("auto").connect(site.folder / "site.db", isolation_level=None)
    for statement in statements:
        raw.execute(statement)
    raw.close()


def errors(site: Shell) -> list[str]:
    return [each["what"] for each in site("doctor", "--json", code=None).json if each["severity"] == "error"]


LOSSES = {
    "logins, people and roles": ["DELETE FROM login", "DELETE FROM person", "DELETE FROM holding"],
    "the site's row": ["DELETE FROM ticket WHERE id = 'site'", "DELETE FROM login"],
    "a ticket's row": ["DELETE FROM ticket WHERE id <> 'site'"],
    "versions": ["DELETE FROM version"],
    "rights": ["UPDATE person SET rights = '[]'"],
    "a timer that no ticket has": ["INSERT INTO timer SELECT site, 'QQ-1', 'x/y', due, NULL FROM timer LIMIT 1"],
}


@pytest.mark.parametrize("statements", LOSSES.values(), ids=LOSSES)
def test_what_is_lost_is_found_and_mended(site: Shell, statements: list[str]) -> None:
    change(site, *statements)
    assert errors(site) != []
    site("audit", "verify", code=1)
    site("audit", "replay", "--all", code=1)
    site("db", "rebuild")
    site("audit", "verify")
    site("audit", "replay", "--all")
    assert errors(site) == []


def test_a_login_that_only_the_tables_know_rebuilds_nothing(site: Shell) -> None:
    """Whose login is whose says the record, not who could write to the table."""
    change(site, "UPDATE login SET actor = 'wang_fang' WHERE actor = 'zhou_min'")
    site("db", "rebuild")
    [login] = [each["logins"] for each in site("actor", "ls", "--json").json if each["id"] == "zhou_min"]
    site("actor", "login", "elsewhere", "zhou_min")  # some administrator must be able to act
    site("actor", "login", login[0], "王芳")
    change(site, f"UPDATE login SET actor = 'zhou_min' WHERE login = '{login[0]}'")
    assert "no administrator" in site("db", "rebuild", code=5).err


def test_a_published_text_that_is_gone_is_told_of(site: Shell) -> None:
    change(site, "DELETE FROM blob WHERE digest = (SELECT text FROM version WHERE procedure = 'repair')")
    assert any("of version 1 of repair is gone" in each for each in errors(site))
