"""What stands in one timer's way, or in the store's, is not put down to another; what follows from a command counts."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical, errors
from sop_engine.engine import timers
from sop_engine.engine.engine import Engine
from sop_engine.engine.timers import tick
from sop_engine.messages import msg
from sop_engine.store.seam import Missed, Reads, Writes
from sop_engine.worktime import Calendar, Shift
from sop_engine.worktime.calendars import to_json
from tests.desk import Desk, replayed
from tests.worktime.machines import with_zones

TWO_TIMERS = """
procedure: pair
title: {zh: 双时, en: Pair}
prefix: SS
subject: "双时"
roles: [desk]
fields:
  kept: {type: boolean, title: {zh: 留, en: Kept}}
open: {by: desk, may_ask: kept, to: waiting}
states:
  waiting:
    after: {1 h: {when: not given(kept), to: over}, 2 h: {tell: desk}, 3 h: {tell: desk}}
  over: {final: true, outcome: over}
"""
PROMISING = """
procedure: promising
title: {zh: 承诺, en: Promising}
prefix: CN
subject: "承诺"
calendar: old
roles: [desk]
open: {by: desk, to: waiting}
goals: {answering: {start: waiting, stop: did finish, within: 4 h, warn: {3 h before: desk}, source: ours}}
states:
  waiting: {transitions: {finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
"""
PARENT = """
procedure: parent
title: {zh: 总单, en: Parent}
prefix: ZD
subject: "总单"
roles: [desk]
takes: [reported]
open: {by: desk, to: ready}
states:
  ready:
    transitions:
      quick: {by: desk, start: brief, to: waiting}
      slow:  {by: desk, start: child, to: waiting}
  waiting:
    after: {1 h: {to: late}}
    on_event: {reported: {to: finished}}
    always: [{when: "any(children('brief'), child.status == 'closed')", to: finished}]
  late: {final: true, outcome: late}
  finished: {final: true, outcome: finished}
"""
CHILD = """
procedure: child
title: {zh: 分单, en: Child}
prefix: FD
subject: "分单"
roles: [desk]
open: {by: desk, to: doing}
states:
  doing:
    transitions:
      answer: {by: desk, signal: {parent: reported}}
      finish: {by: desk, to: over}
  over: {final: true, outcome: over}
"""
BRIEF = """
procedure: brief
title: {zh: 即结, en: Brief}
prefix: JJ
subject: "即结"
roles: [desk]
open: {by: desk, to: over}
states:
  over: {final: true, outcome: over}
"""


class BusyStore:
    """A store whose turn does not come for the next so many writers."""

    def __init__(self, store: Any, times: int) -> None:
        self._store, self.times, self.name = store, times, str(store.name)

    def writing(self, wait_seconds: float = 30.0, after: Missed | None = None) -> AbstractContextManager[Writes]:
        return self._writing()

    @contextmanager
    def _writing(self) -> Iterator[Writes]:
        if self.times:
            self.times -= 1
            raise errors.Overtaken(msg("{path} is busy", path="site.db"))
        with self._store.writing() as transaction:
            yield transaction

    def reading(self) -> AbstractContextManager[Reads]:
        reading: AbstractContextManager[Reads] = self._store.reading()
        return reading

    def close(self) -> None:
        self._store.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, {"wang": ["desk"]}, TWO_TIMERS, BRIEF, CHILD, PARENT) as bench:
        yield bench


def test_a_busy_store_sets_no_timer_aside(desk: Desk) -> None:
    ss = desk.open("pair", by="wang")
    desk.clock.advance(timedelta(hours=1))
    busy = BusyStore(desk.store, times=1)
    engine = Engine(busy, desk.clock, desk.settings)
    with pytest.raises(errors.Overtaken):
        tick(engine)
    with pytest.raises(errors.Overtaken):
        busy.times = 1
        engine.fire(ss, "waiting/after_1_h", "2026-11-23T01:30:00.000Z")
    assert desk.events(ss, "timer_set_aside") == []
    assert tick(engine).fired == 1


def test_a_sweep_goes_on_where_a_firing_took_other_timers_of_its_batch_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "BATCH", 2)
    desk.open("pair", by="wang")
    desk.clock.advance(timedelta(minutes=30))
    for _ in range(3):
        desk.open("pair", by="wang")
    assert desk.advance(hours=5).fired == 4


def test_a_lost_version_holds_up_only_its_own_tickets(desk: Desk) -> None:
    from tests.audit.test_replay import change

    sick = desk.open("parent", by="wang")
    desk.do(sick, "slow", by="wang")
    well = desk.open("pair", by="wang")
    digest = desk.ticket(sick).digest
    with desk.reading() as reading:
        data = reading.blob(digest)
    change(desk, "DELETE FROM blob WHERE digest = ?", digest)
    desk.clock.advance(timedelta(hours=1))
    with pytest.raises(errors.SetUp, match="lost the normal form"):
        tick(Engine(desk.store, desk.clock, desk.settings))
    assert desk.state(well) == ["over"]
    change(desk, "INSERT INTO blob (site, digest, data) VALUES ('local', ?, ?)", digest, data)
    assert tick(desk.engine).fired == 1


def test_a_zone_that_this_machine_does_not_know_sets_no_timer_aside(desk: Desk, tmp_path: Path) -> None:
    old = Calendar("old", "Asia/Chongqing", ((Shift(0, 1440),),) * 7)
    with desk.store.writing() as transaction:
        digest = transaction.put_blob(canonical.to_bytes(to_json(old)))
    desk.site("publish_calendar", calendar="old", digest=digest, text=digest, places=digest)
    desk.publish(PROMISING)
    sick, well = desk.open("promising", by="wang"), desk.open("pair", by="wang")
    desk.clock.advance(timedelta(hours=1))
    with with_zones(tmp_path / "zones", "UTC", "Asia/Shanghai"), pytest.raises(errors.SetUp, match="Asia/Chongqing"):
        tick(Engine(desk.store, desk.clock, desk.settings))
    assert desk.state(well) == ["over"]
    assert desk.events(sick, "timer_set_aside") == []
    assert tick(desk.engine).fired == 1


def test_a_signal_at_the_instant_at_which_a_timer_is_due_goes_first(desk: Desk) -> None:
    zd = desk.open("parent", by="wang")
    child = desk.do(zd, "slow", by="wang").followed[0].ticket
    desk.clock.advance(timedelta(hours=1))
    desk.do(child, "answer", by="wang")
    assert desk.ticket(zd).outcome == "finished"


def test_a_signal_after_a_timer_was_due_comes_too_late(desk: Desk) -> None:
    zd = desk.open("parent", by="wang")
    child = desk.do(zd, "slow", by="wang").followed[0].ticket
    desk.clock.advance(timedelta(hours=1, minutes=1))
    desk.do(child, "answer", by="wang")
    assert desk.ticket(zd).outcome == "late"
    assert [event["event"] for event in desk.events(zd, "not_taken")] == ["reported"]


def test_what_a_command_came_to_is_told_with_what_its_children_sent_back(desk: Desk) -> None:
    zd = desk.open("parent", by="wang")
    done = desk.do(zd, "quick", by="wang")
    assert (done.ticket, done.head.status) == (desk.ticket(zd), "closed")
    assert done.step.number == 2
