"""Promises as staff and managers see them: what is due next, why then, what came of them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.shell import Ran

Sop = Callable[..., Ran]

OFFICE = """\
calendar: office
title: {zh: 办公时间, en: Office hours}
zone: Asia/Shanghai
known_through: 2026-12-31
week: {mon-fri: "08:30-12:00, 13:30-17:30"}
holidays: [{name: {zh: 元旦, en: New Year}, on: 2026-01-01}]
"""
ASKING = """\
procedure: asking
title: Asking
source: ours
prefix: AS
subject: "{{ note }}"
calendar: office
roles: [desk]
fields: {note: {type: text}}
open: {by: desk, ask: note, to: received}
goals:
  answering:
    title: {zh: 答复时限, en: Answered}
    start: received
    stop: did finish
    pause: waiting
    within: 8 h
    warn: {1 h before: desk}
    escalate: {0 min: desk}
states:
  received: {transitions: {wait: {by: desk, to: waiting}, finish: {by: desk, to: closed}}}
  waiting: {transitions: {go_on: {by: desk, to: working}}}
  working: {transitions: {finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
"""


@pytest.fixture
def asked(sop: Sop, site: Path) -> str:
    """A ticket with a promise; it is Monday, 08:30."""
    (site / "calendars" / "office.yaml").write_text(OFFICE)
    (site / "workflows" / "asking.sop.yaml").write_text(ASKING)
    assert sop("calendar", "publish").code == 0
    said = sop("flow", "publish", "asking")
    assert said.code == 0, said
    opened = sop("new", "asking", "--as", "wang_fang", "--field", "note==1+1; 漏水", "--json")
    assert opened.code == 0, opened
    id: str = opened.json["id"]
    return id


def test_what_is_promised_stands_in_the_tickets_json_and_on_its_page(sop: Sop, asked: str) -> None:
    shown = sop("show", asked, "--as", "wang_fang", "--json").json
    (goal,) = shown["goals"]

    assert goal["due"] == "2026-11-24T09:00:00.000+08:00"
    assert (goal["status"], goal["allowance"], goal["calendar"]) == ("running", "8 h", "office")
    (timer,) = shown["timers"]
    assert (timer["kind"], timer["due"]) == ("goal", "2026-11-23T17:00:00.000+08:00")
    page = sop("show", asked, "--as", "wang_fang").out
    assert re.search(r"promise Answered\tdue 2026-11-24 Tue 09:00 .*; 8 h, by the calendar Office hours", page)


def test_the_last_lines_of_new_say_what_comes(sop: Sop, asked: str) -> None:
    said = sop("new", "asking", "--as", "wang_fang", "--field", "note=x")

    assert "a warning: Answered" in said.err


def test_the_list_says_what_is_due_next_and_paused_ones_stand_apart(sop: Sop, asked: str) -> None:
    second = sop("new", "asking", "--as", "wang_fang", "--field", "note=y", "--json").json["id"]
    sop("do", asked, "wait", "--as", "wang_fang")

    rows = sop("sla", "ls", "--as", "wang_fang", "--json").json
    assert [(row["ticket"], row["goal"]["status"]) for row in rows] == [(second, "running"), (asked, "paused")]
    assert rows[1]["goal"]["remaining_seconds"] == 8 * 3600
    assert sop("sla", "ls", "--as", "wang_fang", "--due", "2h", "--json").json == []
    assert len(sop("sla", "ls", "--as", "wang_fang", "--due", "25h", "--json").json) == 1
    assert sop("sla", "ls", "--as", "wang_fang", "--due", "soon").code == 2


def test_why_then_is_told_day_by_day_with_the_pause_and_its_state(sop: Sop, asked: str) -> None:
    sop("do", asked, "wait", "--as", "wang_fang")
    sop("demo", "advance", "3h")
    sop("do", asked, "go_on", "--as", "wang_fang")

    told = sop("sla", "explain", asked, "--as", "wang_fang").out

    assert "paused 2026-11-23 08:30 to 2026-11-23 11:30: waiting" in told
    assert re.search(r"11-23 Mon +11:30-12:00 13:30-17:30  paused 08:30-11:30  = 4 h 30 min", told)
    assert re.search(r"11-24 Tue +08:30-12:00  = 3 h 30 min", told)
    explained = sop("sla", "explain", asked, "答复时限", "--as", "wang_fang", "--json").json
    assert explained[0]["goal"]["due"] == "2026-11-24T12:00:00.000+08:00"
    assert sop("sla", "explain", asked, "nothing", "--as", "wang_fang").code == 3


def test_a_breach_is_told_in_the_list_the_story_and_the_report(sop: Sop, asked: str) -> None:
    sop("demo", "advance", "30h")

    (row,) = sop("sla", "ls", "--breached", "--as", "wang_fang", "--json").json
    assert row["goal"]["breached"] == "2026-11-24T09:00:00.000+08:00"
    story = sop("audit", "log", asked, "--as", "wang_fang").out
    assert "missed: Answered, due 2026-11-24 Tue 09:00" in story
    (figures,) = sop("report", "sla", "--as", "wang_fang", "--json").json
    assert (figures["procedure"], figures["goal"], figures["breached"]) == ("asking", "answering", 1)
    (line,) = sop("report", "sla", "--list", "breached", "--as", "wang_fang", "--json").json
    assert line["ticket"] == asked


def test_figures_come_as_csv_that_no_spreadsheet_runs(sop: Sop, asked: str) -> None:
    sop("do", asked, "finish", "--as", "wang_fang")

    heads, line = sop("report", "sla", "--csv", "--as", "wang_fang").out.splitlines()

    assert heads.startswith("procedure,goal,kept,late,breached,dropped,share")
    assert line.startswith("asking,answering,1,0,0,0,1.0000")
    assert sop("report", "sla", "--by", "colour", "--as", "wang_fang").code == 2
    assert sop("report", "sla", "--month", "November", "--as", "wang_fang").code == 2
    assert sop("report", "sla", "--month", "2026-10", "--as", "wang_fang", "--json").json == []


def test_what_is_open_is_counted_by_person_and_by_age(sop: Sop, asked: str) -> None:
    sop("demo", "advance", "2d")

    (load,) = sop("report", "load", "--as", "wang_fang", "--json").json
    assert (load["person"], load["procedure"], load["owned"]) == ("wang_fang", "asking", 1)
    (age,) = sop("report", "aging", "--as", "wang_fang", "--json").json
    assert age["under_3d"] == 1


def test_deadlines_as_a_feed(sop: Sop, asked: str) -> None:
    feed = sop("sla", "export", "--person", "wang_fang", "--as", "wang_fang").out

    assert "DTSTART:20261124T010000Z" in feed
    assert f"SUMMARY:{asked} Answered: =1+1\\; 漏水" in feed
    assert sop("sla", "export", "--person", "wang_fang", "--ics", "--as", "wang_fang").out == feed
    assert sop("sla", "export", "--ics", "--json", "--as", "wang_fang").code == 2
    assert sop("sla", "export", "--person", "nobody", "--as", "wang_fang").code == 2


def test_publishing_a_calendar_moves_what_is_open_and_a_dry_run_lists_it(sop: Sop, site: Path, asked: str) -> None:
    (site / "calendars" / "office.yaml").write_text(OFFICE.replace("on: 2026-01-01", "on: 2026-11-24"))

    would = sop("calendar", "publish", "--dry-run", "--json").json["moved"]
    before = sop("show", asked, "--as", "wang_fang", "--json").json["goals"][0]["due"]
    moved = sop("calendar", "publish", "--json").json["moved"]

    assert before == "2026-11-24T09:00:00.000+08:00"
    assert (
        would
        == moved
        == [{"ticket": asked, "goal": "answering", "was": before, "due": "2026-11-25T09:00:00.000+08:00"}]
    )
    assert sop("show", asked, "--as", "wang_fang", "--json").json["goals"][0]["due"] == moved[0]["due"]
    assert sop("audit", "replay", "--all").code == 0
    assert sop("calendar", "publish", "--json").json["moved"] == []
