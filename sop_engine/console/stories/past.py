"""A ticket's steps out of the store: its story, and how it once stood."""

import json
from typing import TYPE_CHECKING

from sop_engine.console.stories.story import Chapter, Teller, tell
from sop_engine.errors import NotFound
from sop_engine.messages import msg
from sop_engine.store.projections import head_of
from sop_engine.store.seam import Head, Reads
from sop_engine.ticket.evolve import blank, evolve
from sop_engine.ticket.records import SITE, Sealed, Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def read_story(opened: "Opened", reading: Reads, id: str, after: int = 0, until: int | None = None) -> list[Chapter]:
    """A ticket's steps after one number and up to another, told."""
    hidden = opened.hidden_from(reading.ticket(id))
    teller = Teller(opened.call.language, opened.zone, opened.names, opened.currency, hidden, opened.firm_titles)
    engine, chapters = opened.site.engine, []
    for stored in reading.steps(id, after, until):
        record = json.loads(stored.data)
        program = engine.programs.of(reading, record["procedure"])
        version = 0 if id == SITE else engine.version_number(reading, record["procedure"])
        beside = {slot: value for (_number, slot), value in reading.sealed(id, stored.number).items()}
        chapters.append(tell(record, beside, program, version, teller))
    return chapters


def as_it_was(opened: "Opened", reading: Reads, id: str, until: int) -> tuple[Ticket, Head]:
    """A ticket after step `until`, by its record. Raises `NotFound` where it has no such step."""
    engine, ticket = opened.site.engine, None
    beside: dict[int, dict[str, Sealed]] = {}
    for (number, slot), value in reading.sealed(id).items():
        beside.setdefault(number, {})[slot] = value
    for stored in reading.steps(id, 0, until):
        record = json.loads(stored.data)
        program = engine.programs.of(reading, record["procedure"])
        ticket = ticket or blank(id, program.procedure.id, record["procedure"])
        ticket = evolve(ticket, record, beside.get(stored.number, {}), stored.hash, program.order)
    if ticket is None or ticket.number != until:
        raise NotFound(
            msg("{ticket} has no step {number}", ticket=id, number=until),
            fix=msg("its steps: sop audit log {ticket}", ticket=id),
        )
    program = engine.program(reading, ticket)
    return ticket, head_of(program, ticket, engine.version_number(reading, ticket.digest), opened.zone)
