"""A wrong unit is more than a wrong word: the right steward hears of it and the wrong one no more, it is on record who
was told wrongly, and a slip with the wrong door is void."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.engine.notices.delivery import deliver
from sop_engine.engine.rebuild import rebuild
from tests import desk as benches
from tests.desk import Desk

REPAIR = """
procedure: repair
title: {zh: 报修, en: Repair}
prefix: WX
roles:
  desk: 前台
  steward: {title: 管家, scope: unit}
fields:
  unit: {type: unit, title: 房号}
  caller: {type: person, title: 报修人, fill: unit.contact, personal: contact}
  phone: {type: phone, title: 电话, fill: caller.phone, personal: contact}
  fault: {type: text, title: 故障}
forms:
  slip: {title: 工单, template: {zh: repair/slip.html}}
open: {by: desk, ask: unit, may_ask: [caller, phone, fault], to: registered}
states:
  registered:
    transitions:
      dispatch: {by: desk, assign: steward, print: slip, tell: [steward, phone], to: mending}
      ring: {by: desk, tell: phone}
  mending: {transitions: {done: {by: assignee, to: mended}, ring: {by: desk, tell: phone}}}
  mended: {final: true, outcome: mended}
"""
UNITS: list[dict[str, Any]] = [
    {"id": "3-2-1201", "contact": {"name": "周先生", "phone": "13800001201"}},
    {"id": "3-2-1202", "contact": {"name": "吴女士", "phone": "13800001202"}},
    {"id": "5-1-101", "contact": {"name": "郑先生", "phone": "13800005101"}},
]
PEOPLE: dict[str, list[Any]] = {"wang": ["desk"], "li": [["steward", "3"]], "zhao": [["steward", "5"]]}


@pytest.fixture(autouse=True)
def _over_every_store() -> None:
    """Over one store, but for the tests that ask for every one: the others look at what `decide` says."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Replayed after each test: whole, and after each value that is erased."""
    monkeypatch.setattr(benches.NoTemplates, "read", lambda *_: b"<p>{{ unit }}</p>")
    bench = Desk(tmp_path, PEOPLE)
    bench.publish(REPAIR)
    with bench.store.writing() as transaction:
        transaction.put_units(UNITS)
    yield bench
    assert bench.replay().mismatches == []
    erase_all(bench, "WX-20261123-001")
    assert bench.replay().mismatches == []


def erase_all(desk: Desk, id: str) -> None:
    """Erase everything that lies beside the steps of a ticket."""
    with desk.reading() as reading:
        slots = sorted(reading.sealed(id))
    with desk.store.writing() as transaction:
        for number, slot in slots:
            transaction.erase(id, number, slot)
    rebuild(desk.engine)


def dispatched(desk: Desk, sent: bool) -> str:
    wx = desk.open("repair", by="wang", unit="3-2-1201", fault="漏水")
    desk.do(wx, "dispatch", by="wang")
    if sent:
        deliver(desk.engine)
    return wx


def correct(desk: Desk, id: str, **fields: Any) -> list[dict[str, Any]]:
    """Correct fields; gives the events of the step."""
    desk.command("edit", id, "wang", fields=fields, reason="听错房号")
    events: list[dict[str, Any]] = desk.records(id)[-1]["events"]
    return events


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["kind"] == kind]


def test_what_was_filled_from_the_unit_is_the_right_ones(desk: Desk) -> None:
    wx = dispatched(desk, sent=False)
    correct(desk, wx, unit="5-1-101")
    assert desk.ticket(wx).fields["phone"] == "13800005101"


def test_the_right_steward_is_told_and_the_wrong_ones_notice_is_recalled(every_store: str, desk: Desk) -> None:
    wx = dispatched(desk, sent=False)
    events = correct(desk, wx, unit="5-1-101")
    assert [(event["to"], event["act"]) for event in of(events, "told")] == [(["zhao"], "correct")]
    with desk.reading() as reading:
        found = sorted((each.to, each.status) for each in reading.letters(ticket=wx))
    assert found == [("field:phone", "waiting"), ("li", "recalled"), ("zhao", "waiting")]


