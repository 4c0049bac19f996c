"""A channel that is out of order rests as a whole: one letter finds it out, and the others are not tried on it too.

After the first attempt that found it so nothing is tried on it for a minute, then 2, 4 ... minutes up to an hour; the
first letter that gets through ends it. It stands in the store, so that all workers know.
"""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sop_engine import canonical
from sop_engine.store.seam import Reads, Writes
from sop_engine.store.small_facts import read_fact

LONGEST_WAIT: Final = timedelta(hours=1)
FARTHEST: Final = LONGEST_WAIT + timedelta(minutes=5)
"""no wait ends later than this from now, unless a clock was ahead when it began"""
_PREFIX: Final = "rests:"


class Rest(NamedTuple):
    """A channel's rest. Instants are texts, as in the record."""

    failures: int
    """attempts in a row that found it out of order"""
    since: str
    until: str
    error: str = ""
    """the last one"""


def wait_after(failures: int) -> timedelta:
    """How long is waited after so many failures in a row, at least one."""
    return min(LONGEST_WAIT, timedelta(minutes=2 ** min(failures - 1, 10)))


def rest_of(reading: Reads, channel: str) -> Rest | None:
    """How a channel rests; None where it is in order, as far as is known."""
    return read_fact(reading.meta(_PREFIX + channel), _rest)


def _rest(about: Any) -> Rest:
    rest = Rest(**about)
    canonical.instant_of(rest.since), canonical.instant_of(rest.until)
    return rest._replace(failures=int(rest.failures), error=str(rest.error))


def rests_until(reading: Reads, channel: str, now: datetime) -> str | None:
    """The instant before which nothing is tried on a channel; None where it may be tried now."""
    rest = rest_of(reading, channel)
    if rest is None or not canonical.instant_text(now) < rest.until <= canonical.instant_text(now + FARTHEST):
        return None
    return rest.until


def resting(reading: Reads) -> dict[str, Rest]:
    """The channels that are out of order, as far as is known."""
    read = ((name, read_fact(kept, _rest)) for name, kept in sorted(reading.metas(_PREFIX).items()))
    return {name.removeprefix(_PREFIX): rest for name, rest in read if rest is not None}


def out_of_order(transaction: Writes, channel: str, now: datetime, error: str = "", least: float = 0) -> Rest:
    """Note that a channel was found out of order; gives how it rests now: for `least` seconds where its other end asked
    for that, but no longer than any channel does."""
    former, at = rest_of(transaction, channel), canonical.instant_text(now)
    failures = 1 if former is None else former.failures + 1
    since = at if former is None else min(former.since, at)
    wait = max(wait_after(failures), min(timedelta(seconds=least), LONGEST_WAIT))
    rest = Rest(failures, since, canonical.instant_text(now + wait), error)
    transaction.put_meta(_PREFIX + channel, canonical.to_text(rest._asdict()))
    return rest


def in_order(transaction: Writes, channel: str) -> None:
    """Note that a channel works, or that somebody says so."""
    if transaction.meta(_PREFIX + channel):
        transaction.put_meta(_PREFIX + channel, "")
