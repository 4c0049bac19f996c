"""Whose task it is: giving back, offering to a colleague, taking over. One holder at any time, and no clock moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine import errors
from tests.desk import Desk, replayed
from tests.ticket.acts import holder, mine, told
from tests.ticket.acts import in_hand as mending

PEOPLE = {
    "wang": ["desk"], "sun": ["desk"], "li": ["engineer"], "zhao": ["engineer"], "he": ["lead"],
    "qian": ["electrician"],
}  # fmt: skip
REPAIR = """
procedure: repair
title: {zh: 报修, en: Repair}
prefix: WX
roles: [desk, engineer, electrician, lead]
open: {by: desk, to: registered}
acts:
  give_back:
    reasons: {other_trade: {zh: 非本工种, en: Not my trade}, off_shift: {zh: 不在班, en: Off shift}}
    lead: lead
  transfer: {to: electrician}
states:
  registered: {transitions: {dispatch: {by: desk, assign: engineer, to: mending}}}
  mending:
    after: {6 h: {tell: lead}}
    transitions: {done: {by: assignee, to: checking, assign: desk}}
  checking: {transitions: {confirm: {by: {who: assignee, not: [did done, did dispatch]}, to: mended}}}
  mended: {final: true, outcome: mended}
"""
PLAIN = """
procedure: plain
title: Plain
prefix: PL
roles: [desk, engineer]
open: {by: desk, assign: doer, to: working}
states:
  working: {transitions: {done: {by: assignee, to: over}, offer: {by: desk, assign: engineer, to: own}}}
  own: {transitions: {give_back: {by: assignee, assign: nobody, to: over}}}
  over: {final: true, outcome: over}
"""
SIDE_BY_SIDE = """
procedure: emergency
title: Emergency
prefix: JJ
roles: [desk, engineer]
open: {by: desk, to: helping}
states:
  helping:
    parallel: [water, gate]
    done: {to: over}
    states:
      water:
        states:
          leaking: {entry: {assign: engineer}, transitions: {shut: {by: assignee, to: dry}}}
          dry: {final: true}
      gate:
        states:
          closed_gate: {entry: {assign: engineer}, transitions: {lift: {by: assignee, to: lifted}}}
          lifted: {final: true}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, REPAIR) as bench:
        yield bench


# --- giving back -----------------------------------------------------------------------------------------------------


def test_a_task_that_is_given_back_is_offered_again_and_its_clocks_run_on(desk: Desk) -> None:
    wx = mending(desk)
    before = desk.ticket(wx)
    desk.advance(minutes=30)
    desk.command("give_back", wx, "li", because="other_trade")
    after = desk.ticket(wx)
    assert after.tasks == {"ticket": {"role": "engineer"}}
    assert (after.active, after.timers, after.did) == (before.active, before.timers, before.did)
    assert told(desk, wx, "give_back") == [["wang"]]
    assert desk.events(wx, "given_back")[0]["because"] == "other_trade"
    desk.command("claim", wx, "zhao")
    assert holder(desk, wx) == "zhao"


def test_the_second_giving_back_of_a_ticket_reaches_the_lead(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("give_back", wx, "li", because="other_trade")
    desk.command("claim", wx, "zhao")
    desk.command("give_back", wx, "zhao", because="off_shift", reason="今日轮休")
    assert told(desk, wx, "give_back") == [["wang"], ["wang", "he"]]
    assert desk.ticket(wx).acts["given_back"]["times"] == 2


@pytest.mark.parametrize("because", [None, "lazy", "非本工种", 7])
def test_where_the_procedure_names_reasons_one_of_them_must_be_given(desk: Desk, because: object) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotUnderstood, match="other_trade"):
        desk.command("give_back", wx, "li", because=because, reason="x")
    assert holder(desk, wx) == "li"


