"""Rows in the index of timers that no ticket has: they fire nothing, hold up nothing, and are told of."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sop_engine import errors
from sop_engine.canonical import instant_text
from sop_engine.engine.engine import Engine
from sop_engine.engine.sites.demo import advance
from sop_engine.engine.sites.folder import Site
from sop_engine.engine.timers import BATCH, tick
from tests.audit.test_replay import change
from tests.desk import Desk, replayed

PAIR = """
procedure: pair
title: {zh: 双时, en: Pair}
prefix: SS
subject: "双时"
roles: [desk]
open: {by: desk, to: waiting}
states:
  waiting:
    transitions: {cancel: {by: desk, to: over}}
    after: {1 h: {to: later}}
  later:
    after: {1 h: {to: over}}
  over: {final: true, outcome: over}
"""
STRAY = "INSERT INTO timer (site, ticket, key, due) VALUES ('local', ?, ?, ?)"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, {"wang": ["desk"]}, PAIR) as bench:
        yield bench


def rows(desk: Desk, id: str) -> dict[str, tuple[str, str | None]]:
    with desk.reading() as reading:
        standing = reading.standing(id)
    return standing.timers if standing else {}


def test_more_of_them_than_a_batch_starve_nobody(desk: Desk) -> None:
    well = desk.open("pair", by="wang")
    for index in range(BATCH + 5):
        change(desk, STRAY, f"QQ-{index}", "x/y", instant_text(desk.clock.now()))
    sweep = desk.advance(hours=1)
    assert (sweep.fired, sweep.strays) == (1, BATCH + 5)
    assert desk.state(well) == ["later"]
    with desk.reading() as reading:
        assert reading.next_due() == "2026-11-23T02:30:00.000Z"
        assert len(reading.refusals("QQ-1")) == 1


def test_a_row_that_an_open_ticket_does_not_have_goes_and_its_own_stay(desk: Desk) -> None:
    id = desk.open("pair", by="wang")
    own = rows(desk, id)
    change(desk, STRAY, id, "later/after_1_h", instant_text(desk.clock.now()))
    assert desk.advance(hours=0).strays == 1
    assert rows(desk, id) == own


def test_a_row_whose_time_was_changed_gets_its_own_time_again(desk: Desk) -> None:
    id = desk.open("pair", by="wang")
    own = rows(desk, id)
    change(desk, "UPDATE timer SET due = ? WHERE ticket = ?", instant_text(desk.clock.now()), id)
    sweep = desk.advance(hours=0)
    assert (sweep.fired, sweep.strays, rows(desk, id)) == (0, 1, own)
    assert desk.advance(hours=1).fired == 1


def test_a_demo_s_clock_moves_past_them(desk: Desk) -> None:
    change(desk, STRAY, "QQ-1", "x/y", instant_text(desk.clock.now()))
    site = Site(desk.settings, desk.store, desk.clock, desk.engine)
    begin = desk.clock.now()
    assert advance(site, timedelta(hours=3))[0].strays == 1
    assert desk.clock.now() - begin == timedelta(hours=3)


def test_timers_that_are_cleared_by_another_are_none(desk: Desk) -> None:
    ids = [desk.open("pair", by="wang") for _ in range(3)]
    desk.do(ids[0], "cancel", by="wang")
    sweep = desk.advance(hours=5)
    assert (sweep.fired, sweep.strays) == (4, 0)


def test_more_stuck_tickets_than_a_batch_starve_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = desk.publish(PAIR.replace("procedure: pair", "procedure: other").replace("prefix: SS", "prefix: TT"))
    sick = [desk.open("pair", by="wang") for _ in range(BATCH + 2)]
    desk.clock.advance(timedelta(minutes=1))
    well = desk.open(honest, by="wang")
    digest = desk.ticket(sick[0]).digest
    with desk.reading() as reading:
        data = reading.blob(digest)
    change(desk, "DELETE FROM blob WHERE digest = ?", digest)
    desk.clock.advance(timedelta(hours=1))
    with pytest.raises(errors.SetUp, match="lost the normal form"):
        tick(Engine(desk.store, desk.clock, desk.settings))
    assert desk.state(well) == ["later"]
    change(desk, "INSERT INTO blob (site, digest, data) VALUES ('local', ?, ?)", digest, data)
