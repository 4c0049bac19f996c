"""Tries many mutants in child processes, and says which failed, how, and how to see it again."""

import collections
import json
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Tried:
    """What came of many mutants. Of those that a child had judged before it was ended only the number is kept."""

    kinds: collections.Counter[str] = field(default_factory=collections.Counter)
    failures: list[tuple[int, str]] = field(default_factory=list)

    def told(self, target: str) -> str:
        """The failures with the commands that repeat them."""
        return "\n".join(
            f"mutant {number}: {what}\n  again: .venv/bin/python -m tests.fuzz.again {target} {number}"
            for number, what in self.failures
        )


def try_mutants(target: str, first: int, count: int, most_failures: int = 5) -> Tried:
    """Judge the mutants `first` to `first + count`; a child that is ended by one is followed by another after it."""
    tried = Tried()
    end = first + count
    with tempfile.TemporaryDirectory() as folder:
        progress = Path(folder) / "progress"
        while first < end and len(tried.failures) < most_failures:
            done = subprocess.run(
                [sys.executable, "-m", "tests.fuzz.child", target, str(first), str(end - first), str(progress)],
                cwd=ROOT, capture_output=True, text=True, errors="replace", check=False,
            )  # fmt: skip
            if done.returncode == 0:
                report = json.loads(done.stdout.splitlines()[-1])
                tried.kinds.update(report["kinds"])
                tried.failures += [(number, what) for number, what in report["failures"]]
                return tried
            assert progress.exists(), done.stderr
            reached = int(progress.read_text())
            tried.failures.append((reached, _ended(done.returncode, done.stderr)))
            tried.kinds["before an end"] += reached - first
            first = reached + 1
    return tried


def _ended(code: int, told: str) -> str:
    name = signal.Signals(-code).name if code < 0 else f"exit {code}"
    meaning = {"SIGPROF": "ran on too long", "SIGALRM": "waited too long"}.get(name, "was ended")
    return f"{meaning} ({name})\n{told[-3000:]}"
