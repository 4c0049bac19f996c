from collections.abc import Callable
from pathlib import Path

import pytest

from sop_engine.console.running import run
from tests.end_to_end.shell import Ran

Sop = Callable[..., Ran]


@pytest.fixture
def site(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site, which SOP_SITE names for this process."""
    for name in ("SOP_AS", "SOP_LANG", "SOP_NO_INPUT", "SOP_DEBUG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("SOP_SITE", str(site))
    monkeypatch.chdir(tmp_path)
    return site


@pytest.fixture
def sop(site: Path, capsys: pytest.CaptureFixture[str]) -> Sop:
    """Runs a command line in this process."""

    def call(*words: str) -> Ran:
        capsys.readouterr()
        code = run(words)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return call
