"""Making the tables in a PostgreSQL database, raising them to what this program needs, and telling how they do.

The law. All migrations run in one transaction, begun before Alembic looks and committed after the last, and only one
program at a time does it; the others wait. A migration that fails leaves nothing half done. A copy of the database is
the administrator's to make beforehand, with pg_dump: this program may not have the rights to all of it.
"""

from pathlib import Path
from typing import Any, Final

from sop_engine.errors import SetUp
from sop_engine.messages import msg
from sop_engine.store import faults as common
from sop_engine.store import schema
from sop_engine.store.postgres import faults
from sop_engine.store.postgres import statements as here
from sop_engine.store.postgres.link import Link
from sop_engine.store.postgres.store import ABOUT, REVISION

MIGRATIONS: Final = Path(__file__).parent.with_name("migrations")
_ONE_AT_A_TIME: Final = 0x736F7000
"""the advisory lock of whoever changes tables"""
_ABOUT: Final = """
SELECT current_setting('server_version'), current_setting('fsync'), current_setting('full_page_writes'),
  current_setting('synchronous_commit'), pg_is_in_recovery(), current_database(),
  pg_database_size(current_database())"""
_COUNTED: Final = (
    *(
        "step",
        "value",
        "blob",
        "ticket",
        "task",
        "timer",
        "finding",
        "outbox",
        "counter",
        "idempotency",
        "refusal",
        "version",
    ),
    *("person", "holding", "login", "unit", "meta"),
)


def make_or_raise(address: str, migrations: Path = MIGRATIONS) -> dict[str, str | None]:
    """Make the tables in the database at `address`, or raise those that are there; gives {"from", "to", "backup"}:
    `from` is None if there were none, and `backup` always is.

    Raises `SetUp` where the tables are newer than this program, or a migration fails; then all is as it was.
    """
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(migrations))
    newest = script.get_current_head() or ""
    found = revision(address)
    known = tuple(each.revision for each in script.walk_revisions())[::-1]
    if found is not None and found not in known:
        raise common.other_schema(faults.shown(address), found, known or schema.REVISIONS)
    if found != newest:
        _migrate(address, migrations)
    return {"from": found, "to": newest, "backup": None}


def revision(address: str) -> str | None:
    """Which tables the database has; None: it has none of ours. Raises `SetUp`."""
    link = Link(address, "db")
    try:
        return _revision(link, address)
    except Exception as error:
        raise faults.typed(error, address) or error from error
    finally:
        link.close()


def _revision(link: Link, address: str) -> str | None:
    about = link.execute(ABOUT, (schema.VERSION_TABLE,)).fetchone()
    assert about is not None
    encoding, ours = about
    if encoding != "UTF8":
        raise faults.other_settings(address, "server_encoding", "UTF8", encoding)
    row = link.execute(REVISION).fetchone() if ours else None
    return None if row is None else str(row[0])


def _migrate(address: str, migrations: Path) -> None:
    """Run what is missing: all or nothing."""
    import psycopg
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    try:
        raw = psycopg.connect(address)
    except psycopg.Error as error:
        raise faults.refused(error, address) from error
    engine = create_engine("postgresql+psycopg://", creator=lambda: raw, poolclass=StaticPool)
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except Exception as error:
        raise _failed(error, address) from error
    finally:
        raw.close()


def _failed(error: Exception, address: str) -> Exception:
    cause = getattr(error, "orig", None) or error
    state = str(getattr(cause, "sqlstate", None) or "")
    said = faults.by_state(state, address, str(cause).splitlines()[0]) if state else None
    return said or SetUp(
        msg("{path} could not be raised to the newest tables: {reason}", path=faults.shown(address), reason=str(cause)),
        where=faults.shown(address),
        fix=msg("the store is as it was; go on with the program that you had before, and report this"),
    )


def status(address: str, site: str) -> dict[str, Any]:
    """How the store of `site` does: {"path", "driver", "server", "revision", "wanted_revision", "check" ("ok", or what
    is wrong), "tables" {name: rows of this site}, "sizes" {name: bytes, of the whole database}}. Raises `SetUp`."""
    link = Link(address, "db")
    try:
        found = _revision(link, address)
        row = link.execute(_ABOUT).fetchone()
        assert row is not None
        server, fsync, full_pages, commit, standby, database, size = row
        wrong = [
            f"{name} is {value}"
            for name, value in (("fsync", fsync), ("full_page_writes", full_pages), ("synchronous_commit", commit))
            if value == "off"
        ]
        return {
            "path": faults.shown(address),
            "driver": "psycopg",
            "server": f"PostgreSQL {server}",
            "revision": found,
            "wanted_revision": schema.REVISION,
            "check": "; ".join([*wrong, *(["it is a standby"] if standby else [])]) or "ok",
            "tables": _rows(link, site) if found is not None else {},
            "sizes": {database: size},
        }
    except Exception as error:
        raise faults.typed(error, address) or error from error
    finally:
        link.close()


def _rows(link: Link, site: str) -> dict[str, int]:
    counted = {}
    for name in _COUNTED:
        row = link.execute(f"SELECT count(*) FROM {name} WHERE site = $1", (site,)).fetchone()
        assert row is not None
        counted[name] = row[0]
    return counted


def forget(address: str, site: str) -> None:
    """Delete everything of `site`, which was never finished. Raises `SetUp`."""
    link = Link(address, "db")
    try:
        link.execute(here.BEGIN)
        for name in _COUNTED:
            link.execute(f"DELETE FROM {name} WHERE site = $1", (site,))
        link.execute(here.COMMIT)
    except Exception as error:
        raise faults.typed(error, address) or error from error
    finally:
        link.close()


def is_there(address: str, site: str) -> bool:
    """Whether the database holds anything of `site`. Raises `SetUp`."""
    link = Link(address, "db")
    try:
        return any(
            link.execute(f"SELECT 1 FROM {name} WHERE site = $1 LIMIT 1", (site,)).fetchone() for name in _COUNTED
        )
    except Exception as error:
        raise faults.typed(error, address) or error from error
    finally:
        link.close()
