"""`sop sla explain` of promises of which nobody knows yet by when, and of what paused them."""

from pathlib import Path

import pytest

from tests.console.conftest import Sop

CALENDAR = "calendar: always\ntitle: Always\nzone: Asia/Shanghai\nweek: {every day: 00:00-24:00}\n"
VISIT = """\
procedure: visit
title: Visit
prefix: SM
calendar: always
roles: [desk]
fields:
  window: {type: interval}
  hold_for:
    type: choice
    title: {zh: 挂起原因, en: Held for}
    choices: {nobody: {zh: 无, en: Nobody}, owner: {zh: 等业主, en: The owner}}
    default: nobody
open: {by: desk, may_ask: [window, hold_for], to: asked}
goals:
  arriving: {title: Arriving, start: did open, stop: did arrive, due: window.end}
  answering: {title: Answering, start: did open, stop: did arrive, within: 2 h, pause: [later, {hold_for: owner}]}
acts: {suspend: {pauses: answering}}
states:
  asked: {transitions: {agree: {by: desk, ask: window}, put_off: {by: desk, to: later}, arrive: {by: desk, to: over}}}
  later: {transitions: {go_on: {by: desk, to: asked}}}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def sm(sop: Sop, site: Path) -> str:
    """A visit without an agreed time."""
    (site / "calendars").mkdir(exist_ok=True)
    (site / "calendars" / "always.yaml").write_text(CALENDAR, encoding="utf-8")
    (site / "workflows" / "visit.sop.yaml").write_text(VISIT, encoding="utf-8")
    assert sop("calendar", "publish", "always", "-m", "new").code == 0
    published = sop("flow", "publish", "visit", "-m", "new")
    assert published.code == 0, published.err
    return sop("new", "visit", "--as", "王芳", "--no-input").out.split("\t")[1].split("\n")[0]


def test_what_waits_for_its_time_says_so(sop: Sop, sm: str) -> None:
    explained = sop("sla", "explain", sm, "arriving", "--lang", "en")

    assert explained.code == 0, explained.err
    assert explained.out.splitlines() == ["promise\tArriving", "stands\twaits", "began\t2026-11-23 08:30"]


def test_what_waits_for_its_time_is_not_explained_unasked(sop: Sop, sm: str) -> None:
    assert "Arriving" not in sop("sla", "explain", sm, "--lang", "en").out

    sop("do", sm, "agree", "--as", "王芳", "--field", "window=2026-11-23 10:00-12:00")

    assert "Arriving" in sop("sla", "explain", sm, "--lang", "en").out


def test_a_pause_is_told_to_come_from_a_suspension(sop: Sop, sm: str) -> None:
    sop("demo", "advance", "30min")
    sop("suspend", sm, "--as", "王芳", "--until", "1 h", "--reason", "nobody is at home")
    sop("demo", "advance", "2h")

    explained = sop("sla", "explain", sm, "answering", "--lang", "en").out

    assert "paused 2026-11-23 09:00 to 2026-11-23 10:00: the ticket is suspended" in explained


def test_a_pause_is_told_with_the_condition_or_the_state_that_began_it(sop: Sop, sm: str) -> None:
    sop("edit", sm, "--as", "王芳", "--field", "hold_for=owner", "--reason", "nobody is at home")
    sop("demo", "advance", "1h")
    sop("edit", sm, "--as", "王芳", "--field", "hold_for=nobody", "--reason", "somebody is at home")
    sop("do", sm, "put_off", "--as", "王芳")

    explained = sop("sla", "explain", sm, "answering", "--lang", "en").out

    assert "paused 2026-11-23 08:30 to 2026-11-23 09:30: Held for = The owner" in explained
    assert "paused 2026-11-23 09:30 to now: later" in explained
    assert "挂起原因 = 等业主" in sop("sla", "explain", sm, "answering", "--lang", "zh").out
    (account,) = sop("sla", "explain", sm, "answering", "--json", "--lang", "en").json
    assert [(each["state"], each["condition"]) for each in account["pauses"]] == [
        (None, "Held for = The owner"),
        ("later", None),
    ]


def test_what_was_kept_says_when_and_how_much_of_it_was_used(sop: Sop, sm: str) -> None:
    sop("demo", "advance", "30min")
    sop("do", sm, "arrive", "--as", "王芳")
    sop("demo", "advance", "5h")

    explained = sop("sla", "explain", sm, "answering", "--lang", "en").out.splitlines()

    assert "ended\t2026-11-23 09:00" in explained
    assert explained[-1] == "[##########..............................] 25 %"
