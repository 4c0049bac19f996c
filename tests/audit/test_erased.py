"""Values are erased lawfully, while a ticket lives or after: what was decided with them still replays, and what is
decided afterwards too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine import canonical
from sop_engine.engine.rebuild import rebuild
from sop_engine.ticket.records import SITE
from sop_engine.worktime.calendars import to_json
from tests.desk import Desk
from tests.worktime.shipped import calendar

PARENT = """
procedure: parent
title: {zh: 总单, en: Parent}
prefix: ZD
subject: "总单"
roles: [desk]
fields:
  phone:  {type: phone, title: {zh: 电话, en: Phone}, fill: caller.phone, personal: contact}
  caller: {type: person, title: {zh: 来电人, en: Caller}, fill: unit.contact, personal: contact}
  unit:   {type: unit, title: {zh: 房号, en: Unit}}
  parts:  {type: rows, title: {zh: 分项, en: Parts}, columns: {what: text, cost: money}}
  whole:  {type: money, title: {zh: 合计, en: Whole}, computed: sum(parts.cost)}
  said:   {type: text, title: {zh: 说, en: Said}}
  copied: {type: text, title: {zh: 抄, en: Copied}, computed: said}
  kept:   {type: text, title: {zh: 存, en: Kept}}
  found:  {type: rows, title: {zh: 已有, en: Found}, columns: {id: text, subject: text}}
open: {by: desk, ask: [unit, parts], may_ask: [phone, caller, said], to: ready}
states:
  ready:
    transitions:
      divide:
        by: desk
        when: given(parts)
        start: {procedure: child, each: parts, with: {what: row.what}}
        collect: {into: found, procedures: [child]}
        set: {kept: copied}
        to: waiting
  waiting:
    transitions:
      look: {by: desk, may_ask: said, set: {kept: copied}}
      finish: {by: desk, when: given(copied) or whole > 5, to: finished}
  finished: {final: true, outcome: finished}
"""
CHILD = """
procedure: child
title: {zh: 分单, en: Child}
prefix: FD
subject: "{{ what }}"
roles: [desk]
fields:
  what: {type: text, title: {zh: 事项, en: What}}
open: {by: desk, ask: what, to: doing}
states:
  doing: {transitions: {finish: {by: desk, when: given(what), to: over}}}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bench = Desk(tmp_path, {"wang": ["desk"]})
    bench.publish(CHILD)
    bench.publish(PARENT)
    with bench.store.writing() as transaction:
        transaction.put_units([{"id": "3-2-1202", "contact": {"name": "周先生", "phone": "13800001202"}}])
    yield bench
    report = bench.replay()
    assert report.clean, [(each.number, str(each.what), each.recorded, each.decided) for each in report.mismatches]


def erase_all(desk: Desk) -> None:
    with desk.store.writing() as transaction:
        for id in transaction.ticket_ids():
            for number, slot in transaction.sealed(id) if id != SITE else ():
                transaction.erase(id, number, slot)
    rebuild(desk.engine)


def divided(desk: Desk) -> str:
    desk.open("child", by="wang", what="旧")
    parts = [{"what": "甲", "cost": "3.00"}, {"what": "乙", "cost": "4.00"}]
    zd = desk.open("parent", by="wang", unit="3-2-1202", parts=parts, said="密")
    desk.do(zd, "divide", by="wang")
    return zd


def test_what_was_filled_computed_and_started_from_values_that_are_gone_replays(desk: Desk) -> None:
    zd = divided(desk)
    desk.do(zd, "look", by="wang")
    desk.do(zd, "finish", by="wang")
    erase_all(desk)
    assert desk.ticket(zd).fields["caller"] is None


def test_what_was_computed_from_a_value_that_is_gone_stays(desk: Desk) -> None:
    zd = divided(desk)
    erase_all(desk)
    desk.do(zd, "look", by="wang")
    desk.command("edit", zd, "wang", fields={"unit": "3-2-1202"}, reason="核对")
    assert desk.ticket(zd).fields["whole"] == "7.00"


def test_what_is_written_after_an_erasure_is_computed_with_again(desk: Desk) -> None:
    zd = divided(desk)
    erase_all(desk)
    desk.do(zd, "look", by="wang", said="新")
    assert desk.ticket(zd).fields["kept"] == "新"
    desk.command("edit", zd, "wang", fields={"parts": [{"what": "丙", "cost": "9.00"}]}, reason="更正")
    assert desk.ticket(zd).fields["whole"] == "9.00"


def test_a_guard_reads_an_erased_value_as_unset_and_that_replays(desk: Desk) -> None:
    divided(desk)
    erase_all(desk)
    from sop_engine.errors import NotNow

    with pytest.raises(NotNow):
        desk.do("FD-20261123-001", "finish", by="wang")
    desk.command("edit", "FD-20261123-001", "wang", fields={"what": "又"}, reason="补")
    desk.do("FD-20261123-001", "finish", by="wang")
    erase_all(desk)


