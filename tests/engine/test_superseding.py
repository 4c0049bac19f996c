"""After a pause all is on record at its own time, and of the reminders that could not be sent only the last goes out:
whether nothing swept meanwhile, or the mail server was away."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical
from sop_engine.audit.findings import Mismatch
from sop_engine.clock import SimulatedClock
from sop_engine.engine.engine import Engine
from sop_engine.engine.notices import channels, delivery
from sop_engine.engine.notices.delivery import deliver
from sop_engine.engine.timers import tick
from sop_engine.store.seam import CALENDAR, OutLetter, Version
from sop_engine.ticket.records import SITE
from sop_engine.worktime.calendars import to_json
from tests.audit.test_replay import change
from tests.desk import START, Desk
from tests.worktime.shipped import Shipped, calendar

pytestmark = pytest.mark.usefixtures("every_store")

WORK = """
procedure: work
title: {zh: 维修, en: Work}
prefix: WX
calendar: round-the-clock
roles: [desk, steward, lead]
words:
  reporting: {zh: 管家回报, en: Report}
notices:
  asked: {title: {zh: 有人问, en: Asked}, text: {zh: 请答复, en: Please answer}}
open: {by: desk, to: working}
goals:
  reporting:
    every: 4 h
    while: working
    stop: did progress
    warn: {30 min before: steward, 10 min before: steward}
    escalate: {0 min: {tell: [steward, lead]}}
states:
  working:
    every: {1 day: {tell: desk}}
    transitions:
      progress: {by: desk}
      ask: {by: desk, tell: {to: lead, notice: asked}}
      finish: {by: desk, to: over}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"], "chen": ["steward"], "zhou": ["lead"]})
    for name in Shipped().names():
        data = canonical.to_bytes(to_json(calendar(name)))
        with bench.store.writing() as transaction:
            digest = transaction.put_blob(data)
            transaction.put_version(Version(f"{CALENDAR}{name}", 1, digest, digest, digest, "", "boss", ""))
    bench.publish(WORK)
    return bench


def letters(desk: Desk, status: str | None = None) -> list[OutLetter]:
    with desk.reading() as reading:
        return reading.letters(status)


def differences(desk: Desk) -> list[Mismatch]:
    """What a replay finds, but for the calendars, which came here without a command."""
    return [each for each in desk.replay().mismatches if each.ticket != SITE]


def sent(desk: Desk) -> Counter[str]:
    """How many letters went to each."""
    path = desk.settings.folder / "notices.log"
    lines = path.read_text().splitlines() if path.exists() else []
    return Counter(json.loads(line)["to"] for line in lines)


def out_of_order(*_: Any) -> None:
    raise ConnectionRefusedError("nobody listens")


def test_three_days_without_a_worker_are_on_record_and_one_word_of_each_kind_goes_out(desk: Desk) -> None:
    # given a promise of every four hours, and a daily reminder
    wx = desk.open("work", by="wang")
    # when nothing sweeps for three days
    desk.advance(days=3)
    # then each miss, warning and reminder is on record once, at its own time, in order
    due = [START + timedelta(hours=4 * rank) for rank in range(1, 19)]
    missed = [event["put"]["breached"] for event in desk.events(wx, "goal_breached")]
    assert missed == [canonical.instant_text(each) for each in due]
    assert len(desk.events(wx, "goal_warned")) == 2 * len(due)
    fired = [record["effective"] for record in desk.records(wx) if record["command"]["name"] == "fire"]
    times = sorted(each - before for each in due for before in map(_minutes, (0, 10, 30)))
    assert fired == sorted([*map(canonical.instant_text, times), *map(canonical.instant_text, days(3))])
    # and one reminder, one word of the miss and one daily word go out, for each who is to have them
    assert deliver(desk.engine).sent == 4
    assert sent(desk) == {"chen": 2, "zhou": 1, "wang": 1}
    assert sorted({each.kind for each in letters(desk, "sent")}) == [
        "goal/reporting/due",
        "goal/reporting/warn",
        "working/every_1_day",
    ]
    assert not letters(desk, "waiting")
    assert not letters(desk, "dead")
    assert len(letters(desk, "superseded")) == 35 + 17 + 17 + 2
    assert not differences(desk)


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def days(count: int) -> list[Any]:
    return [START + timedelta(days=rank) for rank in range(1, count + 1)]


