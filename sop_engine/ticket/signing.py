"""Several signatures: the first gives the values, the others repeat the trigger without, each by another person.

Who stands in for another signs for both: neither of them can sign again. What was signed must stay what it was: a value
that is written after the signatures under it voids them, whoever writes it. Those who were added on the ticket sign
besides the others, after the first signature; where there is an order, after all others, in the order in which they
were added. Whoever of them works here no more holds nothing up: once all others of the procedure have signed, whoever
could be added signs in his place.
"""

from typing import Any

from sop_engine.messages import Message, msg
from sop_engine.procedure import Offer
from sop_engine.ticket import people
from sop_engine.ticket.asking import take_values
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.duty import role_title
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.records import Refusal


def added(draft: Draft, source: str, trigger: str) -> list[str]:
    """Who was added to the signers of an offer, in that order."""
    found: list[str] = draft.ticket.acts.get("signers", {}).get(f"{source}.{trigger}", [])
    return found


def pending(draft: Draft, offer: Offer, source: str) -> list[str]:
    """Those of the added who have not signed yet."""
    if offer.sign is None:
        return []
    signed = draft.ticket.signatures.get(f"{source}.{offer.trigger}", [])
    return [person for person in added(draft, source, offer.trigger) if not any(person in each for each in signed)]


def wanted(draft: Draft, offer: Offer, source: str) -> int:
    """How many signatures an offer wants, with those of who was added."""
    return 0 if offer.sign is None else offer.sign.count + len(added(draft, source, offer.trigger))


def given(draft: Draft, offer: Offer, source: str) -> int:
    """How many of the signatures that the procedure wants there are, without those of who was added."""
    others = {*added(draft, source, offer.trigger)}
    signed = draft.ticket.signatures.get(f"{source}.{offer.trigger}", [])
    return sum(others.isdisjoint(each) for each in signed)


def place_of(draft: Draft, offer: Offer, source: str, person: str) -> str | None:
    """In whose place somebody can sign: of one who was added, has not signed, and works here no more. None where there
    is nobody, or he could not be added himself."""
    if offer.sign is None or given(draft, offer, source) < offer.sign.count:
        return None
    waiting = pending(draft, offer, source)
    gone = [each for each in waiting[: 1 if offer.sign.ordered else None] if not people.active(draft, each)]
    return gone[0] if gone and addable(draft, offer, source, person) else None


def in_place(draft: Draft, offer: Offer, source: str) -> list[str]:
    """Who can sign in the place of somebody who was added and works here no more, in id order."""
    if offer.sign is None or not pending(draft, offer, source):
        return []
    holders = {each for role in offer.sign.add for each in people.holders_of(draft, role)}
    return [each for each in sorted(holders) if place_of(draft, offer, source, each) is not None]


def addable(draft: Draft, offer: Offer, source: str, person: str) -> bool:
    """Whether somebody could be added to the signers of an offer: he holds a role for that, signs nothing of it yet,
    and separation of duty does not keep him from it."""
    assert offer.sign is not None
    if not any(people.holds_role(draft, person, role) for role in offer.sign.add):
        return False
    signed = draft.ticket.signatures.get(f"{source}.{offer.trigger}", [])
    if person in added(draft, source, offer.trigger) or any(person in each for each in signed):
        return False
    return people.excluded(draft, [rule for who in offer.by for rule in who.exclude], {person}) is None


def may(draft: Draft, offer: Offer, source: str, actor: str, standing_for: str | None) -> people.Leave | Message:
    """Whether an actor may do an offer, by the procedure or since he was added to its signers; else why not. Whom the
    procedure excludes cannot be added."""
    if offer.sign is not None and (standing_for or actor) in added(draft, source, offer.trigger):
        rules = [rule for who in offer.by for rule in who.exclude]
        return people.excluded(draft, rules, {actor, standing_for or actor}) or people.Leave("signer")
    found = people.may(draft, offer, source, actor, standing_for)
    if not isinstance(found, people.Leave) and place_of(draft, offer, source, standing_for or actor) is not None:
        return people.Leave("signer")
    return found


def sign(draft: Draft, offer: Offer, source: str) -> tuple[dict[str, Any], bool]:
    """Sign an offer of the active state `source`, which the actor may. Gives the fields as the record's arguments hold
    them, and whether this was the last signature that was wanted."""
    assert offer.sign is not None
    key = f"{source}.{offer.trigger}"
    signed = draft.ticket.signatures.get(key, [])
    command = draft.command
    if signed and command.arguments.get("fields"):
        raise Refused(
            Refusal(
                "not_now",
                msg(
                    "the first signature gave the values; a further one repeats `{trigger}` without",
                    trigger=offer.trigger,
                ),
                fix=msg("correct a value first: sop edit {ticket} (it voids the signatures)", ticket=draft.ticket.id),
            )
        )
    fields = take_values(draft, offer, opening=False) if not signed else {}
    have, want = len(signed) + 1, wanted(draft, offer, source)
    person = command.standing_for or command.actor
    gone = place_of(draft, offer, source, person)
    if gone is not None:
        draft.emit("signer_removed", offer=key, person=gone, by=person)
        draft.emit("signer_added", offer=key, person=person)
    behind = draft.delegation[1] if draft.delegation is not None else command.standing_for
    entries = {"for": behind} if behind else {}
    draft.emit("signed", offer=key, by=command.actor, have=have, want=want, **entries)
    return fields, complete(draft, offer, source)


