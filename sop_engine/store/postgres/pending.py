"""What a transaction is going to write, and the one statement that writes it.

The law.

1. Nothing is sent while `decide` thinks. What is to be written is gathered here, net: a row that is put twice is sent
   once. Then one statement sends all of it, and on a connection without an open transaction it commits by itself.
2. The statement first locks, in the order of their ids, the rows of all tickets that will be written and that were
   only looked at (`looked_at`: children, a parent), and then the counters, each only if it is still at the number that
   `decide` has seen. Every other part of it asks whether all were (`held`); if not, nothing is written. Where one
   ticket is all there is to lock, writing its row does it.
3. So the same statement sent twice does its work once: the second finds the heads moved on, whoever moved them.
4. The text depends on how many rows go where and on nothing else, so that the server can keep it prepared.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sop_engine.store.seam import Head, NewLetter
from sop_engine.store.statements import HEAD_COLUMNS

_HEAD: Final = tuple(HEAD_COLUMNS.replace(" ", "").split(","))
_WHOLE: Final = frozenset({"number", "version", "position", "last", "urged"})
_TICKET: Final = ("tail", "body", *_HEAD)
_STEP: Final = ("ticket", "number", "data", "hash")
_VALUE: Final = ("ticket", "number", "slot", "commitment", "salt", "value")
_TASK: Final = ("ticket", "region", "assignee", "role")
_TIMER: Final = ("ticket", "key", "due", "aside")
_FINDING: Final = ("ticket", "part", "personal", "words")
_LETTER: Final = ("ticket", "number", "position", "recipient", "channel", "notice", "kind", "status", "next_at")
_OF_A_KIND: Final = ("ticket", "recipient", "channel", "notice", "kind", "number", "position")
_KEY: Final = ("key", "ticket", "number", "request", "salt")
_COUNTER: Final = ("prefix", "day", "last")
_HELD: Final = "(SELECT held FROM ok)"


class Line(NamedTuple):
    """A ticket as it will stand. `before` is the number of its last step in the store; 0: it is new."""

    before: int
    number: int
    tail: str
    body: str | None
    row: tuple[Any, ...]
    head: Head


class Shape(NamedTuple):
    """How many rows go where."""

    waits: bool
    alone: bool
    locked: int
    counted: int
    begun: int
    moved: int
    opened: int
    steps: int
    values: int
    tasks: int
    no_tasks: int
    timers: int
    no_timers: int
    findings: int
    no_findings: int
    superseding: int
    letters: int
    keys: int


@dataclass(slots=True)
class Pending:
    """Rows that are not sent yet."""

    tickets: dict[str, Line] = field(default_factory=dict)
    looked_at: dict[str, int] = field(default_factory=dict)
    """ids of tickets that were only looked at -> number of their last step"""
    steps: list[tuple[Any, ...]] = field(default_factory=list)
    values: list[tuple[Any, ...]] = field(default_factory=list)
    tasks: dict[tuple[str, str], tuple[Any, ...] | None] = field(default_factory=dict)
    """(ticket, region) -> (assignee, role), or None: it goes"""
    timers: dict[tuple[str, str], tuple[Any, ...] | None] = field(default_factory=dict)
    findings: dict[tuple[str, str], tuple[Any, ...] | None] = field(default_factory=dict)
    """(ticket, part) -> (class of personal data, words)"""
    letters: dict[tuple[Any, ...], tuple[Any, ...]] = field(default_factory=dict)
    kinds: dict[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)
    """(ticket, recipient, channel, notice, kind) -> (step number, position) of the letter that supersedes the others"""
    keys: list[tuple[Any, ...]] = field(default_factory=list)
    counters: dict[tuple[str, str], tuple[int | None, int]] = field(default_factory=dict)
    """(prefix, day) -> (number that is there, or None; number to be put)"""

    def __bool__(self) -> bool:
        return bool(self.tickets or self.letters or self.keys or self.counters)

    def add_letter(self, ticket: str, number: int, letter: NewLetter, now: str) -> None:
        """A letter that a step puts into the outbox, once; with what it supersedes, here and in the store."""
        position, notice, to, channel, kind = letter
        key = ticket, number, position, to, channel
        if key in self.letters:
            return
        self.letters[key] = (*key, notice, kind, "waiting", now)
        if not kind:
            return
        former = self.kinds.get((ticket, to, channel, notice, kind))
        if former is not None:
            place = ticket, *former, to, channel
            self.letters[place] = (*place, notice, kind, "superseded", self.letters[place][-1])
        self.kinds[ticket, to, channel, notice, kind] = number, position

    def statement(self, site: str, waits: bool) -> tuple[str, list[Any]]:
        """The statement, which gives one row with whether it was done, and its values. With `waits` it waits for rows
        that another holds; else it fails at the first."""
        moved = [line for line in self.tickets.values() if line.before]
        opened = [line for line in self.tickets.values() if not line.before]
        locked = {id: number for id, number in self.looked_at.items() if id not in self.tickets}
        locked |= {line.head.id: line.before for line in moved}
        alone = waits and len(locked) == len(moved) == 1 and not self.counters
        counted = {key: ends for key, ends in self.counters.items() if ends[0] is not None}
        begun = {key: ends for key, ends in self.counters.items() if ends[0] is None}
        parts: list[Sequence[Sequence[Any]]] = [
            [] if alone else sorted(locked.items()),
            [(*key, was) for key, (was, _now) in sorted(counted.items())],
            [(*key, now) for key, (_was, now) in sorted(begun.items())],
            [(line.body, *line.row[1:], line.row[0], *([line.before] if alone else [])) for line in moved],
            [(line.tail, line.body, *line.row) for line in opened],
            list(self.steps),
            list(self.values),
            *_put_and_gone(self.tasks),
            *_put_and_gone(self.timers),
            *_put_and_gone(self.findings),
            [(*kind, *place) for kind, place in self.kinds.items()],
            list(self.letters.values()),
            list(self.keys),
        ]
        text = _text(Shape(waits, alone, *(len(part) for part in parts)))
        values = [site, *(value for part in parts for row in part for value in row)]
        return text, [*values, *(now for _was, now in (counted[key] for key in sorted(counted)))]


def _put_and_gone(rows: dict[tuple[str, str], tuple[Any, ...] | None]) -> tuple[list[Any], list[Any]]:
    put = [(*key, *row) for key, row in rows.items() if row is not None]
    return put, [key for key, row in rows.items() if row is None]


class _Places:
    """Gives out the places of a statement, in order; `$1` is the site."""

    def __init__(self) -> None:
        self._last = 1

    def row(self, columns: Sequence[str]) -> list[str]:
        """A place for each column, with its type where the server could not infer it."""
        return [self._next() + _cast(column) for column in columns]

    def rows(self, columns: Sequence[str], count: int) -> str:
        """So many rows of places."""
        return ", ".join(f"({', '.join(self.row(columns))})" for _ in range(count))

    def _next(self) -> str:
        self._last += 1
        return f"${self._last}"


def _cast(column: str) -> str:
    if column in _WHOLE:
        return "::int"
    return "::bytea" if column == "data" else "::text"


@functools.lru_cache(maxsize=512)
def _text(shape: Shape) -> str:
    """The statement of a shape. Its places are in the order in which `Pending.statement` gives the values."""
    places = _Places()
    locked = [places.row(("id", "number")) for _ in range(shape.locked)]
    counted = [places.row(_COUNTER) for _ in range(shape.counted)]
    if shape.alone:
        first = f"{_update(places)} AND number = {places.row(('number',))[0]} RETURNING 1"
    parts = list(_parts(places, shape))
    for (prefix, day, _was), (now,) in zip(counted, [places.row(("last",)) for _ in range(shape.counted)], strict=True):
        parts.append(
            f"UPDATE counter SET last = {now} WHERE site = $1 AND prefix = {prefix} AND day = {day} AND {_HELD}"
        )
    waiting = "FOR UPDATE" if shape.waits else "FOR UPDATE NOWAIT"
    heads = [f"(id = {id} AND number = {number})" for id, number in locked]
    numbers = [f"(prefix = {prefix} AND day = {day} AND last = {was})" for prefix, day, was in counted]
    begin = []
    if shape.alone:
        begin.append(f"seen AS ({first})")
    if heads:
        begin.append(_those("seen", "ticket", heads, "id", waiting))
    if numbers:
        begin.append(_those("drawn", "counter", numbers, "prefix, day", waiting))
    held = [f"(SELECT count(*) FROM {name}) = {count}" for name, count in
            (("seen", shape.locked + shape.alone), ("drawn", shape.counted)) if count]  # fmt: skip
    begin.append(f"ok AS MATERIALIZED (SELECT {' AND '.join(held) or 'true'} AS held)")
    named = [f"part{rank} AS ({part})" for rank, part in enumerate(parts)]
    return "WITH " + ",\n".join([*begin, *named]) + "\nSELECT held FROM ok"


def _those(name: str, table: str, terms: list[str], order: str, waiting: str) -> str:
    found = f"SELECT 1 FROM {table} WHERE site = $1 AND ({' OR '.join(terms)}) ORDER BY {order} {waiting}"
    return f"{name} AS MATERIALIZED ({found})"


def _parts(places: _Places, shape: Shape) -> Iterator[str]:
    """The parts that write, in the order of the values."""
    if shape.begun:
        yield _insert(places, "counter", _COUNTER, shape.begun)
    for _ in range(0 if shape.alone else shape.moved):
        yield f"{_update(places)} AND {_HELD}"
    if shape.opened:
        yield _insert(places, "ticket", _TICKET, shape.opened)
    if shape.steps:
        yield _insert(places, "step", _STEP, shape.steps)
    if shape.values:
        yield _insert(places, "value", _VALUE, shape.values)
    yield from _put_or_delete(places, "task", _TASK, shape.tasks, shape.no_tasks)
    yield from _put_or_delete(places, "timer", _TIMER, shape.timers, shape.no_timers)
    if shape.findings:
        rows = places.rows(_FINDING, shape.findings)
        yield (
            f"INSERT INTO finding (site, {', '.join(_FINDING)}, id)"
            f" SELECT $1, new.*, nextval('finding_number') FROM (VALUES {rows}) AS new ({', '.join(_FINDING)})"
            f" WHERE {_HELD} ON CONFLICT (site, ticket, part) DO UPDATE SET words = excluded.words"
        )
    if shape.no_findings:
        rows = places.rows(_FINDING[:2], shape.no_findings)
        yield f"DELETE FROM finding WHERE site = $1 AND (ticket, part) IN ({rows}) AND {_HELD}"
    if shape.superseding:
        rows = places.rows(_OF_A_KIND, shape.superseding)
        same = " AND ".join(f"outbox.{column} = new.{column}" for column in _OF_A_KIND[:-2] if column != "channel")
        yield (
            "UPDATE outbox SET status = 'superseded' FROM (SELECT outbox.id FROM outbox"
            f" JOIN (VALUES {rows}) AS new ({', '.join(_OF_A_KIND)}) ON {same}"
            " AND (outbox.number, outbox.position) < (new.number, new.position)"
            f" WHERE outbox.site = $1 AND outbox.kind <> '' AND outbox.status = 'waiting' AND {_HELD}"
            " ORDER BY outbox.id FOR UPDATE OF outbox) AS old"
            " WHERE outbox.site = $1 AND outbox.id = old.id"
        )
    if shape.letters:
        rows = places.rows(_LETTER, shape.letters)
        yield (
            f"INSERT INTO outbox (site, {', '.join(_LETTER)}, id, attempts)"
            f" SELECT $1, new.*, nextval('outbox_number'), 0"
            f" FROM (VALUES {rows}) AS new ({', '.join(_LETTER)}) WHERE {_HELD} AND NOT EXISTS (SELECT 1 FROM outbox"
            " WHERE outbox.site = $1 AND outbox.ticket = new.ticket AND outbox.number = new.number"
            " AND outbox.position = new.position AND outbox.recipient = new.recipient"
            " AND outbox.channel = new.channel)"
            " ON CONFLICT (site, ticket, number, position, recipient, channel) DO NOTHING"
        )
    if shape.keys:
        yield _insert(places, "idempotency", _KEY, shape.keys)


def _update(places: _Places) -> str:
    """A ticket's row put in place of what is there."""
    columns = "body", *_HEAD[1:]
    put = ", ".join(f"{column} = {place}" for column, place in zip(columns, places.row(columns), strict=True))
    return f"UPDATE ticket SET {put} WHERE site = $1 AND id = {places.row(('id',))[0]}"


def _put_or_delete(places: _Places, table: str, columns: Sequence[str], put: int, gone: int) -> Iterator[str]:
    """Rows found by the first two columns, the others put; and rows that go."""
    first, second, *rest = columns
    if put:
        new = ", ".join(f"{column} = excluded.{column}" for column in rest)
        yield f"{_insert(places, table, columns, put)} ON CONFLICT (site, {first}, {second}) DO UPDATE SET {new}"
    if gone:
        rows = places.rows((first, second), gone)
        yield f"DELETE FROM {table} WHERE site = $1 AND ({first}, {second}) IN ({rows}) AND {_HELD}"


def _insert(places: _Places, table: str, columns: Sequence[str], count: int) -> str:
    """So many new rows, if all heads were held."""
    names = ", ".join(columns)
    rows = places.rows(columns, count)
    return f"INSERT INTO {table} (site, {names}) SELECT $1, new.* FROM (VALUES {rows}) AS new ({names}) WHERE {_HELD}"
