"""Promises that begin, end, begin anew and stand still by conditions and events, as a ticket lives by them."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical
from sop_engine.engine.rebuild import rebuild
from sop_engine.store.seam import CALENDAR, Version
from sop_engine.ticket.records import SITE
from sop_engine.worktime.calendars import to_json
from tests.desk import Desk
from tests.worktime.shipped import SHANGHAI, Shipped, at, calendar

REPAIR = """
procedure: repair
title: Repair
prefix: WX
calendar: office
roles: [desk]
takes: [paid]
fields:
  charge: {type: choice, choices: [unknown, owed, paid], default: unknown}
  hold_for: {type: choice, choices: [nobody, owner, parts], default: nobody}
  visits: {type: integer, default: 0}
  secret: {type: text}
open: {by: desk, may_ask: [charge, hold_for, secret], to: registered}
anytime:
  settle: {by: desk, ask: charge}
  confide: {by: desk, ask: secret}
  visit: {by: desk, set: {visits: visits + 1}}
  push: {by: desk, raise: hurry}
on_event:
  hurry: {tell: desk}
  paid: {set: {charge: "'paid'"}}
states:
  registered:
    after: {2 h: {set: {charge: "'owed'"}}}
    transitions: {begin: {by: desk, to: working}, finish: {by: desk, to: closed}}
  working:
    transitions: {hold: {by: desk, to: waiting}, back: {by: desk, to: registered}, finish: {by: desk, to: closed}}
  waiting: {transitions: {go_on: {by: desk, to: working}}}
  closed: {final: true, outcome: done}
"""


class Bench:
    """A desk with one procedure and one promise."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder, {"wang": ["desk"]})
        self.publish_calendars()

    def publish_calendars(self) -> None:
        """Put the calendars there without a step, which would only be in the way."""
        with self.desk.store.writing() as transaction:
            for name in Shipped().names():
                digest = transaction.put_blob(canonical.to_bytes(to_json(calendar(name))))
                transaction.put_version(Version(CALENDAR + name, 1, digest, digest, digest, "", "boss", ""))

    def opened(self, goal: str, **fields: Any) -> str:
        """A ticket under a promise of these words."""
        return self.opened_with(f"goals:\n  finishing: {{{goal}}}\n", **fields)

    def opened_with(self, goals: str, **fields: Any) -> str:
        """A ticket under these promises."""
        self.desk.publish(REPAIR + goals)
        return self.desk.open("repair", by="wang", **fields)

    def differences(self) -> list[Any]:
        """What replay finds, but for the calendars, which came to this site without a step."""
        return [each for each in self.desk.replay().mismatches if each.ticket != SITE]

    def do(self, ticket: str, trigger: str, **fields: Any) -> None:
        self.desk.do(ticket, trigger, by="wang", **fields)

    def entry(self, ticket: str, name: str = "finishing") -> dict[str, Any]:
        return self.desk.ticket(ticket).goals[name]

    def erase(self, ticket: str) -> None:
        """Erase everything that can be erased of a ticket."""
        with self.desk.store.writing() as transaction:
            for number, slot in transaction.sealed(ticket):
                transaction.erase(ticket, number, slot)
        rebuild(self.desk.engine)
        self.publish_calendars()

    def due(self, ticket: str, name: str = "finishing") -> datetime | None:
        due = self.entry(ticket, name)["due"]
        return None if due is None else canonical.instant_of(due).astimezone(SHANGHAI)

    def edit(self, ticket: str, **fields: Any) -> None:
        self.desk.command("edit", ticket, "wang", fields=fields, reason="corrected")

    def status(self, ticket: str, name: str = "finishing") -> str:
        """How a promise stands; empty where it has never begun."""
        return str(self.desk.ticket(ticket).goals.get(name, {}).get("status", ""))

    def happened(self, ticket: str) -> list[str]:
        """What became of promises, by the record."""
        told = {"goal_started", "goal_paused", "goal_resumed", "goal_reset", "goal_met", "goal_late", "goal_dropped"}
        found = [event["kind"] for record in self.desk.records(ticket) for event in record["events"]]
        return [kind.removeprefix("goal_") for kind in found if kind in told]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    assert not made.differences(), made.differences()


# --- stopping ---------------------------------------------------------------------------------------------------------


def test_it_is_kept_at_the_step_after_which_a_condition_holds(bench: Bench) -> None:
    wx = bench.opened("start: registered, stop: {charge: paid}, within: 4 h")
    bench.do(wx, "settle", charge="owed")
    assert bench.status(wx) == "running"

    bench.desk.clock.set(at("2026-11-23 10:00"))
    bench.do(wx, "settle", charge="paid")

    assert bench.status(wx) == "met"
    assert bench.entry(wx)["stopped"] == canonical.instant_text(at("2026-11-23 10:00"))
    assert not [key for key in bench.desk.ticket(wx).timers if key.startswith("goal/")]


def test_a_correction_may_be_what_keeps_it(bench: Bench) -> None:
    wx = bench.opened("start: registered, stop: {charge: paid}, within: 4 h")

    bench.edit(wx, charge="paid")

    assert bench.status(wx) == "met"


