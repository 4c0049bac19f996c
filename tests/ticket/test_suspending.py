"""A ticket that rests until a time: nothing moves it, its timers wait, and its promises stand still where the procedure
says so."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.engine.timers import tick
from sop_engine.store.seam import Query
from tests.desk import Desk, replayed
from tests.ticket.acts import after, in_hand

PEOPLE = {"wang": ["desk"], "li": ["engineer"], "he": ["lead"], "sun": ["security"]}
REPAIR = """
procedure: repair
title: {zh: 报修, en: Repair}
prefix: WX
subject: "{{ fault }}"
calendar: round-the-clock
roles: [desk, engineer, lead, security]
fields:
  fault: {type: text, title: 故障}
  visit: {type: datetime, title: 上门}
open: {by: desk, ask: fault, may_ask: visit, to: registered}
acts:
  suspend: {by: [assignee, lead], at_most: 7 days, times: 2, pauses: finishing}
goals:
  finishing: {start: did open, stop: did done, within: 4 h, source: ours}
  progress: {start: did open, stop: did done, within: 6 h, escalate: {0 min: lead}, source: ours}
anytime:
  tell_on: {by: desk}
states:
  registered:
    transitions: {dispatch: {by: desk, assign: engineer, to: mending}}
  mending:
    after: {2 h: {tell: lead}}
    at: {visit: {tell: desk}}
    transitions: {done: {by: assignee, to: mended}}
  mended: {final: true, outcome: mended}
"""


RAISING = """
procedure: raising
title: Raising
prefix: GB
calendar: round-the-clock
roles: [desk, lead]
open: {by: desk, to: working}
goals:
  finishing: {start: did open, stop: did done, within: 1 h, escalate: {1 h: {raise: overdue}}, source: ours}
states:
  working:
    on_event: {overdue: {to: with_lead}}
    transitions: {done: {by: desk, to: over}}
  with_lead: {transitions: {done: {by: lead, to: over}}}
  over: {final: true, outcome: over}
"""
CHILD = """
procedure: child
title: Child
prefix: CH
roles: [desk]
open: {by: desk, to: begun}
states:
  begun:
    transitions:
      start_work: {by: desk, to: working}
      call: {by: desk, signal: {parent: called}}
      finish: {by: desk, to: over}
  working: {transitions: {done: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""
PARENT = """
procedure: parent
title: Parent
prefix: PA
roles: [desk]
takes: [called, paid]
open: {by: desk, start: child, to: waiting}
states:
  waiting:
    always:
      - {when: "any(children('child'), 'working' in child.state)", to: under_way}
      - {when: "all(children('child'), child.status == 'closed')", to: heard}
    on_event: {paid: {to: over}}
    transitions: {give_up: {by: desk, to: over}}
  under_way: {transitions: {wind_up: {by: desk, to: over}}}
  heard: {transitions: {wind_up: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""
SIDE_BY_SIDE = """
procedure: emergency
title: Emergency
prefix: JJ
roles: [desk, engineer, security]
open: {by: desk, to: helping}
states:
  helping:
    parallel: [water, gate]
    done: {to: over}
    states:
      water:
        states:
          leaking: {transitions: {shut: {by: engineer, to: dry}}}
          dry: {final: true}
      gate:
        states:
          barred: {transitions: {lift: {by: security, to: lifted}}}
          lifted: {final: true}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, REPAIR, calendar="round-the-clock") as bench:
        yield bench


def mending(desk: Desk, **fields: Any) -> str:
    return in_hand(desk, fault="漏水", **fields)


def suspended(desk: Desk, **time: float) -> str:
    wx = mending(desk)
    desk.command("suspend", wx, "li", until=after(**time), reason="等料")
    return wx


# --- suspended -------------------------------------------------------------------------------------------------------


def test_no_trigger_is_done_while_it_is_suspended(desk: Desk) -> None:
    wx = suspended(desk, hours=5)
    for trigger, person in (("done", "li"), ("tell_on", "wang")):
        with pytest.raises(
            errors.NotNow, match=r"until 2026-11-23 13:30; resume it may: who suspended it \(li\)"
        ) as refused:
            desk.do(wx, trigger, by=person)
        assert "sop resume" in str(refused.value.fix)
    assert desk.ticket(wx).status == "suspended"


def test_what_moves_no_state_is_done_as_ever(desk: Desk) -> None:
    wx = suspended(desk, hours=5)
    desk.command("note", wx, "wang", note="业主来电")
    desk.command("urge", wx, "wang")
    desk.command("edit", wx, "wang", fields={"fault": "厨房漏水"}, reason="业主补充")
    desk.command("hand_over", wx, "wang", to="he")
    ticket = desk.ticket(wx)
    assert (ticket.status, ticket.owner, ticket.fields["fault"]) == ("suspended", "he", "厨房漏水")


def test_the_reason_lies_beside_the_step(desk: Desk) -> None:
    wx = suspended(desk, hours=5)
    record = desk.records(wx)[-1]
    assert "等料" not in str(record)
    with desk.reading() as reading:
        assert reading.sealed(wx, record["number"])[record["number"], "reason"].value == "等料"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"reason": "等料"}, "until when is missing"),
        ({"reason": "等料", "until": "tomorrow"}, "until when is missing"),
        ({"reason": "等料", "until": after(hours=0)}, "has passed already"),
        ({"until": after(hours=1)}, "a reason is needed"),
        ({"until": after(hours=1), "reason": " "}, "the reason is empty"),
        ({"until": after(hours=1), "reason": "\ud800"}, "the reason"),
    ],
)
def test_until_when_and_why_must_be_said(desk: Desk, arguments: dict[str, str], why: str) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotUnderstood, match=why):
        desk.command("suspend", wx, "li", **arguments)
    assert desk.ticket(wx).status == "open"


