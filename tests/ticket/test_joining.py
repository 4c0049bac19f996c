"""One cause, many callers: a ticket goes with another, whose work is for both."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.engine.reports.promises import outcomes
from sop_engine.engine.reports.returns import Return, movements
from sop_engine.ticket.acts.joining import SAME_CAUSE, others_of
from sop_engine.ticket.records import SITE
from tests.desk import START, Desk
from tests.ticket.acts import after

PEOPLE = {"wang": ["desk"], "xu": ["desk"], "li": ["engineer"], "he": ["lead"]}
REPAIR = """
procedure: repair
title: {zh: 报修, en: Repair}
prefix: WX
subject: "{{ fault }}"
calendar: round-the-clock
roles: [desk, engineer, lead]
fields:
  fault: {type: text, title: 故障}
  phone: {type: phone, title: 电话, personal: contact}
  visit: {type: date, title: 上门日期}
  result: {type: text, title: 处理结果}
notices:
  visiting: {title: 上门, subject: 上门, text: "{{ fault }} {{ visit }}", personal: contact}
  mended: {title: 已修复, subject: 已修复, text: "{{ result }}", personal: contact}
open: {by: desk, ask: fault, may_ask: phone, to: registered}
acts:
  return: {by: desk}
  withdraw: {}
  reopen: {to: registered, by: desk}
  suspend: {by: [desk, lead], pauses: all}
  join: {by: [desk, lead], state: with_another, then: to_revisit, alone: registered,
    shares: [visit, result], tells: visiting}
goals:
  finishing: {start: [did open, did part], stop: did done, within: 4 h, source: ours}
  calling: {while: to_revisit, stop: did confirm, within: 1 h, source: ours}
  waiting: {while: with_another, stop: to_revisit, within: 8 h, source: ours}
  outside: {start: did open, while: [registered, mending, with_another], stop: did cancel, within: 6 h, source: ours}
anytime:
  cancel: {by: desk, to: cancelled}

states:
  registered:
    on_event: {joined: {when: "times('joined') >= 2", tell: lead}}
    transitions: {dispatch: {by: desk, ask: visit, tell: {to: phone, notice: visiting}, assign: engineer, to: mending}}
  mending:
    transitions:
      done: {by: assignee, ask: result, to: to_revisit}
      refuse: {by: assignee, to: cancelled}
  with_another: {}
  to_revisit:
    entry: {tell: {to: phone, notice: mended}}
    transitions:
      confirm: {by: desk, to: closed}
      not_mended: {by: desk, to: registered}
      inspect: {by: {who: anyone, not: did done}}
  closed: {final: true, outcome: mended}
  cancelled: {final: true, outcome: cancelled}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bench = Desk(tmp_path, PEOPLE)
    bench.publish_calendar("round-the-clock")
    bench.publish(REPAIR)
    yield bench
    found = [each for each in bench.replay().mismatches if each.ticket != SITE]
    assert not found, found


def opened(desk: Desk, **more: Any) -> str:
    return desk.open("repair", by="wang", **{"fault": "漏水", **more})


def group(desk: Desk, others: int = 2) -> list[str]:
    """The one that leads, and those that go with it."""
    ids = [opened(desk, phone=f"1380000000{rank}") for rank in range(others + 1)]
    for id in ids[1:]:
        desk.command("join", id, "xu", to=ids[0])
    return ids


def mend(desk: Desk, id: str) -> None:
    desk.do(id, "dispatch", "wang", visit="2026-11-24")
    desk.command("claim", id, "li")
    desk.do(id, "done", "li", result="换了水管")


def letters(desk: Desk, id: str) -> list[tuple[str, str]]:
    with desk.reading() as reading:
        return [(each.notice, each.to) for each in reading.letters("waiting", id) if each.to.startswith("field:")]


# --- going with another ----------------------------------------------------------------------------------------------


