"""Photos and papers by their digest."""

import hashlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.errors import NotFound, NotUnderstood, SetUp
from sop_engine.store.files import LONGEST_NAME, Files, media_type, plain_name

PHOTO = b"\xff\xd8\xff\xe0" + b"leak" * 100


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "厨房.jpg"
    path.write_bytes(PHOTO)
    return path


def test_a_photo_is_kept_under_its_digest(files: Files, photo: Path) -> None:
    kept = files.put(photo)
    digest = hashlib.sha256(PHOTO).hexdigest()
    assert kept == {"sha256": digest, "name": "厨房.jpg", "size": len(PHOTO), "type": "image/jpeg"}
    assert (files.folder / digest[:2] / digest[2:]).read_bytes() == PHOTO
    with files.open(digest) as stream:
        assert stream.read() == PHOTO


def test_the_same_content_is_kept_once(files: Files, photo: Path) -> None:
    assert files.put(photo)["sha256"] == files.put(io.BytesIO(PHOTO), "again.jpg")["sha256"]
    assert len([each for each in files.folder.rglob("*") if each.is_file()]) == 1


def test_a_stream_gets_the_name_it_is_given(files: Files) -> None:
    kept = files.put(io.BytesIO(b"%PDF-1.7 ..."), "../../报价单.pdf")
    assert (kept["name"], kept["type"]) == ("报价单.pdf", "application/pdf")


def test_what_has_arrived_counts_when_it_is_kept(files: Files, photo: Path) -> None:
    kept, refused = files.arrive(photo), files.arrive(photo)
    assert files.missing([kept.reference]) == [kept.reference]
    kept.keep()
    kept.keep()
    for each in (kept, refused):
        each.discard()
    assert files.missing([kept.reference]) == []
    assert len([each for each in files.folder.rglob("*") if each.is_file()]) == 1


def test_what_is_only_looked_at_is_not_kept(files: Files, photo: Path) -> None:
    assert files.about(photo) == files.put(photo)
    (photo.parent / "empty.jpg").touch()
    with pytest.raises(NotUnderstood, match="empty"):
        files.about(photo.parent / "empty.jpg")


def test_a_link_is_not_followed(files: Files, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "link.jpg").symlink_to(photo)
    with pytest.raises(NotUnderstood, match="is a link"):
        files.put(tmp_path / "link.jpg")


def test_neither_pipe_nor_folder_nor_device_is_a_file(files: Files, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(NotUnderstood):
            files.put(path)


def test_a_file_that_is_not_there(files: Files, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        files.put(tmp_path / "no.jpg")


@pytest.mark.parametrize(("size", "fits"), [(0, False), (1, True), (2048, True), (2049, False)])
def test_size_is_bounded_and_not_nothing(tmp_path: Path, size: int, fits: bool) -> None:
    files = Files(tmp_path / "files", largest_bytes=2048)
    if fits:
        assert files.put(io.BytesIO(b"x" * size), "a")["size"] == size
    else:
        with pytest.raises(NotUnderstood):
            files.put(io.BytesIO(b"x" * size), "a")
        assert [each for each in files.folder.rglob("*") if each.is_file()] == []


def test_a_shelf_that_is_a_link_is_not_followed(files: Files, photo: Path, tmp_path: Path) -> None:
    files.folder.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (files.folder / hashlib.sha256(PHOTO).hexdigest()[:2]).symlink_to(outside)
    with pytest.raises(SetUp):
        files.put(photo)
    assert list(outside.iterdir()) == []


def test_what_is_missing_and_what_is_damaged(files: Files, photo: Path) -> None:
    kept = files.put(photo)
    lost = {"sha256": "0" * 64, "size": 3}
    shorter = kept | {"size": 1}
    assert files.missing([kept, lost, shorter]) == [lost, shorter]
    assert files.damaged([kept]) == []
    files.path(kept["sha256"]).write_bytes(bytes(len(PHOTO)))
    assert files.missing([kept]) == []
    assert files.damaged([kept]) == [kept]
    files.put(photo)
    assert files.damaged([kept]) == []


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 62 + "/."])
def test_only_a_digest_is_a_way_into_the_folder(files: Files, digest: str) -> None:
    with pytest.raises(NotUnderstood):
        files.open(digest)


def test_content_that_is_not_there(files: Files) -> None:
    with pytest.raises(NotFound):
        files.open("0" * 64)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(SetUp):
        Files(tmp_path / "no" / "files").put(io.BytesIO(b"x"), "a")


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"<html><script>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_type_is_seen_in_the_content(beginning: bytes, kind: str) -> None:
    assert media_type(beginning) == kind


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("photo.jpg", "photo.jpg"),
        ("C:\\Users\\lin\\photo.jpg", "photo.jpg"),
        ("/etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        ("a\x1b[31m\nb.jpg", "a[31mb.jpg"),
        ("gpj.\u202e.exe", "gpj..exe"),
        ("e\u0301.jpg", "é.jpg"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
        ("y" * 300, "y" * 120),
    ],
)
def test_a_name_is_only_words(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@given(st.text())
def test_any_name_becomes_a_harmless_line(name: str) -> None:
    plain = plain_name(name)
    assert plain.isprintable()
    assert 1 <= len(plain) <= LONGEST_NAME
    assert not set("/\\") & set(plain)
    assert not plain.startswith(".")
    assert plain_name(plain) == plain


def test_a_site_that_is_reached_through_a_link_keeps_files_too(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "disk")
    kept = Files(tmp_path / "site" / "files").put(io.BytesIO(b"photo"), "a.jpg")
    assert Files(tmp_path / "disk" / "files").damaged([kept]) == []
