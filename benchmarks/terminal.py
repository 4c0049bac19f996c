"""A process at a terminal, as staff have it: what a table for a person costs is no less than what a pipe does."""

import fcntl
import os
import pty
import resource
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_ROWS, _COLUMNS = 40, 100
_ANSWERS: Final = b"y\n" * 6


def at_terminal(words: Sequence[str], where: Path, around: Mapping[str, str]) -> bytes:
    """Run a program at a terminal of its own until it ends, and give what it wrote there. Whatever it asks is answered
    yes. Raises `RuntimeError` with its words where it ends with a fault."""
    ours, its = pty.openpty()
    try:
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
        os.write(ours, _ANSWERS)
        process = subprocess.Popen(
            words, cwd=where, env={**around, "TERM": "xterm"}, stdin=its, stdout=its, stderr=its, start_new_session=True
        )
        os.close(its)
        written = b"".join(iter(lambda: _read(ours), b""))
        if process.wait() != 0:
            raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}: {written.decode(errors='replace')}")
        return written
    finally:
        os.close(ours)


def children_seconds() -> float:
    """What the processor has spent, in seconds, on the processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the last who had it open has gone
        return b""
