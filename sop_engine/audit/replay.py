"""Replay: every command is decided again, from the record alone, with the procedure that it was pinned to.

The law. Each step is decided on the state evolved from the *recorded* steps, so one difference does not cascade. What
is compared is the record itself: events, fields, timers, facts used, results, the state's hash. Before that, the bytes
are checked: hash, chain, canonical form, and every value beside the step against its commitment. After the last step
the ticket's row is compared with the state that the record leads to. An erased value leaves its commitment, and the
proof stands.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from sop_engine import canonical
from sop_engine.audit.findings import Mismatch, Report
from sop_engine.audit.letters import Told, compare_letters, told_by
from sop_engine.audit.places import place_of
from sop_engine.audit.rows import compare_row, readable
from sop_engine.audit.steps import (
    COMMITMENT,
    Marks,
    check_cause,
    check_chain,
    check_course,
    check_form,
    check_hash,
    check_left_over,
    check_marks,
    check_values,
    commitments,
    marks_of_site,
    read_record,
    unreadable,
)
from sop_engine.audit.walk import Past, Span, by_step, past_of, spans, walk
from sop_engine.audit.whole import check_whole
from sop_engine.errors import SetUp
from sop_engine.messages import Message, msg
from sop_engine.store.programs import Programs
from sop_engine.store.seam import CALENDAR, Reads, StoredStep
from sop_engine.ticket.decide import decide
from sop_engine.ticket.evolve import blank, evolve
from sop_engine.ticket.program import Program
from sop_engine.ticket.questions import CalendarAnswer
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
from sop_engine.ticket.site.history import decide_site
from sop_engine.ticket.terms import terms_of

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

    def wrote(self, slot: str) -> bool:
        return slot in self._values


def replay_all(reading: Reads, programs: Programs, zone: ZoneInfo) -> Iterator[Report]:
    """Replay every ticket and the site's own history, one report each, and check what belongs to no single one; memory
    does not grow with the store."""
    for span in spans(reading):
        yield from replay_span(reading, programs, zone, span)
    yield check_whole(reading, programs)


def replay_span(reading: Reads, programs: Programs, zone: ZoneInfo, span: Span) -> Iterator[Report]:
    """Replay the tickets of one part of the store, one report each."""
    marks = marks_of_site(reading)
    for past in walk(reading, span):
        yield _replay(reading, programs, zone, past, marks)


def replay_ticket(reading: Reads, programs: Programs, zone: ZoneInfo, id: str) -> Report:
    """Replay one ticket from its first step to its last, then compare its row; `zone` is the site's."""
    return _replay(reading, programs, zone, past_of(reading, id), marks_of_site(reading))


def _replay(reading: Reads, programs: Programs, zone: ZoneInfo, past: Past, marks: Marks) -> Report:
    report, told = Report(tickets=1), Told()
    ticket: Ticket | None = None
    for stored in past.steps:
        report.steps += 1
        report.mismatches.extend(check_marks(stored, marks))
        try:
            ticket = _replay_step(reading, programs, report, ticket, stored, past.values.pop(stored.number, {}), told)
        except SetUp as lost:  # the procedure is gone or changed: the other tickets must be gone through all the same
            report.mismatches.append(Mismatch(stored.ticket, stored.number, "missing", lost.message))
            return report
        except Exception as error:  # a record that was tampered with can fail in any way; an honest one must not
            report.mismatches.append(unreadable(stored, error))
            return report
    report.mismatches.extend(check_left_over(past.id, past.values))
    report.mismatches.extend(readable(past.id, compare_letters(reading, past.id, told)))
    report.mismatches.extend(readable(past.id, compare_row(reading, past, ticket, programs, zone)))
    return report


def state_at(reading: Reads, programs: Programs, id: str, until: int | str) -> Ticket | None:
    """The ticket as it was after step `until`, or at the instant `until` (as recorded); None before its first step."""
    ticket: Ticket | None = None
    beside = by_step(reading, id)
    for stored in reading.steps(id):
        record = canonical.parse(stored.data)
        if (isinstance(until, int) and stored.number > until) or (
            isinstance(until, str) and record["recorded"] > until
        ):
            break
        program = programs.of(reading, record["procedure"])
        ticket = ticket or blank(id, program.procedure.id, record["procedure"])
        ticket = evolve(ticket, record, beside.get(stored.number, {}), stored.hash, program.order)
    return ticket


# --- one step --------------------------------------------------------------------------------------------------------


