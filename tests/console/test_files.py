"""`sop attach` and `sop files`."""

from pathlib import Path

import pytest

from tests.console.conftest import Sop
from tests.console.place import head_number

DESK = ("--as", "wang_fang")


def kept(site: Path) -> list[Path]:
    return sorted(each for each in (site / "files").rglob("*") if each.is_file())


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "前.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0 one")
    return str(path)


def test_files_are_listed_with_their_label_and_copied_out(
    sop: Sop, site: Path, wx: str, photo: str, tmp_path: Path
) -> None:
    said = sop("attach", wx, photo, "--label", "维修前", *DESK)
    assert said.code == 0, said
    assert "前.jpg" in said.out
    (found,) = sop("files", wx, "--json").json
    assert (found["name"], found["label"], found["state"], found["step"]) == ("前.jpg", "维修前", "there", 2)
    assert sop("files", wx, "--to", str(tmp_path / "out")).code == 0
    (copied,) = (tmp_path / "out").iterdir()
    assert (copied.name, copied.read_bytes()) == ("01-前.jpg", b"\xff\xd8\xff\xe0 one")
    again = sop("files", wx, "--to", str(tmp_path / "out"))
    assert (again.code, "nothing is overwritten" in again.err) == (2, True)
    assert "维修前" in sop("audit", "log", wx).out
    assert sop("find", "维修前").out.startswith(wx)


def test_what_is_refused_or_tried_leaves_nothing(sop: Sop, site: Path, wx: str, photo: str, tmp_path: Path) -> None:
    before, number = kept(site), head_number(site, wx)
    (tmp_path / "empty").touch()
    (tmp_path / "link").symlink_to(photo)
    assert sop("attach", wx, photo, "--dry-run", *DESK).code == 0
    for words, code in (((photo, str(tmp_path / "empty")), 2), ((photo, str(tmp_path / "nowhere")), 3),
                        ((photo, photo), 4), ((str(tmp_path / "link"),), 2), ((photo, "--label", " "), 2),
                        ((str(tmp_path),), 2), ((photo, "--expect", "9"), 6)):  # fmt: skip
        assert sop("attach", wx, *words, *DESK).code == code, words
    assert sop("attach", "99", photo, *DESK).code == 3
    assert (kept(site), head_number(site, wx)) == (before, number)


def test_a_file_that_is_too_large_is_refused(sop: Sop, site: Path, wx: str, tmp_path: Path) -> None:
    text = (site / "sop.toml").read_text(encoding="utf-8")
    (site / "sop.toml").write_text(f"{text}\n[limits]\nlargest_file_mib = 1\n", encoding="utf-8")
    (tmp_path / "large").write_bytes(b"x" * (1024 * 1024 + 1))
    said = sop("attach", wx, str(tmp_path / "large"), *DESK)
    assert (said.code, "larger than 1.0 MiB" in said.err) == (2, True)
    assert kept(site) == []


def test_the_same_photo_in_two_tickets_is_shown(sop: Sop, wx: str, photo: str) -> None:
    other = sop("new", "repair", "--field", "unit=3-2-1201", "--field", "fault=断电", *DESK, "--json").json["id"]
    sop("attach", wx, photo, *DESK)
    sop("attach", other, photo, *DESK)
    assert sop("files", wx, "--json").json[0]["also_in"] == [other]
    assert other in sop("files", wx).out


def test_what_is_missing_or_altered_is_told(sop: Sop, site: Path, wx: str, photo: str, tmp_path: Path) -> None:
    sop("attach", wx, photo, *DESK)
    (path,) = kept(site)
    path.write_bytes(b"\xff\xd8\xff\xe0 two")
    assert "altered" not in sop("doctor").out
    said = sop("doctor", "--files")
    assert (said.code, "content was altered (1): " in said.out) == (1, True)
    ran = sop("files", wx, "--to", str(tmp_path / "out"))
    assert (ran.code, list((tmp_path / "out").iterdir())) == (8, [])
    path.unlink()
    assert sop("files", wx, "--json").json[0]["state"] == "missing"
    assert "missing or damaged (1): 前.jpg" in sop("doctor").out


def test_show_lists_what_is_attached_as_json(sop: Sop, site: Path, wx: str, photo: str) -> None:
    tried = sop("attach", wx, photo, "--label", "维修前", "--dry-run", "--json", *DESK).json["files"]
    assert [(each["name"], each["label"]) for each in tried] == [("前.jpg", "维修前")]
    assert sop("show", wx, "--json").json["files"] == []
    sop("attach", wx, photo, "--label", "维修前", *DESK)
    (listed,) = sop("files", wx, "--json").json
    (shown,) = sop("show", wx, "--json").json["files"]
    assert shown == {name: listed[name] for name in ("name", "sha256", "size", "type", "step", "label")}


def test_a_key_attaches_once_and_gives_the_same_again(sop: Sop, site: Path, wx: str, photo: str) -> None:
    first = sop("attach", wx, photo, "--key", "k1", "--json", *DESK)
    before = kept(site)
    again = sop("attach", wx, photo, "--key", "k1", "--json", *DESK)
    assert (first.code, again.code, again.json["number"]) == (0, 0, first.json["number"])
    assert kept(site) == before
    assert sop("files", wx).code == 0
