"""What becomes of the tasks of whoever goes home: he and his lead are told, and at the end the lead has them."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical
from sop_engine.console.stories.acts import act_event
from sop_engine.engine.people.identity import Identity
from sop_engine.engine.rosters.loading import swap_shifts
from sop_engine.engine.rosters.reckoning import look_again
from tests.desk import START, Desk, replayed
from tests.ticket.acts import in_hand as mending
from tests.ticket.acts import told
from tests.ticket.test_rostering import PEOPLE, load

REPAIR = """
procedure: repair
title: Repair
prefix: WX
roles: [desk, engineer, lead]
acts:
  shift_end: {to: lead, warn: 30 min}
open: {by: desk, to: registered}
states:
  registered: {transitions: {dispatch: {by: desk, assign: engineer, to: mending}}}
  mending:
    after: {30 days: {to: mended}}
    transitions:
      done: {by: assignee, to: mended}
  mended: {final: true, outcome: mended}
"""
WHO = Identity("tester", "boss")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, REPAIR) as bench:
        yield bench


def roster(desk: Desk, *more: str) -> None:
    """Monday: li early (to 15:00), zhao late; he leads the late shift, sun is off."""
    load(desk, "name,22,23,24", "li,r,e,e", "zhao,r,l,r", "he,r,l,r", "sun,r,r,r", *more)


def due(desk: Desk, wx: str) -> Any:
    return desk.ticket(wx).timers.get("shift-end/ticket", {}).get("due")


def clock(**after: float) -> str:
    return canonical.instant_text(START + timedelta(**after))


def test_before_the_end_he_and_the_lead_are_told_and_at_the_end_the_lead_has_it(desk: Desk) -> None:
    roster(desk)
    wx = mending(desk)
    assert due(desk, wx) == clock(hours=6)
    desk.advance(hours=6)
    assert told(desk, wx, "shift_warned") == [["li"]], "no lead is on shift yet"
    assert desk.ticket(wx).tasks["ticket"]["assignee"] == "li"
    desk.advance(minutes=30)
    [over] = desk.events(wx, "shift_over")
    assert (over["person"], over["to"]) == ("li", ["he"])
    assert desk.ticket(wx).tasks["ticket"] == {"role": "engineer", "assignee": "he"}
    assert told(desk, wx, "shift_over") == [["li", "he"]]


def test_a_late_sweep_changes_nothing_of_what_happened_when(desk: Desk) -> None:
    roster(desk)
    wx = mending(desk)
    desk.advance(hours=9)
    fired = [each for each in desk.records(wx) if each["command"]["name"] == "fire"]
    assert [each["effective"] for each in fired] == [clock(hours=6), clock(hours=6, minutes=30)]
    assert desk.ticket(wx).tasks["ticket"]["assignee"] == "he"


def test_who_passes_it_on_or_finishes_has_no_end_of_shift(desk: Desk) -> None:
    roster(desk)
    wx, done = mending(desk), mending(desk)
    desk.command("assign", wx, "li", to="zhao")
    desk.do(done, "done", by="li")
    assert desk.ticket(wx).acts["shifts"]["ticket"]["person"] == "zhao"
    assert due(desk, wx) == clock(hours=14), "half an hour before the end of zhao's shift, which begins at 15:00"
    assert "shifts" not in desk.ticket(done).acts
    desk.advance(hours=8)
    assert desk.events(wx, "shift_over") == []


def test_what_rests_waits_and_is_handed_over_when_it_goes_on(desk: Desk) -> None:
    roster(desk)
    wx = mending(desk)
    desk.command("suspend", wx, "wang", until=clock(hours=10), reason="等料")
    desk.advance(hours=9)
    assert desk.events(wx, "shift_over") == []
    desk.advance(hours=1)
    assert desk.events(wx, "shift_over")[0]["to"] == ["he"]


def test_where_nobody_is_there_it_stays_and_the_owner_is_told(desk: Desk) -> None:
    load(desk, "name,22,23,24", "li,r,e,r", "he,r,r,r", "sun,r,r,r")
    wx = mending(desk)
    desk.advance(hours=7)
    assert desk.events(wx, "shift_over")[0]["to"] == []
    assert told(desk, wx, "shift_over") == [["wang"]]
    assert desk.ticket(wx).tasks["ticket"]["assignee"] == "li"
    desk.advance(days=2)
    assert len(desk.events(wx, "shift_over")) == 1


def test_where_nobody_was_there_it_is_asked_again_at_the_end_of_his_next_shift(desk: Desk) -> None:
    load(desk, "name,22,23,24", "li,r,e,e", "he,r,r,l", "sun,r,r,r")
    wx = mending(desk)
    desk.advance(days=1, hours=7)
    assert [event["to"] for event in desk.events(wx, "shift_over")] == [[], ["he"]]


def test_where_no_lead_of_the_role_is_there_whoever_leads_has_it(desk: Desk) -> None:
    load(desk, "name,22,23,24", "li,r,e,r", "he,r,r,r", "sun,r,r,r", "带班,,qian,")
    wx = mending(desk)
    desk.advance(hours=7)
    assert desk.ticket(wx).tasks["ticket"]["assignee"] == "qian"


def test_assigned_within_the_last_minutes_nobody_is_warned_any_more(desk: Desk) -> None:
    roster(desk)
    desk.advance(hours=6, minutes=10)
    wx = mending(desk)
    assert due(desk, wx) == clock(hours=6, minutes=30)
    desk.advance(minutes=20)
    assert (told(desk, wx, "shift_warned"), desk.ticket(wx).tasks["ticket"]["assignee"]) == ([], "he")


def test_without_a_roster_nothing_is_timed(desk: Desk) -> None:
    wx = mending(desk)
    assert (due(desk, wx), desk.ticket(wx).acts["shifts"]) == (
        None, {"ticket": {"ends": None, "person": "li", "warned": False}},
    )  # fmt: skip


def test_it_is_asked_once_of_whoever_has_the_task(desk: Desk) -> None:
    roster(desk)
    wx = mending(desk)
    desk.command("note", wx, "wang", note="催过一次")
    assert not any(question.startswith("shift:") for question in desk.records(wx)[-1]["facts"])


def test_a_roster_that_changes_moves_the_end(desk: Desk) -> None:
    roster(desk)
    wx, other = mending(desk), mending(desk, "zhao")
    swap_shifts(desk.engine, "li", "zhao", date(2026, 11, 23), WHO)
    assert look_again(desk.engine, WHO) == [wx, other]
    assert (due(desk, wx), due(desk, other)) == (clock(hours=14), clock(hours=6))
    assert look_again(desk.engine, WHO) == []


def test_a_shift_that_was_lengthened_meanwhile_is_found_when_its_end_comes(desk: Desk) -> None:
    roster(desk)
    wx = mending(desk)
    load(desk, "name,22,23,24", "li,r,行政,r")
    desk.advance(hours=7)
    assert desk.events(wx, "shift_over") == []
    assert due(desk, wx) == clock(hours=8, minutes=30)
    desk.advance(hours=3)
    assert desk.events(wx, "shift_over")[0]["to"] == ["he"]


def test_no_promise_and_no_other_timer_moves(desk: Desk) -> None:
    roster(desk)
    wx = mending(desk)
    before = desk.ticket(wx).timers["mending/after_30_days"]
    desk.advance(hours=7)
    assert desk.ticket(wx).timers["mending/after_30_days"] == before


def test_a_procedure_that_says_nothing_of_it_asks_nothing(desk: Desk) -> None:
    desk.publish(REPAIR.replace("acts:\n  shift_end: {to: lead, warn: 30 min}\n", ""))
    roster(desk)
    wx = mending(desk)
    assert desk.ticket(wx).acts == {} and due(desk, wx) is None


def test_what_the_rule_leaves_out_stays_whose_it_is_until_it_counts_again(desk: Desk) -> None:
    roster(desk)
    states = REPAIR.replace("      done:", "      hold: {by: assignee, to: held}\n      done:").replace(
        "  mended: {final", "  held: {transitions: {go_on: {by: assignee, to: mending}}}\n  mended: {final"
    )
    desk.publish(states.replace("warn: 30 min}", "warn: 30 min, when: not in_state('held')}"))
    held, worked = mending(desk), mending(desk)
    desk.do(held, "hold", by="li")
    assert due(desk, held) is None
    assert due(desk, worked) is not None

    desk.advance(hours=7)
    assert desk.ticket(held).tasks["ticket"]["assignee"] == "li"
    assert desk.ticket(worked).tasks["ticket"]["assignee"] == "he"

    desk.do(held, "go_on", by="li")
    assert due(desk, held) is not None


APART = REPAIR.replace("      done:", "      look_at: {by: {role: lead}}\n      done:").replace(
    "done: {by: assignee", "done: {by: {who: assignee, not: did look_at}"
)


def test_a_lead_whom_separation_of_duty_keeps_out_is_passed_over_for_the_next(desk: Desk) -> None:
    desk.publish(APART)
    load(desk, "name,22,23,24", "li,r,e,e", "he,r,l,r", "sun,r,l,r")
    wx = mending(desk)
    desk.do(wx, "look_at", by="he")
    desk.advance(hours=7)
    assert desk.events(wx, "shift_over")[0]["to"] == ["sun"]
    assert desk.ticket(wx).tasks["ticket"]["assignee"] == "sun"
    desk.do(wx, "done", by="sun")


def test_where_it_keeps_out_everybody_who_is_there_it_stays_and_the_story_says_so(desk: Desk) -> None:
    desk.publish(APART)
    roster(desk)
    wx = mending(desk)
    desk.do(wx, "look_at", by="he")
    desk.advance(hours=7)
    [over] = desk.events(wx, "shift_over")
    assert (over["to"], over["barred"]) == ([], ["he"])
    assert desk.ticket(wx).tasks["ticket"]["assignee"] == "li"
    assert told(desk, wx, "shift_over") == [["wang"]]
    said = act_event(over, str, str)
    assert said is not None and "separation of duty keeps out" in str(said) and "he" in str(said)
