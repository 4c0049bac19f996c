"""Sending a ticket back: to the step before, to where it was opened, to a state by name, out of regions that run side
by side. Time that was used up stays used up, and the task is whose it was."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from tests.desk import Desk, replayed
from tests.ticket.acts import after, in_hand

PEOPLE = {
    "wang": ["desk"], "li": ["engineer"], "zhao": ["engineer"], "he": ["lead"], "sun": ["security"],
}  # fmt: skip
REPAIR = """
procedure: repair
title: {zh: 报修, en: Repair}
prefix: WX
calendar: round-the-clock
roles: [desk, engineer, lead, security]
open: {by: desk, to: registered}
acts:
  return: RETURN
goals:
  dispatching: {start: registered, stop: did dispatch, within: 1 h, source: ours}
  mending: {start: mending, stop: checking, within: 4 h, source: ours}
states:
  registered: {transitions: {dispatch: {by: desk, assign: engineer, to: mending}}}
  mending:
    after: {2 h: {tell: lead}}
    transitions: {done: {by: assignee, to: checking}}
  checking: {transitions: {confirm: {by: desk, to: mended}, look: {by: lead, to: checking}}}
  mended: {final: true, outcome: mended}
"""
SIDE_BY_SIDE = """
procedure: emergency
title: Emergency
prefix: JJ
roles: [desk, engineer, security, lead]
open: {by: desk, to: told}
acts: {return: {by: [desk, assignee, lead], to: [previous, told, leaking]}}
states:
  told: {transitions: {go: {by: desk, to: helping}}}
  helping:
    parallel: [water, gate, power]
    done: {to: over}
    states:
      water:
        states:
          leaking: {transitions: {shut: {by: engineer, assign: engineer, to: mopping}}}
          mopping: {transitions: {mop: {by: assignee, to: dry}}}
          dry: {final: true}
      gate:
        states:
          barred: {transitions: {lift: {by: security, to: lifted}}}
          lifted: {transitions: {bar: {by: security, to: free}}}
          free: {final: true}
      power:
        states:
          cut: {transitions: {reset: {by: security, to: live}}}
          live: {final: true}
  over: {final: true, outcome: over}
"""


@pytest.fixture(autouse=True)
def _over_every_store() -> None:
    """Over one store: what these tests look at never leaves `decide` and `evolve`."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, calendar="round-the-clock") as bench:
        yield bench


def checking(desk: Desk, rules: str = "{to: [previous, opener, registered]}") -> str:
    """A repair in the last state, mended by li."""
    desk.publish(REPAIR.replace("RETURN", rules))
    wx = in_hand(desk)
    desk.do(wx, "done", by="li")
    return wx


def back(desk: Desk, id: str, by: str = "wang", **arguments: Any) -> None:
    desk.command("return", id, by, reason="漏水未止", **arguments)


# --- where to --------------------------------------------------------------------------------------------------------


def test_it_goes_back_to_the_step_before_and_the_task_is_whose_it_was(desk: Desk) -> None:
    wx = checking(desk)
    back(desk, wx)
    assert desk.state(wx) == ["mending"]
    assert desk.ticket(wx).tasks == {"ticket": {"assignee": "li", "role": "engineer"}}
    desk.do(wx, "done", by="li")
    assert desk.state(wx) == ["checking"]


def test_the_next_return_goes_back_further_and_the_opening_is_the_end(desk: Desk) -> None:
    wx = checking(desk)
    back(desk, wx)
    back(desk, wx, by="li")
    assert (desk.state(wx), desk.ticket(wx).tasks) == (["registered"], {})
    with pytest.raises(errors.NotNow, match="there is nothing before that"):
        back(desk, wx)


def test_a_refusal_names_no_place_that_would_be_refused_in_turn(desk: Desk) -> None:
    wx = checking(desk, "{to: [previous, opener, registered, mending]}")
    with pytest.raises(errors.NotNow, match="stands there already") as refused:
        back(desk, wx, to="checking")
    assert str(refused.value.fix).endswith("the step before, where it was opened, registered, mending")
    back(desk, wx, to="registered")
    for to in ("previous", "opener", "registered"):
        with pytest.raises(errors.NotNow) as refused:
            back(desk, wx, to=to)
        assert str(refused.value.fix) == "it may go back to: mending"


