"""Which files are meant: paths are files, names are drafts in the site's workflows."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sop_engine.console.call import Call
from sop_engine.engine.publishing.procedures import FRAGMENT, SUFFIX, compile_file, fragment_files, workflow_files

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def is_path(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) or os.sep in name


def is_fragment(file: Path) -> bool:
    return file.name.endswith(FRAGMENT)


def lint_files(call: Call, paths: list[str]) -> list[Path]:
    """The files that are meant, each once: named ones, those in named folders, or the site's drafts. A fragment that is
    named brings the procedures that use it."""
    if not paths:
        return _all_in(_workflows(call))
    files: list[Path] = []
    for each in paths:
        path = Path(each)
        if not path.is_dir() and not is_path(each):
            path = _draft_path(call, each)
        files += _all_in(path) if path.is_dir() else [path]
        files += users(path) if is_fragment(path) else []
    return list(dict.fromkeys(files))


def _all_in(folder: Path) -> list[Path]:
    return [*workflow_files(folder), *fragment_files(folder)]


def users(fragment: Path) -> list[Path]:
    """The procedures beside a fragment that use it, through other fragments too."""
    beside = workflow_files(fragment.parent.parent)
    return [each for each in beside if _uses(each, fragment)]


def _uses(file: Path, fragment: Path) -> bool:
    compiled = compile_file(file, templates_of(file))
    return fragment.name in (Path(each).name for each in compiled.fragments)


def site_of(call: Call) -> Path:
    """The folder of the site that is meant. Raises `SetUp` where there is none."""
    from sop_engine.engine.sites.settings import find_site

    return Path(call.folder) if call.folder is not None else find_site(Path.cwd())


def _workflows(call: Call) -> Path:
    return site_of(call) / "workflows"


def _draft_path(call: Call, name: str) -> Path:
    """The draft of a procedure, or of a fragment where only that is called so."""
    folder = _workflows(call)
    fragment = folder / "fragments" / f"{name}{FRAGMENT}"
    path = folder / f"{name}{SUFFIX}"
    return fragment if fragment.is_file() and not path.is_file() else path


def draft(opened: "Opened", name: str) -> Path:
    """A file by path, or the draft of that name in the site's workflows."""
    if is_path(name):
        return Path(name)
    return opened.site.settings.folder / "workflows" / f"{name}{SUFFIX}"


def templates_of(file: Path) -> Path:
    """The templates that a file's forms come from: beside the folder in which it stands."""
    return Path(os.path.realpath(file.parent)).parent / "templates"


def shown(file: Path) -> str:
    """How faults call a file: from here, where it lies below."""
    resolved = Path(os.path.realpath(file.parent)) / file.name  # a link is called by its own name
    here = Path.cwd()
    return str(resolved.relative_to(here)) if resolved.is_relative_to(here) else str(file)
