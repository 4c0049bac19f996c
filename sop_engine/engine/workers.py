"""Marks of the workers that run: who sweeps, how often, and when last. They tell whether a metronome really ticks, on
whichever machine; no program can be asked that itself.

A mark is left beside what a sweep writes anyway, or every half minute, and goes when its worker ends. One that was
killed leaves it behind: it is then silent, and goes when somebody else sweeps on that machine, or after a day.
"""

import os
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sop_engine import canonical
from sop_engine.clock import steady_seconds
from sop_engine.lean import dataclass
from sop_engine.store.seam import Reads, Writes
from sop_engine.store.small_facts import read_fact

MARK_SECONDS: Final = 30.0
"""how often a worker that finds nothing to do says that it is there"""
MARK: Final = timedelta(seconds=MARK_SECONDS)
_PREFIX: Final = "worker:"
_FORGOTTEN: Final = timedelta(days=1)
"""after so long the mark of a machine that is gone goes too"""


@dataclass(frozen=True, slots=True)
class Mark:
    """That a worker is there. Instants are by its own machine's clock."""

    host: str
    pid: int
    every_seconds: float
    since: datetime
    at: datetime

    @property
    def name(self) -> str:
        """`host (pid)`."""
        return f"{self.host} ({self.pid})"

    def silent_at(self) -> datetime:
        """When it should have been heard again, at the very latest."""
        return self.at + timedelta(seconds=2 * max(self.every_seconds, MARK_SECONDS) + MARK_SECONDS)


class Worker:
    """This process as one that sweeps again and again."""

    def __init__(self, every_seconds: float, now: datetime) -> None:
        self._mark = Mark(os.uname().nodename, os.getpid(), every_seconds, now, now)
        self._marked: float | None = None

    def is_to_mark(self) -> bool:
        """Whether it is time to say that it is there, though it has found nothing to do."""
        return self._marked is None or steady_seconds() - self._marked >= MARK_SECONDS

    def mark(self, transaction: Writes, now: datetime) -> None:
        """Say that it is there."""
        self._mark = replace(self._mark, at=now)
        about = {
            "at": canonical.instant_text(now),
            "every": repr(self._mark.every_seconds),
            "since": canonical.instant_text(self._mark.since),
        }
        transaction.put_meta(_name(self._mark), canonical.to_text(about))
        self._marked = steady_seconds()

    def leave(self, transaction: Writes) -> None:
        """Take its mark away."""
        transaction.forget_meta(_name(self._mark))


def marks(reading: Reads) -> list[Mark]:
    """The workers that have said so, by machine and process."""
    read = [read_fact(kept, partial(_mark, name)) for name, kept in reading.metas(_PREFIX).items()]
    return sorted((mark for mark in read if mark is not None), key=lambda mark: (mark.host, mark.pid))


def _mark(name: str, about: Any) -> Mark:
    host, _colon, pid = name.removeprefix(_PREFIX).rpartition(":")
    since, at = canonical.instant_of(about["since"]), canonical.instant_of(about["at"])
    return Mark(host, int(pid), float(about["every"]), since, at)


def note_sweep(transaction: Writes, now: datetime, worker: Worker | None) -> None:
    """Note that somebody has swept: when, and which worker, if it was one. Marks of those that were killed go."""
    transaction.put_meta("last_sweep", canonical.instant_text(now))
    if worker is not None:
        worker.mark(transaction, now)
    for mark in marks(transaction):
        if mark.silent_at() < now and (_is_gone(mark) or now - mark.at > _FORGOTTEN):
            transaction.forget_meta(_name(mark))


def _is_gone(mark: Mark) -> bool:
    """Whether the process ran on this machine and does so no more."""
    if mark.host != os.uname().nodename:
        return False
    with suppress(PermissionError):
        try:
            os.kill(mark.pid, 0)
        except ProcessLookupError:
            return True
    return False


def _name(mark: Mark) -> str:
    return f"{_PREFIX}{mark.host}:{mark.pid}"
