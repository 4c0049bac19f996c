"""Urging, letting know, watching and letting rest at the command line."""

from pathlib import Path

import pytest

from tests.console.conftest import Sop
from tests.console.place import head_number, move_clock

HOSTILE = "\x1b[31m红\x1b[0m {x} %s {{ fault }} '; DROP TABLE--\u202e"


def rows(out: str) -> list[list[str]]:
    return [line.split("\t") for line in out.splitlines()]


# --- urging ----------------------------------------------------------------------------------------------------------


def test_show_json_and_lists_tell_how_often_it_was_urged(sop: Sop, site: Path, wx: str) -> None:
    sop("urge", "1", "--as", "wang_fang")
    move_clock(site, minutes=10)
    said = sop("urge", "1", "--as", "wang_fang", "--from", "业主", "--note", "第二次来电", "--json")
    assert said.json["urged"] == {"times": 2, "by_customer": 1, "last": "2026-11-23T08:40:00.000+08:00"}
    assert "urged\t2 in all, 1 by the customer; last 2026-11-23 Mon 08:40 (0 min ago)" in sop("show", "1").out
    assert sop("ls", "--json").json[0]["urged"] == 2
    assert rows(sop("ls").out)[0][-1] == "2"


def test_who_urges_too_soon_is_told_when_he_may_again(sop: Sop, site: Path, wx: str) -> None:
    sop("urge", "1", "--as", "wang_fang")
    said = sop("urge", "1", "--as", "liu_yang")
    assert said.code == 4
    assert said.err.startswith(f"{wx} was urged at 2026-11-23 08:30; it can be urged again at 2026-11-23 09:00.")
    assert head_number(site, wx) == 2


def test_the_story_tells_who_urged_and_what_was_said(sop: Sop, wx: str) -> None:
    sop("urge", "1", "--as", "wang_fang", "--from", "customer", "--note", "水漫到客厅")
    story = sop("show", "1", "--events").out
    assert "王芳 (wang_fang): the customer urges; so far: 1" in story
    assert "    note: 水漫到客厅" in story
    assert "    told 王芳 (wang_fang): that it is urged" in story


def test_trying_it_keeps_nothing(sop: Sop, site: Path, wx: str) -> None:
    assert sop("urge", "1", "--as", "wang_fang", "--dry-run").code == 0
    assert head_number(site, wx) == 1


def test_what_is_said_in_a_note_is_no_markup_and_reaches_no_terminal(sop: Sop, wx: str) -> None:
    said = sop("urge", "1", "--as", "wang_fang", "--note", HOSTILE)
    assert said.code in (0, 2)
    if said.code == 0:
        assert "\x1b" not in sop("show", "1", "--events").out


# --- letting know ----------------------------------------------------------------------------------------------------


def test_persons_and_roles_are_let_know_by_name_or_title(sop: Sop, wx: str) -> None:
    said = sop("copy", "1", "--as", "wang_fang", "--to", "刘洋", "--to", "维修技工", "--json")
    copies = {each["person"]: (each["by"], each["read"]) for each in said.json["copies"]}
    assert copies == {
        "liu_yang": ("wang_fang", None), "li_qiang": ("wang_fang", None), "zhang_wei": ("wang_fang", None),
    }  # fmt: skip


def test_what_was_read_is_marked_and_only_by_a_command_that_writes(sop: Sop, site: Path, wx: str) -> None:
    sop("copy", "1", "--as", "wang_fang", "--to", "刘洋")
    assert "knows of it\t刘洋 (liu_yang): not read yet" in sop("show", "1", "--as", "liu_yang").out
    assert head_number(site, wx) == 2
    assert sop("read", "1", "--as", "liu_yang").code == 0
    assert "knows of it\t刘洋 (liu_yang): read 2026-11-23 Mon 08:30" in sop("show", "1").out
    again = sop("read", "1", "--as", "liu_yang")
    assert (again.code, head_number(site, wx)) == (4, 3)
    assert again.err.startswith(f"刘洋 (liu_yang) has read {wx} at 2026-11-23 08:30")


def test_whom_nobody_knows_is_not_let_know(sop: Sop, site: Path, wx: str) -> None:
    said = sop("copy", "1", "--as", "wang_fang", "--to", "刘样")
    assert said.code == 2
    assert "did you mean" in said.err
    assert head_number(site, wx) == 1


# --- watching --------------------------------------------------------------------------------------------------------


def test_who_watches_is_shown_until_he_stops(sop: Sop, wx: str) -> None:
    assert sop("watch", "1", "--as", "chen_jing", "--json").json["watchers"] == ["chen_jing"]
    assert "watched by\t陈静 (chen_jing)" in sop("show", "1").out
    story = sop("do", "1", "dispatch", "--as", "wang_fang").err + sop("show", "1", "--events").out
    assert "told 陈静 (chen_jing): that its state has changed" in story
    assert sop("watch", "1", "--stop", "--as", "chen_jing", "--json").json["watchers"] == []


