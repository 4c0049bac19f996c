"""What a query finds, and that the record holds nothing of what it was asked with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import Desk

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
