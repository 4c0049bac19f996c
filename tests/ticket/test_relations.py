"""Signatures, regions, children, signals, collecting, recurring timers and calendar starts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine import errors
from tests.desk import Desk, replayed

FOUND = """
procedure: found
title: {zh: 拾获, en: Found}
prefix: SW
subject: "{{ item }}"
roles: [desk, security, finance]
fields:
  item:     {type: text, title: {zh: 物品, en: Item}}
  features: {type: text, title: {zh: 特征, en: Features}}
  until:    {type: date, title: {zh: 保管至, en: Until}}
open: {by: [desk, security], ask: item, to: sealed}
states:
  sealed:
    transitions:
      inventory: {by: [desk, security], ask: features, sign: {count: 2, of: [desk, security]}, to: kept}
  kept:
    at: {until: {to: for_finance}}
    every: {1 week: {tell: desk}}
    transitions:
      keep_until: {by: desk, ask: until}
      hand_out: {by: {role: desk, not: did inventory}, to: returned}
  for_finance: {transitions: {take: {by: finance, to: with_finance}}}
  returned: {final: true, outcome: returned}
  with_finance: {final: true, outcome: with_finance}
"""

PARENT = """
procedure: parent
title: {zh: 总单, en: Parent}
prefix: ZD
subject: "总单"
roles: [desk]
fields:
  parts: {type: rows, title: {zh: 分项, en: Parts}, columns: {what: text, note: text}}
open: {by: desk, may_ask: parts, to: ready}
states:
  ready:
    transitions:
      divide: {by: desk, start: {procedure: child, each: parts, with: {what: row.what}}, to: waiting}
  waiting:
    always: [{when: "all(children('child'), child.status == 'closed')", to: finished}]
    transitions:
      hurry: {by: desk, signal: {children: urged}}
  finished: {final: true, outcome: finished}
"""

CHILD = """
procedure: child
title: {zh: 分单, en: Child}
prefix: FD
subject: "{{ what }}"
roles: [desk, engineer]
takes: [urged]
fields:
  what: {type: text, title: {zh: 事项, en: What}}
open: {by: desk, ask: what, to: doing}
states:
  doing:
    on_event: {urged: {to: hurried}}
    transitions: {finish: {by: engineer, to: over}}
  hurried:
    transitions: {finish: {by: engineer, to: over}}
  over: {final: true, outcome: over}
"""

SIDES = """
procedure: sides
title: {zh: 双线, en: Sides}
prefix: SX
subject: "双线"
roles: [desk, engineer, guard]
open: {by: desk, to: helping}
states:
  helping:
    parallel: [inside, outside]
    done: {to: settled}
    states:
      inside:
        initial: inside_asked
        states:
          inside_asked: {transitions: {send: {by: desk, assign: engineer, to: inside_sent}}}
          inside_sent: {transitions: {finish: {by: assignee, to: inside_over}}}
          inside_over: {final: true}
      outside:
        initial: outside_asked
        states:
          outside_asked: {transitions: {send: {by: desk, assign: guard, to: outside_sent}}}
          outside_sent: {transitions: {finish: {by: assignee, to: outside_over}}}
          outside_over: {final: true}
  settled: {final: true, outcome: settled}
"""

ROUND = """
procedure: round
title: {zh: 巡查, en: Round}
prefix: XC
subject: "巡查"
roles: [desk]
owner: desk
fields:
  open_tickets: {type: rows, title: {zh: 未结, en: Open}, columns: {id: text, subject: text}}
starts:
  morning: {every: day 09:00}
open: {by: desk, to: looking}
states:
  looking:
    transitions:
      gather: {by: desk, collect: {into: open_tickets, procedures: [child], status: open}, to: seen}
  seen: {final: true, outcome: seen}
