"""Ends that no transition leads to: void, because it was opened by mistake, and closed by force."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sop_engine import errors
from sop_engine.acts import VOID
from sop_engine.engine.notices.delivery import deliver
from sop_engine.engine.rebuild import rebuild
from sop_engine.engine.reports.histories import open_at
from sop_engine.engine.reports.promises import outcomes
from sop_engine.store.seam import Query
from sop_engine.store.search import Search
from sop_engine.values.words import terms_of
from tests.desk import START, Desk, replayed
from tests.ticket.acts import after, in_hand

PEOPLE = {"wang": ["desk"], "xu": ["desk"], "li": ["engineer"], "he": ["lead"], "sun": ["security"]}
REPAIR = """
procedure: repair
title: {zh: 报修, en: Repair}
prefix: WX
subject: "{{ fault }}"
calendar: round-the-clock
roles: [desk, engineer, lead, security]
fields:
  fault: {type: text, title: 故障}
open: {by: desk, ask: fault, to: registered}
acts:
  void: {by: {role: lead, not: did inspect}, own_within: 2 h}
  force_close: {by: {role: lead, not: did dispatch}}
goals:
  finishing: {start: did open, stop: "not in_state('mending') and did('dispatch')", within: 4 h, source: ours}
anytime:
  inspect: {by: lead}
states:
  registered: {transitions: {dispatch: {by: [desk, lead], assign: engineer, to: mending}}}
  mending:
    after: {3 h: {tell: lead}}
    exit: {tell: security}
    transitions: {done: {by: assignee, to: mended}}
  mended: {final: true, outcome: mended}
