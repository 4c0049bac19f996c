"""Eight clients on one PostgreSQL: durable commands, against one call that writes the same rows.

Ours: so many processes, each with tickets of its own, each giving the story's six commands to `engine.act` without a
pause: load, decide, append, committed on the server (`fsync` and `synchronous_commit` on). The procedure is warm.
Bare: as many processes, each calling one function in plpgsql that writes the very same rows (taken down from a run of
ours, with other ids) and commits: it reads nothing, decides nothing, encodes nothing. The call goes through psycopg's
cursor, prepared, as one would write it by hand; a second line tells of the same call over our own thin layer on libpq,
which leaves next to nothing to the client.
All draw ticket numbers from counters that they share. The sides take turns of a few seconds; the ratio is that of the
medians of what all clients together did in a second. Clients and server share the processors of one machine, so it is
their time that is measured more than the disk's.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.postgres_process import FUNCTION
from benchmarks.table import Line, Table
from benchmarks.workload import PEOPLE, folder
from sop_engine.store.opening import make_at
from tests import postgres
from tests.desk import Desk
from tests.repair import REPAIR

SIZES: Final = {"tiny": (2, 1, 0.3), "quick": (8, 3, 1.5), "usual": (8, 7, 3.0), "large": (8, 15, 10.0)}
"""clients, turns, seconds of a turn"""
SITE: Final = "measured"
WAYS: Final = ("ours", "bare", "thin")
COMPARED: Final = "one durable command on PostgreSQL, of one plpgsql call that writes the same rows"


def run(size: str) -> Table:
    """The ratio of speed to the bare call. Without a server to be had it has no lines."""
    clients, turns, seconds = SIZES[size]
    if postgres.binaries() is None:
        return Table("postgres", f"left out: {postgres.MISSING}")
    with postgres.running("-c", "fsync=on", "-c", "synchronous_commit=on") as server, folder() as disk:
        address = server.address(postgres.SHARED)
        desk = Desk(disk, PEOPLE, make_at(address, SITE))
        desk.publish(REPAIR)
        desk.store.close()
        server.run(FUNCTION, postgres.SHARED)
        done = _in_turns(address, disk, clients, turns, seconds)
    lines = [
        _line("one command", done["ours"], done["bare"], 0.5),
        _line("the same, of the call over libpq alone", done["ours"], done["thin"], None),
    ]
    return Table("postgres", f"{COMPARED}; {clients} clients", lines)


def _line(what: str, ours: Sequence[float], other: Sequence[float], at_least: float | None) -> Line:
    detail = f"{median(ours):.0f} commands a second; bare {median(other):.0f}; {len(ours)} turns each"
    return Line(what, median(ours) / median(other), "of bare", at_least, detail=detail)


def _in_turns(address: str, disk: Path, clients: int, turns: int, seconds: float) -> dict[str, list[float]]:
    """Way -> what all clients did in a second, turn by turn."""
    crews: dict[str, list[subprocess.Popen[str]]] = {}
    done: dict[str, list[float]] = {how: [] for how in WAYS}
    try:
        for how in WAYS:
            crews[how] = []
            for number in range(clients):  # one by one: all begin with ours, and the bare call does not queue
                crews[how].append(_client(address, disk, how, number))
                assert _said(crews[how][-1]) == "ready\n"
        for turn in range(turns + 1):
            for how in WAYS if turn % 2 else WAYS[::-1]:
                for each in crews[how]:
                    _tell(each, f"{seconds}\n")
                rates = [json.loads(_said(each)) for each in crews[how]]
                if turn:
                    done[how].append(sum(rates))
    finally:
        for crew in crews.values():
            for each in crew:
                each.communicate("", timeout=60)
    return done


def _client(address: str, disk: Path, how: str, number: int) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "benchmarks.postgres_process", address, SITE, str(disk), how, str(number)]
    root = Path(__file__).parent.parent
    around = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.Popen(words, cwd=root, env=around, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _tell(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line)
    process.stdin.flush()
