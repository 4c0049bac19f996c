"""`sop sla ls --mine`: somebody's promises, and those of whoever he stands in for, in one order."""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from sop_engine import canonical
from sop_engine.console.staff.filters import Mine, mine
from sop_engine.console.staff.promised import Promise, Promises, Wanted
from sop_engine.engine.people.deputies import stood_in_for
from sop_engine.messages import Message, msg
from sop_engine.store.seam import NOT_NOW, Reads

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def whose(opened: "Opened", reading: Reads) -> list[Mine]:
    """Whoever asks, then those for whom he stands in now."""
    away = stood_in_for(reading, opened.person, canonical.instant_text(opened.now))
    return [mine(reading, each, opened.today) for each in (opened.person, *away)]


class MyPromises:
    """The promises of several, `limit` at most, to be gone through once; what is of two counts for the first."""

    def __init__(self, opened: "Opened", wanted: Wanted, mines: list[Mine], limit: int | None = None) -> None:
        self._opened = opened
        self._mines = mines
        self._limit = limit
        self._lists = [Promises(opened, replace(wanted, mine=each), None) for each in mines]
        self._shown: set[str] = set()
        self._in_place: dict[str, dict[str, None]] = {}
        """whom he stands in for -> the tickets that were given of his"""
        self.is_cut = False
        """whether there are more than the limit"""

    def __iter__(self) -> Iterator[Promise]:
        ordered = heapq.merge(*map(self._of, range(len(self._mines))), key=lambda pair: _place(pair[1]))
        for rank, promise in islice(ordered, self._limit):
            self._shown.add(promise.head.id)
            if rank:
                self._in_place.setdefault(self._mines[rank].person, {})[promise.head.id] = None
            yield promise
        self.is_cut = self._limit is not None and next(ordered, None) is not None

    def _of(self, rank: int) -> Iterator[tuple[int, Promise]]:
        before = self._mines[:rank]
        return ((rank, each) for each in self._lists[rank] if not any(other.has(each.head) for other in before))

    def other_tickets(self) -> int:
        """How many tickets have such promises, and none of them was given yet."""
        return len({id for each in self._lists for id in each.tickets()} - self._shown)

    def told(self) -> list[Message]:
        """In whose place what was given is done, a line each."""
        return [
            msg("in the place of {name}, with --as {id}: {tickets}", name=self._opened.named(person), id=person,
                tickets=tuple(tickets))
            for person, tickets in self._in_place.items()
        ]  # fmt: skip


def _place(promise: Promise) -> tuple[str, str, str]:
    """Where in the list a promise stands: what is not due at any time comes last, in the order in which it comes."""
    return (str(promise.entry["due"]), promise.head.id, promise.name) if promise.is_due else (NOT_NOW, "", "")
