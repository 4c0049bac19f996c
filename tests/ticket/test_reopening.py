"""A closed ticket goes on: where, for how long and by whom its procedure says; what was done before still counts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sop_engine import errors
from sop_engine.engine.rebuild import rebuild
from sop_engine.engine.reports.exceptions import exceptions
from sop_engine.engine.reports.promises import outcomes
from tests.desk import START, Desk, replayed
from tests.ticket.acts import after, in_hand

PEOPLE = {"wang": ["desk"], "xu": ["desk"], "li": ["engineer", "desk"], "he": ["lead"], "sun": ["security"]}
REPAIR = """
procedure: repair
title: {zh: 报修, en: Repair}
prefix: WX
subject: "{{ fault }}"
calendar: round-the-clock
roles: [desk, engineer, lead]
fields:
  fault: {type: text, title: 故障}
open: {by: desk, ask: fault, to: registered}
acts:
  reopen: {by: {role: [desk, lead], not: did confirm}, to: registered, within: 7 days}
  force_close: {by: lead}
goals:
  dispatching: {start: registered, stop: did dispatch, within: 30 min, source: ours}
  finishing: {start: [did open, did reopen], stop: did done, within: 4 h, again: POLICY, source: ours}
  once: {start: did open, stop: did done, within: 9 h, source: ours}
every: {day 18:00: {tell: lead}}
states:
  registered:
    entry: {assign: nobody}
    after: {2 h: {tell: lead}}
    transitions: {dispatch: {by: desk, assign: engineer, to: mending}}
  mending: {transitions: {done: {by: assignee, to: mended}}}
  mended: {transitions: {confirm: {by: {role: desk, not: did done}, to: closed}}}
  closed: {final: true, outcome: repaired}
"""
SIDE_BY_SIDE = """
procedure: emergency
title: Emergency
prefix: JJ
roles: [desk, engineer]
open: {by: desk, to: helping}
acts: {reopen: {by: desk, to: leaking}}
states:
  helping:
    parallel: [water, gate]
    done: {to: over}
    states:
      water:
        states:
          leaking: {transitions: {shut: {by: [engineer, desk], to: dry}}}
          dry: {final: true}
      gate:
        states:
          barred: {transitions: {lift: {by: {role: [engineer, desk], not: did shut}, to: lifted}}}
          lifted: {final: true}
  over: {final: true, outcome: over}
