"""What is due next, and whose: lists of promises read only what they show, and lists of tickets tell what is left."""

import re
from pathlib import Path

import pytest

from sop_engine.console.staff import promised
from sop_engine.console.text import width
from sop_engine.store.transaction import Reading
from tests.console.conftest import Sop
from tests.end_to_end.shell import Ran

OFFICE = "calendar: office\ntitle: Office\nzone: Asia/Shanghai\nweek: {every day: 00:00-24:00}\n"
ASKING = """\
procedure: asking
title: {zh: 咨询, en: Asking}
prefix: AS
subject: "{{ note }}"
calendar: office
roles: [desk]
fields: {note: {type: text}, unit: {type: unit}, hours: {type: integer}}
open: {by: desk, ask: [note, hours], may_ask: unit, to: received}
goals:
  answering:
    title: {zh: 答复时限, en: Answered}
    start: received
    stop: did finish
    pause: waiting
    within: [{when: hours == 1, within: 1 h}, {when: hours == 2, within: 2 h}, {within: 9 h}]
  closing: {title: Closed, start: received, stop: did finish, within: 5 h}
states:
  received: {transitions: {wait: {by: desk, to: waiting}, finish: {by: desk, to: closed}}}
  waiting: {transitions: {go_on: {by: desk, to: working}}}
  working: {transitions: {finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
"""


@pytest.fixture
def desk(sop: Sop, site: Path) -> Sop:
    """Three tickets of Monday, 08:30: AS-..-001 promised in 9 h, 002 in 1 h, 003 in 2 h, and each in 5 h as well."""
    (site / "calendars" / "office.yaml").write_text(OFFICE)
    (site / "workflows" / "asking.sop.yaml").write_text(ASKING)
    assert sop("calendar", "publish").code == 0
    said = sop("flow", "publish", "asking")
    assert said.code == 0, said

    def call(*words: str) -> Ran:
        return sop(*words, "--as", "wang_fang", "--lang", "en")

    for hours in (9, 1, 2):
        opened = call("new", "asking", "--field", f"note=漏水{hours}", "--field", f"hours={hours}")
        assert opened.code == 0, opened
    return call


def promises(desk: Sop, *words: str) -> list[tuple[str, str]]:
    return [(row["ticket"][-3:], row["goal"]["id"]) for row in desk("sla", "ls", *words, "--json").json]


ALL = [("002", "answering"), ("003", "answering"), ("001", "closing"), ("002", "closing"), ("003", "closing"),
       ("001", "answering")]  # fmt: skip


def test_the_promises_of_several_tickets_come_in_the_order_in_which_they_are_due(desk: Sop) -> None:
    assert promises(desk) == ALL


def test_pages_of_any_size_give_the_same_list(desk: Sop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promised, "PAGE", 1)

    assert promises(desk) == ALL
    assert promises(desk, "--due", "2h") == ALL[:2]


@pytest.mark.parametrize("limit", range(1, 7))
def test_a_limit_gives_the_first_and_says_on_how_many_tickets_there_is_more(desk: Sop, limit: int) -> None:
    said = desk("sla", "ls", "--limit", str(limit))

    assert [tuple(line.split("\t")[:2]) for line in said.out.splitlines()] == [
        tuple(line.split("\t")[:2]) for line in desk("sla", "ls").out.splitlines()[:limit]
    ]
    others = 3 - len({ticket for ticket, _goal in ALL[:limit]})
    assert (f"there is more, on {others} other tickets too" in said.err) == (limit < 6)


