"""The power is lost at any moment: what was acknowledged is there, and nothing is half done.

Given a day at the desk over a disk that keeps only what was flushed, when the power is lost after any of its calls,
then the store opens, is whole, replays and verifies, and holds every step, key and photo that was acknowledged. The
same day over settings that promise less loses something, which shows that the disk is one that loses things.

`SOP_POWER_POINTS=5000 pytest tests/power/test_power_loss.py` tries more points of each day.
"""

import shutil
from pathlib import Path

import pytest

from sop_engine.store.programs import Programs

from .checking import wrong
from .day import CONTROLS, MODES, Day, watched
from .disk import lay_out
from .losing import POINTS, found_after, losses, points, seeds, told

THINGS = 16
"""what is done in a day"""


@pytest.mark.parametrize("seed", seeds(range(1, 5)))
@pytest.mark.parametrize("name", MODES)
def test_what_was_acknowledged_survives(site: Path, ground: Path, name: str, seed: int) -> None:
    mode = MODES[name]
    with watched(site, mode) as watch:
        day = Day(site, watch.acknowledge, seed)
        day.go_on(THINGS)
        day.store.close()
    loss = next(losses(watch, mode, seed, ground / "after"), None)
    assert loss is None, told(seed, loss)


@pytest.mark.parametrize("seed", seeds(range(1, 3)))
@pytest.mark.parametrize("name", MODES)
def test_it_survives_a_second_time(site: Path, ground: Path, name: str, seed: int) -> None:
    """The power is lost again while the site is brought back from the first time, or on the day that follows."""
    mode = MODES[name]
    with watched(site, mode) as watch:
        day = Day(site, watch.acknowledge, seed)
        day.go_on(THINGS)
        day.store.close()
    for point, disk in watch.disk_at(points(watch, seed, 8)):
        if not disk.acknowledged:
            continue
        again = ground / f"again-{point}"
        lay_out(found_after(disk, seed, point), again)
        with watched(again, mode) as second:
            for each in disk.acknowledged:
                second.acknowledge(each)
            next_day = Day(again, second.acknowledge, seed + 1000, new=False)
            next_day.go_on(4)
            next_day.store.close()
        loss = next(losses(second, mode, seed, ground / "after", POINTS // 10), None)
        assert loss is None, f"after a first loss at {point}: {told(seed, loss)}"
        shutil.rmtree(again)


@pytest.mark.parametrize("name", CONTROLS)
def test_settings_that_promise_less_lose(site: Path, ground: Path, name: str) -> None:
    mode = CONTROLS[name]
    with watched(site, mode) as watch:
        day = Day(site, watch.acknowledge, seed=1)
        day.go_on(THINGS)
        day.store.close()
    assert wrong(site, [], mode.driver, Programs()) == []
    lost = [each for _, found in losses(watch, mode, 1, ground / "after") for each in found]
    # without any sync the whole file may be lost, and with it every step
    assert any("was acknowledged and is not there" in each or "cannot be opened" in each for each in lost), lost
