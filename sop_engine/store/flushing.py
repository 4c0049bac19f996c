"""Putting files and folders on the disk: what a power cut must not take back.

The law. `fsync` of a file says nothing about its name: that is on the disk when its folder was flushed after it was
given (fsync(2)). So a new file counts when it and every folder above it that is new were flushed.
"""

import os
from contextlib import suppress
from pathlib import Path


def flush(path: Path) -> None:
    """Put a file's content, or a folder's names, on the disk. Raises `OSError`; then nobody knows what is there, and
    flushing again does not bring it (https://lwn.net/Articles/752063/)."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def flush_tree(folder: Path) -> None:
    """Put a folder on the disk with all that is in it; what links lead to is left alone. Raises `OSError`."""
    for place, _, names in os.walk(folder, topdown=False, onerror=raised):
        for each in (Path(place, name) for name in names):
            if each.is_file() and not each.is_symlink():
                flush(each)
        flush(Path(place))


def raised(error: OSError) -> None:
    """Raise a fault at looking into a folder, where `os.walk` would go on as if there were nothing in it."""
    raise error


def give_name(made: Path, name: Path) -> None:
    """Give the file `made`, which is whole and on the disk, its name, beside the one it has. Raises `OSError`, also
    where the name is taken; then it has not got it."""
    os.link(made, name)
    try:
        flush(name.parent)
    except OSError:
        with suppress(OSError):
            name.unlink()
        raise


def make_folders(folder: Path) -> None:
    """Make a folder and those above it that are not there, each with its name on the disk. Raises `OSError`."""
    if not folder.is_dir():
        make_folders(folder.parent)
        folder.mkdir(exist_ok=True)
        flush(folder.parent)
