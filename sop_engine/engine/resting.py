"""A channel that is out of order rests as a whole: one letter finds it out, and the others are not tried on it too.

After the first attempt that found it so nothing is tried on it for a minute, then 2, 4 ... minutes up to an hour; the
first letter that gets through ends it. It stands in the store, so that all workers know.
"""

from datetime import datetime, timedelta
from typing import Final

from sop_engine import canonical
from sop_engine.store.seam import Reads, Writes

LONGEST_WAIT: Final = timedelta(hours=1)


def wait_after(failures: int) -> timedelta:
    """How long is waited after so many failures in a row, at least one."""
    return min(LONGEST_WAIT, timedelta(minutes=2 ** min(failures - 1, 10)))


def rests_until(reading: Reads, channel: str) -> str | None:
    """The instant before which nothing is tried on a channel; None where it is in order, as far as is known."""
    kept = reading.meta(_name(channel))
    return canonical.parse(kept)["until"] if kept else None


def out_of_order(transaction: Writes, channel: str, now: datetime) -> str:
    """Note that a channel was found out of order; gives the instant until which it rests."""
    kept = transaction.meta(_name(channel))
    failures: int = (canonical.parse(kept)["failures"] if kept else 0) + 1
    until = canonical.instant_text(now + wait_after(failures))
    transaction.put_meta(_name(channel), canonical.to_text({"failures": failures, "until": until}))
    return until


def in_order(transaction: Writes, channel: str) -> None:
    """Note that a channel works, or that somebody says so."""
    if transaction.meta(_name(channel)):
        transaction.put_meta(_name(channel), "")


def _name(channel: str) -> str:
    return f"rests:{channel}"