def test_what_is_said_in_a_reason_lies_beside_the_step(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("give_back", wx, "li", because="off_shift", reason="13800001111")
    assert "13800001111" not in str(desk.records(wx)[-1])


def test_nobody_but_the_assignee_gives_a_task_back(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotYou, match="may not `give-back`"):
        desk.command("give_back", wx, "zhao", because="off_shift")
    with pytest.raises(errors.NotYou):
        desk.command("give_back", wx, "wang", because="off_shift")


def test_what_nobody_has_or_was_offered_to_no_role_cannot_be_given_back(desk: Desk) -> None:
    desk.publish(PLAIN)
    wx, pl = desk.open("repair", by="wang"), desk.open("plain", by="wang")
    desk.do(wx, "dispatch", by="wang")
    with pytest.raises(errors.NotNow, match="nobody has the task"):
        desk.command("give_back", wx, "li", because="off_shift")
    with pytest.raises(errors.NotNow, match="offered to no role"):
        desk.command("give_back", pl, "wang", reason="x")


def test_without_a_list_of_reasons_any_words_will_do_but_there_must_be_some(desk: Desk) -> None:
    desk.publish(SIDE_BY_SIDE)
    jj = desk.open("emergency", by="wang")
    desk.command("claim", jj, "li", region="gate")
    with pytest.raises(errors.NotUnderstood, match="a reason is needed"):
        desk.command("give_back", jj, "li")
    desk.command("give_back", jj, "li", reason="没有工具")
    assert desk.ticket(jj).tasks == {"water": {"role": "engineer"}, "gate": {"role": "engineer"}}


def test_where_the_procedure_draws_giving_back_itself_that_is_how_it_is_done(desk: Desk) -> None:
    desk.publish(PLAIN)
    pl = desk.open("plain", by="wang")
    desk.do(pl, "offer", by="wang")
    desk.command("claim", pl, "li")
    with pytest.raises(errors.NotNow, match="by a transition") as refused:
        desk.command("give_back", pl, "li", reason="x")
    assert "sop do PL" in str(refused.value.fix)


# --- passing on ------------------------------------------------------------------------------------------------------


def test_until_a_colleague_takes_it_over_the_giver_holds_it(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("transfer", wx, "li", to="zhao", reason="交接班")
    assert holder(desk, wx) == "li"
    assert told(desk, wx, "transfer") == [["zhao"]]
    assert wx in mine(desk, "zhao")
    with pytest.raises(errors.NotYou):
        desk.do(wx, "done", by="zhao")
    desk.command("take_over", wx, "zhao")
    assert desk.ticket(wx).tasks == {"ticket": {"role": "engineer", "assignee": "zhao"}}
    assert told(desk, wx, "take_over") == [["li"]]
    assert desk.ticket(wx).acts == {}
    assert wx not in mine(desk, "li")
    desk.do(wx, "done", by="zhao")


def test_who_turns_it_down_says_why_and_it_stays_where_it_was(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("transfer", wx, "li", to="zhao")
    with pytest.raises(errors.NotUnderstood, match="a reason is needed"):
        desk.command("turn_down", wx, "zhao")
    desk.command("turn_down", wx, "zhao", reason="手上有三单")
    assert (holder(desk, wx), desk.ticket(wx).acts, told(desk, wx, "turn_down")) == ("li", {}, [["li"]])
    assert wx not in mine(desk, "zhao")


def test_the_giver_may_take_the_offer_back(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("transfer", wx, "li", to="zhao")
    with pytest.raises(errors.NotNow, match="is offered to zhao"):
        desk.command("transfer", wx, "li", to="qian")
    with pytest.raises(errors.NotYou, match="may not take"):
        desk.command("take_back", wx, "zhao")
    desk.command("take_back", wx, "li")
    with pytest.raises(errors.NotNow, match="no task of"):
        desk.command("take_over", wx, "zhao")
    with pytest.raises(errors.NotNow, match="offered or lent to anybody"):
        desk.command("take_back", wx, "li")


def test_a_task_is_offered_to_a_role_and_the_first_takes_it_over_as_one_of_it(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("transfer", wx, "li", role="electrician")
    assert told(desk, wx, "transfer") == [["qian"]]
    assert wx in mine(desk, "qian")
    with pytest.raises(errors.NotNow, match="lets it be"):
        desk.command("turn_down", wx, "qian", reason="x")
    with pytest.raises(errors.NotNow, match="no task of"):
        desk.command("take_over", wx, "zhao")
    desk.command("take_over", wx, "qian")
    assert desk.ticket(wx).tasks == {"ticket": {"role": "electrician", "assignee": "qian"}}


def test_it_goes_to_nobody_whom_the_procedure_does_not_name(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotYou, match="wang does not hold the role engineer, electrician here") as refused:
        desk.command("transfer", wx, "li", to="wang")
    assert refused.value.possible == ("zhao", "qian")
    with pytest.raises(errors.NotUnderstood, match="to engineer, electrician only"):
        desk.command("transfer", wx, "li", role="lead")
    with pytest.raises(errors.NotUnderstood, match="nobody here is nobody"):
        desk.command("transfer", wx, "li", to="nobody")
    with pytest.raises(errors.NotNow, match="li has WX-20261123-001 already"):
        desk.command("transfer", wx, "li", to="li")


def test_separation_of_duty_bars_whoever_could_not_act(desk: Desk) -> None:
    wx = mending(desk)
    desk.do(wx, "done", by="li")
    desk.command("claim", wx, "sun")
    with pytest.raises(errors.NotYou, match=r"could not `confirm` WX.*separation of duty"):
        desk.command("transfer", wx, "sun", to="wang")
    with pytest.raises(errors.NotYou, match=r"could not `confirm` WX.*separation of duty"):
        desk.command("assign", wx, "boss", to="wang")


def test_an_offer_lapses_when_the_task_goes_elsewhere(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("transfer", wx, "li", to="zhao")
    desk.command("assign", wx, "wang", to="zhao")
    assert desk.ticket(wx).acts == {}
    assert [event["how"] for event in desk.events(wx, "transfer_ended")] == ["lapsed"]
    desk.command("transfer", wx, "zhao", to="li")
    desk.do(wx, "done", by="zhao")
    assert [event["how"] for event in desk.events(wx, "transfer_ended")] == ["lapsed", "lapsed"]


def test_over_the_holders_head_both_are_told(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("assign", wx, "wang", to="zhao", reason="改派")
    assert told(desk, wx, "reassign") == [["li", "zhao"]]


def test_side_by_side_each_task_is_passed_on_by_itself(desk: Desk) -> None:
    desk.publish(SIDE_BY_SIDE)
    jj = desk.open("emergency", by="wang")
    desk.command("claim", jj, "li", region="water")
    desk.command("claim", jj, "zhao", region="gate")
    desk.command("transfer", jj, "li", to="zhao")
    assert desk.ticket(jj).acts["offered"]["water"]["to"] == "zhao"
    desk.command("take_over", jj, "zhao")
    assert (holder(desk, jj, "water"), holder(desk, jj, "gate")) == ("zhao", "zhao")
    with pytest.raises(errors.NotUnderstood, match="several tasks"):
        desk.command("give_back", jj, "zhao", reason="x")
    desk.command("give_back", jj, "zhao", reason="x", region="gate")
    assert (holder(desk, jj, "water"), holder(desk, jj, "gate")) == ("zhao", None)


def test_a_try_keeps_nothing(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("transfer", wx, "li", to="zhao", dry_run=True)
    desk.command("give_back", wx, "li", because="off_shift", dry_run=True)
    assert (holder(desk, wx), desk.ticket(wx).acts) == ("li", {})


def test_nobody_passes_on_what_is_closed(desk: Desk) -> None:
    desk.publish(PLAIN)
    pl = desk.open("plain", by="wang")
    desk.do(pl, "done", by="wang")
    for act in ("give_back", "transfer", "take_over", "turn_down", "take_back"):
        with pytest.raises(errors.NotNow, match="is closed"):
            desk.command(act, pl, "wang", to="sun", reason="x")
