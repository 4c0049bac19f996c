"""A disk whose power fails.

The law. A disk hears of everything that is done to the files of one folder, in order. What it promises is what POSIX
promises, and no more:

1. `fsync` of a file puts its content and its length on the disk. Until then each of its writes may be there, not be
   there, or be there in part; later ones without earlier ones; the length without the content.
2. `fsync` of a file says nothing about its name. A name is there for certain when its folder was flushed after it was
   given, and gone for certain when the folder was flushed after it was taken away.
3. A write never harms bytes beside it (SQLite calls that powersafe overwrite, and takes it for granted as well).
4. An `fsync` that failed leaves each write on the disk or not, and the next `fsync` does not bring it: the kernel has
   forgotten that it was to be written (https://lwn.net/Articles/752063/).
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = 0
"""the number of the folder itself"""
SECTORS: Final = (512, 4096)


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes at an offset."""

    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Resize:
    """A new length: cut off, or filled with zeros."""

    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name is given to a file or folder; or, where `file` is None, is taken away."""

    folder: int
    name: str
    file: int | None


@dataclass(frozen=True, slots=True)
class Flush:
    """`fsync` of a file or folder; `seed` says what a failed one has left."""

    file: int
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Somebody was told that something is done."""

    what: str


Event = Write | Resize | Name | Flush | Acknowledge


def change(content: bytearray, event: Write | Resize) -> None:
    """Do to `content` what a write or a new length does."""
    if isinstance(event, Resize):
        del content[event.size :]
        content.extend(bytes(event.size - len(content)))
        return
    if len(content) < event.offset:
        content.extend(bytes(event.offset - len(content)))
    content[event.offset : event.offset + len(event.data)] = event.data


@dataclass(slots=True)
class _File:
    flushed: bytearray = field(default_factory=bytearray)
    waiting: list[Write | Resize] = field(default_factory=list)


@dataclass(slots=True)
class _Folder:
    flushed: dict[str, int] = field(default_factory=dict)
    waiting: list[Name] = field(default_factory=list)


Tree = Mapping[str, "bytes | Tree"]
"""names -> content, or what the folder of that name holds"""


class Disk:
    """What is certain to be on the disk, and what may be, after the events it was told of."""

    def __init__(self, folders: frozenset[int]) -> None:
        """`folders` are those numbers that are folders and not files."""
        self._folders = {each: _Folder() for each in folders}
        self._files: dict[int, _File] = {}
        self.acknowledged: list[str] = []

    def hear(self, event: Event) -> None:
        """Take in what happened next."""
        match event:
            case Write() | Resize():
                self._files.setdefault(event.file, _File()).waiting.append(event)
            case Name():
                self._folders[event.folder].waiting.append(event)
            case Flush() if event.file in self._folders:
                self._flush_folder(self._folders[event.file])
            case Flush():
                self._flush(self._files.setdefault(event.file, _File()), event.seed)
            case Acknowledge():
                self.acknowledged.append(event.what)

    def _flush(self, file: _File, seed: int | None) -> None:
        if seed is None:
            for event in file.waiting:
                change(file.flushed, event)
        else:
            file.flushed = survivor(file.flushed, file.waiting, random.Random(seed))
        file.waiting.clear()

    def _flush_folder(self, folder: _Folder) -> None:
        for event in folder.waiting:
            rename(folder.flushed, event)
        folder.waiting.clear()

    def after_power_loss(self, chance: random.Random) -> Tree:
        """What may be found when the power comes back: one of the many possibilities."""
        return self._tree(ROOT, chance)

    def _tree(self, number: int, chance: random.Random) -> dict[str, "bytes | Tree"]:
        folder = self._folders[number]
        names = dict(folder.flushed)
        for event in surviving_names(folder.waiting, chance):
            rename(names, event)
        found: dict[str, bytes | Tree] = {}
        for name, file in sorted(names.items()):
            if file in self._folders:
                found[name] = self._tree(file, chance)
            else:
                kept = self._files.get(file, _File())
                found[name] = bytes(survivor(kept.flushed, kept.waiting, chance) if kept.waiting else kept.flushed)
        return found


def rename(names: dict[str, int], event: Name) -> None:
    """Do to a folder's names what an event does."""
    if event.file is None:
        names.pop(event.name, None)
    else:
        names[event.name] = event.file


def surviving_names(waiting: list[Name], chance: random.Random) -> list[Name]:
    """Which changes of a folder that was not flushed are found. Of one name always the earlier ones first."""
    match chance.choice(("none", "all", "first", "some")):
        case "none":
            return []
        case "all":
            return waiting
        case "first":
            return waiting[: chance.randint(0, len(waiting))]
        case _:
            kept, lost = [], set()
            for event in waiting:
                if event.name not in lost and chance.random() < 0.5:
                    kept.append(event)
                else:
                    lost.add(event.name)
            return kept


def survivor(flushed: bytearray, waiting: list[Write | Resize], chance: random.Random) -> bytearray:
    """What may be found of a file whose last changes were not flushed."""
    content = bytearray(flushed)
    match chance.choice(("none", "all", "first", "some", "length")):
        case "none":
            pass
        case "all":
            for event in waiting:
                change(content, event)
        case "first":
            _keep_first(content, waiting, chance)
        case "some":
            for event in _some(waiting, chance):
                change(content, event)
        case _:
            _keep_length(content, waiting, chance)
    return content


def _keep_first(content: bytearray, waiting: list[Write | Resize], chance: random.Random) -> None:
    """The changes up to one, which is torn at any byte."""
    count = chance.randint(0, len(waiting))
    for event in waiting[:count]:
        change(content, event)
    if count < len(waiting) and isinstance(torn := waiting[count], Write):
        cut = chance.randint(0, len(torn.data))
        change(content, Write(torn.file, torn.offset, torn.data[:cut]))


def _keep_length(content: bytearray, waiting: list[Write | Resize], chance: random.Random) -> None:
    """The last length, and nobody's bytes where nothing had been before."""
    last = bytearray(content)
    for event in waiting:
        change(last, event)
    before = len(content)
    change(content, Resize(0, len(last)))
    if len(last) > before:
        content[before:] = chance.randbytes(len(last) - before)


def _some(waiting: list[Write | Resize], chance: random.Random) -> Iterator[Write | Resize]:
    """Some of the sectors of some of the writes."""
    share, sector = chance.choice((0.1, 0.5, 0.9)), chance.choice(SECTORS)
    for event in waiting:
        if isinstance(event, Resize):
            if chance.random() < share:
                yield event
            continue
        start, end = event.offset, event.offset + len(event.data)
        while start < end:
            next_start = min((start // sector + 1) * sector, end)
            if chance.random() < share:
                yield Write(event.file, start, event.data[start - event.offset : next_start - event.offset])
            start = next_start


def lay_out(tree: Tree, folder: Path) -> None:
    """Write what was found into a folder, which is made."""
    folder.mkdir()
    for name, content in tree.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            lay_out(content, folder / name)
