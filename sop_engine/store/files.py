"""Photos and papers, kept by the SHA-256 of their content: `files/ab/cdef...`.

The law. A file counts when its bytes and its name are on the disk, so content is flushed before it gets its name, and
the folder after; and so are the folders above it, also where they were there already: whoever made them may not have
come to flush them. What has a name never changes. Nothing is read through a link or from a device, nothing is written
outside the folder, and what a sender calls a file is only words beside it.
"""

import errno
import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from sop_engine.errors import NotFound, NotUnderstood, SetUp, system_reason
from sop_engine.messages import msg
from sop_engine.store.access import FILE_MODE, FOLDER_MODE
from sop_engine.store.flushing import flush

LARGEST_BYTES: Final = 20 * 1024 * 1024
LONGEST_NAME: Final = 120
_CHUNK: Final = 1024 * 1024
_UNKNOWN: Final = "application/octet-stream"
_BEGINNINGS: Final = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypisom", "video/mp4"),
    (4, b"ftypmp42", "video/mp4"),
    (0, b"%PDF-", "application/pdf"),
)


class Files:
    """The files of a site, in `folder`."""

    def __init__(self, folder: Path, largest_bytes: int = LARGEST_BYTES) -> None:
        self.folder = folder
        self._largest = largest_bytes

    def put(self, source: Path | BinaryIO, name: str | None = None) -> dict[str, Any]:
        """Keep a copy of `source`, a path or a stream of bytes, and give what a field holds of it:
        {"sha256", "name", "size" (bytes), "type" (media type, by content)}.

        Raises `NotFound` where there is no such file, `NotUnderstood` where it is a link, no plain file, empty or too
        large, `SetUp` where it cannot be kept.
        """
        arrival = self.arrive(source, name)
        try:
            arrival.keep()
        finally:
            arrival.discard()
        return arrival.reference

    def arrive(self, source: Path | BinaryIO, name: str | None = None) -> "Arrival":
        """A copy of `source` that is on the disk and has no name there yet. Raises as `put` does."""
        if isinstance(source, Path):
            with opened_plain(source) as stream:
                return self._keep(stream, name or source.name)
        return self._keep(source, name or "")

    def about(self, source: Path) -> dict[str, Any]:
        """What a field would hold of `source`, of which nothing is kept. Raises as `put` does."""
        with opened_plain(source) as stream:
            return self._about(source.name, *self._copy(stream, None, source.name))

    def give_name(self, arriving: str, sha256: str) -> None:
        """Give a copy that has arrived its name. Raises `SetUp` where it cannot be kept."""
        try:
            with _folder(self.folder) as folder:
                self._give_name(folder, arriving, sha256)
        except OSError as error:
            raise self._cannot_keep(error) from error

    def forget(self, arriving: str) -> None:
        """Take away a copy that has arrived and has no name."""
        with suppress(OSError), _folder(self.folder) as folder:
            _remove(folder, arriving)

    def open(self, sha256: str) -> BinaryIO:
        """The content, open for reading. Raises `NotFound` where it is not there."""
        try:
            return os.fdopen(os.open(self.path(sha256), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")
        except OSError as error:
            raise NotFound(
                msg("the file {sha256} is not in the store", sha256=sha256),
                where=str(self.folder),
                fix=msg("fetch it from a backup"),
            ) from error

    def path(self, sha256: str) -> Path:
        """Where content with this digest lies, whether it is there or not."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise NotUnderstood(msg("`{text}` is not the SHA-256 of a file", text=sha256))
        return self.folder / sha256[:2] / sha256[2:]

    def missing(self, references: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those references (as `put` gave them) whose content is not there in its length."""
        return [each for each in references if not self._has(each["sha256"], each["size"])]

    def damaged(self, references: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those references whose content is not there, or is not what it was. Reads all of it."""
        return [
            each
            for each in references
            if not self._has(each["sha256"], each["size"]) or digest_of(self.path(each["sha256"])) != each["sha256"]
        ]

    def _has(self, sha256: str, size: int) -> bool:
        try:
            about = os.lstat(self.path(sha256))
        except OSError:
            return False
        return stat.S_ISREG(about.st_mode) and about.st_size == size

    def _keep(self, stream: BinaryIO, name: str) -> "Arrival":
        try:
            self.folder.mkdir(FOLDER_MODE, exist_ok=True)
            flush(self.folder.parent)
            with _folder(self.folder) as folder:
                return self._keep_in(folder, stream, name)
        except OSError as error:
            raise self._cannot_keep(error) from error

    def _cannot_keep(self, error: OSError) -> SetUp:
        return SetUp(
            msg("the file cannot be kept in {folder}: {reason}", folder=str(self.folder), reason=system_reason(error)),
            where=str(self.folder),
            fix=msg("see that the folder is there, that you may write it, and that the disk has room"),
        )

    def _keep_in(self, folder: int, stream: BinaryIO, name: str) -> "Arrival":
        arriving = f".arriving-{os.urandom(8).hex()}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(arriving, flags, FILE_MODE, dir_fd=folder), "wb", buffering=0) as target:
                sha256, size, beginning = self._copy(stream, target, name)
                os.fsync(target.fileno())
        except BaseException:
            _remove(folder, arriving)
            raise
        return Arrival(self, arriving, self._about(name, sha256, size, beginning))

    def _about(self, name: str, sha256: str, size: int, beginning: bytes) -> dict[str, Any]:
        return {"sha256": sha256, "name": plain_name(name), "size": size, "type": media_type(beginning)}

    def _copy(self, stream: BinaryIO, target: Any, name: str) -> tuple[str, int, bytes]:
        """Copy a stream (to nowhere: None), and give digest, size and beginning of its content."""
        digest, size, beginning = hashlib.sha256(), 0, b""
        while chunk := stream.read(_CHUNK):
            beginning = beginning or chunk[:16]
            size += len(chunk)
            if size > self._largest:
                limit = round(self._largest / 1024 / 1024, 1)
                raise NotUnderstood(
                    msg("{name} is larger than {limit} MiB", name=plain_name(name), limit=limit),
                    fix=msg("make the photo smaller, or send a part of it"),
                )
            digest.update(chunk)
            view = memoryview(chunk)
            while view and target is not None:
                view = view[target.write(view) :]
        if size == 0:
            raise NotUnderstood(msg("{name} is empty", name=plain_name(name)), fix=msg("take the photo or paper again"))
        return digest.hexdigest(), size, beginning

    def _give_name(self, folder: int, arriving: str, sha256: str) -> None:
        inner, rest = sha256[:2], sha256[2:]
        with suppress(FileExistsError):
            os.mkdir(inner, FOLDER_MODE, dir_fd=folder)
        os.fsync(folder)
        shelf = os.open(inner, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        try:
            # What is there already has the same content; putting ours in its place also mends a damaged one.
            os.rename(arriving, rest, src_dir_fd=folder, dst_dir_fd=shelf)
            os.fsync(shelf)
        finally:
            os.close(shelf)


class Arrival:
    """A copy of a file that lies flushed among the files of a site without a name: it does not count until it is kept.
    So what is refused leaves nothing behind, and a transaction waits for no copying."""

    def __init__(self, files: Files, name: str, reference: dict[str, Any]) -> None:
        self._files = files
        self._name: str | None = name
        self.reference = reference
        """what a field holds of it"""

    def keep(self) -> None:
        """Let it count; a second time does nothing. Raises `SetUp` where it cannot be kept."""
        if self._name is not None:
            self._files.give_name(self._name, self.reference["sha256"])
            self._name = None

    def discard(self) -> None:
        """Take it away where it was not kept."""
        if self._name is not None:
            self._files.forget(self._name)
            self._name = None


def references_in(value: Any) -> list[dict[str, Any]]:
    """What a value in the record's form says of files."""
    if isinstance(value, dict):
        return [value] if "sha256" in value else [each for item in value.values() for each in references_in(item)]
    if isinstance(value, list | tuple):
        return [each for item in value for each in references_in(item)]
    return []


def digest_of(path: Path) -> str:
    """SHA-256 of a file's content, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def media_type(beginning: bytes) -> str:
    """The media type of content by how it begins (16 bytes are enough); photos, scans and short films only."""
    for offset, mark, kind in _BEGINNINGS:
        if beginning[offset : offset + len(mark)] == mark:
            return kind
    return _UNKNOWN


def plain_name(name: str) -> str:
    """A sender's name of a file as one harmless line: no folders, nothing invisible, Unicode form NFC, at most 120
    characters with its ending kept; `file` where nothing is left."""
    last = name.replace("\\", "/").rpartition("/")[2]
    composed = unicodedata.normalize("NFC", "".join(each for each in last if each.isprintable()))
    words = " ".join(composed.split()).strip(". ")
    if len(words) > LONGEST_NAME:
        stem, dot, ending = words.rpartition(".")
        keep = dot + ending if dot and len(ending) <= 10 else ""
        words = (stem if keep else words)[: LONGEST_NAME - len(keep)] + keep
    return words or "file"


def read_plain(path: Path, most: int = LARGEST_BYTES) -> bytes:
    """The first `most` bytes of a plain file. Raises as `opened_plain` does."""
    with opened_plain(path) as stream:
        # not `read(most)`, which takes room for as much at once
        return stream.read(min(most, os.fstat(stream.fileno()).st_size))


def read_named(path: Path, most: int) -> bytes:
    """The whole of a plain file that a person has named, of at most `most` bytes. A link is followed: whoever names it
    could name its target. Raises as `opened_plain` does, and `NotUnderstood` where it is longer."""
    with opened_plain(path, follow=True) as stream:
        data = stream.read(min(most, os.fstat(stream.fileno()).st_size) + 1)
    if len(data) > most:
        raise NotUnderstood(msg("{path} is longer than {most} bytes", path=str(path), most=most), where=str(path))
    return data


def refuse_link(path: Path) -> None:
    """Raise `NotUnderstood` where a folder is a link: what it leads to lies outside."""
    if path.is_symlink():
        raise _is_link(str(path))


def _is_link(path: str) -> NotUnderstood:
    return NotUnderstood(msg("{path} is a link", path=path), where=path, fix=msg("name the file that it leads to"))


@contextmanager
def opened_plain(path: Path, follow: bool = False) -> Iterator[BinaryIO]:
    """A plain file, open for reading; a link's target only with `follow`, and never waiting for a pipe's other end.
    Raises `NotFound`, and `NotUnderstood` where it is something else or cannot be read."""
    shown = str(path)
    links = 0 if follow else os.O_NOFOLLOW
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | links)
    except FileNotFoundError as error:
        raise NotFound(msg("there is no file {path}", path=shown), where=shown) from error
    except OSError as error:
        if error.errno == errno.ELOOP and not follow:
            raise _is_link(shown) from error
        raise NotUnderstood(
            msg("{path} cannot be read: {reason}", path=shown, reason=system_reason(error)), where=shown
        ) from error
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise NotUnderstood(msg("{path} is not a plain file", path=shown), where=shown)
    with os.fdopen(file, "rb") as stream:
        yield stream


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield file
    finally:
        os.close(file)


def _remove(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
