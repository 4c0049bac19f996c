"""`kill -9` at any moment: what was acknowledged is there, and nothing is half done.

A child appends steps and acknowledges each one after its commit, until it is killed. Two children that do it wrong
show that the check would notice.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sop_engine.store import open_store
from sop_engine.store.drivers import DriverName
from sop_engine.store.seam import NewLetter
from sop_engine.store.sqlite import SqliteStore
from sop_engine.ticket.records import Sealed

from .samples import append, ticket

CYCLES = 40
CYCLES_UNTIL_CAUGHT = 200
NOW = "2026-11-21T01:00:00.000Z"
TICKETS = ("WX-1", "WX-2", "WX-3")

Acknowledge = Callable[[str], None]
Work = Callable[[SqliteStore, str, Acknowledge], None]


def _write(store: SqliteStore, id: str, acknowledge: Acknowledge, early: bool = False) -> None:
    with store.writing() as writes:
        found = writes.ticket(id)
        number = found.number + 1 if found else 1
        key = f"{id} {number}"
        if early:
            acknowledge(key)
        append(writes, ticket(id, number, timers={"a/b": {"due": f"{number:06d}"}}))
        writes.add_letters(id, number, [NewLetter(0, "told", "wang", "mail")], NOW)
        writes.keep_key(key, id, number, Sealed("request", "salt"))
    if not early:
        acknowledge(key)


def right(store: SqliteStore, id: str, acknowledge: Acknowledge) -> None:
    """Everything in one transaction, and then the acknowledgement."""
    _write(store, id, acknowledge)


def too_early(store: SqliteStore, id: str, acknowledge: Acknowledge) -> None:
    """Acknowledges before the commit."""
    _write(store, id, acknowledge, early=True)


def in_two_commits(store: SqliteStore, id: str, acknowledge: Acknowledge) -> None:
    """The step in one transaction, its letter and key in another."""
    with store.writing() as writes:
        found = writes.ticket(id)
        number = found.number + 1 if found else 1
        append(writes, ticket(id, number, timers={"a/b": {"due": f"{number:06d}"}}))
    with store.writing() as writes:
        writes.add_letters(id, number, [NewLetter(0, "told", "wang", "mail")], NOW)
        writes.keep_key(f"{id} {number}", id, number, Sealed("request", "salt"))
    acknowledge(f"{id} {number}")


def killed(path: Path, driver: DriverName, work: Work, after_seconds: float) -> list[str]:
    """What a child acknowledged before it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            store = open_store(path, driver=driver)
            for turn in range(100_000):
                work(store, TICKETS[turn % len(TICKETS)], lambda text: void(os.write(writing, f"{text}\n".encode())))
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as acknowledged:
        first = acknowledged.readline()
        assert first, "the child ended by itself"
        time.sleep(after_seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return [line.strip() for line in (first, *acknowledged)]


def void(_: object) -> None:
    """Drop a result."""


def wrong(path: Path, driver: DriverName, acknowledged: list[str]) -> list[str]:
    """What is lost or half done in the store."""
    store = open_store(path, driver=driver)
    with store.reading() as reads:
        found = [f"{key} was acknowledged and is lost" for key in acknowledged if reads.by_key(key) is None]
        for id in TICKETS:
            steps = [step.number for step in reads.steps(id)]
            now = reads.ticket(id)
            last = now.number if now else 0
            if steps != list(range(1, last + 1)):
                found.append(f"{id} stands at {last} and has steps {steps[-3:]}")
            if [letter.number for letter in reads.letters(ticket=id)] != steps:
                found.append(f"{id} has not one letter a step")
            if steps and reads.by_key(f"{id} {steps[-1]}") is None:
                found.append(f"{id} has a step without its key")
        due = {(timer.ticket, int(timer.due)) for timer in reads.due("9", 10)}
        if due != {(head.id, head.number) for id in TICKETS if (head := reads.head(id))}:
            found.append(f"timers are {due}")
    store.close()
    return found


def faults_after(path: Path, driver: DriverName, work: Work, cycles: int, seed: int) -> list[str]:
    """What goes wrong first in so many cycles."""
    chance = random.Random(seed)
    open_store(path, create=True, driver=driver).close()
    for _ in range(cycles):
        acknowledged = killed(path, driver, work, chance.uniform(0, 0.02))
        if found := wrong(path, driver, acknowledged):
            return found
    return []


def test_what_was_acknowledged_is_there_and_nothing_is_half_done(path: Path, driver: DriverName) -> None:
    seed = random.randrange(2**32)
    assert faults_after(path, driver, right, CYCLES, seed) == [], f"seed {seed}"


@pytest.mark.parametrize("work", [too_early, in_two_commits])
def test_a_writer_that_does_it_wrong_is_caught(path: Path, driver: DriverName, work: Work) -> None:
    assert faults_after(path, driver, work, CYCLES_UNTIL_CAUGHT, seed=1) != []
