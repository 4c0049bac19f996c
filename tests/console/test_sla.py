"""`sop sla explain` of promises of which nobody knows yet by when."""

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
fields: {window: {type: interval}}
open: {by: desk, may_ask: window, to: asked}
goals:
  arriving: {title: Arriving, start: did open, stop: did arrive, due: window.end}
  answering: {title: Answering, start: did open, stop: did arrive, within: 2 h}
states:
  asked: {transitions: {agree: {by: desk, ask: window}, arrive: {by: desk, to: over}}}
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
