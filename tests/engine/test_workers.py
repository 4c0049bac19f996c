"""Several workers on one PostgreSQL, as processes of their own, some killed in the middle: each timer fires once, each
calendar start happens once, each notice goes out once, and nothing is lost."""

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine.clock import SimulatedClock
from sop_engine.engine.engine import Engine
from sop_engine.engine.notices.delivery import deliver
from sop_engine.engine.sites.settings import Settings
from sop_engine.engine.timers import tick
from sop_engine.store.opening import open_at
from tests import postgres
from tests.desk import START, Desk
from tests.engine.test_delivery import ASK
from tests.engine.test_timers import CHAIN, DAILY

MANY = multiprocessing.get_context("spawn")
SEED = 20261122
TICKETS = 60
DAYS = 3


@pytest.fixture
def desk(address: str, site_id: str, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, {"wang": ["desk"], "zhou": ["lead"]}, open_at(address, site_id))
    desk.publish(CHAIN)
    yield desk
    report = desk.replay()
    assert report.clean, report.mismatches
    desk.store.close()


def worker(address: str, site: str, folder: Path, started: Any) -> None:
    """A worker's life: sweep and deliver until nothing is left."""
    settings = Settings(folder, "Test", "test", "Asia/Shanghai", demo=True)
    store = open_at(address, site)
    engine = Engine(store, SimulatedClock(START + timedelta(days=DAYS)), settings)
    started.put(os.getpid())
    while tick(engine).fired or deliver(engine).sent:
        pass
    store.close()


def start(desk: Desk, address: str, site: str, started: Any) -> Any:
    process = MANY.Process(target=worker, args=(address, site, desk.settings.folder, started))
    process.start()
    return process


def names(desk: Desk, id: str) -> list[str]:
    return [record["command"]["name"] for record in desk.records(id)]


def told(desk: Desk) -> list[str]:
    """The tickets of which a notice was written, each as often as it was."""
    path = desk.settings.folder / "notices.log"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [line["key"].partition(":")[0] for line in lines]


def test_two_workers_share_the_work_and_do_each_piece_once(desk: Desk, address: str, site_id: str) -> None:
    # given timers, calendar starts and notices that are due
    chains = [desk.open("chain", by="wang") for _ in range(TICKETS)]
    desk.publish(DAILY.replace("MISSED", "all"))
    desk.publish(ASK)
    asked = [desk.open("ask", by="wang", what="停车费") for _ in range(20)]
    # when two workers come at once
    started = MANY.Queue()
    workers = [start(desk, address, site_id, started) for _ in range(2)]
    for each in workers:
        each.join(120)
        assert each.exitcode == 0
    tick(Engine(desk.store, SimulatedClock(START + timedelta(days=DAYS)), desk.settings))
    # then each did what it came for, once
    assert {tuple(names(desk, id)) for id in chains} == {("open", "fire", "fire", "fire")}
    with desk.reading() as reading:
        begun = [id for id in reading.ticket_ids() if id.startswith("RJ")]
        assert len(reading.letters("sent")) == len(asked)
    assert begun == ["RJ-20261123-001", "RJ-20261124-001", "RJ-20261125-001"]
    assert sorted(told(desk)) == asked


def test_workers_that_are_killed_in_mid_sweep_lose_and_double_nothing(
    desk: Desk, address: str, site_id: str, server: postgres.Server
) -> None:
    # given many timers, and workers that are killed at moments that chance decides
    chains = [desk.open("chain", by="wang") for _ in range(TICKETS)]
    desk.publish(DAILY.replace("MISSED", "all"))
    chance = random.Random(SEED)
    caught_in_the_middle = 0
    for _ in range(6):
        started = MANY.Queue()
        pair = [start(desk, address, site_id, started) for _ in range(2)]
        for _process in pair:
            started.get(timeout=60)
        time.sleep(chance.uniform(0.0, 0.25))
        for process in pair:
            os.kill(process.pid, signal.SIGKILL)
            process.join()
        with desk.reading() as reading:
            caught_in_the_middle += reading.next_due() is not None
    assert caught_in_the_middle, f"no worker was killed before it was done (seed {SEED})"
    # when one is left alone
    started = MANY.Queue()
    last = start(desk, address, site_id, started)
    last.join(120)
    assert last.exitcode == 0
    # then every timer has fired once, in order, and every start has happened once
    assert {tuple(names(desk, id)) for id in chains} == {("open", "fire", "fire", "fire")}
    with desk.reading() as reading:
        begun = [id for id in reading.ticket_ids() if id.startswith("RJ")]
    assert begun == ["RJ-20261123-001", "RJ-20261124-001", "RJ-20261125-001"]
    assert server.run("SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid'", postgres.SHARED) == [(0,)]


def test_staff_go_on_while_a_worker_sweeps(desk: Desk, address: str, site_id: str) -> None:
    chains = [desk.open("chain", by="wang") for _ in range(TICKETS)]
    started = MANY.Queue()
    process = start(desk, address, site_id, started)
    started.get(timeout=60)
    noted = 0
    desk.clock.advance(timedelta(days=DAYS))
    while process.is_alive() and noted < 500:
        desk.command("note", chains[noted % TICKETS], "wang", note="业主来电")
        noted += 1
    process.join(120)
    assert process.exitcode == 0
    done = [name for id in chains for name in names(desk, id)]
    assert (done.count("note"), done.count("fire"), done.count("open")) == (noted, 3 * TICKETS, TICKETS)


def test_letters_of_a_worker_that_died_are_sent_by_another_later(desk: Desk) -> None:
    desk.publish(ASK)
    desk.open("ask", by="wang", what="停车费")
    with desk.store.writing() as dying:
        assert len(dying.take_letters("2027", "2028", 9, 0.5)) == 1
    assert deliver(desk.engine).sent == 0
    time.sleep(0.6)
    assert deliver(desk.engine).sent == 1


def test_a_timer_of_a_ticket_that_is_not_there_is_put_right(desk: Desk, site_id: str, server: postgres.Server) -> None:
    chain = desk.open("chain", by="wang")
    for ticket in ("LH-1", chain):
        values = f"('{site_id}', '{ticket}', 'first/stray', '2026-11-23T00:00:00.000Z', NULL)"
        server.run(f"INSERT INTO timer (site, ticket, key, due, aside) VALUES {values}", postgres.SHARED)
    assert tick(desk.engine).strays == 2
    with desk.reading() as reading:
        assert [each.key for each in reading.due("9", 9)] == ["first/after_1_h"]