def test_who_joins_waits_with_no_task_and_no_promise_but_that_of_waiting(desk: Desk) -> None:
    leader, other = group(desk, 1)
    ticket = desk.ticket(other)
    assert (ticket.active, ticket.tasks, ticket.acts["with"]["ticket"]) == (["with_another"], {}, leader)
    assert {name: each["status"] for name, each in ticket.goals.items()} == {
        "finishing": "dropped",
        "outside": "running",
        "waiting": "running",
    }
    assert others_of(desk.ticket(leader)) == [other]
    assert [desk.ticket(id).links for id in (leader, other)] == [
        [{"as": SAME_CAUSE, "id": other}],
        [{"as": SAME_CAUSE, "id": leader}],
    ]


def test_a_ticket_is_opened_to_go_with_another_from_the_first(desk: Desk) -> None:
    leader = opened(desk)
    arguments = {"procedure": "repair", "fields": {"fault": "楼上漏水"}, "join": leader}
    other = desk.command("open", "", "xu", **arguments).step.ticket
    assert desk.state(other) == ["with_another"]
    assert set(desk.ticket(other).goals) == {"waiting", "outside"}
    assert others_of(desk.ticket(leader)) == [other]


def test_one_dispatch_and_each_his_own_notice_and_revisit(desk: Desk) -> None:
    leader, *others = group(desk)
    mend(desk, leader)
    for id in others:
        ticket = desk.ticket(id)
        assert ticket.active == ["to_revisit"]
        assert "with" not in ticket.acts
        assert (ticket.fields["visit"], ticket.fields["result"]) == ("2026-11-24", "换了水管")
        assert letters(desk, id) == [("visiting", "field:phone"), ("mended", "field:phone")]
        assert ticket.goals["calling"]["status"] == "running"
    assert "others" not in desk.ticket(leader).acts
    desk.do(others[0], "not_mended", "wang")
    assert [desk.state(id) for id in (leader, *others)] == [["to_revisit"], ["registered"], ["to_revisit"]]


def test_what_was_done_on_the_leader_was_done_for_the_others(desk: Desk) -> None:
    leader = opened(desk)
    desk.do(leader, "dispatch", "wang", visit="2026-11-24")
    other = opened(desk)
    desk.command("join", other, "wang", to=leader)
    desk.command("claim", leader, "li")
    desk.do(leader, "done", "li", result="换了水管")
    assert set(desk.ticket(other).did) == {"open", "join", "done"}
    with pytest.raises(errors.NotYou, match="done"):
        desk.do(other, "inspect", "li")


def test_one_that_joins_later_has_what_was_shared_before(desk: Desk) -> None:
    leader = opened(desk)
    desk.do(leader, "dispatch", "wang", visit="2026-11-24")
    other = opened(desk)
    desk.command("join", other, "wang", to=leader)
    assert desk.ticket(other).fields["visit"] == "2026-11-24"


def test_one_job_is_counted_once(desk: Desk) -> None:
    leader, *others = group(desk)
    mend(desk, leader)
    for id in (leader, *others):
        desk.do(id, "confirm", "wang")
    with desk.reading() as reading:
        found = list(outcomes(reading, desk.engine.programs, START, desk.clock.now().replace(year=2027)))
    assert [each.ticket for each in found if each.goal == "finishing"] == [leader]
    assert sorted(each.ticket for each in found if each.goal == "calling") == [leader, *others]


def test_the_procedure_hears_of_each_that_joins(desk: Desk) -> None:
    leader, *_others = group(desk)
    told = [each["to"] for each in desk.events(leader, "told") if "he" in each["to"]]
    assert desk.ticket(leader).did["joined"]["times"] == 2
    assert told == [["he"]]


def test_only_so_many_go_on_to_the_revisit(desk: Desk) -> None:
    desk.publish(REPAIR.replace("then: to_revisit,", "then: to_revisit, at_most: 1, others: closed,"))
    leader, *others = group(desk, 3)
    mend(desk, leader)
    assert [desk.state(id) for id in others] == [["to_revisit"], ["closed"], ["closed"]]
    assert [desk.ticket(id).outcome for id in others] == [None, "mended", "mended"]


