"""Delivering the outbox. A command writes rows and never sends; a dead channel blocks no ticket and no timer.

The law.

1. A letter is taken with a lease, rendered, sent outside any transaction, and marked. Nothing is begun that could last
   longer than the lease: a channel ends within `LONGEST_SECONDS`, and what is not begun in time is given back. So two
   workers never send one letter at the same time; only one that died between sending and marking sends it twice. A
   lease runs by a clock that all who use the store share, so it does not matter what their own say, or who sets them.
2. A letter that fails is tried again after 1, 2, 4 ... minutes up to an hour, twelve times; then it is dead, is shown
   by `doctor`, and can be retried by hand.
3. Where it was the channel that failed, and not the letter, the channel rests as a whole (`resting`): a dead server
   costs one timeout, not one a letter. After the rest those go first that were tried least, so a letter that a server
   chokes on holds up no other. No letter dies of a channel that is out of order, however long that lasts: only where
   another got through just before, it is the letter.
4. Of letters of one kind (`ticket.kinds`) that wait, only the last is sent: the store supersedes the others. What was
   written of a ticket before it was voided is withdrawn.
5. A time that lies further ahead than any wait is one that a wrong clock has set, and is taken as come.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sop_engine import canonical
from sop_engine.clock import steady_seconds
from sop_engine.engine.channels import LONGEST_SECONDS, NoAddress, Parcel, channel_named, describe, is_of_channel
from sop_engine.engine.engine import Engine
from sop_engine.engine.resting import FARTHEST, in_order, out_of_order, rests_until, wait_after
from sop_engine.errors import SetUp
from sop_engine.messages import Message, Text, msg, title_of
from sop_engine.procedure import Notice
from sop_engine.store.seam import OutLetter, Person, Reads
from sop_engine.ticket.attention import CUSTOMER
from sop_engine.ticket.ending import voided_after
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Ticket
from sop_engine.values import show_instant

ATTEMPTS: Final = 12
LEASE_SECONDS: Final = 300.0
BATCH: Final = 20


@dataclass(slots=True)
class Delivery:
    """What one round came to."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


def deliver(engine: Engine, go_on: Callable[[], bool] = lambda: True) -> Delivery:
    """Send what is waiting and due, until nothing is left for now, or `go_on`, which is asked before each letter, says
    that it is enough."""
    result = Delivery()
    while go_on():
        now = engine.clock.now()
        come, beyond = canonical.instant_text(now), canonical.instant_text(now + FARTHEST)
        with engine.store.reading() as reading:
            if all(come < letter.next_at <= beyond for letter in reading.letters("waiting")):
                break
        lease = steady_seconds() + LEASE_SECONDS
        with engine.store.writing() as transaction:
            letters = transaction.take_letters(come, beyond, BATCH, LEASE_SECONDS)
        _deliver_all(engine, letters, lease, go_on, result)
        if len(letters) < BATCH:
            break
    return result


def _deliver_all(
    engine: Engine, letters: Sequence[OutLetter], lease: float, go_on: Callable[[], bool], result: Delivery
) -> None:
    """Try letters that were taken until `lease` of the steady clock; what is not tried now is given back."""
    waiting = sorted(letters, key=lambda each: (each.attempts, each.id))
    for rank, letter in enumerate(waiting):
        now = engine.clock.now()
        if not go_on() or steady_seconds() + LONGEST_SECONDS > lease:
            with engine.store.writing() as transaction:
                transaction.letters_wait([each.id for each in waiting[rank:]], canonical.instant_text(now))
            return
        if _may_go(engine, letter, now):
            _deliver_one(engine, letter, result)


def _may_go(engine: Engine, letter: OutLetter, now: datetime) -> bool:
    """Whether a letter is to be tried now. It is not where it was superseded since it was taken; where its ticket was
    voided since it was written, it is withdrawn; where its channel rests, it is put off."""
    with engine.store.reading() as reading:
        if all(each.id != letter.id for each in reading.letters("waiting", letter.ticket)):
            return False
        until, void = rests_until(reading, letter.channel, now), _is_void(reading, letter)
    if void:
        with engine.store.writing() as transaction:
            transaction.letter_withdrawn(letter.id)
        return False
    if until is None:
        return True
    with engine.store.writing() as transaction:
        transaction.letters_wait([letter.id], until)
    return False


def _is_void(reading: Reads, letter: OutLetter) -> bool:
    """Whether a letter's ticket was voided after it was written: what it says was a mistake."""
    ticket = reading.ticket(letter.ticket)
    return ticket is not None and voided_after(ticket, letter.number)


def _deliver_one(engine: Engine, letter: OutLetter, result: Delivery) -> None:
    try:
        with engine.store.reading() as reading:
            parcel = render(engine, reading, letter)
    except Exception as error:  # whatever a template does, the other letters go on
        _failed(engine, letter, error, result)
        return
    try:
        channel_named(letter.channel)(engine.settings, parcel)
    except Exception as error:  # and whatever a channel does
        _failed(engine, letter, error, result, of_channel=is_of_channel(error))
        return
    at = canonical.instant_text(engine.clock.now())
    with engine.store.writing() as transaction:
        rendered = {"body": parcel.body, "subject": parcel.subject, "to": parcel.name}
        transaction.letter_sent(letter.id, at, rendered)
        in_order(transaction, letter.channel)
    result.sent += 1


def _failed(engine: Engine, letter: OutLetter, error: Exception, result: Delivery, of_channel: bool = False) -> None:
    attempts, now = letter.attempts + 1, engine.clock.now()
    hopeless = isinstance(error, NoAddress) or attempts >= ATTEMPTS
    with engine.store.writing() as transaction:
        next_at = canonical.instant_text(now + wait_after(attempts))
        if of_channel:
            rest = out_of_order(transaction, letter.channel, now)
            next_at = max(next_at, rest.until)
            hopeless = hopeless and rest.failures == 1
        transaction.letter_failed(letter.id, describe(error), None if hopeless else next_at)
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
    facts = _facts(engine, reading, program, ticket, language) | _cause(engine, reading, program, letter, language)
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
    if act == "copy":
        return msg("{name} lets you know of this", name=name)
    if act == "watch":
        return msg("its state has changed")
    if act == "voided":
        return msg("{name} has voided this: it was opened by mistake", name=name)
    if act in ("merged", "absorbed"):
        other = next(event for event in record["events"] if event["kind"] == act)
        if act == "merged":
            return msg("{name} has merged this into {ticket}, which goes on for both", name=name, ticket=other["into"])
        return msg("{ticket} was merged into this: the same matter, told by somebody else", ticket=other["ticket"])
    if act == "forced":
        return msg("{name} has closed this by force", name=name)
    urged = next(event for event in record["events"] if event["kind"] == "urged")
    if urged["side"] == CUSTOMER:
        return msg("the customer urges; so far: {times}", times=urged["times"])
    return msg("{name} urges; so far: {times}", name=name, times=urged["times"])


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
