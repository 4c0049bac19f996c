"""Taking one's own last step back: everything is as it was before, and the history has both."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.engine.notices.delivery import deliver
from sop_engine.engine.reports.promises import outcomes
from sop_engine.store.programs import Programs
from sop_engine.ticket.records import SITE, Ticket
from tests.desk import START, Desk
from tests.ticket.acts import after, in_hand
from tests.ticket.test_correcting import erase_all
from tests.ticket.test_suspending import CHILD, PARENT

PEOPLE = {
    "wang": ["desk"], "li": ["engineer"], "zhao": ["engineer"], "he": ["lead"], "sun": ["security"], "qian": ["lead"],
}  # fmt: skip
REPAIR = """
procedure: repair
title: {zh: 报修, en: Repair}
prefix: WX
subject: "{{ fault }}"
calendar: round-the-clock
roles: [desk, engineer, lead]
fields:
  fault: {type: text, title: 故障}
  caller: {type: phone, personal: contact, title: 电话}
  charge: {type: choice, choices: [free, paid], title: 收费}
  hours: {type: integer, title: 工时}
  cost: {type: decimal, computed: hours * 80}
open: {by: desk, ask: fault, may_ask: caller, to: registered}
acts:
  withdraw: {within: 2 h, never: pay}
  return: {to: previous}
goals:
  mending: {start: did open, stop: did done, within: 4 h, source: ours}
anytime:
  call: {by: desk, tell: lead}
  ring: {by: desk, tell: caller}
  pay: {by: desk}
states:
  registered: {transitions: {dispatch: {by: desk, assign: engineer, tell: assignee, to: mending}}}
  mending:
    after: {90 min: {to: late}}
    transitions:
      done: {by: assignee, may_ask: [charge, hours, caller, fault], to: checking}
  late: {transitions: {done: {by: assignee, to: checking}}}
  checking:
    transitions:
      confirm: {by: desk, sign: 2, to: mended}
      settle: {by: {role: lead, not: did confirm}, to: mended}
      finish: {by: [desk, engineer], to: mended}
  mended: {final: true, outcome: mended}
"""


@pytest.fixture(autouse=True)
def _over_every_store() -> None:
    """Over one store, but for the tests that ask for every one: the others look at what `decide` says."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bench = Desk(tmp_path, {**PEOPLE, "he": ["lead", "desk"]})
    bench.publish_calendar("round-the-clock")
    bench.publish(REPAIR)
    yield bench
    assert not [each for each in bench.replay().mismatches if each.ticket != SITE]
    with bench.reading() as reading:
        tickets = [id for id in reading.ticket_ids() if id.startswith("WX")]
    for id in tickets:
        erase_all(bench, id)
    assert not [each for each in bench.replay().mismatches if each.ticket != SITE]


def mending(desk: Desk, **fields: Any) -> str:
    return in_hand(desk, fault="漏水", **fields)


def content(ticket: Ticket) -> dict[str, Any]:
    """What must be as it was: the state that is hashed, with the values themselves in place of their commitments."""
    return {**ticket.state(), "commits": sorted(ticket.commits), "fields": ticket.fields}


def back(desk: Desk, id: str, by: str, **about: Any) -> None:
    desk.command("withdraw", id, by, reason="点错了", **about)


# --- as it was -------------------------------------------------------------------------------------------------------


def test_everything_is_as_it_was_before(every_store: str, desk: Desk) -> None:
    wx = mending(desk, caller="13800000001")
    desk.advance(hours=1)
    before = content(desk.ticket(wx))
    desk.do(wx, "done", by="li", charge="paid", hours=2, caller="13800000002", fault="换阀芯")
    assert desk.state(wx) == ["checking"]
    desk.advance(minutes=20)
    back(desk, wx, "li")
    assert content(desk.ticket(wx)) == before
    desk.do(wx, "done", by="li")


def test_the_step_and_its_withdrawal_stay_in_the_history_and_values_out_of_the_record(desk: Desk) -> None:
    wx = mending(desk, caller="13800000001")
    desk.do(wx, "done", by="li", caller="13800000002")
    back(desk, wx, "li")
    records = desk.records(wx)
    assert [record["command"]["name"] for record in records[-2:]] == ["do", "withdraw"]
    assert records[-1]["command"]["arguments"]["step"] == records[-2]["number"]
    assert "13800000001" not in str(records)
    assert "点错了" not in str(records)


