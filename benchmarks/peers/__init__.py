"""The same repair in libraries that others use, beside ours, in one run.

Every side tells the story of one ticket (`workload.STORY`, six steps) in its turn, and the order turns with the
tickets; what is told is the median time of a ticket, divided by six, as a share of our speed: 2 is twice as fast as we
are. In memory the processor's time is taken, on a disk or a server the wall's.
What each side does in a step, and what it does not, differs more than the times: `docs/peers.md` says it. Each file
`with_*.py` says how its library is used, and why so. They are the extra `peers`; what is not installed is left out,
and said.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.pairs import PROCESSOR, WALL, Clock, no_collector, seconds
from benchmarks.peers import apart, ours
from benchmarks.peers.sides import END, Side
from benchmarks.table import Line, Table, microseconds
from benchmarks.workload import STORY, folder
from tests import postgres

TICKETS: Final = {"tiny": 2, "quick": 12, "usual": 100, "large": 400}
PEERS: Final = {
    "with_statemachine": ("statemachine", "python-statemachine"),
    "with_sismic": ("sismic", "sismic"),
    "with_spiffworkflow": ("SpiffWorkflow", "SpiffWorkflow"),
    "with_dbos": ("dbos", "DBOS"),
}
"""our module -> the package it imports, and what the package is called"""
IN_MEMORY: Final = Path("/dev/shm")
_COLLECT_EVERY: Final = 10


def run(size: str) -> Table:
    """Speed of each side, as a share of ours; and a note for each that is absent."""
    tickets, found, notes = TICKETS[size], {}, []
    for module in PEERS:
        loaded = load(module)
        if loaded is None:
            notes.append(f"{PEERS[module][1]} is not installed: `pip install 'sop-engine[peers]'`.")
        else:
            found[module] = loaded
    lines = _in_memory(found, tickets)
    with folder() as disk:
        lines += _on_sqlite(found, disk, tickets, "on SQLite")
    if IN_MEMORY.is_dir():
        with folder(IN_MEMORY) as memory:
            lines += _on_sqlite(found, memory, tickets, "on SQLite where syncing costs nothing")
    if postgres.binaries() is None:
        notes.append(f"Nothing was measured on PostgreSQL: {postgres.MISSING}.")
    elif "with_dbos" in found:
        lines += _on_postgresql(found["with_dbos"], tickets)
    return Table("peers", "a step of the same repair, of our speed; see docs/peers.md", lines, notes)


def load(module: str) -> Any:
    """A module of this package by its name; None where the library that it is about is not installed."""
    try:
        return import_module(f"benchmarks.peers.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != PEERS[module][0]:
            raise
        return None


def _in_memory(found: dict[str, Any], tickets: int) -> list[Line]:
    sides = [ours.in_memory(), *(each.in_memory() for name, each in found.items() if name != "with_dbos")]
    return _lines(sides, tickets, PROCESSOR, "in memory")


def _on_sqlite(found: dict[str, Any], disk: Path, tickets: int, place: str) -> list[Line]:
    def sides() -> Iterator[Side]:
        yield ours.on_sqlite(disk / "site")
        yield ours.by_hand(disk)
        for name, each in found.items():
            if name == "with_dbos":
                yield from (apart.side(way, each.on_sqlite(disk, way)) for way in each.WAYS)
            else:
                yield from each.durable(disk)

    return _lines(sides(), tickets, WALL, place)


def _on_postgresql(dbos: Any, tickets: int) -> list[Line]:
    def sides(server: postgres.Server) -> Iterator[Side]:
        yield ours.on_postgresql(server.address(server.new_database()))
        for way in dbos.WAYS:
            yield apart.side(way, dbos.on_postgresql(server.address(server.new_database("template0"))))

    with postgres.running("-c", "fsync=on") as server:
        return _lines(sides(server), tickets, WALL, "on PostgreSQL")


def _lines(made: Iterable[Side], tickets: int, clock: Clock, where: str) -> list[Line]:
    sides = []
    with ExitStack() as closing:
        for side in made:  # each is closed, also when the next cannot be made
            closing.callback(side.close)
            sides.append(side)
        taken = _told([side.tell for side in sides], tickets, clock)
    first, *others = (median(each) / len(STORY) for each in taken)
    counted = f"{tickets} tickets"
    return [
        Line(
            f"{sides[0].name}, {where}", 1 / first, "steps a second", detail=f"{microseconds(first)} a step; {counted}"
        ),
        *(
            Line(f"{side.name}, {where}", first / each, "of our speed", detail=f"{microseconds(each)} a step")
            for side, each in zip(sides[1:], others, strict=True)
        ),
    ]


def _told(tellers: Sequence[Callable[[], object]], tickets: int, clock: Clock) -> list[list[float]]:
    """Seconds a ticket for each side, after one ticket that is not counted and must come to its end."""
    for tell in tellers:
        came_to = tell()
        assert came_to == END, came_to
    taken: list[list[float]] = [[] for _ in tellers]
    with no_collector():
        for ticket in range(tickets):
            for place in range(len(tellers)):
                side = (place + ticket) % len(tellers)
                taken[side].append(seconds(tellers[side], clock))
            if ticket % _COLLECT_EVERY == _COLLECT_EVERY - 1:
                gc.collect()
    return taken
