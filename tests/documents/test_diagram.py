"""Diagrams: that every transition stands in them once, their order, their escapes, and the way of a ticket."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import Any
from unicodedata import east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.documents.diagram import dot, mermaid
from sop_engine.documents.diagram.arrows import arrows
from sop_engine.documents.diagram.labels import lines_of, wrapped
from sop_engine.documents.diagram.mermaid import escaped
from sop_engine.documents.diagram.way import numbers_text, way_of
from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import one_line
from sop_engine.procedure import ROOT, Offer, Procedure, Transition
from tests.documents.library import DRAWN, drawn
from tests.documents.samples import emergency, hostile, repair

EDGE = re.compile(r'^  "([^"]+)" -> "([^"]+)" \[(.*)\];$', re.MULTILINE)
ID = re.compile(r'\bid="([^"]*)"')


def places(procedure: Procedure) -> dict[str, tuple[str, ...]]:
    """Every transition of a procedure as an id, with where it leads."""
    found: dict[str, tuple[str, ...]] = {}

    def take(source: str, by: str, name: str, alternatives: tuple[Transition, ...]) -> None:
        for rank, each in enumerate(alternatives):
            found[f"{source}/{by}/{name}/{rank}"] = each.target

    def take_offer(source: str, by: str, offer: Offer) -> None:
        take(source, by, offer.trigger, offer.alternatives)

    take_offer(ROOT, "open", procedure.open)
    for state in procedure.states:
        for offer in state.offers:
            take_offer(state.id, "offer", offer)
        for timer in state.timers:
            take(state.id, "timer", timer.id, timer.alternatives)
        for handler in state.handlers:
            take(state.id, "handler", handler.event, handler.alternatives)
        take(state.id, "always", "", state.always)
        take(state.id, "done", "", state.done)
    join = procedure.acts.join
    if join is not None:  # no transitions, and drawn all the same
        found[f"{ROOT}/act/join/0"] = (join.state,)
        found[f"{join.state}/act/then/0"] = (join.then,)
        found[f"{join.state}/act/part/0"] = (join.alone,)
    return found


@pytest.mark.parametrize("name", DRAWN)
def test_every_transition_stands_in_the_picture_exactly_once(name: str) -> None:
    procedure = drawn(name)
    found = [place for id in ID.findall(dot(procedure, "zh")) for place in id.split(" ")]
    assert sorted(found) == sorted(places(procedure))


@pytest.mark.parametrize("name", DRAWN)
def test_a_brief_picture_has_the_transitions_that_lead_on_and_no_words_but_titles(name: str) -> None:
    procedure = drawn(name)
    text = dot(procedure, "zh", brief=True)
    found = [place for id in ID.findall(text) for place in id.split(" ")]
    leads = {place for place, targets in places(procedure).items() if set(targets) - {place.split("/")[0]}}
    assert sorted(found) == sorted(leads | {place for place in places(procedure) if "/open/" in place})
    words = re.sub(r"<br/>|\s", "", mermaid(procedure, "zh", brief=True))
    for arrow in arrows(procedure, Names(procedure, "zh")):
        assert not arrow.guard or escaped(arrow.bracketed_guard).replace(" ", "") not in words
    assert "[" not in "".join(re.findall(r"<font[^>]*>(?:<b>)?([^<]*)<", text))


@pytest.mark.parametrize("name", DRAWN)
def test_every_arrow_ends_where_its_transitions_lead(name: str) -> None:
    procedure = drawn(name)
    text, leads = dot(procedure, "zh"), places(procedure)
    for tail, head, attributes in EDGE.findall(text):
        back = "dir=back" in attributes
        clipped = re.search(rf'{"ltail" if back else "lhead"}="cluster_([^"]+)"', attributes)
        end = clipped.group(1) if clipped else tail if back else head
        for place in " ".join(ID.findall(attributes)).split():
            assert end in (leads[place] or procedure.states[0].initial), place


@pytest.mark.parametrize("name", DRAWN)
def test_every_end_of_a_line_is_declared(name: str) -> None:
    procedure = drawn(name)
    text = dot(procedure, "en")
    declared = set(re.findall(r'^ *"([^"]+)" \[', text, re.MULTILINE))
    ends = {end for edge in EDGE.findall(text) for end in edge[:2]}
    clusters = set(re.findall(r'subgraph "([^"]+)"', text))
    assert ends <= declared
    assert set(re.findall(r'l(?:head|tail)="([^"]+)"', text)) <= clusters


def test_kinds_of_transitions_differ_without_colour() -> None:
    def line_of(place: str, procedure: Procedure) -> str:
        [found] = [str(attributes) for *_, attributes in EDGE.findall(dot(procedure, "en")) if place in attributes]
        return found

    assert "style=dashed" in line_of("repaired/timer/after_3_days/0", repair())
    assert "style=dotted" in line_of("rated/always//1", repair())
    assert "#ffffff" in line_of("helping/done//0", emergency())
    assert "style" not in line_of("dispatched/offer/accept/0", repair())
    assert "onormal" in line_of("working/handler/stopped/0", repair())


def test_the_same_procedure_gives_the_same_text() -> None:
    assert dot(repair(), "zh") == dot(repair(), "zh")
    assert mermaid(repair(), "zh") == mermaid(repair(), "zh")


# --- words ------------------------------------------------------------------------------------------------------------


@given(st.text(max_size=200).map(one_line), st.integers(4, 40))
def test_wrapping_loses_nothing_but_blanks_and_keeps_the_width(text: str, columns: int) -> None:
    lines = wrapped(text, columns)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(sum(2 if east_asian_width(each) in "WF" else 1 for each in line) <= columns for line in lines)


def test_lines_break_between_words_and_never_before_a_closing_mark() -> None:
    assert wrapped("service lead, manager of all", 16) == ["service lead,", "manager of all"]
    assert wrapped("客服主任、项目经理", 10) == ["客服主任、", "项目经理"]
    assert wrapped("客服主任、项目经理", 8) == ["客服主", "任、项", "目经理"]


def test_lines_are_made_even_without_breaking_a_word() -> None:
    assert wrapped("Understanding reached", 18) == ["Understanding", "reached"]


def test_a_title_as_long_as_a_book_is_cut() -> None:
    lines = lines_of("长" * 10_000, 24)
    assert len(lines) == 5
    assert lines[-1] == "…"


# --- hostile titles ---------------------------------------------------------------------------------------------------


def test_hostile_titles_cannot_leave_their_label() -> None:
    def bones(procedure: Procedure) -> list[str]:
        lines = dot(procedure, "en").splitlines()
        lines = [re.sub(r"label=<<table.*</table>>", "label", line) for line in lines]
        return [re.sub(r"/handler/\w+", "/handler/event", line) for line in lines]

    assert bones(hostile()) == bones(repair())
    label = re.compile(r"<<table.*</table>>")
    for line in dot(hostile(), "en").splitlines():
        for found in label.findall(line):
            ElementTree.fromstring(found[1:-1])


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
        assert "<script" not in line


@pytest.mark.parametrize("name", DRAWN)
def test_an_arrow_of_mermaid_joins_only_states_of_one_box(name: str) -> None:
    procedure = drawn(name)
    boxes: dict[str, str] = {}
    open_boxes = ["top"]
    found: list[tuple[str, str, str]] = []
    for line in mermaid(procedure, "en").splitlines()[1:]:
        if declared := re.match(r'\s*state ".*" as (\w+)$', line):
            boxes[declared.group(1)] = open_boxes[-1]
        elif opened := re.match(r"\s*state (\w+) \{$", line):
            open_boxes.append(opened.group(1))
        elif line.strip() == "}":
            open_boxes.pop()
        elif arrow := re.match(r"\s*(\S+) --> (\S+)", line):
            found.append((arrow.group(1), arrow.group(2), open_boxes[-1]))
    assert len(found) > 5
    for source, target, box in found:
        assert {boxes.get(end, box) for end in (source, target) if end != "[*]"} <= {box}


@pytest.mark.parametrize("name", DRAWN)
def test_mermaid_is_given_nothing_that_it_reads_and_then_cannot_draw(name: str) -> None:
    """A line from a box to itself, and a region without any state: its parser takes both, its layout fails or lays the
    words on others."""
    lines = [line.strip() for line in mermaid(drawn(name), "en").splitlines()]
    assert not [line for line in lines if re.match(r"(\S+) --> \1\b", line)]
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        if line == "--":
            assert after.startswith('state "')
            assert not before.endswith("{")


@pytest.mark.parametrize("name", DRAWN)
def test_every_transition_has_its_words_in_mermaid(name: str) -> None:
    procedure = drawn(name)
    text = re.sub(r"<br/>|\s", "", mermaid(procedure, "en"))
    for arrow in arrows(procedure, Names(procedure, "en")):
        assert escaped(arrow.said).replace(" ", "") in text


# --- the way of a ticket ----------------------------------------------------------------------------------------------

EVENTS: list[dict[str, Any]] = [
    {"kind": "took", "source": "ticket", "by": "open", "name": "open", "alternative": 0, "to": ["registered"]},
    {"kind": "entered", "state": "registered"},
    {"kind": "took", "source": "registered", "by": "offer", "name": "dispatch", "alternative": 0, "to": ["working"]},
    {"kind": "left", "state": "registered"},
    {"kind": "entered", "state": "working"},
    {"kind": "entered", "state": "dispatched"},
]


def test_a_way_is_read_from_the_events_of_the_record() -> None:
    way = way_of("WX-1", EVENTS)
    assert way.taken == {("ticket", "open", "open", 0): (1,), ("registered", "offer", "dispatch", 0): (2,)}
    assert way.entered == {"registered": 1, "working": 1, "dispatched": 1}
    assert way.now == {"working", "dispatched"}


def test_the_way_of_a_ticket_is_thick_and_numbered_and_says_where_it_is() -> None:
    text = dot(repair(), "en", way_of("WX-1", EVENTS))
    [line] = [line for line in text.splitlines() if 'id="registered/offer/dispatch/0"' in line]
    assert "penwidth=3" in line
    [words] = [line for line in text.splitlines() if line.strip().startswith('"registered/offer/dispatch/0" [')]
    assert ">2<" in words.replace("<b>", "").replace("</b>", "")
    [state] = [line for line in text.splitlines() if line.strip().startswith('"dispatched" [')]
    assert "it is here now" in state
    [other] = [line for line in text.splitlines() if 'id="dispatched/offer/accept/0"' in line]
    assert "penwidth=3" not in other


def test_a_way_is_marked_in_mermaid_as_well() -> None:
    lines = [line.strip() for line in mermaid(repair(), "en", way_of("WX-1", EVENTS)).splitlines()]
    assert "class s_registered visited" in lines
    assert "class s_dispatched now" in lines
    assert any("#40;2#41; Dispatch" in line for line in lines)


def test_what_was_done_often_is_counted() -> None:
    assert numbers_text([3, 7]) == "3, 7"
    assert numbers_text(list(range(1, 41))) == "1, 2, 3 … 40 (×40)"


def test_a_procedure_without_titles_is_drawn_with_ids() -> None:
    bare = replace(repair(), states=tuple(replace(each, title={}) for each in repair().states))
    assert ">registered<" in dot(bare, "zh")
