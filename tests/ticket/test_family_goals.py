"""Promises over a parent and its children: a parent's promise that looks at them, a child's own, and both at once."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical
from sop_engine.store.seam import CALENDAR, Version
from sop_engine.ticket.records import SITE
from sop_engine.worktime.calendars import to_json
from tests.desk import Desk
from tests.worktime.shipped import SHANGHAI, Shipped, at, calendar

PARENT = """
procedure: parent
title: Parent
prefix: ZD
calendar: office
roles: [desk]
fields:
  parts: {type: rows, columns: {what: text}}
  busy: {type: integer, computed: "count(children('child'), 'waiting' in child.state)"}
open: {by: desk, ask: parts, to: ready}
states:
  ready:
    transitions:
      divide: {by: desk, start: {procedure: child, each: parts, with: {what: row.what}}, to: underway}
      finish: {by: desk, to: over}
  underway:
    transitions:
      more: {by: desk, start: {child: {what: "'more'"}}}
      finish: {by: desk, to: over}
  over: {final: true, outcome: over}
goals:
  whole: {GOAL, within: 4 h}
"""
CHILD = """
procedure: child
title: Child
prefix: FD
calendar: office
roles: [desk]
fields:
  what: {type: text}
open: {by: desk, ask: what, to: working}
states:
  working:
    transitions: {hold: {by: desk, to: waiting}, finish: {by: desk, to: over}}
  waiting: {transitions: {go_on: {by: desk, to: working}, finish: {by: desk, to: over}}}
  over: {final: true, outcome: over}
goals:
  own: {start: did open, stop: over, pause: waiting, within: 2 h}
"""
ALL_CLOSED = "\"all(children('child'), child.status == 'closed')\""
ANY_WAITS = "\"any(children('child'), 'waiting' in child.state)\""


class Family:
    """A desk with a parent's procedure and its children's."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder, {"wang": ["desk"]})
        with self.desk.store.writing() as transaction:
            for name in Shipped().names():
                digest = transaction.put_blob(canonical.to_bytes(to_json(calendar(name))))
                transaction.put_version(Version(CALENDAR + name, 1, digest, digest, digest, "", "boss", ""))
        self.desk.publish(CHILD)

    def divided(self, goal: str, *parts: str) -> tuple[str, list[str]]:
        """A parent under a promise of these words, and its children."""
        text = PARENT.replace("GOAL", goal)
        self.desk.publish(text if "busy" in goal else text.replace("  busy:", "  # busy:"))
        zd = self.desk.open("parent", by="wang", parts=[{"what": part} for part in parts])
        self.desk.do(zd, "divide", by="wang")
        return zd, [each["id"] for each in self.desk.ticket(zd).children]

    def do(self, ticket: str, trigger: str, time: str = "") -> None:
        if time:
            self.desk.clock.set(at(f"2026-11-23 {time}"))
        self.desk.do(ticket, trigger, by="wang")

    def goal(self, ticket: str, name: str = "whole") -> dict[str, Any]:
        return self.desk.ticket(ticket).goals[name]

    def due(self, ticket: str, name: str = "whole") -> datetime | None:
        due = self.goal(ticket, name)["due"]
        return None if due is None else canonical.instant_of(due).astimezone(SHANGHAI)


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    made = Family(tmp_path)
    yield made
    found = [each for each in made.desk.replay().mismatches if each.ticket != SITE]
    assert not found, found


def test_a_parents_promise_runs_until_all_its_children_are_closed(family: Family) -> None:
    zd, (first, second) = family.divided(f"start: did divide, stop: {ALL_CLOSED}", "a", "b")
    family.do(first, "finish", "09:00")
    assert family.goal(zd)["status"] == "running"

    family.do(second, "finish", "11:00")

    assert family.goal(zd)["status"] == "met"
    assert family.goal(zd)["stopped"] == canonical.instant_text(at("2026-11-23 11:00"))


