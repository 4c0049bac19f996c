"""One cause, many callers, at the command line: new, join, part, show, report."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine.console.call import Call
from tests.console.conftest import Sop
from tests.console.place import REPAIR, head_number, move_clock

JOIN = """acts: {join: {by: [desk], state: with_another, then: repaired, alone: registered, near: riser, within: 2 h}}
states:
  with_another: {title: {zh: 随主单办理, en: Goes with another}}
"""
OPEN = ("new", "repair", "--as", "wang_fang", "--no-input")


@pytest.fixture
def joined(sop: Sop, site: Path) -> str:
    """A leak, of which others will tell too; gives its number."""
    text = REPAIR.replace("states:\n", JOIN, 1)
    (site / "workflows" / "repair.sop.yaml").write_text(text, encoding="utf-8")
    for unit in ("3-2-1202", "3-2-1102", "3-1-0101"):
        sop("unit", "add", unit)
    said = sop("flow", "publish", "repair", "--reason", "x")
    assert said.code == 0, said
    id: str = sop(*OPEN, "--field", "unit=3-2-1202", "--field", "fault=天花板滴水", "--json").json["id"]
    return id


def opened(sop: Sop, unit: str, *more: str) -> str:
    said = sop(*OPEN, "--field", f"unit={unit}", "--field", "fault=也漏", "--json", *more)
    assert said.code == 0, said
    id: str = said.json["id"]
    return id


def test_new_names_what_was_opened_near_by_and_lately(sop: Sop, site: Path, joined: str) -> None:
    near = sop(*OPEN, "--field", "unit=3-2-1102", "--field", "fault=也漏")
    assert f"{joined} (3-2-1202 天花板滴水) was opened 0 min ago near by; if it is the same cause: sop join" in near.err
    assert "near by" not in sop(*OPEN, "--field", "unit=3-1-0101", "--field", "fault=也漏").err
    move_clock(site, hours=3)
    assert "near by" not in sop(*OPEN, "--field", "unit=3-2-1102", "--field", "fault=又漏").err


def test_a_ticket_that_goes_with_another_says_how_far_that_is(sop: Sop, joined: str) -> None:
    other = opened(sop, "3-2-1102", "--join", joined)
    shown = sop("show", other).out
    assert "state\tGoes with another (with_another)" in shown
    assert f"goes with\t{joined}: To be dispatched" in shown
    assert f"goes with it\t{other}" in sop("show", joined).out
    of_both = [sop("show", id, "--json").json for id in (other, joined)]
    assert (of_both[0]["goes_with"]["ticket"], of_both[1]["others"]) == (joined, [other])
    assert f"{other} goes with it from now on" in sop("audit", "log", joined).out


def test_only_a_ticket_of_the_same_procedure_can_be_meant(sop: Sop, site: Path, joined: str) -> None:
    text = REPAIR.replace("procedure: repair", "procedure: snagging").replace("prefix: WX", "prefix: SN")
    (site / "workflows" / "snagging.sop.yaml").write_text(text, encoding="utf-8")
    assert sop("flow", "publish", "snagging").code == 0
    assert sop("new", "snagging", *OPEN[2:], "--field", "unit=3-2-1202", "--field", "fault=也漏").code == 0
    assert sop("show", "001").code == 2
    assert sop("show", opened(sop, "3-2-1102", "--join", "001"), "--json").json["goes_with"]["ticket"] == joined
    other = opened(sop, "3-2-1102")
    assert sop("join", other, "001", "--as", "wang_fang").code == 0


def test_several_join_at_once_and_one_is_parted_again(sop: Sop, joined: str) -> None:
    first, second = opened(sop, "3-2-1102"), opened(sop, "3-2-1202")
    assert sop("join", f"{first},{second}", joined, "--as", "wang_fang").code == 0
    said = sop("part", second, "--as", "wang_fang", "--reason", "另一处", "--lang", "zh")
    assert (said.code, f"与 {joined} 拆开，单独办理" in said.err) == (0, True)
    assert sop("report", "callers").out.split("\t") == ["Repair", "3", "2", "2\n"]
    [cause] = sop("report", "callers", "--list", "--json").json
    assert (cause["ticket"], cause["tickets"], cause["callers"]) == (joined, [joined, first], 2)


@pytest.mark.parametrize(("said", "state"), [("001", "with_another"), ("", "registered"), ("9", "registered")])
def test_who_is_asked_means_only_what_he_names(
    sop: Sop, joined: str, monkeypatch: pytest.MonkeyPatch, said: str, state: str
) -> None:
    monkeypatch.setattr(Call, "asks", property(lambda _call: True))
    lines: Iterator[str] = iter([f"{said}\n", "\n"])
    monkeypatch.setattr("sys.stdin.readline", lambda: next(lines, ""), raising=False)
    found = sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1102", "--field", "fault=也漏")
    assert "The same cause, and one job for both?" in found.err
    assert f"({state})" in found.out


def test_what_is_refused_leaves_no_trace(sop: Sop, site: Path, joined: str) -> None:
    other = opened(sop, "3-2-1102", "--join", joined)
    for words, code in (
        (("join", joined, "9"), 3),
        (("join", joined, joined), 2),
        (("join", joined, other), 4),
        (("join", joined, other, "--as", "li_qiang"), 5),
        (("part", joined, "--reason", "x"), 4),
        (("part", other), 2),
        (("new", "repair", "--join", "9", "--field", "fault=x"), 3),
    ):
        as_whom = () if "--as" in words else ("--as", "wang_fang")
        refused = sop(*words, *as_whom, "--no-input")
        assert (refused.code, bool(refused.err)) == (code, True), (words, refused)
    assert (head_number(site, joined), head_number(site, other)) == (2, 1)