def test_it_rests_no_longer_than_the_procedure_lets_it(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotNow, match="for 7 days at most, until 2026-11-30 08:30"):
        desk.command("suspend", wx, "li", until=after(days=7, minutes=1), reason="等料")
    desk.command("suspend", wx, "li", until=after(days=7), reason="等料")


def test_it_rests_no_more_often_than_the_procedure_lets_it(desk: Desk) -> None:
    wx = mending(desk)
    for _time in range(2):
        desk.command("suspend", wx, "li", until=after(hours=1), reason="等料")
        desk.command("resume", wx, "li")
    with pytest.raises(errors.NotNow, match="was suspended 2 times"):
        desk.command("suspend", wx, "li", until=after(hours=1), reason="等料")


def test_only_those_suspend_whom_the_procedure_names(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotYou, match="may not `suspend`"):
        desk.command("suspend", wx, "wang", until=after(hours=1), reason="等料")


def test_what_is_suspended_is_not_suspended_again_and_what_goes_on_not_resumed(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotNow, match="is not suspended"):
        desk.command("resume", wx, "li")
    desk.command("suspend", wx, "li", until=after(hours=1), reason="等料")
    with pytest.raises(errors.NotNow, match="is suspended until"):
        desk.command("suspend", wx, "li", until=after(hours=2), reason="等料")


def test_lists_have_it_among_the_open_ones_and_say_until_when(desk: Desk) -> None:
    wx, other = suspended(desk, hours=5), mending(desk)
    with desk.reading() as reading:
        found = reading.heads(Query(status="open"))
        resting = reading.heads(Query(status="open", suspended=True))
        going = reading.heads(Query(status="open", suspended=False))
    assert {head.id: head.status for head in found if head.id in (wx, other)} == {wx: "suspended", other: "open"}
    assert [(head.id, head.suspended) for head in resting] == [(wx, after(hours=5))]
    assert wx not in [head.id for head in going]


# --- resumed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["li", "he"])
def test_who_suspended_it_and_who_may_suspend_lets_it_go_on(desk: Desk, person: str) -> None:
    wx = suspended(desk, hours=5)
    desk.command("resume", wx, person)
    desk.do(wx, "done", by="li")
    assert desk.ticket(wx).status == "closed"


def test_nobody_else_lets_it_go_on(desk: Desk) -> None:
    wx = suspended(desk, hours=5)
    with pytest.raises(errors.NotYou, match="may not `resume`"):
        desk.command("resume", wx, "sun")


def test_it_goes_on_by_itself_at_its_time_however_late_the_sweep_comes(desk: Desk) -> None:
    wx = suspended(desk, hours=1)
    desk.advance(hours=1, minutes=20)
    resumed = desk.records(wx)[-1]
    assert (resumed["command"]["name"], resumed["effective"]) == ("fire", after(hours=1))
    assert desk.ticket(wx).status == "open"


def test_a_command_after_its_time_finds_it_going_on_without_a_sweep(desk: Desk) -> None:
    wx = suspended(desk, hours=1)
    desk.clock.advance(timedelta(hours=1, minutes=1))
    desk.do(wx, "done", by="li")
    assert desk.ticket(wx).outcome == "mended"


# --- timers ----------------------------------------------------------------------------------------------------------


def test_timers_wait_and_fire_when_it_goes_on(desk: Desk) -> None:
    wx = suspended(desk, hours=3)
    desk.advance(hours=2, minutes=30)
    assert desk.events(wx, "timer_fired") == []
    desk.advance(hours=1)
    fired = [(record["command"]["arguments"]["timer"], record["effective"]) for record in desk.records(wx)
             if record["command"]["name"] == "fire"]  # fmt: skip
    assert fired == [("resume", after(hours=3)), ("mending/after_2_h", after(hours=3))]


