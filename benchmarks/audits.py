"""What the benchmarks of replay and of verification share: stores of some size, two processes, and memory."""

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from benchmarks.audit_process import measure
from benchmarks.table import Line, microseconds
from benchmarks.workload import doing, new_desk, tell_story, without_syncing
from sop_engine.audit.processes import Depth
from tests.desk import Desk

TIMES: Final = 10
"""how many times as many steps the memory is looked at again"""
_PRICED: Final = 3
"""the step of the story that can be done again and again"""


def filled(where: Path, tickets: int, steps: int) -> Desk:
    """A site with so many tickets of so many steps: the story's six, the price said anew until they are enough."""
    desk = new_desk(where)
    with without_syncing(desk.store):
        for _ in range(tickets):
            ticket = tell_story(desk, min(steps, _PRICED + 1))[0].step.ticket
            for _again in range(steps - _PRICED - 3):
                desk.engine.act(doing(ticket, _PRICED))
            for place in (4, 5):
                desk.engine.act(doing(ticket, place))
    return desk


def _two_that_count(rounds: int) -> float:
    """How much faster two processes count than one: what the machine has to give just now. Others may hold a core."""
    words = [sys.executable, "-c", "for _ in range(20_000_000): pass"]

    def counting(processes: int) -> float:
        start = perf_counter()
        for each in [subprocess.Popen(words) for _ in range(processes)]:
            each.wait()
        return perf_counter() - start

    return 2 * median(counting(1) for _ in range(rounds)) / median(counting(2) for _ in range(rounds))


def process_lines(depth: Depth, small: Path, large: Path, at_least: float, rounds: int) -> list[Line]:
    """What two processes make of it, and what memory it takes at ten times the steps (`small` to `large`)."""
    measure(small, depth, 2)  # makes the compiled files
    one = [measure(large, depth, 1) for _ in range(rounds)]
    two = [measure(large, depth, 2) for _ in range(rounds)]
    seconds = [median(each["seconds"] for each in runs) for runs in (one, two)]
    held = [measure(small, depth, 1)["kib"], one[0]["kib"]]
    return [
        Line(
            "on two processes", seconds[0] / seconds[1], "times one's speed", at_least,
            detail=f"{microseconds(seconds[1])}; one {microseconds(seconds[0])}; {one[0]['steps']:,.0f} steps",
        ),
        Line("two processes that only count (control)", _two_that_count(rounds), "times one's speed"),
        Line(
            f"memory at {TIMES} times the steps", held[1] / held[0], "of that before", at_most=1.2,
            detail=f"{held[1] / 1024:.0f} MiB; before {held[0] / 1024:.0f} MiB",
        ),
    ]  # fmt: skip