def test_forward_and_back_again_and_again(desk: Desk) -> None:
    wx = checking(desk)
    for _time in range(4):
        back(desk, wx)
        desk.do(wx, "done", by="li")
    back(desk, wx)
    back(desk, wx)
    assert desk.state(wx) == ["registered"]
    assert [move["to"] for move in desk.ticket(wx).acts["trail"]] == [["registered"]]


def test_it_goes_back_to_a_state_by_name(desk: Desk) -> None:
    wx = checking(desk)
    back(desk, wx, to="registered")
    assert desk.state(wx) == ["registered"]
    assert len(desk.ticket(wx).acts["trail"]) == 1


def test_after_a_return_to_the_opener_the_task_is_his(desk: Desk) -> None:
    wx = checking(desk)
    desk.command("hand_over", wx, "wang", to="he")
    back(desk, wx, by="he", to="opener")
    assert (desk.state(wx), desk.ticket(wx).tasks) == (["registered"], {"ticket": {"assignee": "wang"}})


def test_a_transition_into_the_same_state_is_no_step_before(desk: Desk) -> None:
    wx = checking(desk)
    desk.do(wx, "look", by="he")
    back(desk, wx)
    assert desk.state(wx) == ["mending"]


def test_a_colleague_who_has_left_does_not_get_the_task_back(desk: Desk) -> None:
    wx = checking(desk)
    desk.site("change_person", actor="li", active=False)
    back(desk, wx)
    assert desk.ticket(wx).tasks == {"ticket": {"role": "engineer"}}


def test_whoever_has_the_task_now_is_told_and_not_whoever_did_it(desk: Desk) -> None:
    wx = checking(desk)
    back(desk, wx)
    assert [event["to"] for event in desk.events(wx, "told")] == [["li"]]
    back(desk, wx, by="li", to="registered")
    assert [event["to"] for event in desk.events(wx, "told")] == [["li"], ["wang"]]


def test_it_remembers_twenty_moves_and_the_first(desk: Desk) -> None:
    desk.publish("""
procedure: turning
title: Turning
prefix: ZZ
calendar: round-the-clock
roles: [desk]
open: {by: desk, to: first}
acts: {return: {by: desk, to: [previous, opener]}}
goals: {beginning: {start: first, stop: left, within: 5 h, source: ours}}
states:
  first: {transitions: {go: {by: desk, to: left}}}
  left: {transitions: {turn: {by: desk, to: right}, finish: {by: desk, to: over}}}
  right: {transitions: {turn: {by: desk, to: left}}}
  over: {final: true, outcome: over}
""")
    zz = desk.open("turning", by="wang")
    desk.advance(hours=2)
    desk.do(zz, "go", by="wang")
    for _time in range(26):
        desk.do(zz, "turn", by="wang")
    assert len(desk.ticket(zz).acts["trail"]) == 21
    for _time in range(20):
        back(desk, zz)
    with pytest.raises(errors.NotNow, match="is not remembered any more"):
        back(desk, zz)
    desk.advance(hours=1)
    back(desk, zz, to="opener")
    assert (desk.state(zz), desk.ticket(zz).goals["beginning"]["due"]) == (["first"], after(hours=6))


# --- whether ---------------------------------------------------------------------------------------------------------


def test_where_the_procedure_says_nothing_nothing_goes_back_and_nothing_is_remembered(desk: Desk) -> None:
    desk.publish(REPAIR.replace("  return: RETURN\n", "  watch: {by: desk}\n"))
    wx = desk.open("repair", by="wang")
    desk.do(wx, "dispatch", by="wang")
    with pytest.raises(errors.NotNow, match="lets no ticket go back"):
        back(desk, wx)
    assert desk.ticket(wx).acts == {}


@pytest.mark.parametrize(
    ("rules", "to", "why"),
    [
        ("{to: opener}", "previous", "go back there"),
        ("{to: previous}", "opener", "go back there"),
        ("{to: previous}", "registered", "go back there"),
        ("{to: [previous, registered]}", "checking", "stands there already"),
        ("{to: [previous, mended]}", "mended", "has never been in"),
        ("{to: previous, from: mending}", "previous", "does not go back out of"),
    ],
)
def test_it_goes_back_only_where_the_procedure_lets_it(desk: Desk, rules: str, to: str, why: str) -> None:
    if "mended" in rules:
        rules = rules.replace("mended", "checking")
        to = "mended"
    wx = checking(desk, rules)
    with pytest.raises(errors.NotNow, match=why):
        back(desk, wx, to=to)
    assert desk.state(wx) == ["checking"]