def test_a_timer_that_is_due_later_fires_at_its_own_time(desk: Desk) -> None:
    wx = suspended(desk, hours=1)
    desk.advance(hours=3)
    assert [record["effective"] for record in desk.records(wx) if record["command"]["name"] == "fire"] == [
        after(hours=1), after(hours=2),
    ]  # fmt: skip


def test_a_waiting_timer_holds_up_no_sweep_and_is_not_set_aside(desk: Desk) -> None:
    wx = suspended(desk, hours=30)
    desk.clock.advance(timedelta(hours=5))
    assert tick(desk.engine).fired == 0
    with desk.reading() as reading:
        assert reading.aside() == []
    assert "aside" not in desk.ticket(wx).timers["mending/after_2_h"]


def test_correcting_its_field_moves_a_waiting_timer(desk: Desk) -> None:
    wx = mending(desk, visit=after(hours=2))
    desk.command("suspend", wx, "li", until=after(hours=8), reason="等料")
    desk.command("edit", wx, "wang", fields={"visit": after(hours=10)}, reason="改约")
    desk.advance(hours=9)
    assert desk.ticket(wx).timers["mending/at_visit"]["due"] == after(hours=10)


# --- promises --------------------------------------------------------------------------------------------------------


def test_a_promise_stands_still_where_the_procedure_says_so_and_others_run_on(desk: Desk) -> None:
    wx = mending(desk)
    desk.advance(hours=1)
    desk.command("suspend", wx, "li", until=after(hours=10), reason="等料")
    goals = desk.ticket(wx).goals
    assert (goals["finishing"]["status"], goals["finishing"]["remaining_ms"]) == ("paused", 3 * 3600 * 1000)
    desk.advance(hours=6)
    assert desk.ticket(wx).goals["progress"]["breached"] == after(hours=6)
    desk.advance(hours=3)
    assert (desk.ticket(wx).goals["finishing"]["status"], desk.ticket(wx).goals["finishing"]["due"]) == (
        "running", after(hours=13),
    )  # fmt: skip


def test_what_a_promise_raises_is_kept_and_taken_when_it_goes_on(desk: Desk) -> None:
    desk.publish(RAISING)
    gb = desk.open("raising", by="wang")
    desk.command("suspend", gb, "wang", until=after(hours=5), reason="等料")
    desk.advance(hours=2)
    assert (desk.state(gb), desk.ticket(gb).acts["suspended"]["waiting"]) == (["working"], ["overdue"])
    desk.command("resume", gb, "wang")
    assert desk.state(gb) == ["with_lead"]


# --- families --------------------------------------------------------------------------------------------------------


def family(desk: Desk) -> tuple[str, str]:
    desk.publish(CHILD)
    desk.publish(PARENT)
    parent = desk.open("parent", by="wang")
    return parent, desk.ticket(parent).children[0]["id"]


def test_a_child_that_closes_meanwhile_is_heard_of_when_the_parent_goes_on(desk: Desk) -> None:
    parent, child = family(desk)
    desk.command("suspend", parent, "wang", until=after(hours=5), reason="等料")
    desk.do(child, "finish", by="wang")
    assert (desk.ticket(child).status, desk.state(parent)) == ("closed", ["waiting"])
    desk.command("resume", parent, "wang")
    assert desk.state(parent) == ["heard"]


def test_a_child_that_moves_meanwhile_is_looked_at_when_the_parent_goes_on(desk: Desk) -> None:
    parent, child = family(desk)
    desk.command("suspend", parent, "wang", until=after(hours=5), reason="等料")
    desk.do(child, "start_work", by="wang")
    assert desk.state(parent) == ["waiting"]
    desk.command("resume", parent, "wang")
    assert desk.state(parent) == ["under_way"]


def test_what_is_kept_is_taken_in_order_and_what_nobody_takes_is_on_record(desk: Desk) -> None:
    parent, child = family(desk)
    desk.command("suspend", parent, "wang", until=after(hours=5), reason="等料")
    desk.do(child, "call", by="wang")
    desk.do(child, "finish", by="wang")
    desk.command("resume", parent, "wang")
    assert [event["event"] for event in desk.events(parent, "not_taken")] == ["called"]
    assert desk.state(parent) == ["heard"]


def test_side_by_side_everything_rests_and_goes_on_where_it_was(desk: Desk) -> None:
    desk.publish(SIDE_BY_SIDE)
    jj = desk.open("emergency", by="wang")
    desk.do(jj, "shut", by="li")
    desk.command("suspend", jj, "wang", until=after(hours=1), reason="等外协")
    with pytest.raises(errors.NotNow, match="is suspended"):
        desk.do(jj, "gate.lift", by="sun")
    desk.advance(hours=1)
    assert desk.state(jj) == ["dry", "barred"]
    desk.do(jj, "gate.lift", by="sun")
    assert desk.ticket(jj).outcome == "over"
