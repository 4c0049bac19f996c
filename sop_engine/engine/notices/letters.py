"""A letter's text in its recipient's language, and where it goes: what a channel is handed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sop_engine import canonical
from sop_engine.engine.engine import Engine
from sop_engine.engine.notices.act_letters import ACT_LETTERS, act_letter, how_to_answer
from sop_engine.engine.notices.channels import Parcel
from sop_engine.engine.notices.sorting import person_of
from sop_engine.engine.people.personal import fields_seen, hidden_classes, text_seen
from sop_engine.errors import SetUp
from sop_engine.messages import Message, Text, msg, say, title_of
from sop_engine.procedure import Notice
from sop_engine.store.seam import OutLetter, Person, Reads
from sop_engine.ticket.acts.attention import CUSTOMER
from sop_engine.ticket.acts.shift_ends import OVER, WARNED
from sop_engine.ticket.former import as_the_new_one_sees
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE, Ticket
from sop_engine.values import NUMBERS, show_instant

MOST_CHARACTERS: Final = 20_000
"""of texts that go together; what is longer is told by its subjects only"""


def render(engine: Engine, reading: Reads, letter: OutLetter) -> Parcel:
    """A letter's text in its recipient's language, from the ticket as it is and the templates of its version."""
    from sop_engine.documents.notices import default_notice, render_notice

    ticket = reading.ticket(letter.ticket)
    assert ticket is not None, "a letter's ticket is kept for ever"
    program = engine.program(reading, ticket)
    person = person_of(reading, letter)
    language = (person.language if person else None) or engine.settings.languages[0]
    if ticket.id == SITE:
        return _of_site(engine, reading, letter, person, language)
    hidden = _hidden(engine, letter, ticket, person)
    theirs = as_the_new_one_sees(ticket, canonical.instant_text(engine.clock.now())) if person is None else None
    ticket = theirs or ticket
    masked = {NUMBERS} if theirs is not None else set[str]()  # what was written before may name whoever moved out
    facts = _facts(engine, reading, program, ticket, language) | _cause(engine, reading, program, letter, language)
    if letter.notice:
        notice = next(each for each in program.procedure.notices if each.id == letter.notice)
        subject, body = _templates(reading, notice, language)
        hidden -= set(notice.personal)
        hidden |= masked
        values, settings = _values(reading, program, ticket, notice.personal, hidden), engine.settings
        facts["subject"] = text_seen(hidden, facts["subject"])
        subject, body = render_notice(
            subject, body, values, facts, language, settings.zone_info, currency=settings.currency
        )
    else:
        facts["subject"] = text_seen(hidden | masked, facts["subject"])
        subject, body = default_notice(facts, language)
    name, contact = _address(ticket, letter.to, person)
    return Parcel(
        key=f"{letter.ticket}:{letter.number}:{letter.position}:{letter.to}",
        ticket=letter.ticket,
        to=letter.to,
        name=name,
        contact=contact,
        subject=subject,
        body=body,
        at=canonical.instant_text(engine.clock.now()),
        channel=letter.channel,
        language=language,
        training=engine.settings.training,
    )


def _of_site(engine: Engine, reading: Reads, letter: OutLetter, person: Person | None, language: str) -> Parcel:
    """A letter that the site's own history wrote: it is about no ticket."""
    assert person is not None, "only people of the site are told of what is the site's"
    stored = next(reading.steps(SITE, letter.number - 1, letter.number))
    record = canonical.parse(stored.data)
    act = record["events"][letter.position]["act"]
    said, answer = say(_act(reading, act, record), language), how_to_answer(act, record)
    body = [said, *([] if answer is None else [say(answer, language)]), engine.settings.name]
    return Parcel(
        key=f"{letter.ticket}:{letter.number}:{letter.position}:{letter.to}", ticket="", to=letter.to,
        name=person.name or person.id, contact=dict(person.contact), subject=said, body="\n".join(body) + "\n",
        at=canonical.instant_text(engine.clock.now()), channel=letter.channel, language=language,
        training=engine.settings.training,
    )  # fmt: skip


def together(parcels: Sequence[Parcel]) -> Parcel:
    """Parcels for one person by one channel as one, with a list of what each says. The key depends on which they are,
    so that the same ones have the same at every attempt, and others another."""
    if len(parcels) == 1:
        return parcels[0]
    first = parcels[0]
    whole = [f"{rank}. {each.subject}\n{each.body.strip()}" for rank, each in enumerate(parcels, start=1)]
    short = [f"{rank}. {each.subject}" for rank, each in enumerate(parcels, start=1)]
    body = "\n\n".join(whole) if sum(map(len, whole)) <= MOST_CHARACTERS else "\n".join(short)
    return replace(
        first,
        key=f"bundle:{canonical.digest(canonical.to_bytes([each.key for each in parcels]))[:32]}",
        ticket="",
        subject=say(msg("{count} notices", count=len(parcels)), first.language),
        body=body + "\n",
    )


def _templates(reading: Reads, notice: Notice, language: str) -> tuple[str, str]:
    digests = notice.templates.get(language) or notice.templates.get("und") or next(iter(notice.templates.values()))
    subject, body = (_template(reading, notice, digest) if digest else "" for digest in digests)
    return subject, body


