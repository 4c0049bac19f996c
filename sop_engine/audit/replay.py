"""Replay: every command is decided again, from the record alone, with the procedure that it was pinned to.

The law. Each step is decided on the state evolved from the *recorded* steps, so one difference does not cascade. What
is compared is the record itself: events, fields, timers, facts used, results, the state's hash. Before that, the bytes
are checked: hash, chain, canonical form, and every value beside the step against its commitment. After the last step
the ticket's row is compared with the state that the record leads to. An erased value leaves its commitment, and the
proof stands.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from sop_engine import canonical
from sop_engine.audit.findings import Mismatch, Report
from sop_engine.audit.places import place_of
from sop_engine.audit.rows import compare_row
from sop_engine.messages import Message, msg
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Reads, StoredStep
from sop_engine.ticket.decide import decide
from sop_engine.ticket.evolve import blank, evolve
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import (
    GENESIS,
    RULES,
    SITE,
    Command,
    Erased,
    Given,
    Missing,
    Refusal,
    Sealed,
    Step,
    Ticket,
)
from sop_engine.ticket.site import decide_site

_IGNORED: Final = {"engine"}
"""entries of a record that say who decided, not what"""


class RecordedSeals:
    """The sealer of a replay: salts are those that lie beside the recorded step."""

    def __init__(self, values: Mapping[str, Sealed]) -> None:
        self._values = values

    def seal(self, slot: str, value: Any) -> Sealed:
        recorded = self._values.get(slot)
        if recorded is None:
            return Sealed(GENESIS, None)
        if recorded.salt is None or isinstance(value, Erased):
            return recorded
        return Sealed(canonical.commitment(recorded.salt, value), recorded.salt, value)


def replay_all(reading: Reads, programs: Programs, zone: ZoneInfo, batch: int = 500) -> Iterator[Report]:
    """Replay every ticket and the site's own history, one report each; memory does not grow with the store."""
    after = ""
    while ids := reading.ticket_ids(after, batch):
        for id in ids:
            yield replay_ticket(reading, programs, zone, id)
        after = ids[-1]


def replay_ticket(reading: Reads, programs: Programs, zone: ZoneInfo, id: str) -> Report:
    """Replay one ticket from its first step to its last, then compare its row; `zone` is the site's."""
    report = Report(tickets=1)
    ticket: Ticket | None = None
    beside = _by_step(reading.sealed(id))
    for stored in reading.steps(id):
        report.steps += 1
        before = len(report.mismatches)
        try:
            ticket = _replay_step(reading, programs, report, ticket, stored, beside.pop(stored.number, {}))
        except Exception as error:  # a record that was tampered with can fail in any way; an honest one must not
            if len(report.mismatches) == before:
                raise
            report.mismatches.append(_unreadable(stored, error))
            return report
    for number, left in sorted(beside.items()):
        report.mismatches.append(
            Mismatch(id, number, "value", msg("values lie beside a step that does not exist"), sorted(left), None)
        )
    program = programs.of(reading, ticket.digest) if ticket else None
    report.mismatches.extend(compare_row(reading, id, ticket, program, zone))
    return report


def state_at(reading: Reads, programs: Programs, id: str, until: int | str) -> Ticket | None:
    """The ticket as it was after step `until`, or at the instant `until` (as recorded); None before its first step."""
    ticket: Ticket | None = None
    beside = _by_step(reading.sealed(id))
    for stored in reading.steps(id):
        record = json.loads(stored.data)
        if (isinstance(until, int) and stored.number > until) or (
            isinstance(until, str) and record["recorded"] > until
        ):
            break
        program = programs.of(reading, record["procedure"])
        ticket = ticket or blank(id, program.procedure.id, record["procedure"])
        ticket = evolve(ticket, record, beside.get(stored.number, {}), stored.hash, program.order)
    return ticket


def _unreadable(stored: StoredStep, error: Exception) -> Mismatch:
    """Nothing after a step that makes no sense can be replayed."""
    what = msg("the step makes no sense any more ({error}); nothing after it was replayed", error=repr(error)[:200])
    return Mismatch(stored.ticket, stored.number, "form", what)


