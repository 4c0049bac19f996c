"""Rows to records and back."""

from dataclasses import fields
from operator import attrgetter, itemgetter
from typing import Any, Final

from sop_engine import canonical
from sop_engine.store import faults
from sop_engine.store.narrowing import COPIED
from sop_engine.store.seam import Head, Login, OutLetter, Person, Version
from sop_engine.ticket.records import Sealed, Ticket

_MEMBERS: Final = tuple(each.name for each in fields(Ticket))
_values_of: Final = attrgetter(*_MEMBERS)
_in_order: Final = itemgetter(*_MEMBERS)

to_json: Final = canonical.to_text


def from_json(text: str | bytes) -> Any:
    """The value that a row's text stands for. Raises `faults.Unreadable`."""
    try:
        return canonical.parse(text)
    except ValueError as error:
        raise faults.unreadable(error) from error


def ticket_text(ticket: Ticket) -> str:
    """All members of a ticket as one text."""
    return to_json(dict(zip(_MEMBERS, _values_of(ticket), strict=True)))


def ticket_of(text: str | bytes) -> Ticket:
    """The ticket that `ticket_text` wrote, from the text or its bytes in UTF-8. Raises `faults.Unreadable`, also
    where another release wrote it."""
    try:
        return Ticket(*_in_order(from_json(text)))
    except (LookupError, TypeError) as error:
        raise faults.unreadable(error) from error


def tail_of(id: str) -> str:
    """A ticket's id backwards, for finding it by the end of its id."""
    return id.casefold()[::-1]


def head_row(head: Head) -> tuple[Any, ...]:
    """A head's values in the order of `statements.HEAD_COLUMNS`. What is suspended is `open` there, so that lists of
    what is not closed need only one status."""
    status = "open" if head.status == "suspended" else head.status
    return (
        head.id, head.procedure, head.digest, head.version, head.number, head.hash, status, head.outcome,
        to_json(head.state), head.subject, head.unit, head.owner, to_json(head.tasks), head.opened, head.recorded,
        head.effective, head.next_due, head.parent, head.promised, head.missed, head.urged, head.suspended,
    )  # fmt: skip


def head_of(row: Any) -> Head:
    """The head of a row of `statements.HEAD_COLUMNS`."""
    (
        id, procedure, digest, version, number, hash, status, outcome, state, subject, unit, owner, tasks, opened,
        recorded, effective, next_due, parent, promised, missed, urged, suspended,
    ) = row  # fmt: skip
    status = "suspended" if suspended is not None and status == "open" else status
    return Head(
        id, procedure, digest, version, number, hash, status, outcome, tuple(from_json(state)), subject, unit, owner,
        from_json(tasks), opened, recorded, effective, next_due, parent, promised, missed, urged, suspended,
    )  # fmt: skip


def sealed_row(sealed: Sealed) -> tuple[str, str | None, str | None]:
    """commitment, salt, value; the last two are null when it was erased."""
    if sealed.salt is None:
        return sealed.commitment, None, None
    return sealed.commitment, sealed.salt, to_json(sealed.value)


def sealed_of(commitment: str, salt: str | None, value: str | None) -> Sealed:
    """The sealed value of a row."""
    return Sealed(commitment, salt, None if value is None else canonical.parse(value))


def ticket_or_none(text: str | None) -> Ticket | None:
    """The ticket of a row's body as an audit meets it: None where somebody left nothing that can be read."""
    try:
        return None if text is None else ticket_of(text)
    except faults.Unreadable:
        return None


def sealed_or_raw(commitment: str, salt: str | None, value: str | None) -> Sealed:
    """The sealed value of a row as an audit meets it: text that the store would not have written so stands for itself,
    and will not fit its commitment."""
    try:
        sealed = sealed_of(commitment, salt, value)
    except ValueError:
        return Sealed(commitment, salt, value)
    return sealed if value is None or to_json(sealed.value) == value else Sealed(commitment, salt, value)


def letter_of(row: Any) -> OutLetter:
    """The letter of a row of `statements.LETTER_COLUMNS`."""
    id, ticket, number, position, notice, to, channel, status, attempts, next_at, error, rendered, kind, *more = row
    content = None if rendered is None else from_json(rendered)
    first = id, ticket, number, position, notice, to, channel, status, attempts, next_at, error
    return OutLetter(*first, content, kind, *more)


def login_of(row: Any) -> Login:
    """The login of a row of `login`."""
    login, actor, people = row
    return Login(login, actor, tuple(from_json(people)))


def version_of(row: Any) -> Version:
    """The version of a row of `statements.VERSION_COLUMNS`."""
    return Version(*row)


def person_of(row: Any, roles: Any) -> Person:
    """The person of a row of `person`, with (role, scope) rows in which an empty scope means everywhere."""
    id, active, name, rights, contact, language = row
    return Person(
        id=id,
        active=bool(active),
        roles=tuple((role, scope or None) for role, scope in roles),
        rights=tuple(from_json(rights)),
        name=name,
        contact=from_json(contact),
        language=language,
    )


def timer_rows(ticket: Ticket) -> dict[str, tuple[str, str | None]]:
    """key -> (due, aside) of the timers that have a due time. One that is paused has none, and no row; nor has one that
    waits until its ticket is resumed."""
    return {
        key: (timer["due"], timer.get("aside"))
        for key, timer in ticket.timers.items()
        if timer.get("due") and not ticket.waits(key)
    }


def task_rows(ticket: Ticket) -> dict[str, tuple[str | None, str | None]]:
    """region -> (assignee, role); and, so that it is found, of a task that is offered on or lent: `REGION>offered` and
    `REGION>lent` -> (to whom, or None; to which role). Whoever was let know has a row as well:
    `copied>PERSON`, which is nobody's task."""
    rows = {region: (task.get("assignee"), task.get("role")) for region, task in ticket.tasks.items()}
    if not ticket.acts:
        return rows
    for name, what in (("offered", "offered"), ("delegated", "lent")):
        for region, entry in ticket.acts.get(name, {}).items():
            rows[f"{region}>{what}"] = entry.get("to"), entry.get("role")
    for person in ticket.acts.get("copies", ()):
        rows[COPIED + person] = COPIED + person, None
    return rows
