"""The pictures in the pages, drawn from the procedures that come with the program.

Each version of Graphviz draws a little differently, so a picture is not compared with what would be drawn here. It
bears the digest of the diagram that it was drawn from, and that must be today's.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sop_engine.documents.diagram import dot, picture_of
from tests.documentation.transcript import ROOT
from tests.documents.library import library

LARGEST: Final = 150_000
"""bytes of a picture: pages are read over slow lines too"""
_FOLDER: Final = ROOT / "docs" / "pictures"
PICTURES: Final[Mapping[Path, tuple[str, str, bool]]] = {
    _FOLDER / f"{name}.{'brief.' if brief else ''}{language}.svg": (name, language, brief)
    for name, brief in (("lost-and-found", False), ("repair", False), ("repair", True))
    for language in ("zh", "en")
}
"""each with its procedure, its language, and whether it is brief"""


def mark(path: Path) -> str:
    """What a picture that is not stale bears."""
    return f"<!-- drawn from {hashlib.sha256(_text(path).encode()).hexdigest()} -->"


def draw(path: Path) -> None:
    """Draw a picture anew, if it is stale."""
    if path.exists() and mark(path) in path.read_text(encoding="utf-8"):
        return
    head, svg, rest = picture_of(_text(path), "svg").decode().partition("<svg")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{head}{mark(path)}\n{svg}{rest}", encoding="utf-8")


def _text(path: Path) -> str:
    name, language, brief = PICTURES[path]
    return dot(library(name), language, brief=brief)
