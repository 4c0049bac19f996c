"""Open goals reckoned anew when a calendar is published, or a version with other times: each ticket a command and a
commit of its own, so that nobody waits longer for it than for another command. What is closed, and what was missed, is
never rewritten. All of it may be interrupted and begun again: what was done stands, and the rest is found again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sop_engine import canonical
from sop_engine.engine.engine import Engine, new_id
from sop_engine.engine.people.identity import Identity
from sop_engine.errors import NotNow
from sop_engine.store.seam import CALENDAR, Head, Query, Reads, Version
from sop_engine.ticket.goals import is_moved, reckoned
from sop_engine.ticket.levels import OPEN
from sop_engine.ticket.records import SITE, Command
from sop_engine.worktime import Reckoner

PAGE: Final = 200
"""tickets that are looked at in one snapshot"""


@dataclass(frozen=True, slots=True)
class Move:
    """A goal that is moved: from when to when, as the record writes instants; None while it is paused."""

    ticket: str
    goal: str
    was: str | None
    due: str | None


def moves(engine: Engine, instead: Mapping[str, Reckoner] | None = None) -> Iterator[Move]:
    """The open goals that the published calendars move, ticket by ticket; or those that would be moved if `instead`
    were published under these names."""
    after: str | None = None
    while True:
        with engine.store.reading() as reading:
            heads = reading.heads(Query(status="open", after=after, limit=PAGE))
            found = [
                move for head in heads if head.id != SITE for move in _of_ticket(engine, reading, head.id, instead)
            ]
        if not heads:
            return
        yield from found
        after = heads[-1].id


def _of_ticket(engine: Engine, reading: Reads, id: str, instead: Mapping[str, Reckoner] | None) -> Iterator[Move]:
    ticket = reading.ticket(id)
    if ticket is None or not any(entry["status"] in OPEN for entry in ticket.goals.values()):
        return
    program = engine.program(reading, ticket)
    for name, entry in ticket.goals.items():
        goal = program.goals.get(name)
        if goal is None or entry["status"] not in OPEN:
            continue
        reckoner = (instead or {}).get(entry["calendar"]) or _published(engine, reading, entry["calendar"])
        if reckoner is not None and is_moved(goal, entry, reckoner):
            due = reckoned(goal, entry, reckoner)
            yield Move(id, name, entry["due"], None if due.at is None else canonical.instant_text(due.at))


def _published(engine: Engine, reading: Reads, name: str) -> Reckoner | None:
    version = reading.newest(CALENDAR + name)
    return None if version is None else engine.programs.calendar(reading, version.digest)


def reckon_again(engine: Engine, who: Identity) -> list[Move]:
    """Reckon every open goal by the calendars that are published now; gives what was moved."""
    done: list[Move] = []
    ticket = ""
    for move in moves(engine):
        if move.ticket != ticket:
            ticket = move.ticket
            command = Command(new_id(), "reckon", ticket, who.actor, who.login, {}, standing_for=who.standing_for)
            try:
                engine.act(command)
            except NotNow:
                continue  # it was closed or reckoned meanwhile
        done.append(move)
    return done


def take_times(engine: Engine, who: Identity, newest: Version, dry_run: bool = False) -> Iterator[Move]:
    """Let the open tickets of a procedure promise by the times of its newest version, whichever version they are pinned
    to; gives what that moves, or in a dry run would move."""
    with engine.store.reading() as reading:
        behind = [
            (head.id, "" if head.digest == newest.digest else newest.digest)
            for head in _open_of(reading, newest.procedure)
            if _is_behind(engine, reading, head, newest.digest)
        ]
    for id, terms in behind:
        arguments = {"terms": terms, "version": newest.number}
        command = Command(new_id(), "reckon", id, who.actor, who.login, arguments, standing_for=who.standing_for)
        try:
            done = engine.act(command, dry_run=dry_run)
        except NotNow:
            continue  # it was closed meanwhile
        for event in done.step.events:
            if event["kind"] == "goal_changed":
                yield Move(id, event["goal"], event["was"], done.ticket.goals[event["goal"]]["due"])


def _open_of(reading: Reads, procedure: str) -> Iterator[Head]:
    after: str | None = None
    while heads := reading.heads(Query(status="open", procedures=[procedure], after=after, limit=PAGE)):
        yield from heads
        after = heads[-1].id


def _is_behind(engine: Engine, reading: Reads, head: Head, newest: str) -> bool:
    """Whether a ticket's promises would stand on other times by the newest version."""
    ticket = reading.ticket(head.id)
    if ticket is None or newest == (ticket.terms or ticket.digest):
        return False
    wanted = engine.programs.of_ticket(reading, ticket, "" if head.digest == newest else newest)
    return wanted.procedure.goals != engine.program(reading, ticket).procedure.goals
