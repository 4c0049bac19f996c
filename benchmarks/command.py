"""One durable command against the rows that it writes.

Ours: `engine.act`, the whole of it: the file's lock, BEGIN IMMEDIATE, reading the ticket and the people, deciding, the
record and its hash, every row, COMMIT. The procedure is warm; the clock stands still; salts come from a counter.
Bare: the very same rows, taken down from a run over a copy of the same site, written by the same driver with the same
text and values, in one transaction, WAL and `synchronous=FULL` as ours; it takes no lock beside SQLite's own, reads
nothing, decides nothing, encodes nothing. Every command is done once by each side, in turn.
Peer: the same rows through a SQLModel session on the same driver and settings, one session a command, against the same
bare writes.
On a disk where syncing costs nothing (a file system in memory, where there is one) only the computing is left: that
line has no bound, and shows what a faster disk would leave of the ratio.
"""

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.pairs import WALL, Pair, taken_in_turn
from benchmarks.table import Line, Table, microseconds
from benchmarks.workload import STORY, doing, engine_over, folder, new_desk, opening
from sop_engine.store import statements
from sop_engine.store.drivers import connect, driver_module
from sop_engine.ticket.records import Command
from tests.desk import START

TICKETS: Final = {"tiny": 3, "quick": 40, "usual": 200, "large": 1000}
IN_MEMORY: Final = Path("/dev/shm")
_WARM_UP: Final = 2 * len(STORY)

Write = tuple[str, Sequence[Any]]


def run(size: str) -> Table:
    """Ratios of speed to the bare writes: ours, and a SQLModel session's."""
    with folder() as disk:
        lines = _lines(disk, TICKETS[size], "")
    if IN_MEMORY.is_dir():
        memory = IN_MEMORY / disk.name
        memory.mkdir()
        try:
            lines += _lines(memory, TICKETS[size], ", where syncing costs nothing")
        finally:
            shutil.rmtree(memory, ignore_errors=True)
    return Table("command", "one durable command, of the same rows written by the bare driver", lines)


def _lines(where: Path, tickets: int, place: str) -> list[Line]:
    start = where / "start"
    new_desk(start).store.close()
    commands = _commands(start, tickets)
    writes = _written(start, commands)
    ours = _ours_to_bare(start, commands, writes)
    peer = _session_to_bare(start, writes)
    return [
        Line(f"one command{place}", ours.speed, "of bare", None if place else 0.5, detail=_detail(ours, "bare")),
        Line(f"a SQLModel session{place}", peer.speed, "of bare", detail=_detail(peer, "bare")),
    ]


def _detail(pair: Pair, other: str) -> str:
    return f"{microseconds(pair.ours_seconds)}; {other} {microseconds(pair.other_seconds)}; {len(pair.ours)} pairs"


def _commands(start: Path, tickets: int) -> list[Command]:
    """The story's commands for so many tickets, whose ids are known beforehand: numbers are drawn in order."""
    found = []
    for number in range(1, tickets + 1):
        found.append(opening(number * 10))
        ticket = f"WX-{START:%Y%m%d}-{number:03d}"
        found += [doing(ticket, place, number * 10 + place) for place in range(1, len(STORY))]
    return found


def _copy(start: Path) -> Path:
    copy = start.with_name(f"copy-{len(list(start.parent.iterdir()))}")
    shutil.copytree(start, copy)
    return copy


def _ours_to_bare(start: Path, commands: Sequence[Command], writes: Sequence[Sequence[Write]]) -> Pair:
    engine, raw = engine_over(_copy(start)), _bare(_copy(start))
    pair = taken_in_turn(
        [
            (partial(engine.act, command), partial(_write, raw, rows))
            for command, rows in zip(commands, writes, strict=True)
        ],
        clock=WALL,
        skip=_WARM_UP,
    )
    engine.store.close()
    raw.close()
    return pair


# --- the same rows, bare ---------------------------------------------------------------------------------------------


class _Recorder:
    """A connection that takes down what is written through it."""

    def __init__(self, raw: Any, writes: list[Write]) -> None:
        self._raw = raw
        self._writes = writes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def cursor(self) -> "_Recorder":
        return self

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Any:
        if statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            self._writes.append((statement, tuple(values)))
        return self._raw.execute(statement, values)


def _written(start: Path, commands: Sequence[Command]) -> list[list[Write]]:
    """What each command writes, taken down from a run over a copy."""
    engine = engine_over(_copy(start))
    store: Any = engine.store
    written: list[list[Write]] = []
    for command in commands:
        written.append([])
        connection = store.take(writes=True)
        raw, connection.raw = connection.raw, _Recorder(connection.raw, written[-1])
        store.give_back(connection)
        engine.act(command)
        connection.raw = raw
    store.close()
    return written


def _bare(where: Path) -> Any:
    raw = connect(driver_module("auto"), where / "site.db")
    raw.execute("PRAGMA journal_mode = WAL").fetchone()
    raw.execute("PRAGMA synchronous = FULL")
    return raw


