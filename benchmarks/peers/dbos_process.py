"""The process that `apart.py` starts: `python -m benchmarks.peers.dbos_process ADDRESS`.

It prints the names of its sides; then, for the number of a side on each line that comes, it tells one story and prints
what it came to.
"""

import json
import os
import sys

from benchmarks.pairs import no_collector
from benchmarks.peers import with_dbos


def main(address: str) -> None:
    """Tell a story for each line that comes: its number is the side's."""
    told = with_dbos.sides(address)
    print(json.dumps([each.name for each in told]), flush=True)
    with no_collector():
        for line in sys.stdin:
            print(json.dumps(told[int(line)].tell()), flush=True)
    for each in told:
        each.close()


if __name__ == "__main__":
    main(sys.argv[1])
    os._exit(0)  # its threads would keep the process, each up to its next look at the database
