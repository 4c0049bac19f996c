"""What a query finds, and that the record holds nothing of what it was asked with."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sop_engine import canonical
from sop_engine.errors import NotNow
from tests.desk import START, Desk

CALL = """
procedure: call
title: {zh: 来电, en: Call}
prefix: LD
subject: "{{ what }}"
roles: [desk]
fields:
  what:   {type: text, title: {zh: 事项, en: What}}
  caller: {type: phone, title: {zh: 电话, en: Caller}, personal: contact}
  kind:   {type: choice, title: {zh: 类别, en: Kind}, choices: {water: 水, power: 电}}
  calls:  {type: rows, title: {zh: 来电, en: Calls}, columns: {id: text, subject: text}}
open: {by: desk, ask: what, may_ask: [caller, kind], to: heard}
states:
  heard:
    transitions:
      of_caller: {by: desk, may_ask: caller, collect: {into: calls, same: caller, status: any}}
      of_kind:   {by: desk, collect: {into: calls, same: [kind, caller]}}
      finish:    {by: desk, to: over}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bench = Desk(tmp_path, {"wang": ["desk"]})
    bench.publish(CALL)
    bench.open("call", by="wang", what="一", caller="13800000001", kind="water")
    bench.open("call", by="wang", what="二", caller="13800000002", kind="water")
    bench.open("call", by="wang", what="三", caller="13800000001", kind="power")
    bench.do("LD-20261123-003", "finish", by="wang")
    yield bench
    assert bench.replay().clean


def found(desk: Desk, ticket: str) -> list[str]:
    return [row["id"][-3:] for row in desk.ticket(ticket).fields["calls"]]


def test_only_tickets_with_the_same_value_are_found(desk: Desk) -> None:
    ld = desk.open("call", by="wang", what="四", caller="13800000001", kind="water")
    desk.do(ld, "of_caller", by="wang")
    assert found(desk, ld) == ["001", "003"]
    desk.do(ld, "of_kind", by="wang")
    assert found(desk, ld) == ["001"]


def test_the_value_that_the_same_command_gives_counts(desk: Desk) -> None:
    ld = desk.open("call", by="wang", what="四", caller="13800000001")
    desk.do(ld, "of_caller", by="wang", caller="13800000002")
    assert found(desk, ld) == ["002"]


def test_an_unset_value_is_the_same_as_nothing(desk: Desk) -> None:
    desk.open("call", by="wang", what="无名")
    ld = desk.open("call", by="wang", what="四")
    desk.do(ld, "of_caller", by="wang")
    assert found(desk, ld) == []


def test_the_record_holds_nothing_of_what_was_asked_with(desk: Desk) -> None:
    ld = desk.open("call", by="wang", what="四", caller="13800000001")
    desk.do(ld, "of_caller", by="wang")
    with desk.reading() as reading:
        assert b"13800000001" not in b"".join(step.data for step in reading.steps(ld))


HANDING = """
procedure: handing
title: {zh: 交接, en: Handing}
prefix: JJ
roles: [desk]
fields:
  began: {type: datetime, title: {zh: 本班开始, en: Began}}
  ends: {type: datetime, title: {zh: 下一班结束, en: Ends}}
  left: {type: rows, title: {zh: 移交, en: Left}, columns: {id: text, why: text, assignee: staff, by_when: datetime}}
open: {by: desk, ask: ends, may_ask: began, to: there}
states:
  there:
    transitions:
      look: {by: desk, collect: {into: left, since: began, until: ends}}
      finish: {by: desk, when: "not any(left, row.why == 'important')", to: over}
  over: {final: true, outcome: over}
"""
TASK = """
procedure: task
title: {zh: 事项, en: Task}
prefix: SX
roles: [desk]
fields: {hard: {type: boolean, default: false, title: {zh: 要紧, en: Hard}}}
acts: {handover: {important: hard and not did('start')}}
open: {by: desk, may_ask: hard, to: asked}
states:
  asked:
    after: {2 h: {tell: desk}}
    transitions: {start: {by: desk, assign: doer, to: doing}}
  doing: {transitions: {finish: {by: assignee, to: over}}}
  over: {final: true, outcome: over}
"""


def test_what_a_shift_hands_over_is_frozen_with_why_and_by_when_and_forbids_or_lets(desk: Desk) -> None:
    desk.publish(HANDING)
    desk.publish(TASK)
    hard, soon, doing = (desk.open("task", by="wang", **fields) for fields in ({"hard": True}, {}, {}))
    desk.do(doing, "start", by="wang")
    jj = desk.open("handing", by="wang", ends=clock(hours=8))
    desk.do(jj, "look", by="wang")

    two = clock(hours=2)
    assert desk.ticket(jj).fields["left"] == [
        {"id": hard, "why": "important", "by_when": two},
        {"id": soon, "why": "due", "by_when": two},
    ]
    with pytest.raises(NotNow):
        desk.do(jj, "finish", by="wang")

    desk.do(hard, "start", by="wang")
    desk.do(jj, "look", by="wang")
    desk.do(jj, "finish", by="wang")


def test_since_when_the_shift_began_adds_what_was_only_touched(desk: Desk) -> None:
    desk.publish(HANDING)
    desk.publish(TASK)
    before = desk.open("task", by="wang")
    desk.do(before, "start", by="wang")
    desk.advance(hours=1)
    touched = desk.open("task", by="wang")
    desk.do(touched, "start", by="wang")
    jj = desk.open("handing", by="wang", began=clock(minutes=30), ends=clock(hours=8))
    desk.do(jj, "look", by="wang")

    assert desk.ticket(jj).fields["left"] == [{"id": touched, "why": "touched", "assignee": "wang"}]


def clock(**after: float) -> str:
    return canonical.instant_text(START + timedelta(**after))