def _write(raw: Any, rows: Sequence[Write]) -> None:
    raw.execute("BEGIN IMMEDIATE")
    for statement, values in rows:
        cursor = raw.execute(statement, values)
        if statement is statements.DRAW:
            cursor.fetchone()
    raw.execute("COMMIT")


# --- the same rows, through a session --------------------------------------------------------------------------------


def _session_to_bare(start: Path, writes: Sequence[Sequence[Write]]) -> Pair:
    from sqlalchemy import create_engine, event
    from sqlmodel import Session

    where, raw = _copy(start), _bare(_copy(start))
    database = create_engine(f"sqlite:///{where / 'site.db'}", module=driver_module("auto"))

    @event.listens_for(database, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")

    def through_session(rows: Sequence[Write]) -> None:
        with Session(database) as session:
            for statement, values in rows:
                _VERBS[statement](session, values)
            session.commit()

    pair = taken_in_turn(
        [(partial(through_session, rows), partial(_write, raw, rows)) for rows in writes], clock=WALL, skip=_WARM_UP
    )
    database.dispose()
    raw.close()
    return pair


def _add(name: str, columns: str) -> Callable[[Any, Sequence[Any]], None]:
    """A verb that adds a row of the table `name`, or puts it in place of the one that is there."""
    names = columns.replace(" ", "").split(",")

    def add(session: Any, values: Sequence[Any]) -> None:
        session.add(_table(name)(**dict(zip(names, values, strict=True))))

    return add


def _merge(name: str, columns: str) -> Callable[[Any, Sequence[Any]], None]:
    names = columns.replace(" ", "").split(",")

    def merge(session: Any, values: Sequence[Any]) -> None:
        session.merge(_table(name)(**dict(zip(names, values, strict=True))))

    return merge


def _delete(name: str) -> Callable[[Any, Sequence[Any]], None]:
    def delete(session: Any, values: Sequence[Any]) -> None:
        session.delete(session.get(_table(name), tuple(values)))

    return delete


def _update_ticket(session: Any, values: Sequence[Any]) -> None:
    site, body, *columns, id, _before = values
    row = session.get(_table("Ticket"), (site, id))
    names = statements.HEAD_COLUMNS.replace(" ", "").split(",")[1:]
    for name, value in zip(["body", *names], [body, *columns], strict=True):
        setattr(row, name, value)


def _update_outside_indexes(session: Any, values: Sequence[Any]) -> None:
    _put_columns(session, values)


def _update_state(session: Any, values: Sequence[Any]) -> None:
    _put_columns(session, values, "state")


def _update_left(session: Any, values: Sequence[Any]) -> None:
    _put_columns(session, values, "state", "next_due", "suspended", "promised", "missed")


def _put_columns(session: Any, values: Sequence[Any], *more: str) -> None:
    body, *columns, site, id, _before = values
    row = session.get(_table("Ticket"), (site, id))
    names = ["number", "hash", "outcome", "subject", "tasks", "recorded", "effective", "urged", *more]
    for name, value in zip(["body", *names], [body, *columns], strict=True):
        setattr(row, name, value)


def _put_finding(session: Any, values: Sequence[Any]) -> None:
    from sqlalchemy import func
    from sqlmodel import select

    table, (site, ticket, part, personal, words) = _table("Finding"), values
    row = session.get(table, (site, ticket, part))
    if row is not None:
        row.words = words
        return
    last = session.exec(select(func.max(table.id)).where(table.site == site)).one() or 0
    session.add(table(site=site, ticket=ticket, part=part, personal=personal, id=last + 1, words=words))


def _draw(session: Any, values: Sequence[Any]) -> None:
    row = session.get(_table("Counter"), tuple(values))
    if row is None:
        site, prefix, day = values
        session.add(_table("Counter")(site=site, prefix=prefix, day=day, last=1))
    else:
        row.last += 1


def _table(name: str) -> Any:
    from sop_engine.store import tables

    return getattr(tables, name)


_VERBS: Final[dict[str, Callable[[Any, Sequence[Any]], None]]] = {
    statements.INSERT_STEP: _add("Step", "site, ticket, number, data, hash"),
    statements.INSERT_VALUE: _add("Value", "site, ticket, number, slot, commitment, salt, value"),
    statements.INSERT_TICKET: _add("Ticket", f"site, tail, body, {statements.HEAD_COLUMNS}"),
    statements.UPDATE_TICKET: _update_ticket,
    statements.UPDATE_OUTSIDE_INDEXES: _update_outside_indexes,
    statements.UPDATE_STATE: _update_state,
    statements.UPDATE_LEFT: _update_left,
    statements.PUT_TASK: _merge("Task", "site, ticket, region, assignee, role"),
    statements.DELETE_TASK: _delete("Task"),
    statements.PUT_TIMER: _merge("Timer", "site, ticket, key, due, aside"),
    statements.DELETE_TIMER: _delete("Timer"),
    statements.PUT_FINDING: _put_finding,
    statements.DRAW: _draw,
}
"""what the session does for each statement that the story writes"""
