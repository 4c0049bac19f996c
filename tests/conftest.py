"""The site of `tests.console.place`, for every test that runs commands: in this process or as one of their own."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from sop_engine.store.opening import open_at
from sop_engine.store.seam import Store
from tests import desk, postgres
from tests.console.place import make_place
from tests.end_to_end.shell import Ran
from tests.warm import warm

# the gate has twenty minutes; `SOP_EXAMPLES=1000` looks longer
hypothesis.settings.register_profile("gate", max_examples=int(os.environ.get("SOP_EXAMPLES", "40")))
hypothesis.settings.load_profile("gate")


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


@pytest.fixture(scope="session")
def warm_sop() -> Iterator[Path]:
    """A folder with a `sop` that starts warm. Its path is short: that of a socket has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="sop-") as folder, warm(Path(folder)):
        yield Path(folder)


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A private PostgreSQL server. Where there is none to be had, CI fails, and others are told."""
    if postgres.binaries() is None:
        if os.environ.get("CI"):
            pytest.fail(postgres.MISSING)
        pytest.skip(postgres.MISSING)
    with postgres.running() as running:
        yield running


@pytest.fixture
def address(server: postgres.Server) -> str:
    """A database with our tables, which the tests share: each makes a site of its own in it."""
    server.run("ALTER SEQUENCE outbox_number RESTART", postgres.SHARED)
    return server.address(postgres.SHARED)


@pytest.fixture
def site_id() -> str:
    """A site's id that nobody else has."""
    return f"site-{uuid.uuid4().hex[:8]}"


@pytest.fixture(params=["sqlite", "postgresql"])
def every_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Runs a test twice: desks keep their tickets in files, and in PostgreSQL."""
    if request.param == "sqlite":
        yield "sqlite"
        return
    address: str = request.getfixturevalue("address")
    opened: list[Store] = []

    def new_store(folder: Path) -> Store:
        opened.append(open_at(address, f"site-{uuid.uuid4().hex[:8]}"))
        return opened[-1]

    monkeypatch.setattr(desk, "new_store", new_store)
    yield "postgresql"
    assert opened, "this test runs over PostgreSQL, and keeps nothing there"
    for each in opened:
        each.close()
