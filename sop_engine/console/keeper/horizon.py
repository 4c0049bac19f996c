"""What `doctor` says of how far ahead holidays are known (SOP410), and of open promises that reach past it."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sop_engine import canonical
from sop_engine.errors import SetUp
from sop_engine.messages import Message, msg
from sop_engine.store.seam import LATEST, Query, Reads, Version
from sop_engine.ticket.levels import OPEN
from sop_engine.worktime import Calendar, on_day

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

Finding = tuple[str, Message, Message]
LEAST: Final = timedelta(days=60)
"""so far ahead holidays should be known"""
LOOKED_AT: Final = 200
"""tickets, of those that are promised latest, among which one is looked for that reaches past what is known"""


def look_ahead(opened: "Opened") -> list[Finding]:
    """Calendars that procedures count on, and whose holidays end soon: one finding for each that lists them, however
    many others extend it."""
    from sop_engine.engine.publishing.procedures import newest_calendars

    with opened.reading() as reading:
        newest = newest_calendars(reading)
        known = _known(opened, reading, newest)
        findings = []
        for name, calendars in _by_source(reading, newest, known).items():
            until = min(each.known_through for each in calendars if each.known_through is not None)
            reaching = _reaching(opened, reading, calendars, until)
            if reaching is not None or until < opened.now.date() + LEAST:
                findings.append(("warning", _said(name, until, opened.now.date(), reaching), _fix(name, until)))
    return findings


def _known(opened: "Opened", reading: Reads, newest: Mapping[str, Version]) -> list[Calendar]:
    """The calendars on which the newest versions of procedures count, and whose holidays end."""
    engine = opened.site.engine
    latest = {each.procedure: each.digest for each in reading.versions()}
    found = []
    for name in sorted({name for digest in latest.values() for name in engine.programs.of(reading, digest).calendars}):
        if name not in newest:
            continue
        try:
            calendar = engine.programs.calendar(reading, newest[name].digest).calendar
        except SetUp:
            continue  # said elsewhere
        if calendar.known_through is not None:
            found.append(calendar)
    return found


def _by_source(
    reading: Reads, newest: Mapping[str, Version], calendars: Iterable[Calendar]
) -> dict[str, list[Calendar]]:
    """The calendars by the one at the end of what each extends: into its file the next year is loaded."""
    from sop_engine.engine.publishing.calendar_publishing import extended_by

    found: dict[str, list[Calendar]] = {}
    for each in calendars:
        below = extended_by(reading, newest[each.id])
        last = [name for name in below if name in newest and not extended_by(reading, newest[name])]
        found.setdefault(last[0] if last else each.id, []).append(each)
    return found


def _reaching(opened: "Opened", reading: Reads, calendars: Iterable[Calendar], until: date) -> str | None:
    """A ticket with an open promise on one of the calendars that is due after what is known."""
    names = {each.id: each for each in calendars}
    past = min(on_day(until + timedelta(days=1), "00:00", each.tz) for each in names.values())
    after = canonical.instant_text(past)
    for head in reading.heads(Query(promised_by=LATEST, promised_after=after, limit=LOOKED_AT)):
        ticket = reading.ticket(head.id)
        for entry in ticket.goals.values() if ticket is not None else ():
            if entry["status"] in OPEN and entry["provisional"] and entry["calendar"] in names:
                return head.id
    return None


def _said(name: str, until: date, today: date, reaching: str | None) -> Message:
    if until < today:
        return msg("the holidays of the calendar {name} were known through {until}, which is past", name=name,
                   until=str(until))  # fmt: skip
    if reaching is not None:
        return msg("the holidays of the calendar {name} are known through {until} only; {ticket} promises past it",
                   name=name, until=str(until), ticket=reaching)  # fmt: skip
    return msg("the holidays of the calendar {name} are known through {until} only", name=name, until=str(until))


def _fix(name: str, until: date) -> Message:
    year = (until + timedelta(days=1)).year
    return msg("when the notice for {year} is out: sop calendar import {name} --year {year}", name=name, year=year)
