"""Timers of a ticket that is suspended and resumed again and again, against a model that was thought through by hand: a
timer fires at its own time, or when the ticket was resumed where that was later, and never while it rests."""

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_engine import canonical
from tests.desk import START, Desk

WAITING = """
procedure: waiting
title: Waiting
prefix: DD
roles: [desk]
open: {by: desk, to: waiting}
acts: {suspend: {by: desk}}
states:
  waiting:
    after:
      1 h: {tell: desk}
      2 h: {tell: desk}
      150 min: {tell: desk}
    transitions: {finish: {by: desk, to: over}}
  over: {final: true, outcome: over}
"""
DUE = {"waiting/after_1_h": 60, "waiting/after_2_h": 120, "waiting/after_150_min": 150}
Days = list[tuple[int, int, bool]]
"""so many minutes pass; suspended for so many; and whether somebody resumes it half way"""


def model(days: Days) -> dict[str, int]:
    """When each timer fires, in minutes since the ticket was opened; those that do not come are left out."""
    now, rests = 0, list[tuple[int, int]]()
    for passed, rest, early in days:
        now += passed
        end = now + (rest // 2 if early else rest)
        rests.append((now, end))
        now = end
    fires = {}
    for key, due in DUE.items():
        at = next((end for begin, end in rests if begin < due < end), due)
        if at <= now:
            fires[key] = at
    return fires


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 50), st.integers(2, 100), st.booleans()), min_size=1, max_size=4))
def test_a_timer_fires_at_its_time_or_when_the_ticket_goes_on(days: Days) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # given a ticket with timers
        desk = Desk(Path(folder), {"wang": ["desk"]})
        desk.publish(WAITING)
        dd = desk.open("waiting", by="wang")
        # when it rests now and then, resumed by itself or by hand
        for passed, rest, early in days:
            desk.advance(minutes=passed)
            until = canonical.instant_text(desk.clock.now() + timedelta(minutes=rest))
            desk.command("suspend", dd, "wang", until=until, reason="等料")
            desk.advance(minutes=rest // 2 if early else rest)
            if early:
                desk.command("resume", dd, "wang")
                desk.advance(minutes=0)
        # then its timers have fired when the model says
        fired = {
            record["command"]["arguments"]["timer"]: record["effective"]
            for record in desk.records(dd)
            if record["command"]["name"] == "fire" and record["command"]["arguments"]["timer"] != "resume"
        }
        assert fired == {key: canonical.instant_text(START + timedelta(minutes=at)) for key, at in model(days).items()}
        assert desk.replay().clean
