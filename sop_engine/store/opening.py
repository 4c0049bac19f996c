"""Where a store is: a file, or a database at an address. The one place that tells the two apart."""

from pathlib import Path
from typing import Any

from sop_engine.errors import SetUp
from sop_engine.messages import msg
from sop_engine.store.address import is_address, refuse_password
from sop_engine.store.lock import Tell
from sop_engine.store.seam import Store
from sop_engine.store.sqlite import open_store


def open_at(place: str, site: str, *, label: str = "", tell: Tell | None = None) -> Store:
    """The store of the site with the id `site`, at an address or in the file at a path. A file holds one site only,
    whatever its id. Raises `SetUp` as `open_store` and `open_postgres` do."""
    if not is_address(place):
        return open_store(Path(place), label=label, tell=tell)
    require_driver()
    from sop_engine.store.postgres.store import open_postgres

    return open_postgres(place, site, label, tell)


def make_at(place: str, site: str) -> Store:
    """A new store for the site with the id `site`; in a database the tables are made where there are none yet. Raises
    `SetUp`, also where the file or anything of the site is there already."""
    if not is_address(place):
        return open_store(Path(place), create=True)
    refuse_password(place)
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


def unmake_at(place: str, site: str) -> None:
    """Take away what a new site that could not be finished has left in a database; its file goes with its folder."""
    if is_address(place):
        from sop_engine.store.postgres import tables

        tables.forget(place, site)


def status_at(place: str, site: str) -> dict[str, Any]:
    """How the store does, as `backup.status` and `postgres.tables.status` tell it. Raises `SetUp`."""
    if not is_address(place):
        from sop_engine.store import backup

        return backup.status(Path(place))
    require_driver()
    from sop_engine.store.postgres import tables

    return tables.status(place, site)


def upgrade_at(place: str, copy: Path) -> dict[str, str | None]:
    """Raise the store's tables to what this program needs: {"from", "to", "backup"}. Of a file a copy is made first, to
    `copy`; of a database the administrator has to have one. Raises `SetUp`."""
    if not is_address(place):
        from sop_engine.store import upgrade

        return upgrade.upgrade(Path(place), copy)
    require_driver()
    from sop_engine.store.postgres import tables

    return tables.make_or_raise(place)


def require_driver() -> None:
    """Raise `SetUp` where PostgreSQL's driver is not installed."""
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise SetUp(
            msg("PostgreSQL needs the driver psycopg, which is not installed"),
            fix=msg("install it: pip install 'sop-engine[postgres]'"),
        ) from error
