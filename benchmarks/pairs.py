"""Two ways of doing the same work, timed turn by turn.

A machine that is busy with something else slows both sides alike when they take turns often enough, so the ratio of
the medians stays where it is though the times do not. The order within a pair alternates: what runs second finds the
caches warm. Where both sides only compute, the processor's time is taken, which leaves out what others do meanwhile;
where a disk or another process is waited for, the wall's.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

Work = Callable[[], object]
Clock = Callable[[], float]

WALL: Clock = perf_counter
PROCESSOR: Clock = process_time


@dataclass(frozen=True, slots=True)
class Pair:
    """Seconds that each side took, turn by turn."""

    ours: Sequence[float]
    other: Sequence[float]

    @property
    def ours_seconds(self) -> float:
        """The median of our side."""
        return median(self.ours)

    @property
    def other_seconds(self) -> float:
        """The median of the other side."""
        return median(self.other)

    @property
    def speed(self) -> float:
        """Our speed as a share of the other's: 0.5 is half as fast."""
        return self.other_seconds / self.ours_seconds

    @property
    def cost(self) -> float:
        """Our time as a multiple of the other's: 1.25 is a quarter more."""
        return self.ours_seconds / self.other_seconds


def seconds(work: Work, clock: Clock) -> float:
    """How long one call takes."""
    start = clock()
    work()
    return clock() - start


def interleaved(ours: Work, other: Work, rounds: int, clock: Clock) -> Pair:
    """Time both sides `rounds` times, in turn, after one round that is not counted."""
    return taken_in_turn([(ours, other)] * (rounds + 1), clock, skip=1)


def taken_in_turn(works: Sequence[tuple[Work, Work]], clock: Clock, skip: int = 0) -> Pair:
    """Time a series of pairs of works, each once; the first `skip` pairs are not counted."""
    ours, other = [], []
    with no_collector():
        for turn, (one, two) in enumerate(works):
            if turn % 2:
                b, a = seconds(two, clock), seconds(one, clock)
            else:
                a, b = seconds(one, clock), seconds(two, clock)
            if turn >= skip:
                ours.append(a)
                other.append(b)
    return Pair(ours, other)


@contextmanager
def no_collector() -> Iterator[None]:
    """Without the cyclic collector, whose rounds would fall on either side by chance."""
    gc.collect()
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
