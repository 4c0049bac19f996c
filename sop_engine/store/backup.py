"""Copies of a site: made while it is in use, checked, brought back, and told about.

The law. A backup is a folder: the database as it was at one instant, the files, the drafts and settings, and a
manifest with the digest of each. The database is copied first: a file is kept before a step speaks of it and never
removed, so what the copied steps speak of is there when the files are copied. A backup has its name only when it is
whole and on the disk. Nothing is ever overwritten.
"""

import json
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sop_engine.errors import FaultsFound, NotFound, NotUnderstood, SetUp, system_reason
from sop_engine.messages import msg
from sop_engine.store import faults, schema
from sop_engine.store.access import FILE_MODE, FOLDER_MODE
from sop_engine.store.drivers import (
    DriverName,
    connect,
    driver_module,
    is_writable,
    lock_path,
    make_ready,
    writes_ahead,
)
from sop_engine.store.files import digest_of, read_plain
from sop_engine.store.flushing import flush, give_name, make_folders, raised
from sop_engine.store.lock import WAIT_SECONDS, FileTurn

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
MOST_MANIFEST_BYTES: Final = 64 * 1024 * 1024
PARTS: Final = ("sop.toml", "workflows", "templates", "calendars", "files")
"""What a site's folder holds beside its database."""


def backup(path: Path, target: Path, made: str, *, driver: DriverName = "auto") -> dict[str, Any]:
    """Copy the site whose store is `path` to the new folder `target` and give its manifest:
    {"format", "made", "database", "revision", "files": {name: {"sha256", "size"}}}.

    `made` is the instant of the copy, as text. Raises `SetUp` where `target` is there already or cannot be written.
    """
    module = driver_module(driver)
    return _whole(target, lambda partial: _copy_site(module, path, partial, made))


def check_backup(source: Path, *, driver: DriverName = "auto") -> dict[str, Any]:
    """The manifest of the backup in `source`, after every digest in it and the database were found right.

    Raises `FaultsFound` naming what is missing or changed, `SetUp` where `source` is no backup.
    """
    manifest = _manifest(source)
    wrong = [name for name, about in manifest["files"].items() if not _is_as_listed(source, name, about)]
    if wrong:
        raise FaultsFound(
            msg("the backup {source} is damaged: {names}", source=str(source), names=tuple(sorted(wrong)[:10])),
            where=str(source),
            fix=msg("use another backup"),
        )
    _check_database(driver_module(driver), source / manifest["database"])
    return manifest


def restore(source: Path, site: Path, *, driver: DriverName = "auto") -> dict[str, Any]:
    """Bring the backup in `source` back as the folder `site`, which must not be there or be empty; gives its manifest.

    Raises as `check_backup` does, which comes first.
    """
    manifest = check_backup(source, driver=driver)

    def fill(partial: Path) -> dict[str, Any]:
        for name in manifest["files"]:
            _copy_file(source / name, partial / name)
        make_ready(driver_module(driver), partial / manifest["database"])
        return manifest

    return _whole(site, fill)


def status(path: Path, *, driver: DriverName = "auto") -> dict[str, Any]:
    """How the store at `path` does, also one whose tables are older or newer than this program:
    {"path", "driver", "sqlite", "revision", "wanted_revision", "journal_mode", "check" ("ok", or what is wrong),
    "tables" {name: rows}, "sizes" {name: bytes}}. Raises `SetUp` where it cannot be opened at all."""
    module = driver_module(driver)
    if not path.is_file():
        raise faults.missing(str(path))
    with _undisturbed(path):
        raw = connect(module, path, read_only=True)
        try:
            return _status(module, raw, path)
        except module.Error as error:
            raise faults.typed(error, str(path)) or error from error
        finally:
            raw.close()


