"""The projection against the record: a ticket's row, its line in the lists, its tasks and timers; for the site's own
history the people, logins and versions."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo

from sop_engine import canonical
from sop_engine.audit.findings import Mismatch
from sop_engine.audit.register import site_pairs
from sop_engine.audit.walk import Past
from sop_engine.errors import SetUp
from sop_engine.messages import msg
from sop_engine.store import codec, faults
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
    if canonical.to_bytes(wanted) != canonical.to_bytes(found):
        for name in sorted(wanted):
            # as bytes: 1 and true are equal to Python, and not to whoever reads the record
            if canonical.to_bytes(wanted[name]) != canonical.to_bytes(found[name]):
                yield _differs(ticket, name, wanted[name], found[name])
    yield from compare_lists(reading, standing, ticket, programs, zone)


def readable(id: str, differences: Iterator[Mismatch]) -> Iterator[Mismatch]:
    """The differences; what stands in the tables can be anything, and must not end the audit of the other tickets."""
    try:
        yield from differences
    except faults.Unreadable as unreadable:
        yield Mismatch(id, 0, "row", unreadable.message)
    except SetUp as lost:
        yield Mismatch(id, 0, "missing", lost.message)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        what = msg("what the tables say of it makes no sense any more ({error})", error=repr(error)[:200])
        yield Mismatch(id, 0, "row", what)


def no_row(id: str) -> Mismatch:
    """A ticket that has a record, and no row that can be read; or a row, and no record."""
    return Mismatch(id, 0, "missing", msg("the record and the ticket's row do not both exist"))


def compare_lists(
    reading: Reads, standing: Standing, ticket: Ticket, programs: Programs, zone: ZoneInfo
) -> Iterator[Mismatch]:
    """Differences between a ticket and its line in lists, its tasks and its timers, as they stand in the tables; for
    the site's own history, the people, logins and versions."""
    version = programs.number_of(reading, ticket.digest)
    if version == 0 and ticket.id != SITE:
        what = msg("the version that the ticket is pinned to was never published")
        yield Mismatch(ticket.id, ticket.number, "missing", what, ticket.digest)
    line = head_of(programs.of(reading, ticket.digest), ticket, version, zone)
    if codec.head_row(line) != standing.line:
        yield from compare(ticket, _line_pairs(line, standing.line))
    written = "" if standing.row is None else codec.ticket_text(standing.row)
    yield from compare(ticket, [("body", written, standing.text), ("tail", codec.tail_of(ticket.id), standing.tail)])
    tasks, timers = codec.task_rows(ticket), codec.timer_rows(ticket)
    yield from compare(ticket, [("task rows", tasks, standing.tasks), ("timer rows", timers, standing.timers)])
    for relative in [*(child["id"] for child in ticket.children), *([ticket.parent] if ticket.parent else [])]:
        if next(reading.steps(relative, 0, 1), None) is None:
            what = msg("it names {relative}, which has no record", relative=relative)
            yield Mismatch(ticket.id, ticket.number, "missing", what)
    if ticket.id == SITE:
        yield from compare(ticket, site_pairs(reading, ticket))


def _line_pairs(line: Head, row: tuple[Any, ...]) -> Iterator[tuple[str, Any, Any]]:
    """The members of a line in lists: by the record, and as the tables have them."""
    try:
        found = codec.head_of(row)
    except (ValueError, TypeError, faults.Unreadable):
        yield "list", codec.head_row(line), row
        return
    differing = [name for name in Head._fields if getattr(line, name) != getattr(found, name)]
    for name in differing:
        yield f"list.{name}", getattr(line, name), getattr(found, name)
    if not differing:  # the same to a reader, but not what the engine wrote
        yield "list", codec.head_row(line), row


def compare(ticket: Ticket, pairs: Iterable[tuple[str, Any, Any]]) -> Iterator[Mismatch]:
    """The differences among (name, what the record says, what the tables say)."""
    for name, want, have in pairs:
        if want != have:
            yield _differs(ticket, name, want, have)


def _differs(ticket: Ticket, name: str, want: Any, have: Any) -> Mismatch:
    what = msg("the ticket's row differs from its record at `{name}`", name=name)
    return Mismatch(ticket.id, ticket.number, "row", what, want, have)


def _members(ticket: Ticket) -> dict[str, Any]:
    return {each.name: _plain(getattr(ticket, each.name)) for each in fields(ticket)}


def _plain(value: Any) -> Any:
    if isinstance(value, Erased):
        return None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
