"""`sop db`: the store's health, backups, upgrades, and projections made anew."""

from pathlib import Path
from typing import Annotated, Any

from sop_engine import canonical
from sop_engine.clock import SystemClock
from sop_engine.console.call import Call
from sop_engine.console.parameters import argument, option
from sop_engine.engine.sites.settings import Settings, find_site, load_settings
from sop_engine.errors import SetUp
from sop_engine.messages import Message, msg
from sop_engine.store.schema import REVISIONS


def status(call: Call) -> int:
    """Say how the store does; exit code 1 where something is wrong with it."""
    from sop_engine.store.opening import status_at

    settings = _settings(call)
    found = status_at(settings.place, settings.id)
    healthy = found["check"] == "ok" and found["revision"] == found["wanted_revision"]
    if call.json:
        call.output.json({**found, "healthy": healthy})
    else:
        call.output.pairs(_pairs(found))
        if (advice := _advice(settings, found)) is not None:
            call.output.tell(advice)
    return 0 if healthy else 1


def _advice(settings: Settings, found: dict[str, Any]) -> Message | None:
    """What mends tables that are not those of this release; None where they are."""
    revision = found["revision"]
    if revision == found["wanted_revision"]:
        return None
    if revision is None and not settings.store:
        return msg("it is no store of a site: bring a backup back with sop db restore BACKUP NEW-FOLDER")
    if revision is None or revision in REVISIONS:
        return msg("its tables are of another release; raise them: sop db upgrade")
    return msg("its tables are of a newer release; install the newest sop-engine")


def _pairs(found: dict[str, Any]) -> list[tuple[Any, Any]]:
    size = sum(found["sizes"].values())
    return [
        (msg("store"), found["path"]),
        (msg("size"), msg("{size} MiB", size=f"{size / 2**20:.1f}")),
        (msg("check"), found["check"]),
        (msg("tables' revision"), f"{found['revision']} ({found['wanted_revision']})"),
        (msg("server"), found["server"])
        if "server" in found
        else (msg("SQLite"), f"{found['sqlite']} ({found['driver']}, {found['journal_mode']})"),
        *((msg("rows of {table}", table=name), count) for name, count in found["tables"].items()),
    ]


def backup(
    call: Call,
    target: Annotated[str, argument(msg("a new folder for the copy"), "FOLDER")],
) -> None:
    """Copy the whole site, as it is at one instant, while it goes on working."""
    from sop_engine.store.backup import backup as copy

    _administrator(call)
    settings = _settings(call)
    if settings.store:
        raise _has_its_own(settings)
    manifest = copy(settings.store_path, Path(target), canonical.instant_text(SystemClock().now()))
    if call.json:
        call.output.json(manifest)
    else:
        call.output.tell(
            msg("copied to {folder}; files: {count}", count=len(manifest["files"]), folder=target),
            msg("bring it back with: sop db restore {folder} NEW-FOLDER", folder=target),
        )


def restore(
    call: Call,
    source: Annotated[str, argument(msg("a backup's folder"), "BACKUP")],
    folder: Annotated[str, argument(msg("a new or empty folder"), "FOLDER")],
) -> None:
    """Bring a backup back as a site, after checking every byte of it."""
    from sop_engine.store.backup import restore as bring_back

    manifest = bring_back(Path(source), Path(folder))
    if call.json:
        call.output.json(manifest)
    else:
        call.output.tell(msg("brought back as {folder}; files: {count}", count=len(manifest["files"]), folder=folder))


def upgrade(
    call: Call,
    backup_file: Annotated[
        str | None, option("--backup", help=msg("where the store is copied first"), metavar="FILE")
    ] = None,
) -> None:
    """Raise the store's tables to this release, after a copy of it; all or nothing."""
    from sop_engine.store.opening import upgrade_at

    settings = _settings(call)
    path = settings.store_path
    made = canonical.instant_text(SystemClock().now()).replace(":", "").replace(".", "")
    target = Path(backup_file) if backup_file else path.with_name(f"site-before-{made}.db")
    result = upgrade_at(settings.place, target)
    if call.json:
        call.output.json(result)
    elif result["from"] == result["to"]:
        call.output.tell(msg("nothing to do: the tables are at revision {revision}", revision=result["to"]))
    elif result["backup"] is None:
        call.output.tell(msg("the tables are at revision {revision} now", revision=result["to"]))
    else:
        call.output.tell(
            msg("raised from {before} to {after}; the store before it is {backup}", before=result["from"],
                after=result["to"], backup=result["backup"])
        )  # fmt: skip


def rebuild(call: Call) -> None:
    """Make all that is derived anew from the record: rows, lists, tasks, timers, people."""
    from sop_engine.engine.rebuild import rebuild as make_anew

    with call.open() as opened, call.writing():
        opened.judge_by_record()
        opened.require_administrator()
        count = make_anew(opened.site.engine, call.dry_run)
    if call.json:
        call.output.json({"tickets": count})
    elif call.dry_run:
        call.output.tell(msg("dry run: nothing of this was kept"))
    else:
        call.output.tell(msg("made anew from the record; tickets: {count}; check them: sop audit replay --all",
                             count=count))  # fmt: skip


def _settings(call: Call) -> Settings:
    return load_settings(Path(call.folder) if call.folder is not None else find_site(Path.cwd()))


def _has_its_own(settings: Settings) -> SetUp:
    return SetUp(
        msg("the record of this site lies in a PostgreSQL database, which is copied with its own tools"),
        where=settings.store,
        fix=msg("pg_dump --format=custom --file=site.dump '{store}', and copy {folder}; or into a file: sop db copy"
                " '{store}' FILE", store=settings.store, folder=str(settings.folder)),
    )  # fmt: skip


def _administrator(call: Call) -> None:
    with call.open() as opened:
        opened.require_administrator()
