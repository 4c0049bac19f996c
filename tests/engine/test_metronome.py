"""The metronome as a process has it: its marks, a clock that is set while it runs, and a scheduler that dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from sop_engine import canonical
from sop_engine.engine import metronome, workers
from sop_engine.engine.metronome import Round, run
from sop_engine.engine.timers import tick
from sop_engine.engine.workers import MARK_SECONDS, Mark, Worker, marks
from sop_engine.errors import SopError
from sop_engine.store.seam import Writes
from tests.desk import Desk
from tests.engine.test_timers import CHAIN

HERE = os.uname().nodename


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"]})
    bench.publish(CHAIN)
    return bench


def found(desk: Desk) -> list[Mark]:
    with desk.reading() as reading:
        return marks(reading)


def until(count: int, each: Callable[[Round], None] = lambda _done: None) -> Callable[[Round], None]:
    """Ends the metronome after so many rounds."""
    said: list[Round] = []

    def hear(done: Round) -> None:
        each(done)
        said.append(done)
        if len(said) == count:
            os.kill(os.getpid(), signal.SIGTERM)

    return hear


# --- marks -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("every_store")
def test_a_worker_says_that_it_is_there_and_takes_its_mark_away_when_it_ends(desk: Desk) -> None:
    seen: list[Mark] = []
    run(desk.engine, 0.05, until(6, lambda _done: seen.extend(found(desk))))
    assert {(mark.host, mark.pid, mark.every_seconds) for mark in seen} == {(HERE, os.getpid(), 0.05)}
    assert found(desk) == []


@pytest.mark.usefixtures("every_store")
def test_several_workers_have_a_mark_each(desk: Desk) -> None:
    now = desk.clock.now()
    with desk.store.writing() as transaction:
        for host, pid, every in (("b", 7, 5.0), ("a", 1, 60.0)):
            leave(transaction, Mark(host, pid, every, now, now))
        Worker(1.0, now).mark(transaction, now)
    assert sorted((mark.host, mark.pid) for mark in found(desk)) == sorted([("a", 1), ("b", 7), (HERE, os.getpid())])


def leave(transaction: Writes, mark: Mark) -> None:
    """A mark as another machine leaves it."""
    about = {
        "at": canonical.instant_text(mark.at),
        "every": repr(mark.every_seconds),
        "since": canonical.instant_text(mark.since),
    }
    transaction.put_meta(f"worker:{mark.host}:{mark.pid}", canonical.to_text(about))


def nobody() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


@pytest.mark.usefixtures("every_store")
@pytest.mark.parametrize(
    ("here", "alive", "age", "stays"),
    [
        (True, False, timedelta(minutes=5), False),
        (True, False, timedelta(seconds=30), True),
        (True, True, timedelta(minutes=5), True),
        (False, False, timedelta(minutes=5), True),
        (False, False, timedelta(hours=25), False),
    ],
)
def test_the_mark_of_a_worker_that_was_killed_goes_when_somebody_sweeps_after_it(
    desk: Desk, here: bool, alive: bool, age: timedelta, stays: bool
) -> None:
    now, host, pid = desk.clock.now(), HERE if here else "elsewhere", os.getppid() if alive else nobody()
    with desk.store.writing() as transaction:
        leave(transaction, Mark(host, pid, 5.0, now - age, now - age))
    tick(desk.engine)
    assert bool(found(desk)) is stays


def test_a_worker_that_finds_nothing_to_do_writes_now_and_then_only(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    steady, commits = 0.0, 0
    monkeypatch.setattr(workers, "steady_seconds", lambda: steady)
    honest = desk.store.writing

    def writing(*words: Any, **more: Any) -> Any:
        nonlocal commits
        commits += 1
        return honest(*words, **more)

    monkeypatch.setattr(desk.store, "writing", writing)
    worker = Worker(5.0, desk.clock.now())
    for _ in range(13):
        tick(desk.engine, worker=worker)
        steady += 5.0
    assert commits == 1 + 60 // MARK_SECONDS


def test_a_worker_in_a_long_sweep_says_that_it_is_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a sweep of many batches, each of which takes as long as a mark is good for
    for _ in range(200):
        desk.open("chain", by="wang")
    steady, marked = 0.0, 0
    honest = Worker.mark

    def slow() -> float:
        nonlocal steady
        steady += MARK_SECONDS
        return steady

    def mark(self: Worker, transaction: Writes, now: datetime) -> None:
        nonlocal marked
        marked += 1
        honest(self, transaction, now)

    monkeypatch.setattr(workers, "steady_seconds", slow)
    monkeypatch.setattr(Worker, "mark", mark)
    desk.clock.advance(timedelta(days=1))
    # when it sweeps, then it says so between the batches
    assert tick(desk.engine, worker=Worker(5.0, desk.clock.now())).fired == 600
    assert marked >= 600 // 40


# --- a scheduler that dies, and a clock that is set ------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_scheduler_whose_thread_has_died_ends_the_worker_with_an_error(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a scheduler that still says that it runs, though its thread has died
    monkeypatch.setattr(metronome, "SPARE_SECONDS", 0.2)
    monkeypatch.setattr(metronome, "LOOK_SECONDS", 0.05)
    rounds: list[Round] = []
    honest, running = BackgroundScheduler._process_jobs, []

    def wake_up(self: BackgroundScheduler) -> float:
        if len(rounds) >= 4:
            running.append(self)
            raise MemoryError
        seconds: float = honest(self)
        return seconds

    monkeypatch.setattr(BackgroundScheduler, "_process_jobs", wake_up)
    threads = threading.active_count()
    # when nothing calls the sweep any more, then the worker ends by itself, with an error
    with pytest.raises(SopError, match="what is to call it has died") as told:
        run(desk.engine, 0.05, rounds.append)
    assert told.value.code == 70
    assert running
    assert found(desk) == []
    assert threading.active_count() == threads


def test_a_sweep_that_takes_long_is_not_taken_for_dead(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metronome, "SPARE_SECONDS", 0.1)
    monkeypatch.setattr(metronome, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(metronome, "tick", lambda *_words, **_more: time.sleep(1.0))
    run(desk.engine, 0.05, until(3))


class Set(datetime):
    """The machine's clock, which somebody sets."""

    off = timedelta(0)

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.now(tz or UTC) + cls.off


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(days=-3650), timedelta(hours=1), timedelta(days=3650)])
def test_a_worker_goes_on_when_the_machine_s_clock_is_set(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, by: timedelta
) -> None:
    # given a worker that runs by a clock that can be set
    import apscheduler.schedulers.base

    from sop_engine import clock

    for module in (clock, apscheduler.schedulers.base):
        monkeypatch.setattr(module, "datetime", Set)
    monkeypatch.setattr(Set, "off", timedelta(0))
    monkeypatch.setattr(metronome, "LOOK_SECONDS", 0.05)
    after: list[Round] = []

    def hear(done: Round) -> None:
        if done.error is not None:
            raise AssertionError from done.error
        after.append(done)
        if len(after) == 4:
            # when it is set
            Set.off = by
        if len(after) == 12:
            os.kill(os.getpid(), signal.SIGTERM)

    begin = time.monotonic()
    run(desk.engine, 0.1, hear)
    # then it says so, and beats on
    assert time.monotonic() - begin < 20
    [told] = [done.clock_set for done in after if done.clock_set is not None]
    assert abs(told - by) < timedelta(seconds=2)
