"""What staff may do to a ticket beside the transitions of its procedure, and within which limits, as frozen records.

Where a procedure says nothing the defaults here hold, and its normal form says nothing of them. An empty `by` means the
ticket's owner, and whoever has the right `assign` on the site.
"""

from dataclasses import dataclass
from typing import Final

from sop_engine.parties import Recipient, Tree, Who
from sop_engine.worktime.durations import Duration

ANYONE: Final = (Who("anyone"),)
HALF_AN_HOUR: Final = Duration(30, "min")
SEVEN_DAYS: Final = Duration(7, "day")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that those may do whom `by` names."""

    by: tuple[Who, ...] = ANYONE


@dataclass(frozen=True, slots=True)
class Urge:
    """Reminding whoever holds the task, once in `apart` from each side."""

    by: tuple[Who, ...] = ANYONE
    apart: Duration = HALF_AN_HOUR
    lead: tuple[Recipient, ...] = ()
    """whom the customer's second urging reaches too, and each one after it"""


@dataclass(frozen=True, slots=True)
class Suspend:
    """Letting a ticket rest until an instant."""

    by: tuple[Who, ...] = ()
    at_most: Duration = SEVEN_DAYS
    times: int | None = None
    """how often at most in a ticket's life; None: as often as it is needed"""
    pauses: tuple[str, ...] = ()
    """the goals that stand still meanwhile"""


ACT: Final = Act()
URGE: Final = Urge()
SUSPEND: Final = Suspend()


@dataclass(frozen=True, slots=True)
class ShiftEnd:
    """What becomes of the tasks that somebody still has when his shift ends: he and his lead are told before, and at
    the end the lead has them."""

    to: tuple[Recipient, ...]
    """whose they are then; the first of these who is on duty"""
    warn: Duration = HALF_AN_HOUR


@dataclass(frozen=True, slots=True)
class Acts:
    """All of them."""

    urge: Urge = URGE
    copy: Act = ACT
    watch: Act = ACT
    suspend: Suspend = SUSPEND
    shift_end: ShiftEnd | None = None
    important: Tree | None = None
    """while it holds a shift cannot be handed over"""


USUAL: Final = Acts()
"""what holds where a procedure says nothing"""
