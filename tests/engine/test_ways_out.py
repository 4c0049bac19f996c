"""Several channels, stand-ins for channels that are out of order, quiet hours, digests: through the engine."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine.engine.notices import channels
from sop_engine.engine.notices.channels import NoAddress, Parcel
from sop_engine.engine.notices.delivery import deliver
from sop_engine.store.seam import OutLetter
from tests.desk import Desk
from tests.engine.test_delivery import ASK

pytestmark = pytest.mark.usefixtures("every_store")

CALLS = """
procedure: calls
title: {zh: 急呼, en: Calls}
prefix: JH
roles: [desk, lead]
open: {by: desk, to: ringing, tell: [{to: lead, urgent: true}, {to: lead}]}
states:
  ringing: {transitions: {answer: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""
NIGHT = time(21), time(8, 30)
Ringing = dict[str, list[Parcel]]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"], "zhou": ["lead"], "chen": ["lead"]})
    for text in (ASK, CALLS):
        bench.publish(text)
    for person in ("zhou", "chen"):
        bench.site("change_person", actor=person, contact={"mail": f"{person}@example.org"})
    return bench


def calls(desk: Desk, monkeypatch: pytest.MonkeyPatch, **changed: Any) -> Ringing:
    """Channels that note what they are handed; `broken` ones raise instead. A site of which `changed` is said."""
    heard: Ringing = {}
    broken: dict[str, Exception] = changed.pop("broken", {})

    def channel(_settings: Any, parcel: Parcel) -> None:
        if parcel.channel in broken:
            raise broken[parcel.channel]
        heard.setdefault(parcel.channel, []).append(parcel)

    monkeypatch.setattr(channels, "CHANNELS", dict.fromkeys(["log", "smtp", "file", "apprise"], channel))
    desk.engine.settings = replace(desk.settings, **changed)
    return heard


def letters(desk: Desk, status: str | None = None) -> list[OutLetter]:
    with desk.reading() as reading:
        return reading.letters(status)


def to_each(heard: Ringing) -> dict[str, list[str]]:
    return {channel: sorted(each.to for each in parcels) for channel, parcels in sorted(heard.items())}


def test_a_notice_goes_by_each_of_its_channels_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    routes = {"people": {"zhou": ["smtp", "file"]}}
    heard = calls(desk, monkeypatch, routes=routes)
    desk.open("ask", by="wang", what="停车费")
    assert {each.channel for each in letters(desk)} == {""}, "a command chooses no channel"
    assert deliver(desk.engine).sent == 3
    assert deliver(desk.engine).sent == 0
    assert to_each(heard) == {"file": ["zhou"], "log": ["chen"], "smtp": ["zhou"]}
    assert not desk.replay().mismatches


def test_a_wish_of_his_own_goes_before_what_the_site_says(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.site("change_person", actor="zhou", contact={"channels": "file"})
    heard = calls(desk, monkeypatch, routes={"roles": {"lead": "smtp"}})
    desk.open("ask", by="wang", what="停车费")
    deliver(desk.engine)
    assert to_each(heard) == {"file": ["zhou"], "smtp": ["chen"]}


def test_a_dead_channel_s_letters_go_by_its_stand_in_and_it_is_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a channel that is out of order, and another that stands in for it
    about = {"default": "wecom", "wecom": {"kind": "apprise", "fallback": "smtp"}}
    broken: dict[str, Exception] = {"wecom": ConnectionRefusedError("nobody listens")}
    heard = calls(desk, monkeypatch, channels=about, broken=broken)
    desk.open("ask", by="wang", what="停车费")
    # when it fails a first time, it is waited for
    deliver(desk.engine)
    assert not heard
    # when it fails again, then all that waits goes by the other at once
    desk.clock.advance(timedelta(minutes=1))
    deliver(desk.engine)
    deliver(desk.engine)
    assert to_each(heard) == {"smtp": ["chen", "zhou"]}
    # and when it is in order again, after its rest, so is all
    broken.clear()
    desk.clock.advance(timedelta(minutes=2))
    desk.open("ask", by="wang", what="电梯")
    deliver(desk.engine)
    assert to_each(heard) == {"smtp": ["chen", "zhou"], "wecom": ["chen", "zhou"]}
    assert not letters(desk, "waiting")
    assert not desk.replay().mismatches


def test_an_urgent_notice_does_not_wait_for_a_second_failure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    about = {"default": "wecom", "wecom": {"kind": "apprise", "fallback": "smtp"}}
    heard = calls(desk, monkeypatch, channels=about, broken={"wecom": TimeoutError("timed out")})
    desk.open("calls", by="wang")
    deliver(desk.engine)
    deliver(desk.engine)
    assert to_each(heard) == {"smtp": ["chen", "zhou"]}
    assert {each.channel for each in letters(desk, "waiting")} == {"wecom"}, "those that are not urgent"


def test_somebody_without_an_address_is_reached_by_the_stand_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    about = {"default": "smtp", "smtp": {"fallback": "file"}}
    heard = calls(desk, monkeypatch, channels=about, broken={"smtp": NoAddress("zhou has no mail address")})
    desk.open("ask", by="wang", what="停车费")
    deliver(desk.engine)
    deliver(desk.engine)
    assert to_each(heard) == {"file": ["chen", "zhou"]}
    assert not letters(desk, "dead")


def test_nothing_dies_of_a_stand_in_that_cannot_reach_him(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a channel that is out of order, and somebody without a mail address for whom a mail should stand in
    about = {"default": "wecom", "wecom": {"kind": "apprise", "fallback": "smtp"}}
    broken: dict[str, Exception] = {"wecom": TimeoutError("timed out"), "smtp": NoAddress("no mail address")}
    heard = calls(desk, monkeypatch, channels=about, broken=broken)
    desk.site("change_person", actor="zhou", contact={"mail": ""})
    desk.site("change_person", actor="chen", contact={"mail": ""})
    desk.open("ask", by="wang", what="停车费")
    for _ in range(3):
        deliver(desk.engine)
        desk.clock.advance(timedelta(minutes=5))
    assert not letters(desk, "dead")
    # when the channel is in order again
    broken.clear()
    desk.clock.advance(timedelta(hours=1))
    deliver(desk.engine)
    assert to_each(heard) == {"wecom": ["chen", "zhou"]}


def test_where_both_channels_have_a_letter_neither_stands_in_for_the_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = {"default": ["wecom", "smtp"], "wecom": {"kind": "apprise", "fallback": "smtp"}}
    heard = calls(desk, monkeypatch, channels=about, broken={"wecom": ConnectionResetError("broken off")})
    desk.open("ask", by="wang", what="停车费")
    for _ in range(3):
        deliver(desk.engine)
        desk.clock.advance(timedelta(minutes=5))
    assert to_each(heard) == {"smtp": ["chen", "zhou"]}
    assert len(letters(desk, "waiting")) == 2


def test_at_night_only_what_is_urgent_rings_and_the_rest_comes_in_the_morning_as_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given quiet hours, and an evening
    heard = calls(desk, monkeypatch, channels={"default": "smtp"}, quiet=NIGHT)
    desk.clock.advance(timedelta(hours=14))
    # when tickets are opened in them
    for what in ("停车费", "电梯"):
        desk.open("ask", by="wang", what=what)
    desk.open("calls", by="wang")
    for _ in range(9):
        deliver(desk.engine)
        desk.clock.advance(timedelta(hours=1))
    # then the urgent one rang
    assert [each.ticket for each in heard.pop("smtp")] == ["JH-20261123-001"] * 2
    # and all the others are one parcel for each person in the morning, each letter kept with its own words
    desk.clock.advance(timedelta(hours=1))
    assert deliver(desk.engine).sent == 6
    parcels = {each.to: each for each in heard["smtp"]}
    assert len(heard["smtp"]) == 2
    assert parcels["zhou"].subject == "3 条通知"
    assert [each in parcels["zhou"].body for each in ("停车费", "电梯", "JH-20261123-001")] == [True] * 3
    kept = [each.rendered for each in letters(desk, "sent") if each.to == "zhou" and each.bundle]
    assert {each["with"] for each in kept if each} == {parcels["zhou"].key}
    assert not desk.replay().mismatches


def test_what_waited_for_the_morning_goes_where_he_wants_it_by_then(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given one whose notices wait for the morning, by mail
    heard = calls(desk, monkeypatch, channels={"default": "smtp"}, quiet=NIGHT)
    desk.clock.advance(timedelta(hours=14))
    desk.open("ask", by="wang", what="停车费")
    deliver(desk.engine)
    # when he has his by another channel from now on, and has no mail any more
    desk.site("change_person", actor="zhou", contact={"channels": "log apprise"})
    desk.clock.advance(timedelta(hours=10))
    # then what waited goes there, once by each, and those of others as before
    assert deliver(desk.engine).sent == 3
    assert to_each(heard) == {"apprise": ["zhou"], "log": ["zhou"], "smtp": ["chen"]}
    assert deliver(desk.engine).sent == 0
    assert letters(desk, "waiting") == letters(desk, "dead") == []


def test_a_digest_comes_at_the_time_that_somebody_wants_in_his_language(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.site("change_person", actor="zhou", contact={"digest": "17:30"}, language="en")
    heard = calls(desk, monkeypatch, channels={"default": "smtp"})
    for what in ("停车费", "电梯"):
        desk.open("ask", by="wang", what=what)
        deliver(desk.engine)
    assert to_each(heard) == {"smtp": ["chen", "chen"]}
    desk.clock.advance(timedelta(hours=9))
    assert deliver(desk.engine).sent == 2
    assert (heard["smtp"][-1].to, heard["smtp"][-1].subject) == ("zhou", "2 notices")


def test_a_server_that_comes_back_at_night_is_given_nothing_that_rings(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: dict[str, Exception] = {"smtp": ConnectionRefusedError("nobody listens")}
    heard = calls(desk, monkeypatch, channels={"default": "smtp"}, quiet=NIGHT, broken=broken)
    desk.clock.advance(timedelta(hours=12, minutes=20))
    desk.open("ask", by="wang", what="停车费")
    deliver(desk.engine)
    broken.clear()
    desk.clock.advance(timedelta(hours=2))
    assert (deliver(desk.engine).sent, heard) == (0, {})
    desk.clock.advance(timedelta(hours=9, minutes=40))
    assert deliver(desk.engine).sent == 2


def test_a_clock_that_was_ahead_holds_no_notice_for_years(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = calls(desk, monkeypatch, channels={"default": "smtp"}, quiet=NIGHT)
    desk.clock.advance(timedelta(days=3650, hours=14))
    desk.open("ask", by="wang", what="停车费")
    deliver(desk.engine)
    desk.clock.advance(-timedelta(days=3650, hours=14))
    deliver(desk.engine)
    assert to_each(heard) == {"smtp": ["chen", "zhou"]}


def test_parcels_of_the_same_letters_have_the_same_key_at_every_attempt(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def failing(then: Callable[[], None]) -> Callable[[Any, Parcel], None]:
        def channel(_settings: Any, parcel: Parcel) -> None:
            seen.append(parcel.key)
            then()

        return channel

    def fail() -> None:
        raise TimeoutError("timed out")

    desk.site("change_person", actor="zhou", contact={"digest": "17:30"})
    desk.engine.settings = replace(desk.settings, channels={"default": "smtp"}, routes={"people": {"chen": "log"}})
    for what in ("停车费", "电梯"):
        desk.open("ask", by="wang", what=what)
    monkeypatch.setattr(channels, "CHANNELS", {"smtp": failing(fail), "log": channels.log})
    deliver(desk.engine)
    desk.clock.advance(timedelta(hours=9))
    deliver(desk.engine)
    monkeypatch.setattr(channels, "CHANNELS", {"smtp": failing(lambda: None)})
    desk.clock.advance(timedelta(minutes=1))
    deliver(desk.engine)
    assert (len(seen), len(set(seen))) == (2, 1)
    assert seen[0].startswith("bundle:")


def test_what_is_not_urgent_says_nothing_of_it_in_the_record(desk: Desk) -> None:
    jh = desk.open("calls", by="wang")
    assert [event.get("urgent") for event in desk.events(jh, "told")] == [True, None]
    assert "urgent" not in json.dumps(desk.records(desk.open("ask", by="wang", what="停车费")))
