"""What a site holds of people is for its owner and its group, whatever the umask says."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine.engine.sites.folder import open_site
from sop_engine.store.access import open_to_others
from sop_engine.store.backup import backup, restore
from sop_engine.store.files import Files
from tests.console.place import make_place

HELD_OF_PEOPLE = ("site.db", "site.db-wal", "site.db-shm", "site.db.lock", "files", "files/*", "files/*/*")


@pytest.fixture(params=[0o000, 0o022, 0o007], ids="umask {:03o}".format)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder: Path, names: tuple[str, ...]) -> dict[str, int]:
    paths = [folder, *(path for name in names for path in folder.glob(name))]
    return {str(path.relative_to(folder)): path.stat().st_mode & 0o777 for path in paths}


def test_others_get_nothing_and_the_group_what_the_umask_leaves_it(umask: int, tmp_path: Path) -> None:
    # given a site with a photo, and a command under way
    folder = tmp_path / "site"
    make_place(folder)
    Files(folder / "files").put(io.BytesIO(b"photo"), "a.jpg")
    with open_site(folder) as site, site.store.writing() as transaction:
        transaction.put_meta("said", "x")
        found = modes(folder, HELD_OF_PEOPLE)
    # then
    assert len(found) >= 6
    for name, mode in found.items():
        wanted = 0o770 if (folder / name).is_dir() else 0o660
        assert mode == wanted & ~umask, (name, oct(mode))
    assert open_to_others(folder) == []


def test_a_backup_and_what_it_is_brought_back_as_are_closed_too(umask: int, tmp_path: Path) -> None:
    make_place(tmp_path / "site")
    Files(tmp_path / "site" / "files").put(io.BytesIO(b"photo"), "a.jpg")
    backup(tmp_path / "site" / "site.db", tmp_path / "copy", "2026-11-21T03:04:05.123Z")
    restore(tmp_path / "copy", tmp_path / "again")
    for name in ("copy", "again"):
        found = modes(tmp_path / name, HELD_OF_PEOPLE)
        assert len(found) >= 5
        assert not any(mode & 0o007 for mode in found.values()), found


def test_what_was_opened_is_told_unless_nobody_gets_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    make_place(folder)
    (folder / "site.db").chmod(0o664)
    (folder / "workflows").chmod(0o755)
    assert open_to_others(folder) == [], "others cannot enter the folder"
    folder.chmod(0o755)
    assert open_to_others(folder) == [folder / "site.db"]
    folder.chmod(0o777)
    assert open_to_others(folder) == [folder, folder / "site.db"]
