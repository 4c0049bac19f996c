"""Parents and children at the edges: depth, ends in any order, timers that start, values handed over, regions left."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sop_engine import errors
from tests.desk import Desk, replayed

ENDLESS = """
procedure: endless
title: {zh: 无尽, en: Endless}
prefix: WJ
subject: "无尽"
roles: [desk]
fields:
  left: {type: integer, title: {zh: 余, en: Left}}
open:
  by: desk
  ask: left
  either:
    - {when: left > 0, start: {procedure: endless, with: {left: left - 1}}, to: waiting}
    - {to: waiting}
states:
  waiting: {transitions: {finish: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""
PARENT = """
procedure: parent
title: {zh: 总单, en: Parent}
prefix: ZD
subject: "{{ what }}"
roles: [desk]
fields:
  what:  {type: text, title: {zh: 事项, en: What}}
  grade: {type: choice, title: {zh: 等级, en: Grade}, choices: {high: 高, low: 低}, default: low}
open: {by: desk, ask: what, may_ask: grade, to: ready}
states:
  ready:
    after: {1 h: {start: {child: {what: what, grade: grade}}, to: waiting}}
    transitions:
      ask_now: {by: desk, start: {child: {what: what, grade: grade}}, to: waiting}
  waiting:
    transitions:
      finish: {by: desk, to: over}
      press:  {by: desk, signal: {children: urged}}
  over: {final: true, outcome: over}
"""
CHILD = """
procedure: child
title: {zh: 分单, en: Child}
prefix: FD
subject: "{{ what }}"
roles: [desk]
takes: [urged]
fields:
  what:   {type: text, title: {zh: 事项, en: What}}
  grade:  {type: choice, title: {zh: 等级, en: Grade}, choices: {high: 高, low: 低}}
  reason: {type: text, title: {zh: 原因, en: Reason}, required: {grade: high}}
open: {by: desk, ask: [what, grade, reason], to: doing}
states:
  doing:
    on_event: {urged: {tell: owner}}
    transitions: {finish: {by: desk, to: over}}
  over: {final: true, outcome: over}
"""
SIDES = """
procedure: sides
title: {zh: 双线, en: Sides}
prefix: SX
subject: "双线"
roles: [desk, engineer]
open: {by: desk, to: helping}
states:
  helping:
    parallel: [inside, outside]
    transitions:
      pause: {by: desk, to: paused}
    states:
      inside:
        initial: inside_asked
        states:
          inside_asked: {transitions: {send: {by: desk, assign: engineer, to: inside_sent}}}
          inside_sent: {transitions: {work: {by: assignee}, hand_in: {by: assignee, to: inside_over}}}
          inside_over: {final: true}
      outside:
        initial: outside_asked
        states:
          outside_asked: {transitions: {send: {by: desk, assign: engineer, to: outside_sent}}}
          outside_sent: {transitions: {work: {by: assignee}}}
  paused:
    transitions:
      go_on: {by: desk, to: helping}
      stop: {by: desk, to: over}
  over: {final: true, outcome: over}
"""
PEOPLE = {"wang": ["desk"], "li": ["engineer"], "zhao": ["engineer"]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, ENDLESS, CHILD, PARENT) as bench:
        yield bench


def ids(desk: Desk, prefix: str) -> list[str]:
    with desk.reading() as reading:
        return [id for id in reading.ticket_ids() if id.startswith(prefix)]


def test_a_chain_of_causes_is_twenty_deep_at_the_most(desk: Desk) -> None:
    desk.open("endless", by="wang", left=20)
    assert len(ids(desk, "WJ")) == 21
    with pytest.raises(errors.NotNow, match="longer than 20"):
        desk.open("endless", by="wang", left=21)
    assert len(ids(desk, "WJ")) == 21


def test_numbers_of_what_was_refused_are_drawn_again(desk: Desk) -> None:
    with pytest.raises(errors.NotNow):
        desk.open("endless", by="wang", left=21)
    with pytest.raises(errors.NotUnderstood):
        desk.open("endless", by="wang")
    assert desk.open("endless", by="wang", left=0) == "WJ-20261123-001"


def test_a_child_that_a_timer_starts_is_its_parent_s_owner_s(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", what="甲")
    assert desk.advance(hours=2).fired == 2
    [child] = ids(desk, "FD")
    ticket = desk.ticket(child)
    assert (ticket.owner, ticket.opener, ticket.parent, ticket.fields["what"]) == ("wang", "timer", zd, "甲")
    assert desk.records(child)[0]["effective"] == "2026-11-23T01:30:00.000Z"
    assert "as" not in desk.records(child)[0]["command"]["arguments"]


def test_a_child_that_lacks_what_it_needs_refuses_its_parent_s_command(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", what="甲", grade="high")
    before = desk.ticket(zd)
    with pytest.raises(errors.NotUnderstood, match="Reason"):
        desk.do(zd, "ask_now", by="wang")
    assert (desk.ticket(zd), ids(desk, "FD")) == (before, [])


def test_a_timer_whose_child_lacks_what_it_needs_is_set_aside(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", what="甲", grade="high")
    assert desk.advance(hours=2).aside == 1
    assert (desk.state(zd), ids(desk, "FD")) == (["ready"], [])
    desk.command("edit", zd, "wang", fields={"grade": "low"}, reason="看错")
    desk.command("release", zd, "wang", timer="ready/after_1_h")
    desk.advance(hours=1)
    assert desk.state(zd) == ["waiting"]


def test_a_child_may_end_after_its_parent(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", what="甲")
    desk.do(zd, "ask_now", by="wang")
    [child] = ids(desk, "FD")
    desk.do(zd, "finish", by="wang")
    desk.do(child, "finish", by="wang")
    assert desk.ticket(child).status == "closed"
    assert [event["event"] for event in desk.events(zd, "not_taken")] == ["child.child"]


def test_a_signal_leaves_closed_children_alone(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", what="甲")
    desk.do(zd, "ask_now", by="wang")
    [child] = ids(desk, "FD")
    desk.do(child, "finish", by="wang")
    done = desk.do(zd, "press", by="wang")
    assert done.followed == ()
    assert desk.events(zd, "signalled")[-1]["to"] == []


def test_a_backdated_act_counts_from_the_time_it_claims(desk: Desk) -> None:
    desk.publish(PARENT.replace("prefix: ZD", "prefix: ZD\nbackdate: 2 h"))
    zd = desk.open("parent", by="wang", what="甲")
    desk.clock.advance(timedelta(minutes=90))
    desk.command("do", zd, "wang", trigger="ask_now", at=desk.clock.now() - timedelta(minutes=45))
    assert desk.events(zd, "timer_fired") == []
    record = desk.records(zd)[-1]
    assert (record["effective"], record["recorded"]) == ("2026-11-23T01:15:00.000Z", "2026-11-23T02:00:00.000Z")
    with pytest.raises(errors.NotNow, match="counts from 2026-11-23 09:15; nothing can be claimed before"):
        desk.command("do", zd, "wang", trigger="press", at=desk.clock.now() - timedelta(minutes=50))


def test_a_claimed_time_moves_no_clock_unless_the_procedure_lets_it(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", what="甲")
    desk.clock.advance(timedelta(minutes=90))
    with pytest.raises(errors.NotNow):
        desk.command("do", zd, "wang", trigger="ask_now", at=desk.clock.now() - timedelta(minutes=45))
    assert len(desk.events(zd, "timer_fired")) == 1
    with pytest.raises(errors.NotUnderstood, match="has not come yet"):
        desk.command("do", zd, "wang", trigger="press", at=desk.clock.now() + timedelta(minutes=1))


def test_an_assignee_is_gone_when_his_region_was_left(desk: Desk) -> None:
    desk.publish(SIDES)
    sx = desk.open("sides", by="wang")
    desk.do(sx, "inside.send", by="wang")
    desk.do(sx, "outside.send", by="wang")
    desk.do(sx, "inside.work", by="li")
    desk.do(sx, "outside.work", by="zhao")
    assert {region: task["assignee"] for region, task in desk.ticket(sx).tasks.items()} == {
        "inside": "li",
        "outside": "zhao",
    }
    desk.do(sx, "pause", by="wang")
    assert desk.ticket(sx).tasks == {}
    desk.do(sx, "go_on", by="wang")
    desk.do(sx, "inside.send", by="wang")
    desk.do(sx, "inside.work", by="zhao")
    assert desk.ticket(sx).tasks["inside"]["assignee"] == "zhao"


def test_a_timer_is_nobody_s_assignee(desk: Desk) -> None:
    starting = "{start: {child: {what: what, grade: grade}}, to: waiting}"
    desk.publish(PARENT.replace(f"after: {{1 h: {starting}}}", "after: {1 h: {assign: doer}}"))
    zd = desk.open("parent", by="wang", what="甲")
    desk.advance(hours=2)
    assert desk.ticket(zd).tasks == {}


def test_a_key_is_for_one_claimed_time(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", what="甲")
    desk.command("note", zd, "wang", note="记", key="k")
    assert desk.command("note", zd, "wang", note="记", key="k").repeated
    with pytest.raises(errors.NotUnderstood, match="another request"):
        desk.command("note", zd, "wang", note="记", key="k", at=desk.clock.now())


def test_the_same_request_under_two_keys_leaves_no_two_equal_digests(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", what="甲")
    for key in ("k", "l"):
        desk.command("note", zd, "wang", note="13800001202", key=key)
    with desk.reading() as reading:
        kept = [reading.by_key(key) for key in ("k", "l")]
    digests = {request.commitment for _ticket, _number, request in filter(None, kept)}
    assert len(digests) == 2


def test_a_key_forgets_its_request_when_a_value_of_its_step_is_erased(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", what="甲")
    number = desk.command("note", zd, "wang", note="13800001202", key="k").step.number
    with desk.store.writing() as transaction:
        transaction.erase(zd, number, "note")
        kept = transaction.by_key("k")
    assert kept is not None and kept[2].salt is None
    with pytest.raises(errors.NotUnderstood, match="another request"):
        desk.command("note", zd, "wang", note="13800001202", key="k")
