"""The tests of the W3C's SCXML implementation report that a procedure can say; `w3c/README.md` lists all the others."""

import re
from pathlib import Path
from typing import Any

import pytest

from sop_engine.chart.algorithm import Interpreter
from sop_engine.chart.outline import Outline

from .scxml import play, read

FOLDER = Path(__file__).parent / "w3c"
FILES = {path.stem.removeprefix("test"): path for path in sorted(FOLDER.glob("test*.scxml"))}


@pytest.mark.parametrize("number", FILES)
def test_w3c(number: str) -> None:
    # Given one of the suite's charts, When it is played to its end
    world = play(FILES[number].read_text())

    # Then it ends in its state `pass` (415 has only one, and must ignore what that raises)
    assert world.outcome == ("final" if number == "415" else "pass")
    if number == "415":
        assert world.story == ["ticket->", "+final", "end final"]


@pytest.mark.parametrize(
    ("kind", "method", "broken", "caught_by"),
    [
        (Interpreter, "remove_conflicting_transitions", lambda self, enabled: enabled, "403c"),
        (Outline, "in_exit_order", Outline.in_entry_order, "404"),
        (Interpreter, "remember", lambda self, history, parent: [], "388"),
        (Interpreter, "is_in_final_state", lambda self, state: False, "417"),
        (Interpreter, "add_missing_regions", lambda self, parallel, entering: None, "570"),
    ],
)
def test_the_suite_catches_a_broken_chart(
    monkeypatch: pytest.MonkeyPatch, kind: type, method: str, broken: Any, caught_by: str
) -> None:
    monkeypatch.setattr(kind, method, broken)
    assert play(FILES[caught_by].read_text()).outcome != "pass"


def test_every_test_of_the_suite_is_here_or_has_its_reason() -> None:
    # Given the tables of what is run and what is not
    listing = (FOLDER / "README.md").read_text()
    run, left_out = listing.split("## Not run")

    # Then the first names the files, the second nothing that is there, and together they are the suite
    numbers = re.compile(r"^\| (\d{3}[a-c]?) \|", re.MULTILINE)
    assert sorted(numbers.findall(run)) == sorted(FILES)
    assert set(numbers.findall(left_out)).isdisjoint(FILES)
    assert len(set(numbers.findall(listing))) == 202


@pytest.mark.parametrize(
    "text",
    [
        "<scxml><state id='a'><onentry><if cond='x'/></onentry></state></scxml>",
        "<scxml><state id='a'><onentry><send event='x' type='http'/></onentry></state></scxml>",
        "<scxml><state id='a'><transition cond='anything' target='a'/></state></scxml>",
    ],
)
def test_what_cannot_be_said_is_not_skipped(text: str) -> None:
    with pytest.raises(ValueError):
        read(text)
