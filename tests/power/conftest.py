import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine.engine.sites import making
from sop_engine.engine.sites.library import library

MEMORY = Path("/dev/shm")


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: what is flushed there is flushed for the watch only."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def site(ground: Path) -> Path:
    """An empty folder for a site."""
    folder = ground / "site"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def one_procedure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter library of one procedure: sites are made by the hundred here."""
    folder, whole = tmp_path_factory.mktemp("library"), library()
    for part in ("workflows", "workflows/tests", "templates"):
        (folder / part).mkdir()
    for name in ("workflows/rework.sop.yaml", "workflows/tests/rework.yaml"):
        shutil.copy(whole / name, folder / name)
    shutil.copytree(whole / "templates/rework", folder / "templates/rework")
    for each in (whole / "templates").glob("*.*"):
        shutil.copy(each, folder / "templates")
    shutil.copytree(whole / "calendars", folder / "calendars")
    return folder


@pytest.fixture(autouse=True)
def small_library(monkeypatch: pytest.MonkeyPatch, one_procedure: Path) -> None:
    """Sites are made from the small library."""
    monkeypatch.setattr(making, "library", lambda: one_procedure)
