"""`db rebuild`: every projection made anew from the record: ticket rows, tasks, timers, the words by which tickets are
found, people, logins, versions. What checks a PIN that nobody set goes."""

from contextlib import suppress

from sop_engine import canonical
from sop_engine.engine.engine import Engine
from sop_engine.store import indexing
from sop_engine.store.file_places import note_files
from sop_engine.store.pin_checks import forget_strange
from sop_engine.store.projections import head_of, project_site
from sop_engine.store.seam import Writes
from sop_engine.store.search import Finding
from sop_engine.ticket.evolve import as_row, blank, evolve
from sop_engine.ticket.records import SITE, Sealed, Ticket


def rebuild(engine: Engine, dry_run: bool = False) -> int:
    """Make the projections anew, in one transaction; gives the number of tickets. The record is only read. A dry run is
    rolled back."""
    ids: list[str] = []
    with suppress(_OnlyTried), engine.store.writing(wait_seconds=300.0) as transaction:
        ids = _all_ids(transaction)
        transaction.forget_projections()
        forget_strange(transaction)
        for id in sorted(ids, key=lambda each: each != SITE):
            _rebuild_one(engine, transaction, id)
        if dry_run:
            raise _OnlyTried
    return len(ids) - 1


class _OnlyTried(Exception):
    """Its passing undoes the transaction of a dry run."""


def _all_ids(transaction: Writes) -> list[str]:
    found: list[str] = []
    while batch := transaction.ticket_ids(found[-1] if found else ""):
        found.extend(batch)
    return found


def _rebuild_one(engine: Engine, transaction: Writes, id: str) -> None:
    beside: dict[int, dict[str, Sealed]] = {}
    for (number, slot), value in transaction.sealed(id).items():
        beside.setdefault(number, {})[slot] = value
    ticket: Ticket | None = None
    findings: dict[str, Finding] = {}
    for stored in transaction.steps(id):
        record = canonical.parse(stored.data)
        values = beside.get(stored.number, {})
        program = engine.programs.of(transaction, record["procedure"])
        ticket = ticket or blank(id, program.procedure.id, record["procedure"])
        ticket = evolve(ticket, record, values, stored.hash, program.order)
        if id == SITE:
            project_site(transaction, stored.data, values)
        else:
            findings |= indexing.of_texts(stored.number, values)
            note_files(transaction, id, record["events"])
    if ticket is not None:
        program = engine.programs.of(transaction, ticket.digest)
        number = engine.version_number(transaction, ticket.digest)
        row, head = as_row(ticket), head_of(program, ticket, number, engine.settings.zone_info)
        transaction.project(row, head, findings | indexing.of_ticket(program, row))
