"""How the sweep stands: what `worker status` shows and `doctor` finds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from sop_engine import canonical
from sop_engine.console.names import span
from sop_engine.engine.instants import CLOCK_TOLERANCE
from sop_engine.engine.notices.resting import Rest, resting
from sop_engine.engine.workers import Mark, marks
from sop_engine.messages import Message, msg
from sop_engine.store.small_facts import last_sweep

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.store.seam import Due, OutLetter

LATE: Final = timedelta(hours=3)
"""a timer that is overdue for longer, or a channel that is out of order for longer, is a fault"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store says of the sweep at one instant."""

    now: datetime
    swept: datetime | None
    next_due: datetime | None
    overdue: int
    """how many timers are due and have not fired"""
    workers: tuple[Mark, ...]
    aside: "tuple[tuple[Due, str], ...]"
    waiting: "tuple[OutLetter, ...]"
    dead: "tuple[OutLetter, ...]"
    rests: dict[str, Rest]
    """channels that are out of order"""

    @property
    def late(self) -> timedelta:
        """By how much the oldest timer is overdue; negative: how long until the next."""
        return self.now - self.next_due if self.next_due is not None else timedelta(0)

    @property
    def stuck(self) -> bool:
        """Whether timers are due for long."""
        return self.late > LATE

    @property
    def sweeps(self) -> bool:
        """Whether anything has swept lately."""
        return self.swept is not None and abs(self.now - self.swept) < LATE

    def state(self, mark: Mark) -> Literal["ticks", "silent", "ahead"]:
        """Whether a worker ticks, as far as this machine's clock can tell."""
        if mark.at - self.now > CLOCK_TOLERANCE:
            return "ahead"
        return "silent" if mark.silent_at() < self.now else "ticks"

    @property
    def silent(self) -> tuple[Mark, ...]:
        """The workers of which nothing is heard any more, though they did not say that they end."""
        return tuple(mark for mark in self.workers if self.state(mark) == "silent")

    @property
    def unheard(self) -> bool:
        """Whether there should be a worker, and none ticks."""
        return bool(self.silent) and len(self.silent) == len(self.workers)

    @property
    def long_resting(self) -> list[str]:
        """Channels that have been out of order for long."""
        return [name for name, rest in self.rests.items() if self.resting_for(name) > LATE and rest.failures > 1]

    def resting_for(self, channel: str) -> timedelta:
        """For how long a channel has been out of order."""
        return max(self.now - canonical.instant_of(self.rests[channel].since), timedelta(0))

    @property
    def healthy(self) -> bool:
        return not (self.stuck or self.unheard or self.aside or self.dead or self.long_resting)

    # --- in words ---

    def last_sweep(self) -> Message:
        """When it last swept: `3 min ago`."""
        if self.swept is None:
            return msg("never")
        if self.swept - self.now > CLOCK_TOLERANCE:
            return msg("dated {span} ahead of this machine's clock", span=span(self.swept - self.now))
        return msg("{span} ago", span=span(self.now - self.swept))

    def how(self, mark: Mark) -> Message:
        """How a worker does."""
        match self.state(mark):
            case "ticks":
                return msg("ticks, every {seconds} seconds", seconds=f"{mark.every_seconds:g}")
            case "silent":
                return msg("silent for {span}", span=span(self.now - mark.at))
            case _:
                return msg("its clock is {span} ahead of this machine's", span=span(mark.at - self.now))


def standing(opened: "Opened") -> Standing:
    """How the sweep stands now."""
    now = opened.now
    with opened.site.store.reading() as reading:
        due = reading.next_due()
        waiting, dead = reading.letters("waiting"), reading.letters("dead")
        return Standing(
            now=now,
            swept=last_sweep(reading),
            next_due=canonical.instant_of(due) if due else None,
            overdue=reading.overdue(canonical.instant_text(now)),
            workers=tuple(marks(reading)),
            aside=tuple(reading.aside()),
            waiting=tuple(waiting),
            dead=tuple(dead),
            rests=resting(reading),
        )
