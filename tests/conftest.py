"""The site of `tests.console.place`, for every test that runs commands: in this process or as one of their own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.console.place import make_place
from tests.end_to_end.shell import Ran


@pytest.fixture(scope="session")
def made_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "site"
    make_place(folder)
    return folder


@pytest.fixture
def site(made_site: Path, tmp_path: Path) -> Path:
    """A fresh copy of the site."""
    folder = tmp_path / "site"
    shutil.copytree(made_site, folder)
    return folder


@pytest.fixture
def wx(sop: Callable[..., Ran]) -> str:
    """A ticket that was just opened; gives its number. `sop` is that of the folder the test stands in."""
    said = sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=厨房漏水", "--json")
    assert said.code == 0, said
    id: str = said.json["id"]
    return id
