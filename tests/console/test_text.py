"""Text before a terminal: harmless, and cut by what it looks like."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.console.output import table_lines
from sop_engine.console.text import cut, harmless, harmless_json, listed, one_line, padded, tab_cell, width, wrapped

ESCAPES = "\x1b]0;owned\x07\x1b[2J"
TURNED = "\u202eevil\u2066"


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        ("厨房", 4),
        ("ｗｘ", 4),
        ("e\u0301", 1),
        ("👍", 2),
        ("👩\u200d🔧", 2),
        ("❤\ufe0f", 2),
        ("", 0),
    ],
)
def test_width_in_cells(text: str, cells: int) -> None:
    assert width(text) == cells


def test_what_steers_a_terminal_is_written_out() -> None:
    assert harmless(ESCAPES) == "\\x1b]0;owned\\x07\\x1b[2J"
    assert harmless(TURNED) == "\\u202eevil\\u2066"
    assert harmless("a\u200bb\udc80") == "a\\u200bb\\udc80"


def test_what_people_write_stays() -> None:
    for text in ("王芳 [bold]x[/bold]", "👩\u200d🔧 ok", "e\u0301", "a\tb\nc", "{{ fault }}", "%s \\n"):
        assert harmless(text) == text


@given(st.text())
def test_nothing_harmful_passes(text: str) -> None:
    for safe in (harmless(text), one_line(text), tab_cell(text)):
        for character in safe:
            assert character in "\t\n" or unicodedata.category(character) not in {"Cc", "Cs"}
            assert not "\u202a" <= character <= "\u202e" and not "\u2066" <= character <= "\u2069"
    assert "\n" not in one_line(text) and "\t" not in tab_cell(text) and "\n" not in tab_cell(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_json_is_harmless_and_the_same(text: str) -> None:
    safe = harmless_json(json.dumps(text, ensure_ascii=False))
    assert json.loads(safe) == text
    assert "\x9b" not in safe and "\u202e" not in safe and "\x7f" not in safe


@given(st.text(alphabet="ab 厨房é👍，。"), st.integers(2, 20))
def test_cut_and_padded_texts_are_as_wide_as_asked(text: str, cells: int) -> None:
    shown = cut(text, cells)
    assert width(shown) <= cells
    assert width(padded(shown, cells)) == cells
    assert shown == text or shown.endswith("…")


@given(st.text(alphabet="ab 厨房漏水，。").map(lambda text: " ".join(text.split())), st.integers(8, 30))
def test_wrapping_loses_nothing(text: str, cells: int) -> None:
    lines = wrapped(text, cells)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= cells or " " not in line for line in lines)


def test_ids_are_never_cut_and_the_rest_gives_way() -> None:
    rows = [["WX-20261123-001", "厨房下水管漏水,业主下午在家,请尽快安排水工上门", "待派单"]]
    lines = table_lines(["number", "subject", "state"], [True, False, False], rows, 40)
    assert all(width(line) <= 40 for line in lines)
    assert lines[1].startswith("WX-20261123-001  厨房")
    assert "…" in lines[1]
    narrow = table_lines(["number", "subject", "state"], [True, False, False], rows, 20)
    assert narrow[1].startswith("WX-20261123-001  ")


def test_a_narrow_terminal_is_not_told_twice_nor_shown_columns_in_which_nothing_stands() -> None:
    heads = ["number", "unit", "subject", "urged", "left"]
    rows = [
        ["WX-20261123-001", "3-2-1202", "3-2-1202 厨房水管漏水", "", "9 h 30 min"],
        ["WX-20261123-002", "", "5 栋大堂灯不亮", "", "15 min"],
        ["WX-20261123-003", "3-2-12", "3-2-1201 灯不亮", "", "15 min"],
    ]

    def lines(room: int) -> list[str]:
        return table_lines(heads, [True, True, False, False, False], rows, room, goes_on=[False, False, True])

    assert lines(100)[1] == "WX-20261123-001  3-2-1202  3-2-1202 厨房水管漏水         9 h 30 min"
    assert lines(60) == [
        "number           unit      subject          left",
        "WX-20261123-001  3-2-1202  厨房水管漏水     9 h 30 min",
        "WX-20261123-002            5 栋大堂灯不亮   15 min",
        "WX-20261123-003  3-2-12    3-2-1201 灯不亮  15 min",
    ]


def test_a_list_is_one_line_where_it_fits_and_a_line_each_where_it_does_not() -> None:
    parts = ["派单（前台）", "取消（前台，需要：原因）"]
    assert listed("现在可以：", parts, "、", 50) == ["现在可以：派单（前台）、取消（前台，需要：原因）"]
    assert listed("现在可以：", parts, "、", None) == listed("现在可以：", parts, "、", 50)
    narrow = listed("现在可以：", parts, "、", 18)
    assert narrow == ["现在可以：", "  派单（前台）", "  取消（前台，需", "    要：原因）"]
    assert all(width(line) <= 18 for line in narrow)


@pytest.mark.parametrize("text", ["=1+1", "+1-cmd", "-x", "@x", "＝1", "＋1", "－1", "＠x", "--force", "-1=2"])
def test_no_cell_in_a_pipe_is_a_formula(text: str) -> None:
    assert tab_cell(text) == f"'{text}"
    assert tab_cell("a" + text) == "a" + text


@pytest.mark.parametrize("text", ["-", "-5", "+86 138 0000 1202", "-12.50", "+3 %", "", "漏水", "WX-7"])
def test_a_number_or_a_dash_is_no_formula(text: str) -> None:
    assert tab_cell(text) == text
