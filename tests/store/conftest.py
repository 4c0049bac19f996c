from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine.store import MEMORY, open_store
from sop_engine.store.drivers import DriverName
from sop_engine.store.opening import open_at
from sop_engine.store.postgres.store import PostgresStore, open_postgres
from sop_engine.store.seam import Store
from sop_engine.store.sqlite import SqliteStore

POSTGRESQL = "postgresql"
DRIVERS: tuple[DriverName, ...] = ("pysqlite3", "sqlite3")


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> DriverName:
    """Each driver: pysqlite3 writes ahead, the standard one truncates its journal."""
    name: DriverName = request.param
    return name


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a site's store would be."""
    return tmp_path / "site.db"


@pytest.fixture
def file_store(path: Path, driver: DriverName) -> Iterator[SqliteStore]:
    """A new store in a file."""
    store = open_store(path, create=True, driver=driver)
    yield store
    store.close()


@pytest.fixture(params=[*DRIVERS, MEMORY, POSTGRESQL])
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[Store]:
    """A new store of every kind."""
    match request.param:
        case "postgresql":
            store: Store = open_at(request.getfixturevalue("address"), request.getfixturevalue("site_id"))
        case ":memory:":
            store = open_store(MEMORY)
        case driver:
            store = open_store(path, create=True, driver=driver)
    yield store
    store.close()


@pytest.fixture
def one(address: str, site_id: str) -> Iterator[PostgresStore]:
    store = open_postgres(address, site_id)
    yield store
    store.close()


@pytest.fixture
def other(address: str, site_id: str) -> Iterator[PostgresStore]:
    """The same site, from another machine."""
    store = open_postgres(address, site_id)
    yield store
    store.close()
