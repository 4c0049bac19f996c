"""A disk that fails at any one call while a site is made, copied, brought back, raised or carried to another store.

Given a site, when one call of a kind fails (once, or from then on), then the work is done, or gives a typed error with
words; what stands at the target's name is whole; the source is as it was and replays; and when the disk is well again
the same command works, or says what to take away first.

`SOP_FAULTS=100 pytest tests/power/test_copy_faults.py` lets more calls of each kind fail.
"""

import builtins
import errno
import io
import os
import random
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from sop_engine.engine.sites.folder import open_site
from sop_engine.engine.sites.making import make_site
from sop_engine.errors import SetUp, SopError
from sop_engine.store.backup import backup, check_backup, restore, status
from sop_engine.store.copying import copy
from sop_engine.store.programs import Programs
from sop_engine.store.upgrade import upgrade
from tests.store.test_backup import later

from .checking import wrong
from .day import MODES, Day, Mode, watched
from .sqlite import CODES, ERRORS, Faults

TIMES = int(os.environ.get("SOP_FAULTS", "1"))
"""at how many calls of a kind"""
SEED = int(os.environ.get("SOP_POWER_SEED", "1"))
NOW = "2026-11-23T03:04:05.123Z"
MORE = ("unlink", "remove", "rmdir", "scandir", "open()")
"""calls of Python's that fail here too; `open()` is the one without `os`"""
ALL = CODES | ERRORS | {f"os.{call}": (errno.EIO,) for call in MORE}


@dataclass(frozen=True, slots=True)
class Work:
    """Something that makes `target` of the site in `ground/site`."""

    do: Callable[[Path], object]
    target: str
    is_whole: Callable[[Path, Mode], list[str]]
    """what is wrong with what stands at the target's name"""


def make(ground: Path) -> None:
    make_site(ground / "new" / "desk", "Desk", "Asia/Shanghai", "tester", "boss", "Boss", ["desk"])


def raise_tables(ground: Path) -> None:
    upgrade(ground / "site" / "site.db", ground / "before.db", migrations=ground / "migrations")


def is_backup(target: Path, mode: Mode) -> list[str]:
    check_backup(target, driver=mode.driver)
    missed = [each for each in ("sop.toml", "files") if not (target / each).exists()]
    return missed + wrong(target, [], mode.driver, Programs())


def is_site(target: Path, mode: Mode) -> list[str]:
    return wrong(target, [], mode.driver, Programs())


def is_new_site(target: Path, mode: Mode) -> list[str]:
    with open_site(target) as opened, opened.store.reading() as reading:
        return [] if reading.newest("rework") is not None else ["nothing is published"]


def is_store(target: Path, mode: Mode) -> list[str]:
    folder = target.with_name("looked-at")
    folder.mkdir()
    try:
        shutil.copy(target, folder / "site.db")
        return wrong(folder, [], mode.driver, Programs())
    finally:
        shutil.rmtree(folder)


def is_copy(target: Path, mode: Mode) -> list[str]:
    found = status(target, driver=mode.driver)
    return [] if found["check"] == "ok" else [found["check"]]


WORKS = {
    "backup": Work(lambda ground: backup(ground / "site" / "site.db", ground / "new" / "copy", NOW), "new/copy",
                   is_backup),
    "restore": Work(lambda ground: restore(ground / "kept", ground / "new" / "back"), "new/back", is_site),
    "upgrade": Work(raise_tables, "before.db", is_copy),
    "init": Work(make, "new/desk", is_new_site),
    "db copy": Work(lambda ground: copy(str(ground / "site" / "site.db"), str(ground / "other.db"), "test"),
                    "other.db", is_store),
}  # fmt: skip

MUCH = TIMES > 1
TRIED = [(name, job) for name in MODES for job in WORKS if MUCH or name == "wal, full" or job in ("backup", "upgrade")]


@pytest.fixture
def mode(request: pytest.FixtureRequest) -> Mode:
    return MODES[request.getfixturevalue("name")]


@pytest.fixture
def made(ground: Path, mode: Mode, tmp_path: Path) -> Path:
    """A site that was used, a backup of it, and migrations to come."""
    folder = ground / "made"
    (folder / "site").mkdir(parents=True)
    with watched(folder / "site", mode):
        day = Day(folder / "site", lambda said: None, SEED)
        for _ in range(2):
            day.begin_job()
            day.start_part()
            day.finish_part()
        day.store.close()
    (folder / "site" / "sop.toml").write_text("a setting\n" * 300)
    backup(folder / "site" / "site.db", folder / "kept", NOW, driver=mode.driver)
    later(folder / "migrations", "    op.execute('CREATE TABLE more (x TEXT)')\n")
    return folder


