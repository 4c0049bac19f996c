"""The words of `acts:`, which say who may do what beside the transitions, and within which limits."""

from typing import Literal

from pydantic import Field

from sop_engine.language.grammar.people_schema import By
from sop_engine.language.grammar.shapes import Guard, OneOrMore, Titles, Words


class ActWords(Words):
    """Something that staff may do."""

    by: By | None = Field(None, description="who may; anyone on the site where it is left out")


class UrgeWords(Words):
    """Reminding whoever holds the task."""

    by: By | None = Field(None, description="who may; anyone on the site where it is left out")
    apart: str | None = Field(
        None, description="how long after one urging there is no other from the same side: `30 min`"
    )
    lead: OneOrMore[str] = Field([], description="whom the customer's second urging reaches too: roles, fields")


class SuspendWords(Words):
    """Letting a ticket rest until a time."""

    by: By | None = Field(
        None, description="who may, and may end it; the owner and the right `assign` where it is left out"
    )
    at_most: str | None = Field(None, description="how long at most: `7 days`")
    times: int | None = Field(None, ge=1, le=99, description="how often at most in a ticket's life")
    pauses: OneOrMore[str] = Field(
        [], description="the promises that stand still meanwhile, or `all`; the others run on"
    )


class ClaimWords(Words):
    """Taking a task that is offered."""

    limit: int | None = Field(
        None, ge=1, le=99, description="how many open tasks somebody may have and still take another"
    )


class GiveBackWords(Words):
    """Giving a task back to the role that it was offered to."""

    by: By | None = Field(None, description="who may; the assignee where it is left out")
    reasons: Titles = Field([], description="the reasons of which one must be named, with their titles")
    tell: OneOrMore[str] = Field([], description="whom a notice reaches; the owner where it is left out")
    lead: OneOrMore[str] = Field([], description="whom the second giving back of a ticket reaches too: roles, fields")


class PassWords(Words):
    """Passing a task on to a colleague."""

    by: By | None = Field(None, description="who may; the assignee where it is left out")
    to: OneOrMore[str] = Field(
        [], description="roles whose holders may have it too, beside the role that it was offered to"
    )


class ReturnWords(Words):
    """Sending a ticket back to where it was before."""

    by: By | None = Field(
        None,
        description="who may; whoever can act in the state that is left, the owner and the right `assign` where it is "
        "left out",
    )
    to: OneOrMore[str] = Field(
        ["previous"], description="where it may go: `previous`, `opener`, or states in which it has been"
    )
    from_: OneOrMore[str] = Field(
        [], alias="from", description="the states out of which it may go back; any where it is left out"
    )


class WithdrawWords(Words):
    """Taking one's own last step back."""

    within: str | None = Field(None, description="how long after the step: `30 min`; no limit where it is left out")
    never: OneOrMore[str] = Field([], description="the triggers that are not taken back")


class ShiftEndWords(Words):
    """The tasks that somebody still has when his shift ends."""

    to: OneOrMore[str] = Field(description="whose they are then: a role, of which whoever is on shift; else who leads")
    warn: str | None = Field(None, description="how long before he and his lead are told: `30 min`")
    when: Guard | None = Field(
        None, description="only while this holds for the ticket; else the task stays with whoever has it"
    )


class HandoverWords(Words):
    """What a shift must not leave behind."""

    important: Guard = Field(description="while this holds for an open ticket, no shift should be handed over")


class OwnersActWords(Words):
    """Something that whoever answers for a ticket may do."""

    by: By | None = Field(None, description="who may; the owner and the right `assign` where it is left out")


class MovingWords(Words):
    """With whom a ticket goes on when its unit changes hands."""

    by: By | None = Field(None, description="who says so; the owner and the right `assign` where it is left out")
    stays: Guard | None = Field(
        None, description="while this holds, it goes on with whoever moves out: something of his is in our hands"
    )


class VoidWords(Words):
    """Ending a ticket that was opened by mistake."""

    by: By | None = Field(None, description="who may at any time; the right `assign` where it is left out")
    own_within: str | None = Field(
        None, description="how long after the opening whoever opened it may do so too: `1 h`"
    )


class ForceCloseWords(Words):
    """Closing a ticket against its procedure."""

    by: By | None = Field(None, description="who may; the right `assign` where it is left out")


