"""Calendars of a site over time: versions by number, the site's own clock, and holidays that end soon."""

from pathlib import Path

import pytest

from tests.console.conftest import Sop

OFFICE = """\
calendar: office
title: {zh: 办公时间, en: Office hours}
extends: china
week: {mon-fri: "09:00-17:00"}
"""
CHINA = """\
calendar: china
title: Holidays
zone: Asia/Shanghai
known_through: 2027-12-31
holidays: [{name: {zh: 元旦, en: New Year}, on: 2027-01-01}]
"""
ASKING = """\
procedure: asking
title: Asking
prefix: AS
calendar: office
roles: [desk]
fields: {days: {type: integer}}
open: {by: desk, ask: days, to: received}
goals:
  answering:
    start: received
    stop: did finish
    within: [{when: days == 90, within: 90 days}, {within: 1 day}]
states:
  received: {transitions: {finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
"""


@pytest.fixture
def calendars(sop: Sop, site: Path) -> Path:
    """The folder of drafts; a procedure counts on `office`. It is 2026-11-23."""
    folder = site / "calendars"
    (folder / "office.yaml").write_text(OFFICE)
    (folder / "china.yaml").write_text(CHINA)
    (site / "workflows" / "asking.sop.yaml").write_text(ASKING)
    assert sop("calendar", "publish", "china", "office").code == 0
    said = sop("flow", "publish", "asking")
    assert said.code == 0, said
    return folder


def known_through(sop: Sop, calendars: Path, day: str) -> None:
    (calendars / "china.yaml").write_text(CHINA.replace("2027-12-31", day))
    assert sop("calendar", "publish", "china", "office").code == 0


def warnings(sop: Sop) -> list[tuple[str, str]]:
    lines = sop("doctor", "--lang", "en").out.splitlines()
    return [(what, fix) for what, fix in zip(lines, [*lines[1:], ""], strict=True) if "the holidays of" in what]


def test_a_version_is_shown_by_its_number(sop: Sop, calendars: Path) -> None:
    (calendars / "office.yaml").write_text(OFFICE.replace("17:00", "18:00"))
    assert sop("calendar", "publish", "office").code == 0

    assert "09:00-18:00" in sop("calendar", "show", "office").out
    assert "09:00-17:00" in sop("calendar", "show", "office", "--version", "1").out
    assert sop("calendar", "show", "office", "--version", "3").code == 3
    assert sop("calendar", "show", "nothing", "--version", "1").code == 3
    assert sop("calendar", "show", str(calendars / "office.yaml"), "--version", "1").code == 2


def test_versions_are_listed_alike_for_calendars_and_procedures(sop: Sop, calendars: Path) -> None:
    (calendar,) = sop("calendar", "history", "office", "--json").json
    (procedure,) = sop("flow", "history", "asking", "--json").json

    assert list(calendar)[1:] == list(procedure)[1:]
    assert (calendar["calendar"], procedure["procedure"]) == ("office", "asking")


def test_calendars_go_by_the_clock_of_a_demo_site(sop: Sop, calendars: Path) -> None:
    sop("demo", "advance", "60d")

    assert "01-22" in sop("calendar", "show", "office").out
    due = sop("calendar", "due", "office", "1 day", "--json").json["due"]
    assert due.startswith("2027-01-2")


def test_a_check_looks_ahead_from_the_day_of_the_site(sop: Sop, calendars: Path) -> None:
    assert "SOP410" not in sop("calendar", "check", "china").out

    sop("demo", "advance", "365d")

    assert "SOP410" in sop("calendar", "check", "china").out


def test_holidays_that_are_known_far_ahead_are_fine(sop: Sop, calendars: Path) -> None:
    assert warnings(sop) == []


def test_holidays_that_end_soon_are_told_once_with_the_line_that_loads_more(sop: Sop, calendars: Path) -> None:
    known_through(sop, calendars, "2026-12-31")

    ((what, fix),) = warnings(sop)

    assert "calendar china are known through 2026-12-31 only" in what
    assert "sop calendar import china --year 2027" in fix


def test_holidays_that_have_ended_are_told(sop: Sop, calendars: Path) -> None:
    known_through(sop, calendars, "2026-11-22")

    ((what, fix),) = warnings(sop)

    assert "which is past" in what
    assert "--year 2026" in fix


def test_a_promise_that_reaches_past_what_is_known_is_named(sop: Sop, calendars: Path) -> None:
    known_through(sop, calendars, "2027-01-31")
    sop("new", "asking", "--as", "wang_fang", "--field", "days=1")
    assert warnings(sop) == []

    opened = sop("new", "asking", "--as", "wang_fang", "--field", "days=90", "--json")

    ((what, _fix),) = warnings(sop)
    assert f"{opened.json['id']} promises past it" in what
