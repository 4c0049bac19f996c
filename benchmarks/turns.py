"""Many processes writing on one file: how long anybody waits, and whether all get their share.

Ours: so many processes, each with a ticket of its own, each giving `note` commands to `engine.act` without a pause;
writers take turns by an exclusive `flock` for one transaction. A wait is the time from the command to its
acknowledgement, so it holds the processor's time of everybody before as well.
Control: the same without the turns: SQLite's busy handler (5 s) waits and tries again; what fails is told.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.table import Line, Table
from benchmarks.workload import folder, new_desk, tell_story

SIZES: Final = {"tiny": (2, 0.3), "quick": (16, 3.0), "usual": (16, 10.0), "large": (16, 60.0)}
"""processes and seconds"""


def run(size: str) -> Table:
    """The longest wait and the slowest share, with turns and without."""
    processes, seconds = SIZES[size]
    with folder() as disk:
        desk = new_desk(disk / "site")
        tickets = [tell_story(desk, 1)[0].step.ticket for _ in range(processes)]
        desk.store.close()
        file = disk / "site" / "site.db"
        fair, busy = (_together(file, tickets, seconds, how) for how in ("fair", "busy"))
    return Table(
        "turns",
        f"{processes} processes write on one file for {seconds:g} s",
        [
            Line("longest wait", _longest(fair), "s", at_most=0.2, detail=_detail(fair, seconds)),
            Line("slowest process", _share(fair), "of the mean", at_least=0.8),
            Line("longest wait, busy handler alone", _longest(busy), "s", detail=_detail(busy, seconds)),
            Line("slowest process, busy handler alone", _share(busy), "of the mean"),
        ],
    )


def _together(file: Path, tickets: Sequence[str], seconds: float, how: str) -> list[dict[str, Any]]:
    """What each process prints after all wrote at the same time."""
    words = [sys.executable, "-m", "benchmarks.turns_process", str(file)]
    root = Path(__file__).parent.parent
    started = [
        subprocess.Popen(
            [*words, ticket, str(seconds), how], cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for ticket in tickets
    ]
    for each in started:
        assert _line_of(each) == "ready\n"
    for each in started:
        _tell(each, "go\n")
    printed = [_line_of(each) for each in started]
    for each in started:
        each.communicate("end\n")
    return [json.loads(line) for line in printed]


def _line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line)
    process.stdin.flush()


def _longest(runs: Sequence[dict[str, Any]]) -> float:
    return max(float(each["longest"]) for each in runs)


def _share(runs: Sequence[dict[str, Any]]) -> float:
    done = [int(each["done"]) for each in runs]
    return min(done) / (sum(done) / len(done)) if sum(done) else 0.0


def _detail(runs: Sequence[dict[str, Any]], seconds: float) -> str:
    done, failed = (sum(int(each[name]) for each in runs) for name in ("done", "failed"))
    fewest, most = min(int(each["done"]) for each in runs), max(int(each["done"]) for each in runs)
    return f"{done / seconds:.0f} commands a second; fewest {fewest}, most {most}; {failed} failed"
