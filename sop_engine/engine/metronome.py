"""The metronome: APScheduler calls the sweep once in a while, and is nothing else. What is due stands in the store.

Delivery has a beat of its own, in another thread: however long a mail server takes, timers fire in time.

The law. What the scheduler says of itself is not believed: its thread can die while its `running` says True, and it
waits by the machine's clock, so that one which is set back would let it wait for years. So the main thread looks, each
second, by a clock that nobody sets: when the other was set, the next beats are asked for anew; when no beat has come
for long, it ends with an error, and whoever supervises starts another. Beyond this process the marks in the store
(`workers`) tell.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sop_engine.clock import SystemClock, steady_seconds
from sop_engine.engine.engine import Engine
from sop_engine.engine.notices.delivery import Delivery, deliver
from sop_engine.engine.timers import Sweep, tick
from sop_engine.engine.workers import Worker
from sop_engine.errors import SopError
from sop_engine.messages import msg

LONGEST_DELIVERY_SECONDS: Final = 60.0
"""after so long `once` begins no further letter; what is left waits for the next time"""
LOOK_SECONDS: Final = 1.0
"""how often the main thread looks"""
SPARE_SECONDS: Final = 30.0
"""so much later than three beats it is not late any more, but dead"""
SET: Final = timedelta(seconds=2)
"""a clock that goes wrong by more than this in one look was set"""


@dataclass(frozen=True, slots=True)
class Round:
    """One sweep, one delivery, or both; or the error that ended it; or by how much the machine's clock was set."""

    sweep: Sweep = field(default_factory=Sweep)
    delivery: Delivery = field(default_factory=Delivery)
    error: Exception | None = None
    clock_set: timedelta | None = None


def once(engine: Engine) -> Round:
    """Fire what is due, then send what is waiting, for about a minute at most. What a timer is stuck for is raised when
    all that can be sent was sent."""
    end = time.monotonic() + LONGEST_DELIVERY_SECONDS
    try:
        sweep = tick(engine)
    except SopError:
        deliver(engine, lambda: time.monotonic() < end)
        raise
    return Round(sweep, deliver(engine, lambda: time.monotonic() < end))


class _Heart:
    """When a sweep last began or ended, and whether one is under way."""

    def __init__(self, every_seconds: float) -> None:
        self._patience = 3 * every_seconds + SPARE_SECONDS
        self._last = steady_seconds()
        self._busy = False

    def beat(self, busy: bool) -> None:
        self._last, self._busy = steady_seconds(), busy

    def require(self) -> None:
        """Raise `SopError` where no sweep has begun for long."""
        silent = steady_seconds() - self._last
        if not self._busy and silent > self._patience:
            raise SopError(
                msg("no sweep has begun for {seconds} seconds: what is to call it has died", seconds=round(silent)),
                fix=msg("nothing is lost: start it again with sop worker run, or let systemd do it"),
            )


class _Wall:
    """Whether the machine's clock was set since it was last looked at."""

    def __init__(self) -> None:
        self._off = self._offset()

    def was_set(self) -> timedelta | None:
        """By how much; None where it was not."""
        before, self._off = self._off, self._offset()
        moved = timedelta(seconds=self._off - before)
        return moved if abs(moved) > SET else None

    def _offset(self) -> float:
        return SystemClock().now().timestamp() - steady_seconds()


def run(engine: Engine, every_seconds: float, said: Callable[[Round], None]) -> None:
    """Sweep every so often, and deliver beside it, until SIGTERM or Ctrl-C; a sweep and a letter under way are finished
    first. An error in one round is said and the next goes on. `said` is called by one thread at a time. Raises
    `SopError` where no beat comes any more."""
    stop, speaking = threading.Event(), threading.Lock()
    heart, worker = _Heart(every_seconds), Worker(every_seconds, engine.clock.now())

    def tell(done: Round) -> None:
        with speaking:
            said(done)

    def beat(work: Callable[[], Round]) -> None:
        try:
            done = work()
        except Exception as error:  # the next round may well succeed: a full disk is emptied, a lock is let go
            done = Round(error=error)
        tell(done)

    def sweep() -> Round:
        heart.beat(busy=True)
        try:
            return Round(sweep=tick(engine, worker=worker))
        finally:
            heart.beat(busy=False)

    def delivery() -> Round:
        return Round(delivery=deliver(engine, lambda: not stop.is_set()))

    def end(_signal: int, _frame: Any) -> None:
        stop.set()

    scheduler = _scheduler(every_seconds, beat, (delivery, sweep))
    before = {name: signal.signal(name, end) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        scheduler.start()
        _watch(scheduler, stop, heart, tell)
    finally:
        stop.set()
        if scheduler.running:
            scheduler.shutdown(wait=True)
        for name, handler in before.items():
            signal.signal(name, handler)
        with suppress(SopError), engine.store.writing() as transaction:  # where it cannot be said, silence says it
            worker.leave(transaction)


def _scheduler(every_seconds: float, beat: Callable[..., None], works: tuple[Callable[[], Round], ...]) -> Any:
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.base import BaseTrigger

    class After(BaseTrigger):  # type: ignore[misc]
        """So long after now. APScheduler's interval counts every beat that was missed: a clock that is set ahead by ten
        years would keep it counting to a hundred million."""

        def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
            return now + timedelta(seconds=every_seconds)

    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    scheduler = BackgroundScheduler(timezone="UTC")
    for work in works:
        scheduler.add_job(
            beat, After(), [work], coalesce=True, max_instances=1, misfire_grace_time=None,
            next_run_time=SystemClock().now(),
        )  # fmt: skip
    return scheduler


def _watch(scheduler: Any, stop: threading.Event, heart: _Heart, tell: Callable[[Round], None]) -> None:
    """Look after the scheduler until `stop`."""
    wall = _Wall()
    while not stop.wait(LOOK_SECONDS):
        moved = wall.was_set()
        if moved is not None:
            tell(Round(clock_set=moved))
            for job in scheduler.get_jobs():
                job.modify(next_run_time=SystemClock().now())
        heart.require()
