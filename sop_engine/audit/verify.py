"""Verification: that nobody has touched what is stored, without deciding anything again.

The law.

1. Every step's bytes have the hash that stands beside them, name their ticket, their number and the hash of the step
   before, and every commitment in them has its value beside the step, or has it lawfully erased.
2. The last step names the hash of the ticket's state. The ticket's row must have that hash, and lists, tasks and timers
   must be what the row leads to; a personal value in the row must be the one that its commitment stands for.
3. That the events lead to the state, that they follow from the command, and that a step's bytes are in canonical form,
   is what `replay` finds out. Whoever could rewrite every step of a ticket with all hashes could deceive this, and
   would be found there, or by the hash of the last step that somebody else has kept.

A step is a thousand bytes of JSON, and reading it takes ten times as long as hashing it. A step that the engine wrote
has its entries in one order, so what is needed is looked for as bytes: no text can look like them, since quotes inside
a text are escaped. Whatever does not look so, or looks so twice, is read as JSON.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from sop_engine import canonical
from sop_engine.audit.findings import Mismatch, Report
from sop_engine.audit.rows import compare, compare_lists, no_row, readable
from sop_engine.audit.steps import (
    COMMITMENT,
    Marks,
    check_chain,
    check_hash,
    check_left_over,
    check_marks,
    check_values,
    commitments,
    marks_of_site,
    unreadable,
)
from sop_engine.audit.walk import Past, Span, past_of, spans, walk
from sop_engine.audit.whole import check_whole
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Reads, StoredStep
from sop_engine.ticket.records import GENESIS, SITE, Sealed, Ticket

_SEALED: Final = re.compile(
    rb'\{"commitment":"([0-9a-f]{64})",(?:"field":"[a-z0-9_]+","kind":"written",)?"slot":"([^"\\]+)"\}'
)
_PLACE: Final = b',"number":%d,"occurred":'
_PREVIOUS: Final = b',"previous":"%b","procedure":"'
_TICKET: Final = b',"ticket":"%b","typist":'
_EFFECTIVE: Final = re.compile(rb',"effective":"([^"]+)","engine":"')
_RECORDED: Final = re.compile(rb'","recorded":"([^"]+)","results":\[')
_STATE: Final = re.compile(rb',"state":"([0-9a-f]{64})","ticket":"')


def verify_all(reading: Reads, programs: Programs, zone: ZoneInfo) -> Iterator[Report]:
    """Verify every ticket and the site's own history, one report each, and what belongs to no single one; memory does
    not grow with the store."""
    for span in spans(reading):
        yield from verify_span(reading, programs, zone, span)
    yield check_whole(reading, programs)


def verify_site(reading: Reads, programs: Programs, zone: ZoneInfo) -> Report:
    """Verify the site's own history, and the people, logins and versions that are made of it."""
    return _verify(reading, programs, zone, past_of(reading, SITE), marks_of_site(reading))


def verify_span(reading: Reads, programs: Programs, zone: ZoneInfo, span: Span) -> Iterator[Report]:
    """Verify the tickets of one part of the store, one report each; `zone` is the site's."""
    marks = marks_of_site(reading)
    for past in walk(reading, span):
        yield _verify(reading, programs, zone, past, marks)


def _verify(reading: Reads, programs: Programs, zone: ZoneInfo, past: Past, marks: Marks) -> Report:
    report = Report(tickets=1)
    kept = {sealed.commitment: sealed for values in past.values.values() for sealed in values.values()}
    last = _verify_steps(report, past, marks)
    if report.mismatches and last is None:
        return report
    report.mismatches.extend(check_left_over(past.id, past.values))
    row = past.standing.row if past.standing else None
    if last is None or past.standing is None or row is None:
        report.mismatches.append(no_row(past.id))
        return report
    differences = list(readable(past.id, _row(row, last, kept)))
    report.mismatches.extend(differences)
    if not differences:
        report.mismatches.extend(readable(past.id, compare_lists(reading, past.standing, row, programs, zone)))
    return report


# --- steps -----------------------------------------------------------------------------------------------------------


def _verify_steps(report: Report, past: Past, marks: Marks) -> StoredStep | None:
    """Verify all steps of a ticket; gives the last, or None where there is none, or one makes no sense."""
    found, values, ticket = report.mismatches, past.values, _TICKET % past.id.encode()
    previous, last = GENESIS, None
    for stored in past.steps:
        report.steps += 1
        _ticket, number, data, hash = stored
        if canonical.digest(data) != hash:
            found.extend(check_hash(stored))
        found.extend(check_marks(stored, marks))
        try:
            if number in values or COMMITMENT in data:
                found.extend(check_values(stored, _committed(data), values.pop(number, {}), report))
            if number != report.steps or not _in_place(data, ticket, report.steps, previous):
                record = canonical.parse(data)
                said = record["ticket"], record["number"], record["previous"]
                found.extend(check_chain(stored, said, report.steps, previous))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            found.append(unreadable(stored, error))
            return None
        previous, last = hash, stored
    return last


def _in_place(data: bytes, ticket: bytes, number: int, previous: str) -> bool:
    """Whether a step's bytes name this ticket, number and previous hash as the engine writes them."""
    # from the end, where they stand: from the beginning it takes four times as long
    find = data.rfind
    return find(ticket) >= 0 and find(_PLACE % number) >= 0 and find(_PREVIOUS % previous.encode()) >= 0


def _committed(data: bytes) -> dict[str, str]:
    """slot -> commitment of all that a step holds as commitments only."""
    usual = _SEALED.findall(data)
    if len(usual) == data.count(COMMITMENT):
        return {slot.decode(): commitment.decode() for commitment, slot in usual}
    return dict(commitments(canonical.parse(data)))


# --- the projection --------------------------------------------------------------------------------------------------


def _row(row: Ticket, last: StoredStep, kept: Mapping[str, Sealed]) -> Iterator[Mismatch]:
    """Where a ticket's row is not what its last step says; `kept` are the values beside its steps, by commitment."""
    effective, recorded, state = _ending(last.data)
    pairs = [
        ("number", last.number, row.number),
        ("head", last.hash, row.head),
        ("recorded", recorded, row.recorded),
        ("effective", effective, row.effective),
        ("state", state, row.state_hash()),
    ]
    for name, commitment in row.commits.items():
        sealed = kept.get(commitment)
        pairs.append((f"fields.{name}", sealed.value if sealed else None, row.fields.get(name)))
    yield from compare(row, pairs)


def _ending(data: bytes) -> tuple[str, str, str]:
    """The effective and recorded instants that a step names, and the hash of the ticket's state after it."""
    found = [each.findall(data) for each in (_EFFECTIVE, _RECORDED, _STATE)]
    if all(len(each) == 1 for each in found):
        effective, recorded, state = (each[0].decode() for each in found)
    else:
        record = canonical.parse(data)
        effective, recorded, state = record["effective"], record["recorded"], record["state"]
    return effective, recorded, state
