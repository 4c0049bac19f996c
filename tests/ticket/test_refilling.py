"""A source that is corrected: what was filled in from it follows, and what somebody gave stays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.engine.rebuild import rebuild
from tests.desk import Desk

VISIT = """
procedure: visit
title: {zh: 上门, en: Visit}
prefix: SM
subject: "上门"
roles: [desk, manager]
fields:
  phone:  {type: phone, title: {zh: 电话, en: Phone}, fill: caller.phone, personal: contact}
  caller: {type: person, title: {zh: 来电人, en: Caller}, fill: unit.contact, personal: contact}
  unit:   {type: unit, title: {zh: 房号, en: Unit}}
  other:  {type: unit, title: {zh: 另一户, en: Other}}
  hours:  {type: integer, title: {zh: 时, en: Hours}}
  twice:  {type: integer, title: {zh: 双倍, en: Twice}, computed: hours * 2}
  most:   {type: integer, title: {zh: 上限, en: Most}, fill: twice}
open: {by: desk, ask: unit, may_ask: [caller, phone, other, hours], to: waiting}
states:
  waiting:
    transitions:
      plan:  {by: desk, ask: hours, may_ask: most}
      visit: {by: desk, ask: unit, may_ask: caller, to: visited}
      swap:  {by: desk, set: {unit: other}, to: visited}
      agree: {by: desk, ask: caller, sign: 2, to: visited}
  visited:
    transitions:
      reach: {by: desk, ask: caller, when: given(phone), to: over}
  over: {final: true, outcome: over}
"""
ZHOU, WU, BARE, NONE = "3-2-1202", "3-2-1203", "3-2-1204", "3-2-1205"
UNITS: list[dict[str, Any]] = [
    {"id": ZHOU, "contact": {"name": "周先生", "phone": "13800001202"}},
    {"id": WU, "contact": {"name": "吴女士", "phone": "13800001203"}},
    {"id": BARE, "contact": {"name": "郑先生"}},
    {"id": NONE},
]


@pytest.fixture(params=["oldest", "newest"])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Replayed after each test: whole, and after each value that is erased, in one order and in the other."""
    bench = Desk(tmp_path, {"wang": ["desk"], "li": ["desk"]})
    bench.publish(VISIT)
    with bench.store.writing() as transaction:
        transaction.put_units(UNITS)
    yield bench
    assert bench.replay().mismatches == []
    with bench.reading() as reading:
        slots = sorted(reading.sealed("SM-20261123-001"), reverse=request.param == "newest")
    for number, slot in slots:
        with bench.store.writing() as transaction:
            transaction.erase("SM-20261123-001", number, slot)
        rebuild(bench.engine)
        assert bench.replay().mismatches == [], (number, slot)


def who(desk: Desk, id: str) -> tuple[Any, Any]:
    """The caller's name and the phone, None where there is none."""
    fields = desk.ticket(id).fields
    return fields.get("caller", {}).get("name"), fields.get("phone")


def edit(desk: Desk, id: str, **fields: Any) -> None:
    desk.command("edit", id, "wang", fields=fields, reason="看错")


def test_a_corrected_unit_brings_its_own_household(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    edit(desk, sm, unit=WU)
    assert who(desk, sm) == ("吴女士", "13800001203")


def test_a_household_without_a_contact_leaves_nobody(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    edit(desk, sm, unit=NONE)
    assert who(desk, sm) == (None, None)
    assert [event["field"] for event in desk.events(sm, "cleared")] == ["caller", "phone"]


def test_a_contact_without_a_phone_leaves_no_phone(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    edit(desk, sm, unit=BARE)
    assert who(desk, sm) == ("郑先生", None)


def test_a_household_that_is_right_after_all_comes_back(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    edit(desk, sm, unit=NONE)
    edit(desk, sm, unit=WU)
    assert who(desk, sm) == ("吴女士", "13800001203")


def test_a_unit_that_is_cleared_takes_its_household_along(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    edit(desk, sm, unit=None)
    assert who(desk, sm) == (None, None)


def test_what_somebody_gave_stays(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU, caller={"name": "租客", "phone": "13900000000"})
    edit(desk, sm, unit=WU)
    assert who(desk, sm) == ("租客", "13900000000")


def test_what_somebody_has_corrected_stays(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    edit(desk, sm, phone="13900000000")
    edit(desk, sm, unit=WU)
    assert who(desk, sm) == ("吴女士", "13900000000")


def test_what_is_given_together_with_the_source_stays(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    edit(desk, sm, unit=WU, caller={"name": "租客", "phone": "13900000000"})
    assert who(desk, sm) == ("租客", "13900000000")


def test_a_source_that_is_asked_again_is_followed_too(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    desk.do(sm, "visit", by="wang", unit=WU)
    assert who(desk, sm) == ("吴女士", "13800001203")


def test_a_source_that_a_transition_sets_is_followed_too(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU, other=WU)
    desk.do(sm, "swap", by="wang")
    assert who(desk, sm) == ("吴女士", "13800001203")


def test_a_guard_sees_what_was_filled_again(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    desk.do(sm, "visit", by="wang", unit=ZHOU)
    edit(desk, sm, unit=BARE)
    with pytest.raises(errors.NotNow):
        desk.do(sm, "reach", by="wang")


def test_a_computed_source_is_followed(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU, hours=2)
    desk.do(sm, "plan", by="wang", hours=2)
    edit(desk, sm, hours=5)
    assert desk.ticket(sm).fields["most"] == 10


def test_nothing_is_written_where_the_new_source_gives_the_same(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    edit(desk, sm, unit=ZHOU)
    assert [event["field"] for event in desk.records(sm)[-1]["events"] if event["kind"] == "written"] == ["unit"]


def test_a_signature_under_the_former_household_is_void(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    desk.do(sm, "agree", by="li")
    edit(desk, sm, unit=WU)
    assert desk.ticket(sm).signatures == {}


def test_the_register_is_asked_once_for_each_unit(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    edit(desk, sm, unit=WU)
    facts = desk.records(sm)[-1]["facts"]
    assert [question for question in facts if question.startswith("contact:")] == [f"contact:{WU}"]


def test_a_unit_can_be_corrected_after_its_household_was_erased(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    with desk.store.writing() as transaction:
        for number, slot in transaction.sealed(sm):
            transaction.erase(sm, number, slot)
    rebuild(desk.engine)
    edit(desk, sm, unit=WU)
    assert who(desk, sm) == ("吴女士", "13800001203")
