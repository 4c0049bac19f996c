"""Where values come from that nobody gives, and when they are looked at again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import Desk

VISIT = """
procedure: visit
title: {zh: 上门, en: Visit}
prefix: SM
subject: "上门"
roles: [desk]
fields:
  phone:  {type: phone, title: {zh: 电话, en: Phone}, fill: caller.phone, personal: contact}
  caller: {type: person, title: {zh: 来电人, en: Caller}, fill: unit.contact, personal: contact}
  unit:   {type: unit, title: {zh: 房号, en: Unit}}
  hour:   {type: integer, title: {zh: 时, en: Hour}, default: 9}
  until:  {type: integer, title: {zh: 至, en: Until}, fill: hour}
open: {by: desk, ask: [phone, caller, unit, until], may_ask: hour, to: waiting}
states:
  waiting: {transitions: {finish: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""
KEPT = """
procedure: kept
title: {zh: 保管, en: Kept}
prefix: BG
subject: "保管"
roles: [desk]
fields:
  until: {type: date, title: {zh: 保管至, en: Until}}
  late:  {type: boolean, title: {zh: 逾期, en: Late}, computed: today() > until}
open: {by: desk, ask: until, to: kept}
states:
  kept:
    at: {until: {tell: desk}}
    transitions:
      look:   {by: desk, may_ask: until}
      finish: {by: desk, when: late or not late, to: over}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bench = Desk(tmp_path, {"wang": ["desk"]})
    bench.publish(VISIT)
    bench.publish(KEPT)
    with bench.store.writing() as transaction:
        transaction.put_units([{"id": "3-2-1202", "contact": {"name": "周先生", "phone": "13800001202"}}])
    yield bench
    report = bench.replay()
    assert report.clean, report.mismatches


def test_a_field_is_filled_from_one_that_was_filled_whatever_the_order(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit="3-2-1202")
    fields = desk.ticket(sm).fields
    assert (fields["caller"]["name"], fields["phone"]) == ("周先生", "13800001202")


def test_a_field_is_filled_from_a_default(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit="3-2-1202")
    assert desk.ticket(sm).fields["until"] == 9


def test_what_is_given_is_not_filled_in(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit="3-2-1202", phone="13900000000", hour=7, until=8)
    fields = desk.ticket(sm).fields
    assert (fields["phone"], fields["until"]) == ("13900000000", 8)


def test_a_timer_that_fired_does_not_fire_again_because_its_field_is_written_again(desk: Desk) -> None:
    bg = desk.open("kept", by="wang", until="2026-11-25")
    assert desk.advance(days=3).fired == 1
    desk.do(bg, "look", by="wang", until="2026-11-25")
    desk.command("edit", bg, "wang", fields={"until": "2026-11-25"}, reason="核对")
    assert desk.ticket(bg).timers == {}
    desk.do(bg, "look", by="wang", until="2026-11-28")
    assert desk.advance(days=3).fired == 1


def test_a_closed_ticket_computes_no_more(desk: Desk) -> None:
    bg = desk.open("kept", by="wang", until="2026-11-25")
    desk.do(bg, "finish", by="wang")
    desk.advance(days=5)
    desk.command("note", bg, "wang", note="补记")
    assert desk.ticket(bg).fields["late"] is False
