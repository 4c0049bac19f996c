"""`sop flow`: procedures as files and as versions. Names mean what is published; paths mean files."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.console.tickets import find_procedure
from sop_engine.diagnostics import Diagnostic, has_errors
from sop_engine.engine.publishing import SUFFIX, compile_file, edited_since, publish, workflow_files
from sop_engine.errors import NotFound, NotUnderstood, SetUp
from sop_engine.messages import msg
from sop_engine.normal_form import to_json
from sop_engine.procedure import Procedure
from sop_engine.ticket.near import near

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.language.rendering import Format

_Name = Annotated[str, argument(msg("a published procedure by id or title, or a file"), "NAME")]
FORMATS: Final[tuple["Format", ...]] = ("text", "json", "github", "sarif")
KINDS = ("dot", "mermaid", "svg")


def ls(call: Call) -> None:
    """List procedures: those that are published, and drafts that are not."""
    with call.open() as opened:
        with opened.site.store.reading() as reading:
            newest = {version.procedure: version for version in reading.versions()}
            titles = {
                name: json.loads(reading.blob(each.digest) or b"{}").get("title", {}) for name, each in newest.items()
            }
        engine = opened.site.engine
        folder = opened.site.settings.folder / "workflows"
        drafts = {path.name.removesuffix(SUFFIX) for path in workflow_files(folder)} - set(newest)
        rows: list[dict[str, Any]] = [
            {
                "procedure": name,
                "title": titles[name],
                "version": version.number,
                "published": opened.local(version.published),
                "edited": edited_since(engine, name, version.text),
            }
            for name, version in sorted(newest.items())
        ]
        rows += [
            {"procedure": name, "title": {}, "version": None, "published": None, "edited": True}
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
) -> None:
    """Show a procedure as a page to read; with --json its normal form."""
    from sop_engine.documents.manual import manual

    found = _procedure(call, name, version)
    if call.json:
        call.output.json(to_json(found))
    else:
        for line in manual(found, call.language).splitlines():
            call.output.line(line)


def lint(
    call: Call,
    path: Annotated[
        list[str] | None, argument(msg("files or folders (default: the site's workflows)"), "PATH...")
    ] = None,
    form: Annotated[str, option("--format", help=msg("text, json, github or sarif"), metavar="FORMAT")] = "text",
) -> int:
    """Check files; exit code 1 where one has an error. Publishes nothing."""
    from sop_engine.language import render

    wanted = next((each for each in FORMATS if each == ("json" if call.json else form)), None)
    if wanted is None:
        raise NotUnderstood(msg("there is no format {form}; there are {forms}", form=form, forms=FORMATS),
                            near=near(form, FORMATS))  # fmt: skip
    files = _files(call, path or [])
    found: list[Diagnostic] = []
    said: list[str] = []
    for file in files:
        compiled = compile_file(file, _templates_of(file), _shown(file))
        found += compiled.diagnostics
        said.append(render(compiled.diagnostics, file.read_bytes(), call.language, wanted))
    _print_faults(call, said, wanted)
    if wanted == "text":
        _sum_up(call, len(files), found)
    return 1 if has_errors(found) else 0


def _print_faults(call: Call, said: list[str], form: str) -> None:
    if form == "json":
        call.output.json([fault for text in said for fault in json.loads(text)])
        return
    if form == "sarif" and len(said) > 1:
        whole = json.loads(said[0])
        for text in said[1:]:
            whole["runs"] += json.loads(text)["runs"]
        call.output.json(whole)
        return
    for line in "\n".join(text.rstrip("\n") for text in said if text).splitlines():
        call.output.line(line)


def _sum_up(call: Call, files: int, found: list[Diagnostic]) -> None:
    errors = sum(fault.severity == "error" for fault in found)
    if not found:
        call.output.tell(msg("files: {files}, nothing to say", files=files))
        return
    call.output.tell(
        msg(
            "files: {files}, errors: {errors}, warnings: {warnings}",
            files=files,
            errors=errors,
            warnings=len(found) - errors,
        )
    )


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
        call.output.line(line)


def publish_(
    call: Call,
    path: Annotated[list[str], argument(msg("files, or names of drafts in the site's workflows"), "PATH...")],
    reason: Annotated[str | None, option("--reason", "-m", help=msg("what changed, and why"), metavar="TEXT")] = None,
) -> int:
    """Make files the newest versions of their procedures. A file with an error publishes nothing."""
    from sop_engine.language import render

    with call.open() as opened:
        files = [_draft(opened, each) for each in path]
        results: list[dict[str, Any]] = []
        failed = False
        for file in files:
            with call.writing():
                result = publish(opened.site.engine, file, opened.who, reason or "", _shown(file), call.dry_run)
            said = render(result.diagnostics, file.read_bytes(), call.language)
            if said and not call.json:
                call.output.tell(*said.rstrip("\n").splitlines())
            name = result.procedure.id if result.procedure is not None else file.name
            failed |= result.procedure is None or has_errors(result.diagnostics)
            results.append({"procedure": name, "version": result.number or None, "published": result.done is not None})
            if not call.json:
                _say_published(opened, name, result.number, result.done is not None)
        if call.json:
            call.output.json(results)
    return 1 if failed else 0


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


def history(call: Call, name: Annotated[str, argument(msg("a procedure by id or title"), "NAME")]) -> None:
    """List a procedure's versions."""
    with call.open() as opened:
        with opened.site.store.reading() as reading:
            versions = reading.versions(find_procedure(reading, name).procedure)
        if call.json:
            call.output.json(
                [
                    {
                        "procedure": each.procedure,
                        "version": each.number,
                        "digest": each.digest,
                        "published": opened.local(each.published),
                        "by": each.by,
                        "reason": each.reason,
                    }
                    for each in versions
                ]
            )
            return
        heads = (msg("version"), msg("published"), msg("by"), msg("digest"), msg("reason"))
        columns = [Column(head, whole=head is heads[3]) for head in heads]
        call.output.table(
            columns,
            [
                [str(each.number), opened.local(each.published)[:16].replace("T", " "), opened.named(each.by),
                 each.digest[:12], each.reason]
                for each in versions
            ],
        )  # fmt: skip