def test_it_does_not_begin_while_what_ends_it_holds(bench: Bench) -> None:
    wx = bench.opened("start: registered, stop: {charge: paid}, within: 4 h", charge="paid")

    assert bench.status(wx) == ""
    bench.do(wx, "settle", charge="owed")
    assert bench.status(wx) == ""


def test_what_holds_after_the_last_step_of_a_ticket_keeps_it(bench: Bench) -> None:
    wx = bench.opened("start: registered, stop: in_state('closed'), within: 4 h")

    bench.do(wx, "finish")

    assert bench.status(wx) == "met"


def test_it_is_late_where_the_condition_comes_after_due(bench: Bench) -> None:
    wx = bench.opened("start: registered, stop: {charge: paid}, within: 1 h")
    bench.desk.advance(hours=2)

    bench.do(wx, "settle", charge="paid")

    assert bench.status(wx) == "late"


# --- starting ---------------------------------------------------------------------------------------------------------


def test_it_begins_at_the_step_after_which_a_condition_holds(bench: Bench) -> None:
    wx = bench.opened("start: {charge: owed}, stop: {charge: paid}, within: 4 h")
    assert bench.status(wx) == ""

    bench.desk.clock.set(at("2026-11-23 09:30"))
    bench.do(wx, "settle", charge="owed")

    assert (bench.status(wx), bench.due(wx)) == ("running", at("2026-11-23 15:00"))


def test_what_holds_at_the_opening_begins_it_there(bench: Bench) -> None:
    wx = bench.opened("start: {charge: owed}, stop: {charge: paid}, within: 4 h", charge="owed")

    assert bench.status(wx) == "running"


def test_a_timer_may_be_what_begins_it_at_its_own_time(bench: Bench) -> None:
    wx = bench.opened("start: {charge: owed}, stop: {charge: paid}, within: 4 h")

    bench.desk.advance(hours=3)

    assert bench.entry(wx)["start"] == canonical.instant_text(at("2026-11-23 10:30"))


def test_what_held_before_does_not_begin_it_again(bench: Bench) -> None:
    wx = bench.opened("start: {charge: owed}, stop: did go_on, within: 4 h", charge="owed")
    bench.do(wx, "begin")
    bench.do(wx, "hold")
    bench.do(wx, "go_on")
    assert bench.status(wx) == "met"

    bench.do(wx, "visit")
    assert bench.status(wx) == "met"
    bench.do(wx, "settle", charge="paid")
    bench.do(wx, "settle", charge="owed")

    assert (bench.status(wx), bench.entry(wx)["cycle"]) == ("running", 2)


def test_with_while_it_begins_where_both_come_to_hold(bench: Bench) -> None:
    wx = bench.opened("start: {charge: owed}, while: working, stop: {charge: paid}, within: 4 h", charge="owed")
    assert bench.status(wx) == ""

    bench.do(wx, "begin")
    assert bench.status(wx) == "running"
    bench.do(wx, "back")
    assert bench.status(wx) == "dropped"
    bench.do(wx, "begin")

    assert (bench.status(wx), bench.entry(wx)["cycle"]) == ("running", 2)


def test_each_condition_of_several_begins_it_by_itself(bench: Bench) -> None:
    wx = bench.opened("start: [{charge: owed}, visits >= 1], stop: did hold, within: 4 h", charge="owed")
    bench.do(wx, "begin")
    bench.do(wx, "hold")
    assert bench.status(wx) == "met"

    bench.do(wx, "visit")

    assert bench.entry(wx)["cycle"] == 2


# --- beginning anew ---------------------------------------------------------------------------------------------------


def test_it_begins_anew_at_the_step_after_which_a_condition_holds_and_not_again(bench: Bench) -> None:
    wx = bench.opened("start: registered, stop: did finish, reset: {charge: owed}, within: 4 h")
    bench.desk.clock.set(at("2026-11-23 09:30"))
    bench.do(wx, "settle", charge="owed")
    assert bench.due(wx) == at("2026-11-23 15:00")

    bench.desk.clock.set(at("2026-11-23 10:00"))
    bench.do(wx, "visit")

    assert bench.due(wx) == at("2026-11-23 15:00")
    assert bench.happened(wx) == ["started", "reset", "started"]


def test_what_holds_when_it_begins_does_not_begin_it_anew(bench: Bench) -> None:
    wx = bench.opened("start: working, stop: did finish, reset: {charge: owed}, within: 4 h", charge="owed")

    bench.do(wx, "begin")
    bench.do(wx, "visit")

    assert bench.happened(wx) == ["started"]


def test_what_is_promised_again_and_again_is_kept_whenever_its_condition_comes_to_hold(bench: Bench) -> None:
    wx = bench.opened("while: registered, stop: {charge: owed}, every: 1 h")
    bench.do(wx, "settle", charge="owed")
    bench.do(wx, "visit")
    assert bench.happened(wx).count("met") == 1

    bench.do(wx, "settle", charge="paid")
    bench.do(wx, "settle", charge="owed")

    assert bench.happened(wx).count("met") == 2


