"""The site's own history against the tables that are made of it: people, logins, versions of procedures and
calendars, the accepted clock, what checks PINs.

What stands there without a step of the history is as grave as what is missing: a login that nobody added opens the
site to a stranger, a version that nobody published lets tickets run by another procedure, or by other holidays.
"""

from collections.abc import Iterator
from typing import Any

from sop_engine import canonical
from sop_engine.store.pin_checks import kept_checks, recorded_checks
from sop_engine.store.projections import version_of
from sop_engine.store.seam import Reads, Version
from sop_engine.ticket.records import SITE, Sealed, Ticket

Pair = tuple[str, Any, Any]
"""(name, what the record says, what the tables say)"""


def site_pairs(reading: Reads, site: Ticket) -> Iterator[Pair]:
    """All that the tables say of the site, beside what its history says."""
    yield from _people(reading, site)
    logins = {login.login: {"actor": login.actor, "people": list(login.people)} for login in reading.logins()}
    yield from _entries("login {}", site.fields.get("logins", {}), logins)
    published = {_named(each): each for each in _published(reading)}
    kept = [*reading.versions(), *reading.calendars()]
    yield from _entries("version {}", published, {_named(each): each for each in kept})
    yield "accepted clock", site.fields.get("clock"), reading.meta("clock_accepted_through")
    yield from _entries("PIN of {}", recorded_checks(reading), kept_checks(reading))


def _entries(title: str, recorded: dict[str, Any], found: dict[str, Any]) -> Iterator[Pair]:
    for name in sorted(recorded.keys() | found.keys()):
        yield title.format(name), recorded.get(name), found.get(name)


def _people(reading: Reads, site: Ticket) -> Iterator[Pair]:
    people = site.fields.get("people", {})
    rows = {person.id: person for person in reading.people()}
    yield "people", sorted(people), sorted(rows)
    yield "roles of nobody", [], sorted({(actor, role) for actor, role in reading.holdings() if actor not in people})
    sealed = reading.sealed(SITE)
    for actor, entry in people.items():
        person = rows.get(actor)
        if person is None:
            continue
        wanted = (entry["active"], entry["roles"], entry["rights"], entry["language"])
        roles = [list(role) for role in sorted(person.roles, key=lambda each: (each[0], each[1] or ""))]
        yield f"person {actor}", wanted, (person.active, roles, sorted(person.rights), person.language)
        for part, shown, none in (("name", person.name, ""), ("contact", person.contact, {})):
            if part not in entry:
                yield f"{part} of {actor}", none, shown
            kept = [each for (_number, slot), each in sealed.items() if slot.startswith(f"person:{actor}:{part}")]
            current = [each.value for each in kept if each.commitment == entry.get(part)]
            if current and current[0] is not None:
                yield f"{part} of {actor}", current[0], shown


def _published(reading: Reads) -> Iterator[Version]:
    """The versions that the history published, as the table should have them."""
    beside: dict[int, dict[str, Sealed]] = {}
    for (number, slot), value in reading.sealed(SITE).items():
        beside.setdefault(number, {})[slot] = value
    for stored in reading.steps(SITE):
        record = canonical.parse(stored.data)
        for event in record["events"]:
            if event["kind"] in {"published", "calendar_published"}:
                yield version_of(record, event, beside.get(stored.number, {}))


def _named(version: Version) -> str:
    return f"{version.number} of {version.procedure}"
