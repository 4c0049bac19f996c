"""Delivering the outbox. A command writes rows and never sends; a dead channel never blocks a ticket.

A letter is taken with a lease, rendered, sent outside any transaction, and marked. One that fails is tried again after
1, 2, 4 ... minutes up to an hour, twelve times; then it is dead, is shown by `doctor`, and can be retried by hand.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sop_engine import canonical
from sop_engine.engine.channels import NoAddress, Parcel, channel_named, describe
from sop_engine.engine.engine import Engine
from sop_engine.messages import Text
from sop_engine.procedure import Notice
from sop_engine.store.seam import OutLetter, Person, Reads
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Ticket

ATTEMPTS: Final = 12
LONGEST_WAIT: Final = timedelta(hours=1)
LEASE: Final = timedelta(minutes=2)
BATCH: Final = 50


@dataclass(slots=True)
class Delivery:
    """What one round came to."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


def deliver(engine: Engine) -> Delivery:
    """Send what is waiting and due, until nothing is left for now."""
    result = Delivery()
    while True:
        now = engine.clock.now()
        lease = canonical.instant_text(now + LEASE)
        with engine.store.reading() as reading:
            if not any(letter.next_at <= canonical.instant_text(now) for letter in reading.letters("waiting")):
                return result
        with engine.store.writing() as transaction:
            letters = transaction.take_letters(canonical.instant_text(now), BATCH, lease)
        for letter in letters:
            _deliver_one(engine, letter, result)
        if len(letters) < BATCH:
            return result


def _deliver_one(engine: Engine, letter: OutLetter, result: Delivery) -> None:
    try:
        with engine.store.reading() as reading:
            parcel = render(engine, reading, letter)
        channel_named(letter.channel)(engine.settings, parcel)
    except Exception as error:  # whatever a channel or a template does, the other letters go on
        _failed(engine, letter, error, result)
        return
    at = canonical.instant_text(engine.clock.now())
    with engine.store.writing() as transaction:
        rendered = {"body": parcel.body, "subject": parcel.subject, "to": parcel.name}
        transaction.letter_sent(letter.id, at, rendered)
    result.sent += 1


def _failed(engine: Engine, letter: OutLetter, error: Exception, result: Delivery) -> None:
    attempts = letter.attempts + 1
    hopeless = isinstance(error, NoAddress) or attempts >= ATTEMPTS
    wait = min(LONGEST_WAIT, timedelta(minutes=2 ** min(attempts - 1, 10)))
    next_at = None if hopeless else canonical.instant_text(engine.clock.now() + wait)
    with engine.store.writing() as transaction:
        transaction.letter_failed(letter.id, describe(error), next_at)
    if hopeless:
        result.dead += 1
    else:
        result.failed += 1


def render(engine: Engine, reading: Reads, letter: OutLetter) -> Parcel:
    """A letter's text in its recipient's language, from the ticket as it is and the templates of its version."""
    from sop_engine.documents.notices import default_notice, render_notice

    ticket = reading.ticket(letter.ticket)
    assert ticket is not None, "a letter's ticket is kept for ever"
    program = engine.program(reading, ticket)
    person = reading.person(letter.to) if not letter.to.startswith("field:") else None
    language = (person.language if person else None) or engine.settings.languages[0]
    facts = _facts(engine, reading, program, ticket, language)
    if letter.notice:
        notice = next(each for each in program.procedure.notices if each.id == letter.notice)
        subject, body = _templates(reading, notice, language)
        values, settings = _values(program, ticket, notice.personal), engine.settings
        subject, body = render_notice(
            subject, body, values, facts, language, settings.zone_info, currency=settings.currency
        )
    else:
        subject, body = default_notice(facts, language)
    name, contact = _address(program, ticket, letter.to, person)
    return Parcel(
        key=f"{letter.ticket}:{letter.number}:{letter.position}:{letter.to}",
        ticket=letter.ticket,
        to=letter.to,
        name=name,
        contact=contact,
        subject=subject,
        body=body,
        at=canonical.instant_text(engine.clock.now()),
    )


def _templates(reading: Reads, notice: Notice, language: str) -> tuple[str, str]:
    digests = notice.templates.get(language) or notice.templates.get("und") or next(iter(notice.templates.values()))
    texts = []
    for digest in digests:
        data = reading.blob(digest) if digest else b""
        texts.append((data or b"").decode())
    return texts[0], texts[1]


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


def _values(program: Program, ticket: Ticket, personal: tuple[str, ...]) -> list[tuple[Any, Any, bool]]:
    """(field, value, may be shown): personal data only of the classes that the notice's readers may see."""
    return [
        (field, ticket.fields.get(field.id), field.personal is None or field.personal in personal)
        for field in program.procedure.fields
    ]


def _address(program: Program, ticket: Ticket, to: str, person: Person | None) -> tuple[str, dict[str, str]]:
    if person is not None:
        return person.name or person.id, dict(person.contact)
    value = ticket.fields.get(to.removeprefix("field:"))
    if isinstance(value, dict):
        return str(value.get("name", to)), {"phone": str(value.get("phone", ""))}
    return to, {"phone": str(value)} if isinstance(value, str) else {}
