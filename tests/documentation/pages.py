"""The pages that people read."""

from typing import Final

from tests.documentation.transcript import ROOT

PAGES: Final = tuple(
    sorted(
        path
        for path in (*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md"))
        if "```" in path.read_text(encoding="utf-8")
    )
)
"""those with blocks, which are run; `docs/reference` is made from the code, `docs/adr` is read only"""
