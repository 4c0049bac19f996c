"""`sop backfill`: a stack of slips that were written while nothing worked, from a table, a row each.

| head | what |
|---|---|
| `paper`, 纸单号 | the number on the paper: the same a second time is not entered twice |
| `procedure`, 流程 | what is opened; or `ticket`, 单号: a ticket that is there already |
| `at`, 登记时间 | when it was opened: with its date |
| `by`, 登记人 | who wrote it down, if not whoever enters it |
| `doer`, 维修人员 | whose work it was: it is given to him, and what the assignee does is his |
| a field, by id or title | its value |
| a trigger, by id or title | when it was done; `x`: no time stands there |
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from sop_engine.console.call import Call
from sop_engine.console.given import not_a_value, read_texts
from sop_engine.console.names import with_names
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.console.staff.slip import asked_by, time_of
from sop_engine.console.tickets import by_title, find_procedure, find_ticket
from sop_engine.engine.engine import new_id
from sop_engine.engine.keys import KeyTaken
from sop_engine.engine.people.identity import find_person
from sop_engine.engine.slips import Booked, Maker, book
from sop_engine.errors import NotUnderstood, SomeFailed, SopError
from sop_engine.messages import Message, msg, say
from sop_engine.procedure import Assign, Offer
from sop_engine.sheets import MOST_BYTES, Row, Sheet, column_letters, read_sheet
from sop_engine.store.files import read_named
from sop_engine.store.seam import Reads
from sop_engine.ticket.near import near
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE, Command
from sop_engine.values import ValueProblem

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_HEADS: Final[Mapping[str, str]] = {
    "paper": "paper", "纸单号": "paper", "procedure": "procedure", "流程": "procedure",
    "ticket": "ticket", "单号": "ticket", "at": "at", "登记时间": "at", "by": "by", "登记人": "by",
    "doer": "doer", "维修人员": "doer", "经办人": "doer",
}  # fmt: skip
_TICKED: Final = frozenset({"x", "√", "✓", "是"})


class Slip(NamedTuple):
    """A row that was understood: the commands that enter it, and the ticket (empty: it is opened)."""

    row: int
    paper: str
    ticket: str
    makers: list[Maker]


class Fault(NamedTuple):
    """A row that was not entered, or not wholly."""

    row: int
    paper: str
    why: Any
    done: int = 0


@dataclass(slots=True)
class _Reading:
    """What reading the rows needs."""

    opened: "Opened"
    reading: Reads
    sheet: Sheet
    reserved: Mapping[str, Any]


def backfill(
    call: Call,
    file: Annotated[str, argument(msg("the table: CSV, tab-separated or XLSX; - is standard input"), "FILE")],
    procedure: Annotated[
        str | None, option("--procedure", help=msg("what is opened where no column says it"), metavar="PROCEDURE")
    ] = None,
) -> int:
    """Enter slips that were written in a declared outage, a row each. Clocks go by the times on the paper; both times
    stay on record. A row with a fault is not entered and is named; the others are."""
    data = sys.stdin.buffer.read(MOST_BYTES + 1) if file == "-" else read_named(Path(file), MOST_BYTES)
    if len(data) > MOST_BYTES:
        raise NotUnderstood(msg("{path} is longer than {most} bytes", path=file, most=MOST_BYTES), where=file)
    sheet = read_sheet(data, file)
    if "paper" not in {_HEADS.get(head) for head in sheet.heads}:
        raise NotUnderstood(
            msg("{path} has no column `{head}`", path=file, head="paper"),
            where=file,
            fix=msg("each slip has a number: paper, at, unit, fault ... and a column for each box: accept, done"),
        )
    with call.open() as opened:
        opened.require_known()
        slips, faults = _understood(opened, sheet, procedure)
        entered: list[tuple[Slip, Booked]] = []
        for slip in slips:
            with call.writing():
                booked = book(opened.site.engine, slip.makers, slip.ticket, f"paper:{slip.paper}", call.dry_run,
                              opened.keep_files)  # fmt: skip
            if booked.refusal is None:
                entered.append((slip, booked))
            else:
                faults.append(Fault(slip.row, slip.paper, _words(opened, booked.refusal), len(booked.done)))
        return _tell(opened, file, entered, sorted(faults))


def _understood(opened: "Opened", sheet: Sheet, procedure: str | None) -> tuple[list[Slip], list[Fault]]:
    slips: list[Slip] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    with opened.reading() as reading:
        site = reading.ticket(SITE)
        about = _Reading(opened, reading, sheet, site.fields.get("reserved", {}) if site is not None else {})
        for row in sheet.rows:
            said = {_HEADS[head]: cell for head, cell in row.cells.items() if head in _HEADS}
            paper = said.get("paper", "")
            try:
                if not paper:
                    raise NotUnderstood(msg("the paper has no number"))
                if paper in seen:
                    raise NotUnderstood(msg("row {row} has the same number", row=seen[paper]))
                seen[paper] = row.number
                slips.append(_slip(about, row, said, procedure))
            except SopError as fault:
                faults.append(Fault(row.number, paper, _words(opened, fault)))
    return slips, faults


def _words(opened: "Opened", fault: SopError) -> Any:
    if isinstance(fault, KeyTaken):
        return msg("it was entered before, by somebody else or with something else in it; look at {ticket}",
                   ticket=fault.ticket)  # fmt: skip
    return with_names(fault.message, opened.names)


# --- a row -----------------------------------------------------------------------------------------------------------


def _slip(about: _Reading, row: Row, said: Mapping[str, str], procedure: str | None) -> Slip:
    opened, reading = about.opened, about.reading
    writer = find_person(reading, said["by"]).id if said.get("by") else None
    doer = find_person(reading, said["doer"]).id if said.get("doer") else None
    ticket, name, opens = "", "", not said.get("ticket")
    if opens:
        version = find_procedure(reading, _required(said.get("procedure") or procedure, "procedure"))
        program, name = opened.site.engine.programs.of(reading, version.digest), version.procedure
        start = time_of(opened, "at", _required(said.get("at"), "at"))
    else:
        head = find_ticket(reading, said["ticket"])
        found = reading.ticket(head.id)
        assert found is not None, "a head has its ticket"
        ticket, program = head.id, opened.site.engine.program(reading, found)
        start = time_of(opened, "at", said["at"]) if said.get("at") else None
    fields, boxes = _cells(about, program, row)
    paper, makers = said["paper"], list[Maker]()
    make = _maker(opened, paper)
    if opens:
        taken = {each: fields.pop(each) for each in (*program.procedure.open.ask, *program.procedure.open.may_ask)
                 if each in fields}  # fmt: skip
        arguments: dict[str, Any] = {"procedure": name, "fields": taken}
        if paper in about.reserved:
            arguments["number"] = paper
        makers.append(make("open", arguments, writer, start))
    for trigger, at in _timed(opened, boxes, start):
        asked = asked_by(program, trigger)
        values = {each: fields.pop(each) for each in asked if each in fields}
        arguments = {"trigger": trigger, "fields": values}
        offers = [offer for state in program.procedure.states for offer in state.offers if offer.trigger == trigger]
        if doer is not None and _assigns(offers):
            arguments["assignee"] = doer
        does = doer if any(who.kind == "assignee" for offer in offers for who in offer.by) else writer
        makers.append(make("do", arguments, does, at))
    if fields:
        raise NotUnderstood(msg("no ticked box asks for {field}", field=tuple(fields)))
    if not makers:
        raise NotUnderstood(msg("no box is ticked; nothing was booked"))
    return Slip(row.number, paper, ticket, makers)


def _required(said: str | None, head: str) -> str:
    if not said:
        raise NotUnderstood(msg("the column `{head}` is empty", head=head))
    return said


def _cells(about: _Reading, program: Program, row: Row) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The values of a row's fields, and what stands at its boxes, in the order of the columns."""
    fields: dict[str, Any] = {}
    boxes: list[tuple[str, str]] = []
    titles = {each.id: each.title for each in program.fields.values()}
    triggers = [(offer.trigger, offer.title) for state in program.procedure.states for offer in state.offers]
    for rank, head in enumerate(about.sheet.heads):
        cell = row.cells.get(head, "")
        if not cell or head in _HEADS:
            continue
        place = msg("column {column} ({head})", column=column_letters(rank), head=head)
        id, trigger = by_title(head, titles, "field"), by_title(head, triggers, "trigger")
        if id is not None:
            try:
                fields[id] = read_texts(about.opened, program.fields[id], [cell])
            except ValueProblem as problem:
                fault = not_a_value(program.fields[id], problem)
                raise NotUnderstood(msg("{place}: {why}", place=place, why=fault.message)) from None
        elif trigger is not None:
            boxes.append((trigger, cell))
        else:
            raise NotUnderstood(
                msg("{place} is neither a field nor a trigger of {procedure}", place=place,
                    procedure=program.procedure.title),
                near=near(head, [*titles, *(each for each, _title in triggers)]),
            )  # fmt: skip
    return fields, boxes


