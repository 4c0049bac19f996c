import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.console.place import make_place

PROGRAM = Path(sys.executable).with_name("sop")


@dataclass(frozen=True)
class Ended:
    """How a process of the installed command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Sop = Callable[..., Ended]


@pytest.fixture(scope="session")
def made_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "site"
    make_place(folder)
    return folder


@pytest.fixture
def site(made_site: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    shutil.copytree(made_site, folder)
    return folder


@pytest.fixture
def environment(site: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SOP_", "LC_"))}
    return {**kept, "LANG": "en_US.UTF-8", "SOP_SITE": str(site), "NO_COLOR": "1"}


@pytest.fixture
def sop(environment: dict[str, str], tmp_path: Path) -> Sop:
    """Runs the installed command."""

    def call(*words: str, input: str = "", **more: Any) -> Ended:
        done = subprocess.run(
            [PROGRAM, *words],
            input=input.encode(),
            capture_output=True,
            env={**environment, **more.pop("env", {})},
            cwd=tmp_path,
            timeout=120,
            check=False,
            **more,
        )
        ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ended.err
        return ended

    return call


@pytest.fixture
def wx(sop: Sop) -> str:
    """A ticket that was just opened; gives its number."""
    said = sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=厨房漏水", "--json")
    assert said.code == 0, said
    id: str = said.json["id"]
    return id
