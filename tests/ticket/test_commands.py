"""What commands do to tickets, through the engine and a store in a folder; every test's record replays clean."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sop_engine import errors
from tests.desk import Desk, replayed
from tests.repair import REPAIR

PEOPLE = {"wang": ["desk"], "zhao": ["desk", "engineer"], "li": ["engineer"], "sun": ["security"], "he": ["lead"]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, REPAIR) as bench:
        yield bench


def on_site(desk: Desk) -> str:
    wx = desk.open("repair", by="wang", fault="厨房漏水")
    desk.do(wx, "dispatch", by="wang")
    desk.do(wx, "accept", by="li")
    return wx


def test_a_ticket_goes_from_opened_to_closed(desk: Desk) -> None:
    wx = on_site(desk)
    desk.do(wx, "price", by="li", labour="80.00", parts="20.50")
    desk.do(wx, "done", by="li")
    desk.do(wx, "confirm", by="wang")
    ticket = desk.ticket(wx)
    assert wx == "WX-20261123-001"
    assert (ticket.status, ticket.outcome, ticket.fields["fee"]) == ("closed", "repaired", "100.50")


def test_who_acts_first_on_an_offered_task_is_its_assignee(desk: Desk) -> None:
    wx = on_site(desk)
    assert desk.ticket(wx).tasks == {"ticket": {"assignee": "li", "role": "engineer"}}
    with pytest.raises(errors.NotYou, match="only the assignee"):
        desk.do(wx, "price", by="zhao", labour="1.00", parts="1.00")


def test_dispatching_to_a_named_person_needs_him_to_hold_the_role(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    with pytest.raises(errors.NotYou, match="does not hold the role"):
        desk.command("do", wx, "wang", trigger="dispatch", assignee="sun")
    desk.command("do", wx, "wang", trigger="dispatch", assignee="zhao")
    assert desk.ticket(wx).tasks["ticket"]["assignee"] == "zhao"


def test_separation_of_duty_compares_persons(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    desk.do(wx, "dispatch", by="wang")
    desk.do(wx, "accept", by="zhao")
    desk.do(wx, "price", by="zhao", labour="1.00", parts="1.00")
    desk.do(wx, "done", by="zhao")
    with pytest.raises(errors.NotYou, match="separation of duty"):
        desk.do(wx, "confirm", by="zhao")
    desk.do(wx, "confirm", by="wang")


def test_the_doer_counts_for_separation_and_the_typist_stays_on_record(desk: Desk) -> None:
    wx = on_site(desk)
    desk.do(wx, "price", by="li", labour="1.00", parts="1.00")
    desk.command("do", wx, "li", trigger="done", typist="wang", heard="radio")
    desk.do(wx, "confirm", by="wang")
    record = desk.records(wx)[-2]
    assert (record["actor"], record["typist"], record["heard"]) == ("li", "wang", "radio")


def test_a_guard_sees_the_new_values_and_refuses_without_a_trace(desk: Desk) -> None:
    wx = on_site(desk)
    before = desk.ticket(wx)
    with pytest.raises(errors.NotNow, match="condition does not hold") as refused:
        desk.do(wx, "done", by="li")
    assert refused.value.guards
    assert desk.ticket(wx) == before


def test_required_bites_where_the_field_is_asked(desk: Desk) -> None:
    with pytest.raises(errors.NotUnderstood, match="Spot") as refused:
        desk.open("repair", by="wang", fault="x", place="common")
    assert [need["name"] for need in refused.value.needs] == ["spot"]
    assert desk.open("repair", by="wang", fault="x", place="common", spot="大堂")


@pytest.mark.parametrize(
    ("trigger", "error", "words"),
    [
        ("aprove", errors.NotUnderstood, "has no such transition"),
        ("confirm", errors.NotNow, "has no such transition"),
        ("nowhere.accept", errors.NotNow, "has no such transition"),
    ],
)
def test_a_trigger_that_is_not_there(desk: Desk, trigger: str, error: type[errors.SopError], words: str) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    with pytest.raises(error, match=words):
        desk.do(wx, trigger, by="wang")


def test_near_names_are_offered(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    with pytest.raises(errors.NotUnderstood) as refused:
        desk.do(wx, "dispach", by="wang")
    assert refused.value.near == ("dispatch",)
    assert {each["trigger"] for each in refused.value.possible} == {"dispatch", "cancel"}


def test_a_closed_ticket_takes_nothing_but_notes(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    desk.do(wx, "cancel", by="wang", reason="业主自行解决")
    with pytest.raises(errors.NotNow, match="is closed"):
        desk.do(wx, "dispatch", by="wang")
    desk.command("note", wx, "wang", note="补记:业主来电致谢")


def test_eventless_transitions_count_the_act_that_was_just_done(desk: Desk) -> None:
    wx = on_site(desk)
    desk.do(wx, "price", by="li", labour="1.00", parts="1.00")
    desk.do(wx, "done", by="li")
    desk.do(wx, "no_answer", by="wang")
    desk.do(wx, "no_answer", by="wang")
    assert desk.ticket(wx).status == "open"
    desk.do(wx, "no_answer", by="wang")
    assert desk.ticket(wx).outcome == "revisit_failed"


def test_a_timer_fires_with_its_due_time_however_late_the_sweep(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    desk.do(wx, "dispatch", by="wang")
    sweep = desk.advance(hours=5)
    assert (sweep.fired, desk.state(wx)) == (1, ["late"])
    last = desk.records(wx)[-1]
    assert (last["effective"], last["recorded"]) == ("2026-11-23T02:30:00.000Z", "2026-11-23T05:30:00.000Z")


def test_what_was_due_before_a_command_fires_first(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    desk.do(wx, "dispatch", by="wang")
    desk.clock.advance(timedelta(hours=3))
    done = desk.do(wx, "accept", by="li")
    assert len(done.fired) == 1
    assert [event["state"] for event in desk.events(wx, "entered")] == ["registered", "dispatched", "late", "on_site"]


def test_at_the_same_instant_the_command_goes_first(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    desk.do(wx, "dispatch", by="wang")
    desk.clock.advance(timedelta(hours=2))
    desk.do(wx, "accept", by="li")
    assert "late" not in [event["state"] for event in desk.events(wx, "entered")]


def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    desk.do(wx, "dispatch", by="wang")
    desk.clock.advance(timedelta(hours=3))
    before = desk.ticket(wx)
    done = desk.command("do", wx, "li", trigger="accept", dry_run=True)
    assert done.ticket.active == ["on_site"]
    assert desk.ticket(wx) == before


def test_the_same_key_twice_does_it_once(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    first = desk.command("do", wx, "wang", trigger="dispatch", key="k1")
    second = desk.command("do", wx, "wang", trigger="dispatch", key="k1")
    assert (second.repeated, second.step.hash) == (True, first.step.hash)
    assert desk.ticket(wx).number == 2
    with pytest.raises(errors.NotUnderstood, match="another request"):
        desk.command("do", wx, "wang", trigger="cancel", key="k1")


def test_expect_refuses_when_the_ticket_has_moved_on(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    desk.do(wx, "dispatch", by="wang")
    with pytest.raises(errors.Overtaken, match="has moved on"):
        desk.command("do", wx, "li", trigger="accept", expect=1)


def test_an_edit_needs_a_reason_and_recomputes(desk: Desk) -> None:
    wx = on_site(desk)
    desk.do(wx, "price", by="li", labour="80.00", parts="20.00")
    with pytest.raises(errors.NotUnderstood, match="reason"):
        desk.command("edit", wx, "wang", fields={"parts": "25.00"})
    desk.command("edit", wx, "wang", fields={"parts": "25.00"}, reason="单价看错")
    assert desk.ticket(wx).fields["fee"] == "105.00"
    with pytest.raises(errors.NotYou):
        desk.command("edit", wx, "sun", fields={"parts": "1.00"}, reason="x")


def test_one_owner_at_any_time(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    with pytest.raises(errors.NotYou, match="wang"):
        desk.command("hand_over", wx, "zhao", to="zhao")
    desk.command("hand_over", wx, "wang", to="zhao", reason="下班")
    assert desk.ticket(wx).owner == "zhao"


def test_free_text_and_personal_values_are_not_in_the_record(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="秘密的故障")
    desk.command("note", wx, "wang", note="秘密的备注")
    with desk.reading() as reading:
        data = b"".join(each.data for each in reading.steps(wx))
    assert "秘密".encode() not in data


def test_an_unknown_login_and_standing_in_without_the_right(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    with pytest.raises(errors.NotYou, match="may not stand in"):
        desk.command("do", wx, "sun", trigger="dispatch", standing_for="wang")
    done = desk.command("do", wx, "boss", trigger="dispatch", standing_for="wang")
    assert b'"for":"wang"' in done.step.data


def test_a_clock_far_behind_is_refused_until_accepted(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="x")
    desk.clock.advance(timedelta(minutes=-4))
    desk.do(wx, "dispatch", by="wang")
    desk.clock.advance(timedelta(hours=-1))
    with pytest.raises(errors.SetUp, match="clock"):
        desk.do(wx, "accept", by="li")
    assert [record["recorded"] for record in desk.records(wx)] == ["2026-11-23T00:30:00.000Z"] * 2


def test_values_given_in_any_order_replay_the_same(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", urgency="urgent", fault="x")
    assert [event["field"] for event in desk.records(wx)[0]["events"] if event["kind"] == "written"][:2] == [
        "fault",
        "urgency",
    ]
    assert desk.replay().clean


def test_what_a_guard_bars_whatever_is_given_is_not_possible(desk: Desk) -> None:
    guarded = "ask: reason, when: in_state('registered'), to: cancelled"
    desk.publish(REPAIR.replace("ask: reason, to: cancelled", guarded))
    wx = on_site(desk)
    with pytest.raises(errors.NotUnderstood) as refused:
        desk.do(wx, "pric", by="li")
    assert [each["trigger"] for each in refused.value.possible] == ["price", "done"]


def test_a_key_does_not_mind_the_order_in_which_fields_are_given(desk: Desk) -> None:
    first = desk.command("open", "", "wang", procedure="repair", fields={"fault": "x", "urgency": "urgent"}, key="k")
    again = desk.command("open", "", "wang", procedure="repair", fields={"urgency": "urgent", "fault": "x"}, key="k")
    assert again.step.ticket == first.step.ticket