# --- one step --------------------------------------------------------------------------------------------------------


def _replay_step(
    reading: Reads,
    programs: Programs,
    report: Report,
    ticket: Ticket | None,
    stored: StoredStep,
    values: Mapping[str, Sealed],
) -> Ticket | None:
    """Check one step and decide it again; gives the ticket after it, by the record."""
    found = report.mismatches
    record = _read(stored, found)
    if record is None:
        return ticket
    found.extend(_chain(stored, record, ticket))
    found.extend(_values(stored, record, values, report))
    program = programs.of(reading, record["procedure"])
    before = ticket
    after = evolve(
        ticket or blank(stored.ticket, program.procedure.id, record["procedure"]),
        record,
        values,
        stored.hash,
        program.order,
    )
    if after.state_hash() != record["state"]:
        found.append(
            Mismatch(
                stored.ticket,
                stored.number,
                "state",
                msg("the events do not lead to the state whose hash was recorded"),
                record["state"],
                after.state_hash(),
            )
        )
    found.extend(_decided(reading, program, before, record, values, stored))
    return after


def _read(stored: StoredStep, found: list[Mismatch]) -> dict[str, Any] | None:
    if canonical.digest(stored.data) != stored.hash:
        found.append(
            Mismatch(
                stored.ticket,
                stored.number,
                "hash",
                msg("the step's bytes were changed: they no longer have the hash that was recorded"),
                stored.hash,
                canonical.digest(stored.data),
            )
        )
    try:
        record: dict[str, Any] = json.loads(stored.data)
    except ValueError:
        found.append(Mismatch(stored.ticket, stored.number, "form", msg("the step's bytes are no record any more")))
        return None
    if canonical.to_bytes(record) != stored.data:
        found.append(Mismatch(stored.ticket, stored.number, "form", msg("the step's bytes are not canonical")))
    return record


def _chain(stored: StoredStep, record: Mapping[str, Any], ticket: Ticket | None) -> Iterator[Mismatch]:
    expected = (stored.ticket, ticket.number + 1 if ticket else 1, ticket.head if ticket else GENESIS)
    actual = (record["ticket"], record["number"], record["previous"])
    for name, want, have in zip(("ticket", "number", "previous"), expected, actual, strict=True):
        if want != have or (name == "number" and stored.number != have):
            yield Mismatch(
                stored.ticket,
                stored.number,
                "chain",
                msg("the chain is broken: `{name}` does not continue the step before", name=name),
                have,
                want,
            )


def _values(
    stored: StoredStep, record: Mapping[str, Any], values: Mapping[str, Sealed], report: Report
) -> Iterator[Mismatch]:
    """Every commitment has its value beside the step, unchanged or lawfully erased; nothing else lies there."""
    committed = dict(commitments(record))
    for slot, commitment in sorted(committed.items()):
        sealed = values.get(slot)
        if sealed is None:
            yield Mismatch(stored.ticket, stored.number, "value", msg("the value of {slot} is gone", slot=slot))
        elif sealed.salt is None:
            report.erased += 1
            if sealed.value is not None or sealed.commitment != commitment:
                yield Mismatch(
                    stored.ticket,
                    stored.number,
                    "value",
                    msg("the erased value of {slot} was tampered with", slot=slot),
                )
        elif canonical.commitment(sealed.salt, sealed.value) != commitment or sealed.commitment != commitment:
            yield Mismatch(
                stored.ticket,
                stored.number,
                "value",
                msg("the value of {slot} was changed: it no longer fits its commitment", slot=slot),
                commitment,
                canonical.commitment(sealed.salt, sealed.value),
            )
    for slot in sorted(set(values) - set(committed)):
        yield Mismatch(stored.ticket, stored.number, "value", msg("a value {slot} that no step wrote", slot=slot))


