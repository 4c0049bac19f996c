"""Void and closed by force at the command line, and the month's list of both."""

from pathlib import Path

from tests.console.conftest import Sop
from tests.console.place import head_number, move_clock


def rows(out: str) -> list[list[str]]:
    return [line.split("\t") for line in out.splitlines()]


def test_show_and_json_tell_how_it_ended_and_why(sop: Sop, wx: str) -> None:
    said = sop("void", "1", "--as", "wang_fang", "--reason", "录错房号", "--json")
    assert (said.json["status"], said.json["outcome"], said.json["state"]) == ("closed", "void", [])
    at = "2026-11-23T08:30:00.000+08:00"
    assert said.json["ended"] == {"how": "voided", "at": at, "by": "wang_fang", "into": None, "reason": "录错房号"}
    shown = sop("show", "1").out
    assert "state\tclosed: Void (void)" in shown
    assert "voided\t2026-11-23 Mon 08:30 by 王芳 (wang_fang)\nreason\t录错房号" in shown


def test_the_story_tells_who_ended_it_and_by_what_leave(sop: Sop, wx: str) -> None:
    sop("void", "1", "--as", "wang_fang", "--reason", "录错房号")
    story = sop("audit", "log", "1").out
    assert "王芳 (wang_fang): voided it: it was opened by mistake; To be dispatched (registered) -> *" in story
    assert "allowed as who opened it" in story
    assert "reason: 录错房号" in story


def test_an_outcome_is_named_by_title_and_the_force_stays_marked(sop: Sop, wx: str) -> None:
    said = sop("close", "1", "--force", "--reason", "业主已搬走", "--outcome", "业主取消", "--json")
    assert (said.json["outcome"], said.json["ended"]["how"]) == ("cancelled", "forced")
    assert "closed by force\t2026-11-23 Mon 08:30 by 周敏 (zhou_min)" in sop("show", "1").out


def test_who_forgets_the_force_is_told_the_line_to_type(sop: Sop, site: Path, wx: str) -> None:
    said = sop("close", "1", "--as", "wang_fang")
    assert (said.code, head_number(site, wx)) == (4, 1)
    assert f"fix: against the procedure: sop close {wx} --force --reason WHY" in said.err
    assert "possible now: dispatch (Front desk), progress" in said.err


def test_what_is_refused_leaves_no_trace(sop: Sop, site: Path, wx: str) -> None:
    for words, code in (
        (("void", "1", "--as", "wang_fang"), 2),
        (("void", "1", "--as", "wang_fang", "--reason", " "), 2),
        (("void", "1", "--as", "li_qiang", "--reason", "x"), 5),
        (("void", "9", "--as", "wang_fang", "--reason", "x"), 3),
        (("close", "1", "--as", "wang_fang", "--force", "--reason", "x"), 5),
        (("close", "1", "--force", "--reason", "x", "--outcome", "nothing"), 2),
        (("close", "1", "--force"), 2),
        (("reopen", "1", "--as", "wang_fang", "--reason", "x"), 4),
        (("report", "exceptions", "--kind", "forcd"), 2),
    ):
        assert sop(*words).code == code, words
    assert head_number(site, wx) == 1


def test_trying_it_keeps_nothing(sop: Sop, site: Path, wx: str) -> None:
    said = sop("void", "1", "--as", "wang_fang", "--reason", "录错房号", "--dry-run")
    assert (said.code, head_number(site, wx)) == (0, 1)
    assert "reason\t录错房号" in said.out


def test_the_months_list_has_each_with_who_did_it_and_why(sop: Sop, site: Path, wx: str) -> None:
    sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=漏水", "--no-input")
    sop("void", "1", "--as", "wang_fang", "--reason", "录错房号")
    move_clock(site, minutes=10)
    sop("close", "2", "--force", "--reason", "业主已搬走")
    said = sop("report", "exceptions")
    assert [row[:4] for row in rows(said.out)] == [
        [wx, "11-23 08:30", "voided", "王芳"],
        [wx[:-1] + "2", "11-23 08:40", "closed by force", "周敏"],
    ]
    assert [row[-1] for row in rows(said.out)] == ["录错房号", "业主已搬走"]
    assert said.err.splitlines() == ["voided: 1", "closed by force: 1"]
    assert [each["kind"] for each in sop("report", "exceptions", "--kind", "forced", "--json").json] == ["forced"]
    assert "nothing of the kind" in sop("report", "exceptions", "--month", "2026-10").err


def test_the_months_list_has_what_was_corrected_taken_back_or_claimed(sop: Sop, site: Path, wx: str) -> None:
    sop("edit", "1", "--as", "wang_fang", "--field", "fault=厨房漏水", "--reason", "听错")
    sop("do", "1", "dispatch", "--as", "wang_fang")
    sop("withdraw", "1", "--as", "wang_fang", "--reason", "派错")
    move_clock(site, minutes=10)
    sop("do", "1", "dispatch", "--as", "wang_fang", "--at", "08:35")
    listed = sop("report", "exceptions", "--json").json
    assert [(each["kind"], each["step"], each["reason"]) for each in listed] == [
        ("corrected", 2, "听错"), ("withdrawn", 4, "派错"), ("claimed", 5, ""),
    ]  # fmt: skip
    assert [row[2] for row in rows(sop("report", "exceptions", "--kind", "claimed").out)] == ["time claimed"]


def test_what_is_void_is_no_double_and_is_not_found_by_words(sop: Sop, wx: str) -> None:
    sop("void", "1", "--as", "wang_fang", "--reason", "录错房号")
    again = sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=漏水", "--json",
                "--no-input")  # fmt: skip
    assert again.json["similar"] == []
    assert [each["id"] for each in sop("find", "漏水", "--json").json] == [again.json["id"]]


def test_where_none_is_reopened_the_way_out_is_a_new_ticket(sop: Sop, wx: str) -> None:
    sop("close", "1", "--force", "--reason", "业主已搬走")
    said = sop("reopen", "1", "--reason", "业主又来电")
    assert said.code == 4
    assert f"{wx} cannot be reopened: its procedure names no state in which it would go on." in said.err
    assert "fix: open another and name this one in it: sop new repair" in said.err
