"""Publishing: a file becomes a version. Everything that a version needs is kept by digest, for ever."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from sop_engine import canonical, normal_form, procedure
from sop_engine.diagnostics import Diagnostic, has_errors
from sop_engine.engine.engine import Done, Engine, new_id
from sop_engine.engine.people.identity import Identity
from sop_engine.engine.sites.library import library
from sop_engine.errors import FaultsFound, NotFound, NotNow, NotUnderstood, SetUp
from sop_engine.lean import dataclass, field
from sop_engine.messages import msg
from sop_engine.store.files import read_plain, refuse_link
from sop_engine.store.programs import read_calendar
from sop_engine.store.projections import version_of
from sop_engine.store.seam import CALENDAR, Reads, Version
from sop_engine.ticket.near import near
from sop_engine.ticket.program import Program, calendars_of
from sop_engine.ticket.records import SITE, Command
from sop_engine.worktime import Calendar

SUFFIX = ".sop.yaml"
FRAGMENT = ".fragment.yaml"
MOST_BYTES = (1 << 20) + 1
"""read of a draft: one more than the language takes, so that it can say so"""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing a file came to. `done` is None where it has errors, or where nothing changed."""

    path: Path
    diagnostics: Sequence[Diagnostic]
    procedure: procedure.Procedure | None
    done: Done | None
    newest: Version | None = None
    """the newest version after it; in a dry run what it would be"""
    fragments: Mapping[str, bytes] = field(default_factory=dict)
    """the texts of the fragments that the faults may lie in, by what faults call their files"""

    @property
    def number(self) -> int:
        """Of the newest version; 0 where there is none, or where the file has errors."""
        return 0 if self.newest is None else self.newest.number


class FolderTemplates:
    """Templates from a site's `templates/` folder; nothing outside it is read, through links neither."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> bytes | None:
        return text_within(self._folder, name)


class FolderFragments:
    """Fragments from the folder `fragments` beside the procedures; nothing outside it is read, not through links."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> bytes | None:
        return text_within(self._folder, f"{name}{FRAGMENT}") if "/" not in name else None

    def names(self) -> tuple[str, ...]:
        return tuple(path.name.removesuffix(FRAGMENT) for path in fragment_files(self._folder.parent))


def text_within(folder: Path, name: str) -> bytes | None:
    """The text of a plain file in a folder; None where there is none, where a link leads out of the folder, or where
    nothing can have such a name."""
    if folder.is_symlink() or "\0" in name:
        return None
    # not `Path.resolve`, which raises at a link that leads back to itself
    top, path = Path(os.path.realpath(folder)), Path(os.path.realpath(folder / name))
    if not path.is_relative_to(top):
        return None
    try:
        return read_plain(path, MOST_BYTES)
    except NotFound:
        return None
    except NotUnderstood:
        return None  # a folder, a pipe, or what may not be read: to whoever names it, there is no such text


class KeptFragments:
    """The fragments of a version, as they were when it was published."""

    def __init__(self, reading: Reads, version: Version) -> None:
        self._reading = reading
        self._kept = kept_fragments(reading, version)

    def read(self, name: str) -> bytes | None:
        return self._reading.blob(self._kept[name]) if name in self._kept else None

    def names(self) -> tuple[str, ...]:
        return tuple(self._kept)


def kept_fragments(reading: Reads, version: Version) -> Mapping[str, str]:
    """Name -> digest of the text of each fragment that a version was published with."""
    data = reading.blob(version.places)
    found: Mapping[str, str] = canonical.parse(data).get("fragments", {}) if data is not None else {}
    return found


def compile_file(path: Path, templates: Path, shown_as: str | None = None) -> Any:
    """The file compiled: see `language.compile_text`. Raises `NotFound`, or `NotUnderstood` where it is no plain file
    or cannot be read."""
    from sop_engine.documents.template_check import check_template
    from sop_engine.language import compile_text

    text = _text_of(path, SUFFIX)
    fragments = FolderFragments(path.parent / "fragments")
    return compile_text(text, shown_as or str(path), FolderTemplates(templates), check_template, fragments)


def check_fragment_file(path: Path, shown_as: str | None = None) -> list[Diagnostic]:
    """What can be said of a fragment's file alone. Raises `NotFound`, or `NotUnderstood` where it is no plain
    file or cannot be read."""
    from sop_engine.language import check_fragment

    return check_fragment(_text_of(path, FRAGMENT), shown_as or str(path), FolderFragments(path.parent))


def written_out(path: Path) -> str:
    """A procedure's file with its fragments written out, as YAML. Raises as `compile_file` does."""
    from sop_engine import language

    return language.written_out(_text_of(path, SUFFIX), path.name, FolderFragments(path.parent / "fragments"))


def version_written_out(reading: Reads, version: Version) -> str:
    """A published version's text with the fragments of that day written out, as YAML. Raises `SetUp` where the text
    is gone."""
    from sop_engine import language

    text = reading.blob(version.text)
    if text is None:
        raise SetUp(msg("the text of version {number} of {procedure} is gone",
                        number=version.number, procedure=version.procedure))  # fmt: skip
    return language.written_out(text, f"{version.procedure}{SUFFIX}", KeptFragments(reading, version))


def _text_of(path: Path, ending: str) -> bytes:
    refuse_link(path.parent)
    try:
        return read_plain(path, MOST_BYTES)
    except NotFound:
        beside = [each.name for each in path.parent.glob(f"*{ending}")] if path.parent.is_dir() else []
        raise NotFound(msg("there is no file {path}", path=str(path)), near=near(path.name, beside)) from None


