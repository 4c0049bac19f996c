"""DBOS in a process of its own, which stands still while others are measured.

Its threads poll all the time, and in one process they would take the interpreter from whoever's turn it is. So it is
stopped (SIGSTOP) between its turns. What a turn costs more this way, a line through a pipe and back, is about a tenth
of a millisecond a ticket.
"""

import json
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.peers.sides import End, Side


def side(way: str, address: str) -> Side:
    """Start `dbos_process` for one of `with_dbos.WAYS` over the database at `address`; gives its side."""
    words = [sys.executable, "-m", "benchmarks.peers.dbos_process", way, address]
    root = Path(__file__).parent.parent.parent
    child = subprocess.Popen(words, cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    name = child.stdout.readline().strip()
    child.send_signal(signal.SIGSTOP)
    return Side(name, partial(_told, child), partial(_ended, child))


def _told(child: subprocess.Popen[str]) -> End:
    assert child.stdin is not None and child.stdout is not None
    child.send_signal(signal.SIGCONT)
    child.stdin.write("\n")
    child.stdin.flush()
    state, fee = json.loads(child.stdout.readline())
    child.send_signal(signal.SIGSTOP)
    return state, fee


def _ended(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGCONT)
    child.communicate()
