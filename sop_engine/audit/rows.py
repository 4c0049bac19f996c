"""The projection against the record: a ticket's row, its line in the lists, its tasks and timers; for the site's own
history the people, logins and versions."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo

from sop_engine.audit.findings import Mismatch
from sop_engine.audit.walk import Past
from sop_engine.messages import msg
from sop_engine.store.codec import task_rows, timer_rows
from sop_engine.store.projections import head_of
from sop_engine.store.seam import Reads, Standing
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE, Erased, Ticket


def compare_row(
    reading: Reads, past: Past, ticket: Ticket | None, program: Program | None, zone: ZoneInfo
) -> Iterator[Mismatch]:
    """Differences between what the record leads to (`ticket`, with its program) and what stands in the tables."""
    standing = past.standing
    if ticket is None or program is None or standing is None or standing.row is None:
        yield Mismatch(past.id, 0, "missing", msg("the record and the ticket's row do not both exist"))
        return
    wanted, found = _members(ticket), _members(standing.row)
    yield from _told(ticket, ((name, wanted[name], found[name]) for name in sorted(wanted)))
    yield from compare_lists(reading, standing, ticket, program, zone)


def compare_lists(
    reading: Reads, standing: Standing, ticket: Ticket, program: Program, zone: ZoneInfo
) -> Iterator[Mismatch]:
    """Differences between a ticket and its line in lists, its tasks and its timers, as they stand in the tables; for
    the site's own history, the people, logins and versions."""
    line = head_of(program, ticket, _version(reading, ticket.digest), zone)
    if line != standing.head:
        pairs = ((f"list.{each.name}", getattr(line, each.name), getattr(standing.head, each.name))
                 for each in fields(line))  # fmt: skip
        yield from _told(ticket, pairs)
    tasks, timers = task_rows(ticket), timer_rows(ticket)
    yield from _told(ticket, [("task rows", tasks, standing.tasks), ("timer rows", timers, standing.timers)])
    if ticket.id == SITE:
        yield from _told(ticket, _site_pairs(reading, ticket))


def _told(ticket: Ticket, pairs: Iterable[tuple[str, Any, Any]]) -> Iterator[Mismatch]:
    for name, want, have in pairs:
        if want != have:
            what = msg("the ticket's row differs from its record at `{name}`", name=name)
            yield Mismatch(ticket.id, ticket.number, "row", what, want, have)


def _version(reading: Reads, digest: str) -> int:
    version = reading.version_of(digest)
    return version.number if version else 0


def _members(ticket: Ticket) -> dict[str, Any]:
    return {each.name: _plain(getattr(ticket, each.name)) for each in fields(ticket)}


def _plain(value: Any) -> Any:
    if isinstance(value, Erased):
        return None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _site_pairs(reading: Reads, site: Ticket) -> Iterator[tuple[str, Any, Any]]:
    """People, logins and newest versions: by the record, and as the tables have them."""
    people = site.fields.get("people", {})
    rows = {person.id: person for person in reading.people()}
    yield "people", sorted(people), sorted(rows)
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
    for name, entry in site.fields.get("logins", {}).items():
        login = reading.login(name)
        yield f"login {name}", entry, login and {"actor": login.actor, "people": list(login.people)}
    for name, entry in site.fields.get("versions", {}).items():
        newest = reading.newest(name)
        yield f"version of {name}", entry, newest and {"digest": newest.digest, "number": newest.number}
