"""One command for several tickets: what is done, what is told, and how it ends."""

import io
import json
import signal
import types
from pathlib import Path
from typing import Any

import pytest

from sop_engine.console import bulk
from tests.console.conftest import Sop
from tests.console.place import head_number


@pytest.fixture
def two(sop: Sop) -> tuple[str, str]:
    """Two tickets that were dispatched to engineers."""
    made = [
        sop("new", "repair", "--as", "wang_fang", "--field", f"unit=3-2-120{n}", "--field", "fault=x", "--json").json[
            "id"
        ]
        for n in (1, 2)
    ]
    said = sop("do", ",".join(made), "派单", "--as", "wang_fang")
    assert said.code == 0, said
    return made[0], made[1]


def given(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """What stands on standard input."""
    stream = io.BytesIO(data)
    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=stream, isatty=lambda: False))


def test_several_are_done_one_by_one_with_a_result_for_each(sop: Sop, two: tuple[str, str]) -> None:
    said = sop("claim", "1，002、1", "--as", "li_qiang")
    assert said.code == 0
    assert [line.split("\t") for line in said.out.splitlines()] == [
        [id, "done", "Waiting for acceptance", ""] for id in two
    ]
    assert "done: 2" in said.err
    assert sop("audit", "replay", "--all").code == 0


def test_when_some_fail_the_others_stand_and_the_code_is_8(sop: Sop, two: tuple[str, str]) -> None:
    sop("claim", two[0], "--as", "li_qiang")
    said = sop("do", f"{two[0]},{two[1]},99", "accept", "--as", "li_qiang", "--json")
    lines = json.loads(said.out)
    assert said.code == 8
    assert [(line["ticket"], line["code"], line["state"]) for line in lines] == [
        (two[0], 0, ["on_site"]), (two[1], 0, ["on_site"]), ("99", 3, None),
    ]  # fmt: skip
    assert lines[2]["error"]["name"] == "not_found"


def test_when_all_fail_alike_the_code_is_that_of_the_failure(sop: Sop, two: tuple[str, str]) -> None:
    assert sop("claim", ",".join(two), "--as", "wang_fang").code == 5
    assert sop("claim", "98,99", "--as", "wang_fang").code == 3
    assert sop("do", f"{two[0]},99", "done", "--as", "wang_fang").code == 8, "each failed otherwise"


def test_a_list_goes_in_by_standard_input(sop: Sop, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, sop("ls").out.encode())
    assert sop("note", "-", "业主", "来电", "--as", "wang_fang").code == 0
    assert sop("find", "来电", "--as", "wang_fang").out.count("业主 来电") == 2
    given(monkeypatch, b"\n \n")
    nothing = sop("urge", "-", "--as", "wang_fang")
    assert (nothing.code, nothing.out) == (0, "")
    assert "no ticket is named" in nothing.err
    given(monkeypatch, b"\xff")
    assert sop("urge", "-", "--as", "wang_fang").code == 2


def test_a_view_stands_for_the_tickets_that_it_shows(sop: Sop, two: tuple[str, str]) -> None:
    sop("ls", "--unit", "3-2-1202", "--save", "mine", "--as", "wang_fang")
    said = sop("assign", "@mine", "李强", "--as", "wang_fang")
    assert said.out.splitlines() == [f"{two[1]}\tdone\tWaiting for acceptance\t"]
    assert sop("assign", "@other", "李强", "--as", "wang_fang").code == 3


def test_a_dry_run_keeps_nothing(sop: Sop, site: Path, two: tuple[str, str]) -> None:
    before = [head_number(site, id) for id in two]
    said = sop("claim", "1,2", "--as", "li_qiang", "--dry-run")
    assert said.out.count("would be done") == 2
    assert "would be done: 2" in said.err
    assert [head_number(site, id) for id in two] == before


def test_the_same_bulk_can_be_run_again_under_its_key(sop: Sop, site: Path, two: tuple[str, str]) -> None:
    words = ("note", "1,2", "checked", "--as", "wang_fang", "--key", "evening")
    assert sop(*words).out.count("\tdone\t") == 2
    before = [head_number(site, id) for id in two]
    assert sop(*words).out.count("done before") == 2
    assert [head_number(site, id) for id in two] == before


def test_many_are_not_done_unasked(sop: Sop, site: Path, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "UNASKED", 1)
    before = [head_number(site, id) for id in two]
    refused = sop("claim", "1,2", "--as", "li_qiang")
    assert (refused.code, refused.out) == (2, "")
    assert "`claim` for 2 tickets" in refused.err and "--yes" in refused.err
    assert [head_number(site, id) for id in two] == before
    assert sop("claim", "1,2", "--as", "li_qiang", "--yes").code == 0


def test_a_step_to_expect_belongs_to_one_ticket(sop: Sop, two: tuple[str, str]) -> None:
    assert sop("claim", "1,2", "--as", "li_qiang", "--expect", "2").code == 2


def test_numbers_with_spaces_between_are_told_how_they_are_written(sop: Sop, two: tuple[str, str]) -> None:
    said = sop("claim", *two, "--as", "li_qiang")
    assert (said.code, "sop claim 7,8" in said.err) == (2, True)


def test_ctrl_c_ends_after_the_ticket_at_hand_and_says_how_far_it_came(
    sop: Sop, site: Path, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bulk._one

    def pressed(*given: Any) -> object:
        signal.raise_signal(signal.SIGINT)
        return one(*given)

    monkeypatch.setattr(bulk, "_one", pressed)
    before = head_number(site, two[1])
    said = sop("claim", f"{two[0]},{two[1]}", "--as", "li_qiang")
    assert said.code == 130
    assert said.out.splitlines() == [f"{two[0]}\tdone\tWaiting for acceptance\t"]
    assert f"after 1 of 2; what was done stands, the next is {two[1]}" in said.err
    assert head_number(site, two[1]) == before
