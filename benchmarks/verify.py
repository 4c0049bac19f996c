"""Verification against a bare scan of the steps.

Scan: `SELECT ticket, number, data, hash FROM step` by the bare driver, every row fetched and dropped. Nothing is looked
at; it is what reading alone must cost.
Ours: `audit.verify` over the same file: every hash, the chain, every commitment with its value, and for each ticket its
row, its line in lists, its tasks and timers against the record. Nothing is decided again (that is replay's).
Once over tickets of the story's six steps, where the rows of the tickets are a large part, and once over tickets of
sixty. The processor's time of both. Two processes and memory as in `replay`.
"""

from functools import partial
from typing import Any, Final

from benchmarks.audits import TIMES, filled, process_lines
from benchmarks.pairs import PROCESSOR, Pair, interleaved
from benchmarks.table import Line, Table, microseconds
from benchmarks.workload import STORY, folder
from sop_engine.audit.replay import summed
from sop_engine.audit.verify import verify_all
from sop_engine.store.drivers import connect, driver_module
from sop_engine.store.programs import Programs
from tests.desk import Desk

STEPS: Final = {"tiny": 30, "quick": 6_000, "usual": 50_000, "large": 1_000_000}
ROUNDS: Final = {"tiny": 1, "quick": 5, "usual": 5, "large": 3}
_LONG: Final = 60


def run(size: str) -> Table:
    """Ratios of speed to the scan, to one process, and of memory."""
    steps, rounds = STEPS[size], ROUNDS[size]
    with folder() as disk:
        short = _measured(filled(disk / "short", steps // len(STORY), len(STORY)), rounds)
        long = _measured(filled(disk / "long", max(steps // _LONG, 1), _LONG), rounds)
        filled(disk / "small", max(steps // len(STORY) // TIMES, 1), len(STORY)).store.close()
        others = process_lines(
            "verify", disk / "small" / "site.db", disk / "short" / "site.db", 1.5, max(rounds // 2, 1)
        )
    lines = [
        Line(f"verify, tickets of {len(STORY)} steps", short.speed, "of a scan", 0.12, detail=_detail(short, steps)),
        Line(f"verify, tickets of {_LONG} steps", long.speed, "of a scan", 0.12, detail=_detail(long, steps)),
    ]
    return Table("verify", f"verification of {steps:,} steps, of a bare scan of them", lines + others)


def _measured(desk: Desk, rounds: int) -> Pair:
    raw = connect(driver_module("auto"), desk.settings.store_path)
    pair = interleaved(partial(_verify, desk, Programs()), partial(_scan, raw), rounds, PROCESSOR)
    raw.close()
    desk.store.close()
    return pair


def _verify(desk: Desk, programs: Programs) -> None:
    with desk.store.reading() as reading:
        report = summed(verify_all(reading, programs, desk.settings.zone_info))
    assert report.clean, report.mismatches[:3]


def _scan(raw: Any) -> None:
    for _row in raw.execute("SELECT ticket, number, data, hash FROM step"):
        pass


def _detail(pair: Pair, steps: int) -> str:
    return f"{microseconds(pair.ours_seconds / steps)} a step; scan {microseconds(pair.other_seconds / steps)}"
