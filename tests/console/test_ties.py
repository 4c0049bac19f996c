"""Link, merge and split at the command line."""

import io
from pathlib import Path

import pytest

from tests.console.conftest import Sop
from tests.console.place import head_number, move_clock

NEW = ("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=天花板滴水", "--no-input")


@pytest.fixture
def other(sop: Sop, wx: str) -> str:
    """A second ticket of the same flat."""
    id: str = sop(*NEW, "--json").json["id"]
    return id


def test_a_link_is_said_by_title_and_shown_on_both(sop: Sop, wx: str, other: str) -> None:
    said = sop("link", other, wx, "--how", "返工", "--as", "wang_fang", "--json")
    assert said.json["links"] == [{"id": wx, "how": "rework_of"}]
    assert f"rework of\t{wx}" in sop("show", other).out
    assert f"reworked by\t{other}" in sop("show", wx).out
    assert sop("unlink", wx, other, "--as", "wang_fang").code == 0
    assert sop("show", other, "--json").json["links"] == []


def test_a_double_says_where_it_went_and_the_other_what_was_merged(sop: Sop, wx: str, other: str) -> None:
    said = sop("merge", "2", "--into", "1", "--reason", "同一处漏水", "--as", "wang_fang", "--json")
    assert (said.json["outcome"], said.json["ended"]["into"]) == ("merged", wx)
    assert f"merged\tinto {wx}, 2026-11-23 Mon 08:30 by 王芳 (wang_fang)" in sop("show", other).out
    assert sop("show", wx, "--json").json["absorbed"] == [other]
    assert f"merged into it\t{other}" in sop("show", wx).out
    urged = sop("urge", other, "--as", "wang_fang")
    assert (urged.code, f"fix: there: sop urge {wx}" in urged.err) == (4, True)


def test_the_story_tells_what_was_tied_to_what(sop: Sop, wx: str, other: str) -> None:
    sop("merge", "2", "--into", "1", "--reason", "同一处漏水", "--as", "wang_fang")
    assert f"王芳 (wang_fang): merged it into {wx}; To be dispatched" in sop("audit", "log", other).out
    assert f"{other}: {other} was merged into it" in sop("audit", "log", wx).out


def test_a_part_gets_what_is_carried_over_by_title(sop: Sop, wx: str) -> None:
    said = sop("split", "1", "--carry", "房号", "--field", "故障=灯不亮", "--reason", "另有一处", "--as", "wang_fang")
    assert said.code == 0, said
    new = sop("show", "2", "--json").json
    assert (new["fields"]["unit"], new["fields"]["fault"]) == ("3-2-1202", "灯不亮")
    assert new["links"] == [{"id": wx, "how": "split_from"}]
    assert f"split off {new['id']}" in said.err


def test_what_is_refused_leaves_no_trace(sop: Sop, site: Path, wx: str, other: str) -> None:
    for words, code in (
        (("link", "1", "9"), 3),
        (("link", "1", "1"), 2),
        (("link", "1", "2", "--how", "cousin"), 2),
        (("unlink", "1", "2"), 4),
        (("merge", "1", "--reason", "x"), 2),
        (("merge", "1", "--into", "2"), 2),
        (("merge", "1", "--into", "9", "--reason", "x"), 3),
        (("split", "1", "--carry", "nothing", "--reason", "x"), 2),
        (("split", "1", "--reason", "x"), 2),
        (("split", "1", "--carry", "unit", "--field", "fault=x"), 2),
    ):
        assert sop(*words, "--as", "wang_fang").code == code, words
    assert (head_number(site, wx), head_number(site, other)) == (1, 1)


# --- rework ----------------------------------------------------------------------------------------------------------


def test_new_names_what_was_closed_lately_for_the_flat_and_opens_its_rework(sop: Sop, site: Path, wx: str) -> None:
    sop("close", "1", "--force", "--reason", "系统未登记", "--outcome", "repaired")
    move_clock(site, days=29)
    said = sop(*NEW, "--dry-run")
    assert f"{wx} (3-2-1202 厨房漏水) was closed 29 days ago; if this is its rework" in said.err
    assert [each["id"] for each in sop(*NEW, "--dry-run", "--json").json["earlier"]] == [wx]
    new = sop(*NEW, "--rework-of", wx, "--json").json
    assert (new["links"], new["earlier"]) == ([{"id": wx, "how": "rework_of"}], [])
    assert f"rework of {wx}" in sop("audit", "log", new["id"]).out


def test_what_was_closed_long_ago_or_was_no_work_is_not_named(sop: Sop, site: Path, wx: str, other: str) -> None:
    sop("close", "1", "--force", "--reason", "系统未登记", "--outcome", "repaired")
    move_clock(site, days=31)
    sop("void", "2", "--reason", "录错房号")
    assert sop(*NEW, "--dry-run", "--json").json["earlier"] == []
    assert "rework" not in sop(*NEW, "--dry-run").err


@pytest.mark.parametrize(("answer", "linked"), [("001\n", True), ("\n", False), ("9\n", False)])
def test_who_is_asked_answers_with_a_number_or_with_nothing(
    sop: Sop, site: Path, wx: str, monkeypatch: pytest.MonkeyPatch, answer: str, linked: bool
) -> None:
    sop("close", "1", "--force", "--reason", "系统未登记", "--outcome", "repaired")
    monkeypatch.setattr("sop_engine.console.call.Call.asks", property(lambda call: True))
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    said = sop(*NEW)
    assert "Rework of which one? Its number, or Enter for none" in said.err
    assert (f"rework of\t{wx}" in said.out) == linked
