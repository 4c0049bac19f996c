"""Rows in the index of timers that their ticket does not have: somebody else wrote them, or a part of a backup was
brought back. They cannot fire, and are put right so that they hold up nothing."""

from collections.abc import Sequence

from sop_engine import canonical
from sop_engine.engine.engine import Engine
from sop_engine.messages import kept, msg
from sop_engine.store.codec import timer_rows
from sop_engine.store.seam import Due, Missed, Reads, Writes


def is_stray(reading: Reads, timer: Due) -> bool:
    """Whether a row stands in the index of timers, and its ticket does not have it so."""
    standing = reading.standing(timer.ticket)
    if standing is None or standing.timers.get(timer.key) != (timer.due, None):
        return False
    return standing.row is None or timer_rows(standing.row).get(timer.key) != (timer.due, None)


def put_right(engine: Engine, timers: Sequence[Due]) -> int:
    """Make the rows of those timers' tickets anew, and take away those of no ticket, in one transaction; gives how many
    of the timers were strays. Each is noted among the refused commands."""
    tickets = sorted({each.ticket for each in timers})
    with engine.store.writing(after=Missed(tickets)) as transaction:
        strays = [each for each in timers if is_stray(transaction, each)]
        for each in strays:
            _put_right(transaction, each)
            why = msg("the index of timers had it, and its ticket did not; the index was put right")
            transaction.log_refusal(
                canonical.instant_text(engine.clock.now()),
                each.ticket,
                "timer",
                "timer",
                {"name": "fire", "timer": each.key, "trigger": None},
                canonical.to_text(kept(why)),
            )
    return len(strays)


def _put_right(transaction: Writes, timer: Due) -> None:
    ticket, head = transaction.ticket(timer.ticket), transaction.head(timer.ticket)
    if ticket is None or head is None:
        transaction.forget_timer(timer.ticket, timer.key)
    else:
        transaction.project(ticket, head)
