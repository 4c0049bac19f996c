"""Timers that set each other, due already: a sweep comes to its end, and what goes round in a circle is set aside."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine.ticket.triggers import MOST_TURNS
from tests.desk import Desk, replayed

CIRCLE = """
procedure: circle
title: Circle
prefix: CI
roles: [desk]
fields:
  day: {type: date}
  count: {type: integer, default: 0}
open: {by: desk, ask: day, may_ask: count, to: both}
states:
  both:
    parallel: [door, bell]
    done: {to: closed}
    states:
      door:
        states:
          shut:
            at: {day: {when: count < 3, set: {count: count + 1}, to: shut}}
            transitions: {go: {by: desk, to: shut_over}}
          shut_over: {final: true}
      bell:
        states:
          rings: {at: {day 09:00: {when: count < 1000, to: rings}}, transitions: {stop: {by: desk, to: quiet}}}
          quiet: {final: true}
  closed: {final: true, outcome: done}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, {"wang": ["desk"]}, CIRCLE) as bench:
        yield bench


def fired(desk: Desk, ticket: str, timer: str) -> int:
    return [event["timer"] for event in desk.events(ticket, "timer_fired")].count(timer)


def test_a_circle_of_timers_is_set_aside_and_holds_up_nothing_else(desk: Desk) -> None:
    ticket = desk.open("circle", by="wang", day="2026-11-20")

    desk.advance(minutes=1)

    timers: dict[str, Any] = desk.ticket(ticket).timers
    assert fired(desk, ticket, "shut/at_day") == 4
    assert fired(desk, ticket, "rings/at_day_09_00") <= MOST_TURNS
    assert "set each other again and again" in timers["rings/at_day_09_00"]["aside"]
    desk.do(ticket, "go", by="wang")