def test_a_limited_list_reads_no_more_tickets_than_it_needs(desk: Sop, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        desk("new", "asking", "--field", "note=x", "--field", "hours=9")
    read: list[str] = []
    usual = Reading.ticket

    def counting(self: Reading, id: str) -> object:
        read.append(id)
        return usual(self, id)

    monkeypatch.setattr(Reading, "ticket", counting)

    assert promises(desk, "--limit", "1") == ALL[:1]

    assert len(read) <= 4


def test_what_was_missed_is_found_before_and_after_the_sweep_also_where_it_is_paused(desk: Sop) -> None:
    desk("do", "003", "wait")
    desk("demo", "advance", "61min")
    assert promises(desk, "--breached") == [("002", "answering")]

    desk("do", "002", "wait")
    assert promises(desk, "--breached") == [("002", "answering")]
    assert promises(desk, "--due", "1h") == []
    assert promises(desk)[-2:] == [("002", "answering"), ("003", "answering")]
    assert desk("sla", "ls", "--breached", "--limit", "1").err == ""


def test_lists_of_promises_are_narrowed_as_those_of_tickets(desk: Sop) -> None:
    desk("new", "asking", "--field", "note=x", "--field", "hours=1", "--field", "unit=3-2-1202")

    assert promises(desk, "--unit", "3-2-1202") == [("004", "answering"), ("004", "closing")]
    assert promises(desk, "--procedure", "咨询", "--limit", "1") == [("002", "answering")]
    assert promises(desk, "--procedure", "repair") == []
    assert len(promises(desk, "--mine")) == 8
    assert desk("sla", "ls", "--limit", "0").code == 2
    assert desk("ls", "--limit=-1").code == 2


def test_what_is_mine_is_what_somebody_owns(desk: Sop) -> None:
    desk("hand-over", "002", "liu_yang", "--reason", "shift")

    assert {ticket for ticket, _goal in promises(desk, "--mine")} == {"001", "003"}
    cut = desk("sla", "ls", "--mine", "--limit", "1")
    assert "on 1 other tickets too" in cut.err


def test_a_deputy_sees_the_promises_of_whoever_is_away_among_his_own(desk: Sop, sop: Sop) -> None:
    desk("hand-over", "002", "liu_yang", "--reason", "shift")
    everything = promises(desk)
    dates = ("--from", "2026-11-23", "--to", "2026-11-24")
    assert sop("actor", "deputy", "刘洋", "王芳", *dates).code == 0
    said = desk("sla", "ls", "--mine")
    assert promises(desk, "--mine") == everything
    assert "in the place of 刘洋 (liu_yang), with --as liu_yang: " in said.err
    assert said.err.count("-002") == 1
    cut = desk("sla", "ls", "--mine", "--limit", "1")
    assert "on 2 other tickets too" in cut.err
    assert "in the place of" not in desk("sla", "ls", "--mine", "--procedure", "repair").err


def test_the_list_of_tickets_tells_what_is_promised_next_and_what_is_late_in_words(desk: Sop) -> None:
    desk("do", "003", "wait")
    desk("demo", "advance", "61min")

    left = {line.split("\t")[0][-3:]: line.split("\t")[6] for line in desk("ls").out.splitlines()}

    assert left == {"001": "3 h 59 min", "002": "1 min late", "003": "3 h 59 min"}


def test_what_stands_still_and_was_missed_before_is_late_in_the_list(desk: Sop) -> None:
    desk("demo", "advance", "6h")
    for ticket in ("002", "003"):
        desk("do", ticket, "wait")

    heads = {head["id"][-3:]: head for head in desk("ls", "--json").json}
    left = {line.split("\t")[0][-3:]: line.split("\t")[6] for line in desk("ls").out.splitlines()}

    assert left["002"] == "5 h late"
    assert heads["002"]["missed"] == "2026-11-23T09:30:00.000+08:00"
    assert heads["001"]["promised"] == "2026-11-23T13:30:00.000+08:00"
    assert heads["001"]["missed"] == heads["001"]["promised"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_lists_fit_a_terminal_of_80_columns(
    desk: Sop, sop: Sop, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk("demo", "advance", "90min")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sop_engine.console.output.Output.on_terminal", lambda _self: True)

    for words in (("ls",), ("sla", "ls")):
        said = sop(*words, "--as", "wang_fang", "--lang", language)
        head, *lines = said.out.splitlines()
        assert all(width(line) <= 80 for line in (head, *lines)), said.out
        assert all(re.search(r"AS-20261123-\d{3}", line) for line in lines)
        assert any(("late" if language == "en" else "超时") in line for line in lines), said.out


def test_a_list_of_tickets_is_the_same_in_pages(desk: Sop, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = desk("ls", "--all").out
    monkeypatch.setattr("sop_engine.console.staff.lists.PAGE", 1)

    assert desk("ls", "--all").out == whole
    assert desk("ls", "--all", "--limit", "2").out == "".join(whole.splitlines(keepends=True)[:2])


def test_spans_of_time_are_typed_in_several_ways(desk: Sop) -> None:
    for said in ("120m", "2h", "2 小时", "120min"):
        assert promises(desk, "--due", said) == ALL[:2]
    for wrong in ("2 months", "soon", "", "m"):
        assert desk("sla", "ls", f"--due={wrong}").code == 2


def test_a_story_says_when_a_promise_does_not_count_any_more_and_when_it_does_again(sop: Sop, site: Path) -> None:
    folder = site / "workflows"
    (site / "calendars" / "office.yaml").write_text(OFFICE)
    text = ASKING.replace("fields: {note", "fields: {calm: {type: boolean}, note").replace(
        "closing: {title: Closed, start: received,", "closing: {title: Closed, start: received, when: not given(calm),"
    )
    text = text.replace(
        "wait: {by: desk, to: waiting}", "wait: {by: desk, ask: calm}, haste: {by: desk, set: {calm: null}}"
    )
    text = text.replace("  waiting: {transitions: {go_on: {by: desk, to: working}}}\n", "").replace(
        "pause: waiting", "pause: working"
    )
    text = text.replace("finish: {by: desk, to: closed}}}\n  working", "finish: {by: desk, to: working}}}\n  working")
    (folder / "asking.sop.yaml").write_text(text)
    assert sop("calendar", "publish").code == 0
    said = sop("flow", "publish", "asking")
    assert said.code == 0, said
    ticket = sop("new", "asking", "--as", "wang_fang", "--field", "note=x", "--field", "hours=1", "--json").json["id"]

    sop("do", ticket, "wait", "--as", "wang_fang", "--field", "calm=yes")
    calm = sop("audit", "log", ticket, "--as", "wang_fang", "--lang", "en").out
    sop("do", ticket, "haste", "--as", "wang_fang")
    hasty = sop("audit", "log", ticket, "--as", "wang_fang", "--lang", "en").out

    assert calm.count("does not count as things stand: Closed") == 1
    assert calm.count("promised: Closed by") == 1
    assert hasty.count("promised: Closed by") == 2


def test_a_terminal_shows_the_newest_tickets_and_says_how_many_are_older(
    desk: Sop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sop_engine.console.output.Output.on_terminal", lambda _self: True)
    monkeypatch.setattr("sop_engine.console.staff.lists.USUAL", 2)

    said = desk("ls")
    numbers = [line.split()[0][-3:] for line in said.out.splitlines()[1:]]

    assert (numbers, "1 more are not shown" in said.err) == (["002", "003"], True)
    assert len(desk("ls", "--mine").out.splitlines()) == 3
    assert len(desk("ls", "--limit", "3").out.splitlines()) == 4
    assert len(desk("ls", "--json").json) == 3
