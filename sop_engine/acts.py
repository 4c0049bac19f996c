"""What staff may do to a ticket beside the transitions of its procedure, and within which limits, as frozen records.

Where a procedure says nothing the defaults here hold, and its normal form says nothing of them. Where nothing else is
said, an empty `by` means the ticket's owner, and whoever has the right `assign` on the site.
"""

from collections.abc import Mapping
from typing import Final

from sop_engine.lean import dataclass
from sop_engine.messages import Text
from sop_engine.parties import Recipient, Tree, Who
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
FORBIDDABLE: Final = (
    "urge", "copy", "watch", "suspend", "claim", "give_back", "transfer", "delegate", "return", "withdraw", "void",
    "force_close", "reopen", "link", "merge", "split",
)  # fmt: skip
"""acts that a procedure may forbid outright, by the words of the language"""
ANYONE: Final = (Who("anyone"),)
ASSIGNEE: Final = (Who("assignee"),)
HALF_AN_HOUR: Final = Duration(30, "min")
AN_HOUR: Final = Duration(1, "h")
TWO_HOURS: Final = Duration(2, "h")
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
class Reason:
    """One of the reasons that a procedure names."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Giving a task back to the role that it was offered to."""

    by: tuple[Who, ...] = ASSIGNEE
    reasons: tuple[Reason, ...] = ()
    """of which one must be named; empty: any words will do"""
    tell: tuple[Recipient, ...] = (Recipient("owner"),)
    lead: tuple[Recipient, ...] = ()
    """whom the second giving back of the same ticket reaches too, and each one after it"""


@dataclass(frozen=True, slots=True)
class Pass:
    """Passing a task on to a colleague: for good where he takes it, or for a time."""

    by: tuple[Who, ...] = ASSIGNEE
    to: tuple[str, ...] = ()
    """the roles whose holders may have it beside those of the role that it was offered to"""


@dataclass(frozen=True, slots=True)
class Claim:
    """Taking a task that is offered."""

    limit: int | None = None
    """how many open tasks somebody may have and still take another; None: any number"""


@dataclass(frozen=True, slots=True)
class Return:
    """Sending a ticket back to where it was before."""

    by: tuple[Who, ...] = ()
    """empty: whoever can act in the state that is left, the owner, and whoever has the right `assign`"""
    to: tuple[str, ...] = ("previous",)
    """`previous`, `opener`, and states by id"""
    leaving: tuple[str, ...] = ()
    """the states out of which it may go back, with all inside them; empty: any"""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Taking one's own last step back, as long as nobody has acted on it."""

    within: Duration | None = None
    """how long after the step; None: as long as nobody has acted"""
    never: tuple[str, ...] = ()
    """the triggers that are not taken back"""


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


@dataclass(frozen=True, slots=True)
class Join:
    """One cause, many callers: a ticket goes with another whose work is for both. An empty `by` means the owner, and
    whoever has the right `assign`."""

    state: str
    """where it waits meanwhile"""
    then: str
    """where it goes on by itself, as soon as the other comes there"""
    alone: str
    """where it goes on when it is parted from the other, or the other has ended otherwise"""
    by: tuple[Who, ...] = ()
    at_most: int | None = None
    """how many of those that went with one ticket go on in `then`, in order of joining; None: all"""
    others: str = ""
    """where the others go on"""
    near: str = "building"
    """one of `NEAR`: `sop new` offers to join a ticket for a unit as near as that"""
    within: Duration = TWO_HOURS
    """and opened no longer ago than this"""
    shares: tuple[str, ...] = ()
    """the fields that it has from the other, now and whenever they change"""
    tells: tuple[str, ...] = ()
    """the notices to people outside that reach its own people too when the other sends them"""


NEAR: Final = ("unit", "riser", "building")
"""how near two units may be: the same, of the same riser, of the same building"""
ACT: Final = Act()
OF_OWNERS: Final = Act(())
"""for the ticket's owner, and whoever has the right `assign`"""
URGE: Final = Urge()
SUSPEND: Final = Suspend()
GIVE_BACK: Final = GiveBack()
PASS: Final = Pass()
CLAIM: Final = Claim()
WITHDRAW: Final = Withdraw()


@dataclass(frozen=True, slots=True)
class ShiftEnd:
    """What becomes of the tasks that somebody still has when his shift ends: he and his lead are told before, and at
    the end the lead has them."""

    to: tuple[Recipient, ...]
    """whose they are then; the first of these who is on duty"""
    warn: Duration = HALF_AN_HOUR
    when: Tree | None = None
    """only while this holds; what waits until another day stays with whoever has it"""


@dataclass(frozen=True, slots=True)
class Moving:
    """With whom a ticket goes on when its unit changes hands. An empty `by` means the owner, and whoever has the right
    `assign`."""

    by: tuple[Who, ...] = ()
    stays: Tree | None = None
    """while it holds, something is in our hands that belongs to whoever moves out: it goes on with him only"""


MOVING: Final = Moving()
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
    claim: Claim = CLAIM
    give_back: GiveBack = GIVE_BACK
    transfer: Pass = PASS
    delegate: Pass = PASS
    back: Return | None = None
    """None: nothing goes back"""
    withdraw: Withdraw = WITHDRAW
    shift_end: ShiftEnd | None = None
    important: Tree | None = None
    """while it holds a shift cannot be handed over"""
    void: Void = VOIDING
    force_close: ForceClose = FORCE_CLOSE
    reopen: Reopen = REOPEN
    link: Act = ACT
    merge: Act = OF_OWNERS
    split: Act = OF_OWNERS
    never: tuple[str, ...] = ()
    """what nobody does to its tickets, of `FORBIDDABLE`"""
    moving: Moving = MOVING
    join: Join | None = None
    """None: each ticket is worked on by itself"""


USUAL: Final = Acts()
"""what holds where a procedure says nothing"""
