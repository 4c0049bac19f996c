"""`sop sla export`: deadlines as a calendar feed (RFC 5545), for a person or a role."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.parameters import option
from sop_engine.console.staff.filters import Mine, role_named
from sop_engine.console.staff.promised import Promise, Promises, Wanted
from sop_engine.console.staff.sla import promise_json
from sop_engine.console.text import one_line
from sop_engine.console.views.promises import goal_title
from sop_engine.engine.people.identity import find_person
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg, say
from sop_engine.store.seam import LATEST

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

LINE_OCTETS: Final = 75
"""RFC 5545, 3.1: longer lines are folded"""
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,"})


def export(
    call: Call,
    person: Annotated[
        str | None, option("--person", help=msg("what somebody owns, or has as a task"), metavar="NAME")
    ] = None,
    role: Annotated[str | None, option("--role", help=msg("what is offered to a role"), metavar="ROLE")] = None,
    ics: Annotated[bool, option("--ics", help=msg("as iCalendar (RFC 5545): so it is anyway, without --json"))] = False,
) -> None:
    """Print the deadlines of open promises as an iCalendar file; without a person or role all of them."""
    if ics and call.json:
        raise NotUnderstood(msg("--ics and --json are two forms; one can be printed"))
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            actor = None if person is None else find_person(reading, person).id
            role = None if role is None else role_named(reading, role)
        whose = Mine(actor, {}) if actor is not None and role is None else None
        due = Promises(opened, Wanted(by=LATEST, mine=whose))
        found = (each for each in due if _is_for(each, actor, role))
        if call.json:
            call.output.json_list(promise_json(opened, each) for each in found)
            return
        for line in calendar_lines(opened, found):
            call.output.line(line + "\r", raw=True)


def _is_for(promise: Promise, person: str | None, role: str | None) -> bool:
    if person is None and role is None:
        return True
    tasks = promise.head.tasks.values()
    mine = person is not None and (
        promise.head.owner == person or any(each.get("assignee") == person for each in tasks)
    )
    return mine or (role is not None and any(each.get("role") == role for each in tasks))


def calendar_lines(opened: "Opened", found: Iterable[Promise]) -> Iterator[str]:
    """The file's lines, without their ends; each event lies at its due time and lasts no time."""
    stamp = _instant(opened.now)
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//sop-engine//promises//EN", "CALSCALE:GREGORIAN")
    yield from _folded(f"X-WR-CALNAME:{_text(opened.site.settings.name)}")
    for each in found:
        due = _instant(canonical.instant_of(each.entry["due"]))
        title = goal_title(each.program, each.name, opened.call.language)
        subject = opened.text_seen(each.head, each.head.subject)
        yield "BEGIN:VEVENT"
        yield from _folded(f"UID:{each.head.id}.{each.name}.{each.entry['cycle']}@{opened.site.settings.id}")
        yield f"DTSTAMP:{stamp}"
        yield f"DTSTART:{due}"
        yield from _folded(f"SUMMARY:{_text(f'{each.head.id} {title}: {subject}')}")
        if each.entry["provisional"]:
            yield "STATUS:TENTATIVE"
            told = say(msg("provisional: the holidays of then are not known yet"), opened.call.language)
            yield from _folded(f"DESCRIPTION:{_text(told)}")
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """A value as the format writes it: without controls, its marks escaped."""
    return one_line(text).translate(_ESCAPED)


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets, each but the first after a space; no character is cut."""
    piece, room = "", LINE_OCTETS
    for character in line:
        size = len(character.encode())
        if len(piece.encode()) + size > room:
            yield piece
            piece, room = " ", LINE_OCTETS
        piece += character
    yield piece
