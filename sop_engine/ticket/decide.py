"""Deciding: what a command does to a ticket, or why it may not. Pure: nothing here asks the world for anything.

The law, for a trigger, in this order: who (may this actor?), values (there, well-typed?), set, guards on the new
values, effects. What is refused leaves no trace in the ticket. The step that comes back holds the record's bytes and
the ticket after; a question that `given` does not answer comes back as `Missing`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from sop_engine import canonical
from sop_engine.chart.host import ChartFault
from sop_engine.messages import msg
from sop_engine.ticket import goals, signing, trail, triggers
from sop_engine.ticket.acts import attention, everyday, suspending
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.evolve import blank, copy_of, finish
from sop_engine.ticket.filling import refill
from sop_engine.ticket.kinds import kind_of
from sop_engine.ticket.people import identify
from sop_engine.ticket.program import Program
from sop_engine.ticket.questions import Unanswered
from sop_engine.ticket.rare import rare
from sop_engine.ticket.records import FORMAT, RULES, Command, Given, Letter, Missing, Refusal, Step, Ticket

_COMMANDS: Final[dict[str, Callable[[Draft], dict[str, Any]]]] = {
    "open": triggers.open_ticket,
    "do": triggers.do,
    "fire": triggers.fire_timer,
    "signal": triggers.take_signal,
    "look": triggers.look,
    "reckon": goals.reckon_again,
    "claim": everyday.claim,
    "assign": everyday.assign,
    "hand_over": everyday.hand_over,
    "note": everyday.note,
    "edit": everyday.edit,
    "attach": rare("acts.attaching", "attach"),
    "urge": attention.urge,
    "copy": attention.copy,
    "read": attention.read,
    "watch": attention.watch,
    "look_at_roster": rare("acts.shift_ends", "look_again"),
    "suspend": suspending.suspend,
    "resume": suspending.resume,
    "give_back": rare("acts.hands", "give_back"),
    "transfer": rare("acts.hands", "transfer"),
    "take_over": rare("acts.hands", "take_over"),
    "turn_down": rare("acts.hands", "turn_down"),
    "take_back": rare("acts.hands", "take_back"),
    "delegate": rare("acts.delegating", "delegate"),
    "inherit": rare("acts.inheriting", "inherit"),
    "return": rare("acts.returning", "send_back"),
    "withdraw": rare("acts.withdrawing", "withdraw"),
    "signer": rare("acts.signers", "change"),
    "reject": rare("acts.signers", "reject"),
    "void": rare("acts.ending", "void"),
    "close": rare("acts.ending", "close"),
    "reopen": rare("acts.reopening", "reopen"),
    "link": rare("acts.ties", "link"),
    "unlink": rare("acts.ties", "unlink"),
    "tie": rare("acts.ties", "tie"),
    "merge": rare("acts.ties", "merge"),
    "absorb": rare("acts.ties", "absorb"),
    "split": rare("acts.ties", "split"),
    "join": rare("acts.joining", "join"),
    "part": rare("acts.joining", "part"),
    "gain": rare("acts.joining", "gain"),
    "lose": rare("acts.joining", "lose"),
    "hear": rare("acts.joining", "hear"),
    "go_on": rare("acts.joining", "go_on"),
    "flat_moves": rare("acts.household", "flat_moves"),
    "flat_stays": rare("acts.household", "flat_stays"),
    "moved": rare("acts.household", "answer"),
    "set_aside": everyday.set_aside,
    "release": everyday.release,
}
"""Each does its work on the draft and gives the command's arguments as the record holds them."""


_require_allowed = rare("acts.forbidding", "require_allowed")
_require_outage, _note_paper = rare("acts.backfilling", "require"), rare("acts.backfilling", "note")
_settle_hands, _settle_shifts = rare("acts.hands", "settle"), rare("acts.shift_ends", "settle")
_settle_cause = rare("acts.joining", "settle")