def test_a_steward_whom_it_has_reached_is_told_that_it_was_not_for_him(desk: Desk) -> None:
    wx = dispatched(desk, sent=True)
    events = correct(desk, wx, unit="5-1-101")
    assert [(event["to"], event["act"]) for event in of(events, "told")] == [
        (["zhao"], "correct"),
        (["li"], "mistaken"),
    ]
    assert of(events, "recalled") == []


def test_the_task_of_the_wrong_steward_is_offered_again(desk: Desk) -> None:
    wx = dispatched(desk, sent=False)
    desk.command("claim", wx, "li")
    correct(desk, wx, unit="5-1-101")
    assert desk.ticket(wx).tasks == {"ticket": {"role": "steward"}}
    with pytest.raises(errors.NotYou):
        desk.do(wx, "done", by="li")
    desk.do(wx, "done", by="zhao")


def test_where_the_steward_stays_the_same_nobody_is_told(desk: Desk) -> None:
    wx = dispatched(desk, sent=True)
    desk.command("claim", wx, "li")
    events = correct(desk, wx, unit="3-2-1202")
    assert of(events, "told") == []
    assert desk.ticket(wx).tasks["ticket"]["assignee"] == "li"


def test_who_was_told_wrongly_is_on_record_once_by_which_way_and_when(every_store: str, desk: Desk) -> None:
    wx = dispatched(desk, sent=True)
    (corrected,) = of(correct(desk, wx, unit="5-1-101"), "corrected")
    assert [each[2:] for each in corrected["wrongly"]] == [["field:phone", "log", "2026-11-23T00:30:00.000Z"]]
    assert of(correct(desk, wx, unit="3-2-1202"), "corrected") == []
    desk.do(wx, "ring", by="wang")
    deliver(desk.engine)
    (again,) = of(correct(desk, wx, phone="13900000000"), "corrected")
    assert len(again["wrongly"]) == 1
    assert "1380000" not in str(desk.records(wx))


def test_what_still_waits_reaches_the_right_one_and_is_not_told_wrongly(desk: Desk) -> None:
    wx = dispatched(desk, sent=False)
    events = correct(desk, wx, unit="3-2-1202")
    assert of(events, "corrected") == []
    deliver(desk.engine)
    with desk.reading() as reading:
        (letter,) = [each for each in reading.letters(ticket=wx) if each.to == "field:phone"]
    assert letter.status == "sent"


def test_a_print_with_the_wrong_door_is_void_and_due_again(desk: Desk) -> None:
    wx = dispatched(desk, sent=False)
    for unit in ("3-2-1202", "5-1-101"):
        number = desk.ticket(wx).number
        events = correct(desk, wx, unit=unit)
        assert [(event["form"], event["step"]) for event in of(events, "print_voided")] == [
            ("slip", 2 if number == 2 else number)
        ]
        assert of(events, "printed") == [{"kind": "printed", "form": "slip"}]


def test_a_correction_that_concerns_none_of_it_says_nothing_more(desk: Desk) -> None:
    wx = dispatched(desk, sent=True)
    events = correct(desk, wx, fault="渗水")
    assert [event["kind"] for event in events] == ["written", "edited"]


def test_the_same_unit_again_is_no_correction(desk: Desk) -> None:
    wx = dispatched(desk, sent=True)
    events = correct(desk, wx, unit="3-2-1201")
    assert not [event["kind"] for event in events if event["kind"] in ("told", "print_voided", "recalled")]


def test_a_correction_is_taken_back_with_all_that_it_had_changed(desk: Desk) -> None:
    wx = dispatched(desk, sent=False)
    desk.command("claim", wx, "li")
    desk.command("note", wx, "li", note="在路上")
    before = desk.ticket(wx)
    correct(desk, wx, unit="5-1-101")
    desk.command("withdraw", wx, "wang", reason="没错")
    after = desk.ticket(wx)
    assert (after.fields, after.tasks, after.filled) == (before.fields, before.tasks, before.filled)
