"""Publishing: a file becomes a version. Everything that a version needs is kept by digest, for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sop_engine import canonical, normal_form, procedure
from sop_engine.diagnostics import Diagnostic, has_errors
from sop_engine.engine.engine import Done, Engine, new_id
from sop_engine.engine.identity import Identity
from sop_engine.engine.library import library
from sop_engine.errors import FaultsFound, NotFound, SetUp
from sop_engine.messages import msg
from sop_engine.ticket.near import near
from sop_engine.ticket.records import SITE, Command

SUFFIX = ".sop.yaml"


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing a file came to. `done` is None where it has errors, or where nothing changed."""

    path: Path
    diagnostics: Sequence[Diagnostic]
    procedure: procedure.Procedure | None
    done: Done | None
    number: int = 0


class FolderTemplates:
    """Templates from a site's `templates/` folder; nothing outside it is read, through links neither."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def read(self, name: str) -> bytes | None:
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            return None
        return path.read_bytes()


def compile_file(path: Path, templates: Path, shown_as: str | None = None) -> Any:
    """The file compiled: see `language.compile_text`. Raises `NotFound`, or `SetUp` where it cannot be read."""
    from sop_engine.documents.template_check import check_template
    from sop_engine.language import compile_text

    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise NotFound(
            msg("there is no file {path}", path=str(path)),
            near=near(path.name, [each.name for each in path.parent.glob(f"*{SUFFIX}")])
            if path.parent.is_dir()
            else (),
        ) from None
    except OSError as error:
        raise SetUp(msg("{path} cannot be read: {error}", path=str(path), error=error.strerror)) from None
    return compile_text(text, shown_as or str(path), FolderTemplates(templates), check_template)


def publish(
    engine: Engine, path: Path, who: Identity, reason: str, shown_as: str | None = None, dry_run: bool = False
) -> Published:
    """Make a file the newest version of its procedure. A file with an error publishes nothing; one whose normal form
    is the newest version's already makes no new one."""
    compiled = compile_file(path, engine.settings.folder / "templates", shown_as)
    if compiled.procedure is None or has_errors(compiled.diagnostics):
        return Published(path, compiled.diagnostics, compiled.procedure, None)
    data = normal_form.to_bytes(compiled.procedure)
    digest = canonical.digest(data)
    name = compiled.procedure.id
    with engine.store.reading() as reading:
        newest = reading.newest(name)
    if newest is not None and newest.digest == digest:
        return Published(path, compiled.diagnostics, compiled.procedure, None, newest.number)
    places = canonical.to_bytes({"file": shown_as or path.name, "places": compiled.places})
    blobs = [data, path.read_bytes(), places, *compiled.blobs.values()]
    if not dry_run:
        with engine.store.writing() as transaction:
            for blob in blobs:
                transaction.put_blob(blob)
    arguments = {
        "procedure": name,
        "digest": digest,
        "text": canonical.digest(blobs[1]),
        "places": canonical.digest(places),
        "reason": reason,
        "schedules": [normal_form.to_json(each) for each in compiled.procedure.schedules],
    }
    command = Command(new_id(), "publish", SITE, who.actor, who.login, arguments, standing_for=who.standing_for)
    done = engine.act(command, dry_run=dry_run)
    number = next(each["number"] for each in done.step.events if each["kind"] == "published")
    return Published(path, compiled.diagnostics, compiled.procedure, done, number)


def edited_since(engine: Engine, name: str, text_digest: str) -> bool:
    """Whether the draft of a procedure differs from its newest version's text."""
    path = engine.settings.folder / "workflows" / f"{name}{SUFFIX}"
    try:
        return canonical.digest(path.read_bytes()) != text_digest
    except OSError:
        return False


def publish_folder(engine: Engine, who: Identity) -> list[str]:
    """Publish every file in a site's `workflows/`, in the order of their names; gives the procedures' ids. Raises
    `FaultsFound` at the first that has errors: a starter library must have none."""
    published = []
    for path in workflow_files(engine.settings.folder / "workflows"):
        result = publish(engine, path, who, "starter library", shown_as=path.name)
        if result.procedure is None or has_errors(result.diagnostics):
            raise FaultsFound(
                msg("{path} has faults, and was not published", path=path.name), fix=msg("see them: sop flow lint")
            )
        published.append(result.procedure.id)
    return published


def workflow_files(folder: Path) -> list[Path]:
    """The procedures' files in a folder, by name."""
    return sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []


def library_roles() -> list[str]:
    """Every role that a procedure of the starter library names."""
    roles: set[str] = set()
    for path in workflow_files(library() / "workflows"):
        compiled = compile_file(path, library() / "templates")
        if compiled.procedure is not None:
            roles.update(role.id for role in compiled.procedure.roles)
    return sorted(roles)
