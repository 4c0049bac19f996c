"""Promises as a ticket lives by them: on working time, paused, breached at their own hour, climbing the ladder."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical, normal_form
from sop_engine.engine.people.identity import Identity
from sop_engine.engine.publishing.reckoning import Move, moves, reckon_again
from sop_engine.goals import DueAt, Goal, Mark, Rung, Warning, Within
from sop_engine.language import compile_text
from sop_engine.parties import Recipient
from sop_engine.store.seam import CALENDAR, Version
from sop_engine.ticket.records import SITE
from sop_engine.worktime import Allowance, Calendar, parse_allowance
from sop_engine.worktime.calendars import to_json
from tests.desk import Desk
from tests.worktime.shipped import SHANGHAI, Shipped, at, calendar

REPAIR = """
procedure: repair
title: Repair
prefix: WX
roles: [desk, engineer, lead, manager]
fields:
  urgency: {type: choice, choices: [urgent, normal], default: normal}
  window: {type: interval}
  moved_by: {type: choice, choices: [owner, us]}
open: {by: anyone, may_ask: [urgency, window], to: registered}
anytime:
  progress: {by: anyone}
  call_lead: {by: [desk, lead, manager], raise: overdue}
states:
  registered: {transitions: {dispatch: {by: anyone, to: working, assign: engineer}}}
  working:
    transitions:
      hold: {by: anyone, to: waiting}
      agree: {by: anyone, ask: [window, moved_by]}
      done: {by: anyone, to: repaired}
    on_event: {overdue: {to: with_lead}}
  waiting: {transitions: {go_on: {by: anyone, to: working}}}
  with_lead: {transitions: {taken: {by: anyone, to: repaired}}}
  repaired: {transitions: {again: {by: anyone, to: working}, confirm: {by: anyone, to: closed}}}
  closed: {final: true, outcome: repaired}
