"""Several signatures, and separation of duty where somebody stands in for another."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine import errors
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.possible import possible
from sop_engine.ticket.records import Command, Given, NewSeals
from tests.desk import START, Desk, replayed

PURCHASE = """
procedure: purchase
title: {zh: 采购, en: Purchase}
prefix: CG
subject: "采购"
roles: {desk: The desk, engineer: An engineer, manager: A manager}
fields:
  amount: {type: integer, title: {zh: 金额, en: Amount}}
  note:   {type: text, title: {zh: 备注, en: Note}}
open: {by: [desk, manager], may_ask: note, to: asking}
states:
  asking:
    transitions:
      agree:  {by: [desk, engineer, manager], ask: amount, sign: 2, to: agreed}
      change: {by: desk, ask: amount}
      remark: {by: desk, ask: note}
      begin_again: {by: desk, to: asking}
  agreed:
    transitions:
      undo: {by: desk, to: asking}
      pay:  {by: {role: [desk, manager], not: did agree, since: asking}, to: paying}
  paying:
    transitions:
      release: {by: [desk, engineer], sign: {count: 2, of: [engineer, desk], ordered: true}, to: checking}
  checking:
    transitions:
      check: {by: {role: [desk, manager], not: did open}, to: paid}
  paid: {final: true, outcome: paid}
"""
HANDED = """
procedure: handing
title: {zh: 交接, en: Handing over}
prefix: JJ
subject: "交接"
roles: [desk, engineer]
open: {by: anyone, assign: desk, to: handing}
states:
  handing:
    transitions:
      hand_over: {by: [assignee, engineer], sign: 2, to: over}
  over: {final: true, outcome: over}