def decide(program: Program, ticket: Ticket | None, command: Command, given: Given) -> Step | Refusal | Missing:
    """What `command` makes of `ticket` (None: it opens one) under `program`.

    Gives the step, or why it is refused, or the questions that must be answered first. `ticket` is not changed.
    """
    working = copy_of(ticket) if ticket else blank(command.ticket, program.procedure.id, program.digest)
    draft = Draft(program, working, command, given)
    try:
        if command.expect is not None and command.expect != working.number:
            return _overtaken(working, command)
        stranger = identify(draft)
        if stranger is not None:
            return Refusal(
                "not_you", stranger, fix=msg("who is who: sop actor ls; an administrator adds people and logins")
            )
        stood = trail.standing(draft)
        afterwards = "backfill" in command.arguments
        if afterwards:
            _require_outage(draft)
        if program.procedure.acts.never:
            _require_allowed(draft)
        arguments = _COMMANDS[command.name](draft)
        if afterwards:
            arguments = _note_paper(draft, arguments)
        if ticket is None or ticket.status != "closed" or working.status != "closed":
            draft.compute()
            refill(draft)
            signing.void(draft)
            if not draft.ticket.acts.keys().isdisjoint(("with", "others")):
                _settle_cause(draft)
            goals.settle(draft)
            if not draft.ticket.acts.keys().isdisjoint(("offered", "delegated")):
                _settle_hands(draft)
            trail.remember(draft, stood)
            if program.procedure.acts.shift_end is not None:
                _settle_shifts(draft)
            attention.tell_watchers(draft)
    except Unanswered as missing:
        return missing.missing
    except Refused as refused:
        return refused.refusal
    except ChartFault:
        return Refusal(
            "not_now",
            msg("{ticket} would run in a circle: its eventless transitions never come to rest", ticket=working.id),
            fix=msg("the procedure needs a guard on its eventless transitions: sop flow lint"),
        )
    return make_step(draft, arguments)


def _overtaken(ticket: Ticket, command: Command) -> Refusal:
    if command.expect is not None and command.expect > ticket.number:
        return Refusal(
            "overtaken",
            msg(
                "{ticket} is only at step {number}, and you expected {expect}",
                ticket=ticket.id,
                number=ticket.number,
                expect=command.expect,
            ),
            fix=msg("look at it again: sop show {ticket}", ticket=ticket.id),
        )
    return Refusal(
        "overtaken",
        msg(
            "{ticket} has moved on: it is at step {number}, and you expected {expect}",
            ticket=ticket.id,
            number=ticket.number,
            expect=command.expect,
        ),
        fix=msg("look at it again: sop show {ticket}", ticket=ticket.id),
    )


def make_step(draft: Draft, arguments: dict[str, Any]) -> Step:
    """The record of what the draft did, its hash, and the ticket after."""
    ticket, command, given = draft.ticket, draft.command, draft.given
    facts = draft.facts.record(given.sealer, draft.sealed)
    recorded = draft.effective if given.recorded == given.effective else canonical.instant_text(given.recorded)
    record: dict[str, Any] = {
        "actor": command.actor,
        "cause": list(command.cause) if command.cause else None,
        "command": {"arguments": arguments, "id": command.id, "name": command.name},
        "effective": draft.effective,
        "engine": given.engine,
        "events": draft.events,
        "facts": facts,
        "for": command.standing_for,
        "format": FORMAT,
        "heard": command.heard,
        "login": command.login,
        "number": draft.number,
        "occurred": canonical.instant_text(command.at) if command.at else None,
        "previous": ticket.head,
        "procedure": draft.program.digest,
        "recorded": recorded,
        "results": draft.results,
        "rules": RULES,
        "state": ticket.state_hash(),
        "ticket": ticket.id,
        "typist": command.typist,
    }
    if command.proof:
        record["proof"] = dict(command.proof)
    if given.simulated:
        record["simulated"] = True
    if given.training:
        record["training"] = True
    data = canonical.to_bytes(record)
    hash = canonical.digest(data)
    finish(ticket, draft.number, hash, recorded, draft.effective)
    return Step(
        ticket=ticket.id,
        number=draft.number,
        data=data,
        hash=hash,
        events=draft.events,
        values=draft.sealed,
        letters=tuple(_with_kind(draft, each, arguments) for each in draft.letters),
        after=ticket,
        consequences=tuple(draft.consequences),
    )


def _with_kind(draft: Draft, letter: Letter, arguments: Mapping[str, Any]) -> Letter:
    kind = kind_of(draft.command.name, arguments, draft.events, letter.position)
    return replace(letter, kind=kind) if kind else letter