def test_a_timer_has_the_time_that_it_had_and_fires_late_where_that_has_passed(desk: Desk) -> None:
    wx = mending(desk)
    desk.advance(hours=1)
    desk.do(wx, "done", by="li")
    desk.advance(hours=1)
    back(desk, wx, "li")
    assert desk.ticket(wx).timers["mending/after_90_min"]["due"] == after(minutes=90)
    desk.advance(minutes=0)
    assert desk.state(wx) == ["late"]


def test_a_promise_runs_on_as_though_it_had_not_ended(desk: Desk) -> None:
    wx = mending(desk)
    desk.do(wx, "done", by="li")
    desk.advance(hours=1)
    back(desk, wx, "li")
    goal = desk.ticket(wx).goals["mending"]
    assert (goal["status"], goal["due"], goal["pauses"]) == ("running", after(hours=4), [])


def test_separation_of_duty_counts_it_no_more(desk: Desk) -> None:
    wx = mending(desk)
    desk.do(wx, "done", by="li")
    desk.do(wx, "confirm", by="he")
    back(desk, wx, "he")
    assert desk.ticket(wx).signatures == {}
    desk.do(wx, "settle", by="he")
    assert desk.ticket(wx).outcome == "mended"


def test_a_closing_is_taken_back(desk: Desk) -> None:
    wx = mending(desk)
    desk.do(wx, "done", by="li")
    desk.command("watch", wx, "he")
    before = content(desk.ticket(wx))
    desk.do(wx, "finish", by="li")
    assert desk.ticket(wx).status == "closed"
    back(desk, wx, "li")
    assert content(desk.ticket(wx)) == before


@pytest.mark.parametrize(
    ("name", "by", "arguments"),
    [
        ("edit", "wang", {"fields": {"fault": "马桶"}, "reason": "听错"}),
        ("assign", "wang", {"to": "zhao"}),
        ("hand_over", "wang", {"to": "he"}),
        ("suspend", "wang", {"until": after(hours=3), "reason": "等料"}),
        ("return", "li", {"reason": "退回"}),
    ],
)
def test_acts_of_staff_are_taken_back_too(desk: Desk, name: str, by: str, arguments: dict[str, Any]) -> None:
    wx = mending(desk)
    before = content(desk.ticket(wx))
    desk.command(name, wx, by, **arguments)
    assert content(desk.ticket(wx)) != before
    back(desk, wx, by)
    assert content(desk.ticket(wx)) == before


def test_ones_own_words_after_it_do_not_hinder_and_stay(desk: Desk) -> None:
    wx = mending(desk)
    desk.do(wx, "done", by="li")
    desk.command("note", wx, "li", note="点早了")
    desk.command("copy", wx, "li", to=["he"])
    back(desk, wx, "li")
    ticket = desk.ticket(wx)
    assert (desk.state(wx), list(ticket.acts["copies"])) == (["mending"], ["he"])


