"""The installed `sop`, as a shell runs it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOP = Path(sys.executable).with_name("sop")


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """Runs `sop` in a folder. English unless told otherwise; never asks."""

    folder: Path

    def __call__(self, *words: str, code: int | None = 0, input: str | None = None, **environment: str) -> Ran:
        """Run a command; with `code` its exit code must be that."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("SOP_")}
        done = subprocess.run(
            [SOP, *words],
            cwd=self.folder,
            env={**plain, "SOP_LANG": "en", "SOP_NO_INPUT": "1", **environment},
            input=input,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        ran = Ran(done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in ran.err + ran.out, ran
        if code is not None:
            assert ran.code == code, ran
        return ran

    def at(self, folder: str) -> "Shell":
        """The same in a folder below."""
        return Shell(self.folder / folder)
