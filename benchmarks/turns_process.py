"""One of the processes that write on one file: `python -m benchmarks.turns_process FILE TICKET SECONDS fair|busy`.

It says `ready`, waits for a line, gives one command after the other for so long, and prints as JSON how many were
acknowledged, how many failed, and the longest that one took. It ends after a second line. `busy` leaves out the turns:
SQLite's own handler waits.
"""

import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.workload import engine_over, noting
from sop_engine.errors import SopError


class NoTurn:
    """Whoever comes takes it."""

    def acquire(self, shared: bool, wait_seconds: float) -> None:
        """Wait for nobody."""

    def release(self) -> None:
        """Nothing was taken."""

    def close(self) -> None:
        """Nothing is open."""


def main() -> None:
    """Write for the time that is given."""
    file, ticket, seconds, how = sys.argv[1:]
    engine = engine_over(Path(file).parent)
    if how == "busy":
        store: Any = engine.store
        connection = store.take(writes=True)
        connection.turn = NoTurn()
        store.give_back(connection)
    engine.act(noting(ticket), dry_run=True)  # from here on the procedure is warm
    print("ready", flush=True)
    sys.stdin.readline()
    done, failed, longest, end = 0, 0, 0.0, perf_counter() + float(seconds)
    while (start := perf_counter()) < end:
        try:
            engine.act(noting(ticket))
            done += 1
        except SopError:
            failed += 1
        longest = max(longest, perf_counter() - start)
    print(json.dumps({"done": done, "failed": failed, "longest": longest}), flush=True)
    sys.stdin.readline()  # an interpreter that ends takes a processor from those who are still at it


if __name__ == "__main__":
    main()
