"""Sweeps: due order, catching up after downtime, two workers at once, one killed in the middle, set-aside timers."""

import multiprocessing
import os
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from sop_engine.clock import SimulatedClock
from sop_engine.engine import timers
from sop_engine.engine.engine import Engine
from sop_engine.engine.timers import tick
from sop_engine.store.seam import Writes
from sop_engine.store.sqlite import open_store
from sop_engine.ticket.records import Step
from tests.desk import START, Desk

pytestmark = pytest.mark.usefixtures("every_store")

CHAIN = """
procedure: chain
title: {zh: 连环, en: Chain}
prefix: LH
subject: "连环"
roles: [desk]
open: {by: desk, to: first}
states:
  first:  {after: {1 h: {to: second}}}
  second: {after: {1 h: {to: third}}}
  third:  {after: {1 h: {to: over}}}
  over:   {final: true, outcome: over}
"""
DAILY = """
procedure: daily
title: {zh: 日检, en: Daily}
prefix: RJ
subject: "日检"
roles: [desk]
owner: desk
starts:
  morning: {every: day 09:00, missed: MISSED}
open: {by: desk, to: over}
states:
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"]})
    bench.publish(CHAIN)
    return bench


def test_what_a_timer_starts_counts_from_its_due_time(desk: Desk) -> None:
    lh = desk.open("chain", by="wang")
    assert desk.advance(days=3).fired == 3
    effective = [record["effective"] for record in desk.records(lh)]
    assert effective == [f"2026-11-23T0{hour}:30:00.000Z" for hour in (0, 1, 2, 3)]
    assert desk.replay().clean


def test_many_tickets_fire_in_due_order_over_several_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "BATCH", 5)
    for _ in range(7):
        desk.open("chain", by="wang")
        desk.clock.advance(timedelta(minutes=1))
    fired: list[str] = []
    honest = Engine.fire_in

    def noting(self: Engine, transaction: Writes, id: str, key: str, due: str) -> list[Step]:
        steps = honest(self, transaction, id, key, due)
        fired.extend(due for _step in steps)
        return steps

    monkeypatch.setattr(Engine, "fire_in", noting)
    assert desk.advance(days=1).fired == 21
    assert fired == sorted(fired)
    assert desk.replay().clean


def work(path: Path, folder: Path, days: int) -> None:
    from sop_engine.engine.sites.settings import Settings

    clock = SimulatedClock(START + timedelta(days=days))
    settings = Settings(folder, "Test", "test", "Asia/Shanghai", demo=True)
    tick(Engine(open_store(path), clock, settings))


def test_two_workers_fire_each_timer_once(desk: Desk) -> None:
    tickets = [desk.open("chain", by="wang") for _ in range(30)]
    desk.publish(DAILY.replace("MISSED", "all"))
    desk.store.close()
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=work, args=(desk.settings.store_path, desk.settings.folder, 3)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    again = Desk.__new__(Desk)
    again.store, again.settings, again.clock = open_store(desk.settings.store_path), desk.settings, desk.clock
    for id in tickets:
        assert [record["command"]["name"] for record in again.records(id)] == ["open", "fire", "fire", "fire"]
    with again.reading() as reading:
        started = [id for id in reading.ticket_ids() if id.startswith("RJ")]
    assert started == ["RJ-20261123-001", "RJ-20261124-001", "RJ-20261125-001"]
    assert again.replay().clean


def test_a_worker_killed_in_mid_sweep_loses_and_doubles_nothing(desk: Desk) -> None:
    tickets = [desk.open("chain", by="wang") for _ in range(60)]
    path, folder = desk.settings.store_path, desk.settings.folder
    desk.store.close()
    context = multiprocessing.get_context("spawn")
    for life in (0.45, 0.6, 0.75):
        worker = context.Process(target=work, args=(path, folder, 1))
        worker.start()
        time.sleep(life)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
    work(path, folder, 1)
    again = Desk.__new__(Desk)
    again.store, again.settings, again.clock = open_store(path), desk.settings, desk.clock
    for id in tickets:
        assert [record["command"]["name"] for record in again.records(id)] == ["open", "fire", "fire", "fire"]
    assert again.replay().clean


@pytest.mark.parametrize(("missed", "started"), [("all", 5), ("last", 1), ("none", 0)])
def test_missed_occasions(desk: Desk, missed: str, started: int) -> None:
    desk.publish(DAILY.replace("MISSED", missed))
    desk.advance(days=5)
    with desk.reading() as reading:
        assert len([id for id in reading.ticket_ids() if id.startswith("RJ")]) == started
    assert desk.replay().clean


def test_a_fault_of_the_engine_sets_one_timer_aside_and_the_others_fire(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sick, well = desk.open("chain", by="wang"), desk.open("chain", by="wang")
    honest = Engine.fire_in

    def failing(self: Engine, transaction: Writes, id: str, key: str, due: str) -> list[Step]:
        if id == sick:
            raise ZeroDivisionError("a fault that nobody foresaw")
        return honest(self, transaction, id, key, due)

    monkeypatch.setattr(Engine, "fire_in", failing)
    sweep = desk.advance(hours=1)
    assert (sweep.fired, sweep.aside) == (1, 1)
    assert desk.state(well) == ["second"]
    with desk.reading() as reading:
        [(timer, error)] = reading.aside()
    assert (timer.ticket, error.startswith("ZeroDivisionError (test_timers.py:")) == (sick, True)
    monkeypatch.setattr(Engine, "fire_in", honest)
    desk.command("release", sick, "wang", timer=timer.key)
    desk.advance(hours=0)
    assert desk.state(sick) == ["second"]
    assert desk.replay().clean
