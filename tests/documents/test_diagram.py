"""Diagrams: their order, their escapes, and the picture."""

import re
import shutil
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from unicodedata import east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.documents.diagram import dot, mermaid, svg, wrapped
from sop_engine.documents.plain_text import one_line
from sop_engine.errors import SetUp
from sop_engine.procedure import Procedure
from tests.documents.samples import emergency, repair

HOSTILE = 'a"<b>&\\"] }\n--> [*] : x; #35; %% {{ y }} \x1b[31m\u202e-- end'
needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def hostile() -> Procedure:
    """The repair with a hostile title wherever a title can stand."""
    procedure = repair()
    bad = {"und": HOSTILE}
    states = tuple(
        replace(each, title=bad, offers=tuple(replace(offer, title=bad) for offer in each.offers))
        for each in procedure.states
    )
    roles = tuple(replace(each, title=bad) for each in procedure.roles)
    fields = tuple(replace(each, title=bad) for each in procedure.fields)
    return replace(procedure, title=bad, states=states, roles=roles, fields=fields)


def test_the_same_procedure_gives_the_same_text() -> None:
    assert dot(repair(), "zh") == dot(repair(), "zh")
    assert mermaid(repair(), "zh") == mermaid(repair(), "zh")


@given(st.text(max_size=200).map(one_line), st.integers(4, 40))
def test_wrapping_loses_nothing_but_blanks_and_keeps_the_width(text: str, columns: int) -> None:
    lines = wrapped(text, columns)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(sum(2 if east_asian_width(each) in "WF" else 1 for each in line) <= columns for line in lines)


def test_lines_break_between_words_and_never_before_a_closing_mark() -> None:
    assert wrapped("service lead, manager of all", 14) == ["service lead,", "manager of all"]
    assert wrapped("客服主任、项目经理", 8) == ["客服主", "任、项目", "经理"]


@needs_graphviz
@pytest.mark.parametrize("procedure", [repair(), emergency(), hostile()], ids=["repair", "emergency", "hostile"])
def test_graphviz_draws_it_as_well_formed_xml(procedure: Procedure) -> None:
    root = ElementTree.fromstring(svg(procedure, "zh"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


@needs_graphviz
def test_hostile_titles_are_shown_as_they_are_and_are_no_markup() -> None:
    root = ElementTree.fromstring(svg(hostile(), "zh"))
    texts = "".join(root.itertext())
    assert '"<b>&' in texts
    assert "\x1b" not in texts
    assert "\u202e" not in texts


@needs_graphviz
def test_every_state_and_title_stands_in_the_picture() -> None:
    procedure = repair()
    picture = svg(procedure, "zh")
    for state in procedure.states[1:]:
        if state.kind != "history":
            assert state.title["zh"] in picture


def test_hostile_titles_cannot_end_a_mermaid_line_or_begin_a_mark() -> None:
    harmless, bad = mermaid(repair(), "en").splitlines(), mermaid(hostile(), "en").splitlines()
    assert len(harmless) == len(bad)
    for line in bad:
        assert line.count("-->") <= 1
        assert line.count(":") <= 1
        assert line.count('"') in {0, 2}
        assert ";" not in re.sub(r"#\d+;", "", line)
        assert "%%" not in line
        assert "{{" not in line


def test_an_arrow_of_mermaid_joins_only_states_of_one_box() -> None:
    boxes: dict[str, str] = {}
    open_boxes = ["top"]
    arrows: list[tuple[str, str, str]] = []
    for line in mermaid(repair(), "en").splitlines()[1:]:
        if declared := re.match(r'\s*state ".*" as (\w+)$', line):
            boxes[declared.group(1)] = open_boxes[-1]
        elif opened := re.match(r"\s*state (\w+) \{$", line):
            open_boxes.append(opened.group(1))
        elif line.strip() == "}":
            open_boxes.pop()
        elif arrow := re.match(r"\s*(\S+) --> (\S+)", line):
            arrows.append((arrow.group(1), arrow.group(2), open_boxes[-1]))
    assert len(arrows) > 10
    for source, target, box in arrows:
        assert {boxes.get(end, box) for end in (source, target) if end != "[*]"} <= {box}


def test_the_way_of_a_ticket_is_marked_and_nothing_else_changes() -> None:
    plain, walked = dot(repair(), "zh").splitlines(), dot(repair(), "zh", [("registered", "working")]).splitlines()
    changed = [new for old, new in zip(plain, walked, strict=True) if old != new]
    assert [line for line in changed if "penwidth=3" in line and '"registered" -> "working"' in line]
    assert all("registered" in line or '"working"' in line or "#0369a1" in line for line in changed)


def test_without_graphviz_the_line_that_installs_it_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SetUp) as caught:
        svg(repair(), "zh")
    assert "install" in str(caught.value.fix)
