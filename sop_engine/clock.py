"""The only place that asks what time it is. Everything else is given its time."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


def to_milliseconds(instant: datetime) -> datetime:
    """`instant` in UTC, cut to whole milliseconds, which is what the record keeps."""
    utc = instant.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def steady_seconds() -> float:
    """Seconds on a clock that nobody can set, and that goes on while the machine sleeps. All processes of a machine see
    the same; it begins anew when the machine starts."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Clock(Protocol):
    """What tells the time. `simulated` clocks stand still until they are moved, and are marked in every step."""

    simulated: bool

    def now(self) -> datetime:
        """The present instant, aware, UTC, whole milliseconds."""


class SystemClock:
    """The machine's clock."""

    simulated = False

    def now(self) -> datetime:
        return to_milliseconds(datetime.now(UTC))


class SimulatedClock:
    """A clock that stands still until it is moved: for demo sites, scenario tests and simulation."""

    simulated = True

    def __init__(self, start: datetime) -> None:
        self._now = to_milliseconds(start)

    def now(self) -> datetime:
        return self._now

    def set(self, instant: datetime) -> None:
        self._now = to_milliseconds(instant)

    def advance(self, by: timedelta) -> None:
        self._now += by
