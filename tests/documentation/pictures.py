"""The pictures in the pages, drawn from the procedures that come with the program.

Each version of Graphviz draws a little differently, so a picture is not compared with what would be drawn here. It
bears the digest of the diagram that it was drawn from, and that must be today's.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sop_engine.documents.diagram import dot, picture_of
from sop_engine.procedure import Procedure
from tests.documentation.transcript import ROOT
from tests.documents.library import library

LARGEST: Final = 150_000
"""bytes of a picture: pages are read over slow lines too"""
_FOLDER: Final = ROOT / "docs" / "pictures"
PICTURES: Final[Mapping[Path, tuple[str, str]]] = {
    _FOLDER / f"{name}.{language}.svg": (name, language)
    for name in ("lost-and-found", "repair")
    for language in ("zh", "en")
}


def mark(path: Path) -> str:
    """What a picture that is not stale bears."""
    return f"<!-- drawn from {hashlib.sha256(dot(*_of(path)).encode()).hexdigest()} -->"


def draw(path: Path) -> None:
    """Draw a picture anew, if it is stale."""
    if path.exists() and mark(path) in path.read_text(encoding="utf-8"):
        return
    head, svg, rest = picture_of(dot(*_of(path)), "svg").decode().partition("<svg")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{head}{mark(path)}\n{svg}{rest}", encoding="utf-8")


def _of(path: Path) -> tuple[Procedure, str]:
    name, language = PICTURES[path]
    return library(name), language
