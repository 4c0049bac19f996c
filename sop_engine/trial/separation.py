"""Which rule of separation of duty keeps somebody from a trigger.

The law. A rule keeps somebody out when he may not do the trigger, and might if that one rule were not there. Whoever
has not the role, or is kept out by a second rule too, shows nothing of the first: it could be taken away unnoticed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from sop_engine.engine.answers.answerer import Answerer
from sop_engine.procedure import Not, Offer, Procedure, State
from sop_engine.ticket import people, signing
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.questions import Unanswered
from sop_engine.ticket.records import Command, Given, NewSeals, Ticket
from sop_engine.trial.stage import Stage

SOMEBODY: Final = ""
"""bears the signatures that are there, when it does not matter whose they are"""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of separation of one offer. `path` names it: the path of its offer and, after a space, the rule. `name` is
    the trigger that was done, the staff field in which somebody stands, or the offer that is signed."""

    path: str
    kind: Literal["did", "named_in", "signed"]
    name: str
    excludes: Not | None = None


def paths(procedure: Procedure) -> Iterator[str]:
    """The path of every rule of separation of duty, in document order."""
    for state in procedure.states:
        for offer in state.offers:
            yield from (rule.path for rule in rules(state, offer))


def rules(state: State, offer: Offer) -> tuple[Rule, ...]:
    """An offer's rules of separation, each once."""
    base = f"states.{state.id}.offers.{offer.trigger}"
    found = []
    for each in (excludes for who in offer.by for excludes in who.exclude):
        if each.did is not None:
            found.append(Rule(f"{base} not did {each.did}", "did", each.did, each))
        if each.field is not None:
            found.append(Rule(f"{base} not named in {each.field}", "named_in", each.field, each))
    if offer.sign is not None and offer.sign.count > 1:
        found.append(Rule(f"{base} signed by different people", "signed", f"{state.id}.{offer.trigger}"))
    return tuple(dict.fromkeys(found))


def keeping_out(stage: Stage, ticket: Ticket, source: str, command: Command) -> tuple[Rule, ...]:
    """The rules each of which alone keeps the actor of a command `do` from its trigger in the active state `source`."""
    program = stage.program_of(ticket)
    trigger = str(command.arguments["trigger"]).rpartition(".")[2]
    offer = program.offer(source, trigger)

    def may(offer: Offer, ticket: Ticket) -> bool:
        return _answered(stage, lambda given: _may(Draft(program, ticket, command, given), offer, source))

    if may(offer, ticket):
        return ()
    return tuple(rule for rule in rules(program.states[source], offer) if may(*_without(rule, offer, ticket)))


def _may(draft: Draft, offer: Offer, source: str) -> bool:
    actor, other = draft.command.actor, draft.command.standing_for
    leave = people.may(draft, offer, source, actor, other)
    return isinstance(leave, people.Leave) and signing.barred(draft, offer, source, actor, other) is None


def _without(rule: Rule, offer: Offer, ticket: Ticket) -> tuple[Offer, Ticket]:
    """An offer, and the ticket that it is looked at for, as if a rule were not there."""
    if rule.excludes is None:
        signed = [[SOMEBODY] for _each in ticket.signatures.get(rule.name, [])]
        return offer, replace(ticket, signatures={**ticket.signatures, rule.name: signed})
    by = tuple(replace(who, exclude=tuple(each for each in who.exclude if each != rule.excludes)) for who in offer.by)
    return replace(offer, by=by), ticket


def _answered(stage: Stage, ask: Callable[[Given], bool]) -> bool:
    """What `ask` says when its questions to the world are answered."""
    now, answers = stage.clock.now(), {"zone": stage.settings.zone}
    with stage.store.reading() as reading:
        answerer = Answerer(reading, stage.settings.zone, now, stage.programs)
        while True:
            try:
                return ask(Given(now, now, NewSeals(bytes(32)), answers))
            except Unanswered as missing:
                answers[missing.question] = answerer.answer(missing.question)