def told_together(engine: Engine, reading: Reads, compiled: Mapping[str, Any]) -> dict[str, list[Diagnostic]]:
    """What is wrong between compiled procedures (by what faults call their files), the published versions of the
    others, and the site's people and calendars: what faults call a file -> its warnings."""
    from sop_engine.language import check_together

    own = {each.procedure.id for each in compiled.values() if each.procedure is not None}
    newest = {version.procedure: version.digest for version in reading.versions() if version.procedure not in own}
    others = [engine.programs.of(reading, digest).procedure for digest in newest.values()]
    return check_together(compiled, others, roles_held(reading), calendars_by_name(reading))


def newest_calendars(reading: Reads) -> dict[str, Version]:
    """Name -> newest version of each calendar of the site."""
    return {version.procedure.removeprefix(CALENDAR): version for version in reading.calendars()}


def calendars_by_name(reading: Reads) -> dict[str, Calendar]:
    """Name -> the calendar as it was published last. Raises `SetUp` where the store has lost one."""
    return {name: read_calendar(reading, version.digest) for name, version in newest_calendars(reading).items()}


def roles_held(reading: Reads) -> dict[str, frozenset[str]]:
    """Who is active on the site -> the roles that he holds, for whatever part of it."""
    return {each.id: frozenset(role for role, _scope in each.roles) for each in reading.people() if each.active}


def publish(
    engine: Engine,
    path: Path,
    who: Identity,
    reason: str,
    shown_as: str | None = None,
    dry_run: bool = False,
    compiled: Any = None,
) -> Published:
    """Make a file the newest version of its procedure. A file with an error publishes nothing; one whose normal form
    is the newest version's already makes no new one. `compiled` is what the file gave, where that is known already.
    Raises `NotNow` where it counts on a calendar that is not published."""
    compiled = compiled or compile_file(path, engine.settings.folder / "templates", shown_as)
    if compiled.procedure is None or has_errors(compiled.diagnostics):
        return Published(path, compiled.diagnostics, compiled.procedure, None, None, compiled.fragments)
    data = normal_form.to_bytes(compiled.procedure)
    digest = canonical.digest(data)
    name = compiled.procedure.id
    with engine.store.reading() as reading:
        newest = reading.newest(name)
        _refuse_unknown_calendars(reading, compiled.procedure)
    if newest is not None and newest.digest == digest:
        return Published(path, compiled.diagnostics, compiled.procedure, None, newest, compiled.fragments)
    places = canonical.to_bytes(source_map(compiled, shown_as or path.name))
    blobs = [data, _text_of(path, SUFFIX), places, *compiled.blobs.values(), *compiled.fragments.values()]
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
    if dry_run:
        engine.programs.keep(Program(normal_form.load(data), digest))
    event = next(each for each in done.step.events if each["kind"] == "published")
    record = canonical.parse(done.step.data)
    published = version_of(record, event, done.step.values)
    return Published(path, compiled.diagnostics, compiled.procedure, done, published, compiled.fragments)


def _refuse_unknown_calendars(reading: Reads, procedure: procedure.Procedure) -> None:
    """Raise `NotNow` where the procedure counts on a calendar that the site has not published, or that has no hours:
    no ticket could begin what is promised."""
    known = calendars_by_name(reading)
    usable = {name for name, each in known.items() if any(each.week) or any(each.dates.values())}
    for name in sorted(calendars_of(procedure) - usable - {""}):
        raise NotNow(
            msg("{procedure} counts on the calendar {calendar}, which lists holidays and has no hours",
                procedure=procedure.id, calendar=name)
            if name in known
            else msg("{procedure} counts on the calendar {calendar}, which this site has not published",
                     procedure=procedure.id, calendar=name),
            near=near(name, sorted(usable)),
            fix=msg("publish it: sop calendar publish {name}", name=name) if name not in known
            else msg("name a calendar with a week: sop calendar ls"),
        )  # fmt: skip


def source_map(compiled: Any, file: str) -> dict[str, Any]:
    """Where the elements of a compiled procedure stand, to be kept with the version: `places` in `file`, or in the file
    that `files` names; `fragments` has the digest of each fragment's text."""
    kept: dict[str, Any] = {"file": file, "places": compiled.places}
    if compiled.fragments:
        kept["files"] = compiled.files
        kept["fragments"] = {
            PurePosixPath(each).name.removesuffix(FRAGMENT): canonical.digest(text)
            for each, text in compiled.fragments.items()
        }
    return kept


def edited_since(engine: Engine, reading: Reads, version: Version) -> bool:
    """Whether the draft of a procedure, or a fragment that it was published with, differs from the version's text."""
    folder = engine.settings.folder / "workflows"
    wanted = {folder / f"{version.procedure}{SUFFIX}": version.text}
    for name, digest in kept_fragments(reading, version).items():
        wanted[folder / "fragments" / f"{name}{FRAGMENT}"] = digest
    return any(differs(path, digest) for path, digest in wanted.items())


def differs(path: Path, digest: str) -> bool:
    """Whether a file is there and has another digest."""
    try:
        return canonical.digest(read_plain(path, MOST_BYTES)) != digest
    except (NotFound, NotUnderstood):
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


def fragment_files(folder: Path) -> list[Path]:
    """The fragments' files of a folder of procedures, by name."""
    inside = folder / "fragments"
    return sorted(inside.glob(f"*{FRAGMENT}")) if inside.is_dir() else []


def library_roles() -> list[str]:
    """Every role that a procedure of the starter library names."""
    roles: set[str] = set()
    for path in workflow_files(library() / "workflows"):
        compiled = compile_file(path, library() / "templates")
        if compiled.procedure is not None:
            roles.update(role.id for role in compiled.procedure.roles)
    return sorted(roles)
