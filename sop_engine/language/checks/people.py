"""Checks of who may, who gets the task, and who is told."""

import math
from collections.abc import Iterator
from typing import Final

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.analysis.graph import Graph
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.messages import Message, msg
from sop_engine.procedure import ROOT, Offer, Tree, Who

STAFF_VERBS: Final = frozenset(
    {
        "new", "ls", "show", "do", "claim", "assign", "note", "edit", "print", "find", "give", "hand", "return",
        "close", "report", "urge", "copy", "read", "watch", "rate", "reject", "reopen", "suspend", "resume",
        "withdraw", "void", "merge", "split", "link", "unlink", "join", "part", "transfer", "delegate", "take_over",
        "turn_down", "take_back", "attach", "files", "slip", "board", "handover", "backfill", "on", "off",
    }
)  # fmt: skip
"""as they would be typed; not those of two words, such as `give-back`, which a procedure may have in its own sense"""


def staff_verbs(draft: Draft) -> Iterator[Diagnostic]:
    """SOP113: a trigger bears the name of a staff verb.

    `sop claim WX-7` takes a task, whatever the procedure says. A trigger of that name would have to be done as
    `sop do WX-7 claim`, and everybody would type the other. `open` is the trigger that begins a ticket.

    Fails:

        states:
          received: {transitions: {close: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for name, span in draft.declared.get("trigger", {}).items():
        if name in STAFF_VERBS or name == "open":
            yield error(
                "SOP113", span, msg("`{name}` is a staff verb, not a trigger", name=name),
                msg("`sop {name}` does something else, and people would take one for the other.", name=name),
                msg("name what is done in the trade: `return_slip`, `settle_bill`, `check_work`"),
            )  # fmt: skip


def assignees(draft: Draft) -> Iterator[Diagnostic]:
    """SOP142: a step waits for an assignee, and there may be none.

    On some way into this state nobody was given the task, so nobody could do what only the assignee may do. Each
    transition on the way in says `assign:`, or the state says so under `entry:`. A part of a parallel state begins
    without an assignee.

    Fails:

        states:
          received: {transitions: {finish: {by: assignee, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        open: {by: desk, ask: note, to: received, assign: desk}
        states:
          received: {transitions: {finish: {by: assignee, to: closed}}}
          closed: {final: true, outcome: done}
    """
    procedure = draft.procedure
    if procedure is None:
        return
    graph = Graph(procedure)
    for state in procedure.states:
        if state.id not in graph.reachable or graph.assigned(state.id):
            continue
        for offer in state.offers:
            if not offer.by or any(who.kind != "assignee" for who in offer.by):
                continue
            cursor = draft.cursors[f"states.{state.id}.offers.{offer.trigger}"]
            yield error(
                "SOP142", (cursor / "by").span,
                msg("there may be no assignee who could do `{name}`", name=offer.trigger),
                msg("On some way into `{state}` nobody is given the task.", state=_called(state.id)),
                msg("add `assign:` with a role to the transitions that lead here, or name a role in `by`"),
            )  # fmt: skip


def _called(state: str) -> Message | str:
    return msg("the ticket") if state == ROOT else state


def signatures(draft: Draft) -> Iterator[Diagnostic]:
    """SOP140: signatures that cannot be gathered.

    `of` says whose signatures count. In order, there is one role for each; and whoever signs must be allowed by `by`.
    Signatures are of different people: `assignee`, `owner`, `opener` and a staff field mean one person each, so they
    give one each. A ticket is opened by one person, so `open` takes no signatures.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, sign: {count: 3, of: [desk, desk], ordered: true}, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {transitions: {finish: {by: desk, sign: {count: 2, of: [desk, desk], ordered: true}, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for at, offer in _offers(draft):
        sign = offer.sign
        if sign is None:
            continue
        here = draft.cursors[at] / "sign"
        if at == "open":
            yield error(
                "SOP140", here.name, msg("`open` takes no signatures"),
                msg("A ticket begins at once, with whoever opens it."),
                msg("let it begin in a state where a trigger is signed"),
            )  # fmt: skip
            continue
        most = _signers(draft, offer)
        if sign.count > most:
            yield error(
                "SOP140", (here / "count").span,
                msg("`by` names {most}, and {count} different people shall sign", count=sign.count, most=most),
                msg("`assignee`, `owner`, `opener` and a staff field mean one person each."),
                msg("add a role to `by`, or ask for fewer signatures"),
            )  # fmt: skip
        if sign.ordered and len(sign.of) != sign.count:
            yield error(
                "SOP140", here.name,
                msg("in order, each signature has its role: {count} are wanted", count=sign.count),
                None, msg("list as many roles under `of` as signatures are wanted"),
            )  # fmt: skip
        roles = {who.name for who in offer.by if who.kind == "role"}
        barred = [role for role in sign.of if role not in roles]
        if barred and all(who.kind == "role" for who in offer.by):
            yield error(
                "SOP140", (here / "of").span, msg("`{role}` shall sign, but may not do this", role=barred[0]),
                msg("Whoever signs does the trigger, and `by` says who may."),
                msg("add `{role}` to `by`", role=barred[0]),
            )  # fmt: skip


def _signers(draft: Draft, offer: Offer) -> float:
    """How many different people could do an offer at most, by the text alone. Where a field chooses who may, in the
    case that gives fewest; where several do, all together."""
    cases: dict[Tree | None, set[Who]] = {}
    for who in offer.by:
        cases.setdefault(who.when, set()).add(Who(who.kind, who.name))
    choosing = {when[1] for when in cases if when is not None}
    found = [_persons(draft, several) for several in cases.values()]
    return min(found, default=0) if len(choosing) <= 1 else sum(found)


def _persons(draft: Draft, several: set[Who]) -> float:
    """How many people are meant at most; a role or a list of staff may be any number."""
    assert draft.procedure is not None
    lists = {field.id for field in draft.procedure.fields if field.many}
    endless = any(who.kind in ("role", "anyone") or who.name in lists for who in several)
    return math.inf if endless else len(several)


def _offers(draft: Draft) -> Iterator[tuple[str, Offer]]:
    if draft.procedure is None:
        return
    yield "open", draft.procedure.open
    for state in draft.procedure.states:
        for offer in state.offers:
            yield f"states.{state.id}.offers.{offer.trigger}", offer


def people_fields(draft: Draft) -> Iterator[Diagnostic]:
    """SOP139: a field that is no person stands where a person is meant.

    Who may, who gets the task and who is excluded stand in fields of type `staff`. A notice also reaches a `person` or
    a `phone`. A role's scope is a `unit`. `by` is chosen by a field of type `choice`. `each`, `collect` and `rows` want
    fields of type `rows`; what is collected stands in columns of the names `id`, `procedure`, `subject`, `state`,
    `owner`, `assignee`, `opened`, `by_when` and `why`. `since` and `until` of `collect`, which belong together, want a
    field of type `datetime`, or one end of an interval. And somebody must be named at all.

    Fails:

        states:
          received: {transitions: {finish: {by: {field: note}, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        fields:
          note: {type: text}
          doctor: {type: staff}
        open: {by: desk, ask: [note, doctor], to: received}
        states:
          received: {transitions: {finish: {by: {field: doctor}, to: closed}}}
          closed: {final: true, outcome: done}
    """
    fields = {field.id: field for field in draft.procedure.fields} if draft.procedure is not None else {}
    wanted = {
        "staff": ("staff",), "named": ("staff", "firm"), "firm": ("firm",), "tell": ("staff", "person", "phone"),
        "scope": ("unit",), "chosen": ("choice",), "rows": ("rows",),
    }  # fmt: skip
    for use in draft.uses:
        kinds = wanted.get(use.way)
        if use.kind == "field" and use.name in fields and kinds is not None and fields[use.name].type not in kinds:
            yield error(
                "SOP139", use.span,
                msg("`{name}` is a field of type `{type}`", name=use.name, type=fields[use.name].type),
                msg("Here stands a field of type {types}.", types=tuple(f"`{each}`" for each in kinds)),
                msg("name such a field"),
            )  # fmt: skip
    for fact in draft.of("nobody"):
        yield error(
            "SOP139", fact.span, msg("this names nobody"), None, msg("name a role, or add `role:`, `who:` or `field:`")
        )
    for fact in draft.of("signal_nobody"):
        yield error(
            "SOP139",
            fact.span,
            msg("this signal reaches nobody"),
            None,
            msg("write `parent:` or `children:` with an event"),
        )
    yield from _collecting(draft)
    for fact in draft.of("not_did"):
        yield error(
            "SOP139", fact.span, msg("`not` names something done"), None, msg("write `not: did TRIGGER`")
        )  # fmt: skip


def _collecting(draft: Draft) -> Iterator[Diagnostic]:
    """What is wrong with where tickets are collected, and of which shift."""
    for fact in draft.of("no_instant"):
        yield error(
            "SOP139",
            fact.span,
            msg("`{path}` is no instant: its field is of type `{type}`", **fact.values),
            msg("A shift begins and ends at a time of a day."),
            msg("name a field of type `datetime`, or one end of an interval: `shift.end`"),
        )
    for fact in draft.of("collected_as"):
        yield error(
            "SOP139",
            fact.span,
            msg("what is collected does not fit into the column `{name}`", name=fact.values["name"]),
            msg("One thing is known of each ticket there, and it is written as it is."),
            msg("give it the type {types}", types=tuple(f"`{each}`" for each in fact.values["types"])),
        )
    for fact in draft.of("collected_nothing"):
        yield error(
            "SOP139",
            fact.span,
            msg("no column of `{name}` is anything that is collected", name=fact.values["name"]),
            msg("Its rows would be empty, however many tickets are found."),
            msg("name columns `id`, `subject`, `state`, `owner`, `assignee`, `opened` or `by_when`"),
        )
    for fact in draft.of("since_alone"):
        yield error(
            "SOP139",
            fact.span,
            msg("`since` stands without `until`"),
            msg("What is handed over is what the next shift has to do with, too."),
            msg("say with `until` which field has the end of the next shift"),
        )


def either(draft: Draft) -> Iterator[Diagnostic]:
    """SOP143: a condition or target beside `either`.

    With `either`, each alternative has its own `when` and `to`; what stands beside it (`tell`, `set`) belongs to all.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, to: closed, either: [{to: closed}]}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {transitions: {finish: {by: desk, tell: desk, either: [{to: closed}]}}}
          closed: {final: true, outcome: done}
    """
    for fact in draft.of("beside_either"):
        yield error(
            "SOP143", fact.span, msg("`either` has a `when` or `to` beside it"),
            msg("Nobody could say which of the two counts."),
            msg("move `when` and `to` into the alternatives"),
        )  # fmt: skip
