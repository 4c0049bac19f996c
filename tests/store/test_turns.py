"""Taking turns: threads, processes, long waits, and what the lock file may be."""

import fcntl
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sop_engine.errors import Overtaken, SetUp
from sop_engine.messages import Message
from sop_engine.store import MEMORY, lock, open_store
from sop_engine.store.attempts import attempt
from sop_engine.store.drivers import DriverName, lock_path
from sop_engine.store.lock import FileTurn
from sop_engine.store.seam import Foreseen, Store, Writes
from sop_engine.store.sqlite import SqliteStore

from .samples import append, ticket

MANY = multiprocessing.get_context("spawn")


def draw_many(path: Path, driver: DriverName, times: int, drawn: Any) -> None:
    """What one of several processes does: numbers, each in a transaction of its own."""
    store = open_store(path, driver=driver)
    for _ in range(times):
        with store.writing() as writes:
            number = writes.draw("WX", "20261121")
            append(writes, ticket(f"WX-{number}"))
        drawn.put(number)
    store.close()


def test_processes_lose_nothing_and_draw_each_number_once(path: Path, driver: DriverName) -> None:
    open_store(path, create=True, driver=driver).close()
    drawn = MANY.Queue()
    workers = [MANY.Process(target=draw_many, args=(path, driver, 12, drawn)) for _ in range(4)]
    for worker in workers:
        worker.start()
    numbers = [drawn.get(timeout=60) for _ in range(48)]
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    assert sorted(numbers) == list(range(1, 49))
    store = open_store(path, driver=driver)
    with store.reading() as reads:
        assert len(reads.ticket_ids()) == 48
    store.close()


def draw_foreseen(writes: Writes) -> int:
    """A number, drawn as commands draw it: foreseen, so that one queues for it."""
    writes.load(lambda: Foreseen(numbers=[("WX", "20261121")]))
    return writes.draw("WX", "20261121")


def test_threads_share_one_store(store: Store) -> None:
    seen: list[int] = []

    def work() -> None:
        for _ in range(20):
            number = attempt(store, draw_foreseen)
            with store.reading() as reads:
                reads.meta("nothing")
            seen.append(number)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(seen) == list(range(1, 61))


@contextmanager
def held(path: Path, label: str = "sop worker") -> Iterator[None]:
    """The turn, taken by somebody else."""
    turn = FileTurn(lock_path(path), label)
    turn.acquire(False, 5)
    try:
        yield
    finally:
        turn.release()
        turn.close()


def test_who_waits_is_told_who_holds_the_store_and_gives_up_in_time(
    path: Path, file_store: SqliteStore, driver: DriverName, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "SAY_AFTER_SECONDS", 0.05)
    told: list[Message] = []
    store = open_store(path, driver=driver, tell=told.append)
    with held(path), pytest.raises(Overtaken) as caught, store.writing(wait_seconds=0.15) as writes:
        writes.put_meta("never", "kept")
    assert str(told[0]).startswith(f"waiting for the store: process {os.getpid()} (sop worker) has had it for 0 s")
    assert f"process {os.getpid()} (sop worker)" in str(caught.value)
    assert caught.value.code == 6
    with store.writing(wait_seconds=5) as writes:
        assert writes.meta("never") is None
    store.close()


def test_who_is_told_may_wait_no_longer(path: Path, driver: DriverName, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "SAY_AFTER_SECONDS", 0.01)
    monkeypatch.setattr(lock, "ASK_SECONDS", 0.01)
    told: list[Message] = []

    def tell(message: Message) -> bool:
        told.append(message)
        return len(told) == 3

    store = open_store(path, create=True, driver=driver, tell=tell)
    with held(path), pytest.raises(Overtaken), store.writing():
        raise RuntimeError("never here")
    assert len(told) == 3
    with store.writing(wait_seconds=5) as writes:
        writes.put_meta("at last", "1")
    store.close()


def test_who_gave_up_waiting_does_not_keep_the_turn_afterwards(path: Path, file_store: SqliteStore) -> None:
    with held(path):
        for _ in range(3):
            with pytest.raises(Overtaken), file_store.writing(wait_seconds=0.02):
                raise RuntimeError("never here")
    with file_store.writing(wait_seconds=5) as writes:
        writes.put_meta("at last", "1")
    assert _until(lambda: not [each for each in threading.enumerate() if each.name == "store-lock"])


def _until(true: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_a_waiting_writer_goes_on_as_soon_as_the_turn_is_free(path: Path, file_store: SqliteStore) -> None:
    done = threading.Event()

    def write() -> None:
        with file_store.writing() as writes:
            writes.put_meta("done", "1")
        done.set()

    thread = threading.Thread(target=write)
    with held(path):
        thread.start()
        assert not done.wait(0.1)
    assert done.wait(5)
    thread.join()


def test_a_killed_holder_leaves_the_turn_free(path: Path, file_store: SqliteStore) -> None:
    script = (
        "import sys, time, pathlib; from sop_engine.store.lock import FileTurn\n"
        "FileTurn(pathlib.Path(sys.argv[1])).acquire(False, 5); print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(lock_path(path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(Overtaken), file_store.writing(wait_seconds=0.05):
            raise RuntimeError("never here")
        holder.kill()
        with file_store.writing(wait_seconds=10) as writes:
            writes.put_meta("after", "1")


def test_a_reader_waits_for_nobody_where_the_log_is_ahead(path: Path) -> None:
    store = open_store(path, create=True, driver="pysqlite3")
    with held(path), store.reading() as reads:
        assert reads.meta("nothing") is None
    store.close()


def test_a_forked_child_opens_its_own_connection(path: Path, file_store: SqliteStore) -> None:
    with file_store.writing() as writes:
        writes.put_meta("who", "parent")
    child = os.fork()
    if child == 0:
        try:
            with file_store.writing() as writes:
                writes.put_meta("who", f"child after {writes.meta('who')}")
            file_store.close()
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with file_store.writing() as writes:
        assert writes.meta("who") == "child after parent"


def test_a_lock_file_that_is_a_link_is_refused(path: Path, tmp_path: Path) -> None:
    open_store(path, create=True).close()
    precious = tmp_path / "precious"
    precious.write_text("untouched")
    for link in (Path.symlink_to, Path.hardlink_to):
        lock_path(path).unlink(missing_ok=True)
        link(lock_path(path), precious)
        store = open_store(path, driver="pysqlite3")
        with pytest.raises(SetUp, match="lock file"), store.writing() as writes:
            writes.put_meta("never", "1")
        store.close()
    assert precious.read_text() == "untouched"


def test_a_lock_file_that_is_left_over_means_nothing(path: Path, file_store: SqliteStore) -> None:
    lock_path(path).write_text("999999 2020-01-01T00:00:00.000Z a ghost")
    with file_store.writing(wait_seconds=1) as writes:
        writes.put_meta("fine", "1")


def test_a_store_in_memory_makes_threads_wait_and_give_up() -> None:
    store = open_store(MEMORY)
    inside, go = threading.Event(), threading.Event()

    def hold() -> None:
        with store.writing() as writes:
            writes.put_meta("who", "holder")
            inside.set()
            go.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(5)
    try:
        with pytest.raises(Overtaken), store.writing(wait_seconds=0.05):
            raise RuntimeError("never here")
    finally:
        go.set()
        thread.join()
    with store.reading() as reads:
        assert reads.meta("who") == "holder"


def test_the_turn_is_a_lock_of_the_kernel(path: Path, file_store: SqliteStore) -> None:
    with file_store.writing():
        other = os.open(lock_path(path), os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(other)