# --- letting rest ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "instant"),
    [
        ("2 h", "2026-11-23T10:30:00.000+08:00"),
        ("3 天", "2026-11-26T08:30:00.000+08:00"),
        ("明天 14:00", "2026-11-24T14:00:00.000+08:00"),
        ("2026-11-25", "2026-11-25T00:00:00.000+08:00"),
        ("18:00", "2026-11-23T18:00:00.000+08:00"),
    ],
)
def test_until_when_is_said_as_people_say_it(sop: Sop, wx: str, until: str, instant: str) -> None:
    said = sop("suspend", "1", "--as", "wang_fang", "--until", until, "--reason", "等料", "--json")
    assert said.json["suspended"] == {
        "since": "2026-11-23T08:30:00.000+08:00", "until": instant, "by": "wang_fang", "reason": "等料",
    }  # fmt: skip
    assert said.json["status"] == "suspended"
    assert {each["name"]: each["kind"] for each in said.json["timers"]}["resume"] == "resume"


@pytest.mark.parametrize("until", ["sometime", "", "\x1b[31m", "9" * 400, "2020-01-01"])
def test_a_time_that_is_none_or_has_passed_suspends_nothing(sop: Sop, site: Path, wx: str, until: str) -> None:
    said = sop("suspend", "1", "--as", "wang_fang", "--until", until, "--reason", "等料")
    assert (said.code, head_number(site, wx)) == (2, 1)
    assert "\x1b" not in said.err


def test_a_refused_trigger_says_why_it_rests_until_when_and_who_may_resume_it(sop: Sop, site: Path, wx: str) -> None:
    sop("suspend", "1", "--as", "wang_fang", "--until", "2 h", "--reason", "等料\n阀芯")
    said = sop("do", "1", "dispatch", "--as", "liu_yang")
    assert said.code == 4
    assert said.err.splitlines() == [
        f"{wx} is suspended until 2026-11-23 10:30; resume it may: who suspended it (王芳 (wang_fang)), whoever "
        "has the right `assign`.",
        "it is suspended for this reason: 等料 阀芯",
        f"fix: let it go on: sop resume {wx}",
    ]
    failed = sop("do", "1", "dispatch", "--as", "liu_yang", "--json").json["error"]
    assert failed["message"].endswith("it is suspended for this reason: 等料 阀芯")


def test_show_tells_what_waits_and_lists_mark_what_rests(sop: Sop, wx: str) -> None:
    sop("suspend", "1", "--as", "wang_fang", "--until", "2 h", "--reason", "等料")
    shown = sop("show", "1").out
    assert "state\tTo be dispatched (registered); suspended" in shown
    assert "suspended until\t2026-11-23 Mon 10:30 (in 2 h)" in shown
    assert "2026-11-23 Mon 08:45 (waits until the ticket is resumed): told: Front desk" in shown
    assert "suspended: To be dispatched" in sop("ls").out
    assert [each["id"] for each in sop("ls", "--status", "suspended", "--json").json] == [wx]
    assert sop("ls", "--status", "open", "--json").json == []


def test_it_goes_on_by_hand(sop: Sop, wx: str) -> None:
    sop("suspend", "1", "--as", "wang_fang", "--until", "2 h", "--reason", "等料")
    assert sop("resume", "1", "--as", "liu_yang").code == 5
    said = sop("resume", "1", "--as", "wang_fang", "--reason", "料到了", "--json")
    assert (said.json["status"], said.json["suspended"]) == ("open", None)
    story = sop("show", "1", "--events").out
    assert "suspended it until 2026-11-23 Mon 10:30" in story
    assert "let it go on" in story
    assert "reason: 料到了" in story


def test_it_goes_on_by_itself_before_the_next_act(sop: Sop, site: Path, wx: str) -> None:
    sop("suspend", "1", "--as", "wang_fang", "--until", "2 h", "--reason", "等料")
    move_clock(site, hours=3)
    said = sop("do", "1", "dispatch", "--as", "wang_fang")
    assert said.code == 0
    assert "by itself: the suspension ends, due 2026-11-23 Mon 10:30, fired 1 h late" in said.err


def test_in_chinese(sop: Sop, wx: str) -> None:
    sop("urge", "1", "--as", "wang_fang")
    sop("suspend", "1", "--as", "wang_fang", "--until", "2 h", "--reason", "等料")
    shown = sop("show", "1", "--events", "--lang", "zh").out
    for word in ("suspended", "urge", "resume", "told"):
        assert word not in shown
