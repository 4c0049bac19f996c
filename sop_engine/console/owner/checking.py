"""`sop flow lint`: procedures and fragments as files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.owner.files import is_fragment, lint_files, shown, site_of, templates_of, users
from sop_engine.console.parameters import argument, option
from sop_engine.diagnostics import Diagnostic, Span, has_errors, in_order
from sop_engine.engine.publishing.procedures import FRAGMENT, SUFFIX, check_fragment_file, compile_file, told_together
from sop_engine.errors import NotUnderstood, SopError
from sop_engine.messages import Message, msg
from sop_engine.store.files import read_plain
from sop_engine.ticket.near import near

if TYPE_CHECKING:
    from sop_engine.engine.engine import Engine
    from sop_engine.language.rendering import Format
    from sop_engine.store.seam import Reads

FORMATS: Final[tuple["Format", ...]] = ("text", "json", "github", "sarif")


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
    found: dict[tuple[Span, str], Diagnostic] = {}
    said: list[str] = []
    files = lint_files(call, path or [])
    whole = not path or any(Path(each).is_dir() for each in path)
    for file, faults, fragments in _faults(call, files, whole, of_site=not path):
        # a fragment's fault is said once, with the first procedure that uses it
        new = [fault for fault in faults if (fault.span, fault.code) not in found]
        found |= {(fault.span, fault.code): fault for fault in new}
        said.append(render(new, read_plain(file), call.language, wanted, fragments))
    _print_faults(call, said, wanted)
    if wanted == "text":
        _sum_up(call, files, path or [], list(found.values()))
    return 1 if has_errors(found.values()) else 0


def _faults(
    call: Call, files: list[Path], whole: bool, of_site: bool
) -> Iterator[tuple[Path, list[Diagnostic], dict[str, bytes]]]:
    """The faults of each file, and the texts of the fragments that they may lie in: procedures first. Where a `whole`
    folder is looked at, also what is wrong between its procedures; where it is `of_site`, with its people too."""
    procedures = [file for file in files if not is_fragment(file)]
    compiled = {file: compile_file(file, templates_of(file), shown(file)) for file in procedures}
    between = _between(call, {shown(file): each for file, each in compiled.items()}, of_site) if whole else {}
    for file, each in compiled.items():
        yield file, in_order([*each.diagnostics, *between.get(shown(file), [])]), each.fragments
    for file in filter(is_fragment, files):
        yield file, check_fragment_file(file, shown(file)), {}


def _between(call: Call, compiled: dict[str, Any], of_site: bool) -> dict[str, list[Diagnostic]]:
    """What is wrong between procedures. Files can be checked without a store, too; it is then said what was not."""
    from sop_engine.engine.sites.folder import open_site
    from sop_engine.language import check_together

    if of_site:
        try:
            with open_site(site_of(call), call.waits) as site, site.store.reading() as reading:
                call.output.tell(*_without_roster(call, site.engine, reading, compiled))
                return told_together(site.engine, reading, compiled)
        except SopError as error:
            call.output.tell(msg("people and published versions were not looked at: {reason}", reason=error.message))
    return check_together(compiled)


def _without_roster(call: Call, engine: "Engine", reading: "Reads", compiled: dict[str, Any]) -> list[Message]:
    """That procedures ask who is on shift where the site has no roster that knows, as `doctor` says it too."""
    from sop_engine.engine.rosters.loading import standing_roster
    from sop_engine.ticket.asks_roster import roles_asked

    titles: dict[str, str] = {}
    for each in compiled.values():
        declared = {} if each.procedure is None else {role.id: role.title for role in each.procedure.roles}
        for role in () if each.procedure is None else roles_asked(each.procedure):
            titles[role] = call.output.word(declared.get(role) or role)
    if not titles or standing_roster(engine, reading) is not None:
        return []
    return [
        msg("procedures ask who is on shift ({roles}), and no roster was loaded: everybody counts as on shift",
            roles=tuple(titles[role] for role in sorted(titles))),
        msg("fix: {fix}", fix=msg("sop roster import FILE")),
    ]  # fmt: skip


def _named_fragments(files: list[Path], named: list[str]) -> list[Path]:
    """The fragments that were asked for by name, not those of a whole folder."""
    names = {Path(each).name.removesuffix(FRAGMENT) for each in named}
    return [each for each in files if is_fragment(each) and each.name.removesuffix(FRAGMENT) in names]


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


def _sum_up(call: Call, files: list[Path], named: list[str], found: list[Diagnostic]) -> None:
    for fragment in _named_fragments(files, named):
        using = tuple(
            each.name.removesuffix(SUFFIX) for each in files if not is_fragment(each) and each in users(fragment)
        )
        name = fragment.name.removesuffix(FRAGMENT)
        call.output.tell(
            msg("the fragment {name} is used by: {using}", name=name, using=using)
            if using
            else msg("no procedure beside it uses the fragment {name}", name=name)
        )
    if not found:
        call.output.tell(msg("files: {files}, nothing to say", files=len(files)))
        return
    errors = sum(fault.severity == "error" for fault in found)
    call.output.tell(
        msg(
            "files: {files}, errors: {errors}, warnings: {warnings}",
            files=len(files),
            errors=errors,
            warnings=len(found) - errors,
        )
    )
