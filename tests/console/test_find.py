"""`sop find`, and what `sop new` says of what is open already."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sop_engine.console.running import run
from tests.console.conftest import Sop
from tests.console.place import move_clock, tickets
from tests.end_to_end.shell import Ran

NEW = ("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field")


def rows(out: str) -> list[list[str]]:
    return [line.split("\t") for line in out.splitlines()]


def numbers(said: Ran) -> list[str]:
    return [row[0] for row in rows(said.out)]


def test_a_line_says_number_unit_subject_state_time_and_where(sop: Sop, wx: str) -> None:
    sop("note", wx, "业主下午来电催促", "--as", "wang_fang")
    assert rows(sop("find", "催促").out) == [
        [wx, "3-2-1202", "3-2-1202 厨房漏水", "To be dispatched", "2026-11-23", "step 2 业主下午来电催促"]
    ]


@pytest.mark.parametrize(
    "said", [["3栋2单元1202"], ["３－２－１２０２"], ["1"], ["001"], ["WX-1"], ["漏水", "1202"], ["漏水 1202"]]
)
def test_it_is_found_in_any_spelling(sop: Sop, wx: str, said: list[str]) -> None:
    assert numbers(sop("find", *said)) == [wx]


def test_a_number_says_that_it_was_the_number(sop: Sop, wx: str) -> None:
    assert rows(sop("find", "001").out)[0][-1] == f"number {wx}"


def test_a_long_note_is_cut_around_what_was_found(sop: Sop, wx: str) -> None:
    sop("note", wx, "前" * 300 + "催促" + "后" * 300, "--as", "wang_fang")
    found = rows(sop("find", "催促").out)[0][-1]
    assert "前催促后" in found and len(found) < 80 and found.endswith("…")


def test_nothing_found_is_no_error_and_nothing_to_look_for_is(sop: Sop, wx: str) -> None:
    nothing, empty = sop("find", "老鼠"), sop("find", "，，")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "nothing was found\n")
    assert (empty.code, empty.out) == (2, "")
    assert sop("find", "x" * 300).code == 2
    assert sop("find", "老鼠", "--json").json == []


def test_it_says_when_there_are_more(sop: Sop, site: Path) -> None:
    for place in range(3):
        sop(*NEW, f"fault=漏水 {place}")
    some = sop("find", "漏水", "--limit", "2")
    assert (len(rows(some.out)), some.err) == (2, "there are more than 2; see them with --all\n")
    whole = sop("find", "漏水", "--all")
    assert (numbers(whole), whole.err) == (sorted(tickets(site), reverse=True), "")
    assert sop("find", "漏水", "--limit", "0").code == 2


def test_a_program_is_told_where(sop: Sop, wx: str) -> None:
    found = sop("find", "漏水", "--json").json
    assert [each["id"] for each in found] == [wx]
    assert found[0]["matched"] == [{"field": "fault", "step": None, "title": "Fault", "text": "厨房漏水"}]


def test_what_is_found_reaches_no_terminal_as_it_is(sop: Sop, wx: str) -> None:
    sop("note", wx, "催促 [bold]x[/] =cmd()", "--as", "wang_fang")
    assert "[bold]x[/] =cmd()" in sop("find", "催促").out


def test_who_is_not_known_finds_nothing(sop: Sop, wx: str) -> None:
    refused = sop("find", "漏水", "--as", "nobody")
    assert (refused.code, refused.out) == (2, "")


# --- persons, at a site with a register ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo site without tickets but one."""
    folder = tmp_path_factory.mktemp("find") / "demo"
    assert run(("demo", "make", str(folder), "--empty")) == 0
    told = ("--field", "unit=3-2-1202", "--field", "fault=厨房漏水", "--field", "channel=来电")
    assert run(("new", "repair", "--site", str(folder), "--as", "王芳", *told, "--no-input")) == 0
    return folder


@pytest.fixture
def at_demo(demo: Path, sop: Sop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Ran]]:
    monkeypatch.setenv("SOP_SITE", str(demo))
    monkeypatch.setenv("SOP_AS", "王芳")
    yield sop


@pytest.mark.parametrize("said", ["周先生", "zhou", "zxs", "13800001202", "138 0000 1202", "0000", "1202"])
def test_a_person_is_found_and_shown_masked(at_demo: Sop, said: str) -> None:
    found = at_demo("find", said)
    assert numbers(found) == ["WX-20261123-001"]
    assert "周** 138****1202" in found.out
    assert "13800001202" not in found.out and "周先生" not in found.out
    assert "13800001202" not in at_demo("find", said, "--json").out


# --- what is open already --------------------------------------------------------------------------------------------


def test_a_second_ticket_within_hours_is_said_to_be_one(sop: Sop, site: Path, wx: str) -> None:
    move_clock(site, minutes=30)
    second = sop(*NEW, "fault=又漏了", "--no-input")
    assert second.code == 0
    assert f"{wx} was opened 30 min ago, by the same procedure and for the same unit; this is another one" in second.err


def test_one_of_last_week_is_no_double_but_similar(sop: Sop, site: Path, wx: str) -> None:
    move_clock(site, days=7)
    second = sop(*NEW, "fault=又漏了", "--json")
    assert "this is another one" not in second.err
    assert [each["id"] for each in second.json["similar"]] == [wx]


def test_what_is_closed_or_of_another_unit_is_not_similar(sop: Sop, site: Path, wx: str) -> None:
    sop("new", "repair", "--as", "wang_fang", "--field", "unit=5-1-0301", "--field", "fault=x")
    sop("do", wx, "cancel", "--as", "wang_fang", "--field", "reason=x")
    assert sop(*NEW, "fault=又漏了", "--json").json["similar"] == []


def test_the_same_key_again_is_no_double(sop: Sop, wx: str) -> None:
    first = sop(*NEW, "fault=又漏了", "--key", "k", "--json")
    again = sop(*NEW, "fault=又漏了", "--key", "k", "--json")
    assert "this is another one" in first.err and "this is another one" not in again.err
    assert [each["id"] for each in again.json["similar"]] == [wx]


def test_trying_it_says_what_is_similar_too(sop: Sop, wx: str) -> None:
    tried = sop(*NEW, "fault=又漏了", "--dry-run", "--json").json
    assert [each["id"] for each in tried["similar"]] == [wx]


def test_a_person_is_known_by_his_number(at_demo: Sop) -> None:
    told = ("--field", "unit=5-1-0301", "--field", "caller=周太太 138 0000 1202", "--field", "fault=墙砖空鼓")
    said = at_demo("new", "rework", "--as", "周敏", *told, "--dry-run", "--json")
    assert [each["id"] for each in said.json["similar"]] == ["WX-20261123-001"], said