def test_who_did_it_may_say_so_to_the_desk(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("do", wx, "li", trigger="done", typist="wang", heard="radio")
    with pytest.raises(errors.NotYou):
        back(desk, wx, "wang")
    back(desk, wx, "li", typist="wang", heard="radio")
    assert desk.state(wx) == ["mending"]


# --- notices ---------------------------------------------------------------------------------------------------------


def letters(desk: Desk, id: str) -> list[tuple[int, str, str]]:
    with desk.reading() as reading:
        return [(each.number, each.to, each.status) for each in reading.letters(ticket=id)]


def test_notices_that_wait_or_could_not_be_sent_are_not_sent(every_store: str, desk: Desk) -> None:
    wx = mending(desk)
    desk.do(wx, "call", by="wang")
    number = desk.ticket(wx).number
    with desk.store.writing() as transaction:
        (dead,) = [each.id for each in transaction.letters(ticket=wx) if (each.number, each.to) == (number, "qian")]
        transaction.letter_failed(dead, "no such mailbox", None)
    back(desk, wx, "wang")
    found = [each for each in letters(desk, wx) if each[0] >= number]
    assert found == [(number, "he", "recalled"), (number, "qian", "recalled")]


def test_those_whom_it_has_reached_are_told(every_store: str, desk: Desk) -> None:
    wx = mending(desk)
    desk.do(wx, "call", by="wang")
    deliver(desk.engine)
    number = desk.ticket(wx).number
    back(desk, wx, "wang")
    found = [each for each in letters(desk, wx) if each[0] >= number]
    assert found == [
        *((number, each, "sent") for each in ("he", "qian")),
        *((number + 1, each, "waiting") for each in ("he", "qian")),
    ]


def test_what_has_gone_out_of_the_house_cannot_be_taken_back(every_store: str, desk: Desk) -> None:
    wx = mending(desk, caller="13800000001")
    desk.do(wx, "ring", by="wang")
    back(desk, wx, "wang")
    desk.do(wx, "ring", by="wang")
    deliver(desk.engine)
    with pytest.raises(errors.NotNow, match=r"went out to somebody outside \(电话\) at 2026-11-23 08:30"):
        back(desk, wx, "wang")


# --- what hinders ----------------------------------------------------------------------------------------------------


def test_nobody_takes_back_what_another_did(desk: Desk) -> None:
    wx = mending(desk)
    desk.do(wx, "done", by="li")
    with pytest.raises(errors.NotYou, match="was li's, at 2026-11-23 08:30, and only he"):
        back(desk, wx, "wang")


@pytest.mark.parametrize("words", [{"note": "知道了"}, {}])
def test_what_another_has_acted_on_stands(desk: Desk, words: dict[str, str]) -> None:
    wx = mending(desk)
    desk.do(wx, "done", by="li")
    desk.command("note" if words else "urge", wx, "wang", **words)
    with pytest.raises(errors.NotNow, match="wang has acted on"):
        back(desk, wx, "li")


def test_what_a_timer_has_acted_on_stands(desk: Desk) -> None:
    wx = mending(desk)
    desk.advance(minutes=95)
    with pytest.raises(errors.NotNow, match="a timer's"):
        back(desk, wx, "li")


def test_an_opening_a_withdrawal_and_what_the_procedure_names_stand(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="漏水")
    with pytest.raises(errors.NotNow, match="`open`, which is not taken back"):
        back(desk, wx, "wang")
    desk.do(wx, "dispatch", by="wang")
    back(desk, wx, "wang")
    with pytest.raises(errors.NotNow, match="`withdraw`, which is not taken back"):
        back(desk, wx, "wang")
    desk.do(wx, "pay", by="wang")
    with pytest.raises(errors.NotNow, match="lets nobody take `pay` back"):
        back(desk, wx, "wang")


def test_it_is_taken_back_only_so_long_after_it(desk: Desk) -> None:
    wx = mending(desk)
    desk.do(wx, "done", by="li")
    desk.advance(hours=2, minutes=1)
    with pytest.raises(errors.NotNow, match="for 2 h; here until 2026-11-23 10:30"):
        back(desk, wx, "li")


def test_a_reason_is_needed(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotUnderstood, match="a reason is needed"):
        desk.command("withdraw", wx, "li")


def test_what_other_tickets_have_heard_of_stands(desk: Desk) -> None:
    desk.publish(CHILD)
    desk.publish(PARENT)
    parent = desk.open("parent", by="wang")
    child = desk.ticket(parent).children[0]["id"]
    desk.do(child, "finish", by="wang")
    with pytest.raises(errors.NotNow, match=f"{parent}.* have heard of that step"):
        back(desk, child, "wang")
    with pytest.raises(errors.NotNow, match="has acted on"):
        back(desk, parent, "wang")


# --- what reports count ----------------------------------------------------------------------------------------------


def test_a_promise_counts_once_where_its_end_was_taken_back(desk: Desk) -> None:
    wx = mending(desk)
    desk.do(wx, "done", by="li")
    back(desk, wx, "li")
    desk.advance(hours=1)
    desk.do(wx, "done", by="li")
    with desk.reading() as reading:
        found = list(outcomes(reading, Programs(), START, START + timedelta(days=1)))
    assert [(each.result, each.used) for each in found] == [("kept", timedelta(hours=1))]
