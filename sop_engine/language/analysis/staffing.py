"""Whether the people of a site are enough for what a procedure keeps apart: other persons, several signatures.

The law. A shortage is told only where no choice of people could do a trigger, whatever happens before. Wherever
something is not sure, more people count: a role's holders whatever their scope, everybody for the assignee, the owner
or a staff field; exclusions count only for what was surely done before, and conditions do not count at all.

Each trigger that bears on another becomes one seat for each signature that it wants. Seats are filled one after the
other with people who may sit there and do not sit where the rules forbid it. A seat for which more people may sit than
there are seats can always be filled last, so it stands in nobody's way; what is left is small.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from sop_engine.language.analysis.before import done_before
from sop_engine.language.analysis.graph import Graph
from sop_engine.procedure import Offer, Procedure, Who

People = Mapping[str, frozenset[str]]
"""who is active -> the roles that he holds"""
MOST_SEATS: Final = 10
"""With more seats than that nothing is told."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A trigger that nobody could do: the people who may at most, and the triggers whose doers are kept from it."""

    state: str
    trigger: str
    want: int
    people: tuple[str, ...]
    apart: tuple[str, ...]
    roles: tuple[str, ...]
    """the roles of which one more holder would help"""


@dataclass(slots=True)
class _Seat:
    """One person is wanted: one of those that one of the `ways` lets in, each with the deeds that bar its people."""

    deed: str
    ways: list[tuple[frozenset[str], frozenset[str]]] = field(default_factory=list)


def shortages(procedure: Procedure, people: People, opened_by_people: bool = True) -> Iterator[Shortage]:
    """The triggers for which the people are too few. `opened_by_people` says that every ticket is opened by somebody:
    no calendar and no other ticket starts one."""
    graph = Graph(procedure)
    if graph.large or len(people) < 2:
        return
    look = _Look(graph, people, opened_by_people)
    for state in procedure.states if people else ():
        for offer in state.offers if state.id in graph.reachable else ():
            apart = sorted({each for who in offer.by for each, _since in look.bars(state.id, who)})
            want = offer.sign.count if offer.sign is not None else 1
            if (apart or want > 1) and not look.enough(state.id, offer):
                able = {each for who in offer.by for each in look.pool(who)}
                roles = tuple(dict.fromkeys(who.name for who in offer.by if who.kind == "role"))
                yield Shortage(state.id, offer.trigger, want, tuple(sorted(able)), tuple(apart), roles)


class _Look:
    """One look at one procedure with its people."""

    def __init__(self, graph: Graph, people: People, opened_by_people: bool) -> None:
        self._graph, self._people, self._opened_by_people = graph, people, opened_by_people
        self._done = cache(lambda trigger, since: done_before(graph, trigger, since))
        procedure = graph.procedure
        self._offers: dict[str, list[tuple[str, Offer]]] = {"open": [("", procedure.open)]}
        for state in procedure.states:
            for offer in state.offers:
                self._offers.setdefault(offer.trigger, []).append((state.id, offer))

    def pool(self, who: Who) -> frozenset[str]:
        """Everybody whom `who` may mean."""
        if who.kind != "role":
            return frozenset(self._people)
        return self._holding((who.name,))

    def _holding(self, roles: Iterable[str]) -> frozenset[str]:
        wanted = set(roles)
        return frozenset(person for person, held in self._people.items() if held & wanted)

    def bars(self, state: str, who: Who) -> list[tuple[str, str | None]]:
        """(trigger, since) of what was surely done before, and whose doers may not."""
        found = []
        for rule in who.exclude:
            if rule.did is None or (rule.did == "open" and not self._opened_by_people) or not state:
                continue
            if state in self._done(rule.did, rule.since):
                found.append((rule.did, rule.since))
        return found

    def enough(self, state: str, offer: Offer) -> bool:
        """Whether some choice of people could do an offer; so it is, too, where a seat has nobody at all: that a role
        is held by nobody is told elsewhere."""
        seats = self._seats("", [(state, offer)], alone=False)
        waiting = [each for who in offer.by for each in self.bars(state, who)]
        known: set[tuple[str, str | None]] = set()
        while waiting:
            trigger, since = waiting.pop()
            if (trigger, since) in known:
                continue
            known.add((trigger, since))
            offers = self._offers.get(trigger, [])
            # whoever did it since then need not be the first who did it, so what was before him is not known
            seats += self._seats(_deed(trigger, since), offers, alone=since is not None)
            for where, each in offers if since is None else ():
                waiting += [bar for who in each.by for bar in self.bars(where, who) if bar[1] is None]
        if len(seats) > MOST_SEATS or not all(_everybody(seat) for seat in seats):
            return True
        scarce = [seat for seat in seats if not any(len(pool) >= len(seats) for pool, _bars in seat.ways)]
        return _filled(scarce, ())

    def _seats(self, deed: str, offers: list[tuple[str, Offer]], alone: bool) -> list[_Seat]:
        """The seats of a deed: as many as every offer of it wants signatures, at least. `alone`: nothing bars them."""
        least = min((each.sign.count if each.sign is not None else 1 for _state, each in offers), default=0)
        seats = [_Seat(deed) for _ in range(min(least, MOST_SEATS + 1))]
        for state, offer in offers:
            for rank, seat in enumerate(seats):
                roles = offer.sign.of if offer.sign is not None else ()
                if offer.sign is not None and offer.sign.ordered and roles:
                    roles = roles[rank : rank + 1]
                for who in offer.by:
                    pool = self.pool(who) & self._holding(roles) if roles else self.pool(who)
                    bars = () if alone else self.bars(state, who)
                    kept = frozenset(_deed(*bar) for bar in bars if not deed or bar[1] is None)
                    seat.ways.append((pool, kept | {deed}))
        return seats


def _deed(trigger: str, since: str | None) -> str:
    return f"{trigger} {since or ''}"


def _everybody(seat: _Seat) -> frozenset[str]:
    return frozenset[str]().union(*(pool for pool, _bars in seat.ways))


_Taken = tuple[str, str, frozenset[str]]
"""a seat that is filled: its deed, who sits there, and the deeds that bar him"""


def _filled(seats: list[_Seat], taken: tuple[_Taken, ...]) -> bool:
    """Whether the seats that are left can be filled beside those that are taken."""
    if len(taken) == len(seats):
        return True
    seat = seats[len(taken)]
    for person in sorted(_everybody(seat)):
        for bars in {bars for pool, bars in seat.ways if person in pool}:
            if _free(person, seat.deed, bars, taken) and _filled(seats, (*taken, (seat.deed, person, bars))):
                return True
    return False


def _free(person: str, deed: str, bars: frozenset[str], taken: tuple[_Taken, ...]) -> bool:
    """Whether a person may sit for a deed: no seat that is his already bars this one, nor is barred by it."""
    return all(person != other or (done not in bars and deed not in barring) for done, other, barring in taken)
