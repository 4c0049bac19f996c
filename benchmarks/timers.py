"""Very many timers that are pending: setting, polling and firing them, beside APScheduler's own job store.

Ours, fired: `tick`, the full path: each due timer becomes a command that is decided, recorded and hashed; its ticket
goes to another state, its rows are written; forty firings are one durable transaction. Theirs: `SQLAlchemyJobStore`
over the same kind of store with the same settings; the job does nothing. Both are timed from when the sweep begins
until the last one due is done with, turn by turn, some hundreds each, on stores that hold all the pending ones
throughout.

A poll that finds nothing due: ours is a whole `tick`, which notes durably that it was there; theirs the two questions
that the scheduler asks when it wakes up. Setting: one ticket opened that has a timer, as a command, against one
`add_job`; only a sample is set so, and the time for all is reckoned from it. The other pending ones are copies of one
row with ids of their own, on both sides; they are never read. The next due time, as `sop worker status` asks for it,
is read beside a store that holds next to none.

The lock: how long a sweep's transaction keeps others from writing (SQLite has one writer), the longest of all that
were timed, against forty single commands in the same run. WAL and FULL on SQLite; `fsync` and `synchronous_commit` on
PostgreSQL.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from benchmarks.pairs import WALL, Pair, interleaved, seconds, taken_in_turn
from benchmarks.table import Line, Table, microseconds
from benchmarks.timers_jobs import Jobs
from benchmarks.timers_tickets import Tickets, on_postgres, on_sqlite
from benchmarks.workload import folder
from tests import postgres


class Size(NamedTuple):
    """How many are pending all the time, in how many turns how many are fired, and how many are set by command."""

    pending: int
    turns: int
    due: int
    sample: int


SIZES: Final = {
    "tiny": Size(200, 2, 20, 5),
    "quick": Size(10_000, 5, 200, 40),
    "usual": Size(100_000, 9, 400, 100),
    "large": Size(1_000_000, 25, 400, 400),
}
_POLLS: Final = 50
_READS: Final = 20


def run(size: str) -> Table:
    """What setting, polling and firing cost on each store. Without a server to be had PostgreSQL is left out."""
    sizes = SIZES[size]
    lines: list[Line] = []
    notes: list[str] = []
    with folder() as disk:
        lines += _on_sqlite(disk, sizes)
    if postgres.binaries() is None:
        notes.append(f"PostgreSQL is left out: {postgres.MISSING}")
    else:
        with postgres.running("-c", "fsync=on") as server, folder() as disk:
            lines += _on_postgres(server, disk, sizes)
    compared = (
        f"{sizes.pending:,} timers are pending, {sizes.turns * sizes.due:,} are fired, beside APScheduler's job store"
    )
    return Table("timers", compared, lines, notes)


def _on_sqlite(disk: Path, sizes: Size) -> list[Line]:
    tickets, small = on_sqlite(disk / "site", sizes.turns + 1, sizes.due), on_sqlite(disk / "small", 1, 1)
    jobs = Jobs.on_sqlite(disk / "jobs.db")
    try:
        lines = _lines("SQLite", tickets, small, jobs, sizes)
        held, forty = max(tickets.held), median(tickets.forty)
        detail = f"{microseconds(held)}, median {microseconds(median(tickets.held))}; forty {microseconds(forty)}"
        lock = Line("SQLite: longest lock of a sweep", held / forty, "of forty commands", at_most=1.0, detail=detail)
        return [*lines, lock]
    finally:
        jobs.close()
        tickets.close()
        small.close()


def _on_postgres(server: postgres.Server, disk: Path, sizes: Size) -> list[Line]:
    tickets = on_postgres(server, server.new_database(), disk, sizes.turns + 1, sizes.due)
    small = on_postgres(server, server.new_database(), disk, 1, 1)
    jobs = Jobs.on_postgres(server.address(server.new_database("template0")))
    try:
        return _lines("PostgreSQL", tickets, small, jobs, sizes)
    finally:
        jobs.close()
        tickets.close()
        small.close()


def _lines(store: str, tickets: Tickets, small: Tickets, jobs: Jobs, sizes: Size) -> list[Line]:
    tickets.fill(sizes.pending)
    jobs.fill(sizes.pending)
    fired = _fired(tickets, jobs, sizes)
    polled = interleaved(tickets.poll, jobs.poll, _POLLS, WALL)
    read = interleaved(partial(_times, tickets), partial(_times, small), _POLLS, WALL)
    ready = [(partial(tickets.set, sizes.sample), partial(jobs.add, sizes.sample))] * 4
    put = taken_in_turn(ready, WALL, skip=1)
    ours, theirs = sizes.due / fired.ours_seconds, sizes.due / fired.other_seconds
    return [
        Line(f"{store}: firings, full path", fired.speed, "times the job store", 10.0,
             detail=f"{ours:,.0f} a second; job store {theirs:,.0f}; {len(fired.ours)} turns each"),
        Line(f"{store}: a sweep with nothing due", polled.ours_seconds * 1e3, "ms", at_most=1.0,
             detail=f"job store {microseconds(polled.other_seconds)}"),
        Line(f"{store}: the next due time", read.cost, "of that with next to none", at_most=1.5,
             detail=f"{microseconds(read.ours_seconds / _READS)}"),
        Line(f"{store}: timers set by command", put.speed, "of `add_job`",
             detail=f"{sizes.pending:,} take {_minutes(put.ours, sizes)}; `add_job` {_minutes(put.other, sizes)}"),
    ]  # fmt: skip


def _fired(tickets: Tickets, jobs: Jobs, sizes: Size) -> Pair:
    """Some hundreds of each, turn by turn, and forty single commands in between; the first turn is not counted."""
    ours: list[float] = []
    theirs: list[float] = []
    for turn in range(sizes.turns + 1):
        jobs.make_due(sizes.due)
        tickets.bring_due(turn)
        ways = [(tickets.fire, ours), (jobs.fire, theirs)]
        for fire, took in ways if turn % 2 else reversed(ways):
            took.append(seconds(fire, WALL))
        tickets.do_forty()
    tickets.forget_first()
    return Pair(ours[1:], theirs[1:])


def _times(tickets: Tickets) -> None:
    for _number in range(_READS):
        tickets.next_due()


def _minutes(took: Sequence[float], sizes: Size) -> str:
    """How long all the pending ones would take, reckoned from the sample."""
    return f"{median(took) / sizes.sample * sizes.pending / 60:,.1f} min"
