import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.shell import SOP, Ran, Shell

Sop = Callable[..., Ran]


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that `init` has made, with the library and an administrator; each file of tests copies it."""
    shell = Shell(tmp_path_factory.mktemp("begun"))
    shell("init", "site", "--name", "云栖花园", "--actor", "zhou_min", "--actor-name", "周敏")
    return shell.folder / "site"


@pytest.fixture
def environment(site: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SOP_", "LC_"))}
    return {**kept, "LANG": "en_US.UTF-8", "SOP_SITE": str(site), "NO_COLOR": "1"}


@pytest.fixture
def sop(environment: dict[str, str], tmp_path: Path) -> Sop:
    """Runs the installed command."""

    def call(*words: str, **more: Any) -> Ran:
        done = subprocess.run(
            [SOP, *words],
            input="",
            text=True,
            capture_output=True,
            env=environment,
            cwd=tmp_path,
            timeout=120,
            check=False,
            **more,
        )
        assert "Traceback" not in done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    return call