# --- parting ---------------------------------------------------------------------------------------------------------


def test_who_is_parted_goes_on_alone_and_its_promises_begin_anew(desk: Desk) -> None:
    leader, other = group(desk, 1)
    desk.advance(hours=1)
    desk.command("part", other, "xu", reason="不是同一处漏水")
    ticket = desk.ticket(other)
    assert (ticket.active, "with" in ticket.acts) == (["registered"], False)
    assert (ticket.goals["finishing"]["status"], ticket.goals["finishing"]["start"]) == ("running", after(hours=1))
    assert "others" not in desk.ticket(leader).acts
    desk.command("join", other, "xu", to=leader)
    assert others_of(desk.ticket(leader)) == [other]


def test_to_join_and_to_part_is_no_work_that_did_not_stand(desk: Desk) -> None:
    _leader, other = group(desk, 1)
    desk.command("part", other, "xu", reason="不是同一处漏水")
    with desk.reading() as reading:
        found = list(movements(reading, desk.engine.programs, START, desk.clock.now().replace(year=2027)))
    assert not [each for each in found if isinstance(each, Return)]


def test_where_the_leader_ends_otherwise_the_others_go_on_alone(desk: Desk) -> None:
    leader, *others = group(desk)
    desk.do(leader, "cancel", "wang")
    assert [desk.state(id) for id in others] == [["registered"], ["registered"]]
    assert all("with" not in desk.ticket(id).acts for id in others)


def test_who_goes_another_way_is_with_nobody(desk: Desk) -> None:
    leader, cancelled, void, back = group(desk, 3)
    desk.do(cancelled, "cancel", "wang")
    desk.command("void", void, "wang", reason="重复登记")
    desk.command("return", back, "wang", reason="要单独处理")
    assert desk.state(back) == ["registered"]
    assert "others" not in desk.ticket(leader).acts
    mend(desk, leader)
    assert desk.ticket(back).acts.get("with") is None


def test_nobody_goes_back_to_waiting_for_another(desk: Desk) -> None:
    leader, other = group(desk, 1)
    mend(desk, leader)
    with pytest.raises(errors.NotNow):
        desk.command("return", other, "wang", reason="再看看")
    assert desk.state(other) == ["to_revisit"]


def test_one_that_was_opened_to_go_with_another_goes_back_to_where_it_was_first_alone(desk: Desk) -> None:
    # given one that waited for another from its opening on
    desk.publish(REPAIR.replace("return: {by: desk}", "return: {by: desk, to: [previous, opener]}"))
    leader = opened(desk)
    arguments = {"procedure": "repair", "fields": {"fault": "楼上漏水"}, "join": leader}
    other = desk.command("open", "", "xu", **arguments).step.ticket
    # when it is to go back to its opener while it waits, then there is nothing to go back to
    with pytest.raises(errors.NotNow, match="since it was opened"):
        desk.command("return", other, "wang", to="opener", reason="再看看")
    # when it has been parted and gone on
    desk.command("part", other, "xu", reason="不是同一处漏水")
    desk.do(other, "dispatch", "wang", visit="2026-11-24")
    desk.command("return", other, "wang", to="opener", reason="派错")
    # then it goes back to where it stood alone, and waits for nobody
    assert desk.state(other) == ["registered"]


# --- what is refused -------------------------------------------------------------------------------------------------


def test_who_leads_goes_with_nobody_and_who_goes_leads_nobody(desk: Desk) -> None:
    leader, other = group(desk, 1)
    third = opened(desk)
    with pytest.raises(errors.NotNow, match=f"{other} goes with {leader} itself") as refused:
        desk.command("join", third, "xu", to=other)
    assert f"sop join {third} {leader}" in str(refused.value.fix)
    with pytest.raises(errors.NotNow, match=f"{other} go with {leader}"):
        desk.command("join", leader, "xu", to=third)
    with pytest.raises(errors.NotNow, match=f"{other} goes with {leader} already"):
        desk.command("join", other, "xu", to=third)
    assert desk.state(third) == ["registered"]


