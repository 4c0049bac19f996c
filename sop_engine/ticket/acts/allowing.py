"""Who may do an act of staff, as `acts:` of the procedure says. The acts concern the whole ticket: where several tasks
run side by side, `assignee` is whoever has one of them."""

from collections.abc import Sequence

from sop_engine.messages import Message, msg
from sop_engine.parties import Who
from sop_engine.procedure import ROOT
from sop_engine.ticket import people
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.records import Refusal


def person_of(draft: Draft) -> str:
    """Whose act it is: the actor's, or of whom he stands in for."""
    return draft.command.standing_for or draft.command.actor


def allow(
    draft: Draft,
    act: str,
    by: tuple[Who, ...],
    regions: Sequence[str] = (),
    owner: bool = True,
    beside: tuple[object, ...] = (),
) -> str:
    """Why the actor may do an act, as the record has it; refuses where he may not. With `regions` the act concerns the
    tasks of these only. An empty `by` means the right `assign`, and the owner where he counts; `beside` says who else
    might have been allowed."""
    found = _leave(draft, by, regions, owner)
    if isinstance(found, people.Leave):
        return found.reason
    if beside and "who" in found.values:  # and not that he is kept apart from what he did before
        found = msg("only {who} may do this", who=(*those(draft, by, owner), *beside))
    raise Refused(
        Refusal(
            "not_you",
            msg("{name} may not `{act}` {ticket}: {why}", name=person_of(draft), act=act, ticket=draft.ticket.id,
                why=found),
        )
    )  # fmt: skip


def _leave(draft: Draft, by: tuple[Who, ...], regions: Sequence[str], owner: bool) -> people.Leave | Message:
    person = person_of(draft)
    if not by:
        if owner and person == draft.ticket.owner:
            return people.Leave("owner")
        if people.has_right(draft, person, "assign"):
            return people.Leave("right:assign")
        return msg("only {who} may do this", who=those(draft, by, owner))
    refusal: people.Leave | Message = msg("only {who} may do this", who=those(draft, by))
    for rank, region in enumerate(regions or list(draft.ticket.tasks) or [ROOT]):
        found = people.let(draft, by, region, draft.command.actor, draft.command.standing_for)
        if isinstance(found, people.Leave):
            return found
        refusal = refusal if rank else found
    return refusal


def those(draft: Draft, by: tuple[Who, ...], owner: bool = True) -> tuple[object, ...]:
    """Those who may, in words, each once."""
    if not by:
        right = msg("whoever has the right `assign`")
        return (msg("the owner ({name})", name=draft.ticket.owner), right) if owner else (right,)
    regions = list(draft.ticket.tasks) or [ROOT]
    found = [people.describe(draft, who, region) for who in by for region in regions]
    return tuple(each for rank, each in enumerate(found) if each not in found[:rank])
