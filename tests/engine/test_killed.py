"""`kill -9` in the middle of commands: each acknowledged command is there, and none is half done.

A child opens the store, says that it is ready, does commands as fast as it can, and says each on a pipe once `act` has
returned; the parent kills it at a random moment. Two positive controls show that the test can fail: one acknowledges
before the commit, one commits a command in two halves.
"""

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sop_engine.engine.engine import Engine, new_id
from sop_engine.store.sqlite import open_store
from sop_engine.ticket.records import Command
from tests.desk import Desk
from tests.repair import REPAIR
from tests.ticket.test_commands import PEOPLE

CYCLES = 300
SEED = 20261122
LONGEST_LIFE_SECONDS = 0.1
Acknowledge = Callable[[str, int], None]
Act = Callable[[Engine, Command, Acknowledge], None]


def honest(engine: Engine, command: Command, acknowledge: Acknowledge) -> None:
    done = engine.act(command)
    acknowledge(done.step.ticket, done.step.number)


def acknowledged_before_the_commit(engine: Engine, command: Command, acknowledge: Acknowledge) -> None:
    """The control: says what will be done, then does it."""
    planned = engine.act(command, dry_run=True)
    acknowledge(planned.step.ticket, planned.step.number)
    engine.act(command)


def in_two_commits(engine: Engine, command: Command, acknowledge: Acknowledge) -> None:
    """The control: the step in one transaction, the ticket's row in another."""
    planned = engine.act(command, dry_run=True)
    step, head = planned.step, planned.head
    with engine.store.writing() as transaction:
        before = transaction.ticket(step.ticket)
        old = transaction.head(step.ticket)
        transaction.append(step, head)
        if before is not None and old is not None:
            transaction.project(before, old)
    with engine.store.writing() as transaction:
        transaction.project(step.after, head)
    acknowledge(step.ticket, step.number)


def life(desk: Desk, act: Act, seed: int, pipe: int) -> None:
    """A child's life: notes, edits and new tickets until it is killed."""
    store = open_store(desk.settings.store_path)
    engine = Engine(store, desk.clock, desk.settings)
    drawn = random.Random(seed)
    wx = "WX-20261123-001"
    kinds: list[tuple[str, str, dict[str, Any]]] = [
        ("note", wx, {"note": "业主来电"}),
        ("edit", wx, {"fields": {"fault": f"漏水 {seed}"}, "reason": "补充"}),
        ("open", "", {"procedure": "repair", "fields": {"fault": "新报修"}}),
    ]

    def acknowledge(id: str, number: int) -> None:
        os.write(pipe, f"{id} {number}\n".encode())

    with store.reading() as reading:
        ticket_there = reading.ticket(wx)
        assert ticket_there is not None
        engine.programs.of(reading, ticket_there.digest)
    os.write(pipe, b"ready\n")
    while True:
        name, ticket, arguments = drawn.choice(kinds)
        command = Command(new_id(), name, ticket, "wang", "tester", arguments)
        act(engine, command, acknowledge)


def cycle(desk: Desk, act: Act, seed: int) -> list[tuple[str, int]]:
    """One child from fork to kill; gives what it acknowledged."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read_end)
            life(desk, act, seed, write_end)
        finally:
            os._exit(1)
    os.close(write_end)
    with os.fdopen(read_end, "rb", buffering=0) as pipe:
        assert pipe.read(6) == b"ready\n"
        time.sleep(random.Random(seed).uniform(0, LONGEST_LIFE_SECONDS))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = (pipe.read() or b"").decode().splitlines()
    return [(id, int(number)) for id, number in (line.split(" ") for line in lines)]


def lost(desk: Desk, acknowledged: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """What was acknowledged and is not there."""
    with desk.reading() as reading:
        last = {id: (reading.head(id) or _none).number for id, _number in acknowledged}
        return [(id, number) for id, number in acknowledged if last[id] < number]


class _None:
    number = 0


_none = _None()


@contextmanager
def prepared(folder: Path) -> Iterator[Desk]:
    desk = Desk(folder, PEOPLE)
    desk.publish(REPAIR)
    desk.open("repair", by="wang", fault="漏水")
    yield desk


def test_nothing_acknowledged_is_lost_and_nothing_is_half_done(tmp_path: Path) -> None:
    with prepared(tmp_path) as desk:
        count = 0
        for rank in range(CYCLES):
            acknowledged = cycle(desk, honest, SEED + rank)
            count += len(acknowledged)
            assert lost(desk, acknowledged) == [], f"seed {SEED + rank}"
        report = desk.replay()
        assert report.clean, (SEED, report.mismatches[:3])
        with desk.store.writing() as transaction:
            held = [json.loads(each.data) for each in transaction.steps("WX-20261123-001")]
        assert [record["number"] for record in held] == list(range(1, len(held) + 1))
        assert count > CYCLES // 3, "too few were acknowledged for the test to mean anything"


@pytest.mark.parametrize("act", [acknowledged_before_the_commit, in_two_commits])
def test_the_controls_are_caught(tmp_path: Path, act: Act) -> None:
    with prepared(tmp_path) as desk:
        for rank in range(CYCLES):
            acknowledged = cycle(desk, act, SEED + rank)
            if lost(desk, acknowledged) or not desk.replay().clean:
                return
    pytest.fail(f"{act.__name__} was not caught in {CYCLES} cycles (seed {SEED})")
