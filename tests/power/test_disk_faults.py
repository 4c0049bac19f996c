"""A disk that fails at any one call: a clean error or a whole command, never between.

Given a day at the desk, when one call of a kind fails (once, or from then on for a while), then every command is done
or gives a typed error; what says that nothing was kept has kept nothing; afterwards the same store goes on, and the
site is whole, replays and holds all that was acknowledged. After a failed flush it does so even when the power is lost,
and the disk has dropped what was not flushed: nothing relies on flushing a second time.

`SOP_FAULTS=100 pytest tests/power/test_disk_faults.py` lets more calls of each kind fail.
"""

import os
import random
import shutil
from pathlib import Path

import pytest

from sop_engine.errors import SopError
from sop_engine.store.programs import Programs

from .checking import wrong
from .day import MODES, Day, Mode, watched
from .disk import lay_out
from .sqlite import CODES, ERRORS, Faults
from .watch import Watch

TIMES = int(os.environ.get("SOP_FAULTS", "4"))
"""at how many calls of a kind"""
SEED = int(os.environ.get("SOP_POWER_SEED", "1"))
THINGS = 14
ALL = {**CODES, **ERRORS}


def a_day(site: Path, mode: Mode, faults: Faults) -> tuple[Watch, list[str], list[str]]:
    """What happened on a day whose disk may fail, what was acknowledged, and what went wrong there and then."""
    said: list[str] = []
    found: list[str] = []
    with watched(site, mode, faults) as watch:

        def acknowledge(what: str) -> None:
            said.append(what)
            watch.acknowledge(what)

        try:
            day = Day(site, acknowledge, SEED, new=False)
        except SopError:
            return watch, said, found
        for _ in range(THINGS):
            found += a_thing(day)
        faults.over = True
        if day.gone:
            day.open_again()
        day.begin_job()
        day.store.close()
    return watch, said, found


def a_thing(day: Day) -> list[str]:
    """Do one thing; gives what is wrong with how it failed."""
    day.last_key = ""
    try:
        if day.gone:
            day.open_again()
        day.some_thing()()
    except SopError as error:
        if day.last_key and "nothing of this command was kept" in str(error) and is_kept(day):
            return [f"it was kept, and this was said: {error}"]
    except Exception as error:  # whatever it is, nobody has given it words
        return [f"no clean error: {error!r}"]
    return []


def is_kept(day: Day) -> bool:
    """Whether the newest command is in the store."""
    try:
        with day.store.reading() as reading:
            return reading.by_key(day.last_key) is not None
    except SopError:
        return False


@pytest.fixture
def made(ground: Path, request: pytest.FixtureRequest) -> Path:
    """A site with some tickets in it."""
    folder = ground / "made"
    folder.mkdir()
    mode = MODES[request.getfixturevalue("name")]
    with watched(folder, mode):
        day = Day(folder, lambda said: None, SEED)
        day.go_on(6)
        day.store.close()
    return folder


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("name", MODES)
def test_a_call_that_fails(made: Path, ground: Path, name: str, kind: str, lasting: bool) -> None:
    mode, site = MODES[name], ground / "site"
    shutil.copytree(made, site)
    counted = Faults()
    a_day(site, mode, counted)
    shutil.rmtree(site)
    chance, calls = random.Random(SEED), counted.calls[kind]
    for code in ALL[kind] if calls else ():
        for at in sorted(chance.sample(range(1, calls + 1), min(calls, TIMES))):
            shutil.copytree(made, site)
            faults = Faults(kind, at, code, lasting, seed=at)
            watch, said, found = a_day(site, mode, faults)
            told = f"{kind} {at} failed with {code}; SOP_POWER_SEED={SEED}"
            assert faults.hits, told
            assert found == [], told
            if kind in ("sync", "os.fsync"):
                assert after_power_loss(watch, said, mode, ground / "after") == [], told
            assert wrong(site, said, mode.driver, Programs()) == [], told
            shutil.rmtree(site)


def after_power_loss(watch: Watch, said: list[str], mode: Mode, scratch: Path) -> list[str]:
    """What is wrong when the power is lost after all."""
    for _, disk in watch.disk_at([len(watch.events)]):
        lay_out(disk.after_power_loss(random.Random(SEED)), scratch)
    found = wrong(scratch, said, mode.driver, Programs())
    shutil.rmtree(scratch)
    return found
