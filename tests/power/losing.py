"""Power that is lost again and again: the same day, ended at one point after the other."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from sop_engine.store.programs import Programs

from .checking import wrong
from .day import Mode
from .disk import Disk, Tree, lay_out
from .watch import Watch

POINTS = int(os.environ.get("SOP_POWER_POINTS", "150"))
"""at how many points of a day the power is lost"""
SEED = os.environ.get("SOP_POWER_SEED")
POINT = os.environ.get("SOP_POWER_POINT")


def seeds(usual: range) -> list[int]:
    """The seeds of the days that are tried."""
    return [int(SEED)] if SEED is not None else list(usual)


def points(watch: Watch, seed: int, count: int) -> list[int]:
    """After how many events the power is lost: some of all that there are, each the same for the same seed."""
    if POINT is not None:
        return [int(POINT)]
    every = range(watch.start, len(watch.events) + 1)
    return sorted(random.Random(seed).sample(every, min(count, len(every))))


def found_after(disk: Disk, seed: int, point: int) -> Tree:
    """What is found when the power comes back."""
    return disk.after_power_loss(random.Random(f"{seed} {point}"))


def losses(watch: Watch, mode: Mode, seed: int, scratch: Path, count: int = POINTS) -> Iterator[tuple[int, list[str]]]:
    """The points after which something is wrong, with what it is."""
    programs = Programs()
    for point, disk in watch.disk_at(points(watch, seed, count)):
        lay_out(found_after(disk, seed, point), scratch)
        try:
            if found := wrong(scratch, disk.acknowledged, mode.driver, programs):
                yield point, found
        finally:
            shutil.rmtree(scratch)


def told(seed: int, loss: tuple[int, list[str]]) -> str:
    """What is wrong, and how to see it again."""
    point, found = loss
    again = f"SOP_POWER_SEED={seed} SOP_POWER_POINT={point} pytest tests/power/test_power_loss.py"
    return "\n".join([f"seed {seed}, point {point}; again with: {again}", *found[:5]])
