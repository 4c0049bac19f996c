"""What can be done with a ticket now, by whom, and what it needs: the `possible` of lists, refusals and JSON."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sop_engine import values
from sop_engine.acts import ENDS
from sop_engine.guards import reads
from sop_engine.messages import Message, Text, msg
from sop_engine.procedure import ROOT, Offer, State
from sop_engine.ticket import people, signing
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.program import Program
from sop_engine.ticket.questions import Unanswered


def offers(draft: Draft) -> Iterable[tuple[State, Offer]]:
    """Every offer that a person's trigger can reach now: the innermost of each name in each region."""
    program, active = draft.program, draft.ticket.active
    if draft.ticket.status != "open":
        return
    for state, offer in program.chart.offers(active):
        if state.id in program.chart.source_of(active, offer.trigger, None):
            yield state, offer


def possible(draft: Draft, person: str) -> list[dict[str, Any]]:
    """For each offer: its trigger, region (where the bare trigger is not enough), title, whether `person` may by state
    and post (`allowed`; guards on what is asked are decided at `do`), why not, who may, what it needs, signatures."""
    found = []
    for state, offer in offers(draft):
        several = len(draft.program.chart.source_of(draft.ticket.active, offer.trigger, None)) > 1
        found.append(entry(draft, offer, state.id, person, state.id if several else None))
    return found


def entry(draft: Draft, offer: Offer, source: str, person: str, region: str | None) -> dict[str, Any]:
    """One entry of `possible`; `why_not` is a Message or None, and `shut` whether nobody could as things stand."""
    leave = signing.may(draft, offer, source, person, None)
    why_not: Message | None
    if isinstance(leave, Message):
        why_not = leave
    else:
        why_not = signing.barred(draft, offer, source, person, people.lender(draft, leave, source, person))
    shut = barred(draft, offer)
    if why_not is None and shut:
        why_not = msg("its condition does not hold now")
    signatures = None
    if offer.sign is not None:
        have = len(draft.ticket.signatures.get(f"{source}.{offer.trigger}", []))
        signatures = {"have": have, "want": signing.wanted(draft, offer, source)}
    signed = bool(signatures and signatures["have"])
    return {
        "trigger": offer.trigger,
        "region": region,
        "title": offer.title,
        "allowed": why_not is None,
        "why_not": why_not,
        "shut": shut,
        "who": [] if shut else _who(draft, offer, source),
        "needs": [] if signed else needs(draft, offer),
        "signatures": signatures,
    }


def _who(draft: Draft, offer: Offer, source: str) -> list[str]:
    may = dict.fromkeys([*people.who_may(draft, offer, source), *signing.pending(draft, offer, source)])
    may |= dict.fromkeys(signing.in_place(draft, offer, source))
    return [person for person in may if signing.barred(draft, offer, source, person, None) is None]


def barred(draft: Draft, offer: Offer) -> bool:
    """Whether an offer cannot be taken, whatever is given: none of its guards holds, and none of them reads what is
    asked here or is computed."""
    asked = {*offer.ask, *offer.may_ask, *(field.id for field in draft.program.computed)}
    return all(
        alternative.when is not None and not asked & reads(alternative.when) and not draft.holds(alternative.when)
        for alternative in offer.alternatives
    )


def needs(draft: Draft, offer: Offer) -> list[dict[str, Any]]:
    """What an offer asks, in order; `required` where it must be given as things stand."""
    listed = []
    for name in (*offer.ask, *offer.may_ask):
        field = draft.program.fields[name]
        helped = field.fill is not None or (offer.trigger == "open" and field.default is not None)
        required = name in offer.ask and not helped
        if field.required is not None and name in offer.ask:
            required = draft.holds(field.required)
        listed.append(values.needs(field, required))
    return listed


def brief(draft: Draft) -> tuple[dict[str, Any], ...]:
    """What is possible now, short, for a refusal: trigger, title, who (roles in words), what must be given. Questions
    that have no answer yet are left out rather than asked: a refusal needs no second round."""
    found = []
    for state, offer in offers(draft):
        if _surely_barred(draft, offer):
            continue
        try:
            who = tuple(people.describe(draft, each, state.id) for each in offer.by)
        except Unanswered:
            who = ()
        signed = draft.ticket.signatures.get(f"{state.id}.{offer.trigger}")
        required = (
            ()
            if signed
            else tuple(
                name
                for name in offer.ask
                if (field := draft.program.fields[name]).required is None and field.fill is None
            )
        )
        titles = tuple(draft.program.fields[name].title or name for name in required)
        found.append(
            {"trigger": offer.trigger, "title": offer.title, "who": who, "needs": required, "needs_titles": titles}
        )
    return tuple(found)


def _surely_barred(draft: Draft, offer: Offer) -> bool:
    try:
        return barred(draft, offer)
    except Unanswered:
        return False


def outcome_title(program: Program, outcome: str | None) -> Text | str:
    """An outcome in words."""
    for choice in program.procedure.outcomes:
        if choice.id == outcome:
            return choice.title
    return ENDS.get(outcome or "", outcome or "")


def subject(program: Program, fields: dict[str, Any], show: Any) -> str:
    """What lists show for a ticket: the procedure's `subject` with its fields filled in by `show(field, value)`."""
    parts = []
    for rank, part in enumerate(program.procedure.subject):
        if rank % 2 == 0:
            parts.append(part)
            continue
        name, _, inner = part.partition(".")
        value = fields.get(name)
        if inner and isinstance(value, dict):
            here = program.fields[name]
            shown = replace(here, type="datetime") if here.type == "interval" else replace(here, type="text")
            parts.append(show(shown, value[inner]) if inner in value else "")
        elif value is not None:
            parts.append(show(program.fields[name], value))
    return " ".join("".join(parts).split())


def state_titles(program: Program, active: Iterable[str]) -> tuple[Any, ...]:
    """The titles of the active leaves."""
    return tuple(program.states[leaf].title or leaf for leaf in program.chart.leaves(list(active)) if leaf != ROOT)