def diagram(
    call: Call,
    name: _Name,
    form: Annotated[str, option("--format", help=msg("dot, mermaid or svg"), metavar="FORMAT")] = "mermaid",
    output: Annotated[str | None, option("--output", "-o", help=msg("a file to write"), metavar="FILE")] = None,
) -> None:
    """Draw a procedure."""
    from sop_engine.documents import diagram as drawing
    from sop_engine.documents.mermaid import mermaid

    if form not in KINDS:
        raise NotUnderstood(msg("there is no format {form}; there are {forms}", form=form, forms=KINDS),
                            near=near(form, KINDS))  # fmt: skip
    draw = {"dot": drawing.dot, "svg": drawing.svg, "mermaid": mermaid}[form]
    text = draw(_procedure(call, name, None), call.language)
    if output is None:
        for line in text.splitlines():
            call.output.line(line)
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SetUp(msg("{path} cannot be written: {error}", path=output, error=error.strerror)) from None
    call.output.tell(msg("drew {path}", path=output))


def schema(call: Call) -> None:
    """Print the JSON Schema of the language, for editors."""
    from sop_engine.language import json_schema

    call.output.json(json_schema())


# --- what is meant ---------------------------------------------------------------------------------------------------


def _procedure(call: Call, name: str, version: int | None) -> Procedure:
    """The procedure that a name or a path means. A file with errors is refused, as publishing would."""
    if _is_path(name):
        file = Path(name)
        compiled = compile_file(file, _templates_of(file), _shown(file))
        if compiled.procedure is None:
            from sop_engine.errors import FaultsFound

            raise FaultsFound(msg("{path} has errors", path=name), fix=msg("see them: sop flow lint {path}", path=name))
        found: Procedure = compiled.procedure
        return found
    with call.open() as opened, opened.site.store.reading() as reading:
        newest = find_procedure(reading, name)
        chosen = newest
        if version is not None:
            versions = {each.number: each for each in reading.versions(newest.procedure)}
            if version not in versions:
                raise NotFound(
                    msg(
                        "{name} has no version {version}; its newest is {newest}",
                        name=newest.procedure,
                        version=version,
                        newest=newest.number,
                    )
                )
            chosen = versions[version]
        return opened.site.engine.programs.of(reading, chosen.digest).procedure


def _is_path(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) or os.sep in name


def _files(call: Call, paths: list[str]) -> list[Path]:
    """The files that are meant: named ones, those in named folders, or the site's drafts."""
    if not paths:
        from sop_engine.engine.settings import find_site

        folder = Path(call.folder) if call.folder is not None else find_site(Path.cwd())
        return workflow_files(folder / "workflows")
    files: list[Path] = []
    for each in paths:
        path = Path(each)
        if not path.is_dir() and not _is_path(each):
            path = _draft_path(call, each)
        files += workflow_files(path) if path.is_dir() else [path]
    return files


def _draft_path(call: Call, name: str) -> Path:
    from sop_engine.engine.settings import find_site

    folder = Path(call.folder) if call.folder is not None else find_site(Path.cwd())
    return folder / "workflows" / f"{name}{SUFFIX}"


def _draft(opened: "Opened", name: str) -> Path:
    """A file by path, or the draft of that name in the site's workflows."""
    if _is_path(name):
        return Path(name)
    return opened.site.settings.folder / "workflows" / f"{name}{SUFFIX}"


def _templates_of(file: Path) -> Path:
    """The templates that a file's forms come from: beside the folder in which it stands."""
    return file.resolve().parent.parent / "templates"


def _shown(file: Path) -> str:
    """How faults call a file: from here, where it lies below."""
    resolved = file.resolve()
    here = Path.cwd()
    return str(resolved.relative_to(here)) if resolved.is_relative_to(here) else str(file)
