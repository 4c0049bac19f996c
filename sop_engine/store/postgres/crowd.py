"""What many want at once. Whoever draws a number, or needs a ticket at which two have just met, stands in a queue
before he decides: else all but one would decide in vain, again and again. For a number everybody queues, because most
who draw one belong to a process that has just begun, and knows of nobody.

A queue is an advisory lock (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS) whose number
is made from what is wanted. Two things with the same number share a queue, and lose a little time.
"""

import hashlib
import time
from collections.abc import Iterator
from typing import Final

from sop_engine.store.seam import Foreseen, Missed

_REMEMBERED_SECONDS: Final = 2.0
_MOST_REMEMBERED: Final = 1000
_KEY_BYTES: Final = 8


class Crowd:
    """What one process remembers of it."""

    def __init__(self) -> None:
        self._met: dict[int, float] = {}

    def meet(self, site: str, missed: Missed) -> None:
        """Note where two have met."""
        now = time.monotonic()
        if len(self._met) > _MOST_REMEMBERED:
            self._met = {key: met for key, met in self._met.items() if now - met < _REMEMBERED_SECONDS}
        self._met |= {_ticket_key(site, id): now for id in missed.tickets}

    def among(self, site: str, wanted: Foreseen) -> Missed | None:
        """What is to be queued for of all that is wanted: numbers, and tickets at which two have met in the last
        seconds; None: nothing."""
        tickets = [id for id in wanted.tickets if self._is_at(_ticket_key(site, id))] if self._met else []
        return Missed(tickets, wanted.numbers) if tickets or wanted.numbers else None

    def _is_at(self, key: int) -> bool:
        met = self._met.get(key)
        return met is not None and time.monotonic() - met < _REMEMBERED_SECONDS


def turns(site: str, missed: Missed) -> str:
    """The numbers of the queues for what was missed, in the order in which everybody stands in them, as an array's
    text."""
    return "{" + ",".join(map(str, sorted(set(_keys(site, missed))))) + "}"


def _keys(site: str, missed: Missed) -> Iterator[int]:
    yield from (_ticket_key(site, id) for id in missed.tickets)
    yield from (_number_key(site, *series) for series in missed.numbers)


def _ticket_key(site: str, id: str) -> int:
    return _key(f"ticket\0{site}\0{id}")


def _number_key(site: str, prefix: str, day: str) -> int:
    return _key(f"number\0{site}\0{prefix}\0{day}")


def _key(text: str) -> int:
    """A signed whole number of 64 bits."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:_KEY_BYTES], signed=True)
