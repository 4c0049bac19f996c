"""Raising a store's tables to what this program needs.

The law. A backup of the database comes first. All migrations run in one transaction of ours, begun before Alembic
looks and committed after the last: a migration that fails leaves nothing half done. The store's turn is held all the
while, so nobody writes between the backup and the end.
"""

from pathlib import Path
from typing import Any, Final

from sop_engine.errors import SetUp
from sop_engine.messages import msg
from sop_engine.store import faults, schema
from sop_engine.store.backup import copy_database_as
from sop_engine.store.drivers import DriverName, connect, driver_module, lock_path, make_durable
from sop_engine.store.lock import WAIT_SECONDS, FileTurn

MIGRATIONS: Final = Path(__file__).with_name("migrations")


def upgrade(
    path: Path, backup: Path, *, migrations: Path = MIGRATIONS, driver: DriverName = "auto"
) -> dict[str, str | None]:
    """Raise the tables of the store at `path`, after a copy of its database to `backup` (which must not be there).

    Gives {"from", "to", "backup"}; `backup` is None where there was nothing to do. Raises `SetUp` where the store is
    newer than this program or a migration fails; then the store is as it was.
    """
    module = driver_module(driver)
    raw = connect(module, path)
    try:
        found = _known_revision(module, raw, path, migrations)
        newest = _script(migrations).get_current_head() or ""
        if found == newest:
            return {"from": found, "to": newest, "backup": None}
        turn = FileTurn(lock_path(path), "upgrade", None, path.stat().st_mode & 0o777)
        try:
            turn.acquire(False, WAIT_SECONDS)
            try:
                copy_database_as(module, path, backup)
                make_durable(module, raw, path)
                _migrate(module, raw, path, migrations)
            finally:
                turn.release()
        finally:
            turn.close()
    finally:
        raw.close()
    return {"from": found, "to": newest, "backup": str(backup)}


def _known_revision(module: Any, raw: Any, path: Path, migrations: Path) -> str:
    try:
        found = schema.revision_of(raw)
    except module.Error as error:
        raise faults.typed(error, str(path)) or error from error
    if found is None:
        raise faults.no_store(str(path))
    known = [script.revision for script in _script(migrations).walk_revisions()][::-1]
    if found not in known:
        raise faults.other_schema(str(path), found, tuple(known) or schema.REVISIONS)
    return found


def _script(migrations: Path) -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(migrations))


def _migrate(module: Any, raw: Any, path: Path, migrations: Path) -> None:
    """Run what is missing on the open connection `raw`: all or nothing."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite://", module=module, creator=lambda: raw, poolclass=StaticPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except Exception as error:
        cause = getattr(error, "orig", None) or error
        raise SetUp(
            msg("{path} could not be raised to the newest tables: {reason}", path=str(path), reason=str(cause)),
            where=str(path),
            fix=msg("the store is as it was; go on with the program that you had before, and report this"),
        ) from error
