"""A site in PostgreSQL, through the installed command: made there, carried there and back, and refused with words."""

import shutil
from pathlib import Path

import pytest

from tests import postgres
from tests.end_to_end.shell import Shell
from tests.end_to_end.test_attachments import NEW, SNAP


@pytest.fixture(scope="module")
def address(server: postgres.Server) -> str:
    return server.address(server.new_database())


@pytest.fixture(scope="module")
def carried(made_site: Path, address: str, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """The site of the other tests, carried into a database; its file is gone."""
    folder = tmp_path_factory.mktemp("carried") / "site"
    shutil.copytree(made_site, folder)
    site = Shell(folder)
    said = site("db", "copy", "site.db", address)
    assert "rows:" in said.err
    assert f'store = "{address}"' in said.err
    settings = folder / "sop.toml"
    settings.write_text(settings.read_text().replace("[site]\n", f'[site]\nstore = "{address}"\n', 1))
    for each in folder.glob("site.db*"):
        each.unlink()
    return site


REPAIR = ("--field", "unit=3-2-1202", "--field", "fault=厨房漏水")


def test_staff_notice_nothing(carried: Shell) -> None:
    opened = carried("new", "repair", "--as", "wang_fang", *REPAIR, "--json").json
    shown = carried("show", opened["id"], "--json").json
    assert shown["status"] == "open"
    carried("note", opened["id"], "业主来电", "--as", "wang_fang")
    assert opened["id"] in {each["id"] for each in carried("ls", "--all", "--json").json}
    carried("worker", "tick")
    assert carried("audit", "verify", "--json").json["mismatches"] == []
    assert carried("audit", "replay", "--all", "--json", "--jobs", "2").json["mismatches"] == []
    assert not list(carried.folder.glob("site.db*"))


def test_what_was_carried_back_is_the_same(carried: Shell, address: str) -> None:
    carried("db", "copy", address, "back.db")
    rows = carried("db", "copy", "back.db", f"{address}&application_name=again", code=7)
    assert "already" in rows.err
    settings = carried.folder / "sop.toml"
    text = settings.read_text()
    (carried.folder / "back.db").rename(carried.folder / "site.db")
    try:
        settings.write_text(text.replace(f'store = "{address}"\n', ""))
        here = carried("audit", "verify", "--json").json
    finally:
        settings.write_text(text)
    there = carried("audit", "verify", "--json").json
    assert here == there
    assert here["mismatches"] == []


def test_the_state_of_the_store_is_told(carried: Shell, address: str) -> None:
    told = carried("db", "status", "--json", code=1).json
    assert (told["revision"], told["path"]) == (told["wanted_revision"], address)
    assert told["check"] == "fsync is off"  # the tests' server need not survive a power cut
    assert told["tables"]["ticket"] >= 1
    assert "fsync is off" in carried("doctor", code=1).out
    assert "nothing to do" in carried("db", "upgrade").err


def test_a_backup_is_the_database_s_own_affair(carried: Shell) -> None:
    refused = carried("db", "backup", "../copy", code=7)
    assert "pg_dump" in refused.err
    assert "sop db copy" in refused.err


def test_a_site_is_made_in_a_database(server: postgres.Server, tmp_path: Path) -> None:
    # given a database without any tables
    address = server.address(server.new_database("template0"))
    shell = Shell(tmp_path)
    # when a site is made there, and another of the same name
    made = shell("init", "site", "--name", "front-desk", "--store", address, "--json").json
    refused = shell("init", "other", "--name", "front-desk", "--store", address, code=7)
    # then the first is there, and of the second nothing
    assert "repair" in made["published"]
    assert "a site with the id front-desk already" in refused.err
    assert [each.name for each in tmp_path.iterdir()] == ["site"]
    assert shell.at("site")("flow", "ls", "--json").json


@pytest.mark.parametrize(
    ("store", "environment", "said"),
    [
        ("postgresql://sop:secret@/sites", {}, "holds a password"),
        ("mysql://sop@/sites", {}, "an address such as postgresql://"),
        ("postgresql://sop@/sites?host=/nowhere", {}, "cannot be reached"),
        ("postgresql://sop@/nowhere?host={folder}", {}, "no such database"),
        ("postgresql://guest@/sites?host={folder}", {"PGPASSWORD": "wrong"}, "does not accept the password"),
        ("postgresql://guest@/sites?host={folder}", {"PGPASSWORD": postgres.PASSWORD}, "does not allow this user"),
        ("postgresql://sop@/postgres?host={folder}", {}, "not the store of a site"),
    ],
)
def test_what_stands_in_the_way_is_said_in_a_line_with_what_mends_it(
    server: postgres.Server, tmp_path: Path, store: str, environment: dict[str, str], said: str
) -> None:
    (tmp_path / "sop.toml").write_text(
        f'[site]\nname = "x"\nid = "x"\nzone = "Asia/Shanghai"\nstore = "{store.format(folder=server.folder)}"\n'
    )
    refused = Shell(tmp_path)("ls", code=7, **environment)
    assert said in refused.err
    assert "fix: " in refused.err
    assert "secret" not in refused.err


def test_a_bad_address_makes_no_site(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell("init", "site", "--store", "mysql://host/db", code=2)
    shell("init", "site", "--store", "postgresql://sop:secret@host/db", code=7)
    shell("init", "site", "--store", "postgresql://sop@/db?host=/nowhere", code=7)
    assert list(tmp_path.iterdir()) == []


def test_a_photo_that_another_machine_keeps_is_missed_and_where_it_should_be_is_said(
    carried: Shell, tmp_path: Path
) -> None:
    # given a second machine, which shares the database and not the folder of files
    (carried.folder / "workflows" / "snap.sop.yaml").write_text(SNAP, encoding="utf-8")
    carried("flow", "publish", "snap")
    second = Shell(tmp_path / "site")
    shutil.copytree(carried.folder, second.folder)
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0 a wet floor")
    # when the first takes a photo in
    opened = carried(*NEW, "--field", f"photos=@{photo}", "--json").json
    # then the second shows the ticket and works on it, and its doctor says what is missing, and where
    assert second("show", opened["id"], "--json").json["fields"]["photos"][0]["name"] == "a.jpg"
    second("note", opened["id"], "业主来电")
    second("worker", "tick")
    missed = [each for each in second("doctor", "--json", code=1).json if "a.jpg" in each["what"]]
    assert [each["severity"] for each in missed] == ["error"]
    assert f"share one folder as {second.folder / 'files'}" in missed[0]["fix"]
    # and nothing any more when it has what the first has
    shutil.copytree(carried.folder / "files", second.folder / "files", dirs_exist_ok=True)
    assert not [each for each in second("doctor", "--json", code=1).json if "a.jpg" in each["what"]]


def test_files_that_are_a_link_are_refused(carried: Shell, tmp_path: Path) -> None:
    second = Shell(tmp_path / "site")
    shutil.copytree(carried.folder, second.folder)
    shutil.rmtree(second.folder / "files")
    (second.folder / "files").symlink_to(carried.folder / "files")
    photo = tmp_path / "b.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0 a dry floor")
    (second.folder / "workflows" / "snap.sop.yaml").write_text(SNAP, encoding="utf-8")
    second("flow", "publish", "snap")
    refused = second(*NEW, "--field", f"photos=@{photo}", code=7)
    assert "cannot be kept" in refused.err
