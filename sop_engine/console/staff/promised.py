"""Open promises in the order in which they are due, read a page of tickets at a time.

The law. A ticket's line in lists says when the first of its promises is due, and an index has these lines in order; so
what is due next is known when about as many tickets are read as there are promises to show. What is paused, or never
due, stands apart at the end. Between two pages nothing is held open in the store: whoever reads the list slowly keeps
nobody waiting, and sees what has moved meanwhile where it stood, or where it stands.
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from sop_engine import canonical
from sop_engine.console.staff.filters import Mine
from sop_engine.lean import dataclass
from sop_engine.store.seam import NOT_NOW, Head, Query, Reads
from sop_engine.ticket.levels import OPEN
from sop_engine.ticket.program import Program

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

PAGE: Final = 200
"""tickets that are read at once"""


@dataclass(frozen=True, slots=True)
class Promise:
    """A goal of a ticket, as lists show it."""

    head: Head
    program: Program
    name: str
    entry: Mapping[str, Any]

    @property
    def is_due(self) -> bool:
        """Whether it is due at some time as things stand, or was: it is not paused, and its calendar opens."""
        return self.entry["status"] == "running" and self.entry["due"] is not None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which promises; every condition that is given must hold."""

    by: str | None = None
    """due at this instant or earlier"""
    missed: bool = False
    procedure: str | None = None
    unit: str | None = None
    mine: Mine | None = None


class Promises:
    """The promises that are wanted, `limit` at most, to be gone through once."""

    def __init__(self, opened: "Opened", wanted: Wanted, limit: int | None = None) -> None:
        self._opened = opened
        self._wanted = wanted
        self._limit = limit
        self._now = canonical.instant_text(opened.now)
        self._shown: set[str] = set()
        """ids of the tickets of which a promise was given, where there is a limit"""
        self._standing: list[str] = []
        """ids of tickets with a promise that has no due time now"""
        self.is_cut = False
        """whether there are more than the limit"""

    def __iter__(self) -> Iterator[Promise]:
        for count, promise in enumerate(chain(self._in_order(), self._apart())):
            if count == self._limit:
                self.is_cut = True
                return
            if self._limit is not None:
                self._shown.add(promise.head.id)
            yield promise

    def other_tickets(self) -> int:
        """How many tickets have such promises, and none of them was given yet."""
        with self._opened.reading() as reading:
            if self._wanted.mine is None:
                count = sum(map(reading.count_heads, self._queries()))
            else:
                count = sum(1 for query in self._queries() for _head in self._page(reading, query))
        return max(0, count - len(self._shown))

    def tickets(self) -> set[str]:
        """The ids of all tickets that have such promises."""
        with self._opened.reading() as reading:
            return {head.id for query in self._queries() for head in self._page(reading, replace(query, limit=None))}

    def _in_order(self) -> Iterator[Promise]:
        """Those that are due at some time; one is given when no ticket that is still to be read can have an earlier
        one."""
        waiting: list[tuple[str, str, str, Promise]] = []
        for head, found in self._tickets():
            while waiting and waiting[0][:2] < (head.promised or NOT_NOW, head.id):
                yield heapq.heappop(waiting)[-1]
            for each in found:
                heapq.heappush(waiting, (each.entry["due"], head.id, each.name, each))
        while waiting:
            yield heapq.heappop(waiting)[-1]

    def _apart(self) -> Iterator[Promise]:
        """Those that have none."""
        for first in range(0, len(self._standing), PAGE):
            with self._opened.reading() as reading:
                heads = [head for id in self._standing[first : first + PAGE] if (head := reading.head(id)) is not None]
                found = [each for head in heads for each in self._of(reading, head) if not each.is_due]
            yield from found

    def _tickets(self) -> Iterator[tuple[Head, list[Promise]]]:
        """The tickets in order, each with its promises that are due at some time."""
        for query in self._queries():
            following: Query | None = query
            while following is not None:
                with self._opened.reading() as reading:
                    heads = self._page(reading, following)
                    page = [(head, self._with_due(reading, head)) for head in heads]
                yield from page
                following = self._after(following, heads)

    def _queries(self) -> list[Query]:
        """What is asked of the store. What was missed is late already, or has not gone on since it was missed."""
        wanted = self._wanted
        mine = wanted.mine
        asked = Query(
            promised_by=NOT_NOW if wanted.by is None else wanted.by,
            procedures=() if wanted.procedure is None else (wanted.procedure,),
            unit=wanted.unit,
            mine=None if mine is None else mine.person,
            roles=() if mine is None else tuple(mine.roles),
            limit=None if mine is not None else PAGE if self._limit is None else min(PAGE, self._limit + 1),
        )
        if not wanted.missed:
            return [asked]
        late = replace(asked, promised_by=self._now if wanted.by is None else min(self._now, wanted.by))
        return [late, replace(asked, promised_after=self._now, missed=True)]

    def _page(self, reading: Reads, query: Query) -> list[Head]:
        mine = self._wanted.mine
        return [head for head in reading.heads(query) if mine is None or mine.has(head)]

    def _after(self, query: Query, heads: list[Head]) -> Query | None:
        if query.limit is None or len(heads) < query.limit:
            return None
        return replace(query, promised_after=heads[-1].promised, after=heads[-1].id)

    def _with_due(self, reading: Reads, head: Head) -> list[Promise]:
        if head.promised == NOT_NOW:
            self._standing.append(head.id)
            return []
        found = self._of(reading, head)
        if not all(each.is_due for each in found):
            self._standing.append(head.id)
        return [each for each in found if each.is_due]

    def _of(self, reading: Reads, head: Head) -> list[Promise]:
        """The wanted promises of a ticket."""
        ticket = reading.ticket(head.id)
        if ticket is None:
            return []
        program = self._opened.site.engine.program(reading, ticket)
        return [Promise(head, program, name, entry) for name, entry in ticket.goals.items() if self._is_wanted(entry)]

    def _is_wanted(self, entry: Mapping[str, Any]) -> bool:
        if entry["status"] not in OPEN:
            return False
        due = entry["due"] if entry["status"] == "running" else None
        if self._wanted.missed and not entry["breached"] and not (due and due < self._now):
            return False
        return self._wanted.by is None or (due is not None and due <= self._wanted.by)