def test_two_days_without_a_mail_server_end_with_one_word_of_each_kind(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a worker that sweeps, and a server that is away
    desk.open("work", by="wang")
    monkeypatch.setattr(channels, "CHANNELS", {"log": out_of_order})
    # when two days pass so
    for _ in range(2 * 24 * 4):
        desk.advance(minutes=15)
        assert deliver(desk.engine).dead == 0
    # then what goes out when it is there again is the last of each kind
    monkeypatch.undo()
    desk.clock.advance(timedelta(hours=1))
    assert deliver(desk.engine).sent == 4
    assert sent(desk) == {"chen": 2, "zhou": 1, "wang": 1}
    assert not letters(desk, "waiting")
    assert not letters(desk, "dead")


def test_what_a_person_s_command_wrote_always_goes(desk: Desk) -> None:
    wx = desk.open("work", by="wang")
    for _ in range(3):
        desk.do(wx, "ask", by="wang")
    assert deliver(desk.engine).sent == 3


def test_what_was_sent_is_followed_by_the_next(desk: Desk) -> None:
    desk.open("work", by="wang")
    for _ in range(2):
        desk.advance(days=1)
        deliver(desk.engine)
    assert sent(desk)["wang"] == 2


def test_a_letter_that_is_superseded_while_its_batch_is_under_way_is_not_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given two letters that were taken together
    desk.open("work", by="wang")
    desk.advance(hours=24)
    honest = channels.log
    desk.clock.advance(timedelta(hours=24))
    said: list[str] = []

    def log(settings: Any, parcel: channels.Parcel) -> None:
        honest(settings, parcel)
        said.append(parcel.key)
        if len(said) == 1:
            # when a sweep supersedes the others while the first is sent
            tick(Engine(desk.store, SimulatedClock(desk.clock.now()), desk.settings))

    monkeypatch.setattr(channels, "CHANNELS", {"log": log})
    while deliver(desk.engine).sent:
        pass
    # then each kind still goes out once more, and nothing that was superseded
    gone = {f"{each.ticket}:{each.number}:{each.position}:{each.to}" for each in letters(desk, "superseded")}
    assert not gone & set(said)
    assert len(said) == 1 + 4
    assert not letters(desk, "waiting")


def test_a_worker_killed_between_posting_and_sending_leaves_the_last_of_each_kind(desk: Desk) -> None:
    desk.open("work", by="wang")
    desk.advance(days=1)
    now = canonical.instant_text(desk.clock.now())
    with desk.store.writing() as dying:
        assert dying.take_letters(now, "9999", delivery.BATCH, 0.0)
    desk.advance(days=1)
    assert deliver(desk.engine).sent == 4


def test_the_audit_finds_a_letter_that_somebody_let_vanish_as_superseded(desk: Desk) -> None:
    desk.open("work", by="wang")
    desk.advance(days=1)
    assert not differences(desk)
    change(desk, "UPDATE outbox SET status = 'superseded' WHERE status = 'waiting' AND kind = 'working/every_1_day'")
    [found] = differences(desk)
    assert "no later one says the same" in str(found.what)


def test_the_audit_finds_a_kind_that_somebody_changed(desk: Desk) -> None:
    desk.open("work", by="wang")
    desk.advance(days=1)
    change(desk, "UPDATE outbox SET kind = 'x' WHERE kind = 'working/every_1_day'")
    [found] = differences(desk)
    assert "of another kind" in str(found.what)