def test_the_step_before_may_be_named(desk: Desk) -> None:
    wx = checking(desk, "{to: previous}")
    back(desk, wx, to="mending")
    assert desk.state(wx) == ["mending"]


def test_who_can_act_there_may_and_nobody_else(desk: Desk) -> None:
    wx = checking(desk)
    with pytest.raises(errors.NotYou, match=r"only whoever can act in .*checking"):
        back(desk, wx, by="li")
    back(desk, wx, by="he")
    assert desk.records(wx)[-1]["command"]["arguments"]["as"] == "role:lead"


def test_separation_of_duty_counts_for_a_return_and_remembers_who_did_what(desk: Desk) -> None:
    wx = checking(desk, "{by: [{role: lead, not: did done}, {role: [desk, engineer], not: did done}]}")
    with pytest.raises(errors.NotYou, match="separation of duty"):
        back(desk, wx, by="li")
    back(desk, wx, by="wang")
    assert desk.ticket(wx).did["done"]["times"] == 1
    with pytest.raises(errors.NotYou, match="separation of duty"):
        back(desk, wx, by="li")


@pytest.mark.parametrize(
    ("arguments", "error", "why"),
    [
        ({}, errors.NotUnderstood, "a reason is needed"),
        ({"reason": "返工", "to": "mendin"}, errors.NotUnderstood, "no state named"),
        ({"reason": "返工", "region": "gate"}, errors.NotNow, "does not stand in gate"),
    ],
)
def test_what_is_not_understood_leaves_no_trace(desk: Desk, arguments: Any, error: Any, why: str) -> None:
    wx = checking(desk)
    number = desk.ticket(wx).number
    with pytest.raises(error, match=why):
        desk.command("return", wx, "wang", **arguments)
    assert desk.ticket(wx).number == number


def test_what_rests_or_is_closed_does_not_go_back(desk: Desk) -> None:
    wx = checking(desk)
    desk.command("suspend", wx, "wang", until=after(hours=5), reason="等料")
    with pytest.raises(errors.NotNow, match="is suspended"):
        back(desk, wx)
    desk.command("resume", wx, "wang")
    desk.do(wx, "confirm", by="wang")
    with pytest.raises(errors.NotNow, match="is closed"):
        back(desk, wx)


def test_where_it_would_go_on_by_itself_at_once_it_does_not_go_back(desk: Desk) -> None:
    desk.publish("""
procedure: asking
title: Asking
prefix: WD
roles: [desk]
fields: {ready: {type: boolean}}
open: {by: desk, to: waiting}
acts: {return: {by: desk}}
states:
  waiting:
    always: [{when: {ready: true}, to: going}]
  going: {transitions: {finish: {by: desk, to: over}}}
  over: {final: true, outcome: over}
""")
    wd = desk.open("asking", by="wang")
    desk.command("edit", wd, "wang", fields={"ready": True}, reason="到货")
    assert desk.state(wd) == ["going"]
    with pytest.raises(errors.NotNow, match="goes on from there by itself"):
        back(desk, wd)
    assert desk.state(wd) == ["going"]


# --- time ------------------------------------------------------------------------------------------------------------


def test_a_promise_goes_on_with_what_it_had_used_up(desk: Desk) -> None:
    desk.publish(REPAIR.replace("RETURN", "{to: [previous, opener]}"))
    wx = desk.open("repair", by="wang")
    desk.do(wx, "dispatch", by="wang")
    desk.command("claim", wx, "li")
    desk.advance(hours=3)
    desk.do(wx, "done", by="li")
    desk.advance(hours=10)
    back(desk, wx)
    goal = desk.ticket(wx).goals["mending"]
    assert (goal["status"], goal["due"], goal["cycle"]) == ("running", after(hours=14), 1)
    desk.advance(hours=2)
    assert desk.ticket(wx).goals["mending"]["breached"] == after(hours=14)