def _timed(
    opened: "Opened", boxes: Sequence[tuple[str, str]], start: datetime | None
) -> list[tuple[str, datetime | None]]:
    """The boxes with their times. A bare time is that of the day before it, or of the next where it is earlier."""
    from sop_engine.values.moments import read_instant

    found: list[tuple[str, datetime | None]] = []
    last = start
    for trigger, said in boxes:
        at = last
        if said.casefold() not in _TICKED:
            try:
                at = read_instant(said, last or opened.now, opened.zone)
            except ValueProblem as problem:
                raise NotUnderstood(msg("{trigger}: {problem}", trigger=trigger, problem=problem.message)) from None
            if last is not None and at < last and _is_bare(said):
                at += timedelta(days=1)
        if last is not None and at is not None and at < last:
            raise NotUnderstood(msg("{trigger}: its time is before that of the box before it", trigger=trigger))
        last = at
        found.append((trigger, at))
    return found


def _is_bare(said: str) -> bool:
    return len(said) <= len("00:00:00") and "-" not in said


def _assigns(offers: Sequence[Offer]) -> bool:
    return any(isinstance(effect, Assign) for offer in offers for each in offer.alternatives for effect in each.effects)


def _maker(opened: "Opened", paper: str) -> Callable[[str, dict[str, Any], str | None, datetime | None], Maker]:
    typist = opened.who

    def make(name: str, arguments: dict[str, Any], doer: str | None, at: datetime | None) -> Maker:
        own = doer is None or doer == typist.actor

        def command(ticket: str) -> Command:
            return Command(
                id=new_id(),
                name=name,
                ticket=ticket,
                actor=typist.actor if own else str(doer),
                login=typist.login,
                arguments={**arguments, "backfill": paper},
                typist=None if own else typist.actor,
                heard=None if own else "paper",
                standing_for=typist.standing_for if own else None,
                at=at,
                proof=typist.proof,
            )

        return command

    return make