@contextmanager
def failing(ground: Path, mode: Mode, faults: Faults) -> Iterator[None]:
    """The disk fails as `faults` says, as long as the block lasts. Nothing is watched but an empty folder."""
    nothing = ground / "nothing"
    nothing.mkdir(exist_ok=True)
    honest: dict[str, Any] = {call: getattr(os, call) for call in ("scandir",)}

    def scandir(path: Any = ".") -> Any:
        if not str(path).endswith("nothing"):
            faults.meet("os.scandir")
        return honest["scandir"](path)

    def opening(path: Any, *arguments: Any, **more: Any) -> Any:
        if str(ground) in str(path):
            faults.meet("os.open()")
        return honest_open(path, *arguments, **more)

    honest_open = builtins.open
    with ExitStack() as patches, watched(nothing, mode, faults):
        patches.enter_context(mock.patch.object(os, "scandir", scandir))
        patches.enter_context(mock.patch.object(builtins, "open", opening))
        patches.enter_context(mock.patch.object(io, "open", opening))
        yield


def tried(work: Work, ground: Path, mode: Mode, faults: Faults) -> tuple[SopError | None, list[str]]:
    """What it came to, and what is wrong there and then."""
    with failing(ground, mode, faults):
        try:
            work.do(ground)
        except SopError as error:
            return error, [] if str(error) else ["an error without words"]
        except Exception as error:
            return None, [f"no clean error: {error!r} from {error.__cause__!r}"]
    return None, []


def judged(work: Work, ground: Path, mode: Mode, error: SopError | None) -> list[str]:
    """What is wrong with what is left, and with the same command given again."""
    target = ground / work.target
    left = target.exists() and "could not be taken away again" in str(error)
    found = [] if left or not target.exists() else work.is_whole(target, mode)
    if error is None and not target.exists():
        found.append("it was acknowledged and is not there")
    if (ground / "site" / "sop.toml").read_text() != "a setting\n" * 300:
        found.append("the source was changed")
    if work.target != "before.db":  # whose tables may be newer by then
        found += wrong(ground / "site", [], mode.driver, Programs())
    with failing(ground, mode, Faults()):
        try:
            if target.exists() and work.target == "before.db":
                return found  # a command gives it a name of its own each time
            work.do(ground)
        except SetUp as again:
            if not target.exists() or again.fix is None:
                found.append(f"again: {again}")
            return found
    return found + work.is_whole(target, mode)


# SQLite goes on after some deletions that fail, and tells nobody; apsw then says that an error was lost
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("name", "job"), TRIED)
def test_a_call_that_fails(made: Path, ground: Path, mode: Mode, name: str, job: str) -> None:
    work, scratch, counted = WORKS[job], ground / "scratch", Faults()
    shutil.copytree(made, scratch)
    assert tried(work, scratch, mode, counted) == (None, [])
    shutil.rmtree(scratch)
    chance = random.Random(f"{SEED} {job}")
    for kind in ALL:
        calls = counted.calls[kind]
        for at in sorted(chance.sample(range(1, calls + 1), min(calls, TIMES))):
            code, lasting = chance.choice(ALL[kind]), chance.random() < 0.5
            shutil.copytree(made, scratch)
            faults = Faults(kind, at, code, lasting, seed=at)
            error, found = tried(work, scratch, mode, faults)
            told = f"{kind} {at} failed with {code}, lasting: {lasting}; {error!r}; SOP_POWER_SEED={SEED}"
            assert faults.hits, told
            assert found == [], told
            assert judged(work, scratch, mode, error) == [], told
            shutil.rmtree(scratch)


@pytest.mark.parametrize("bytes_", [1, 40_000])
@pytest.mark.parametrize("job", WORKS)
@pytest.mark.parametrize("name", ["wal, full"])
def test_a_file_that_may_not_grow(made: Path, mode: Mode, name: str, job: str, bytes_: int) -> None:
    """Real writes that fail, of Python's and of SQLite's (setrlimit(2), EFBIG)."""
    work, error = WORKS[job], None
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, usual[1]))
        try:
            work.do(made)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
            signal.signal(signal.SIGXFSZ, ignored)
    except SetUp as caught:
        error = caught
    assert error is not None or bytes_ == 40_000
    assert judged(work, made, mode, error) == []
