"""Making a site: a folder with its settings, a store, an administrator, and the starter library, published."""

import re
import shlex
import shutil
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sop_engine import canonical
from sop_engine.clock import Clock, SimulatedClock, SystemClock
from sop_engine.engine.engine import Engine, new_id
from sop_engine.engine.people.identity import Identity
from sop_engine.engine.publishing.calendar_publishing import publish_calendars
from sop_engine.engine.publishing.calendars import FOLDER as CALENDARS
from sop_engine.engine.publishing.procedures import publish_folder
from sop_engine.engine.sites.folder import DEMO_START
from sop_engine.engine.sites.library import library
from sop_engine.engine.sites.settings import FILE, TRAINING, load_settings, settings_text
from sop_engine.errors import SetUp, SopError, system_reason
from sop_engine.messages import msg
from sop_engine.store.access import FOLDER_MODE
from sop_engine.store.flushing import flush, flush_tree, make_folders
from sop_engine.store.opening import make_at, unmake_at
from sop_engine.ticket.records import SITE, Command


def make_site(
    folder: Path,
    name: str,
    zone: str,
    login: str,
    actor: str,
    actor_name: str,
    roles: list[str],
    demo: bool = False,
    address: str = "",
    training: bool = False,
) -> list[str]:
    """Make a site in an empty or new folder: settings, a store (in the folder, or in the database at `address`), its
    administrator, and the starter library, published, its calendars first; gives the procedures' ids. Raises `SetUp`
    where something stands there already or the folder cannot be written; nothing is then left half made."""
    made_folder = _make_folder(folder)
    try:
        (folder / FILE).write_text(settings_text(name, _id_of(name), zone, demo, address, training), encoding="utf-8")
        settings = load_settings(folder)
        copy_library(folder)
        (folder / "files").mkdir(FOLDER_MODE)
        flush_tree(folder)
        flush(folder.parent)
        store = make_at(settings.place, settings.id)
        try:
            clock: Clock = SimulatedClock(DEMO_START) if demo else SystemClock()
            with store.writing() as transaction:
                transaction.put_meta("site", settings.id)
                if training:
                    transaction.put_meta(TRAINING, "1")
                if demo:
                    transaction.put_meta("demo", "1")
                    transaction.put_meta("simulated_now", canonical.instant_text(clock.now()))
            engine = Engine(store, clock, settings)
            _begin(engine, login, actor, actor_name, roles)
            who = Identity(login, actor)
            publish_calendars(engine, who)  # first: procedures name them
            return publish_folder(engine, who)
        except BaseException:
            unmake_at(settings.place, settings.id)
            raise
        finally:
            store.close()
    except OSError as error:
        said = _cannot_make(folder, error)
        _unmake(folder, made_folder, said)
        raise said from error
    except BaseException as error:
        _unmake(folder, made_folder, error)
        raise


def _begin(engine: Engine, login: str, actor: str, name: str, roles: list[str]) -> None:
    arguments: Mapping[str, Any] = {
        "actor": actor,
        "name": name,
        "roles": [[role, None] for role in roles],
        "rights": ["admin"],
    }
    engine.act(Command(new_id(), "begin", SITE, actor, login, arguments))


def _make_folder(folder: Path) -> bool:
    try:
        if folder.exists():
            if not folder.is_dir() or any(folder.iterdir()):
                raise SetUp(
                    msg("{folder} is not empty; a site is made in a new or empty folder", folder=str(folder)),
                    fix=msg("name another: sop init FOLDER"),
                )
            return False
        make_folders(folder.parent)
        folder.mkdir(FOLDER_MODE)
        return True
    except OSError as error:
        raise _cannot_make(folder, error) from None


def _cannot_make(folder: Path, error: OSError) -> SetUp:
    return SetUp(msg("{folder} cannot be made: {error}", folder=str(folder), error=system_reason(error)))


def _unmake(folder: Path, whole: bool, why: BaseException) -> None:
    """Take away what was made, so that an `init` that failed can simply be done again. Where that fails too, raise
    `SetUp` with what is left, whatever it was that failed."""
    try:
        if whole:
            shutil.rmtree(folder)
            return
        for each in list(folder.iterdir()):
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each)
            else:
                each.unlink(missing_ok=True)
    except OSError as error:
        reason = why.message if isinstance(why, SopError) else str(why)
        raise SetUp(
            msg(
                "{folder} was not finished, and could not be taken away again ({reason}): {why}",
                folder=str(folder),
                reason=system_reason(error),
                why=reason,
            ),
            where=str(folder),
            fix=msg(
                "when the disk is well again: rm -r {folder}; then give the command again",
                folder=shlex.quote(str(folder)) if whole else f"{shlex.quote(str(folder))}/*",
            ),
        ) from error


def copy_library(folder: Path) -> None:
    """Copy the starter workflows (with their tests), templates and calendars into a site."""
    for part in ("workflows", "templates", CALENDARS):
        shutil.copytree(library() / part, folder / part, ignore=shutil.ignore_patterns(".*", "__pycache__"))


def _id_of(name: str) -> str:
    """A site's id from its name: ASCII letters, digits and hyphens."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:24] or f"site-{new_id()[:8]}"
