"""`sop flow test`: the scenarios beside the procedures, played by the engine itself over a store in memory."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.diagnostics import Span
from sop_engine.errors import NotFound
from sop_engine.messages import msg
from sop_engine.ticket.near import near

if TYPE_CHECKING:
    from sop_engine.trial import Coverage, Result
    from sop_engine.trial.repertoire import Repertoire


def test(
    call: Call,
    name: Annotated[
        list[str] | None, argument(msg("procedures, or files of scenarios (default: all that there are)"), "NAME...")
    ] = None,
    coverage: Annotated[
        bool,
        option("--coverage", help=msg("say too which transitions, timers, promises no scenario shows; that fails")),
    ] = False,
) -> int:
    """Play the scenarios in `workflows/tests`, and replay each from its record. Exit code 1 where one fails."""
    from sop_engine.language import render
    from sop_engine.trial import coverage as cover
    from sop_engine.trial.repertoire import load
    from sop_engine.trial.running import run_script
    from sop_engine.trial.script import ScenarioFaults, read_script

    results: list[Result] = []
    repertoires: dict[str, Repertoire] = {}
    broken = 0
    for path in _files(call, name or []):
        workflows = path.absolute().parent.parent  # a link that leads in a circle cannot be resolved
        try:
            script = read_script(path, _shown(path))
        except ScenarioFaults as faults:
            broken += 1
            _tell_faults(call, render(faults.diagnostics, faults.text.encode(), call.language))
            continue
        known = repertoires.get(script.procedure)
        if known is None or not set(script.also) <= known.pieces.keys():
            templates = workflows.parent / "templates"
            repertoires[script.procedure] = load(script.procedure, workflows, templates, script.also)
        results += run_script(script, repertoires[script.procedure])
    covered = [cover(each.main.procedure, results) for each in repertoires.values()] if coverage else []
    failed = sum(not each.passed for each in results)
    if call.json:
        call.output.json(_plain(call, results, covered))
    else:
        _say(call, results, covered, repertoires)
    incomplete = any(not each.complete for each in covered)
    return 1 if failed or broken or incomplete else 0


# --- which files -----------------------------------------------------------------------------------------------------


def _files(call: Call, names: list[str]) -> list[Path]:
    """The scenario files that are meant: paths as they are, names in the site's `workflows/tests`."""
    paths = [Path(each) for each in names if _is_path(each)]
    wanted = [each for each in names if not _is_path(each)]
    if names and not wanted:
        return paths
    folder = _site_folder(call) / "workflows" / "tests"
    known = {path.name.removesuffix(path.suffix): path for path in sorted(folder.glob("*.yaml"))}
    for each in wanted:
        if each not in known:
            raise NotFound(
                msg("{name} has no scenarios: there is no {path}", name=each, path=str(folder / f"{each}.yaml")),
                near=near(each, known),
            )
    return [*paths, *(known[each] for each in wanted or known)]


def _site_folder(call: Call) -> Path:
    from sop_engine.engine.sites.settings import find_site

    return Path(call.folder) if call.folder is not None else find_site(Path.cwd())


def _is_path(text: str) -> bool:
    return "/" in text or text.endswith((".yaml", ".yml"))


def _shown(file: Path) -> str:
    """How failures call a file: from here, where it lies below."""
    absolute, here = file.absolute(), Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(file)


# --- what is said ----------------------------------------------------------------------------------------------------


def _tell_faults(call: Call, text: str) -> None:
    if call.json:
        call.output.tell(*text.rstrip("\n").splitlines())
        return
    for line in text.rstrip("\n").splitlines():
        call.output.line(line)


def _say(call: Call, results: "list[Result]", covered: "list[Coverage]", repertoires: "dict[str, Repertoire]") -> None:
    output = call.output
    for result in results:
        if result.failure is None:
            continue
        failure = result.failure
        output.line(msg("{place}: {title}", place=place_of(failure.span), title=result.title))
        output.line(msg("  expected: {what}", what=failure.expected))
        output.line(msg("  found:    {what}", what=failure.found))
        for line in failure.story:
            output.line(msg("    {line}", line=line))
        output.line("")
    _say_files(call, results)
    for each in covered:
        _say_coverage(call, each, repertoires[each.procedure])


def _say_files(call: Call, results: "list[Result]") -> None:
    rows = []
    for file in dict.fromkeys(result.file for result in results):
        mine = [result for result in results if result.file == file]
        passed = sum(result.passed for result in mine)
        rows.append([file, str(len(mine)), str(passed), str(len(mine) - passed), str(sum(each.steps for each in mine))])
    columns = [Column(msg("file"), whole=True), Column(msg("scenarios")), Column(msg("passed")), Column(msg("failed")),
               Column(msg("steps"))]  # fmt: skip
    call.output.table(columns, rows)


def _say_coverage(call: Call, found: "Coverage", repertoire: "Repertoire") -> None:
    output, piece = call.output, repertoire.main
    taken = len(found.transitions) - len(found.not_taken)
    refused = len(found.separations) - len(found.not_refused)
    output.line(
        msg("{name}: transitions taken: {taken} of {all}, separations of duty refused: {refused} of {rules}",
            name=found.procedure, taken=taken, all=len(found.transitions), refused=refused,
            rules=len(found.separations))
    )  # fmt: skip
    if found.promises:
        seen = len(found.promises) - len(found.not_seen)
        output.line(
            msg("{name}: promises and their levels seen: {seen} of {all}", name=found.procedure, seen=seen,
                all=len(found.promises))
        )  # fmt: skip
    for path in (*found.not_taken, *found.not_refused, *found.not_seen):
        element = path.partition(" ")[0]
        file, line = piece.files.get(element, piece.file), piece.places.get(element, [0])[0]
        output.line(msg("  {file}:{line}: {path}", file=file, line=line, path=path))


def place_of(span: Span) -> str:
    """`workflows/tests/repair.yaml:79:51`."""
    return f"{span.file}:{span.line}:{span.column}"


def _plain(call: Call, results: "list[Result]", covered: "list[Coverage]") -> dict[str, Any]:
    """What a program is told."""
    said = call.output.word
    return {
        "scenarios": [
            {
                "file": each.file,
                "title": each.title,
                "passed": each.passed,
                "steps": each.steps,
                "failure": None
                if each.failure is None
                else {
                    "where": place_of(each.failure.span),
                    "expected": said(each.failure.expected),
                    "found": said(each.failure.found),
                    "story": [said(line) for line in each.failure.story],
                },
            }
            for each in results
        ],
        "coverage": [
            {
                "procedure": each.procedure,
                "transitions": len(each.transitions),
                "not_taken": list(each.not_taken),
                "separations": len(each.separations),
                "not_refused": list(each.not_refused),
                "promises": len(each.promises),
                "not_seen": list(each.not_seen),
            }
            for each in covered
        ],
    }