def commitments(value: Any) -> Iterator[tuple[str, str]]:
    """(slot, commitment) of everything in a record that is committed only."""
    if isinstance(value, dict):
        if "commitment" in value and "slot" in value:
            yield value["slot"], value["commitment"]
        for item in value.values():
            yield from commitments(item)
    elif isinstance(value, list):
        for item in value:
            yield from commitments(item)


def _decided(
    reading: Reads,
    program: Program,
    ticket: Ticket | None,
    record: dict[str, Any],
    values: Mapping[str, Sealed],
    stored: StoredStep,
) -> Iterator[Mismatch]:
    """Decide the step's command again and compare."""
    given = Given(
        recorded=canonical.instant_of(record["recorded"]),
        effective=canonical.instant_of(record["effective"]),
        sealer=RecordedSeals(values),
        answers={question: _open(answer, values) for question, answer in record["facts"].items()},
        results=record["results"],
        simulated=bool(record.get("simulated")),
    )
    command = _command(record, values)
    result = (decide_site if stored.ticket == SITE else decide)(program, ticket, command, given)
    kind = "decided" if record["rules"] == RULES else "rules"
    match result:
        case Refusal(message=message):
            what = msg("it was accepted, and would be refused now: {why}", why=message)
            yield _difference(reading, stored, record, kind, what, record["events"], None)
        case Missing(questions):
            what = msg("deciding it now asks {questions}, which was not asked then", questions=questions)
            yield _difference(reading, stored, record, kind, what, record["facts"], None)
        case Step():
            decided = json.loads(result.data)
            for name in sorted((set(record) | set(decided)) - _IGNORED - {"rules"}):
                if record.get(name) != decided.get(name):
                    have, now = _first_difference(record.get(name), decided.get(name))
                    what = msg("`{name}` is decided otherwise now", name=name)
                    yield _difference(reading, stored, record, kind, what, have, now)


def _difference(
    reading: Reads, stored: StoredStep, record: dict[str, Any], kind: str, what: Message, have: Any, now: Any
) -> Mismatch:
    return Mismatch(stored.ticket, stored.number, kind, what, have, now, place_of(reading, record))


def _first_difference(recorded: Any, decided: Any) -> tuple[Any, Any]:
    """For lists the first entry that differs; otherwise both wholes."""
    if isinstance(recorded, list) and isinstance(decided, list):
        for have, now in zip(recorded, decided, strict=False):
            if have != now:
                return have, now
        shorter = min(len(recorded), len(decided))
        return recorded[shorter : shorter + 1], decided[shorter : shorter + 1]
    return recorded, decided


def _command(record: Mapping[str, Any], values: Mapping[str, Sealed]) -> Command:
    """The command that a step was the answer to, with what lay beside it put back in."""
    said = record["command"]
    drawn = record["ticket"] if said["name"] != "open" or record["cause"] else ""
    cause = record["cause"]
    return Command(
        id=said["id"],
        name=said["name"],
        ticket=drawn,
        actor=record["actor"],
        login=record["login"],
        arguments=_open(said["arguments"], values),
        typist=record["typist"],
        heard=record["heard"],
        standing_for=record["for"],
        at=canonical.instant_of(record["occurred"]) if record["occurred"] else None,
        cause=(cause[0], cause[1]) if cause else None,
    )


def _open(value: Any, values: Mapping[str, Sealed]) -> Any:
    """A recorded value with commitments replaced by what lies beside the step, or by `Erased`."""
    if isinstance(value, dict):
        if set(value) == {"commitment", "slot"}:
            sealed = values.get(value["slot"])
            return sealed.value if sealed is not None and sealed.salt is not None else Erased(value["commitment"])
        return {key: _open(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_open(item, values) for item in value]
    return value


def _by_step(sealed: Mapping[tuple[int, str], Sealed]) -> dict[int, dict[str, Sealed]]:
    found: dict[int, dict[str, Sealed]] = {}
    for (number, slot), value in sealed.items():
        found.setdefault(number, {})[slot] = value
    return found


def summed(reports: Iterable[Report]) -> Report:
    """All reports as one."""
    total = Report()
    for report in reports:
        total.add(report)
    return total
