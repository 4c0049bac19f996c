"""A unit changes hands: its open tickets ask with whom they go on, and whoever has moved out is told nothing more."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_engine import errors
from sop_engine.console.moves import is_of_former, moves_of, undecided
from sop_engine.engine.notices.delivery import deliver
from sop_engine.engine.notices.letters import render
from sop_engine.engine.rebuild import rebuild
from sop_engine.ticket.former import as_the_new_one_sees
from tests.desk import Desk, replayed

UNIT = "3-2-1202"
OLD = {"name": "周先生", "phone": "13800001202"}
NEW = {"name": "张三", "phone": "13911112222"}
PEOPLE: dict[str, list[Any]] = {"wang": ["desk"], "sun": ["guard"]}
REPAIR = """
procedure: repair
title: Repair
prefix: WX
roles: [desk, guard]
fields:
  unit: {type: unit}
  caller: {type: person, fill: unit.contact, personal: contact}
  phone: {type: phone, fill: caller.phone, personal: contact}
  friend: {type: person, personal: contact}
  fault: {type: text}
notices:
  word: {title: Word, subject: Word, text: "{{ caller.name }} {{ friend.name }} {{ fault }}", personal: contact}
open: {by: desk, ask: unit, may_ask: [caller, phone, friend, fault], to: registered}
acts:
  moving: {by: desk, stays: in_state('keeping')}
  force_close: {by: desk}
  reopen: {by: desk, to: registered}
states:
  registered:
    transitions:
      ping: {by: desk, tell: {to: [caller, friend], notice: word}}
      keep: {by: desk, to: keeping}
      helped: {by: desk, start: {repair: {unit: unit, friend: friend}}}
      finish: {by: desk, tell: {to: caller, notice: word}, to: over}
  keeping:
    transitions:
      ping: {by: desk, tell: {to: [caller, friend], notice: word}}
      back: {by: desk, to: registered}
  over: {final: true, outcome: done}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, REPAIR) as bench:
        yield begun(bench)


def begun(desk: Desk) -> Desk:
    with desk.store.writing() as transaction:
        transaction.put_units([{"id": UNIT, "contact": OLD}])
    desk.site("change_person", actor="wang", give_rights=["assign"])
    return desk


def move(desk: Desk, on: str = "2026-11-23", **more: Any) -> None:
    """Enter that the unit changes hands; nobody moves in with `empty`."""
    coming = {} if more.pop("empty", False) else {"in": NEW}
    desk.command("move_unit", "site", "wang", unit=UNIT, on=on, **coming, **more)


def answer(desk: Desk, ticket: str, word: str) -> None:
    desk.command("moved", ticket, "wang", **{"with": word}, reason="已过户")


def pinged(desk: Desk, ticket: str) -> list[str]:
    """Whom a notice reaches now."""
    desk.do(ticket, "ping", by="wang")
    told: list[str] = desk.events(ticket, "told")[-1]["to"]
    return told


def goes_with(desk: Desk, ticket: str) -> Any:
    return desk.ticket(ticket).acts["moved"]["with"]


def contact(desk: Desk) -> Any:
    with desk.reading() as reading:
        entry = reading.unit(UNIT)
    assert entry is not None
    return entry["contact"]


# --- from which day --------------------------------------------------------------------------------------------------


def test_until_its_day_everything_stays_as_it_is(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT)
    move(desk, on="2026-11-25")
    assert (contact(desk), pinged(desk, wx)) == (OLD, ["field:caller"])
    desk.advance(days=1.6)  # to Tuesday evening
    assert (contact(desk), pinged(desk, wx)) == (OLD, ["field:caller"])
    desk.advance(hours=2)
    assert (contact(desk), pinged(desk, wx)) == (NEW, [])


def test_what_waits_for_whoever_moved_out_is_recalled(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT)
    desk.do(wx, "ping", by="wang")
    move(desk)
    with desk.reading() as reading:
        assert [each.status for each in reading.letters(ticket=wx)] == ["recalled"]


