"""Dry runs: they answer as the command itself would, and leave nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sop_engine import errors
from tests.desk import Desk, replayed

pytestmark = pytest.mark.usefixtures("every_store")

PARENT = """
procedure: parent
title: {zh: 总单, en: Parent}
prefix: ZD
subject: "总单"
roles: [desk]
fields:
  kept: {type: boolean, title: {zh: 留, en: Kept}}
open: {by: desk, may_ask: kept, to: ready}
states:
  ready:
    after:
      1 h: {when: not given(kept), start: unborn, to: late}
      2 h: {tell: desk}
    transitions:
      finish: {by: desk, to: over}
  late: {transitions: {finish: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, {"wang": ["desk"]}, PARENT) as bench:
        yield bench


def test_a_timer_that_cannot_fire_is_set_aside_in_the_dry_run_too(desk: Desk) -> None:
    zd = desk.open("parent", by="wang")
    desk.clock.advance(timedelta(hours=3))
    before = desk.ticket(zd)

    planned = desk.command("do", zd, "wang", trigger="finish", dry_run=True)

    assert desk.ticket(zd) == before
    done = desk.command("do", zd, "wang", trigger="finish")
    assert planned.step.events == done.step.events
    assert [step.events for step in planned.fired] == [step.events for step in done.fired]
    assert [event["kind"] for step in done.fired for event in step.events if "timer" in event] == [
        "timer_set_aside",
        "timer_fired",
    ]


def test_a_dry_run_is_refused_as_the_command_would_be(desk: Desk) -> None:
    zd = desk.open("parent", by="wang")
    desk.clock.advance(timedelta(hours=3))
    with pytest.raises(errors.NotUnderstood) as planned:
        desk.command("do", zd, "wang", trigger="finnish", dry_run=True)
    with pytest.raises(errors.NotUnderstood) as refused:
        desk.command("do", zd, "wang", trigger="finnish")
    assert (str(planned.value), planned.value.near) == (str(refused.value), refused.value.near)
