"""What belongs to no single ticket: the texts that are kept by their digests, the numbers that were drawn, and that
there is a history of the site at all.

Tickets' numbers have no gaps: what is refused gives its number back. So a number that was drawn, and that no ticket
has, was a ticket whose record somebody has taken away.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import Final

from sop_engine import canonical
from sop_engine.audit.findings import Mismatch, Report
from sop_engine.errors import SetUp
from sop_engine.messages import msg
from sop_engine.store import faults
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Reads, Version
from sop_engine.ticket.records import SITE

_NUMBER: Final = re.compile(r"(.+)-(\d{8})-(\d{3,})", re.ASCII)
_MOST_NAMED: Final = 20


def check_whole(reading: Reads, programs: Programs) -> Report:
    """Check what belongs to no single ticket; the tickets and steps are counted by whoever goes through them."""
    report = Report()
    report.mismatches.extend(check_texts(reading, programs))
    report.mismatches.extend(_numbers(reading))
    return report


# --- texts -----------------------------------------------------------------------------------------------------------


def check_texts(reading: Reads, programs: Programs) -> Iterator[Mismatch]:
    """Texts that are not what their digests say, and published versions of which a text is gone."""
    kept = set()
    for digest, data in reading.blobs():
        kept.add(digest)
        if canonical.digest(data) != digest:
            what = msg("the text {digest} was changed: it has another digest now", digest=digest)
            yield Mismatch(SITE, 0, "text", what, digest, canonical.digest(data))
    for digest in sorted(_rosters(reading) - kept):
        yield Mismatch(SITE, 0, "text", msg("the text {digest} of a roster is gone", digest=digest))
    for version in reading.calendars():
        wanted = {version.digest, version.text, version.places}
        yield from _texts_gone(version, (wanted | _named(reading, version.places, "extends")) - kept)
    for version in reading.versions():
        wanted = {version.digest, version.text, version.places}
        if version.places in kept:
            wanted |= _named(reading, version.places, "fragments")
        if version.digest in kept:
            try:
                wanted |= _templates(reading, programs, version.digest)
            except (SetUp, ValueError, LookupError, TypeError):
                continue  # said above: its normal form is not what its digest says
        yield from _texts_gone(version, wanted - kept)


def _rosters(reading: Reads) -> set[str]:
    """The digests of all rosters that were loaded, and of their months."""
    found: set[str] = set()
    for stored in reading.steps(SITE):
        if b'"field":"roster"' not in stored.data:
            continue
        for event in canonical.parse(stored.data)["events"]:
            if event.get("field") == "roster":
                digest = str((event.get("put") or event.get("value") or {}).get("digest", ""))
                found |= {digest, *_named(reading, digest, "months")}
    return found


def _texts_gone(version: Version, digests: set[str]) -> Iterator[Mismatch]:
    for digest in sorted(digests):
        what = msg(
            "the text {digest} of version {number} of {procedure} is gone",
            digest=digest,
            number=version.number,
            procedure=version.procedure,
        )
        yield Mismatch(SITE, 0, "text", what)


def _named(reading: Reads, places: str, kind: str) -> set[str]:
    """The digests of the further texts that a version was made of, as its source map names them: a procedure's
    `fragments`, or what a calendar `extends`."""
    try:
        return set(canonical.parse(reading.blob(places) or b"{}").get(kind, {}).values())
    except (ValueError, AttributeError, TypeError):
        return set()  # said above: the source map is not what its digest says


def _templates(reading: Reads, programs: Programs, digest: str) -> set[str]:
    """The digests of the templates of a version's notices and forms."""
    procedure = programs.of(reading, digest).procedure
    found = {each for notice in procedure.notices for pair in notice.templates.values() for each in pair}
    for form in procedure.forms:
        found.update(form.templates.values(), form.includes.values())
    return found - {""}


# --- numbers ---------------------------------------------------------------------------------------------------------


def _numbers(reading: Reads) -> Iterator[Mismatch]:
    """Numbers that were drawn and that no ticket has, tickets whose number was never drawn, and a missing history of
    the site."""
    drawn, reserved = reading.drawn(), _reserved(reading)
    site_is_there = False
    for series, ids in groupby(_ids(reading), key=_series):
        if series is None:
            for id in ids:
                if id == SITE:
                    site_is_there = True
                else:
                    yield _never_drawn(id)
            continue
        found = {int(id.rpartition("-")[2]): id for id in ids}
        last = drawn.pop(series, 0)
        for number in sorted(found):
            if number > last:
                yield _never_drawn(found[number])
        yield from _gone(series, (number for number in range(1, last + 1) if number not in found), reserved)
    for series, last in sorted(drawn.items()):
        yield from _gone(series, range(1, last + 1), reserved)
    if not site_is_there:
        yield Mismatch(SITE, 0, "missing", msg("the site's own history is gone"))


def _reserved(reading: Reads) -> Collection[str]:
    """The numbers that were reserved for slips of paper, by the site's own row: they need have no ticket."""
    try:
        site = reading.ticket(SITE)
    except (faults.Unreadable, ValueError, TypeError):  # said of the row by itself
        return ()
    return site.fields.get("reserved", {}).keys() if site is not None else ()


def _ids(reading: Reads) -> Iterator[str]:
    after = ""
    while ids := reading.ticket_ids(after):
        yield from ids
        after = ids[-1]


def _series(id: str) -> tuple[str, str] | None:
    """Prefix and day of a ticket's number."""
    found = _NUMBER.fullmatch(id)
    return (found[1], found[2]) if found else None


def _gone(series: tuple[str, str], numbers: Iterable[int], reserved: Collection[str]) -> Iterator[Mismatch]:
    named = (f"{series[0]}-{series[1]}-{number:03d}" for number in numbers)
    missing = [each for each in named if each not in reserved]
    if missing:
        what = msg("numbers were drawn whose tickets have no record any more: {count}", count=len(missing))
        yield Mismatch(missing[0], 0, "missing", what, missing[:_MOST_NAMED])


def _never_drawn(id: str) -> Mismatch:
    return Mismatch(id, 0, "missing", msg("the ticket's number was never drawn"))