def test_nothing_goes_out_to_him_between_midnight_and_the_sweep(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT)
    desk.do(wx, "ping", by="wang")
    move(desk, on="2026-11-24")
    desk.clock.advance(timedelta(days=1))
    deliver(desk.engine)
    assert pinged(desk, wx) == []
    early = desk.open("repair", by="wang", unit=UNIT)  # the register has still the old one
    with desk.reading() as reading:
        assert [each.status for each in reading.letters(ticket=wx)] == ["waiting"]
    desk.advance(hours=0)
    with desk.reading() as reading:
        assert [each.status for each in reading.letters(ticket=wx)] == ["recalled"]
        assert {head.id for head in undecided(reading, "9999")[UNIT]} == {wx, early}


def test_a_ticket_of_the_time_between_is_asked_about_too(desk: Desk) -> None:
    move(desk, on="2026-11-24")
    wx = desk.open("repair", by="wang", unit=UNIT)
    assert "moved" not in desk.ticket(wx).acts
    desk.advance(days=1)
    assert (goes_with(desk, wx), pinged(desk, wx)) == (None, [])


def test_a_change_that_is_called_off_leaves_nothing_behind(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT)
    before = desk.ticket(wx).acts
    move(desk, on="2026-11-25")
    with pytest.raises(errors.NotUnderstood, match="a reason is needed"):
        desk.command("cancel_move", "site", "wang", unit=UNIT)
    desk.command("cancel_move", "site", "wang", unit=UNIT, reason="不卖了")
    desk.advance(days=3)
    assert (desk.ticket(wx).acts, contact(desk), pinged(desk, wx)) == (before, OLD, ["field:caller"])
    with pytest.raises(errors.NotNow, match="not about to change hands"):
        desk.command("cancel_move", "site", "wang", unit=UNIT, reason="不卖了")


def test_calling_off_the_second_change_does_not_call_off_the_first(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT)
    move(desk)
    move(desk, on="2026-11-30")
    assert pinged(desk, wx) == []
    desk.command("cancel_move", "site", "wang", unit=UNIT, reason="不卖了")
    assert (goes_with(desk, wx), pinged(desk, wx)) == (None, [])


# --- with whom it goes on --------------------------------------------------------------------------------------------


def test_with_the_old_one_it_tells_him_as_before(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT, friend={"name": "李四", "phone": "13700000000"})
    move(desk)
    answer(desk, wx, "old")
    assert pinged(desk, wx) == ["field:caller", "field:friend"]
    assert desk.ticket(wx).fields["caller"] == OLD


def test_with_the_new_one_it_tells_him_and_nobody_who_stood_there_before(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT, phone="13800009999", friend={"name": "李四", "phone": "13700000000"})
    move(desk)
    answer(desk, wx, "new")
    fields = desk.ticket(wx).fields
    assert (fields["caller"], fields["phone"]) == (NEW, NEW["phone"])
    assert pinged(desk, wx) == ["field:caller"]
    desk.command("edit", wx, "wang", fields={"friend": {"name": "王五", "phone": "13600000000"}}, reason="换人")
    assert pinged(desk, wx) == ["field:caller", "field:friend"]


def test_a_message_to_the_new_one_says_nothing_of_the_old_one(desk: Desk) -> None:
    wx = desk.open(
        "repair", by="wang", unit=UNIT, friend={"name": "李四", "phone": "13700000000"}, fault="先打 13800001202"
    )
    move(desk)
    answer(desk, wx, "new")
    pinged(desk, wx)
    with desk.reading() as reading:
        (letter,) = reading.letters("waiting", wx)
        body = render(desk.engine, reading, letter).body
    assert "张三" in body
    assert not {each for each in ("周先生", "李四", "13800001202", "13700000000") if each in body}


def test_what_is_printed_for_the_new_one_leaves_out_who_stood_there_before(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT, friend={"name": "李四", "phone": "13700000000"})
    move(desk)
    assert as_the_new_one_sees(desk.ticket(wx), "9999") is None
    answer(desk, wx, "new")
    seen = as_the_new_one_sees(desk.ticket(wx), "9999")
    assert seen is not None and seen.fields == {"unit": UNIT, "caller": NEW, "phone": NEW["phone"]}


