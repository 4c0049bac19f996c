"""A ticket as it stands, with what can be done now: everything that `show` says, gathered in one snapshot."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sop_engine.engine.answers.answerer import Answerer
from sop_engine.lean import dataclass, field
from sop_engine.procedure import ROOT
from sop_engine.store.seam import Head, Query, Reads
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.evolve import blank
from sop_engine.ticket.people import describe
from sop_engine.ticket.possible import entry, offers, possible
from sop_engine.ticket.program import Program
from sop_engine.ticket.questions import Unanswered
from sop_engine.ticket.records import Command, Given, NewSeals, Step, Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Look:
    """What a ticket looks like at `now`."""

    ticket: Ticket
    head: Head
    program: Program
    possible: Sequence[dict[str, Any]]
    """as `ticket.possible.possible` gives it, and of each offer `by`: who may, in words"""
    children: Sequence[Head]
    now: datetime
    live: frozenset[str]
    """keys of the timers that would do something as things stand: a guard of theirs holds"""
    rests: str | None = None
    """why it is suspended"""
    resumers: Sequence[Any] = ()
    """who may resume it, in words"""
    ended_for: str | None = None
    """why it ended otherwise than by its procedure"""
    labels: Mapping[int, str] = field(default_factory=dict)
    """step -> the label of the files that it attached"""
    absorbed: Sequence[tuple[str, tuple[str, ...]]] = ()
    """the tickets that were merged into it, with whoever had told of each"""
    others: Sequence[tuple[str, tuple[str, ...]]] = ()
    """the tickets that go with it, likewise"""
    leader: Head | None = None
    """the ticket with which it goes"""


def look(opened: "Opened", reading: Reads, ticket: Ticket, head: Head, made: Sequence[Step] = ()) -> Look:
    """Look at a ticket as the store has it, or as a command has just `made` it: of a dry run the store has nothing."""
    program = opened.site.engine.program(reading, ticket)
    return Look(
        ticket=ticket,
        head=head,
        program=program,
        possible=possible_now(opened, reading, program, ticket),
        children=reading.heads(Query(parent=ticket.id)) if ticket.children else [],
        now=opened.now,
        live=answered(opened, reading, program, ticket, _live),
        **_rest(opened, reading, program, ticket, made),
    )


def _rest(opened: "Opened", reading: Reads, program: Program, ticket: Ticket, made: Sequence[Step]) -> dict[str, Any]:
    """What is to be said of a ticket that is suspended, that ended otherwise than by its procedure, into which others
    were merged, that goes with another or with which others go, or that has files."""
    if ticket.status != "suspended" and ticket.acts.keys().isdisjoint({"ended", "absorbed", "with", "others", "files"}):
        return {}
    from sop_engine.console.views.acts import callers, labels_of, reason_of_end, reason_of_rest

    more: dict[str, Any] = {
        "ended_for": _seen(opened, ticket, reason_of_end(reading, ticket, made)),
        "absorbed": callers(opened, reading, ticket.acts.get("absorbed", ())),
        "others": callers(opened, reading, [each["ticket"] for each in ticket.acts.get("others", ())]),
    }
    if "with" in ticket.acts:
        more["leader"] = reading.head(ticket.acts["with"]["ticket"])
    if "files" in ticket.acts:
        labels = labels_of(reading, ticket, made)
        more["labels"] = {number: opened.text_seen(ticket, text) for number, text in labels.items()}
    if ticket.status != "suspended":
        return more
    from sop_engine.ticket.acts.suspending import may_resume

    return {
        **more,
        "rests": _seen(opened, ticket, reason_of_rest(reading, ticket, made)),
        "resumers": answered(opened, reading, program, ticket, may_resume),
    }


def _seen(opened: "Opened", ticket: Ticket, reason: str | None) -> str | None:
    return None if reason is None else opened.text_seen(ticket, reason)


def _live(draft: Draft) -> frozenset[str]:
    return frozenset(
        key
        for key in draft.ticket.timers
        if not draft.ticket.waits(key)
        and key in draft.program.timers
        and any(each.when is None or draft.holds(each.when) for each in draft.program.timers[key][1].alternatives)
    )


def possible_now(opened: "Opened", reading: Reads, program: Program, ticket: Ticket) -> list[dict[str, Any]]:
    """What can be done with a ticket now; nothing with a closed one."""
    if ticket.status == "closed":
        return []

    def ask(draft: Draft) -> list[dict[str, Any]]:
        by = [tuple(describe(draft, each, state.id) for each in offer.by) for state, offer in offers(draft)]
        return [{**each, "by": said} for each, said in zip(possible(draft, opened.person), by, strict=True)]

    return answered(opened, reading, program, ticket, ask)


def possible_opening(opened: "Opened", reading: Reads, program: Program) -> dict[str, Any]:
    """The one thing that can be done with a ticket that is not there yet: opening it."""
    offer = program.procedure.open

    def ask(draft: Draft) -> dict[str, Any]:
        by = tuple(describe(draft, each, ROOT) for each in offer.by)
        return {**entry(draft, offer, ROOT, opened.person, None), "by": by}

    return answered(opened, reading, program, blank("", program.procedure.id, program.digest), ask)


def answered(opened: "Opened", reading: Reads, program: Program, ticket: Ticket, ask: Callable[[Draft], T]) -> T:
    """What `ask` says of a ticket, its questions to the world answered out of one snapshot. Nothing is changed."""
    now = opened.now
    answerer = Answerer(reading, opened.site.settings.zone, now, opened.site.engine.programs)
    command = Command("", "look", ticket.id, opened.person, opened.who.login)
    answers: dict[str, Any] = {"zone": opened.site.settings.zone}
    while True:
        draft = Draft(program, ticket, command, Given(now, now, NewSeals(bytes(32)), answers))
        try:
            return ask(draft)
        except Unanswered as missing:
            answers[missing.question] = answerer.answer(missing.question)
