"""Lending a task: a colleague may act on it once, and it comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine import errors
from tests.desk import Desk, replayed
from tests.ticket.acts import holder, in_hand, mine, told
from tests.ticket.test_hands import SIDE_BY_SIDE

PEOPLE = {
    "wang": ["desk", "checker"], "li": ["engineer", "checker"], "zhao": ["engineer", "checker"], "he": ["engineer"],
}  # fmt: skip
REPAIR = """
procedure: repair
title: Repair
prefix: WX
roles: [desk, engineer, checker]
open: {by: desk, to: registered}
states:
  registered: {transitions: {dispatch: {by: desk, assign: engineer, to: mending}}}
  mending: {transitions: {done: {by: assignee, to: trying}, report_in: {by: assignee}}}
  trying: {transitions: {tried: {by: [assignee, engineer], sign: 2, to: checking}, back: {by: assignee, to: mending}}}
  checking: {transitions: {confirm: {by: {role: checker, not: did done}, to: mended}}}
  mended: {final: true, outcome: mended}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, REPAIR) as bench:
        yield bench


@pytest.fixture
def wx(desk: Desk) -> str:
    """A repair that 李 has in hand."""
    return in_hand(desk)


def ends(desk: Desk, ticket: str) -> list[str]:
    return [event["how"] for event in desk.events(ticket, "delegation_ended")]


def test_a_delegate_acts_and_the_task_comes_back(desk: Desk, wx: str) -> None:
    desk.command("delegate", wx, "li", to="zhao")
    assert (holder(desk, wx), wx in mine(desk, "zhao")) == ("li", True)
    desk.do(wx, "report_in", by="zhao")
    assert desk.records(wx)[-1]["command"]["arguments"]["as"] == "delegate"
    assert (ends(desk, wx), desk.ticket(wx).acts, holder(desk, wx)) == (["acted"], {}, "li")
    with pytest.raises(errors.NotYou):
        desk.do(wx, "done", by="zhao")
    desk.do(wx, "done", by="li")


def test_the_holder_may_act_meanwhile(desk: Desk, wx: str) -> None:
    desk.command("delegate", wx, "li", to="zhao")
    desk.do(wx, "report_in", by="li")
    assert ends(desk, wx) == []


def test_both_have_done_what_the_delegate_did(desk: Desk, wx: str) -> None:
    desk.command("delegate", wx, "li", to="zhao")
    desk.do(wx, "done", by="zhao")
    desk.command("delegate", wx, "li", to="he")
    desk.do(wx, "tried", by="he")
    with pytest.raises(errors.NotYou, match="li has signed"):
        desk.do(wx, "tried", by="li")
    desk.command("assign", wx, "boss", to="zhao")
    desk.do(wx, "tried", by="zhao")
    for person in ("li", "zhao"):
        with pytest.raises(errors.NotYou, match="separation of duty"):
            desk.do(wx, "confirm", by=person)
    desk.do(wx, "confirm", by="wang")


def test_at_its_time_the_task_comes_back_by_itself_and_both_are_told(desk: Desk, wx: str) -> None:
    desk.command("delegate", wx, "li", to="zhao", until="2026-11-23T02:00:00.000Z")
    desk.advance(hours=3)
    assert (ends(desk, wx), desk.ticket(wx).timers) == (["time"], {})
    assert told(desk, wx, "delegation_ended") == [["li", "zhao"]]
    assert desk.records(wx)[-1]["effective"] == "2026-11-23T02:00:00.000Z"
    with pytest.raises(errors.NotYou):
        desk.do(wx, "report_in", by="zhao")


@pytest.mark.parametrize("until", ["2026-11-23T00:30:00.000Z", "2025-01-01T00:00:00.000Z", "soon"])
def test_a_time_that_has_passed_or_is_none_is_not_understood(desk: Desk, wx: str, until: str) -> None:
    with pytest.raises(errors.NotUnderstood):
        desk.command("delegate", wx, "li", to="zhao", until=until)


def test_it_is_taken_back_or_turned_down(desk: Desk, wx: str) -> None:
    desk.command("delegate", wx, "li", to="zhao", until="2026-11-24T02:00:00.000Z")
    with pytest.raises(errors.NotYou):
        desk.command("take_back", wx, "zhao")
    desk.command("take_back", wx, "li")
    assert desk.ticket(wx).timers == {}
    desk.command("delegate", wx, "li", to="zhao")
    desk.command("turn_down", wx, "zhao", reason="不在项目上")
    assert ends(desk, wx) == ["recalled", "turned_down"]


def test_what_was_lent_is_not_passed_on(desk: Desk, wx: str) -> None:
    desk.command("delegate", wx, "li", to="zhao")
    for act, more in (("delegate", {"to": "he"}), ("transfer", {"to": "he"}), ("give_back", {"reason": "x"})):
        with pytest.raises(errors.NotYou, match="only for a time"):
            desk.command(act, wx, "zhao", **more)
    with pytest.raises(errors.NotYou):
        desk.command("do", wx, "boss", standing_for="zhao", trigger="report_in", fields={})
    with pytest.raises(errors.NotNow, match="is lent to zhao"):
        desk.command("transfer", wx, "li", to="he")


def test_it_lapses_when_the_task_goes_elsewhere(desk: Desk, wx: str) -> None:
    desk.command("delegate", wx, "li", to="zhao", until="2026-11-24T02:00:00.000Z")
    desk.command("assign", wx, "boss", to="he")
    assert (ends(desk, wx), desk.ticket(wx).timers, desk.ticket(wx).acts) == (["lapsed"], {}, {})


def test_who_has_left_is_no_delegate(desk: Desk, wx: str) -> None:
    desk.command("delegate", wx, "li", to="zhao")
    desk.site("change_person", actor="zhao", active=False)
    with pytest.raises(errors.NotYou):
        desk.do(wx, "report_in", by="zhao")
    desk.command("take_back", wx, "li")
    with pytest.raises(errors.NotUnderstood, match="nobody here is zhao"):
        desk.command("delegate", wx, "li", to="zhao")


def test_side_by_side_a_delegate_acts_on_his_task_only(desk: Desk) -> None:
    desk.publish(SIDE_BY_SIDE)
    jj = desk.open("emergency", by="wang")
    desk.command("claim", jj, "li", region="water")
    desk.command("claim", jj, "he", region="gate")
    desk.command("delegate", jj, "li", to="zhao")
    with pytest.raises(errors.NotYou):
        desk.do(jj, "lift", by="zhao")
    desk.do(jj, "shut", by="zhao")
    assert ends(desk, jj) == ["acted"]
    assert sorted(desk.ticket(jj).did["shut"]["by"]) == ["li", "zhao"]


def test_while_a_ticket_rests_what_was_lent_waits(desk: Desk, wx: str) -> None:
    desk.command("delegate", wx, "li", to="zhao", until="2026-11-23T02:00:00.000Z")
    desk.command("suspend", wx, "wang", until="2026-11-23T06:00:00.000Z", reason="等料")
    desk.advance(hours=6)
    assert ends(desk, wx) == ["time"]
