"""What staff may do to a ticket beside the transitions of its procedure, and within which limits, as frozen records.

Where a procedure says nothing the defaults here hold, and its normal form says nothing of them. Where nothing else is
said, an empty `by` means the ticket's owner, and whoever has the right `assign` on the site.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sop_engine.messages import Text
from sop_engine.parties import Recipient, Who
from sop_engine.worktime.durations import Duration

VOID: Final = "void"
"""the outcome of a ticket that was opened by mistake: no report counts it, and nobody finds it"""
FORCED: Final = "forced"
"""the outcome of a ticket that was closed by force, where none of its procedure's was named"""
MERGED: Final = "merged"
"""the outcome of a ticket that was opened for what another has already"""
ENDS: Final[Mapping[str, Text]] = {
    VOID: {"zh": "作废", "en": "Void"},
    FORCED: {"zh": "强制关单", "en": "Closed by force"},
    MERGED: {"zh": "并单", "en": "Merged"},
}
"""outcomes that procedures leave to these acts, with their titles"""
ANYONE: Final = (Who("anyone"),)
HALF_AN_HOUR: Final = Duration(30, "min")
AN_HOUR: Final = Duration(1, "h")
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


@dataclass(frozen=True, slots=True)
class Void:
    """Ending a ticket that was opened by mistake. An empty `by` means whoever has the right `assign`."""

    by: tuple[Who, ...] = ()
    own_within: Duration = AN_HOUR
    """how long after the opening whoever opened it may do so too"""


@dataclass(frozen=True, slots=True)
class ForceClose:
    """Closing a ticket against its procedure. An empty `by` means whoever has the right `assign`."""

    by: tuple[Who, ...] = ()


@dataclass(frozen=True, slots=True)
class Reopen:
    """Letting a closed ticket go on, in the state `to`; where that is empty none is reopened."""

    by: tuple[Who, ...] = ()
    to: str = ""
    within: Duration = SEVEN_DAYS
    """how long after it was closed"""


ACT: Final = Act()
OF_OWNERS: Final = Act(())
"""for the ticket's owner, and whoever has the right `assign`"""
URGE: Final = Urge()
SUSPEND: Final = Suspend()
VOIDING: Final = Void()
FORCE_CLOSE: Final = ForceClose()
REOPEN: Final = Reopen()


@dataclass(frozen=True, slots=True)
class Acts:
    """All of them."""

    urge: Urge = URGE
    copy: Act = ACT
    watch: Act = ACT
    suspend: Suspend = SUSPEND
    void: Void = VOIDING
    force_close: ForceClose = FORCE_CLOSE
    reopen: Reopen = REOPEN
    link: Act = ACT
    merge: Act = OF_OWNERS
    split: Act = OF_OWNERS


USUAL: Final = Acts()
"""what holds where a procedure says nothing"""
