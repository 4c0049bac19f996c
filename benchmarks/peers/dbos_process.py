"""The process that `apart.py` starts: `python -m benchmarks.peers.dbos_process WAY ADDRESS`.

It prints the name of its side; then, for each line that comes, it tells one story and prints what it came to.
"""

import json
import os
import sys

from benchmarks.pairs import no_collector
from benchmarks.peers import with_dbos


def main(way: str, address: str) -> None:
    """Tell a story for each line that comes."""
    side = with_dbos.started(way, address)
    print(side.name, flush=True)
    with no_collector():
        for _line in sys.stdin:
            print(json.dumps(side.tell()), flush=True)
    side.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
    os._exit(0)  # its threads would keep the process, each up to its next look at the database
