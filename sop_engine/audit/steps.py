"""What can be said of a step without deciding it again: its bytes, its place in the chain, what lies beside it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sop_engine import canonical
from sop_engine.audit.findings import Mismatch, Report
from sop_engine.messages import msg
from sop_engine.store.seam import Reads, StoredStep
from sop_engine.ticket.records import SITE, Sealed, Ticket

_SALT: Final = re.compile("[0-9a-f]{32}")

COMMITMENT: Final = b'"commitment":'
"""stands in the bytes of every step that holds a commitment, and in no text: quotes inside a text are escaped"""


def check_hash(stored: StoredStep) -> Iterator[Mismatch]:
    """The step's bytes have the hash that was recorded."""
    actual = canonical.digest(stored.data)
    if actual != stored.hash:
        what = msg("the step's bytes were changed: they no longer have the hash that was recorded")
        yield Mismatch(stored.ticket, stored.number, "hash", what, stored.hash, actual)


Marks = frozenset[str]
"""what the steps of a site are marked with: `simulated` of a demo, `training` of one for practising; usually nothing"""
_MARKS: Final = {"simulated": b',"simulated":true,"state":"', "training": b',"training":true,"typist":'}


def marks_of_site(reading: Reads) -> Marks:
    """What the first step of the site's own history is marked with, and so all others must be."""
    first = next(reading.steps(SITE, 0, 1), None)
    return frozenset() if first is None else _marks(first)


def check_marks(stored: StoredStep, marks: Marks) -> Iterator[Mismatch]:
    """The step is marked as the site is: nobody gave a real site a clock that he moves, or passed practice off as
    real."""
    for name in sorted(_marks(stored) ^ marks):
        what = msg("the site's own history begins otherwise: with `{name}` or without", name=name)
        yield Mismatch(stored.ticket, stored.number, "chain", what, name not in marks, name in marks)


def _marks(stored: StoredStep) -> Marks:
    return frozenset(name for name in _MARKS if _is_marked(stored.data, name))


def _is_marked(data: bytes, name: str) -> bool:
    if b'"%b"' % name.encode() not in data:
        return False
    if _MARKS[name] in data:
        return True
    try:  # not as the engine writes it
        record = canonical.parse(data)
    except ValueError:
        return False
    return isinstance(record, dict) and bool(record.get(name))


def read_record(stored: StoredStep, found: list[Mismatch]) -> dict[str, Any] | None:
    """The step's content; None, and a finding, where the bytes are no record."""
    try:
        record: dict[str, Any] = canonical.parse(stored.data)
    except ValueError:
        found.append(Mismatch(stored.ticket, stored.number, "form", msg("the step's bytes are no record any more")))
        return None
    return record


def check_form(stored: StoredStep, record: Mapping[str, Any]) -> Iterator[Mismatch]:
    """The bytes are the canonical form of what they say."""
    if canonical.to_bytes(record) != stored.data:
        yield Mismatch(stored.ticket, stored.number, "form", msg("the step's bytes are not canonical"))


def check_chain(stored: StoredStep, said: tuple[str, int, str], number: int, previous: str) -> Iterator[Mismatch]:
    """The step continues the one before: `said` is the ticket, number and previous hash that its bytes name, `number`
    and `previous` are what they must be."""
    expected = (stored.ticket, number, previous)
    for name, want, have in zip(("ticket", "number", "previous"), expected, said, strict=True):
        if want != have or (name == "number" and stored.number != have):
            what = msg("the chain is broken: `{name}` does not continue the step before", name=name)
            yield Mismatch(stored.ticket, stored.number, "chain", what, have, want)


def check_course(stored: StoredStep, record: Mapping[str, Any], before: Ticket) -> Iterator[Mismatch]:
    """The step stays with the version that the ticket is pinned to, and no time runs backwards."""
    if record["procedure"] != before.digest:
        what = msg("the step was decided by another version than the ticket is pinned to")
        yield Mismatch(stored.ticket, stored.number, "chain", what, record["procedure"], before.digest)
    for name, last in (("recorded", before.recorded), ("effective", before.effective)):
        if record[name] < last:
            what = msg("`{name}` is earlier than that of the step before", name=name)
            yield Mismatch(stored.ticket, stored.number, "chain", what, record[name], last)


def check_cause(reading: Reads, stored: StoredStep, record: Mapping[str, Any]) -> Iterator[Mismatch]:
    """The step that caused this one is there."""
    if record["cause"] is not None:
        ticket, number = record["cause"]
        if next(reading.steps(ticket, number - 1, number), None) is None:
            what = msg("step {number} of {ticket}, which caused it, is gone", number=number, ticket=ticket)
            yield Mismatch(stored.ticket, stored.number, "missing", what)


def check_values(
    stored: StoredStep, committed: Mapping[str, str], values: Mapping[str, Sealed], report: Report
) -> Iterator[Mismatch]:
    """Every commitment of the step (`committed`: by slot) has its value beside it, unchanged or lawfully erased;
    nothing else lies there."""
    for slot, commitment in sorted(committed.items()):
        sealed = values.get(slot)
        if sealed is None:
            yield _of_value(stored, msg("the value of {slot} is gone", slot=slot))
        elif sealed.salt is None:
            report.erased += 1
            if sealed.value is not None or sealed.commitment != commitment:
                yield _of_value(stored, msg("the erased value of {slot} was tampered with", slot=slot))
        elif (actual := _commitment_of(sealed)) != commitment or sealed.commitment != commitment:
            what = msg("the value of {slot} was changed: it no longer fits its commitment", slot=slot)
            yield _of_value(stored, what, commitment, actual)
    for slot in sorted(set(values) - set(committed)):
        yield _of_value(stored, msg("a value {slot} that no step wrote", slot=slot))


def _commitment_of(sealed: Sealed) -> str | None:
    """What a value's commitment would be with its salt; None where that is no salt as the engine writes it."""
    assert sealed.salt is not None
    if _SALT.fullmatch(sealed.salt) is None:
        return None
    return canonical.commitment(sealed.salt, sealed.value)


def check_left_over(id: str, values: Mapping[int, Mapping[str, Sealed]]) -> Iterator[Mismatch]:
    """Values that lie beside no step of the ticket."""
    for number, left in sorted(values.items()):
        yield Mismatch(id, number, "value", msg("values lie beside a step that does not exist"), sorted(left), None)


def _of_value(stored: StoredStep, what: Any, recorded: Any = None, actual: Any = None) -> Mismatch:
    return Mismatch(stored.ticket, stored.number, "value", what, recorded, actual)


def commitments(value: Any) -> Iterator[tuple[str, str]]:
    """(slot, commitment) of everything in a record that is committed only."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "commitment" in item and "slot" in item:
                yield item["slot"], item["commitment"]
            waiting.extend(each for each in item.values() if isinstance(each, dict | list))
        else:
            waiting.extend(each for each in item if isinstance(each, dict | list))


def unreadable(stored: StoredStep, error: Exception) -> Mismatch:
    """Nothing after a step that makes no sense can be looked at."""
    what = msg("the step makes no sense any more ({error}); nothing after it was replayed", error=repr(error)[:200])
    return Mismatch(stored.ticket, stored.number, "form", what)
