"""The words of `acts:`, which say who may do what beside the transitions, and within which limits."""

from pydantic import Field

from sop_engine.language.people_schema import By
from sop_engine.language.shapes import OneOrMore, Words


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


class OwnersActWords(Words):
    """Something that whoever answers for a ticket may do."""

    by: By | None = Field(None, description="who may; the owner and the right `assign` where it is left out")


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


class ActsWords(Words):
    """What staff may do beside the transitions."""

    urge: UrgeWords | None = Field(None, description="`sop urge`: reminds whoever holds the task")
    copy_: ActWords | None = Field(None, alias="copy", description="`sop copy`: lets somebody know")
    watch: ActWords | None = Field(None, description="`sop watch`: is told of every change of state")
    suspend: SuspendWords | None = Field(
        None, description="`sop suspend`: nothing is done until a time, or `sop resume`"
    )
    void: VoidWords | None = Field(None, description="`sop void`: ends a ticket that was opened by mistake")
    force_close: ForceCloseWords | None = Field(
        None, description="`sop close --force`: closes a ticket against its procedure"
    )
    reopen: ReopenWords | None = Field(None, description="`sop reopen`: lets a closed ticket go on")
    link: ActWords | None = Field(None, description="`sop link`, `sop unlink`: says that two tickets belong together")
    merge: OwnersActWords | None = Field(None, description="`sop merge`: closes a double; the other goes on for both")
    split: OwnersActWords | None = Field(None, description="`sop split`: opens a second ticket for a part of it")