def test_an_answer_before_the_day_takes_effect_with_it(desk: Desk) -> None:
    one, other, third = (desk.open("repair", by="wang", unit=UNIT) for _each in range(3))
    move(desk, on="2026-11-25", answers={one: "new", third: "close"}, reason="卖了")
    answer(desk, other, "old")
    assert desk.ticket(one).fields["caller"] == OLD
    assert (desk.ticket(third).status, desk.ticket(third).outcome) == ("closed", "forced")
    desk.advance(days=3)
    assert [desk.ticket(each).fields["caller"] for each in (one, other)] == [NEW, OLD]


def test_a_word_for_the_rest_leaves_what_is_named_and_what_stays(desk: Desk) -> None:
    named, rest, keys = (desk.open("repair", by="wang", unit=UNIT) for _each in range(3))
    desk.do(keys, "keep", by="wang")
    move(desk, answers={named: "old"}, rest="new", reason="卖了")
    assert [goes_with(desk, each) for each in (named, rest, keys)] == ["old", "new", "old"]


def test_what_is_in_our_hands_goes_on_with_whom_it_belongs_to(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT)
    desk.do(wx, "keep", by="wang")
    move(desk)
    assert (goes_with(desk, wx), pinged(desk, wx)) == ("old", ["field:caller"])
    with pytest.raises(errors.NotNow, match="is in our hands"):
        answer(desk, wx, "new")
    desk.do(wx, "back", by="wang")
    answer(desk, wx, "new")
    assert desk.ticket(wx).fields["caller"] == NEW


def test_who_left_in_an_earlier_change_is_not_asked_about_again(desk: Desk) -> None:
    his, theirs = (desk.open("repair", by="wang", unit=UNIT) for _each in range(2))
    move(desk, answers={his: "old", theirs: "new"}, reason="卖了")
    move(desk, reason="又卖了")
    assert [goes_with(desk, each) for each in (his, theirs)] == ["old", None]
    assert [pinged(desk, each) for each in (his, theirs)] == [["field:caller"], []]


def test_a_new_ticket_of_the_new_one_is_his_alone(desk: Desk) -> None:
    move(desk)
    wx = desk.open("repair", by="wang", unit=UNIT)
    assert ("moved" in desk.ticket(wx).acts, desk.ticket(wx).fields["caller"]) == (False, NEW)
    assert pinged(desk, wx) == ["field:caller"]


def test_what_is_closed_is_silent_too_and_asks_when_it_is_opened_again(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT)
    desk.do(wx, "finish", by="wang")
    move(desk)
    with desk.reading() as reading:
        assert [each.status for each in reading.letters(ticket=wx)] == ["recalled"]
    desk.command("reopen", wx, "wang", reason="又漏了")
    assert (goes_with(desk, wx), pinged(desk, wx)) == (None, [])
    answer(desk, wx, "new")
    assert pinged(desk, wx) == ["field:caller"]


@pytest.mark.parametrize(("word", "reached"), [(None, ["field:caller"]), ("old", ["field:caller", "field:friend"])])
def test_a_part_of_what_is_his_is_his(desk: Desk, word: str | None, reached: list[str]) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT, friend={"name": "李四", "phone": "13700000000"})
    move(desk)
    desk.advance(hours=1)
    if word is not None:
        answer(desk, wx, word)
    desk.do(wx, "helped", by="wang")
    part = desk.ticket(wx).children[0]["id"]
    assert pinged(desk, part) == reached
    with desk.reading() as reading:
        head, moves = reading.head(part), moves_of(reading)
        assert head is not None and is_of_former(reading, moves, head)


def test_what_was_erased_leaves_the_proof_standing(desk: Desk) -> None:
    one, other = (desk.open("repair", by="wang", unit=UNIT, phone="13800009999") for _each in range(2))
    move(desk, on="2026-11-24", answers={one: "new"}, reason="卖了")
    desk.advance(days=1)
    answer(desk, other, "new")
    with desk.store.writing() as transaction:
        for id in ("site", one, other):
            for number, slot in transaction.sealed(id):
                transaction.erase(id, number, slot)
    rebuild(desk.engine)
    assert pinged(desk, other) == ["field:caller"]


