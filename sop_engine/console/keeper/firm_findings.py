"""What `doctor` says of firms from outside: papers that run out or have run out, and permits of their people."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sop_engine.console.firm_names import firms_in
from sop_engine.engine.answers.firms import PAPERS, people_of
from sop_engine.messages import Message, msg
from sop_engine.ticket.records import SITE

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

Finding = tuple[str, Message, Message]
AHEAD: Final = timedelta(days=30)
"""so long before a paper runs out it is told: as long as it takes to renew one, or to find another firm"""
_TITLES: Final = {"contract": msg("contract"), "permit": msg("permit")}


def look_at_firms(opened: "Opened") -> list[Finding]:
    """What is to be said of firms on the list, on the site's day."""
    with opened.reading() as reading:
        site, firms = reading.ticket(SITE), firms_in(reading)
    today = opened.now.astimezone(opened.zone).date()
    return [
        finding
        for firm, entry in sorted(firms.items())
        if entry["active"] and site is not None
        for finding in (*_papers(firm, entry, today), *_permits(opened, firm, entry, site.fields, today))
    ]


def _papers(firm: str, entry: Mapping[str, Any], today: date) -> Iterator[Finding]:
    for paper in PAPERS:
        until = (entry[paper] or {}).get("until")
        said = _said(until, today)
        if said is not None:
            what = msg("{paper} of {firm}: {said}", paper=_TITLES[paper], firm=entry["title"], said=said)
            fix = msg("when it is renewed: sop firm change {firm} --{paper}-until DATE", firm=firm, paper=paper)
            yield "warning", what, fix


def _permits(
    opened: "Opened", firm: str, entry: Mapping[str, Any], fields: Mapping[str, Any], today: date
) -> Iterator[Finding]:
    for person, known in people_of(fields, firm).items():
        said = _said(known.get("permit_until"), today) if known["active"] else None
        if said is not None:
            what = msg("the permit of {name}, {firm}: {said}", name=opened.named(person), firm=entry["title"],
                       said=said)  # fmt: skip
            fix = msg("when it is renewed: sop firm person {firm} {name} --permit-until DATE", firm=firm, name=person)
            yield "warning", what, fix


def _said(until: str | None, today: date) -> Message | None:
    """What is to be said of a last day; None while there is time."""
    if until is None or date.fromisoformat(until) > today + AHEAD:
        return None
    if date.fromisoformat(until) < today:
        return msg("it ran out, {day} was its last day", day=until)
    return msg("it runs out, {day} is its last day", day=until)
