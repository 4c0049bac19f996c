"""Doing it anew when another came first. On SQLite nobody ever does: the writer's turn is held the whole time."""

from collections.abc import Callable
from typing import Final, TypeVar

from sop_engine.store.seam import Missed, Store, Writes

MOST: Final = 5
"""how often something is decided before it is refused"""
Result = TypeVar("Result")


class Attempts:
    """Counts the misses of one piece of work."""

    def __init__(self) -> None:
        self.missed: Missed | None = None
        """what the next transaction is to wait for"""
        self._count = 0

    def miss(self, missed: Missed) -> None:
        """Note a miss. Raises it after the last attempt."""
        self._count += 1
        if self._count == MOST:
            raise missed
        before = self.missed
        self.missed = missed if before is None else before.with_more(missed)


def attempt(store: Store, work: Callable[[Writes], Result]) -> Result:
    """What `work` gives, in a transaction of its own; it is done anew while others come first, at most `MOST` times.
    Raises `Missed` after that, and whatever `work` raises."""
    attempts = Attempts()
    while True:
        try:
            with store.writing(after=attempts.missed) as transaction:
                return work(transaction)
        except Missed as missed:
            attempts.miss(missed)
