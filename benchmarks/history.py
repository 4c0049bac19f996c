"""A step's cost at the end of a long history against its cost at the beginning of one.

Both sides do the same command (`price`: two fields given, one computed, a transition without a target) through
`engine.act` on the same store: ours on a ticket with thousands of steps, the other on tickets with about ten. On the
disk, as staff would have it, and in memory, where nothing hides what the computing costs.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.pairs import PROCESSOR, WALL, Clock, Pair, Work, taken_in_turn
from benchmarks.table import Line, Table, microseconds
from benchmarks.workload import doing, folder, new_desk, tell_story, without_syncing
from tests.desk import Desk

STEPS: Final = {"tiny": 20, "quick": 2_000, "usual": 10_000, "large": 100_000}
PAIRS: Final = {"tiny": 6, "quick": 100, "usual": 300, "large": 300}
_BEFORE: Final = 3
"""steps of the story up to where the price can be said"""
_YOUNG: Final = 10
"""steps of a young ticket when it is replaced by another is twice this"""


def run(size: str) -> Table:
    """Ratios of cost: late in a history to early in one."""
    with folder() as disk:
        on_disk = _measured(disk / "site", STEPS[size], PAIRS[size], WALL)
    in_memory = _measured(None, STEPS[size], PAIRS[size], PROCESSOR)
    what = f"a step after {STEPS[size]:,} steps"
    return Table(
        "history",
        f"one command on a ticket with {STEPS[size]:,} steps, of the same on tickets with about {_YOUNG}",
        [
            Line(f"{what}, on the disk", on_disk.cost, "of a young one", at_most=1.2, detail=_detail(on_disk)),
            Line(f"{what}, in memory", in_memory.cost, "of a young one", at_most=1.2, detail=_detail(in_memory)),
        ],
    )


def _measured(where: Path | None, steps: int, pairs: int, clock: Clock) -> Pair:
    desk = new_desk(where)
    with without_syncing(desk.store):
        old = _ticket(desk, steps)
        young = [_ticket(desk, _YOUNG - _BEFORE) for _ in range(pairs // _YOUNG + 1)]
    pair = taken_in_turn(list(_works(desk, old, young, pairs)), clock, skip=2)
    desk.store.close()
    return pair


def _ticket(desk: Desk, steps: int) -> str:
    """A ticket on which the price was said so many times."""
    ticket = tell_story(desk, _BEFORE)[0].step.ticket
    for _ in range(steps):
        desk.engine.act(doing(ticket, _BEFORE))
    return ticket


def _works(desk: Desk, old: str, young: list[str], pairs: int) -> Iterator[tuple[Work, Work]]:
    for turn in range(pairs):
        late, early = doing(old, _BEFORE), doing(young[turn // _YOUNG], _BEFORE)
        yield partial(desk.engine.act, late), partial(desk.engine.act, early)


def _detail(pair: Pair) -> str:
    return f"{microseconds(pair.ours_seconds)}; young {microseconds(pair.other_seconds)}; {len(pair.ours)} pairs"
