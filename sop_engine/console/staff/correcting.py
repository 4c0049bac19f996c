"""`sop edit`: correct what was entered wrongly, and hear what follows from it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.doing import explaining, tell_done
from sop_engine.console.given import read_given
from sop_engine.console.masking import masked_text
from sop_engine.console.parameters import FromFile, TicketId, option
from sop_engine.console.staff.acts import Reason, reason_given
from sop_engine.console.tickets import find_ticket
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, msg
from sop_engine.procedure import Field
from sop_engine.store.seam import Head
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Erased, Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.engine.engine import Done


def edit(
    call: Call,
    id: TicketId,
    field: Annotated[
        list[str] | None,
        option("--field", help=msg("a new value: name=value; name= clears it"), metavar="NAME=VALUE"),
    ] = None,
    from_file: FromFile = None,
    reason: Reason = None,
) -> None:
    """Correct fields of a ticket, with a reason. What is filled from them is filled again; where a unit or a person was
    wrong, it says who was told wrongly, which prints are void, and what is open already of the right one."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            head = find_ticket(reading, id)
            ticket = reading.ticket(head.id)
            assert ticket is not None, "a head has its ticket"
            program = opened.site.engine.program(reading, ticket)
        with explaining(opened, head):
            given = read_given(opened, program.fields, field or (), from_file, clearing=True)
            if not given:
                raise NotUnderstood(msg("nothing is corrected"), fix=msg("say what: --field name=value --reason why"))
            done = opened.act(opened.command("edit", head.id, {"fields": given, **reason_given(reason)}))
        others = _others(opened, program, given, head.id)
        tell_done(opened, done, _as_json(opened, others))
        if not done.repeated:
            opened.call.output.tell(*_followed(opened, done, ticket))
        if others:
            from sop_engine.console.staff.similar import tell_similar

            with opened.reading() as reading:
                tell_similar(opened, reading, others)


def _others(opened: "Opened", program: Program, given: dict[str, Any], id: str) -> list[Head] | None:
    """What is open already of the unit, the person or the number that is right; None where none of these was
    corrected."""
    from sop_engine.console.staff.similar import ASKED_BY, similar

    asked = {name: value for name, value in given.items() if program.fields[name].type in ASKED_BY}
    if not asked:
        return None
    with opened.reading() as reading:
        return [head for head in similar(reading, program, asked) if head.id != id]


def _as_json(opened: "Opened", others: list[Head] | None) -> dict[str, Any] | None:
    if others is None:
        return None
    from sop_engine import canonical
    from sop_engine.console.views.as_json import head_json

    now = canonical.instant_text(opened.now)
    return {"similar": [head_json(opened, head, now) for head in others]}


def _followed(opened: "Opened", done: "Done", before: Ticket) -> Iterator[Any]:
    """What followed from a correction besides: who is told, who was told wrongly, what is void; and what is to be done
    about the latter. `before` is the ticket as it was."""
    from sop_engine.console.names import shown_person
    from sop_engine.console.stories.undone import undone_event
    from sop_engine.messages import title_of
    from sop_engine.values import show_instant

    language, program = opened.call.language, done.program
    fields, forms = program.fields, {each.id: each for each in program.procedure.forms}

    def person(actor: str) -> Any:
        kind, _, name = actor.partition(":")
        return fields[name].title or name if kind == "field" else shown_person(actor, opened.names)

    def instant(text: str) -> str:
        from sop_engine import canonical

        return show_instant(canonical.instant_of(text), language, opened.zone)

    for event in done.step.events:
        if event["kind"] == "told" and event.get("act") in ("correct", "mistaken"):
            people = tuple(map(person, event["to"]))
            yield msg("told of the correction: {people}", people=people)
            continue
        said = undone_event(event, person, lambda id: title_of(forms[id].title, language, id), tuple, instant)
        if said is not None:
            yield said
        if event["kind"] == "corrected":
            told = dict.fromkeys(to.removeprefix("field:") for _number, _notice, to, *_ in event["wrongly"])
            yield from (_as_it_was(opened, program, fields[name], before) for name in told)
            yield msg("tell them that it was not for them, and write it down: sop note {ticket} ...",
                      ticket=done.step.ticket)  # fmt: skip
        elif event["kind"] == "printed":
            yield msg("print it anew: sop print {ticket} {form}", ticket=done.step.ticket, form=event["form"])


def _as_it_was(opened: "Opened", program: Program, field: Field, before: Ticket) -> Message:
    """Whom a message reached that was for another: the ticket shows only the right one now."""
    value = opened.fields_seen(before, program.procedure.fields).get(field.id)
    if isinstance(value, Erased) or value is None:
        shown: Any = msg("(erased)")
    elif field.personal in opened.hidden_from(before):
        shown = masked_text(field, value)
    else:
        shown = opened.shown(field, value)
    return msg("{field} was: {value}", field=field.title or field.id, value=shown)
