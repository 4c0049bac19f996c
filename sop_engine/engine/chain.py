"""One transaction's work: the first step, and everything that follows from it, in the order in which it is caused."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sop_engine import canonical
from sop_engine.store.seam import Head, Writes
from sop_engine.ticket.records import Command, Step, Ticket


class Caused(NamedTuple):
    """A command that a step of the same transaction has caused."""

    command: Command
    effective: datetime
    """of the step that caused it"""
    depth: int
    """how long the chain of causes is that leads to it"""


@dataclass(slots=True)
class Chain:
    """What one transaction has done, and what it has still to do."""

    transaction: Writes
    recorded: datetime
    steps: list[tuple[Step, Head]] = field(default_factory=list)
    waiting: deque[Caused] = field(default_factory=deque)
    """what the steps have caused and is still to be done, in order"""
    looks: dict[str, Caused] = field(default_factory=dict)
    """parents that must look again at where their children stand, each once, when nothing else waits"""


def earliest_before(ticket: Ticket, before: datetime) -> tuple[str, str] | None:
    """The ticket's earliest timer (due, key) that is due before an instant."""
    if not ticket.timers:
        return None
    limit = canonical.instant_text(before)
    dues = [
        (timer["due"], key)
        for key, timer in ticket.timers.items()
        if "aside" not in timer and timer["due"] < limit and not ticket.waits(key)
    ]
    return min(dues, default=None)
