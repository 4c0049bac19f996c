"""Urging, letting know and watching: they call somebody's attention to a ticket, and move nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine import errors
from tests.desk import Desk, replayed
from tests.ticket.acts import in_hand, told

PEOPLE = {
    "wang": ["desk"], "li": ["engineer"], "zhao": ["engineer"], "he": ["lead"], "sun": ["security"], "qian": ["lead"],
}  # fmt: skip
REPAIR = """
procedure: repair
title: {zh: 报修, en: Repair}
prefix: WX
subject: "{{ fault }}"
roles: [desk, engineer, lead, security]
fields:
  fault: {type: text, title: 故障}
open: {by: desk, ask: fault, to: registered}
acts:
  urge: {apart: 30 min, lead: lead}
  copy: {by: [desk, lead]}
  watch: {by: {role: [desk, lead], not: did dispatch}}
states:
  registered: {transitions: {dispatch: {by: desk, assign: engineer, to: mending}}}
  mending: {transitions: {done: {by: assignee, to: mended}}}
  mended: {final: true, outcome: mended}
"""
SIDE_BY_SIDE = """
procedure: emergency
title: Emergency
prefix: JJ
subject: "{{ what }}"
roles: [desk, engineer, security]
fields:
  what: {type: text}
open: {by: desk, ask: what, to: helping}
acts:
  copy: {by: assignee}
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
          closed_gate: {entry: {assign: security}, transitions: {lift: {by: assignee, to: lifted}}}
          lifted: {final: true}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, REPAIR) as bench:
        yield bench


def mending(desk: Desk) -> str:
    return in_hand(desk, fault="漏水")


# --- urging ----------------------------------------------------------------------------------------------------------


def test_urging_reaches_the_assignee_and_moves_nothing(desk: Desk) -> None:
    wx = mending(desk)
    before = desk.ticket(wx)
    desk.command("urge", wx, "wang")
    after = desk.ticket(wx)
    assert told(desk, wx, "urge") == [["li"]]
    assert (after.active, after.timers, after.tasks, after.did) == (
        before.active, before.timers, before.tasks, before.did,
    )  # fmt: skip


def test_without_an_assignee_urging_reaches_those_to_whom_the_task_is_offered(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="漏水")
    desk.do(wx, "dispatch", by="wang")
    desk.command("urge", wx, "he")
    assert told(desk, wx, "urge") == [["li", "zhao"]]


def test_without_a_task_urging_reaches_the_owner(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="漏水")
    desk.command("urge", wx, "he")
    assert told(desk, wx, "urge") == [["wang"]]