"""
DISPATCHED, REPAIRED = (Mark("did", "dispatch"),), (Mark("entered", "repaired"),)
LEAD, MANAGER = Recipient("role", "lead"), Recipient("role", "manager")


def finishing(allowance: str = "4 h", **more: Any) -> Goal:
    """A goal from dispatch to repaired."""
    terms = more.pop("within", (Within(parse_allowance(allowance)),))
    return Goal("finishing", {"en": "Finish"}, DISPATCHED, REPAIRED, within=terms, **more)


class Place:
    """A desk with calendars and a procedure that has goals."""

    def __init__(self, folder: Path, *goals: Goal, people: Mapping[str, Any] | None = None) -> None:
        self.desk = Desk(folder, dict(people or {"wang": ["desk"], "li": ["lead"]}))
        for name in Shipped().names():
            self.publish_again(calendar(name), 1)
        self.desk.publish(REPAIR)
        compiled = compile_text(REPAIR.encode(), "repair.sop.yaml")
        assert compiled.procedure is not None
        promised = dataclasses.replace(compiled.procedure, calendar="office", goals=goals)
        data = normal_form.to_bytes(promised)
        with self.desk.store.writing() as transaction:
            transaction.put_blob(data)
        digest = canonical.digest(data)
        self.desk.site("publish", procedure="repair", digest=digest, text=digest, places=digest, schedules=[])

    def publish_again(self, calendar: Calendar, number: int = 2) -> None:
        """Publish a calendar, or another version of it."""
        data = canonical.to_bytes(to_json(calendar))
        with self.desk.store.writing() as transaction:
            digest = transaction.put_blob(data)
            transaction.put_version(Version(CALENDAR + calendar.id, number, digest, digest, digest, "", "boss", ""))

    def opened(self, **fields: Any) -> str:
        """A ticket that was opened and dispatched."""
        wx = self.desk.open("repair", **fields)
        self.desk.do(wx, "dispatch")
        return wx

    def goal(self, wx: str, name: str = "finishing") -> dict[str, Any]:
        return self.desk.ticket(wx).goals[name]

    def due(self, wx: str, name: str = "finishing") -> datetime | None:
        due = self.goal(wx, name)["due"]
        return None if due is None else canonical.instant_of(due).astimezone(SHANGHAI)

    def until(self, text: str) -> None:
        """Move the clock to a time, sweeping once when it is there."""
        self.desk.advance(seconds=(at(text) - self.desk.clock.now()).total_seconds())

    def happened(self, wx: str) -> list[str]:
        """What happened to goals, by the record."""
        return [
            event["kind"].removeprefix("goal_")
            for record in self.desk.records(wx)
            for event in record["events"]
            if event["kind"].startswith("goal_") and event["kind"] not in {"goal_due", "goal_level"}
        ]

    def clean(self) -> None:
        report = self.desk.replay()
        found = [each for each in report.mismatches if each.ticket != SITE]
        assert not found, found


def test_a_goal_is_due_by_its_calendar(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("8 h"))

    wx = place.opened()

    assert place.due(wx) == at("2026-11-24 09:00")
    place.clean()


def test_stopping_at_due_is_met_and_leaves_no_timer(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h"))
    wx = place.opened()

    place.desk.clock.set(at("2026-11-23 14:00"))
    place.desk.do(wx, "done")

    assert place.goal(wx)["status"] == "met"
    assert not place.desk.ticket(wx).timers
    place.clean()


def test_a_breach_carries_its_own_time_however_late_the_sweep(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h"))
    wx = place.opened()

    place.until("2026-11-26 10:00")

    (fired,) = [record for record in place.desk.records(wx) if record["command"]["name"] == "fire"]
    assert fired["effective"] == canonical.instant_text(at("2026-11-23 14:00"))
    assert place.goal(wx)["breached"] == fired["effective"]
    place.desk.do(wx, "done")
    assert place.goal(wx)["status"] == "late"
    place.clean()


def test_a_pause_stops_the_clock_and_a_pause_at_night_does_not_move_it(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h", pause=("waiting",)))
    wx = place.opened()

    place.desk.clock.set(at("2026-11-23 10:00"))
    place.desk.do(wx, "hold")
    assert (place.goal(wx)["due"], place.goal(wx)["remaining_ms"]) == (None, 2.5 * 3600_000)
    assert not place.desk.ticket(wx).timers
    place.desk.clock.set(at("2026-11-23 15:00"))
    place.desk.do(wx, "go_on")
    assert place.due(wx) == at("2026-11-23 17:30")
    place.desk.clock.set(at("2026-11-23 17:30"))
    place.desk.do(wx, "hold")

    assert place.goal(wx)["due"] is not None, "what begins at due comes too late"
    place.clean()


def test_warnings_come_before_due_by_share_and_by_time(tmp_path: Path) -> None:
    warnings = (Warning((LEAD,), percent=50), Warning((LEAD,), before=parse_allowance("30 min")))
    place = Place(tmp_path, finishing("4 h", warnings=warnings))
    wx = place.opened()

    place.until("2026-11-23 13:35")

    told = [record["effective"] for record in place.desk.records(wx) if record["command"]["name"] == "fire"]
    assert told == [canonical.instant_text(at("2026-11-23 10:30")), canonical.instant_text(at("2026-11-23 13:30"))]
    assert [event["to"] for event in place.desk.events(wx, "told")] == [["li"], ["li"]]
    place.clean()


def test_the_ladder_climbs_in_working_time_and_a_rung_that_reaches_nobody_goes_on(tmp_path: Path) -> None:
    ladder = (
        Rung(Allowance(0, "min"), tell=(LEAD,)),
        Rung(parse_allowance("30 min"), tell=(Recipient("role", "desk"),)),
        Rung(parse_allowance("2 h"), hand_to="lead"),
    )
    place = Place(tmp_path, finishing("8 h", ladder=ladder), people={"li": ["lead"]})
    wx = place.opened()

    place.until("2026-11-24 10:00")

    escalated = place.desk.events(wx, "goal_escalated")
    assert [(event["rung"], event["to"]) for event in escalated] == [(0, ["li"]), (1, []), (2, ["li"])]
    assert place.desk.ticket(wx).tasks == {"ticket": {"role": "lead"}}
    assert not place.desk.ticket(wx).timers
    place.clean()


def test_a_rung_can_raise_an_event(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h", ladder=(Rung(Allowance(0, "min"), event="overdue"),)))
    wx = place.opened()

    place.until("2026-11-23 15:00")

    assert place.desk.state(wx) == ["with_lead"]
    place.clean()


def test_an_allowance_follows_the_field_that_chooses_it_and_keeps_what_has_elapsed(tmp_path: Path) -> None:
    urgent = ("==", ("field", "urgency"), ("const", "text", "urgent"))
    terms = (Within(parse_allowance("30 min clock"), "round-the-clock", urgent), Within(parse_allowance("8 h")))
    place = Place(tmp_path, finishing(within=terms))
    wx = place.opened()
    assert place.due(wx) == at("2026-11-24 09:00")

    place.desk.clock.set(at("2026-11-23 08:40"))
    place.desk.command("edit", wx, fields={"urgency": "urgent"}, reason="爆管")

    assert place.due(wx) == at("2026-11-23 09:00")
    assert place.happened(wx) == ["started", "changed"]
    place.clean()


def test_a_promise_for_an_agreed_window_moves_when_the_owner_moves_it_and_not_when_we_do(tmp_path: Path) -> None:
    moved = ("==", ("field", "moved_by"), ("const", "text", "owner"))
    goal = Goal("arrival", {"en": "Arrive"}, DISPATCHED, REPAIRED, due=DueAt("window.end", parse_allowance("15 min")),
                calendar="round-the-clock", moved=moved)  # fmt: skip
    place = Place(tmp_path, goal)
    wx = place.opened(window={"start": "2026-11-23T06:00:00.000Z", "end": "2026-11-23T08:00:00.000Z"})
    assert place.due(wx, "arrival") == at("2026-11-23 16:15")

    later = {"start": "2026-11-24T06:00:00.000Z", "end": "2026-11-24T08:00:00.000Z"}
    place.desk.do(wx, "agree", window=later, moved_by="us")
    assert place.due(wx, "arrival") == at("2026-11-23 16:15")
    place.desk.do(wx, "agree", window=later, moved_by="owner")

    assert place.due(wx, "arrival") == at("2026-11-24 16:15")
    place.clean()


def test_a_regular_update_is_promised_anew_after_each_and_after_each_breach(tmp_path: Path) -> None:
    goal = Goal("report", {"en": "Report"}, DISPATCHED, (Mark("did", "progress"),), every=parse_allowance("4 h"),
                within_states=("working",), calendar="front-desk")  # fmt: skip
    place = Place(tmp_path, goal)
    wx = place.opened()
    assert place.due(wx, "report") == at("2026-11-23 12:30")

    place.desk.clock.set(at("2026-11-23 10:00"))
    place.desk.do(wx, "progress")
    assert place.due(wx, "report") == at("2026-11-23 14:00")
    place.until("2026-11-23 14:30")
    assert place.due(wx, "report") == at("2026-11-23 18:00")
    place.desk.do(wx, "done")

    assert place.happened(wx) == ["started", "met", "started", "breached", "started", "dropped"]
    place.clean()


@pytest.mark.parametrize(
    ("again", "due", "cycle"),
    [("new_cycle", "2026-11-23 17:30", 2), ("reset", "2026-11-23 17:30", 1), ("resume", "2026-11-23 16:30", 1)],
)
def test_a_start_after_the_stop(tmp_path: Path, again: Any, due: str, cycle: int) -> None:
    goal = Goal("finishing", {"en": "Finish"}, (Mark("entered", "working"),), REPAIRED,
                within=(Within(parse_allowance("4 h")),), again=again)  # fmt: skip
    place = Place(tmp_path, goal)
    wx = place.opened()
    place.desk.clock.set(at("2026-11-23 09:30"))
    place.desk.do(wx, "done")

    place.desk.clock.set(at("2026-11-23 13:30"))
    place.desk.do(wx, "again")

    assert place.due(wx) == at(due)
    assert place.goal(wx)["cycle"] == cycle
    place.clean()


def test_a_ticket_that_closes_takes_its_open_goals_with_it(tmp_path: Path) -> None:
    goal = Goal("late", {"en": "Late"}, DISPATCHED, (Mark("did", "agree"),), within=(Within(parse_allowance("4 h")),))
    place = Place(tmp_path, goal)
    wx = place.opened()

    place.desk.do(wx, "done")
    place.desk.do(wx, "confirm")

    assert place.goal(wx, "late")["status"] == "dropped"
    assert not place.desk.ticket(wx).timers
    place.clean()


def test_a_promise_on_a_calendar_that_the_site_has_not_is_refused(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing(within=(Within(parse_allowance("4 h"), "moon"),)))
    wx = place.desk.open("repair")

    with pytest.raises(Exception, match="no calendar moon"):
        place.desk.do(wx, "dispatch")


def test_a_fortnight_of_silence_comes_out_in_the_order_of_its_due_times(tmp_path: Path) -> None:
    ladder = (Rung(Allowance(0, "min"), tell=(LEAD,)), Rung(parse_allowance("1 workday"), tell=(LEAD,)))
    place = Place(tmp_path, finishing("4 h", ladder=ladder))
    first, second = place.opened(), place.opened()

    place.desk.clock.advance(timedelta(days=14))
    place.desk.advance()

    for wx in (first, second):
        fired = [record["effective"] for record in place.desk.records(wx) if record["command"]["name"] == "fire"]
        assert fired == [canonical.instant_text(at(each)) for each in ("2026-11-23 14:00", "2026-11-24 17:30")]
    place.clean()


def test_a_promise_whose_time_is_not_known_yet_waits_for_it(tmp_path: Path) -> None:
    goal = Goal("arrival", {"en": "Arrive"}, DISPATCHED, REPAIRED, due=DueAt("window.end"), calendar="round-the-clock")
    place = Place(tmp_path, goal)
    wx = place.opened()
    assert place.goal(wx, "arrival")["status"] == "waiting"

    window = {"start": "2026-11-24T06:00:00.000Z", "end": "2026-11-24T08:00:00.000Z"}
    place.desk.do(wx, "agree", window=window, moved_by="owner")

    assert place.due(wx, "arrival") == at("2026-11-24 16:00")
    place.clean()


def test_a_calendar_that_is_published_anew_moves_what_is_open_and_nothing_else(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("1 workday"), Goal("paper", {"en": "Paper"}, DISPATCHED, (Mark("did", "agree"),),
                  within=(Within(parse_allowance("1 h")),)))  # fmt: skip
    kept, running = place.opened(), place.opened()
    place.desk.do(kept, "done")
    place.until("2026-11-23 10:00")
    before = place.goal(kept)

    office = calendar("office")
    free = dataclasses.replace(office, holidays={**office.holidays, at("2026-11-24 00:00").date(): {"zh": "停电"}})
    place.publish_again(free)
    would = list(moves(place.desk.engine))
    moved = reckon_again(place.desk.engine, Identity("tester", "boss"))

    assert moved == would == [
        Move(running, "finishing", canonical.instant_text(at("2026-11-24 17:30")),
             canonical.instant_text(at("2026-11-25 17:30")))
    ]  # fmt: skip
    assert place.due(running) == at("2026-11-25 17:30")
    assert place.goal(running, "paper")["breached"] is not None
    assert place.goal(kept) == before
    assert list(moves(place.desk.engine)) == []
    place.clean()


def test_a_rung_at_the_end_of_the_workday_is_not_at_due(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h", ladder=(Rung(parse_allowance("end of workday"), tell=(LEAD,)),)))
    wx = place.opened()

    place.until("2026-11-23 18:00")

    fired = [record["effective"] for record in place.desk.records(wx) if record["command"]["name"] == "fire"]
    assert fired == [canonical.instant_text(at(each)) for each in ("2026-11-23 14:00", "2026-11-23 17:30")]
    place.clean()


def urgent_only(**more: Any) -> Goal:
    return finishing("4 h", when=("==", ("field", "urgency"), ("const", "text", "urgent")), **more)


@pytest.mark.parametrize(("changed", "due"), [("keep_elapsed", "2026-11-23 15:00"), ("restart", "2026-11-23 17:00")])
def test_a_goal_of_urgent_tickets_begins_when_one_becomes_urgent(tmp_path: Path, changed: Any, due: str) -> None:
    place = Place(tmp_path, urgent_only(changed=changed, pause=("waiting",)))
    wx = place.opened()
    place.until("2026-11-23 09:00")
    place.desk.do(wx, "hold")
    place.until("2026-11-23 10:00")
    place.desk.do(wx, "go_on")
    place.until("2026-11-23 11:30")
    assert place.goal(wx)["status"] == "waiting"

    place.desk.command("edit", wx, fields={"urgency": "urgent"}, reason="爆管")

    assert place.due(wx) == at(due)
    place.clean()


def test_a_goal_that_counts_no_more_waits_and_keeps_what_has_elapsed(tmp_path: Path) -> None:
    place = Place(tmp_path, urgent_only())
    wx = place.opened(urgency="urgent")
    assert place.due(wx) == at("2026-11-23 14:00")

    place.desk.command("edit", wx, fields={"urgency": "normal"}, reason="已关阀")
    assert not place.desk.ticket(wx).timers
    place.until("2026-11-23 10:00")
    place.desk.command("edit", wx, fields={"urgency": "urgent"}, reason="又漏")

    assert place.due(wx) == at("2026-11-23 14:00")
    place.clean()


def test_a_stop_and_a_start_in_one_step_are_taken_in_their_order(tmp_path: Path) -> None:
    goal = Goal("visit", {"en": "Visit"}, (Mark("entered", "working"),), (Mark("did", "again"), *REPAIRED),
                within=(Within(parse_allowance("4 h")),))  # fmt: skip
    place = Place(tmp_path, goal)
    wx = place.opened()
    place.desk.do(wx, "done")

    place.desk.do(wx, "again")

    assert (place.goal(wx, "visit")["status"], place.goal(wx, "visit")["cycle"]) == ("running", 2)
    place.clean()
