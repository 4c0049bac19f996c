"""Timers that stand on a field follow it, whoever writes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import Desk, replayed

VISIT = """
procedure: visit
title: {zh: 上门, en: Visit}
prefix: SM
subject: "{{ window }}"
roles: [desk]
fields:
  window:   {type: interval, title: {zh: 约定时间, en: Window}}
  promised: {type: datetime, title: {zh: 承诺时限, en: Promised}}
open: {by: desk, ask: window, set: {promised: window.end}, to: agreed}
at: {promised + 15 min: {tell: desk}}
states:
  agreed:
    transitions:
      move:   {by: desk, ask: window, set: {promised: window.end}}
      forget: {by: desk, set: {promised: null}}
      finish: {by: desk, ask: window, set: {promised: window.end}, to: closed}
  closed: {final: true, outcome: visited}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, {"wang": ["desk"]}, VISIT) as bench:
        yield bench


def _window(day: int) -> dict[str, str]:
    return {"start": f"2026-11-{day}T06:00:00.000Z", "end": f"2026-11-{day}T08:00:00.000Z"}


def _dues(desk: Desk, ticket: str) -> list[str]:
    return [timer["due"] for timer in desk.ticket(ticket).timers.values()]


def test_a_field_that_a_transition_sets_moves_its_timer(desk: Desk) -> None:
    ticket = desk.open("visit", by="wang", window=_window(24))
    assert _dues(desk, ticket) == ["2026-11-24T08:15:00.000Z"]

    desk.do(ticket, "move", by="wang", window=_window(26))

    assert _dues(desk, ticket) == ["2026-11-26T08:15:00.000Z"]


def test_a_field_that_a_transition_clears_takes_its_timer_away(desk: Desk) -> None:
    ticket = desk.open("visit", by="wang", window=_window(24))

    desk.do(ticket, "forget", by="wang")

    assert _dues(desk, ticket) == []


def test_a_ticket_that_closes_keeps_no_timer(desk: Desk) -> None:
    ticket = desk.open("visit", by="wang", window=_window(24))

    desk.do(ticket, "finish", by="wang", window=_window(27))

    assert _dues(desk, ticket) == []