"""
PLAIN = """
procedure: plain
title: Plain
prefix: PL
roles: [desk]
open: {by: desk, to: begun}
states:
  begun: {transitions: {finish: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""
PARENT = """
procedure: parent
title: Parent
prefix: PA
roles: [desk]
open: {by: desk, start: plain, to: waiting}
states:
  waiting:
    always: {when: "any(children('plain'), child.outcome == 'void')", to: heard}
    transitions: {give_up: {by: desk, to: over}}
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
        entry: {assign: engineer}
        states:
          leaking: {transitions: {shut: {by: assignee, to: dry}}}
          dry: {final: true}
      gate:
        entry: {assign: security}
        states:
          barred: {transitions: {lift: {by: assignee, to: lifted}}}
          lifted: {final: true}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, REPAIR, calendar="round-the-clock") as bench:
        yield bench


def mending(desk: Desk, dispatcher: str = "wang") -> str:
    return in_hand(desk, dispatcher=dispatcher, fault="漏水")


# --- void ------------------------------------------------------------------------------------------------------------


def test_what_was_opened_by_mistake_stands_nowhere_and_has_nothing_that_runs(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("void", wx, "wang", reason="录错房号")
    ticket = desk.ticket(wx)
    assert (ticket.status, ticket.outcome, ticket.active, ticket.tasks, ticket.timers) == ("closed", VOID, [], {}, {})
    ended = {"how": "voided", "at": after(), "by": "wang", "step": ticket.number}
    assert ticket.acts["ended"] == ended


def test_nothing_is_done_that_the_procedure_has_for_leaving_a_state(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("void", wx, "wang", reason="录错房号")
    assert [(each["act"], each["to"]) for each in desk.events(wx, "told")] == [("voided", ["li"])]


def test_the_reason_lies_beside_the_step_and_is_needed(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotUnderstood, match="a reason is needed"):
        desk.command("void", wx, "wang")
    desk.command("void", wx, "wang", reason="录错房号")
    record = desk.records(wx)[-1]
    assert "录错房号" not in str(record)
    with desk.reading() as reading:
        assert reading.sealed(wx, record["number"])[record["number"], "reason"].value == "录错房号"


def test_whoever_opened_it_voids_his_own_mistake_for_a_while(desk: Desk) -> None:
    wx, other = mending(desk), mending(desk)
    desk.clock.advance(timedelta(hours=2))
    desk.command("void", wx, "wang", reason="录错房号")
    desk.clock.advance(timedelta(minutes=1))
    with pytest.raises(errors.NotYou, match=r"until 2026-11-23 10:30 who opened it \(wang\)"):
        desk.command("void", other, "wang", reason="录错房号")
    assert desk.ticket(other).status == "open"


def test_nobody_voids_what_another_has_opened_unless_the_procedure_names_him(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotYou, match="may not `void`"):
        desk.command("void", wx, "xu", reason="录错房号")
    desk.command("void", wx, "he", reason="录错房号")
    assert desk.records(wx)[-1]["command"]["arguments"]["as"] == "role:lead"


def test_who_did_something_of_the_ticket_does_not_void_it_where_the_procedure_keeps_them_apart(desk: Desk) -> None:
    wx = mending(desk)
    desk.do(wx, "inspect", by="he")
    with pytest.raises(errors.NotYou, match="separation of duty"):
        desk.command("void", wx, "he", reason="录错房号")


def test_where_a_procedure_names_nobody_the_right_counts_and_owning_does_not(desk: Desk) -> None:
    desk.publish(PLAIN)
    ticket = desk.open("plain", by="wang")
    desk.clock.advance(timedelta(hours=1, minutes=1))
    with pytest.raises(errors.NotYou, match="the right `assign`"):
        desk.command("void", ticket, "wang", reason="重复")
    desk.command("void", ticket, "boss", reason="重复")
    assert desk.ticket(ticket).outcome == VOID


def test_what_is_void_is_not_done_anything_with(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("void", wx, "wang", reason="录错房号")
    for name, more in (("void", {"reason": "x"}), ("close", {"force": True, "reason": "x"}), ("urge", {}),
                       ("suspend", {"until": after(hours=1), "reason": "x"})):  # fmt: skip
        with pytest.raises(errors.NotNow, match="closed"):
            desk.command(name, wx, "he", **more)


def test_a_suspended_ticket_is_voided_and_no_timer_wakes_it(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("suspend", wx, "wang", until=after(hours=1), reason="等料")
    desk.command("void", wx, "wang", reason="录错房号")
    desk.advance(hours=5)
    assert desk.records(wx)[-1]["command"]["name"] == "void"
    assert "suspended" not in desk.ticket(wx).acts


def test_all_regions_are_left_and_all_who_had_a_task_hear_of_it(desk: Desk) -> None:
    desk.publish(SIDE_BY_SIDE)
    jj = desk.open("emergency", by="wang")
    desk.do(jj, "shut", by="li")
    desk.command("void", jj, "wang", reason="误报")
    ticket = desk.ticket(jj)
    assert (ticket.active, ticket.tasks) == ([], {})
    assert desk.events(jj, "told")[-1]["to"] == ["li", "sun"]
    with desk.reading() as reading:
        head = reading.head(jj)
        assert head is not None and (head.state, head.tasks) == ((), {})


# --- what a promise comes to -----------------------------------------------------------------------------------------


def kept(desk: Desk) -> list[tuple[str, str]]:
    with desk.reading() as reading:
        found = outcomes(reading, desk.engine.programs, START - timedelta(days=1), START + timedelta(days=9))
        return [(each.ticket, each.result) for each in found]


def test_promises_of_a_void_ticket_are_neither_kept_nor_missed(desk: Desk) -> None:
    wx, other = mending(desk), mending(desk)
    desk.advance(hours=4, minutes=30)
    desk.command("void", wx, "he", reason="录错房号")
    desk.do(other, "done", by="li")
    assert desk.ticket(wx).goals["finishing"]["status"] == "dropped"
    assert kept(desk) == [(other, "late")]


def test_a_forced_end_keeps_no_promise_and_takes_no_breach_back(desk: Desk) -> None:
    early, late = mending(desk), mending(desk)
    desk.command("close", early, "he", force=True, reason="业主失联")
    desk.advance(hours=4, minutes=30)
    desk.command("close", late, "he", force=True, reason="业主失联")
    assert kept(desk) == [(early, "dropped"), (late, "late")]


# --- where it is not seen any more -----------------------------------------------------------------------------------


def test_what_is_void_is_found_by_its_number_only(desk: Desk) -> None:
    wx, other = mending(desk), mending(desk)
    desk.command("void", wx, "wang", reason="录错房号")
    with desk.reading() as reading:
        assert [head.id for head in reading.find(Search(terms_of("漏水")))] == [other]
        assert [head.id for head in reading.find(Search((), numbers=(wx,)))] == [wx]
        assert [head.id for head in reading.heads(Query(status="closed"))] == [wx]


def test_who_reports_what_is_open_does_not_count_it(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("void", wx, "wang", reason="录错房号")
    with desk.reading() as reading:
        assert list(open_at(reading, desk.engine.programs, desk.clock.now())) == []


def test_what_is_made_anew_from_the_record_is_the_same(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("void", wx, "wang", reason="录错房号")
    before = desk.ticket(wx)
    rebuild(desk.engine)
    assert desk.ticket(wx) == before


def test_what_was_still_to_be_sent_is_recalled_and_that_it_is_void_goes_out(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("copy", wx, "wang", to=["he"])
    desk.command("void", wx, "wang", reason="录错房号")
    deliver(desk.engine)
    with desk.reading() as reading:
        letters = {(each.to, each.status) for each in reading.letters(ticket=wx)}
    assert letters == {("he", "recalled"), ("li", "sent")}


def test_a_letter_that_was_recalled_from_a_ticket_that_is_not_void_is_found(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("copy", wx, "wang", to=["he"])
    after = desk.ticket(wx).number + 1
    with desk.store.writing() as transaction:
        transaction.recall_letters(wx, after, before=True)
    assert [each.kind for each in desk.replay().mismatches if each.ticket == wx] == ["letter"]
    desk.command("void", wx, "wang", reason="录错房号")


# --- children --------------------------------------------------------------------------------------------------------


def family(desk: Desk) -> tuple[str, str]:
    desk.publish(PLAIN)
    desk.publish(PARENT)
    parent = desk.open("parent", by="wang")
    return parent, desk.ticket(parent).children[0]["id"]


@pytest.mark.parametrize("how", [("void", {}), ("close", {"force": True})], ids=["void", "close"])
def test_children_end_before_it(desk: Desk, how: tuple[str, dict[str, bool]]) -> None:
    name, more = how
    parent, child = family(desk)
    with pytest.raises(errors.NotNow, match=f"while {child} are open") as refused:
        desk.command(name, parent, "boss", reason="误开", **more)
    assert child in str(refused.value.fix)
    desk.command("void", child, "boss", reason="误开")
    desk.command(name, parent, "boss", reason="误开", **more)
    assert desk.ticket(parent).status == "closed"


def test_a_parent_hears_of_a_child_that_is_void(desk: Desk) -> None:
    parent, child = family(desk)
    desk.command("void", child, "boss", reason="误开")
    assert desk.state(parent) == ["heard"]
    assert desk.events(parent, "child_closed") == [{"kind": "child_closed", "id": child, "outcome": VOID}]


# --- closed by force -------------------------------------------------------------------------------------------------


def test_it_is_closed_by_force_by_whom_the_procedure_names_and_marked_so(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotYou, match="may not `close --force`"):
        desk.command("close", wx, "wang", force=True, reason="业主失联")
    desk.command("close", wx, "he", force=True, reason="业主失联")
    ticket = desk.ticket(wx)
    assert (ticket.status, ticket.outcome, ticket.acts["ended"]["how"]) == ("closed", "forced", "forced")


def test_who_dispatched_does_not_force_it_closed(desk: Desk) -> None:
    wx = mending(desk, dispatcher="he")
    with pytest.raises(errors.NotYou, match="separation of duty"):
        desk.command("close", wx, "he", force=True, reason="业主失联")


def test_an_outcome_of_the_procedure_may_be_named_and_stays_marked(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotUnderstood, match="there is no outcome mendet") as refused:
        desk.command("close", wx, "he", force=True, reason="已修好，系统未登记", outcome="mendet")
    assert refused.value.near == ("mended",)
    desk.command("close", wx, "he", force=True, reason="已修好，系统未登记", outcome="mended")
    assert (desk.ticket(wx).outcome, desk.ticket(wx).acts["ended"]["how"]) == ("mended", "forced")


def test_without_force_it_closes_as_its_procedure_says(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotNow, match="when its procedure comes to an end") as refused:
        desk.command("close", wx, "he", reason="业主失联")
    assert "--force" in str(refused.value.fix)
    assert desk.ticket(wx).status == "open"


def test_nobody_forces_by_owning_where_the_procedure_names_nobody(desk: Desk) -> None:
    desk.publish(PLAIN)
    ticket = desk.open("plain", by="wang")
    with pytest.raises(errors.NotYou, match="the right `assign`"):
        desk.command("close", ticket, "wang", force=True, reason="x")
    desk.command("close", ticket, "boss", force=True, reason="无法继续")
    assert desk.ticket(ticket).outcome == "forced"


def test_what_an_end_recalls_may_have_superseded_others_before(desk: Desk) -> None:
    desk.publish(REPAIR.replace("after: {3 h: {tell: lead}}", "every: {1 h: {tell: lead}}"))
    wx = mending(desk)
    desk.advance(minutes=61)
    desk.advance(minutes=60)
    desk.command("void", wx, "he", reason="开错了")

    with desk.store.reading() as reading:
        told = [each.status for each in reading.letters(ticket=wx) if each.to == "he"]
    assert told == ["superseded", "recalled"]  # and replay, when the test is over, finds nothing wrong in it