def test_it_stands_still_while_any_child_waits(family: Family) -> None:
    zd, (first, second) = family.divided(f"start: did divide, stop: {ALL_CLOSED}, pause: {ANY_WAITS}", "a", "b")
    family.do(first, "hold", "09:00")
    family.do(second, "hold", "09:30")
    family.do(first, "go_on", "10:00")
    assert family.goal(zd)["status"] == "paused"

    family.do(second, "go_on", "10:30")

    assert (family.goal(zd)["status"], family.due(zd)) == ("running", at("2026-11-23 15:30"))
    assert len(family.goal(zd)["pauses"]) == 1


def test_it_may_look_at_children_through_a_computed_field(family: Family) -> None:
    zd, (first, _second) = family.divided("start: did divide, stop: did finish, pause: busy >= 1", "a", "b")

    family.do(first, "hold", "09:00")

    assert family.goal(zd)["status"] == "paused"


def test_a_parent_that_a_childs_move_does_not_concern_has_no_step(family: Family) -> None:
    zd, (first, second) = family.divided(f"start: did divide, stop: {ALL_CLOSED}, pause: {ANY_WAITS}", "a", "b")
    family.do(first, "hold", "09:00")
    number = family.desk.ticket(zd).number

    family.do(second, "hold", "09:30")

    assert family.desk.ticket(zd).number == number


def test_a_step_that_only_settles_a_promise_is_recorded_with_what_it_saw(family: Family) -> None:
    zd, (first,) = family.divided(f"start: did divide, stop: {ALL_CLOSED}, pause: {ANY_WAITS}", "a")

    family.do(first, "hold", "09:00")

    last = family.desk.records(zd)[-1]
    assert last["command"]["name"] == "look"
    assert [event["kind"] for event in last["events"]] == ["goal_paused", "goal_due", "timer_cleared"]
    assert last["facts"][f"tickets:{first}"][0]["state"] == ["waiting"]


def test_it_begins_when_the_first_child_is_there_and_stops_when_one_reaches_something(family: Family) -> None:
    goal = f"start: \"count(children('child')) > 0\", stop: {ANY_WAITS}"
    zd, (first,) = family.divided(goal, "a")
    assert family.goal(zd)["status"] == "running"

    family.do(first, "hold", "09:00")

    assert family.goal(zd)["status"] == "met"


def test_it_waits_for_children_that_are_added_later(family: Family) -> None:
    zd, (first,) = family.divided(f"start: did divide, stop: {ALL_CLOSED}", "a")
    family.do(zd, "more", "09:00")
    family.do(first, "finish", "09:30")
    assert family.goal(zd)["status"] == "running"

    family.do(family.desk.ticket(zd).children[1]["id"], "finish", "10:00")

    assert family.goal(zd)["status"] == "met"


def test_no_children_are_all_closed_so_it_does_not_begin(family: Family) -> None:
    zd, _none = family.divided(f"start: did divide, stop: {ALL_CLOSED}")

    assert "whole" not in family.desk.ticket(zd).goals


def test_a_promise_that_was_due_before_a_child_moved_is_late_by_its_own_time(family: Family) -> None:
    zd, (first,) = family.divided(f"start: did divide, stop: {ALL_CLOSED}", "a")

    family.do(first, "finish", "15:30")

    assert family.goal(zd)["status"] == "late"
    assert family.goal(zd)["breached"] == canonical.instant_text(at("2026-11-23 14:00"))


def test_a_child_keeps_its_own_promises_beside_its_parents(family: Family) -> None:
    zd, (first, second) = family.divided(f"start: did divide, stop: {ALL_CLOSED}", "a", "b")
    family.do(first, "hold", "09:00")
    assert (family.goal(first, "own")["status"], family.due(second, "own")) == ("paused", at("2026-11-23 10:30"))

    family.do(first, "finish", "10:00")

    assert (family.goal(first, "own")["status"], family.goal(zd)["status"]) == ("met", "running")


def test_a_dry_run_of_a_childs_step_leaves_the_parents_promise_as_it_was(family: Family) -> None:
    zd, (first,) = family.divided(f"start: did divide, stop: {ALL_CLOSED}", "a")

    family.desk.command("do", first, "wang", trigger="finish", fields={}, dry_run=True)

    assert family.goal(zd)["status"] == "running"