# --- standing still ---------------------------------------------------------------------------------------------------


def test_it_stands_still_as_long_as_a_condition_holds(bench: Bench) -> None:
    wx = bench.opened("start: registered, stop: did finish, pause: [waiting, hold_for == 'owner'], within: 4 h")
    bench.desk.clock.set(at("2026-11-23 09:30"))
    bench.edit(wx, hold_for="owner")
    assert bench.status(wx) == "paused"

    bench.desk.clock.set(at("2026-11-23 10:30"))
    bench.edit(wx, hold_for="parts")

    assert (bench.status(wx), bench.due(wx)) == ("running", at("2026-11-23 15:00"))


def test_a_state_and_a_condition_are_one_pause_and_the_first_is_its_reason(bench: Bench) -> None:
    wx = bench.opened("start: registered, stop: did finish, pause: [waiting, {hold_for: owner}], within: 4 h")
    bench.edit(wx, hold_for="owner")
    bench.do(wx, "begin")
    bench.do(wx, "hold")
    bench.edit(wx, hold_for="nobody")
    assert bench.status(wx) == "paused"

    bench.do(wx, "go_on")

    assert bench.happened(wx) == ["started", "paused", "resumed"]
    (paused,) = bench.desk.events(wx, "goal_paused")
    assert paused["condition"] == 0


def test_it_may_begin_standing_still(bench: Bench) -> None:
    wx = bench.opened("start: registered, stop: did finish, pause: {hold_for: owner}, within: 4 h", hold_for="owner")

    assert (bench.status(wx), bench.due(wx)) == ("paused", None)
    (started,) = bench.desk.events(wx, "goal_started")
    assert started["condition"] == 0


def test_what_a_pause_by_a_state_says_is_that_state(bench: Bench) -> None:
    wx = bench.opened("start: registered, stop: did finish, pause: [waiting, {hold_for: owner}], within: 4 h")
    bench.do(wx, "begin")

    bench.do(wx, "hold")

    (paused,) = bench.desk.events(wx, "goal_paused")
    assert "condition" not in paused


# --- events -----------------------------------------------------------------------------------------------------------


def test_an_event_that_the_ticket_takes_is_a_moment(bench: Bench) -> None:
    wx = bench.opened("start: took hurry, stop: did finish, within: 1 h")
    assert bench.status(wx) == ""

    bench.do(wx, "push")

    assert bench.status(wx) == "running"


# --- what the record keeps --------------------------------------------------------------------------------------------


def test_steps_that_change_no_condition_say_nothing_of_conditions(bench: Bench) -> None:
    wx = bench.opened("start: {charge: owed}, stop: did finish, within: 4 h")
    bench.do(wx, "visit")
    bench.do(wx, "visit")
    assert bench.desk.events(wx, "conditions_changed") == []

    bench.do(wx, "settle", charge="owed")
    bench.do(wx, "visit")

    assert [event["held"] for event in bench.desk.events(wx, "conditions_changed")] == [["start.0"]]
    assert bench.desk.ticket(wx).held == {"finishing": ["start.0"]}


def test_a_value_that_is_erased_pauses_nothing_and_lets_nothing_go_on(bench: Bench) -> None:
    goals = """\
goals:
  without: {start: registered, stop: did finish, pause: not given(secret), within: 4 h}
  with: {start: registered, stop: did finish, pause: given(secret), within: 4 h}
"""
    wx = bench.opened_with(goals, secret="密")

    bench.erase(wx)
    bench.do(wx, "visit")

    assert (bench.status(wx, "without"), bench.status(wx, "with")) == ("running", "paused")


def test_a_value_that_is_erased_and_given_again_begins_nothing_again(bench: Bench) -> None:
    wx = bench.opened("start: given(secret), stop: did hold, within: 4 h", secret="密")
    bench.do(wx, "begin")
    bench.do(wx, "hold")
    bench.erase(wx)

    bench.do(wx, "visit")
    bench.do(wx, "confide", secret="新")

    assert (bench.status(wx), bench.entry(wx)["cycle"]) == ("met", 1)


def test_what_goes_on_after_its_stop_stands_still_where_it_would(bench: Bench) -> None:
    goal = "start: [registered, did visit], stop: {charge: paid}, pause: {hold_for: owner}, again: resume, within: 4 h"
    wx = bench.opened(goal)
    bench.desk.clock.set(at("2026-11-23 09:30"))
    bench.do(wx, "settle", charge="paid")
    bench.edit(wx, hold_for="owner")
    bench.do(wx, "settle", charge="owed")

    bench.desk.clock.set(at("2026-11-23 10:30"))
    bench.do(wx, "visit")
    assert (bench.status(wx), bench.due(wx)) == ("paused", None)
    bench.desk.clock.set(at("2026-11-23 11:30"))
    bench.edit(wx, hold_for="nobody")

    assert (bench.status(wx), bench.due(wx)) == ("running", at("2026-11-23 16:00"))