def _replay_step(
    reading: Reads,
    programs: Programs,
    report: Report,
    ticket: Ticket | None,
    stored: StoredStep,
    values: Mapping[str, Sealed],
    told: Told,
) -> Ticket | None:
    """Check one step and decide it again; gives the ticket after it, by the record. Its letters are added to `told`."""
    found = report.mismatches
    found.extend(check_hash(stored))
    record = read_record(stored, found)
    if record is None:
        return ticket
    said = record["ticket"], record["number"], record["previous"]
    found.extend(check_chain(stored, said, ticket.number + 1 if ticket else 1, ticket.head if ticket else GENESIS))
    sealed = COMMITMENT in stored.data  # most steps hold none, and going through all of a record costs time
    if sealed or values:
        found.extend(check_values(stored, dict(commitments(record)), values, report))
    found.extend(check_cause(reading, stored, record))
    if ticket is not None:
        found.extend(check_course(stored, record, ticket))
    told.add(told_by(record))
    program = programs.of(reading, record["procedure"])
    begun = ticket or blank(stored.ticket, program.procedure.id, record["procedure"])
    after = evolve(begun, record, values, stored.hash, program.order)
    answers = _answers(reading, programs, record["facts"], values if sealed else None)
    if ticket is not None and ticket.digest == record["procedure"]:
        asked = record["command"]
        program = programs.of_ticket(reading, ticket, terms_of(ticket, asked["name"], asked["arguments"]))
    again = _decide_again(program, ticket, record, values if sealed else None, stored, answers)
    if isinstance(again, Step) and again.data == stored.data:
        # The same bytes: canonical, and decided alike, the state's hash too. So the events lead to that state if they
        # lead to the ticket that was decided.
        if after != again.after:
            found.extend(_state(stored, record, after))
        return after
    found.extend(check_form(stored, record))
    found.extend(_state(stored, record, after))
    found.extend(_differences(reading, again, record, stored))
    return after


def _state(stored: StoredStep, record: Mapping[str, Any], after: Ticket) -> Iterator[Mismatch]:
    actual = after.state_hash()
    if actual != record["state"]:
        what = msg("the events do not lead to the state whose hash was recorded")
        yield Mismatch(stored.ticket, stored.number, "state", what, record["state"], actual)


def _decide_again(
    program: Program,
    ticket: Ticket | None,
    record: dict[str, Any],
    values: Mapping[str, Sealed] | None,
    stored: StoredStep,
    answers: Mapping[str, Any],
) -> Step | Refusal | Missing:
    """What the step's command comes to now, on the ticket before it; `values` is None where it holds no commitment."""
    given = Given(
        recorded=canonical.instant_of(record["recorded"]),
        effective=canonical.instant_of(record["effective"]),
        sealer=RecordedSeals(values or {}),
        answers=answers,
        results=record["results"],
        simulated=bool(record.get("simulated")),
        training=bool(record.get("training")),
        engine=record["engine"],
    )
    command = _command(record, values)
    return (decide_site if stored.ticket == SITE else decide)(program, ticket, command, given)


def _differences(
    reading: Reads, again: Step | Refusal | Missing, record: dict[str, Any], stored: StoredStep
) -> Iterator[Mismatch]:
    """Where what is decided now is not what was recorded."""
    kind = "decided" if record["rules"] == RULES else "rules"
    match again:
        case Refusal(message=message):
            what = msg("it was accepted, and would be refused now: {why}", why=message)
            yield _difference(reading, stored, record, kind, what, record["events"], None)
        case Missing(questions):
            what = msg("deciding it now asks {questions}, which was not asked then", questions=questions)
            yield _difference(reading, stored, record, kind, what, record["facts"], None)
        case Step():
            decided = canonical.parse(again.data)
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


def _command(record: Mapping[str, Any], values: Mapping[str, Sealed] | None) -> Command:
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
        proof=tuple(sorted(record.get("proof", {}).items())),
    )


def _answers(
    reading: Reads, programs: Programs, facts: Mapping[str, Any], values: Mapping[str, Sealed] | None
) -> dict[str, Any]:
    """The recorded facts as they were answered: values with what lies beside the step, calendars by their digest."""
    found: dict[str, Any] = {}
    for question, answer in facts.items():
        if question.startswith(CALENDAR) and isinstance(answer, str):
            found[question] = CalendarAnswer(answer, programs.calendar(reading, answer))
        else:
            found[question] = _open(answer, values)
    return found


def _open(value: Any, values: Mapping[str, Sealed] | None) -> Any:
    """A recorded value with commitments replaced by what lies beside the step, or by `Erased`."""
    if values is None:
        return value
    if isinstance(value, dict):
        if set(value) == {"commitment", "slot"}:
            sealed = values.get(value["slot"])
            return sealed.value if sealed is not None and sealed.salt is not None else Erased(value["commitment"])
        return {key: _open(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_open(item, values) for item in value]
    return value


def summed(reports: Iterable[Report]) -> Report:
    """All reports as one."""
    total = Report()
    for report in reports:
        total.add(report)
    return total
