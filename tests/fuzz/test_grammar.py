"""Whatever the lint lets pass can be drawn, written down and run: all that the language can say, by chance.

CI tries a few; `SOP_FUZZ_PROCEDURES=2000 pytest tests/fuzz/test_grammar.py` tries many, `SOP_FUZZ_FIRST` begins
elsewhere, since the same number is the same procedure in every run.
"""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from sop_engine import normal_form
from sop_engine.diagnostics import has_errors
from sop_engine.documents.diagram.dot import dot
from sop_engine.documents.diagram.mermaid import mermaid
from sop_engine.documents.manual import manual
from sop_engine.engine.publishing.procedures import compile_file
from sop_engine.language import check_together
from sop_engine.procedure import Procedure
from sop_engine.trial.repertoire import load
from sop_engine.trial.walking import _Walker
from tests.fuzz import grammar

ROOT = Path(__file__).parent.parent.parent
PROCEDURES = int(os.environ.get("SOP_FUZZ_PROCEDURES", "5"))
FIRST = int(os.environ.get("SOP_FUZZ_FIRST", "0"))
STEPS = 12
STARTS = {"SOP220", "SOP221"}
"""the lint warns that what starts a child would be refused"""


def walked(folder: Path, number: int) -> None:
    """Let people act on tickets of the procedure, and time pass; no timer fails, and all replays."""
    walker = _Walker(load("example", folder / "workflows", folder / "templates"), number)
    try:
        walker.open()
        for _ in range(STEPS):
            walker.step()
        walker.look_back()
    finally:
        walker.stage.close()
    assert not walker.done.problems, walker.done.problems


def told(procedure: Procedure) -> None:
    """Everything that is made of a procedure can be made."""
    assert normal_form.load(normal_form.to_bytes(procedure)) == procedure
    for language in ("zh", "en"):
        assert manual(procedure, language)
        assert dot(procedure, language)
        assert mermaid(procedure, language)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mistakes", [0, 1], ids=["meant", "slipped"])
def test_what_the_lint_lets_pass_can_be_run(tmp_path: Path, mistakes: int) -> None:
    shutil.copytree(ROOT / "calendars", tmp_path / "calendars")
    file = tmp_path / "workflows" / "example.sop.yaml"
    file.parent.mkdir()
    kinds = Counter[str]()
    for number in range(FIRST, FIRST + PROCEDURES):
        file.write_bytes(grammar.procedure(number, mistakes))
        found = compile_file(file, tmp_path / "templates", file.name)
        again = f"SOP_FUZZ_FIRST={number} SOP_FUZZ_PROCEDURES=1 pytest tests/fuzz/test_grammar.py"
        assert (found.procedure is None) == has_errors(found.diagnostics), again
        kinds["sound" if found.procedure is not None else "faulty"] += 1
        if found.procedure is None:
            continue
        try:
            told(found.procedure)
            warned = {each.code for each in check_together({file.name: found})[file.name]}
            if not STARTS & warned:
                walked(tmp_path, number)
        except Exception as error:
            error.add_note(f"again: {again}")
            raise
    assert PROCEDURES < 8 or len(kinds) == 2, kinds