class ReopenWords(Words):
    """Letting a closed ticket go on."""

    to: str | None = Field(None, description="the state in which it goes on; where it is left out none is reopened")
    by: By | None = Field(None, description="who may; the owner and the right `assign` where it is left out")
    within: str | None = Field(None, description="how long after it was closed: `7 days`")


ForbiddableWord = Literal[
    "urge", "copy", "watch", "suspend", "claim", "give_back", "transfer", "delegate", "return", "withdraw", "void",
    "force_close", "reopen", "link", "merge", "split",
]  # fmt: skip


class JoinWords(Words):
    """One cause, many callers: a ticket goes with another whose work is for both."""

    state: str = Field(description="the state in which it waits meanwhile; no transition leads there")
    then: str = Field(description="the state in which it goes on, as soon as the other comes there")
    alone: str = Field(
        description="the state in which it goes on where the two are parted, or the other ends otherwise"
    )
    by: By | None = Field(None, description="who may; the owner and the right `assign` where it is left out")
    at_most: int | None = Field(
        None, ge=1, le=999, description="how many of them go on in `then`; all where it is left out"
    )
    others: str | None = Field(None, description="with `at_most`: the state in which the rest go on")
    near: Literal["unit", "riser", "building"] | None = Field(
        None,
        description="`sop new` offers the tickets of the same `unit`, `riser` or `building`; the last where it is "
        "left out",
    )
    within: str | None = Field(None, description="that were opened no longer ago than this; `2 h` where it is left out")
    shares: OneOrMore[str] = Field(
        [], description="fields that it has from the other, whenever they change; no personal ones"
    )
    tells: OneOrMore[str] = Field([], description="notices to people outside that reach its own people too")


class ActsWords(Words):
    """What staff may do beside the transitions."""

    never: OneOrMore[ForbiddableWord] = Field(
        [], description="what nobody does to these tickets, whoever he is: `[transfer, merge]`"
    )

    urge: UrgeWords | None = Field(None, description="`sop urge`: reminds whoever holds the task")
    copy_: ActWords | None = Field(None, alias="copy", description="`sop copy`: lets somebody know")
    watch: ActWords | None = Field(None, description="`sop watch`: is told of every change of state")
    suspend: SuspendWords | None = Field(
        None, description="`sop suspend`: nothing is done until a time, or `sop resume`"
    )
    claim: ClaimWords | None = Field(None, description="`sop claim`: takes a task that is offered")
    give_back: GiveBackWords | None = Field(
        None, description="`sop give-back`: returns a task to the role that it was offered to"
    )
    transfer: PassWords | None = Field(
        None, description="`sop transfer`: offers a task to a colleague, whose it is when he takes it over"
    )
    delegate: PassWords | None = Field(
        None, description="`sop delegate`: lets a colleague act on a task, until he has or until a time"
    )
    return_: ReturnWords | None = Field(
        None, alias="return", description="`sop return`: back to an earlier step; not possible where it is left out"
    )
    withdraw: WithdrawWords | None = Field(
        None, description="`sop withdraw`: takes back one's own last step, as long as nobody has acted on it"
    )
    handover: HandoverWords | None = Field(None, description="`sop handover`: what forbids handing a shift over")
    shift_end: ShiftEndWords | None = Field(
        None, description="what becomes of the tasks of whoever goes home, as the roster says"
    )
    moving: MovingWords | None = Field(
        None, description="`sop moved`: with whom it goes on when its unit changes hands"
    )
    void: VoidWords | None = Field(None, description="`sop void`: ends a ticket that was opened by mistake")
    force_close: ForceCloseWords | None = Field(
        None, description="`sop close --force`: closes a ticket against its procedure"
    )
    reopen: ReopenWords | None = Field(None, description="`sop reopen`: lets a closed ticket go on")
    link: ActWords | None = Field(None, description="`sop link`, `sop unlink`: says that two tickets belong together")
    merge: OwnersActWords | None = Field(None, description="`sop merge`: closes a double; the other goes on for both")
    split: OwnersActWords | None = Field(None, description="`sop split`: opens a second ticket for a part of it")
    join: JoinWords | None = Field(
        None, description="`sop join`, `sop part`: goes with another, whose work is for both"
    )
