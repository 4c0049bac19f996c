import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sop_engine.console.running import run
from tests.console.place import make_place


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Sop = Callable[..., Said]


@pytest.fixture(scope="session")
def made_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "site"
    make_place(folder)
    return folder


@pytest.fixture
def site(made_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh copy of the site, which SOP_SITE names."""
    folder = tmp_path / "site"
    shutil.copytree(made_site, folder)
    for name in ("SOP_AS", "SOP_LANG", "SOP_NO_INPUT", "SOP_DEBUG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("SOP_SITE", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def sop(site: Path, capsys: pytest.CaptureFixture[str]) -> Sop:
    """Runs a command line in this process."""

    def call(*words: str) -> Said:
        capsys.readouterr()
        code = run(words)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


@pytest.fixture
def wx(sop: Sop) -> str:
    """A ticket that was just opened; gives its number."""
    said = sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=厨房漏水", "--json")
    assert said.code == 0, said
    id: str = said.json["id"]
    return id
