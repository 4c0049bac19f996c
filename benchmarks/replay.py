"""Replay against the same decisions made live.

Live: `decide` for every command of the record, in memory, with its ticket, the time and the answers ready; no store, no
people to look up, nothing is written.
Ours: `audit.replay` over the store's file: every step is read, its hash, chain, form and commitments are checked, its
command is decided again and compared, and at the end of each ticket its row is compared with the record.
Each side goes through all steps once in its turn. The share of two processes, and the memory at ten times the steps,
are taken from whole processes, which open the store by themselves.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final
from unittest.mock import patch

from benchmarks.audits import TIMES, filled, process_lines
from benchmarks.pairs import PROCESSOR, interleaved
from benchmarks.table import Line, Table, microseconds
from benchmarks.workload import STORY, folder, new_desk, tell_story, without_syncing
from sop_engine.audit.replay import replay_all, summed
from sop_engine.engine import engine
from sop_engine.store.programs import Programs
from sop_engine.ticket.decide import decide
from sop_engine.ticket.records import Step
from tests.desk import Desk

TICKETS: Final = {"tiny": 3, "quick": 100, "usual": 2_000, "large": 20_000}
ROUNDS: Final = {"tiny": 1, "quick": 5, "usual": 3, "large": 5}

Decision = tuple[Any, Any, Any, Any]


def run(size: str) -> Table:
    """Ratio of speed to live decisions."""
    tickets = TICKETS[size]
    with folder() as disk:
        desk = new_desk(disk / "site")
        decisions = _made(desk, tickets)
        programs = Programs()
        pair = interleaved(partial(_replay, desk, programs), partial(_live, decisions), ROUNDS[size], PROCESSOR)
        desk.store.close()
        filled(disk / "small", max(tickets // TIMES, 1), len(STORY)).store.close()
        others = process_lines(
            "replay", disk / "small" / "site.db", desk.settings.store_path, 1.6, max(ROUNDS[size] // 3, 1)
        )
    steps = tickets * len(STORY)
    per_step = f"{microseconds(pair.ours_seconds / steps)} a step; live {microseconds(pair.other_seconds / steps)}"
    return Table(
        "replay",
        f"replay of {steps:,} steps, of the same decisions made live in memory",
        [Line("replay", pair.speed, "of live", 0.5, detail=per_step), *others],
    )


def _made(desk: Desk, tickets: int) -> list[Decision]:
    """Tell the story so many times; gives what each accepted decision was made of."""
    decisions: list[Decision] = []

    def watched(*decision: Any) -> Any:
        result = decide(*decision)
        if isinstance(result, Step):
            decisions.append(decision)
        return result

    with without_syncing(desk.store), patch.object(engine, "decide", watched):
        for _ in range(tickets):
            tell_story(desk)
    return decisions


def _live(decisions: Sequence[Decision]) -> None:
    for decision in decisions:
        decide(*decision)


def _replay(desk: Desk, programs: Programs) -> None:
    with desk.store.reading() as reading:
        report = summed(replay_all(reading, programs, desk.settings.zone_info))
    assert report.clean, report.mismatches[:3]