def test_who_is_opened_to_go_with_a_follower_is_told_what_to_open_it_with(desk: Desk) -> None:
    leader, other = group(desk, 1)
    with pytest.raises(errors.NotNow, match=f"{other} goes with {leader} itself") as refused:
        desk.command("open", "", "wang", procedure="repair", join=other, fields={"fault": "漏水"})
    assert str(refused.value.fix) == f"open it with that one: --join {leader}"


def test_nothing_goes_with_what_is_done_closed_or_of_another_kind(desk: Desk) -> None:
    done, closed, other = opened(desk), opened(desk), opened(desk)
    mend(desk, done)
    desk.do(closed, "cancel", "wang")
    desk.publish(REPAIR.replace("procedure: repair", "procedure: complaint").replace("prefix: WX", "prefix: TS"))
    strange = desk.open("complaint", by="wang", fault="态度")
    for id, why in ((done, "is done already"), (closed, "is closed"), (strange, "follows another procedure")):
        with pytest.raises(errors.NotNow, match=why):
            desk.command("join", other, "xu", to=id)
    with pytest.raises(errors.NotNow, match="is done already"):
        desk.command("join", done, "xu", to=other)
    for id in (done, closed):
        with pytest.raises(errors.NotNow) as refused:
            desk.command("open", "", "xu", procedure="repair", fields={"fault": "漏"}, join=id)
        assert f"sop link NUMBER {id}" in str(refused.value.fix)
    with pytest.raises(errors.NotUnderstood, match="the ticket itself"):
        desk.command("join", other, "xu", to=other)
    assert desk.state(other) == ["registered"]


def test_only_those_join_and_part_whom_the_procedure_names(desk: Desk) -> None:
    leader, other = group(desk, 1)
    third = opened(desk)
    with pytest.raises(errors.NotYou, match="may not `join`"):
        desk.command("join", third, "li", to=leader)
    with pytest.raises(errors.NotYou, match="may not `part`"):
        desk.command("part", other, "li", reason="x")
    with pytest.raises(errors.NotNow, match="goes with no other ticket"):
        desk.command("part", leader, "xu", reason="x")


def test_who_leads_is_not_ended_by_force_and_who_waits_is_not_suspended(desk: Desk) -> None:
    leader, other = group(desk, 1)
    for act, more in (("void", {}), ("close", {"force": True}), ("merge", {"into": opened(desk)})):
        with pytest.raises(errors.NotNow, match=f"while {other} go with it"):
            desk.command(act, leader, "boss", reason="x", **more)
    with pytest.raises(errors.NotNow, match=f"goes with {leader}, and waits for it already"):
        desk.command("suspend", other, "wang", reason="x", until=after(hours=1))


def test_a_leader_that_rests_still_gains_others(desk: Desk) -> None:
    leader, other = opened(desk), opened(desk)
    desk.command("suspend", leader, "wang", reason="等料", until=after(hours=5))
    desk.command("join", other, "xu", to=leader)
    assert others_of(desk.ticket(leader)) == [other]
    desk.command("resume", leader, "wang")
    mend(desk, leader)
    assert desk.state(other) == ["to_revisit"]


def test_what_the_others_have_heard_of_is_not_taken_back(desk: Desk) -> None:
    leader, other = group(desk, 1)
    mend(desk, leader)
    with pytest.raises(errors.NotNow, match=f"{other} have heard of that step"):
        desk.command("withdraw", leader, "li", reason="按错了")


def test_where_the_procedure_says_nothing_nobody_joins(desk: Desk) -> None:
    text = REPAIR.replace("[did open, did part]", "did open").replace("  with_another: {}\n", "")
    lines = [line for line in text.splitlines() if not any(each in line for each in ("join", "with_another", "shares"))]
    desk.publish("\n".join(lines))
    leader, other = opened(desk), opened(desk)
    with pytest.raises(errors.NotNow, match="no ticket goes with another"):
        desk.command("join", other, "xu", to=leader)