PROMISING = """
procedure: promising
title: {zh: 承诺, en: Promising}
prefix: CN
roles: [desk]
fields: {said: {type: text, title: {zh: 说, en: Said}}}
calendar: round-the-clock
goals: {answering: {start: did open, stop: did finish, within: 4 h, when: given(said)}}
open: {by: desk, may_ask: said, to: ready}
states:
  ready: {transitions: {look: {by: desk}, finish: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""


def publish_clock(desk: Desk) -> None:
    with desk.store.writing() as transaction:
        digest = transaction.put_blob(canonical.to_bytes(to_json(calendar("round-the-clock"))))
    desk.site("publish_calendar", calendar="round-the-clock", digest=digest, text=digest, places=digest, reason="x")


def test_a_promise_that_ran_because_of_a_value_goes_on_when_that_is_gone(desk: Desk) -> None:
    publish_clock(desk)
    desk.publish(PROMISING)
    cn, other = desk.open("promising", by="wang", said="密"), desk.open("promising", by="wang")
    due = desk.ticket(cn).goals["answering"]["due"]
    erase_all(desk)
    for each in (cn, other):
        desk.do(each, "look", by="wang")
    assert (desk.ticket(cn).goals["answering"]["status"], desk.ticket(cn).goals["answering"]["due"]) == ("running", due)
    assert desk.ticket(other).goals["answering"]["status"] == "waiting"
    desk.advance(hours=5)
    desk.do(cn, "finish", by="wang")
    assert desk.ticket(cn).goals["answering"]["breached"] == due


# --- promises by a value that is gone ---------------------------------------------------------------------------------

VISITING = """
procedure: visiting
title: {zh: 上门, en: Visiting}
prefix: SM
roles: [desk]
fields:
  by_when: {type: datetime, title: {zh: 最晚, en: By when}}
  kind:    {type: choice, title: {zh: 类别, en: Kind}, choices: {urgent: Urgent, usual: Usual}, personal: contact}
  other:   {type: boolean, title: {zh: 其他, en: Other}}
calendar: round-the-clock
goals:
  visited:  {start: did open, stop: did finish, reset: did again, due: by_when - 30 min, when: {kind: urgent}}
  answered: {start: did open, stop: did finish, reset: did again, within: {kind: {urgent: 4 h, usual: 8 h}}}
  told:     {start: did open, stop: did finish, within: [{when: kind == 'urgent', within: 4 h}, {within: 8 h}]}
open: {by: desk, ask: [by_when, kind], to: ready}
states:
  ready: {transitions: {again: {by: desk, may_ask: other}, finish: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""


def visit(desk: Desk, kind: str) -> str:
    publish_clock(desk)
    desk.publish(VISITING)
    return desk.open("visiting", by="wang", by_when="2026-11-23T10:00:00.000Z", kind=kind)


def dues(desk: Desk, ticket: str) -> dict[str, str | None]:
    return {name: entry["due"] for name, entry in desk.ticket(ticket).goals.items()}


def test_what_was_promised_by_a_value_that_is_gone_stays_promised(desk: Desk) -> None:
    sm = visit(desk, "urgent")
    before = dues(desk, sm)
    assert before == {
        "answered": "2026-11-23T04:30:00.000Z",
        "told": "2026-11-23T04:30:00.000Z",
        "visited": "2026-11-23T09:30:00.000Z",
    }
    erase_all(desk)
    desk.command("edit", sm, "wang", fields={"other": True}, reason="核对")
    assert dues(desk, sm) == before


def test_what_begins_anew_is_promised_as_it_was_before_its_value_went(desk: Desk) -> None:
    sm = visit(desk, "urgent")
    erase_all(desk)
    desk.advance(hours=1)
    desk.do(sm, "again", by="wang")
    assert {entry["status"] for entry in desk.ticket(sm).goals.values()} == {"running"}
    assert dues(desk, sm)["answered"] == "2026-11-23T05:30:00.000Z"
    assert dues(desk, sm)["visited"] == "2026-11-23T09:30:00.000Z"


def test_what_was_not_promised_is_not_promised_because_a_value_is_gone(desk: Desk) -> None:
    sm = visit(desk, "usual")
    erase_all(desk)
    desk.do(sm, "again", by="wang")
    goals = desk.ticket(sm).goals
    assert (goals["visited"]["status"], goals["answered"]["within"][0]) == ("waiting", 8)


def test_a_value_that_is_given_again_is_promised_by(desk: Desk) -> None:
    sm = visit(desk, "urgent")
    erase_all(desk)
    desk.command("edit", sm, "wang", fields={"kind": "usual"}, reason="改")
    assert dues(desk, sm)["answered"] == "2026-11-23T08:30:00.000Z"
    assert desk.ticket(sm).goals["visited"]["status"] == "waiting"


def test_a_value_that_was_given_twice_alike_replays_when_it_is_gone(desk: Desk) -> None:
    sm = visit(desk, "urgent")
    desk.command("edit", sm, "wang", fields={"kind": "urgent", "other": True}, reason="核对")
    desk.do(sm, "again", by="wang", other=False)
    desk.command("edit", sm, "wang", fields={"kind": "usual"}, reason="改")
    erase_all(desk)
