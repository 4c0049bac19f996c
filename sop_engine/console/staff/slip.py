"""`sop slip`: a work order that has come back on paper, booked in one command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.doing import explaining, tell_done
from sop_engine.console.given import field_named, read_given, read_json
from sop_engine.console.parameters import Values, argument, option
from sop_engine.console.staff.slip_questions import ask_slip
from sop_engine.console.tickets import by_title, find_ticket
from sop_engine.engine.engine import new_id
from sop_engine.engine.people.identity import find_person
from sop_engine.engine.slips import Booked, Maker, book
from sop_engine.errors import NotUnderstood, SomeFailed
from sop_engine.messages import msg, say
from sop_engine.procedure import Offer
from sop_engine.store.seam import Reads
from sop_engine.ticket.near import near
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Command, Ticket
from sop_engine.values import ValueProblem
from sop_engine.values.moments import read_instant

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

PAPER = "paper"


@dataclass(slots=True)
class Tick:
    """A box that is ticked: what was done, when (None: no time stands there), by whom, and with which values. `mine`:
    who books it does it himself, such as taking the slip back."""

    trigger: str
    at: datetime | None = None
    doer: str | None = None
    mine: bool = False
    fields: dict[str, Any] = field(default_factory=dict)


def slip(
    call: Call,
    id: Annotated[str, argument(msg("the ticket, or the end of its number"), "ID")],
    tick: Annotated[
        list[str] | None,
        option("--tick", help=msg("a ticked box: TRIGGER, or TRIGGER=TIME as it is written there"), metavar="BOX"),
    ] = None,
    mine: Annotated[
        list[str] | None,
        option("--mine", help=msg("what you do yourself when it is back, after the boxes"), metavar="TRIGGER"),
    ] = None,
    field: Values = None,
    from_file: Annotated[
        str | None,
        option("--from-file", help=msg("the slip as JSON: doer, entries of trigger, at, doer, mine, fields; - is "
                                       "standard input"), metavar="FILE"),
    ] = None,
    form: Annotated[
        str | None, option("--form", help=msg("which form came back (default: the first with boxes)"), metavar="FORM")
    ] = None,
) -> int:  # fmt: skip
    """Book a slip that has come back: what its boxes say was done, in the order of the paper, each a step, heard on
    paper. `--doer` is whose work it was; without it whoever has the task. What is refused ends it; what was booked
    before stands."""
    if call.at is not None or call.heard not in (None, PAPER):
        raise NotUnderstood(
            msg("a slip has its own times, and is heard on paper"),
            fix=msg("give the time with its box: --tick done=10:30"),
        )
    with call.open() as opened:
        doer, call.doer, call.heard = call.doer, None, None  # each box has its own
        opened.require_known()
        with opened.reading() as reading:
            head = find_ticket(reading, id)
            ticket = reading.ticket(head.id)
            assert ticket is not None, "a head has its ticket"
            program = opened.site.engine.program(reading, ticket)
            worker = find_person(reading, doer).id if doer is not None else assignee_of(ticket)
            with explaining(opened, head):
                ticks = _ticks(opened, program, tick or (), mine or (), field or ())
                if from_file is not None:
                    ticks = [*ticks, *read_slip(opened, reading, program, read_json(from_file))]
            if not ticks and call.asks:
                ticks, worker = ask_slip(opened, reading, program, ticket, form, worker)
        if not ticks:
            raise NotUnderstood(
                msg("no box is ticked; nothing was booked"),
                fix=msg("say what was done and when: sop slip {ticket} --tick accept=09:05 --tick done=10:30",
                        ticket=head.id),
            )  # fmt: skip
        makers = [maker(opened, each, worker, None if rank else call.expect) for rank, each in enumerate(ticks)]
        with call.writing(), explaining(opened, head):
            booked = book(opened.site.engine, makers, head.id, call.key, call.dry_run, opened.keep_files)
            if booked.refusal is not None and not booked.done:
                raise booked.refusal
        return _tell(opened, head.id, ticks, booked)


def _tell(opened: "Opened", ticket: str, ticks: Sequence[Tick], booked: Booked) -> int:
    """Print the ticket as it is then, with what was booked; gives the exit code. A refusal that came after something
    else is code 8; as JSON it stands in the same document."""
    entries = [
        {"step": done.step.number, "trigger": tick.trigger, "at": opened.local(canonical.instant_text(tick.at))
         if tick.at else None}
        for done, tick in zip(booked.done, ticks, strict=False)
    ]  # fmt: skip
    left = [each.trigger for each in ticks[len(booked.done) :]]
    refused = None if booked.refusal is None else say(booked.refusal.message, opened.call.language)
    tell_done(opened, booked.done[-1], {"booked": entries, "left": left, "refused": refused})
    if booked.refusal is not None and not opened.call.json:
        raise SomeFailed(
            msg("{done} of {count} boxes were booked; `{trigger}` was refused: {why}", done=len(entries),
                count=len(ticks), trigger=left[0], why=booked.refusal.message),
            where=ticket,
            fix=booked.refusal.fix or msg("when it is mended book the rest: sop slip {ticket} --tick {trigger}",
                                          ticket=ticket, trigger=left[0]),
        )  # fmt: skip
    return 0 if refused is None else SomeFailed.code


# --- commands --------------------------------------------------------------------------------------------------------


def maker(opened: "Opened", tick: Tick, worker: str | None, expect: int | None = None) -> Maker:
    """Makes the command of a ticked box, whose work it was being `worker` where the box says nobody else; with `expect`
    it is refused where the ticket has moved on."""
    typist, doer = opened.who, worker if tick.doer is None else tick.doer
    own = tick.mine or doer is None or doer == typist.actor

    def make(ticket: str) -> Command:
        return Command(
            id=new_id(),
            name="do",
            ticket=ticket,
            actor=typist.actor if own else str(doer),
            login=typist.login,
            arguments={"trigger": tick.trigger, "fields": tick.fields},
            typist=None if own else typist.actor,
            heard=None if own else PAPER,
            standing_for=typist.standing_for if own else None,
            at=tick.at,
            expect=expect,
            proof=typist.proof,
        )

    return make


def assignee_of(ticket: Ticket) -> str | None:
    """Whoever has the ticket's task, where that is one person."""
    found = {task["assignee"] for task in ticket.tasks.values() if "assignee" in task}
    return next(iter(found)) if len(found) == 1 else None


