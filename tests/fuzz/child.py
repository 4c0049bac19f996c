"""A process that judges mutants one after another, within a limit of memory and of time for each.

python -m tests.fuzz.child MODULE:NAME FIRST COUNT PROGRESS_FILE

Whatever ends it, the number of the mutant that it was at stands in the file. Its last line on stdout is JSON:
{"kinds": {what came of a mutant: how many}, "failures": [[number, what was raised]]}.
"""

import collections
import contextlib
import faulthandler
import importlib
import io
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MEMORY_BYTES: Final = 1 << 30
MOST_FAILURES: Final = 5


@dataclass(frozen=True)
class Target:
    """What is tried: `make` gives the mutant of a number, `judge` what came of it in a word. `judge` raises where it
    came to what must not be."""

    make: Callable[[int], bytes]
    judge: Callable[[bytes], str]
    seconds: float = 10
    """of the processor, for one mutant"""
    waiting_seconds: float = 60
    """of the clock on the wall, for what waits and does not work"""


def target_named(name: str, folder: Path) -> Target:
    module, _, function = name.partition(":")
    made: Target = getattr(importlib.import_module(module), function)(folder)
    return made


def judge_all(target: Target, first: int, count: int, progress: int) -> dict[str, object]:
    kinds: collections.Counter[str] = collections.Counter()
    failures: list[tuple[int, str]] = []
    for number in range(first, first + count):
        os.pwrite(progress, b"%20d" % number, 0)
        mutant = target.make(number)
        signal.setitimer(signal.ITIMER_PROF, target.seconds)
        signal.setitimer(signal.ITIMER_REAL, target.waiting_seconds)
        try:
            kinds[target.judge(mutant)] += 1
        except Exception as error:  # whatever is raised is what is looked for
            failures.append((number, "".join(traceback.format_exception(error, limit=-6))))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
        if len(failures) == MOST_FAILURES:
            break
    return {"kinds": kinds, "failures": failures}


def main() -> None:
    name, first, count, progress_file = sys.argv[1:]
    # the kernel ends what runs on or waits on, also where no Python code would be reached; this says where it was
    faulthandler.register(signal.SIGPROF, all_threads=False, chain=True)
    faulthandler.register(signal.SIGALRM, all_threads=False, chain=True)
    faulthandler.enable(all_threads=False)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    progress = os.open(progress_file, os.O_WRONLY | os.O_CREAT)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        report = judge_all(target_named(name, Path(folder)), int(first), int(count), progress)
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