def test_a_promise_that_ended_on_the_way_goes_on_when_it_starts_again(desk: Desk) -> None:
    wx = checking(desk)  # at once, so that an hour of it is left
    desk.advance(hours=1)
    back(desk, wx, to="registered")
    assert desk.ticket(wx).goals["dispatching"]["due"] == after(hours=2)
    assert desk.ticket(wx).goals["mending"]["kept"] is True
    desk.advance(minutes=30)
    desk.do(wx, "dispatch", by="wang")
    goal = desk.ticket(wx).goals["mending"]
    assert (goal["status"], goal["kept"], goal["due"]) == ("running", False, after(hours=5, minutes=30))
    assert goal["cycle"] == 1


def test_timers_of_what_is_left_go_and_those_of_what_is_entered_begin(desk: Desk) -> None:
    wx = checking(desk)
    desk.advance(hours=1)
    back(desk, wx)
    assert desk.ticket(wx).timers["mending/after_2_h"]["due"] == after(hours=3)
    back(desk, wx, by="li")
    assert not [key for key in desk.ticket(wx).timers if key.startswith("mending/")]


# --- side by side ----------------------------------------------------------------------------------------------------


def emergency(desk: Desk, *done: tuple[str, str]) -> str:
    desk.publish(SIDE_BY_SIDE)
    jj = desk.open("emergency", by="wang")
    desk.do(jj, "go", by="wang")
    for trigger, person in done:
        desk.do(jj, trigger, by=person)
    return jj


def test_one_region_goes_back_and_the_others_stay(desk: Desk) -> None:
    jj = emergency(desk, ("shut", "li"), ("lift", "sun"), ("bar", "sun"))
    entered = desk.ticket(jj).entered["cut"]
    back(desk, jj, region="gate")
    assert desk.state(jj) == ["mopping", "lifted", "cut"]
    back(desk, jj, region="water")
    assert desk.state(jj) == ["leaking", "lifted", "cut"]
    assert desk.ticket(jj).entered["cut"] == entered
    assert desk.ticket(jj).tasks == {}


def test_which_region_must_be_said_where_several_have_moved(desk: Desk) -> None:
    jj = emergency(desk, ("shut", "li"), ("lift", "sun"))
    with pytest.raises(errors.NotUnderstood, match="in several regions") as refused:
        back(desk, jj)
    assert refused.value.near == ("water", "gate", "power")


def test_out_of_regions_that_nobody_has_moved_it_goes_back_as_a_whole(desk: Desk) -> None:
    jj = emergency(desk)
    back(desk, jj)
    assert desk.state(jj) == ["told"]


def test_the_whole_goes_back_to_a_state_outside_and_moves_inside_are_forgotten(desk: Desk) -> None:
    jj = emergency(desk, ("shut", "li"), ("lift", "sun"))
    back(desk, jj, to="told")
    assert desk.state(jj) == ["told"]
    assert [move["to"] for move in desk.ticket(jj).acts["trail"]] == [["told"]]
    with pytest.raises(errors.NotNow, match="nothing before that"):
        back(desk, jj)


def test_a_region_goes_back_by_the_name_of_its_state_with_its_task(desk: Desk) -> None:
    jj = emergency(desk, ("shut", "li"), ("lift", "sun"))
    desk.command("claim", jj, "li", region="water")
    desk.do(jj, "mop", by="li")
    back(desk, jj, region="water")
    assert (desk.state(jj), desk.ticket(jj).tasks["water"]["assignee"]) == (["mopping", "lifted", "cut"], "li")
    back(desk, jj, to="leaking")
    assert desk.state(jj) == ["leaking", "lifted", "cut"]
    desk.do(jj, "shut", by="li")
    back(desk, jj, region="water")
    assert desk.state(jj) == ["leaking", "lifted", "cut"]


def test_a_step_that_moved_two_regions_is_gone_back_over_in_both(desk: Desk) -> None:
    desk.publish(
        SIDE_BY_SIDE.replace("assign: engineer, to: mopping", "assign: engineer, raise: wet, to: mopping").replace(
            "          barred: {", "          barred: {on_event: {wet: {to: lifted}}, "
        )
    )
    jj = desk.open("emergency", by="wang")
    desk.do(jj, "go", by="wang")
    desk.do(jj, "reset", by="sun")
    desk.do(jj, "shut", by="li")
    assert desk.state(jj) == ["mopping", "lifted", "live"]
    back(desk, jj, region="gate")
    assert desk.state(jj) == ["leaking", "barred", "live"]