# --- what came of it -------------------------------------------------------------------------------------------------


def _tell(opened: "Opened", file: str, entered: Sequence[tuple[Slip, Booked]], faults: Sequence[Fault]) -> int:
    """Say what was entered and what was not; gives the exit code. As JSON both stand in one document."""
    call = opened.call
    rows = [(slip, booked.done[-1]) for slip, booked in entered]
    if call.json:
        call.output.json(
            {
                "entered": [
                    {"row": slip.row, "paper": slip.paper, "ticket": done.step.ticket, "repeated": done.repeated,
                     "state": list(done.head.state), "counts_from": opened.local(done.ticket.effective)}
                    for slip, done in rows
                ],
                "faults": [
                    {"row": each.row, "paper": each.paper, "why": say(each.why, call.language), "booked": each.done}
                    for each in faults
                ],
            }
        )  # fmt: skip
    else:
        columns = [Column(msg("row")), Column(msg("paper")), Column(msg("number"), whole=True), Column(msg("status"))]
        said: list[list[Any]] = [
            [str(slip.row), slip.paper, done.step.ticket, msg("entered before") if done.repeated else msg("entered")]
            for slip, done in rows
        ]
        said += [[str(each.row), each.paper, "", each.why] for each in faults]
        call.output.table(columns, sorted(said, key=lambda cells: int(cells[0])))
        if call.dry_run:
            call.output.tell(msg("dry run: nothing of this was kept"))
    if faults and not call.json:
        raise SomeFailed(
            msg("rows of {file} that were not entered: {rows}", file=file, rows=tuple(_at(each) for each in faults)),
            where=file,
            fix=msg("mend them and give the whole file again: what is entered is not entered twice"),
        )
    return SomeFailed.code if faults else 0


def _at(fault: Fault) -> Message:
    if fault.done:
        return msg("{row} (only its first {count} entries)", row=fault.row, count=fault.done)
    return msg("{row}", row=fault.row)