def _status(module: Any, raw: Any, path: Path) -> dict[str, Any]:
    # the index of words is no table of ours, and SQLite keeps it in tables of its own that begin so
    listed = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'finding_*' ORDER BY name"
    tables = [name for (name,) in raw.execute(listed)]
    return {
        "path": str(path),
        "driver": module.__name__.partition(".")[0],
        "sqlite": module.sqlite_version,
        "revision": schema.revision_of(raw),
        "wanted_revision": schema.REVISION,
        "journal_mode": raw.execute("PRAGMA journal_mode").fetchone()[0],
        "check": "; ".join(text for (text,) in raw.execute("PRAGMA quick_check(10)")),
        "tables": {name: raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables},
        "sizes": _sizes(path),
    }


def copy_database(module: Any, path: Path, target: Path) -> None:
    """Copy the database at `path`, as it is at one instant, to the new file `target`, checked and on the disk.

    The caller sees to it that nobody writes meanwhile where the journal is not WAL. Raises `SetUp`.
    """
    try:
        os.close(_new_file(target))
    except OSError as error:
        raise _cannot_write(target, error) from error
    source = connect(module, path, read_only=True)
    copy = connect(module, target)
    try:
        source.backup(copy)
        # One file, that can be read where nobody may write beside it.
        copy.execute("PRAGMA journal_mode = DELETE").fetchall()
    except module.Error as error:
        damaged = faults.code_name(error).startswith("SQLITE_CORRUPT")
        raise faults.typed(error, str(path if damaged else target)) or error from error
    finally:
        copy.close()
        source.close()
    try:
        flush(target)
        flush(target.parent)
    except OSError as error:
        raise _cannot_write(target, error) from error
    _check_database(module, target, path)


def copy_database_as(module: Any, path: Path, target: Path) -> None:
    """As `copy_database`, where the copy has its name only when it is whole. Raises `SetUp`, also where there is a file
    of that name."""
    partial = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        copy_database(module, path, partial)
        give_name(partial, target)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _copy_site(module: Any, path: Path, partial: Path, made: str) -> dict[str, Any]:
    if not path.is_file():
        raise faults.missing(str(path))
    with _undisturbed(path):
        revision = _revision(module, path)
        copy_database(module, path, partial / path.name)
    for name in _site_files(path.parent):
        _copy_file(path.parent / name, partial / name)
    names = [path.name, *_site_files(partial)]
    manifest = {
        "format": FORMAT,
        "made": made,
        "database": path.name,
        "revision": revision,
        "files": {name: _about(partial / name) for name in sorted(names)},
    }
    # names may be bytes that are no text; as escapes they are carried all the same
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    (partial / MANIFEST).write_text(text, encoding="utf-8")
    flush(partial / MANIFEST)
    return manifest


def _revision(module: Any, path: Path) -> str:
    raw = connect(module, path, read_only=True)
    try:
        revision = schema.revision_of(raw)
    except module.Error as error:
        raise faults.typed(error, str(path)) or error from error
    finally:
        raw.close()
    if revision is None:
        raise faults.no_store(str(path))
    return revision


@contextmanager
def _undisturbed(path: Path) -> Iterator[None]:
    """A reader's turn, where an open reader and a commit disturb each other."""
    if writes_ahead(path):
        yield
        return
    turn = FileTurn(lock_path(path), "backup", None, path.stat().st_mode & 0o777)
    try:
        try:
            turn.acquire(True, WAIT_SECONDS)
        except SetUp:
            if is_writable(path):
                raise
            yield  # nobody can write here whom this could disturb
            return
        try:
            yield
        finally:
            turn.release()
    finally:
        turn.close()


def _site_files(folder: Path) -> list[str]:
    """Names, relative to `folder`, of the plain files of a site beside its database. Links are left out, and what was
    just arriving when its process died."""
    found = []
    for part in PARTS:
        top = folder / part
        if top.is_symlink() or not top.is_dir():
            found += [part] if top.is_file() and not top.is_symlink() else []
            continue
        for place, folders, names in os.walk(top, onerror=raised, followlinks=False):
            folders.sort()
            paths = (Path(place, name) for name in sorted(names) if not name.startswith(".arriving-"))
            found += [str(each.relative_to(folder)) for each in paths if each.is_file() and not each.is_symlink()]
    return found


