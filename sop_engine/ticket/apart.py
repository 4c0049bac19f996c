"""Tasks of one ticket that one person must not be given together: each waits for its assignee alone, and separation of
duty keeps whoever does the one from the other. Nobody has done either yet, so what was done does not tell.

Whoever gives tasks by himself asks this: a dispatch by turns or load, the end of a shift, the heir of who leaves. A
person may still claim both, or name one man for both: he may know that one of them will change hands.
"""

from collections.abc import Iterable, Iterator

from sop_engine.procedure import Offer, Who
from sop_engine.ticket import people
from sop_engine.ticket.draft import Draft


def may_have(draft: Draft, region: str, person: str) -> bool:
    """Whether separation of duty would let somebody act on the task of a region, beside what he has done and has in
    hand."""
    if people.barred_as_assignee(draft, region, {person}) is not None:
        return False
    return not has_counterpart(draft, region, (offer for at, offer in _offers(draft) if at == region), person)


def has_counterpart(draft: Draft, region: str, offers: Iterable[Offer], person: str) -> bool:
    """Whether somebody has a task elsewhere on the ticket that he must not have together with these offers."""
    others = {at for at, task in draft.ticket.tasks.items() if at != region and task.get("assignee") == person}
    if not others:
        return False
    his = [offer for at, offer in _offers(draft) if at in others]
    return any(_keeps_out(draft, one, two) or _keeps_out(draft, two, one) for one in offers for two in his)


def entered_with(draft: Draft, region: str) -> Iterator[tuple[str, Offer]]:
    """What the states offer of a region that are being entered, and those that are entered with them."""
    states, waiting = draft.program.states, [each for each in draft.entering if each in draft.program.states]
    while waiting:
        state = states[waiting.pop()]
        waiting += state.children if state.kind == "parallel" else state.initial
        if draft.program.region(state.id) == region:
            yield from ((state.id, offer) for offer in state.offers)


def _offers(draft: Draft) -> Iterator[tuple[str, Offer]]:
    """What is offered in each region."""
    for state, offer in draft.program.chart.offers(draft.ticket.active):
        yield draft.program.region(state.id), offer


def _keeps_out(draft: Draft, offer: Offer, other: Offer) -> bool:
    """Whether an offer is for an assignee alone, who must not be whoever did the other, which is for one alone too."""
    ways = _alone(draft, offer)
    barring = [who for who in ways if any(rule.did == other.trigger for rule in who.exclude)]
    return bool(barring) and len(barring) == len(ways) and bool(_alone(draft, other))


def _alone(draft: Draft, offer: Offer) -> list[Who]:
    """The ways to do an offer, where all of them are for the assignee; else none."""
    ways = [who for who in offer.by if who.when is None or draft.holds(who.when)]
    return ways if all(who.kind == "assignee" for who in ways) else []
