"""The YAML of docs/language.md compiles: the steps of the procedure that it builds, and the pieces."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from sop_engine.engine.publishing.procedures import FRAGMENT
from sop_engine.language import check_fragment, compile_text
from sop_engine.language.checks.pages import EXAMPLE, laid_over
from sop_engine.messages import say
from tests.documentation.transcript import ROOT, Block, blocks, with_sections

PAGE = ROOT / "docs" / "language.md"
PIECES = [block for block in blocks(PAGE) if block.info == "yaml" and not block.marks]
STEPS = [block for block in blocks(PAGE) if block.info == "yaml" and block.marks and "/tests/" not in str(block.marks)]


class Templates:
    """Whatever a form asks for is there: what a template holds is linted where the page is run."""

    def read(self, name: str) -> bytes:
        return b"<p>{{ ticket.id }}</p>"


class Fragments:
    """The fragments among the files of the page, by path."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.texts = {Path(path).name.removesuffix(FRAGMENT): text for path, text in files.items() if FRAGMENT in path}

    def read(self, name: str) -> bytes | None:
        return self.texts[name].encode() if name in self.texts else None

    def names(self) -> tuple[str, ...]:
        return tuple(self.texts)


def faults(text: str, files: Mapping[str, str] | None = None, path: str = "page.sop.yaml") -> list[str]:
    """The faults of a procedure, or of a fragment, among other files of the page."""
    fragments = Fragments(files or {})
    if path.endswith(FRAGMENT):
        found = check_fragment(text.encode(), path, fragments)
    else:
        found = compile_text(text.encode(), path, Templates(), fragments=fragments).diagnostics
    return [f"{each.code} line {each.span.line}: {say(each.title, 'en')}" for each in found]


@pytest.mark.parametrize("block", PIECES, ids=lambda block: block.name)
def test_a_piece_laid_over_the_small_procedure_compiles(block: Block) -> None:
    errors = [each for each in faults(laid_over(block.text)) if each.startswith(("SOP1", "SOP42"))]
    assert errors == []


def test_the_small_procedure_of_the_page_is_the_one_that_pieces_are_laid_over() -> None:
    assert EXAMPLE in [block.text for block in PIECES]


def test_every_step_on_the_way_compiles() -> None:
    files: dict[str, str] = {}
    for block in STEPS:
        path = next(iter(block.marks.values()))
        files[path] = block.text if "file" in block.marks else with_sections(files[path], block.text)
        assert faults(files[path], files, path) == [], block.name
    assert len(STEPS) > 5
