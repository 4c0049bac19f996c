"""What `sop slip` asks at the terminal: box by box, in the order of the paper."""

from typing import TYPE_CHECKING, Any

from sop_engine.console.asking import answer, ask_field
from sop_engine.console.tickets import by_title
from sop_engine.documents.boxes import boxes_of
from sop_engine.engine.people.identity import find_person
from sop_engine.errors import NotFound, NotUnderstood
from sop_engine.messages import msg
from sop_engine.procedure import Form
from sop_engine.store.seam import Reads
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.console.staff.slip import Tick


def ask_slip(
    opened: "Opened", reading: Reads, program: Program, ticket: Ticket, form: str | None, worker: str | None
) -> tuple[list["Tick"], str | None]:
    """The ticked boxes, and whose work it was. Raises `NotUnderstood` where the input ends."""
    from sop_engine.console.staff.slip import Tick

    paper, boxes = _paper(opened, reading, program, form)
    output = opened.call.output
    output.tell(msg("{form} of {ticket}; for each box: the time that stands there, `x` where it is ticked without one, "
                    "nothing where it is not ticked", form=paper.title or paper.id, ticket=ticket.id))  # fmt: skip
    worker = _ask_worker(opened, reading, worker)
    ticks: list[Tick] = []
    present: dict[str, Any] = dict(ticket.fields)
    booked = _booked(program, ticket, boxes)
    for trigger in booked:
        output.tell(msg("☑ {title} ({id}): booked already", title=_title(program, trigger), id=trigger))
    for trigger in boxes[len(booked) :]:
        tick = _ask_box(opened, program, trigger)
        if tick is None:
            continue
        _ask_values(opened, program, tick, present)
        present |= tick.fields
        ticks.append(tick)
    return ticks, worker


def _paper(opened: "Opened", reading: Reads, program: Program, said: str | None) -> tuple[Form, tuple[str, ...]]:
    """The form that came back, with its boxes. Raises `NotFound`."""
    forms = program.procedure.forms
    id = by_title(said, {each.id: each.title for each in forms}, "form") if said is not None else None
    for each in forms:
        if said is None or each.id == id:
            boxes = boxes_of(each, lambda digest: reading.blob(digest) or b"", opened.call.language)
            known = tuple(box for box in boxes if box in program.triggers)
            if known:
                return each, known
    raise NotFound(
        msg("{procedure} has no such form with tick boxes", procedure=program.procedure.title),
        near=[each.id for each in forms],
        fix=msg("say what was done: sop slip ID --tick TRIGGER=TIME"),
    )


def _ask_worker(opened: "Opened", reading: Reads, worker: str | None) -> str | None:
    while True:
        who = opened.named(worker) if worker is not None else msg("you")
        opened.call.output.tell(msg("Whose work was it?"), msg("  empty: {value}", value=who))
        text = answer(opened).strip()
        if not text:
            return worker
        try:
            return find_person(reading, text).id
        except NotUnderstood as fault:
            opened.call.output.tell(fault.message)


def _booked(program: Program, ticket: Ticket, boxes: tuple[str, ...]) -> tuple[str, ...]:
    """The boxes at the head of the paper that were done already, told by radio, and cannot be done again as it is."""
    offered = {offer.trigger for _state, offer in program.chart.offers(ticket.active)}
    done: list[str] = []
    for trigger in boxes:
        if trigger in offered or trigger not in ticket.did:
            break
        done.append(trigger)
    return tuple(done)


def _title(program: Program, trigger: str) -> Any:
    titles = (offer.title for state in program.procedure.states for offer in state.offers if offer.trigger == trigger)
    return next(titles, {}) or trigger


def _ask_box(opened: "Opened", program: Program, trigger: str) -> "Tick | None":
    from sop_engine.console.staff.slip import Tick, time_of

    while True:
        opened.call.output.tell(msg("☐ {title} ({id})", title=_title(program, trigger), id=trigger))
        text = answer(opened).strip()
        if not text:
            return None
        if text.casefold() in {"x", "√", "✓", "y"}:
            return Tick(trigger)
        try:
            return Tick(trigger, time_of(opened, _title(program, trigger), text))
        except NotUnderstood as fault:
            opened.call.output.tell(fault.message)


def _ask_values(opened: "Opened", program: Program, tick: "Tick", present: dict[str, Any]) -> None:
    """Ask what the trigger asks; what it only may ask can be left empty."""
    offers = [offer for state in program.procedure.states for offer in state.offers if offer.trigger == tick.trigger]
    for name in dict.fromkeys(name for offer in offers for name in (*offer.ask, *offer.may_ask)):
        required = all(name in offer.ask for offer in offers)
        declared = program.fields[name]
        value = ask_field(opened, declared, present.get(name), required=required and declared.required is None)
        if value is None and required:
            value = present.get(name, declared.default)
        if value is not None:
            tick.fields[name] = value