def _template(reading: Reads, notice: Notice, digest: str) -> str:
    """A text by its digest. Raises `SetUp` where it is gone, or not what it was: an empty notice would tell nobody, and
    a changed one something else."""
    data = reading.blob(digest)
    if data is None:
        raise SetUp(
            msg("the store has lost the text {digest} of the notice {notice}", digest=digest, notice=notice.id),
            fix=msg("take it from a backup: sop db restore"),
        )
    if canonical.digest(data) != digest:
        raise SetUp(
            msg("the text {digest} of the notice {notice} in the store was changed", digest=digest, notice=notice.id),
            fix=msg("take it from a backup: sop db restore"),
        )
    return data.decode()


def _facts(engine: Engine, reading: Reads, program: Program, ticket: Ticket, language: str) -> dict[str, Any]:
    """What every notice may say besides the fields."""
    head = reading.head(ticket.id)
    assert head is not None
    titles: list[Text | str] = [program.states[each].title or each for each in head.state]
    return {
        "number": ticket.id,
        "procedure": program.procedure.title,
        "site": engine.settings.name,
        "state": titles,
        "subject": head.subject,
    }


def _cause(engine: Engine, reading: Reads, program: Program, letter: OutLetter, language: str) -> dict[str, Any]:
    """What caused a letter, where it was a promise or an act of staff: by the event that wrote it."""
    stored = next(reading.steps(letter.ticket, letter.number - 1, letter.number), None)
    event = canonical.parse(stored.data)["events"][letter.position] if stored is not None else {}
    if "act" in event and stored is not None:
        return {"act": _act(reading, event["act"], canonical.parse(stored.data))}
    goal = program.goals.get(event.get("goal", ""))
    if goal is None:
        return {}
    due = canonical.instant_of(event["due"])
    title = title_of(goal.title, language, goal.id)
    match event["level"]:
        case "warn":
            said = msg("{goal} will soon be due", goal=title)
        case "due":
            said = msg("{goal} was not kept", goal=title)
        case _:
            said = msg("{goal} has not been kept yet", goal=title)
    return {"promise": said, "due": show_instant(due, language, engine.settings.zone_info)}


def _act(reading: Reads, act: str, record: Mapping[str, Any]) -> Message:
    """What somebody did to call attention to a ticket. A note that he left stays where it was written down: nobody
    knows who else reads a channel."""
    person = reading.person(record["for"] or record["actor"])
    name = (person.name or person.id) if person is not None else record["actor"]
    if act in {WARNED, OVER}:
        return _of_shift(reading, act, record)
    if act in ACT_LETTERS:
        return act_letter(act, name, record)
    urged = next(event for event in record["events"] if event["kind"] == "urged")
    if urged["side"] == CUSTOMER:
        return msg("the customer urges; so far: {times}", times=urged["times"])
    return msg("{name} urges; so far: {times}", name=name, times=urged["times"])


def _of_shift(reading: Reads, act: str, record: Mapping[str, Any]) -> Message:
    """That a shift ends, or has ended, with a task in hand."""
    event = next(event for event in record["events"] if event["kind"] == act)
    names = {each.id: each.name or each.id for each in reading.people()}
    whose = names.get(event["person"], event["person"])
    if act == WARNED:
        return msg("the shift of {whose} is about to end: pass it on, let it rest, or finish", whose=whose)
    if event["to"]:
        return msg("the shift of {whose} is over; the task is {to}'s now", whose=whose,
                   to=names.get(event["to"][0], event["to"][0]))  # fmt: skip
    return msg("the shift of {whose} is over, and nobody is there to take the task", whose=whose)


def _hidden(engine: Engine, letter: OutLetter, ticket: Ticket, person: Person | None) -> frozenset[str | None]:
    """The classes of personal data that whoever reads a letter is not to see in free texts."""
    roles = () if person is None else [role for role, _scope in person.roles]
    return hidden_classes(engine.settings.personal, None if person is None else person.id, roles, ticket)


def _values(
    reading: Reads, program: Program, ticket: Ticket, personal: tuple[str, ...], hidden: frozenset[str | None]
) -> list[tuple[Any, Any, bool]]:
    """(field, value, may be shown): personal data only of the classes that the notice's readers may see."""
    seen = fields_seen(hidden, program.procedure.fields, ticket.fields)
    shown = {
        field.id: _titled(reading, value) if field.type == "firm" else value
        for field in program.procedure.fields
        if (value := seen.get(field.id)) is not None
    }
    return [
        (field, shown.get(field.id), field.personal is None or field.personal in personal)
        for field in program.procedure.fields
    ]


def _titled(reading: Reads, firm: Any) -> Any:
    """A firm from outside by its title."""
    from sop_engine.engine.answers.firms import the_firm

    found = the_firm(reading, firm) if isinstance(firm, str) else None
    return firm if found is None else found["title"]


def contact_of(engine: Engine, reading: Reads, letter: OutLetter) -> Mapping[str, str]:
    """The addresses of whoever is to have a letter: `mail`, `phone`."""
    ticket = reading.ticket(letter.ticket)
    assert ticket is not None, "a letter's ticket is kept for ever"
    return _address(ticket, letter.to, person_of(reading, letter))[1]


def _address(ticket: Ticket, to: str, person: Person | None) -> tuple[str, dict[str, str]]:
    if person is not None:
        return person.name or person.id, dict(person.contact)
    value = ticket.fields.get(to.removeprefix("field:"))
    if isinstance(value, dict):
        return str(value.get("name", to)), {"phone": str(value.get("phone", ""))}
    return to, {"phone": str(value)} if isinstance(value, str) else {}
