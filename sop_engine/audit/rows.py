"""The projection against the record: a ticket's row, its line in the lists, its tasks and timers; for the site's own
history the people, logins and versions."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo

from sop_engine.audit.findings import Mismatch
from sop_engine.audit.walk import Past
from sop_engine.messages import msg
from sop_engine.store import codec
from sop_engine.store.programs import Programs
from sop_engine.store.projections import head_of
from sop_engine.store.seam import Head, Reads, Standing
from sop_engine.ticket.records import SITE, Erased, Ticket


def compare_row(
    reading: Reads, past: Past, ticket: Ticket | None, programs: Programs, zone: ZoneInfo
) -> Iterator[Mismatch]:
    """Differences between what the record leads to (`ticket`) and what stands in the tables."""
    standing = past.standing
    if ticket is None or standing is None or standing.row is None:
        yield no_row(past.id)
        return
    wanted, found = _members(ticket), _members(standing.row)
    yield from compare(ticket, ((name, wanted[name], found[name]) for name in sorted(wanted)))
    yield from compare_lists(reading, standing, ticket, programs, zone)


def no_row(id: str) -> Mismatch:
    """A ticket that has a record, and no row that can be read; or a row, and no record."""
    return Mismatch(id, 0, "missing", msg("the record and the ticket's row do not both exist"))


def compare_lists(
    reading: Reads, standing: Standing, ticket: Ticket, programs: Programs, zone: ZoneInfo
) -> Iterator[Mismatch]:
    """Differences between a ticket and its line in lists, its tasks and its timers, as they stand in the tables; for
    the site's own history, the people, logins and versions."""
    line = head_of(programs.of(reading, ticket.digest), ticket, programs.number_of(reading, ticket.digest), zone)
    if codec.head_row(line) != standing.line:
        yield from compare(ticket, _line_pairs(line, standing.line))
    tasks, timers = codec.task_rows(ticket), codec.timer_rows(ticket)
    yield from compare(ticket, [("task rows", tasks, standing.tasks), ("timer rows", timers, standing.timers)])
    if ticket.id == SITE:
        yield from compare(ticket, _site_pairs(reading, ticket))


def _line_pairs(line: Head, row: tuple[Any, ...]) -> Iterator[tuple[str, Any, Any]]:
    """The members of a line in lists: by the record, and as the tables have them."""
    try:
        found = codec.head_of(row)
    except (ValueError, TypeError):
        yield "list", codec.head_row(line), row
        return
    for each in fields(line):
        yield f"list.{each.name}", getattr(line, each.name), getattr(found, each.name)


def compare(ticket: Ticket, pairs: Iterable[tuple[str, Any, Any]]) -> Iterator[Mismatch]:
    """The differences among (name, what the record says, what the tables say)."""
    for name, want, have in pairs:
        if want != have:
            what = msg("the ticket's row differs from its record at `{name}`", name=name)
            yield Mismatch(ticket.id, ticket.number, "row", what, want, have)


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
