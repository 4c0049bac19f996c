"""Who signs besides, and who refuses: signers are added to a trigger on one ticket and taken off it again, and a signer
may reject what was signed.

The law: added are persons who hold a role that the procedure names (`sign: {add: ...}`), and they sign in addition to
those whom it wants; taken off is only who was added and has not signed. Whoever may do the trigger may do either, the
owner, and whoever has the right `assign`. Rejecting may whoever could give the next signature, once there is one: all
signatures are void, the event `sign: {reject: ...}` is raised, and where there is none the ticket stays where it is.
Who was added must sign anew too, as long as the ticket stays.
"""

from typing import Any

from sop_engine.chart.host import Asked, Signalled
from sop_engine.messages import msg
from sop_engine.procedure import Offer
from sop_engine.ticket import people, running, signing
from sop_engine.ticket.acts.allowing import allow
from sop_engine.ticket.acts.everyday import reason_of, require_active, require_open
from sop_engine.ticket.acts.suspending import require_going
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, tell_of
from sop_engine.ticket.records import Refusal
from sop_engine.ticket.running import Run
from sop_engine.ticket.triggers import find_source

MOST = 20
"""signatures that one trigger wants at most"""


def change(draft: Draft) -> dict[str, Any]:
    """Add somebody to the signers of a trigger, or with `remove` take him off. What then has all its signatures is
    done."""
    offer, source, wanted = _signed_offer(draft)
    arguments = draft.command.arguments
    person, removes = str(arguments["person"]), bool(arguments.get("remove"))
    found = people.may(draft, offer, source, draft.command.actor, draft.command.standing_for)
    leave = found.reason if isinstance(found, people.Leave) else allow(draft, "signer", ())
    require_active(draft, person)
    key = f"{source}.{offer.trigger}"
    recorded = {"as": leave, "source": source, "trigger": wanted, "person": person}
    if not removes:
        _require_addable(draft, offer, source, person)
        draft.emit("signer_added", offer=key, person=person)
        tell_of(draft, "signer", [person])
        return recorded
    _require_removable(draft, offer, source, person)
    draft.emit("signer_removed", offer=key, person=person)
    if draft.ticket.signatures.get(key) and signing.complete(draft, offer, source):
        if not Run(draft).go(Asked(source, offer.trigger)):
            raise Refused(
                Refusal(
                    "not_now",
                    msg("without {name} all signatures of `{trigger}` are there, and its condition does not hold",
                        name=person, trigger=offer.trigger),
                )
            )  # fmt: skip
        running.reset_timers(draft)
    return {**recorded, "remove": True}


def reject(draft: Draft) -> dict[str, Any]:
    """Refuse to sign, with a reason."""
    offer, source, wanted = _signed_offer(draft)
    assert offer.sign is not None
    command, key = draft.command, f"{source}.{offer.trigger}"
    found = signing.may(draft, offer, source, command.actor, command.standing_for)
    why = signing.barred(draft, offer, source, command.actor, command.standing_for)
    signed = draft.ticket.signatures.get(key, [])
    if not isinstance(found, people.Leave) or (why is not None and signed):
        said = why if isinstance(found, people.Leave) else found
        raise Refused(
            Refusal("not_you", msg("{name} may not reject `{trigger}`: {why}",
                                   name=command.standing_for or command.actor, trigger=offer.trigger, why=said))
        )  # fmt: skip
    if not signed:
        raise Refused(
            Refusal("not_now", msg("nobody has signed `{trigger}` yet; there is nothing to reject",
                                   trigger=offer.trigger))
        )  # fmt: skip
    reason = reason_of(draft, required=True)
    draft.emit("rejected", offer=key)
    draft.emit("signatures_voided", offer=key)
    if offer.sign.reject and not Run(draft).go(Signalled(offer.sign.reject)):
        draft.emit("not_taken", event=offer.sign.reject)
    running.reset_timers(draft)
    tell_of(draft, "reject", [person for each in signed for person in each])
    return {"as": found.reason, "source": source, "trigger": wanted, **reason}


# --- parts -----------------------------------------------------------------------------------------------------------


def _signed_offer(draft: Draft) -> tuple[Offer, str, str]:
    """The offer that the command names, which must want signatures, its state, and how it was named."""
    require_open(draft)
    require_going(draft)
    wanted = str(draft.command.arguments["trigger"])
    source = find_source(draft, wanted)
    offer = draft.program.offer(source, wanted.rpartition(".")[2])
    if offer.sign is None:
        raise Refused(
            Refusal(
                "not_now",
                msg("`{trigger}` is done by one person; nobody signs it", trigger=offer.trigger),
                fix=msg("do it: sop do {ticket} {trigger}", ticket=draft.ticket.id, trigger=wanted),
            )
        )
    return offer, source, wanted


def _require_addable(draft: Draft, offer: Offer, source: str, person: str) -> None:
    assert offer.sign is not None
    roles = tuple(draft.program.roles[role].title or role for role in offer.sign.add)
    if not roles:
        raise Refused(
            Refusal("not_now", msg("the procedure lets nobody be added to the signers of `{trigger}`",
                                   trigger=offer.trigger))
        )  # fmt: skip
    if not any(people.holds_role(draft, person, role) for role in offer.sign.add):
        holders = [each for role in offer.sign.add for each in people.holders_of(draft, role)]
        raise Refused(
            Refusal(
                "not_you",
                msg("{name} cannot sign `{trigger}`: added can be who holds {roles} here", name=person,
                    trigger=offer.trigger, roles=roles),
                possible=tuple(dict.fromkeys(holders)),
            )
        )  # fmt: skip
    signed = draft.ticket.signatures.get(f"{source}.{offer.trigger}", [])
    if person in signing.added(draft, source, offer.trigger) or any(person in each for each in signed):
        raise Refused(Refusal("not_now", msg("{name} signs `{trigger}` already", name=person, trigger=offer.trigger)))
    rules = [rule for who in offer.by for rule in who.exclude]
    excluded = people.excluded(draft, rules, {person})
    if excluded is not None:
        raise Refused(Refusal("not_you", msg("{name} cannot sign `{trigger}`: {why}", name=person,
                                             trigger=offer.trigger, why=excluded)))  # fmt: skip
    if signing.wanted(draft, offer, source) >= MOST:
        raise Refused(Refusal("not_now", msg("more than {most} people sign nothing", most=MOST)))


def _require_removable(draft: Draft, offer: Offer, source: str, person: str) -> None:
    if person in signing.pending(draft, offer, source):
        return
    waiting = tuple(signing.pending(draft, offer, source)) or (msg("nobody"),)
    raise Refused(
        Refusal(
            "not_now",
            msg("{name} was not added to the signers of `{trigger}`, or has signed; taken off can be: {who}",
                name=person, trigger=offer.trigger, who=waiting),
        )
    )  # fmt: skip
