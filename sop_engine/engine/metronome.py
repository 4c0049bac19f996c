"""The metronome: APScheduler calls the sweep once in a while, and is nothing else. What is due stands in the store.

The sweep's own mark in the store (`last_sweep`) tells that it lives; APScheduler's `running` does not: its thread can
die while that says True.
"""

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sop_engine.engine.delivery import Delivery, deliver
from sop_engine.engine.engine import Engine
from sop_engine.engine.timers import Sweep, tick


@dataclass(frozen=True, slots=True)
class Round:
    """One sweep and delivery, or the error that ended it."""

    sweep: Sweep
    delivery: Delivery
    error: Exception | None = None


def once(engine: Engine) -> Round:
    """Fire what is due and send what is waiting."""
    return Round(tick(engine), deliver(engine))


def run(engine: Engine, every_seconds: float, said: Callable[[Round], None]) -> None:
    """Sweep every so often until SIGTERM or Ctrl-C; a sweep under way is finished first. An error in one round is said
    and the next goes on."""
    from apscheduler.schedulers.background import BackgroundScheduler

    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    stop = threading.Event()

    def beat() -> None:
        try:
            said(once(engine))
        except Exception as error:  # the next round may well succeed: a full disk is emptied, a lock is let go
            said(Round(Sweep(), Delivery(), error))

    def end(_signal: int, _frame: Any) -> None:
        stop.set()

    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(beat, "interval", seconds=every_seconds, coalesce=True, max_instances=1, misfire_grace_time=None)
    before = {name: signal.signal(name, end) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        beat()
        scheduler.start()
        stop.wait()
    finally:
        if scheduler.running:
            scheduler.shutdown(wait=True)
        for name, handler in before.items():
            signal.signal(name, handler)
