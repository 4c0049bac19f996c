"""The metronome: APScheduler calls the sweep once in a while, and is nothing else. What is due stands in the store.

Delivery has a beat of its own, in another thread: however long a mail server takes, timers fire in time. The sweep's
own mark in the store (`last_sweep`) tells that it lives; APScheduler's `running` does not: its thread can die while
that says True.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sop_engine.clock import SystemClock
from sop_engine.engine.delivery import Delivery, deliver
from sop_engine.engine.engine import Engine
from sop_engine.engine.timers import Sweep, tick

LONGEST_DELIVERY_SECONDS: Final = 60.0
"""after so long `once` begins no further letter; what is left waits for the next time"""


@dataclass(frozen=True, slots=True)
class Round:
    """One sweep, one delivery, or both; or the error that ended it."""

    sweep: Sweep = field(default_factory=Sweep)
    delivery: Delivery = field(default_factory=Delivery)
    error: Exception | None = None


def once(engine: Engine) -> Round:
    """Fire what is due, then send what is waiting, for about a minute at most."""
    sweep = tick(engine)
    end = time.monotonic() + LONGEST_DELIVERY_SECONDS
    return Round(sweep, deliver(engine, lambda: time.monotonic() < end))


def run(engine: Engine, every_seconds: float, said: Callable[[Round], None]) -> None:
    """Sweep every so often, and deliver beside it, until SIGTERM or Ctrl-C; a sweep and a letter under way are finished
    first. An error in one round is said and the next goes on. `said` is called by one thread at a time."""
    from apscheduler.schedulers.background import BackgroundScheduler

    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    stop, speaking = threading.Event(), threading.Lock()

    def beat(work: Callable[[], Round]) -> None:
        try:
            done = work()
        except Exception as error:  # the next round may well succeed: a full disk is emptied, a lock is let go
            done = Round(error=error)
        with speaking:
            said(done)

    def sweep() -> Round:
        return Round(sweep=tick(engine))

    def delivery() -> Round:
        return Round(delivery=deliver(engine, lambda: not stop.is_set()))

    def end(_signal: int, _frame: Any) -> None:
        stop.set()

    scheduler = BackgroundScheduler(timezone="UTC")
    for work in (delivery, sweep):
        scheduler.add_job(
            beat, "interval", [work], seconds=every_seconds, coalesce=True, max_instances=1, misfire_grace_time=None,
            next_run_time=SystemClock().now(),
        )  # fmt: skip
    before = {name: signal.signal(name, end) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        scheduler.start()
        stop.wait()
    finally:
        if scheduler.running:
            scheduler.shutdown(wait=True)
        for name, handler in before.items():
            signal.signal(name, handler)