def test_a_side_that_has_just_urged_is_told_when_it_can_urge_again(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("urge", wx, "wang")
    desk.advance(minutes=29)
    with pytest.raises(errors.NotNow, match=r"can be urged again at 2026-11-23 09:00"):
        desk.command("urge", wx, "he")
    desk.advance(minutes=1)
    desk.command("urge", wx, "he")
    assert desk.ticket(wx).acts["urged"]["staff"]["times"] == 2


def test_the_customer_may_urge_though_one_of_us_just_has(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("urge", wx, "he")
    desk.command("urge", wx, "wang", **{"from": "customer", "note": "第二次来电,很急"})
    urged = desk.events(wx, "urged")
    assert [event["side"] for event in urged] == ["staff", "customer"]
    assert [event.get("contact") for event in urged] == [None, True]


def test_from_the_customers_second_urging_on_the_lead_hears_of_it_too(desk: Desk) -> None:
    wx = mending(desk)
    for _time in range(3):
        desk.command("urge", wx, "wang", **{"from": "customer"})
        desk.advance(minutes=30)
    assert told(desk, wx, "urge") == [["li"], ["li", "he", "qian"], ["li", "he", "qian"]]


def test_our_own_second_urging_does_not_reach_the_lead(desk: Desk) -> None:
    wx = mending(desk)
    for _time in range(2):
        desk.command("urge", wx, "wang")
        desk.advance(minutes=30)
    assert told(desk, wx, "urge") == [["li"], ["li"]]


def test_urging_is_counted_in_the_line_of_lists(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("urge", wx, "he")
    desk.command("urge", wx, "wang", **{"from": "customer"})
    with desk.reading() as reading:
        head = reading.head(wx)
    assert head is not None and head.urged == 2


def test_nobody_urges_what_is_closed(desk: Desk) -> None:
    wx = mending(desk)
    desk.do(wx, "done", by="li")
    with pytest.raises(errors.NotNow, match="is closed"):
        desk.command("urge", wx, "wang")


def test_a_side_that_is_none_is_not_understood(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotUnderstood, match="is one of customer, staff"):
        desk.command("urge", wx, "wang", **{"from": "custommer"})
    assert "urged" not in desk.ticket(wx).acts


def test_a_note_of_urging_lies_beside_the_step(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("urge", wx, "wang", note="13800001111 来电")
    record = desk.records(wx)[-1]
    assert "13800001111" not in str(record)
    with desk.reading() as reading:
        assert reading.sealed(wx, record["number"])[record["number"], "note"].value == "13800001111 来电"


@pytest.mark.parametrize("note", ["", "   ", "x" * 70_000, "\ud800"])
def test_a_note_that_cannot_be_kept_refuses_the_urging(desk: Desk, note: str) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotUnderstood):
        desk.command("urge", wx, "wang", note=note)
    assert desk.events(wx, "urged") == []


def test_side_by_side_all_who_hold_a_task_are_urged_or_those_of_one_region(desk: Desk) -> None:
    desk.publish(SIDE_BY_SIDE)
    jj = desk.open("emergency", by="wang", what="爆管")
    desk.command("claim", jj, "li", region="water")
    desk.command("urge", jj, "wang")
    desk.advance(minutes=30)
    desk.command("urge", jj, "wang", region="gate")
    assert told(desk, jj, "urge") == [["li", "sun"], ["sun"]]
    desk.advance(minutes=30)
    with pytest.raises(errors.NotNow, match="has no task in roof"):
        desk.command("urge", jj, "wang", region="roof")


# --- letting know ----------------------------------------------------------------------------------------------------


def test_each_is_let_know_once(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("copy", wx, "wang", to=["sun"])
    desk.command("copy", wx, "wang", to=["sun"], roles=["lead"])
    assert told(desk, wx, "copy") == [["sun"], ["he", "qian"]]
    with pytest.raises(errors.NotNow, match="know of WX-20261123-001 already"):
        desk.command("copy", wx, "wang", to=["he"])


def test_whom_one_lets_know_may_do_no_more_than_before(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("copy", wx, "wang", to=["zhao"])
    with pytest.raises(errors.NotYou):
        desk.do(wx, "done", by="zhao")


def test_only_those_let_others_know_whom_the_procedure_names(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotYou, match="may not `copy`"):
        desk.command("copy", wx, "sun", to=["zhao"])


def test_side_by_side_the_assignee_of_any_region_counts(desk: Desk) -> None:
    desk.publish(SIDE_BY_SIDE)
    jj = desk.open("emergency", by="wang", what="爆管")
    desk.command("claim", jj, "li", region="water")
    desk.command("claim", jj, "sun", region="gate")
    desk.command("copy", jj, "sun", to=["he"])
    with pytest.raises(errors.NotYou, match="may not `copy`"):
        desk.command("copy", jj, "zhao", to=["qian"])


def test_a_person_or_role_that_is_not_there_is_not_understood(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotUnderstood, match="nobody here is nobody"):
        desk.command("copy", wx, "wang", to=["nobody"])
    with pytest.raises(errors.NotUnderstood, match="no role named `leed`"):
        desk.command("copy", wx, "wang", roles=["leed"])


def test_what_one_was_let_know_of_is_marked_as_read_once(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("copy", wx, "wang", to=["sun"])
    desk.command("read", wx, "sun")
    assert desk.ticket(wx).acts["copies"]["sun"]["read"] == "2026-11-23T00:30:00.000Z"
    with pytest.raises(errors.NotNow, match="has read"):
        desk.command("read", wx, "sun")
    with pytest.raises(errors.NotNow, match="nobody has let zhao know"):
        desk.command("read", wx, "zhao")
    assert len(desk.events(wx, "read")) == 1


# --- watching --------------------------------------------------------------------------------------------------------


def test_who_watches_is_told_of_every_change_of_state_until_it_is_closed(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="漏水")
    desk.command("watch", wx, "he")
    desk.command("note", wx, "wang", note="没有变化")
    desk.do(wx, "dispatch", by="wang")
    desk.command("claim", wx, "li")
    desk.do(wx, "done", by="li")
    assert told(desk, wx, "watch") == [["he"], ["he"]]
    assert "watchers" not in desk.ticket(wx).acts


def test_who_changes_the_state_himself_is_not_told(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="漏水")
    desk.command("watch", wx, "wang")
    desk.command("watch", wx, "he")
    desk.do(wx, "dispatch", by="wang")
    assert told(desk, wx, "watch") == [["he"]]


def test_who_stops_watching_is_told_no_more(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="漏水")
    desk.command("watch", wx, "he")
    with pytest.raises(errors.NotNow, match="watches WX-20261123-001 already"):
        desk.command("watch", wx, "he")
    desk.command("watch", wx, "he", stop=True)
    with pytest.raises(errors.NotNow, match="does not watch"):
        desk.command("watch", wx, "he", stop=True)
    desk.do(wx, "dispatch", by="wang")
    assert told(desk, wx, "watch") == []
    assert desk.ticket(wx).acts == {}


def test_separation_of_duty_holds_for_acts_too(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="漏水")
    desk.do(wx, "dispatch", by="wang")
    with pytest.raises(errors.NotYou, match="separation of duty"):
        desk.command("watch", wx, "wang")


def test_a_ticket_that_no_act_has_touched_hashes_as_it_did_before_there_were_any(desk: Desk) -> None:
    wx = mending(desk)
    assert "acts" not in desk.ticket(wx).state()
    desk.command("watch", wx, "he")
    assert desk.ticket(wx).state()["acts"] == {"watchers": ["he"]}


TIMED = """
procedure: timed
title: Timed
prefix: DS
roles: [desk, lead]
open: {by: desk, to: waiting}
states:
  waiting: {after: {1 h: {to: later, tell: lead}}}
  later: {after: {1 h: {to: over, tell: lead}}}
  over: {final: true, outcome: over}
"""


def test_what_a_timer_moves_is_told_each_time_and_supersedes_no_other_notice(desk: Desk) -> None:
    desk.publish(TIMED)
    ds = desk.open("timed", by="wang")
    desk.command("watch", ds, "he")
    desk.advance(hours=3)
    with desk.reading() as reading:
        kinds = sorted(letter.kind for letter in reading.letters() if letter.ticket == ds and letter.to == "he")
    assert told(desk, ds, "watch") == [["he"], ["he"]]
    assert kinds == ["", "", "later/after_1_h", "waiting/after_1_h"]


def test_what_a_deputy_does_counts_for_whom_he_stands_in_for(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("copy", wx, "wang", to=["he"])
    desk.command("read", wx, "boss", standing_for="he")
    desk.command("watch", wx, "boss", standing_for="he")
    acts = desk.ticket(wx).acts
    assert (acts["copies"]["he"]["read"] is not None, acts["watchers"]) == (True, ["he"])
