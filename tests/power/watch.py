"""Watching a folder: everything that is done to its files becomes an event, in order.

SQLite's calls come from `vfs`. What Python does to files is seen at its calls that give, take or flush names and
content: after each of them the folder is looked through, and what is not as it was has happened since the last one.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from unittest import mock

from .disk import ROOT, Acknowledge, Disk, Event, Flush, Name, Resize, Write, change

CALLS: Final = ("open", "fsync", "link", "rename", "replace", "unlink", "remove", "mkdir", "rmdir")
"""the calls of `os` at which the folder is looked through; what `pathlib` and `shutil` do goes through them too"""


class Watch:
    """What happened in a folder."""

    def __init__(self, folder: Path) -> None:
        """What is there already counts as flushed."""
        self.folder = folder
        self.events: list[Event] = []
        self._numbers: dict[tuple[int, int], int] = {}
        self._folders = {ROOT}
        self._names: dict[int, dict[str, int]] = {ROOT: {}}
        self._contents: dict[int, bytearray] = {}
        self._of_sqlite: dict[int, int] = {}
        self._stamps: dict[int, tuple[int, int]] = {}
        about = folder.stat()
        self._numbers[about.st_dev, about.st_ino] = ROOT
        self._count = ROOT
        self.look()
        for number in list(self._names) + list(self._contents):
            self.events.append(Flush(number))
        self.start: Final = len(self.events)

    def disk_at(self, points: list[int]) -> Iterator[tuple[int, Disk]]:
        """The disk after so many events, for each of the ascending `points`. It is one disk that goes on."""
        disk = Disk(frozenset(self._folders))
        done = 0
        for point in points:
            for event in self.events[done:point]:
                disk.hear(event)
            done = point
            yield point, disk

    def acknowledge(self, what: str) -> None:
        """Somebody is told that `what` is done."""
        self.events.append(Acknowledge(what))

    # --- files that SQLite has open ---

    def opened(self, path: Path) -> int:
        """The number of a file that SQLite opens."""
        self.look()
        number = self._number(path.stat())
        self._of_sqlite[number] = self._of_sqlite.get(number, 0) + 1
        return number

    def closed(self, number: int) -> None:
        """SQLite has closed it."""
        self._of_sqlite[number] -= 1

    def happened(self, event: Write | Resize | Flush) -> None:
        """SQLite has done something to a file."""
        if not isinstance(event, Flush):
            change(self._contents[event.file], event)
        self.events.append(event)

    def flushed_folder(self, folder: Path) -> None:
        """SQLite has flushed a folder."""
        self.look()
        self.events.append(Flush(self._number(folder.stat())))

    # --- looking through the folder ---

    def look(self) -> None:
        """Note what is not as it was."""
        self._look_into(ROOT, self.folder)

    def _look_into(self, number: int, folder: Path) -> None:
        before, now = self._names[number], {}
        with os.scandir(folder) as entries:
            for entry in entries:
                about = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(about.st_mode) or stat.S_ISREG(about.st_mode):
                    now[entry.name] = about
        for name in sorted(now):
            file = self._number(now[name])
            if before.get(name) != file:
                before[name] = file
                self.events.append(Name(number, name, file))
            if file in self._folders:
                self._look_into(file, folder / name)
            elif not self._of_sqlite.get(file):
                self._compare(file, folder / name, now[name])
        for name in sorted(before.keys() - now.keys()):
            del before[name]
            self.events.append(Name(number, name, None))

    def _number(self, about: os.stat_result) -> int:
        """The number of a file or folder. Each gets its own, and keeps it under all its names."""
        key = about.st_dev, about.st_ino
        known = self._numbers.get(key)
        if known is not None and (known in self._folders) == stat.S_ISDIR(about.st_mode):
            return known
        self._count += 1
        self._numbers[key] = self._count
        if stat.S_ISDIR(about.st_mode):
            self._folders.add(self._count)
            self._names[self._count] = {}
        else:
            self._contents[self._count] = bytearray()
        return self._count

    def _compare(self, file: int, path: Path, about: os.stat_result) -> None:
        """Note what Python has written since the file was last looked at: when its length or its time is another."""
        stamp = about.st_size, about.st_mtime_ns
        if self._stamps.get(file) == stamp:
            return
        self._stamps[file] = stamp
        was, now = self._contents[file], path.read_bytes()
        if len(now) < len(was):
            self.happened(Resize(file, len(now)))
        same = len(was) if now.startswith(was) else 0
        if same < len(now):
            self.happened(Write(file, same, now[same:]))

    def flushed(self, descriptor: int) -> None:
        """Python has flushed an open file or folder."""
        self.look()
        about = os.fstat(descriptor)
        if (about.st_dev, about.st_ino) in self._numbers:
            self.events.append(Flush(self._number(about)))

    def forget(self, about: os.stat_result) -> None:
        """The last name of a file was taken away: its place in the file system may go to another."""
        if about.st_nlink <= 1:
            self._numbers.pop((about.st_dev, about.st_ino), None)


Guard = Callable[[str], None]
"""called before each call of Python's, with its name; may raise"""


@contextmanager
def watching_python(watch: Watch, guard: Guard = lambda call: None) -> Iterator[None]:
    """Tell `watch` of all that Python's own calls do, as long as the block lasts."""
    real = {name: getattr(os, name) for name in CALLS}

    def wrapped(name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            guard(name)
            gone = None
            if name in ("unlink", "remove"):
                gone = _about(arguments[0], more.get("dir_fd"))
            if name == "fsync":
                result = real[name](*arguments, **more)
                watch.flushed(arguments[0])
                return result
            watch.look()
            result = real[name](*arguments, **more)
            watch.look()
            if gone is not None:
                watch.forget(gone)
            return result

        return call

    with ExitStack() as patches:
        for name in CALLS:
            patches.enter_context(mock.patch.object(os, name, wrapped(name)))
        yield
    watch.look()


def _about(path: Any, folder: int | None) -> os.stat_result | None:
    try:
        return os.stat(path, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None
