"""Where a store is: a file, or a database at an address. The one place that tells the two apart."""

from pathlib import Path
from typing import Final

from sop_engine.errors import SetUp
from sop_engine.messages import msg
from sop_engine.store.lock import Tell
from sop_engine.store.seam import Store
from sop_engine.store.sqlite import open_store

SCHEMES: Final = ("postgresql://", "postgres://")


def is_address(place: str) -> bool:
    """Whether `place` is a PostgreSQL address, and not a path."""
    return place.startswith(SCHEMES)


def open_at(place: str, site: str, *, label: str = "", tell: Tell | None = None) -> Store:
    """The store of the site with the id `site`, at an address or in the file at a path. A file holds one site only,
    whatever its id. Raises `SetUp` as `open_store` and `open_postgres` do."""
    if not is_address(place):
        return open_store(Path(place), label=label, tell=tell)
    require_driver()
    from sop_engine.store.postgres.store import open_postgres

    return open_postgres(place, site, label)


def make_at(place: str, site: str) -> Store:
    """A new store for the site with the id `site`; in a database the tables are made where there are none yet. Raises
    `SetUp`, also where the file or anything of the site is there already."""
    if not is_address(place):
        return open_store(Path(place), create=True)
    require_driver()
    from sop_engine.store.postgres import faults, tables

    tables.make_or_raise(place)
    if tables.is_there(place, site):
        raise SetUp(
            msg("{store} has a site with the id {site} already", store=faults.shown(place), site=site),
            where=faults.shown(place),
            fix=msg("give the new site another name, or another database"),
        )
    return open_at(place, site)


def require_driver() -> None:
    """Raise `SetUp` where PostgreSQL's driver is not installed."""
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise SetUp(
            msg("PostgreSQL needs the driver psycopg, which is not installed"),
            fix=msg("install it: pip install 'sop-engine[postgres]'"),
        ) from error
