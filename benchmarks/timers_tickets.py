"""Our side of the timers: a site with tickets whose timers come due turn by turn, and with very many more pending."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from benchmarks.workload import PEOPLE, doing, new_desk, opening, tell_story, without_syncing
from sop_engine.engine.engine import Engine, new_id
from sop_engine.engine.timers import BATCH, tick
from sop_engine.store.drivers import connect, driver_module
from sop_engine.store.opening import make_at
from sop_engine.ticket.records import Command
from tests.desk import START, Desk, Entropy
from tests.postgres import Server
from tests.repair import REPAIR

REMINDER: Final = """
procedure: reminder
title: {zh: 提醒, en: Reminder}
prefix: TX
roles: [desk]
open: {by: desk, to: waiting}
states:
  waiting: {after: {90 days: {to: over}}}
  over: {final: true, outcome: done}
"""
SITE: Final = "measured"
MANY: Final = "WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < {count:d})"
_TIMERS: Final = """
INSERT INTO timer (site, ticket, key, due, aside)
{many} SELECT '{site}', 'YY-20261123-' || n, 'dispatched/x', '2030-01-01T00:00:00.000Z', NULL FROM many"""
_LASTS: Final = timedelta(hours=2)
"""of the timer of a repair that was dispatched"""
_STEP: Final = timedelta(minutes=4)
"""between the tickets of two turns: thirty turns have room in the two hours"""


class Watched:
    """A store that takes down how long each writing transaction lasts from when it has the lock."""

    def __init__(self, store: Any, held: list[float]) -> None:
        self._store = store
        self._held = held

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def writing(self, *given: Any, **named: Any) -> Iterator[Any]:
        """A transaction, timed."""
        block = self._store.writing(*given, **named)
        transaction = block.__enter__()
        start = perf_counter()
        try:
            yield transaction
        except BaseException as error:
            if not block.__exit__(type(error), error, error.__traceback__):
                raise
        else:
            block.__exit__(None, None, None)
            self._held.append(perf_counter() - start)


class Tickets:
    """A site with tickets for so many turns, so many of which come due in each."""

    def __init__(self, desk: Desk, due: int, run: Callable[[str], object], site: str) -> None:
        self.held: list[float] = []
        """seconds of each transaction that fired"""
        self.forty: list[float] = []
        """seconds of each forty commands, each a transaction of its own"""
        self._desk = desk
        self._due = due
        self._batches = -(-due // BATCH)
        self._run = run
        self._site = site
        self._transactions: list[float] = []
        watched: Any = Watched(desk.store, self._transactions)
        self._engine = Engine(watched, desk.clock, desk.settings, Entropy())

    def open_all(self, turns: int) -> None:
        """The tickets, each dispatched, and so with a timer."""
        for _turn in range(turns):
            for _number in range(self._due):
                tell_story(self._desk, 2)
            self._desk.clock.advance(_STEP)

    def fill(self, pending: int) -> None:
        """So many timers more, which will not be due for years."""
        self._run(_TIMERS.format(many=MANY.format(count=pending), site=self._site))

    def bring_due(self, turn: int) -> None:
        """Let it be the time at which those of a turn are due."""
        self._desk.clock.advance(START + _LASTS + turn * _STEP - self._desk.clock.now())

    def fire(self) -> None:
        """One sweep, with those of the turn."""
        self._transactions.clear()
        assert tick(self._engine).fired == self._due
        self.held += self._transactions[: self._batches]

    def poll(self) -> None:
        """One sweep that finds nothing due."""
        assert tick(self._desk.engine).fired == 0

    def next_due(self) -> None:
        """When the next timer is due."""
        with self._desk.store.reading() as reading:
            assert reading.next_due() is not None

    def set(self, count: int) -> None:
        """So many tickets opened, each with a timer."""
        for _number in range(count):
            arguments = {"procedure": "reminder", "fields": {}}
            self._desk.engine.act(Command(new_id(), "open", "", "wang", "tester", arguments))

    def do_forty(self) -> None:
        """As many single commands as a sweep takes firings, timed: tickets are dispatched that were opened before."""
        opened = [self._desk.engine.act(opening()).step.ticket for _number in range(BATCH)]
        start = perf_counter()
        for each in opened:
            self._desk.engine.act(doing(each, 1))
        self.forty.append(perf_counter() - start)

    def forget_first(self) -> None:
        """Leave out what the first turn took."""
        del self.held[: self._batches], self.forty[0]

    def close(self) -> None:
        """Let go of the store."""
        self._desk.store.close()


def on_sqlite(where: Path, turns: int, due: int) -> Tickets:
    """In a folder of its own."""
    desk = new_desk(where)
    desk.publish(REMINDER)

    def run(statement: str) -> None:
        raw = connect(driver_module("auto"), desk.settings.store_path)
        raw.execute(statement)
        raw.close()

    tickets = Tickets(desk, due, run, "local")
    with without_syncing(desk.store):
        tickets.open_all(turns)
    return tickets


def on_postgres(server: Server, database: str, folder: Path, turns: int, due: int) -> Tickets:
    """In a database of its own."""
    desk = Desk(folder, PEOPLE, make_at(server.address(database), SITE))
    desk.publish(REPAIR)
    desk.publish(REMINDER)

    def run(statement: str) -> None:
        server.run(statement, database)
        server.run("ANALYZE timer", database)
        server.run("CHECKPOINT", database)

    tickets = Tickets(desk, due, run, SITE)
    with _without_waiting(server):
        tickets.open_all(turns)
    return tickets


@contextmanager
def _without_waiting(server: Server) -> Iterator[None]:
    """Let the server answer before the disk has it, while something is made that is not measured."""
    _set(server, "off")
    try:
        yield
    finally:
        _set(server, "on")


def _set(server: Server, value: str) -> None:
    server.run(f"ALTER SYSTEM SET synchronous_commit = {value}")
    server.run("SELECT pg_reload_conf()")