"""
PEOPLE = {"wang": ["desk"], "zhao": ["desk", "engineer"], "li": ["engineer"], "sun": ["desk"]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, PURCHASE) as bench:
        yield bench


def signed_once(desk: Desk) -> str:
    cg = desk.open("purchase", by="wang")
    desk.do(cg, "agree", by="wang", amount=100)
    return cg


def test_another_transition_that_writes_what_was_signed_voids_the_signatures(desk: Desk) -> None:
    cg = signed_once(desk)
    desk.do(cg, "change", by="sun", amount=500)
    assert desk.ticket(cg).signatures == {}
    with pytest.raises(errors.NotUnderstood, match="Amount"):
        desk.do(cg, "agree", by="sun")
    assert desk.state(cg) == ["asking"]


def test_what_was_not_asked_may_change_under_the_signatures(desk: Desk) -> None:
    cg = signed_once(desk)
    desk.do(cg, "remark", by="sun", note="急")
    desk.do(cg, "agree", by="sun")
    assert desk.state(cg) == ["agreed"]


def test_a_state_that_is_entered_again_asks_for_all_signatures_anew(desk: Desk) -> None:
    cg = signed_once(desk)
    desk.do(cg, "begin_again", by="sun")
    desk.do(cg, "agree", by="sun", amount=100)
    assert desk.state(cg) == ["asking"]


def test_who_signs_an_offered_task_first_becomes_its_assignee(desk: Desk) -> None:
    """`assignee` is one person: a second holder of the role that the task was offered to signs as another, or not."""
    desk.publish(HANDED)
    jj = desk.open("handing", by="boss")
    desk.do(jj, "hand_over", by="wang")
    assert list(desk.ticket(jj).tasks.values()) == [{"role": "desk", "assignee": "wang"}]
    with pytest.raises(errors.NotYou, match="the assignee"):
        desk.do(jj, "hand_over", by="sun")
    desk.do(jj, "hand_over", by="li")
    assert desk.state(jj) == ["over"]


def test_who_signs_as_something_else_is_given_no_task(desk: Desk) -> None:
    desk.publish(HANDED)
    jj = desk.open("handing", by="boss")
    desk.do(jj, "hand_over", by="li")
    assert list(desk.ticket(jj).tasks.values()) == [{"role": "desk"}]
    desk.do(jj, "hand_over", by="sun")
    assert desk.state(jj) == ["over"]
    assert desk.events(jj, "assigned")[-1]["assignee"] == "sun"


def test_nobody_signs_for_one_who_has_signed(desk: Desk) -> None:
    cg = signed_once(desk)
    with pytest.raises(errors.NotYou, match="wang has signed"):
        desk.command("do", cg, "boss", trigger="agree", standing_for="wang")


def test_nobody_signs_after_another_signed_for_him(desk: Desk) -> None:
    cg = desk.open("purchase", by="wang")
    desk.command("do", cg, "boss", trigger="agree", standing_for="wang", fields={"amount": 1})
    for person in ("wang", "boss"):
        with pytest.raises(errors.NotYou, match=f"{person} has signed"):
            desk.do(cg, "agree", by=person)
    desk.do(cg, "agree", by="li")
    assert desk.state(cg) == ["agreed"]


def test_separation_counts_whom_somebody_stood_in_for(desk: Desk) -> None:
    cg = desk.open("purchase", by="wang")
    desk.command("do", cg, "boss", trigger="agree", standing_for="wang", fields={"amount": 1})
    desk.do(cg, "agree", by="li")
    for person in ("wang", "boss"):
        with pytest.raises(errors.NotYou, match="separation of duty"):
            desk.do(cg, "pay", by=person)
    desk.do(cg, "pay", by="sun")


def test_separation_since_a_state_forgets_what_was_done_before_it_was_entered_again(desk: Desk) -> None:
    cg = signed_once(desk)
    desk.do(cg, "agree", by="li")
    desk.do(cg, "undo", by="sun")
    desk.do(cg, "agree", by="sun", amount=100)
    desk.do(cg, "agree", by="zhao")
    with pytest.raises(errors.NotYou, match="separation of duty"):
        desk.do(cg, "pay", by="zhao")
    desk.do(cg, "pay", by="wang")


def test_signatures_in_turn_are_for_the_role_whose_turn_it_is(desk: Desk) -> None:
    cg = signed_once(desk)
    desk.do(cg, "agree", by="li")
    desk.do(cg, "pay", by="sun")
    with pytest.raises(errors.NotYou, match="this signature is for An engineer"):
        desk.do(cg, "release", by="sun")
    desk.do(cg, "release", by="zhao")
    with pytest.raises(errors.NotYou, match="this signature is for The desk"):
        desk.do(cg, "release", by="li")
    desk.do(cg, "release", by="wang")
    assert desk.state(cg) == ["checking"]


def test_separation_from_opening_counts_whom_the_opener_stood_in_for(desk: Desk) -> None:
    cg = desk.command("open", "", "boss", procedure="purchase", fields={}, standing_for="sun").step.ticket
    desk.do(cg, "agree", by="wang", amount=1)
    desk.do(cg, "agree", by="li")
    desk.do(cg, "pay", by="sun")
    desk.do(cg, "release", by="zhao")
    desk.do(cg, "release", by="wang")
    with pytest.raises(errors.NotYou, match="separation of duty"):
        desk.do(cg, "check", by="sun")


def test_who_has_signed_is_not_among_those_who_may(desk: Desk) -> None:
    cg = signed_once(desk)
    ticket = desk.ticket(cg)
    with desk.reading() as reading:
        from sop_engine.engine.answers.answerer import Answerer

        answerer = Answerer(reading, "Asia/Shanghai", START, desk.engine.programs)
        roles = ("desk", "engineer", "manager")
        answers = {f"holders:{role}": answerer.answer(f"holders:{role}") for role in roles}
        answers |= {f"person:{person}": answerer.answer(f"person:{person}") for person in (*PEOPLE, "boss")}
        program = desk.engine.program(reading, ticket)
    now = desk.clock.now()
    draft = Draft(program, ticket, Command("x", "do", cg, "wang", "tester"), Given(now, now, NewSeals(b""), answers))

    agree = next(each for each in possible(draft, "wang") if each["trigger"] == "agree")

    assert (agree["allowed"], agree["who"]) == (False, ["boss", "li", "sun", "zhao"])


def test_who_has_signed_is_told_who_may_still_and_that_no_values_are_needed(desk: Desk) -> None:
    cg = desk.open("purchase", by="wang")
    desk.do(cg, "agree", by="wang", amount=5)

    with pytest.raises(errors.NotYou, match=r"wang has signed `agree` already; another must: .*engineer") as refused:
        desk.do(cg, "agree", by="wang")

    assert {each["trigger"]: each["needs"] for each in refused.value.possible}["agree"] == ()