# --- what is refused -------------------------------------------------------------------------------------------------


def test_refusals_change_nothing(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT)
    with pytest.raises(errors.NotNow, match="nobody has moved out"):
        answer(desk, wx, "new")
    for wrong, error in (
        ({"on": "2030-01-01"}, errors.NotUnderstood),
        ({"on": "morgen"}, errors.NotUnderstood),
        ({"kind": "gift"}, errors.NotUnderstood),
        ({"rest": "maybe", "reason": "x"}, errors.NotUnderstood),
        ({"rest": "new"}, errors.NotUnderstood),
        ({"answers": {"WX-1": "new"}, "reason": "x"}, errors.NotFound),
        ({"answers": {wx: "new"}, "reason": "x", "empty": True}, errors.NotNow),
    ):
        with pytest.raises(error):
            move(desk, **wrong)
    with pytest.raises(errors.NotFound):
        desk.command("move_unit", "site", "wang", unit="9-9-9999", on="2026-11-23")
    assert (desk.ticket(wx).number, contact(desk)) == (1, OLD)
    move(desk, on="2026-11-25")
    with pytest.raises(errors.NotNow, match="already"):
        move(desk, on="2026-11-26")


def test_only_who_may_enters_it_and_answers_for_a_ticket(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT)
    with pytest.raises(errors.NotYou, match="assign"):
        desk.command("move_unit", "site", "sun", unit=UNIT, on="2026-11-23", **{"in": NEW})
    move(desk)
    with pytest.raises(errors.NotYou, match="desk"):
        desk.command("moved", wx, "sun", **{"with": "new"}, reason="x")
    answer(desk, wx, "new")
    with pytest.raises(errors.NotNow, match="has gone over"):
        answer(desk, wx, "old")
    with pytest.raises(errors.NotNow, match="already"):
        answer(desk, wx, "new")


# --- the record ------------------------------------------------------------------------------------------------------


def test_the_record_names_nobody_and_rebuilding_leaves_the_register_alone(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", unit=UNIT)
    move(desk, answers={wx: "new"}, reason="周先生卖给张三")
    said = str([*desk.records("site"), *desk.records(wx)])
    assert not {each for each in (*OLD.values(), *NEW.values()) if each in said}
    with desk.store.writing() as transaction:
        transaction.put_units([{"id": UNIT, "contact": {"name": "改名"}}])
    rebuild(desk.engine)
    assert contact(desk) == {"name": "改名"}


# --- the law ---------------------------------------------------------------------------------------------------------

Deed = tuple[str, int]


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["new", "old", "keep", "back", "move", "later", "off", "day"]),
                          st.integers(0, 1)), min_size=2, max_size=8))  # fmt: skip
def test_whoever_has_moved_out_is_told_only_of_what_goes_on_with_him(deeds: list[Deed]) -> None:
    with tempfile.TemporaryDirectory() as folder, replayed(Path(folder), PEOPLE, REPAIR) as desk:
        # given two tickets of a unit
        begun(desk)
        tickets = [desk.open("repair", by="wang", unit=UNIT) for _each in range(2)]
        holds = dict.fromkeys(tickets, OLD)
        for deed, which in deeds:
            # when anything is done to them and to the unit, in any order, and some of it refused
            wx = tickets[which]
            try:
                match deed:
                    case "new" | "old":
                        answer(desk, wx, deed)
                    case "keep" | "back":
                        desk.do(wx, deed, by="wang")
                    case "move":
                        move(desk)
                    case "later":
                        move(desk, on="2026-12-01")
                    case "off":
                        desk.command("cancel_move", "site", "wang", unit=UNIT, reason="不卖了")
                    case _:
                        desk.advance(days=9)
            except errors.SopError:
                continue
        # then who is told lives there, or the ticket goes on with him
        for wx in tickets:
            ticket = desk.ticket(wx)
            holds[wx] = ticket.fields["caller"]
            reached = pinged(desk, wx)
            if holds[wx] != contact(desk):
                assert not reached or goes_with(desk, wx) == "old"
            elif "moved" not in ticket.acts:
                assert reached == ["field:caller"]