"""
CHILD = """
procedure: child
title: Child
prefix: CH
roles: [desk]
open: {by: desk, to: begun}
acts: {reopen: {by: desk, to: begun}}
states:
  begun: {transitions: {finish: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""
PARENT = """
procedure: parent
title: Parent
prefix: PA
roles: [desk]
open: {by: desk, start: child, to: waiting}
states:
  waiting: {always: {when: "all(children('child'), child.status == 'closed')", to: heard}}
  heard:
    always: {when: "any(children('child'), 'begun' in child.state)", to: waiting_again}
    transitions: {wind_up: {by: desk, to: over}}
  waiting_again: {transitions: {wind_up: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, REPAIR.replace("POLICY", "new_cycle"), calendar="round-the-clock") as bench:
        yield bench


def closed(desk: Desk) -> str:
    """A repair that li has done and wang has confirmed, an hour after it was opened."""
    wx = in_hand(desk, fault="漏水")
    desk.clock.advance(timedelta(hours=1))
    desk.do(wx, "done", by="li")
    desk.do(wx, "confirm", by="wang")
    return wx


# --- it goes on ------------------------------------------------------------------------------------------------------


def test_it_goes_on_where_the_procedure_says(desk: Desk) -> None:
    wx = closed(desk)
    desk.command("reopen", wx, "xu", reason="又漏了")
    ticket = desk.ticket(wx)
    assert (ticket.status, ticket.outcome, ticket.active) == ("open", None, ["registered"])
    assert ticket.acts == {"reopened": 1}
    desk.do(wx, "dispatch", by="wang")
    assert desk.state(wx) == ["mending"]


def test_timers_of_the_state_and_of_the_whole_ticket_are_set_anew(desk: Desk) -> None:
    wx = closed(desk)
    desk.command("reopen", wx, "xu", reason="又漏了")
    dues = {key: timer["due"] for key, timer in desk.ticket(wx).timers.items() if not key.startswith("goal/")}
    assert dues == {"registered/after_2_h": after(hours=3), "ticket/every_day_18_00": after(hours=9, minutes=30)}


def test_the_reason_lies_beside_the_step_and_is_needed(desk: Desk) -> None:
    wx = closed(desk)
    with pytest.raises(errors.NotUnderstood, match="a reason is needed"):
        desk.command("reopen", wx, "xu")
    desk.command("reopen", wx, "xu", reason="又漏了")
    assert "又漏了" not in str(desk.records(wx)[-1])


def test_it_is_closed_and_reopened_as_often_as_it_takes(desk: Desk) -> None:
    wx = closed(desk)
    for times in (1, 2):
        desk.command("reopen", wx, "xu", reason="又漏了")
        assert desk.ticket(wx).acts["reopened"] == times
        desk.do(wx, "dispatch", by="wang")
        desk.do(wx, "done", by="li")
        desk.do(wx, "confirm", by="wang")
    assert desk.ticket(wx).outcome == "repaired"


def test_what_was_closed_by_force_goes_on_too(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="漏水")
    desk.command("close", wx, "he", force=True, reason="联系不上业主")
    desk.command("reopen", wx, "xu", reason="业主来电")
    assert (desk.state(wx), "ended" in desk.ticket(wx).acts) == (["registered"], False)


def test_what_is_made_anew_from_the_record_is_the_same(desk: Desk) -> None:
    wx = closed(desk)
    desk.command("reopen", wx, "xu", reason="又漏了")
    before = desk.ticket(wx)
    rebuild(desk.engine)
    assert desk.ticket(wx) == before


def test_the_months_list_has_each_reopening_with_who_did_it(desk: Desk) -> None:
    wx = closed(desk)
    desk.command("reopen", wx, "xu", reason="又漏了")
    with desk.reading() as reading:
        [found] = exceptions(reading, desk.engine.programs, START, START + timedelta(days=1))
    assert (found.kind, found.ticket, found.person, found.number) == ("reopened", wx, "xu", desk.ticket(wx).number)


# --- who and when ----------------------------------------------------------------------------------------------------


def test_who_did_what_the_procedure_keeps_apart_from_it_does_not_reopen_it(desk: Desk) -> None:
    wx = closed(desk)
    with pytest.raises(errors.NotYou, match="separation of duty"):
        desk.command("reopen", wx, "wang", reason="又漏了")
    with pytest.raises(errors.NotYou, match="may not `reopen`"):
        desk.command("reopen", wx, "sun", reason="又漏了")


def test_separation_of_duty_counts_what_was_done_before(desk: Desk) -> None:
    wx = closed(desk)
    desk.command("reopen", wx, "xu", reason="又漏了")
    desk.do(wx, "dispatch", by="wang")
    desk.command("assign", wx, "boss", to="li")
    desk.do(wx, "done", by="li")
    with pytest.raises(errors.NotYou, match="separation of duty"):
        desk.do(wx, "confirm", by="li")


def test_it_is_reopened_within_its_time_and_no_longer(desk: Desk) -> None:
    wx = closed(desk)
    desk.clock.advance(timedelta(days=7))
    desk.command("reopen", wx, "xu", reason="又漏了", dry_run=True)
    desk.clock.advance(timedelta(minutes=1))
    with pytest.raises(errors.NotNow, match=r"was closed at 2026-11-23 09:30.*until 2026-11-30 09:30") as refused:
        desk.command("reopen", wx, "xu", reason="又漏了")
    assert "sop new repair" in str(refused.value.fix)


def test_a_note_after_its_end_does_not_make_the_time_longer(desk: Desk) -> None:
    wx = closed(desk)
    desk.clock.advance(timedelta(days=6))
    desk.command("note", wx, "xu", note="业主来电")
    desk.clock.advance(timedelta(days=2))
    with pytest.raises(errors.NotNow, match="was closed at 2026-11-23 09:30"):
        desk.command("reopen", wx, "xu", reason="又漏了")


def test_what_is_open_is_not_reopened_and_what_is_void_never(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="漏水")
    with pytest.raises(errors.NotNow, match="is not closed"):
        desk.command("reopen", wx, "xu", reason="又漏了")
    desk.command("void", wx, "wang", reason="录错房号")
    with pytest.raises(errors.NotNow, match="is void, and stays so"):
        desk.command("reopen", wx, "xu", reason="又漏了")


def test_where_the_procedure_names_no_state_that_is_said(desk: Desk) -> None:
    desk.publish(REPAIR.replace("prefix: WX", "prefix: WY").replace("procedure: repair", "procedure: other").replace(
        "  reopen: {by: {role: [desk, lead], not: did confirm}, to: registered, within: 7 days}\n", "").replace(
        "[did open, did reopen]", "did open").replace("POLICY", "resume"))  # fmt: skip
    wy = desk.open("other", by="wang", fault="漏水")
    desk.command("close", wy, "he", force=True, reason="联系不上业主")
    with pytest.raises(errors.NotNow, match="its procedure names no state"):
        desk.command("reopen", wy, "xu", reason="又漏了")
    assert "closed" not in desk.ticket(wy).acts


# --- promises --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "cycle", "start", "due"),
    [
        ("new_cycle", 2, after(hours=1, minutes=30), after(hours=5, minutes=30)),
        ("reset", 1, after(hours=1, minutes=30), after(hours=5, minutes=30)),
        ("resume", 1, after(), after(hours=4, minutes=30)),
    ],
)
def test_a_promise_that_says_so_begins_again_by_its_policy(
    desk: Desk, policy: str, cycle: int, start: str, due: str
) -> None:
    if policy != "new_cycle":
        desk.publish(REPAIR.replace("POLICY", policy))
    wx = closed(desk)
    desk.clock.advance(timedelta(minutes=30))
    desk.command("reopen", wx, "xu", reason="又漏了")
    goal = desk.ticket(wx).goals["finishing"]
    assert (goal["status"], goal["cycle"], goal["start"], goal["due"]) == ("running", cycle, start, due)


def test_a_promise_that_starts_on_the_way_begins_again_and_another_stays_as_it_ended(desk: Desk) -> None:
    wx = closed(desk)
    desk.command("reopen", wx, "xu", reason="又漏了")
    goals = desk.ticket(wx).goals
    assert (goals["dispatching"]["status"], goals["dispatching"]["cycle"]) == ("running", 2)
    assert goals["once"]["status"] == "met"
    with desk.reading() as reading:
        found = outcomes(reading, desk.engine.programs, START - timedelta(days=1), START + timedelta(days=9))
        assert sorted((each.goal, each.result) for each in found) == [
            ("dispatching", "kept"), ("finishing", "kept"), ("once", "kept"),
        ]  # fmt: skip


# --- regions and families --------------------------------------------------------------------------------------------


def test_all_regions_begin_again_and_who_did_one_before_is_kept_from_the_other(desk: Desk) -> None:
    desk.publish(SIDE_BY_SIDE)
    jj = desk.open("emergency", by="wang")
    desk.do(jj, "shut", by="xu")
    desk.do(jj, "lift", by="wang")
    desk.command("reopen", jj, "wang", reason="又漏了")
    assert desk.state(jj) == ["leaking", "barred"]
    with pytest.raises(errors.NotYou, match="separation of duty"):
        desk.do(jj, "lift", by="xu")
    desk.do(jj, "shut", by="xu")
    desk.do(jj, "lift", by="li")
    assert desk.ticket(jj).outcome == "over"


def test_a_parent_sees_that_a_child_goes_on(desk: Desk) -> None:
    desk.publish(CHILD)
    desk.publish(PARENT)
    parent = desk.open("parent", by="wang")
    child = desk.ticket(parent).children[0]["id"]
    desk.do(child, "finish", by="wang")
    assert desk.state(parent) == ["heard"]
    desk.command("reopen", child, "wang", reason="没办完")
    assert desk.state(parent) == ["waiting_again"]


def test_a_part_of_a_closed_ticket_is_not_reopened(desk: Desk) -> None:
    desk.publish(CHILD)
    desk.publish(PARENT)
    parent = desk.open("parent", by="wang")
    child = desk.ticket(parent).children[0]["id"]
    desk.do(child, "finish", by="wang")
    desk.do(parent, "wind_up", by="wang")
    with pytest.raises(errors.NotNow, match=f"is part of {parent}, which is closed"):
        desk.command("reopen", child, "wang", reason="没办完")