"""
PEOPLE = {"wang": ["desk"], "zhao": ["desk", "guard"], "li": ["engineer"], "sun": ["security"], "he": ["finance"]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, FOUND, CHILD, PARENT, SIDES, ROUND) as bench:
        yield bench


def test_two_different_people_sign(desk: Desk) -> None:
    sw = desk.open("found", by="sun", item="雨伞")
    desk.do(sw, "inventory", by="sun", features="黑色")
    assert desk.state(sw) == ["sealed"]
    with pytest.raises(errors.NotYou, match="signed"):
        desk.do(sw, "inventory", by="sun")
    with pytest.raises(errors.NotNow, match="first signature"):
        desk.do(sw, "inventory", by="wang", features="蓝色")
    desk.do(sw, "inventory", by="wang")
    assert desk.state(sw) == ["kept"]


def test_both_signers_did_it(desk: Desk) -> None:
    sw = desk.open("found", by="sun", item="雨伞")
    desk.do(sw, "inventory", by="wang", features="黑色")
    desk.do(sw, "inventory", by="sun")
    with pytest.raises(errors.NotYou, match="separation of duty"):
        desk.do(sw, "hand_out", by="wang")
    desk.do(sw, "hand_out", by="zhao")


def test_an_edit_of_an_asked_value_voids_the_signatures(desk: Desk) -> None:
    sw = desk.open("found", by="sun", item="雨伞")
    desk.do(sw, "inventory", by="wang", features="黑色")
    desk.command("edit", sw, "sun", fields={"features": "蓝色"}, reason="看错颜色")
    assert desk.ticket(sw).signatures == {}
    desk.do(sw, "inventory", by="wang", features="蓝色")
    desk.do(sw, "inventory", by="sun")
    assert desk.state(sw) == ["kept"]


def test_a_timer_at_a_field_moves_with_the_field(desk: Desk) -> None:
    sw = desk.open("found", by="sun", item="雨伞")
    desk.do(sw, "inventory", by="wang", features="黑色")
    desk.do(sw, "inventory", by="sun")
    assert [key for key in desk.ticket(sw).timers if "until" in key] == []
    desk.do(sw, "keep_until", by="wang", until="2026-12-24")
    desk.command("edit", sw, "sun", fields={"until": "2026-12-01"}, reason="领导要求")
    key = next(key for key in desk.ticket(sw).timers if "until" in key)
    assert desk.ticket(sw).timers[key]["due"] == "2026-11-30T16:00:00.000Z"
    desk.advance(days=8)
    assert desk.state(sw) == ["for_finance"]


def test_a_recurring_timer_fires_once_per_period_after_downtime(desk: Desk) -> None:
    sw = desk.open("found", by="sun", item="雨伞")
    desk.do(sw, "inventory", by="wang", features="黑色")
    desk.do(sw, "inventory", by="sun")
    desk.advance(days=22)
    fired = [event["due"] for event in desk.events(sw, "timer_fired")]
    assert fired == [f"2026-{day}T00:30:00.000Z" for day in ("11-30", "12-07", "12-14")]
    assert desk.advance(days=0).fired == 0


def test_children_start_in_the_same_transaction_and_their_end_moves_the_parent(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", parts=[{"what": "甲"}, {"what": "乙"}])
    done = desk.do(zd, "divide", by="wang")
    children = [child["id"] for child in desk.ticket(zd).children]
    assert [step.ticket for step in done.followed] == children == ["FD-20261123-001", "FD-20261123-002"]
    assert desk.ticket(children[0]).owner == "wang"
    desk.do(children[0], "finish", by="li")
    assert desk.state(zd) == ["waiting"]
    desk.do(children[1], "finish", by="li")
    assert desk.ticket(zd).outcome == "finished"


def test_a_signal_reaches_open_children_and_one_that_nobody_takes_is_recorded(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", parts=[{"what": "甲"}])
    desk.do(zd, "divide", by="wang")
    child = desk.ticket(zd).children[0]["id"]
    desk.do(zd, "hurry", by="wang")
    assert desk.state(child) == ["hurried"]
    desk.do(zd, "hurry", by="wang")
    assert [event["event"] for event in desk.events(child, "not_taken")] == ["urged"]


def test_a_refused_start_refuses_the_whole_command(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", parts=[{"what": "甲"}, {"note": "无事项"}])
    with pytest.raises(errors.NotUnderstood, match="What"):
        desk.do(zd, "divide", by="wang")
    assert desk.state(zd) == ["ready"]
    assert desk.ticket(zd).children == []
    with desk.reading() as reading:
        assert [id for id in reading.ticket_ids() if id.startswith("FD")] == []


def test_a_child_s_money_has_its_own_digits(desk: Desk) -> None:
    money = "what: {type: money, title: {zh: 金额, en: What}}"
    priced = CHILD.replace("procedure: child", "procedure: priced").replace("prefix: FD", "prefix: FJ")
    desk.publish(priced.replace("what: {type: text, title: {zh: 事项, en: What}}", money))
    columns = "columns: {what: {type: decimal, title: {zh: 数, en: What}, scale: 3}}"
    payer = PARENT.replace("procedure: parent", "procedure: payer").replace("prefix: ZD", "prefix: FK")
    payer = payer.replace("procedure: child,", "procedure: priced,").replace("children('child')", "children('priced')")
    desk.publish(payer.replace("columns: {what: text, note: text}", columns))
    fk = desk.open("payer", by="wang", parts=[{"what": "18.755"}])
    done = desk.do(fk, "divide", by="wang")
    assert desk.ticket(done.followed[0].ticket).fields["what"] == "18.76"


def test_a_trigger_in_two_regions_needs_a_prefix(desk: Desk) -> None:
    sx = desk.open("sides", by="wang")
    with pytest.raises(errors.NotUnderstood, match="could be any of") as refused:
        desk.do(sx, "send", by="wang")
    assert refused.value.near == ("inside_asked.send", "outside_asked.send")
    desk.do(sx, "inside.send", by="wang")
    desk.do(sx, "send", by="wang")
    assert set(desk.ticket(sx).tasks) == {"inside", "outside"}


def test_each_region_has_its_own_task_and_completion_needs_both(desk: Desk) -> None:
    sx = desk.open("sides", by="wang")
    desk.do(sx, "inside.send", by="wang")
    desk.do(sx, "outside.send", by="wang")
    desk.command("claim", sx, "li", region="inside")
    with pytest.raises(errors.NotYou, match="does not hold the role"):
        desk.command("claim", sx, "li", region="outside")
    desk.do(sx, "inside.finish", by="li")
    assert desk.ticket(sx).status == "open"
    desk.do(sx, "outside.finish", by="zhao")
    assert desk.ticket(sx).outcome == "settled"


def test_a_calendar_start_happens_once_per_occasion(desk: Desk) -> None:
    desk.advance(hours=1)
    desk.advance(hours=1)
    with desk.reading() as reading:
        started = [id for id in reading.ticket_ids() if id.startswith("XC")]
    assert started == ["XC-20261123-001"]
    assert desk.ticket(started[0]).owner == "wang"


def test_of_missed_occasions_only_the_last_starts(desk: Desk) -> None:
    desk.advance(days=5)
    with desk.reading() as reading:
        started = [id for id in reading.ticket_ids() if id.startswith("XC")]
    assert started == ["XC-20261127-001"]


def test_collected_tickets_are_frozen_as_rows_and_sealed_in_the_record(desk: Desk) -> None:
    desk.open("child", by="wang", what="秘密甲")
    xc = desk.open("round", by="wang")
    desk.do(xc, "gather", by="wang")
    assert desk.ticket(xc).fields["open_tickets"] == [{"id": "FD-20261123-001", "subject": "秘密甲"}]
    with desk.reading() as reading:
        assert "秘密".encode() not in b"".join(step.data for step in reading.steps(xc))


def test_a_poisoned_timer_is_set_aside_and_holds_up_nothing(desk: Desk) -> None:
    desk.command("change_person", "site", actor="wang", active=False)
    desk.command("change_person", "site", actor="zhao", active=False)
    zd_time = desk.advance(hours=1)
    assert (zd_time.fired, zd_time.aside) == (0, 1)
    with desk.reading() as reading:
        [(due, error)] = reading.aside()
    assert due.key == "schedule:round/morning"
    assert "nobody holds the role" in error
    desk.command("change_person", "site", actor="wang", active=True)
    desk.command("release", "site", timer=due.key)
    assert desk.advance(hours=0).fired > 0
