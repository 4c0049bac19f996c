"""Clocks that are wrong: set back or ahead by an hour or ten years, and two machines whose clocks differ. Nothing is
lost, nothing happens twice, and whoever works on what is still to come is told."""

import json
import multiprocessing
import os
import random
import signal
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from sop_engine import canonical
from sop_engine.clock import SimulatedClock
from sop_engine.engine.engine import Engine, new_id
from sop_engine.engine.metronome import once
from sop_engine.engine.notices.delivery import deliver
from sop_engine.engine.sites.settings import Settings
from sop_engine.engine.timers import tick
from sop_engine.errors import SetUp, SopError
from sop_engine.store.opening import open_at
from sop_engine.ticket.records import SITE, Command
from tests.desk import START, Desk

MANY = multiprocessing.get_context("spawn")
HOUR, YEARS = timedelta(hours=1), timedelta(days=3650)
SEEDS = range(20261122, 20261128)
CHAIN = """
procedure: chain
title: {zh: 连环, en: Chain}
prefix: LH
subject: "连环"
roles: [desk]
open: {by: desk, to: first}
states:
  first:  {after: {1 h: {to: second, tell: desk}}}
  second: {after: {1 h: {to: third, tell: desk}}}
  third:  {after: {1 h: {to: over, tell: desk}}}
  over:   {final: true, outcome: over}
"""
WHOLE = ["open", "fire", "fire", "fire"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"]})
    bench.publish(CHAIN)
    return bench


def names(desk: Desk, id: str) -> list[str]:
    return [record["command"]["name"] for record in desk.records(id)]


def accept(desk: Desk) -> None:
    """What `sop doctor --accept-clock` does."""
    with desk.reading() as reading:
        heads = [reading.head(id) for id in reading.ticket_ids()]
    latest = max(head.recorded for head in heads if head is not None)
    now = canonical.instant_text(desk.clock.now())
    desk.engine.act(Command(new_id(), "accept_clock", SITE, "boss", "tester", {"now": now, "through": latest}))


def sent(desk: Desk) -> Counter[str]:
    """How often each notice went out, by its key."""
    path = desk.settings.folder / "notices.log"
    lines = path.read_text().splitlines() if path.exists() else []
    return Counter(json.loads(line)["key"] for line in lines)


@pytest.mark.usefixtures("every_store")
@pytest.mark.parametrize(("by", "fired"), [(HOUR, 1), (YEARS, 3)])
def test_what_fired_while_the_clock_was_ahead_does_not_fire_again(desk: Desk, by: timedelta, fired: int) -> None:
    # given a clock that is ahead, and a sweep
    lh = desk.open("chain", by="wang")
    desk.clock.advance(by)
    assert tick(desk.engine).fired == fired
    # when it is set right
    desk.clock.advance(-by)
    # then nothing fires twice, and nobody works on the ticket unknowingly
    assert tick(desk.engine).fired == 0
    with pytest.raises(SetUp, match="has a step recorded at"):
        desk.command("note", lh, "wang", note="业主来电")
    # and others go on
    other = desk.open("chain", by="wang")
    desk.advance(hours=3)
    assert names(desk, other) == WHOLE
    # and when it is accepted, this one too
    accept(desk)
    desk.advance(hours=1)
    desk.command("note", lh, "wang", note="业主来电")
    assert names(desk, lh).count("fire") == 3
    assert [record["effective"] for record in desk.records(lh)[:4]] == [
        canonical.instant_text(START + rank * HOUR) for rank in range(4)
    ]
    while deliver(desk.engine).sent:
        pass
    assert set(sent(desk).values()) == {1}
    assert len(sent(desk)) == 6
    assert desk.replay().clean


@pytest.mark.usefixtures("every_store")
@pytest.mark.parametrize("by", [HOUR, YEARS])
def test_while_the_clock_is_behind_nothing_fires_and_afterwards_everything_once(desk: Desk, by: timedelta) -> None:
    # given a ticket whose first timer has fired
    lh = desk.open("chain", by="wang")
    desk.advance(hours=1)
    # when the clock is set back
    desk.clock.advance(-by)
    assert tick(desk.engine).fired == 0
    # then nobody works by it, on this ticket or on one that would be older than its procedure
    with pytest.raises(SetUp, match="has a step recorded at"):
        desk.command("note", lh, "wang", note="业主来电")
    if by > HOUR:
        with pytest.raises(SetUp, match="was published at"):
            desk.open("chain", by="wang")
    # and when it is right again, all that was due fires once, at its own time
    desk.clock.advance(by)
    desk.advance(hours=2)
    assert names(desk, lh) == WHOLE
    effective = [record["effective"] for record in desk.records(lh)]
    assert effective == [canonical.instant_text(START + rank * HOUR) for rank in range(4)]
    while deliver(desk.engine).sent:
        pass
    assert set(sent(desk).values()) == {1}
    assert desk.replay().clean


@pytest.mark.usefixtures("every_store")
def test_a_ticket_that_a_killed_sweep_left_ahead_holds_up_neither_timers_nor_notices(desk: Desk) -> None:
    # given a sweep with a clock ten years ahead that was killed after its first firing
    ahead = desk.open("chain", by="wang")
    others = [desk.open("chain", by="wang") for _ in range(3)]
    [(due, key)] = [(timer["due"], key) for key, timer in desk.ticket(ahead).timers.items()]
    desk.clock.advance(YEARS)
    desk.engine.fire(ahead, key, due)
    desk.clock.advance(-YEARS)
    # when one with the right clock comes
    desk.clock.advance(3 * HOUR)
    with pytest.raises(SetUp, match=ahead):
        once(desk.engine)
    # then it says so, and does everything else
    assert {tuple(names(desk, id)) for id in others} == {tuple(WHOLE)}
    assert len(sent(desk)) == 1 + 3 * 3
    with desk.reading() as reading:
        assert reading.meta("last_sweep") == canonical.instant_text(desk.clock.now())
        assert reading.aside() == []
    # and the rest of the ticket when the clock is accepted
    accept(desk)
    once(desk.engine)
    assert names(desk, ahead) == WHOLE
    assert set(sent(desk).values()) == {1}
    assert desk.replay().clean


@pytest.mark.usefixtures("every_store")
@pytest.mark.parametrize("seed", SEEDS)
def test_two_machines_whose_clocks_say_what_they_like_fire_and_send_everything_once(desk: Desk, seed: int) -> None:
    """Two engines over one store; to repeat one, run this test with `-k SEED`."""
    chance = random.Random(seed)
    clocks = [desk.clock, SimulatedClock(START)]
    engines = [desk.engine, Engine(desk.store, clocks[1], desk.settings)]
    true, tickets = START, []
    # given machines whose clocks are set now and then, and that sweep, deliver and open tickets by them
    for _ in range(60):
        true += timedelta(minutes=chance.randrange(1, 20))
        which = chance.randrange(2)
        off = chance.choice([timedelta(0)] * 6 + [HOUR, -HOUR, timedelta(minutes=4), YEARS, -YEARS])
        clocks[which].set(true + off)
        with suppress(SetUp):
            match chance.randrange(4):
                case 0:
                    open_one = Command(new_id(), "open", "", "wang", "tester", {"procedure": "chain", "fields": {}})
                    tickets.append(engines[which].act(open_one).step.ticket)
                case 1:
                    deliver(engines[which])
                case _:
                    tick(engines[which])
    # when both are right, and what was recorded is accepted
    for clock in clocks:
        clock.set(true + 4 * HOUR)
    accept(desk)
    clocks[0].set(true + YEARS + timedelta(days=1))  # what was opened while a clock was ahead has its time too
    tick(engines[0])
    while any(deliver(each).sent for each in engines):
        pass
    # then each timer has fired once, in its order, and each notice went out once
    assert tickets, seed
    assert {tuple(names(desk, id)) for id in tickets} == {tuple(WHOLE)}, seed
    assert len(sent(desk)) == 3 * len(tickets), seed
    assert set(sent(desk).values()) == {1}, seed
    report = desk.replay()
    assert report.clean, (seed, report.mismatches[:3])


def work(address: str, site: str, folder: Path, off: timedelta, kill_after: int) -> None:
    """A machine's life: sweep and deliver by its own clock until nothing is left; or until it dies in mid-sweep."""
    store = open_at(address, site)
    engine = Engine(
        store, SimulatedClock(START + 5 * HOUR + off), Settings(folder, "Test", "test", "Asia/Shanghai", demo=True)
    )
    honest, fired = engine.fire_in, 0

    def fire_in(*words: Any) -> Any:
        nonlocal fired
        fired += 1
        if fired == kill_after:
            os.kill(os.getpid(), signal.SIGKILL)
        return honest(*words)

    with mock.patch.object(engine, "fire_in", fire_in):
        for _ in range(20):
            with suppress(SopError):
                tick(engine)
            deliver(engine)
    store.close()


@pytest.mark.parametrize("off", [HOUR, -HOUR, YEARS, -YEARS])
def test_machines_with_different_clocks_one_of_them_killed_share_a_database(
    tmp_path: Path, address: str, site_id: str, off: timedelta
) -> None:
    # given a machine with the right clock, one with a wrong one, and one that dies in mid-sweep
    desk = Desk(tmp_path, {"wang": ["desk"]}, open_at(address, site_id))
    desk.publish(CHAIN)
    tickets = [desk.open("chain", by="wang") for _ in range(25)]
    lives = ((timedelta(0), 0), (off, 0), (off, 30))
    machines = [MANY.Process(target=work, args=(address, site_id, tmp_path, *life)) for life in lives]
    # when they work at the same time
    for each in machines:
        each.start()
    for each in machines:
        each.join(120)
    assert [each.exitcode for each in machines] in ([0, 0, -signal.SIGKILL], [0, 0, 0])
    # then, when the clocks are right and accepted, everything was done once
    desk.clock.advance(5 * HOUR)
    accept(desk)
    tick(desk.engine)
    deliver(desk.engine)
    assert {tuple(names(desk, id)) for id in tickets} == {tuple(WHOLE)}
    with desk.reading() as reading:
        letters = reading.letters()
    assert len(letters) == 3 * len(tickets)
    assert set(sent(desk).values()) == {1}
    report = desk.replay()
    assert report.clean, report.mismatches[:3]
    desk.store.close()
