"""Passing on all that somebody has on a ticket: when he leaves, by whoever administers the site. One step a ticket.

| he | then |
|---|---|
| has a task | his successor has it, where role, skill and separation of duty let him act; else the role has it |
| owns the ticket | his successor owns it: one owner at any time |
| was offered or lent a task | that lapses: it is its holder's alone |
| watches | his successor watches instead |
| was added to the signers of a trigger | his successor signs, where he could be added; else whoever could (`signing`) |
"""

from typing import Any

from sop_engine.messages import msg
from sop_engine.procedure import Offer
from sop_engine.ticket import apart, people, signing
from sop_engine.ticket.acts.allowing import person_of
from sop_engine.ticket.acts.everyday import require_active, require_open
from sop_engine.ticket.acts.hands import end_delegation
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.duty import role_title
from sop_engine.ticket.effects import tell_of
from sop_engine.ticket.records import Refusal
from sop_engine.ticket.refusing import Refused


def inherit(draft: Draft) -> dict[str, Any]:
    """Give what somebody has on a ticket to a successor, or back to the roles where there is none."""
    require_open(draft)
    person, arguments = person_of(draft), draft.command.arguments
    if not people.has_right(draft, person, "admin"):
        raise Refused(Refusal("not_you", msg("{name} is no administrator of this site", name=person)))
    former, to = str(arguments["from"]), arguments.get("to")
    if to is not None:
        require_active(draft, str(to))
    if to == former:
        raise Refused(Refusal("not_understood", msg("{name} cannot be his own successor", name=former)))
    before = len(draft.events)
    _end_lent(draft, former)
    for region, task in sorted(draft.ticket.tasks.items()):
        if task.get("assignee") == former:
            _pass_task(draft, region, task, to)
    if draft.ticket.owner == former:
        _pass_ownership(draft, former, to)
    _pass_watch(draft, former, to)
    left = _pass_signatures(draft, former, to)
    if len(draft.events) == before and left:
        raise Refused(
            Refusal(
                "not_now",
                msg("{name} was to sign `{trigger}`; whoever holds {roles} signs in his place", name=former,
                    trigger=left[0].trigger, roles=tuple(_titles(draft, left[0]))),
                fix=msg("or take him off: sop signer remove {ticket} {trigger} NAME", ticket=draft.ticket.id,
                        trigger=left[0].trigger),
            )
        )  # fmt: skip
    if len(draft.events) == before:
        raise Refused(
            Refusal("not_now", msg("{name} has nothing of {ticket} in hand", name=former, ticket=draft.ticket.id))
        )
    if to is not None:
        tell_of(draft, "inherit", [str(to)])
    return {"from": former, **({} if to is None else {"to": to})}


def _pass_task(draft: Draft, region: str, task: dict[str, str], to: str | None) -> None:
    role = task.get("role")
    if to is not None and people.may_have(draft, region, to, task) and apart.may_have(draft, region, to):
        draft.emit("assigned", region=region, assignee=to, **({"role": role} if role else {}))
        return
    if role is None:
        raise Refused(
            Refusal(
                "not_now",
                msg("the task of {ticket} was offered to no role, and {name} cannot have it", ticket=draft.ticket.id,
                    name=to or "-"),
                fix=msg("give it to somebody who can: sop assign {ticket} NAME", ticket=draft.ticket.id),
            )
        )  # fmt: skip
    draft.emit("assigned", region=region, role=role)


def _pass_ownership(draft: Draft, former: str, to: str | None) -> None:
    if to is None:
        raise Refused(
            Refusal(
                "not_understood",
                msg("{ticket} is {owner}'s, and somebody must own it", ticket=draft.ticket.id, owner=former),
                fix=msg("name his successor with --to"),
            )
        )
    draft.emit("owned", owner=to)


def _end_lent(draft: Draft, former: str) -> None:
    acts = draft.ticket.acts
    for region, entry in sorted(acts.get("delegated", {}).items()):
        if entry["to"] == former:
            end_delegation(draft, region, "lapsed")
    for region, entry in sorted(acts.get("offered", {}).items()):
        if entry.get("to") == former:
            draft.emit("transfer_ended", region=region, how="lapsed")


def _pass_signatures(draft: Draft, former: str, to: str | None) -> list[Offer]:
    """Let a successor sign what somebody was added to; gives what he could not be added to."""
    left = []
    for key in sorted(draft.ticket.acts.get("signers", {})):
        source, _, trigger = key.rpartition(".")
        offer = draft.program.offer(source, trigger)
        if former not in signing.pending(draft, offer, source):
            continue
        if to is not None and signing.addable(draft, offer, source, to):
            draft.emit("signer_removed", offer=key, person=former, by=to)
            draft.emit("signer_added", offer=key, person=to)
        else:
            left.append(offer)
    return left


def _titles(draft: Draft, offer: Offer) -> list[Any]:
    return [role_title(draft, role) for role in offer.sign.add] if offer.sign is not None else []


def _pass_watch(draft: Draft, former: str, to: str | None) -> None:
    watchers = draft.ticket.acts.get("watchers", ())
    if former not in watchers:
        return
    draft.emit("unwatched", by=former)
    if to is not None and to not in watchers:
        draft.emit("watched", by=to)
