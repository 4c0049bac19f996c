"""`sop flow`: procedures as files and as versions. Names mean what is published; paths mean files."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.output import Column
from sop_engine.console.owner.files import draft, is_fragment, is_path, shown, templates_of, users
from sop_engine.console.owner.moved import move_json, tell_moved
from sop_engine.console.owner.versions import numbered, print_versions
from sop_engine.console.parameters import argument, option
from sop_engine.console.text import wrapped
from sop_engine.console.tickets import find_procedure, newest_versions
from sop_engine.diagnostics import has_errors, in_order
from sop_engine.engine.publishing.procedures import (
    SUFFIX,
    compile_file,
    edited_since,
    kept_fragments,
    publish,
    told_together,
    version_written_out,
    workflow_files,
    written_out,
)
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg, title_of
from sop_engine.normal_form import to_json
from sop_engine.procedure import Procedure
from sop_engine.store.files import read_plain
from sop_engine.store.seam import Reads, Version

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.engine.publishing.procedures import Published
    from sop_engine.engine.publishing.reckoning import Move

PAGE_WIDTH: Final = 100
"""How wide a page is on a terminal."""
_Name = Annotated[str, argument(msg("a published procedure by id or title, or a file"), "NAME")]


def ls(call: Call) -> None:
    """List procedures: those that are published, and drafts that are not."""
    with call.open() as opened:
        with opened.site.store.reading() as reading:
            newest = {version.procedure: version for version in reading.versions()}
            titles = {
                name: json.loads(reading.blob(each.digest) or b"{}").get("title", {}) for name, each in newest.items()
            }
            edited = {name for name, each in newest.items() if edited_since(opened.site.engine, reading, each)}
            fragments = {name: list(kept_fragments(reading, each)) for name, each in newest.items()}
        folder = opened.site.settings.folder / "workflows"
        drafts = {path.name.removesuffix(SUFFIX) for path in workflow_files(folder)} - set(newest)
        rows: list[dict[str, Any]] = [
            {
                "procedure": name,
                "title": title_of(titles[name], call.language, name),
                "version": version.number,
                "published": opened.local(version.published),
                "edited": name in edited,
                "fragments": fragments[name],
            }
            for name, version in sorted(newest.items())
        ]
        rows += [
            {"procedure": name, "title": name, "version": None, "published": None, "edited": True, "fragments": []}
            for name in sorted(drafts)
        ]
        if call.json:
            call.output.json(rows)
            return
        columns = [Column(msg("procedure"), whole=True), Column(msg("title")), Column(msg("version")),
                   Column(msg("published")), Column(msg("draft"))]  # fmt: skip
        call.output.table(columns, [_row(each) for each in rows])


def _row(entry: dict[str, Any]) -> list[Any]:
    draft: Any = ""
    if entry["version"] is None:
        draft = msg("not published")
    elif entry["edited"]:
        draft = msg("edited since")
    published = (entry["published"] or "")[:16].replace("T", " ")
    return [entry["procedure"], entry["title"], str(entry["version"] or ""), published, draft]


def show(
    call: Call,
    name: _Name,
    version: Annotated[int | None, option("--version", help=msg("this version, not the newest"), metavar="N")] = None,
    expanded: Annotated[bool, option("--expanded", help=msg("its YAML, fragments written out"))] = False,
) -> None:
    """Show a procedure as a page to read; with --json its normal form."""
    from sop_engine.documents.manual import manual

    if expanded:
        _show_expanded(call, name, version)
        return
    found = named_procedure(call, name, version)
    if call.json:
        call.output.json(to_json(found))
    else:
        for line in manual(found, call.language, _others(call, name)).splitlines():
            call.output.line(line)


def _others(call: Call, name: str) -> dict[str, Procedure]:
    """The newest published procedures by id, for their titles; none for a file, which stands by itself."""
    if is_path(name):
        return {}
    with call.open() as opened, opened.reading() as reading:
        programs = opened.site.engine.programs
        return {id: programs.of(reading, each.digest).procedure for id, each in newest_versions(reading).items()}


def _show_expanded(call: Call, name: str, version: int | None) -> None:
    """The YAML of a file or of a version with its fragments written out."""
    if is_path(name):
        named_procedure(call, name, None)
        text = written_out(Path(name))
    else:
        with call.open() as opened, opened.site.store.reading() as reading:
            text = version_written_out(reading, _version(reading, name, version))
    if call.json:
        call.output.json({"text": text})
        return
    for line in text.splitlines():
        call.output.line(line)


def explain(
    call: Call,
    about: Annotated[
        str, argument(msg("a check's code, or a word of the language: states.transitions.by"), "CODE|PATH")
    ],
) -> None:
    """Explain a check, or a word of the language."""
    from sop_engine.language import explain as page
    from sop_engine.trial.pages import page_of

    of_scenarios = page_of(about)
    text = call.output.word(of_scenarios) if of_scenarios is not None else page(about, call.language)
    for line in text.splitlines():
        # paragraphs are of one line where they were translated; examples are indented, and stay as they are
        for each in [line] if line.startswith(" ") else wrapped(line, PAGE_WIDTH):
            call.output.line(each)


def publish_(
    call: Call,
    path: Annotated[list[str], argument(msg("files, or names of drafts in the site's workflows"), "PATH...")],
    reason: Annotated[str | None, option("--reason", "-m", help=msg("what changed, and why"), metavar="TEXT")] = None,
) -> int:
    """Make files the newest versions of their procedures. A file with an error publishes nothing."""
    from sop_engine.language import render

    with call.open() as opened:
        files = [draft(opened, each) for each in path]
        _refuse_fragments(files)
        results: list[dict[str, Any]] = []
        failed = False
        engine, templates = opened.site.engine, opened.site.settings.folder / "templates"
        compiled = {shown(file): compile_file(file, templates, shown(file)) for file in files}
        with opened.reading() as reading:
            between = told_together(engine, reading, compiled)
        for file in files:
            name = shown(file)
            with call.writing():
                result = publish(engine, file, opened.who, reason or "", name, call.dry_run, compiled[name])
            found = in_order([*result.diagnostics, *between[name]])
            said = render(found, read_plain(file), call.language, fragments=result.fragments)
            if said and not call.json:
                call.output.tell(*said.rstrip("\n").splitlines())
            name = result.procedure.id if result.procedure is not None else file.name
            failed |= result.procedure is None or has_errors(result.diagnostics)
            moved = _moved(opened, result)
            results.append(
                {"procedure": name, "version": result.number or None, "published": result.done is not None,
                 "moved": [move_json(opened, each) for each in moved]}
            )  # fmt: skip
            if not call.json:
                _say_published(opened, name, result.number, result.done is not None)
                tell_moved(opened, moved)
                _warn_of_roles(opened, result.procedure)
        if call.json:
            call.output.json(results)
    return 1 if failed else 0


def _moved(opened: "Opened", result: "Published") -> "list[Move]":
    """Let open tickets promise by the times of the newest version, also where publishing it was interrupted; in a dry
    run only look what that moves."""
    from sop_engine.engine.publishing.reckoning import take_times

    if result.newest is None:
        return []
    with opened.call.writing():
        return list(take_times(opened.site.engine, opened.who, result.newest, opened.call.dry_run))


def _refuse_fragments(files: list[Path]) -> None:
    """A fragment is published with the procedures that use it."""
    for file in filter(is_fragment, files):
        using = tuple(each.name.removesuffix(SUFFIX) for each in users(file))
        raise NotUnderstood(
            msg("{file} is a fragment: it is published with each procedure that uses it", file=file.name),
            fix=msg("publish those: sop flow publish {names}", names=" ".join(using)) if using else None,
        )


def _say_published(opened: "Opened", name: str, number: int, done: bool) -> None:
    if done and opened.call.dry_run:
        said = msg("{name} would become version {number}", name=name, number=number)
    elif done:
        said = msg(
            "published {name} as version {number}; tickets that are open stay on theirs", name=name, number=number
        )
    elif number:
        said = msg("{name} is as published: still version {number}", name=name, number=number)
    else:
        said = msg("{name} has errors, and was not published", name=name)
    opened.call.output.tell(said)


def _warn_of_roles(opened: "Opened", procedure: Procedure | None) -> None:
    """Say which roles of a procedure nobody on the site holds: what only they may do would wait for ever."""
    with opened.site.store.reading() as reading:
        held = {role for person in reading.people() if person.active for role, _scope in person.roles}
    if procedure is None:
        return
    for role in procedure.roles:
        if role.id not in held:
            opened.call.output.tell(
                msg("nobody holds the role {role}, which {procedures} need", role=role.id, procedures=procedure.id),
                msg("fix: {fix}", fix=msg("sop actor grant NAME {role}", role=role.id)),
            )


def history(call: Call, name: Annotated[str, argument(msg("a procedure by id or title"), "NAME")]) -> None:
    """List a procedure's versions."""
    with call.open() as opened:
        with opened.site.store.reading() as reading:
            versions = reading.versions(find_procedure(reading, name).procedure)
        print_versions(opened, "procedure", versions[0].procedure, versions)


def schema(
    call: Call,
    fragment: Annotated[bool, option("--fragment", help=msg("of a fragment's file, not of a procedure's"))] = False,
) -> None:
    """Print the JSON Schema of the language, for editors."""
    from sop_engine.language import json_schema

    call.output.json(json_schema(fragment, call.language))


# --- what is meant ---------------------------------------------------------------------------------------------------


def named_procedure(call: Call, name: str, version: int | None) -> Procedure:
    """The procedure that a name or a path means. A file with errors is refused, as publishing would."""
    if is_path(name):
        file = Path(name)
        compiled = compile_file(file, templates_of(file), shown(file))
        if compiled.procedure is None:
            from sop_engine.errors import FaultsFound

            raise FaultsFound(msg("{path} has errors", path=name), fix=msg("see them: sop flow lint {path}", path=name))
        found: Procedure = compiled.procedure
        return found
    with call.open() as opened, opened.site.store.reading() as reading:
        return opened.site.engine.programs.of(reading, _version(reading, name, version).digest).procedure


def _version(reading: Reads, name: str, number: int | None) -> Version:
    """The newest version of a published procedure, or the one of this number."""
    found = find_procedure(reading, name)
    return found if number is None else numbered(found.procedure, reading.versions(found.procedure), number)