def complete(draft: Draft, offer: Offer, source: str) -> bool:
    """Whether all signatures are there; then `did` will mean all who signed."""
    assert offer.sign is not None
    signed = draft.ticket.signatures.get(f"{source}.{offer.trigger}", [])
    if given(draft, offer, source) < offer.sign.count or pending(draft, offer, source):
        return False
    draft.signers = [person for each in signed for person in each]
    return True


def barred(draft: Draft, offer: Offer, source: str, actor: str, standing_for: str | None) -> Message | None:
    """Why somebody cannot give the next signature: he, or whom he stands in for, has signed already, it is another's
    turn, or it is for other roles. None where nothing stands in the way, or no signatures are wanted."""
    if offer.sign is None:
        return None
    signed = draft.ticket.signatures.get(f"{source}.{offer.trigger}", [])
    have = given(draft, offer, source)
    for person in (actor, standing_for):
        if person is not None and any(person in each for each in signed):
            return msg(
                "{name} has signed `{trigger}` already; another must: {who}",
                name=person, trigger=offer.trigger, who=_next(draft, offer, source),
            )  # fmt: skip
    waiting = pending(draft, offer, source)
    if (standing_for or actor) in waiting:
        return _barred_added(draft, offer, source, standing_for or actor)
    if have >= offer.sign.count and place_of(draft, offer, source, standing_for or actor) is not None:
        return None
    if have >= offer.sign.count:
        return _wanted_still(draft, offer, waiting)
    if not offer.sign.of:
        return None
    roles = (offer.sign.of[have],) if offer.sign.ordered else offer.sign.of
    if any(people.holds_role(draft, standing_for or actor, role) for role in roles):
        return None
    return msg("this signature is for {roles}", roles=tuple(role_title(draft, role) for role in roles))


def _wanted_still(draft: Draft, offer: Offer, waiting: list[str]) -> Message:
    """Whose signature is wanted still when all others have signed; and who signs for whom works here no more."""
    assert offer.sign is not None
    gone = tuple(each for each in waiting if not people.active(draft, each))
    if not gone:
        return msg("what is wanted still is the signature of who was added: {who}", who=tuple(waiting))
    roles = tuple(role_title(draft, role) for role in offer.sign.add)
    return msg("what is wanted still is the signature of who was added: {who}; in the place of {gone}, gone since,"
               " signs whoever else holds {roles}", who=tuple(waiting), gone=gone, roles=roles)  # fmt: skip


def _barred_added(draft: Draft, offer: Offer, source: str, person: str) -> Message | None:
    """Why somebody who was added cannot sign yet."""
    assert offer.sign is not None
    waiting = pending(draft, offer, source)
    if not draft.ticket.signatures.get(f"{source}.{offer.trigger}"):
        return msg("{name} was added, and signs after whoever gives the values", name=person)
    if not offer.sign.ordered:
        return None
    if given(draft, offer, source) < offer.sign.count or waiting[0] != person:
        return msg("{name} was added, and signs after: {who}", name=person, who=_next(draft, offer, source))
    return None


def _next(draft: Draft, offer: Offer, source: str) -> tuple[Any, ...]:
    """For whom the next signature is, in words."""
    assert offer.sign is not None
    have = given(draft, offer, source)
    others = people.next_signers(draft, offer, source, have) if have < offer.sign.count else ()
    return others if others and offer.sign.ordered else (*others, *pending(draft, offer, source))


def void(draft: Draft) -> None:
    """Void the signatures for which a value was asked that this step wrote or cleared after them."""
    for key in sorted(draft.ticket.signatures):
        source, _, trigger = key.rpartition(".")
        offer = draft.program.offer(source, trigger)
        if _written_since(draft, key) & {*offer.ask, *offer.may_ask}:
            draft.emit("signatures_voided", offer=key)


def _written_since(draft: Draft, key: str) -> set[str]:
    """The fields that this step has written since a signature of the offer, or at all where it gave none."""
    written: set[str] = set()
    for event in draft.events:
        if event["kind"] in ("written", "cleared"):
            written.add(event["field"])
        elif event["kind"] == "signed" and event["offer"] == key:
            written.clear()
    return written