# --- what is said ----------------------------------------------------------------------------------------------------


def trigger_id(program: Program, said: str) -> str:
    """The trigger that a box is called by, by id or title. Raises `NotUnderstood`."""
    titles = [(offer.trigger, offer.title) for offer in _offers(program)]
    found = by_title(said.strip(), titles, "trigger")
    if found is None:
        words = {word: id for id, title in titles for word in (id, *title.values())}
        raise NotUnderstood(
            msg("there is no trigger {name} in {procedure}", name=said.strip()[:60], procedure=program.procedure.title),
            near=list(dict.fromkeys(words[each] for each in near(said.strip(), words))),
        )
    return found


def time_of(opened: "Opened", box: Any, said: str) -> datetime | None:
    """The time that stands at a box, called by its title or id; None where none does. Raises `NotUnderstood`."""
    if not said.strip():
        return None
    try:
        return read_instant(said.strip(), opened.now, opened.zone)
    except ValueProblem as problem:
        raise NotUnderstood(msg("{box}: {problem}", box=box, problem=problem.message)) from None


def asked_by(program: Program, trigger: str) -> tuple[str, ...]:
    """The fields for which a trigger asks, in any state that offers it."""
    found = [name for offer in _offers(program) if offer.trigger == trigger for name in (*offer.ask, *offer.may_ask)]
    return tuple(dict.fromkeys(found))


def _offers(program: Program) -> list[Offer]:
    return [offer for state in program.procedure.states for offer in state.offers]


def _ticks(
    opened: "Opened", program: Program, said: Sequence[str], mine: Sequence[str], fields: Sequence[str]
) -> list[Tick]:
    ticks = []
    for each in said:
        name, _equals, time = each.replace("＝", "=", 1).partition("=")
        trigger = trigger_id(program, name)
        ticks.append(Tick(trigger, time_of(opened, trigger, time)))
    ticks += [Tick(trigger_id(program, each), mine=True) for each in mine]
    for name, value in read_given(opened, program.fields, fields).items():
        taker = next((each for each in ticks if name in asked_by(program, each.trigger)), None)
        if taker is None:
            raise NotUnderstood(
                msg("no ticked box asks for {field}", field=program.fields[name].title or name),
                fix=msg("correct it by itself: sop edit ID --field {name}=... --reason ...", name=name),
            )
        taker.fields[name] = value
    return ticks


def read_slip(opened: "Opened", reading: Reads, program: Program, raw: Any) -> list[Tick]:
    """The boxes of a slip that is given as JSON. Raises `NotUnderstood`."""
    entries = raw.get("entries") if isinstance(raw, Mapping) else None
    if not isinstance(entries, list) or set(raw) - {"doer", "entries"}:
        raise NotUnderstood(
            msg("that is no slip"),
            fix=msg('write it so: {{"doer": NAME, "entries": [{{"trigger": ..., "at": ..., "fields": {{...}}}}]}}'),
        )
    doer = _person(reading, raw.get("doer"))
    return [_tick(opened, reading, program, each, doer) for each in entries]


def _tick(opened: "Opened", reading: Reads, program: Program, raw: Any, doer: str | None) -> Tick:
    if not isinstance(raw, dict) or set(raw) - {"trigger", "at", "doer", "mine", "fields"}:
        raise NotUnderstood(
            msg("an entry of a slip has trigger, at, doer, mine and fields"), fix=msg("leave out what is none of these")
        )
    trigger = trigger_id(program, str(raw.get("trigger")))
    fields = raw.get("fields") or {}
    if not isinstance(fields, dict):
        raise NotUnderstood(msg("{trigger}: `fields` is no JSON object", trigger=trigger))
    from sop_engine.console.given import read_json_values

    at = time_of(opened, trigger, str(raw.get("at") or ""))
    named = {field_named(program.fields, name).id: value for name, value in fields.items()}
    values = read_json_values(opened, program.fields, named)
    return Tick(trigger, at, _person(reading, raw.get("doer")) or doer, bool(raw.get("mine")), values)


def _person(reading: Reads, said: Any) -> str | None:
    return find_person(reading, str(said)).id if said else None
