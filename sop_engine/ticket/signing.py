"""Several signatures: the first gives the values, the others repeat the trigger without, each by another person.

Who stands in for another signs for both: neither of them can sign again. What was signed must stay what it was: a value
that is written after the signatures under it voids them, whoever writes it.
"""

from typing import Any

from sop_engine.messages import Message, msg
from sop_engine.procedure import Offer
from sop_engine.ticket import people
from sop_engine.ticket.asking import take_values
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.records import Refusal


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
    have = len(signed) + 1
    behind = draft.delegation[1] if draft.delegation is not None else command.standing_for
    entries = {"for": behind} if behind else {}
    draft.emit("signed", offer=key, by=command.actor, have=have, want=offer.sign.count, **entries)
    draft.signers = [person for each in draft.ticket.signatures[key] for person in each]
    return fields, have >= offer.sign.count


def barred(draft: Draft, offer: Offer, source: str, actor: str, standing_for: str | None) -> Message | None:
    """Why somebody cannot give the next signature: he, or whom he stands in for, has signed already, or it is for other
    roles. None where nothing stands in the way, or no signatures are wanted."""
    if offer.sign is None:
        return None
    signed = draft.ticket.signatures.get(f"{source}.{offer.trigger}", [])
    for person in (actor, standing_for):
        if person is not None and any(person in each for each in signed):
            others = people.next_signers(draft, offer, source, len(signed))
            return msg(
                "{name} has signed `{trigger}` already; another must: {who}",
                name=person, trigger=offer.trigger, who=others,
            )  # fmt: skip
    if not offer.sign.of:
        return None
    roles = (offer.sign.of[len(signed)],) if offer.sign.ordered else offer.sign.of
    if any(people.holds_role(draft, standing_for or actor, role) for role in roles):
        return None
    return msg("this signature is for {roles}", roles=roles)


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