def _whole(target: Path, fill: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """Make the folder `target` by `fill`, which gets a folder beside it: whole, or not at all."""
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise SetUp(
            msg("{target} is there already and is not empty", target=str(target)),
            where=str(target),
            fix=msg("name a new folder; nothing is ever overwritten"),
        )
    partial = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        make_folders(partial.parent)
        partial.mkdir(FOLDER_MODE)
        result = fill(partial)
        for place, _, _ in os.walk(partial, onerror=raised):
            flush(Path(place))
        partial.rename(target)
        try:
            flush(target.parent)
        except OSError:
            target.rename(partial)
            raise
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return result


def _manifest(source: Path) -> dict[str, Any]:
    """The manifest of a backup. What it names stays inside the backup, whoever wrote it."""
    try:
        manifest = json.loads(read_plain(source / MANIFEST, MOST_MANIFEST_BYTES))
        names = [*manifest["files"].keys(), manifest["database"]]
        sound = manifest["format"] == FORMAT and manifest["database"] in manifest["files"]
        if not sound or any(Path(name).is_absolute() or ".." in Path(name).parts or "\0" in name for name in names):
            raise ValueError("not a manifest of this format")
    except (NotFound, NotUnderstood, RecursionError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SetUp(
            msg("{source} is not a backup that this program can read", source=str(source)),
            where=str(source),
            fix=msg("name the folder that `sop db backup` made"),
        ) from error
    checked: dict[str, Any] = manifest
    return checked


def _about(path: Path) -> dict[str, Any]:
    return {"sha256": digest_of(path), "size": path.stat().st_size}


def _is_as_listed(source: Path, name: str, about: Any) -> bool:
    """Whether a plain file of a backup, reached by no link, is as its manifest has it."""
    path = source / name
    try:
        inside = os.path.realpath(path) == str(Path(os.path.realpath(source)) / name)
        status = path.lstat()
        listed = inside and stat.S_ISREG(status.st_mode) and status.st_size == about["size"]
        return bool(listed and digest_of(path) == about["sha256"])
    except (OSError, LookupError, TypeError, ValueError):
        return False


def _copy_file(source: Path, target: Path) -> None:
    _make_folder(target.parent)
    read = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(read, "rb") as content, os.fdopen(_new_file(target), "wb") as copy:
        shutil.copyfileobj(content, copy)
        copy.flush()
        os.fsync(copy.fileno())


def _make_folder(path: Path) -> None:
    if not path.is_dir():
        _make_folder(path.parent)
        path.mkdir(FOLDER_MODE)


def _new_file(path: Path) -> int:
    """The descriptor of a new file, to write."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)


def _check_database(module: Any, path: Path, copy_of: Path | None = None) -> None:
    """Raise `FaultsFound` where the database at `path` is damaged; of a copy the fault is that of what was copied."""
    raw = connect(module, path, read_only=True)
    try:
        wrong = [text for (text,) in raw.execute("PRAGMA quick_check(10)") if text != "ok"]
    except module.Error as error:
        raise faults.typed(error, str(copy_of or path)) or error from error
    finally:
        raw.close()
    if wrong:
        raise FaultsFound(
            msg("the database {path} is damaged: {what}", path=str(copy_of or path), what="; ".join(wrong)),
            where=str(copy_of or path),
            fix=msg("use another backup") if copy_of is None else msg("restore an earlier backup: sop db restore"),
        )


def _sizes(path: Path) -> dict[str, int]:
    sizes = {each.name: each.stat().st_size for each in (path, path.with_name(path.name + "-wal")) if each.is_file()}
    kept = path.parent / "files"
    sizes["files"] = sum(each.stat().st_size for each in kept.rglob("*") if each.is_file() and not each.is_symlink())
    return sizes


def _cannot_write(target: Path, error: OSError) -> SetUp:
    return SetUp(
        msg("{target} cannot be written: {reason}", target=str(target), reason=system_reason(error)),
        where=str(target),
        fix=msg("see that the folder is there, that you may write it, and that the disk has room"),
    )
