"""Files that are given for fields: what is refused, or only tried, leaves nothing behind."""

import os
import shutil
import time
import zlib
from pathlib import Path

import pytest

from tests.end_to_end.shell import Shell

SNAP = """
procedure: snap
title: {zh: 随手拍, en: Snap}
prefix: PS
subject: "{{ note }}"
fields:
  note:   {type: text, title: {zh: 说明, en: Note}}
  weight: {type: integer, title: {zh: 重量, en: Weight}}
  photos: {type: photo, many: true, title: {zh: 照片, en: Photos}}
open: {by: anyone, ask: [note, weight], may_ask: photos, to: over}
states:
  over: {final: true, outcome: over}
outcomes:
  over: {zh: 完, en: Over}
"""
NEW = ("new", "snap", "--field", "note=灯坏", "--field", "weight=1")


@pytest.fixture(scope="module")
def site(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    site = Shell(Path(shutil.copytree(begun, tmp_path_factory.mktemp("attachments") / "site")))
    (site.folder / "workflows" / "snap.sop.yaml").write_text(SNAP, encoding="utf-8")
    site("flow", "publish", "snap")
    return site


def photo(site: Shell, name: str) -> str:
    path = site.folder.parent / name
    path.write_bytes(b"\xff\xd8\xff\xe0" + zlib.compress(name.encode()))
    return f"photos=@{path}"


def kept(site: Shell) -> list[Path]:
    return [each for each in (site.folder / "files").rglob("*") if each.is_file()]


def test_what_is_refused_or_only_tried_leaves_no_file(site: Shell) -> None:
    secret = site.folder.parent / "secret"
    secret.write_text("root:x:0:0")
    before = kept(site)
    site(*NEW, "--field", f"photos=@{secret}", code=2)
    site(*NEW, "--field", photo(site, "a.jpg"), "--field", f"photos=@{secret}", code=2)
    site(*NEW, "--field", photo(site, "b.jpg"), "--dry-run")
    site(*NEW, "--field", photo(site, "c.jpg"), "--field", "weight=heavy", code=2)
    site(*NEW[:-2], "--field", photo(site, "d.jpg"), code=2)
    assert kept(site) == before


def test_what_is_done_keeps_its_files_and_they_are_whole(site: Shell) -> None:
    before = kept(site)
    site(*NEW, "--field", photo(site, "e.jpg"), "--field", photo(site, "f.jpg"), "--key", "one")
    site(*NEW, "--field", photo(site, "e.jpg"), "--field", photo(site, "f.jpg"), "--key", "one")
    assert len(kept(site)) == len(before) + 2
    assert not [each for each in site("doctor", "--json", code=None).json if each["severity"] == "error"]


def test_the_doctor_tells_of_what_killed_commands_left_and_of_nothing_else(site: Shell) -> None:
    folder = site.folder / "files"
    site(*NEW, "--field", photo(site, "kept.jpg"))
    (folder / "ab").mkdir(exist_ok=True)
    left = [folder / "ab" / ("c" * 62), folder / ".arriving-0011223344556677"]
    young = folder / "ab" / ("d" * 62)
    for path in (*left, young):
        path.write_bytes(b"x")
    old = time.time() - 3 * 86400
    for path in folder.rglob("*"):
        if path.is_file() and path != young:
            os.utime(path, (old, old))

    said = site("doctor", code=0).out
    for path in left:
        path.unlink()

    assert "left by commands that were killed (2)" in said
    assert f"rm files/.arriving-0011223344556677 files/ab/{'c' * 62}" in said
    assert "left by commands" not in site("doctor").out
