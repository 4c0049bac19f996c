"""Notices on their way out: once, to whoever they are for, and a dead channel blocks nothing."""

import json
import os
import signal
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical
from sop_engine.clock import SimulatedClock
from sop_engine.engine import metronome
from sop_engine.engine.engine import Engine
from sop_engine.engine.metronome import Round, once, run
from sop_engine.engine.notices import channels, delivery
from sop_engine.engine.notices.delivery import ATTEMPTS, LEASE_SECONDS, deliver
from sop_engine.engine.notices.resting import in_order, rests_until
from tests.audit.test_replay import change
from tests.desk import Desk

pytestmark = pytest.mark.usefixtures("every_store")

ASK = """
procedure: ask
title: {zh: 咨询, en: Question}
prefix: ZX
subject: "{{ what }}"
roles: [desk, lead]
fields:
  what:  {type: text, title: {zh: 事项, en: Matter}}
  phone: {type: phone, title: {zh: 电话, en: Phone}, personal: contact}
notices:
  asked:
    title: {zh: 有新咨询, en: Asked}
    subject: {zh: "{{ ticket.id }} 新咨询", en: "{{ ticket.id }} asked"}
    text: {zh: "{{ what }} {{ phone }}", en: "{{ what }} {{ phone }}"}
open: {by: desk, ask: what, may_ask: phone, to: asked, tell: {to: lead, notice: asked}}
states:
  asked: {transitions: {answer: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"], "zhou": ["lead"]})
    bench.publish(ASK)
    bench.command("change_person", "site", actor="zhou", contact={"mail": "zhou@example.org"}, language="zh")
    return bench


def lines(desk: Desk) -> list[dict[str, Any]]:
    path = desk.settings.folder / "notices.log"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_notice_is_written_once_in_the_reader_s_language_with_personal_data_masked(desk: Desk) -> None:
    desk.open("ask", by="wang", what="停车费", phone="13800001202")
    assert deliver(desk.engine).sent == 1
    assert deliver(desk.engine).sent == 0
    [line] = lines(desk)
    assert line["subject"] == "ZX-20261123-001 新咨询"
    assert "停车费" in line["body"]
    assert "13800001202" not in line["body"]


def refuse(*_: Any) -> None:
    """A channel that is out of order."""
    raise ConnectionRefusedError("nobody listens")


def test_a_letter_that_cannot_be_sent_blocks_no_ticket_and_is_tried_again_later_and_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("nobody is called so")

    monkeypatch.setattr(channels, "CHANNELS", {"log": broken})
    zx = desk.open("ask", by="wang", what="停车费")
    waits = []
    for _ in range(ATTEMPTS):
        result = deliver(desk.engine)
        assert (result.sent, result.failed + result.dead) == (0, 1)
        with desk.reading() as reading:
            [letter] = reading.letters()
        if letter.status == "waiting":
            from sop_engine.canonical import instant_of

            waits.append(instant_of(letter.next_at) - desk.clock.now())
            desk.clock.advance(waits[-1])
    assert letter.status == "dead"
    assert "nobody is called so" in (letter.error or "")
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert max(waits) == timedelta(hours=1)
    desk.do(zx, "answer", by="wang")
    assert desk.ticket(zx).status == "closed"


def test_no_letter_dies_of_a_channel_that_is_out_of_order_for_days(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a letter, and a channel that is out of order
    desk.open("ask", by="wang", what="停车费")
    monkeypatch.setattr(channels, "CHANNELS", {"log": refuse})
    # when it stays so for two days
    for _ in range(2 * 24 * 12):
        assert deliver(desk.engine).dead == 0
        desk.clock.advance(timedelta(minutes=5))
    with desk.reading() as reading:
        [letter] = reading.letters("waiting")
    assert letter.attempts > ATTEMPTS
    # then it goes out within an hour of when it is in order again
    monkeypatch.undo()
    desk.clock.advance(timedelta(hours=1))
    assert deliver(desk.engine).sent == 1


def test_a_letter_dies_of_what_it_does_to_a_channel_that_others_get_through(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = desk.open("ask", by="wang", what="停车费")

    def choking(_settings: Any, parcel: channels.Parcel) -> None:
        if parcel.ticket == poison:
            raise TimeoutError("timed out")

    monkeypatch.setattr(channels, "CHANNELS", {"log": choking})
    for _ in range(ATTEMPTS):
        deliver(desk.engine)
        desk.open("ask", by="wang", what="电梯")
        desk.clock.advance(timedelta(hours=1))
    with desk.reading() as reading:
        [dead] = reading.letters("dead")
    assert (dead.ticket, dead.attempts) == (poison, ATTEMPTS)


def test_a_letter_under_way_is_not_taken_by_another_worker(desk: Desk) -> None:
    desk.open("ask", by="wang", what="停车费")
    now, beyond = "2026-11-23T00:30:00.000Z", "2026-11-23T01:35:00.000Z"
    with desk.store.writing() as transaction:
        assert len(transaction.take_letters(now, beyond, 10, 0.3)) == 1
    assert deliver(desk.engine).sent == 0
    time.sleep(0.4)
    assert deliver(desk.engine).sent == 1, "a worker that died gives its letters back when the lease ends"


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=3650), timedelta(days=-3650)])
def test_a_letter_under_way_is_sent_once_whatever_another_s_clock_says(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, by: timedelta
) -> None:
    # given another worker, whose clock differs, or is set while a letter is under way
    desk.open("ask", by="wang", what="停车费")
    other = Engine(desk.store, SimulatedClock(desk.clock.now() + by), desk.settings)
    sent: list[str] = []

    def slow(_settings: Any, parcel: channels.Parcel) -> None:
        sent.append(parcel.ticket)
        if len(sent) == 1:
            # when it comes before the letter is marked as sent
            assert deliver(other).sent == 0

    monkeypatch.setattr(channels, "CHANNELS", {"log": slow})
    # then it leaves it alone
    assert deliver(desk.engine).sent == 1
    assert len(sent) == 1


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(days=3650)])
def test_what_failed_while_the_clock_was_ahead_is_tried_again_in_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, by: timedelta
) -> None:
    # given a clock that is ahead, and a channel that is out of order
    desk.open("ask", by="wang", what="停车费")
    monkeypatch.setattr(channels, "CHANNELS", {"log": refuse})
    desk.clock.advance(by)
    assert deliver(desk.engine).failed == 1
    monkeypatch.undo()
    # when the clock is set right, then the letter goes out within the longest wait
    desk.clock.advance(-by)
    desk.clock.advance(timedelta(minutes=65))
    assert deliver(desk.engine).sent == 1


def test_the_file_channel_writes_a_file_that_a_second_attempt_writes_again(desk: Desk) -> None:
    desk.engine.settings = replace(desk.settings, channels={"default": "file"})
    desk.open("ask", by="wang", what="停车费")
    deliver(desk.engine)
    [file] = (desk.settings.folder / "outbox").iterdir()
    assert "停车费" in file.read_text()


@pytest.mark.parametrize("channel", ["file", "log"])
def test_a_disk_that_was_full_leaves_nothing_by_halves(
    channel: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a disk on which half of a notice has room
    desk.engine.settings = replace(desk.settings, channels={"default": channel})
    desk.open("ask", by="wang", what="停车费")
    folder, honest = desk.settings.folder, os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, data: honest(file, data[: len(data) // 2]))
        assert deliver(desk.engine).failed == 1
    with desk.reading() as reading:
        assert ["No space left" in str(each.error) for each in reading.letters()] == [True]
    # when there is room again
    desk.clock.advance(timedelta(minutes=2))
    assert deliver(desk.engine).sent == 1
    # then the whole notice stands there by itself
    if channel == "file":
        [file] = (folder / "outbox").glob("*.txt")
        assert "停车费" in file.read_text()
    else:
        lines = (folder / "notices.log").read_text(errors="replace").splitlines()
        assert "停车费" in json.loads(lines[-1])["body"]


class Sink(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs to hand a mail over."""

    def handle(self) -> None:
        mails: list[str] = self.server.mails  # type: ignore[attr-defined]
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                mails.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.wfile.write(b"250 kept\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 sink\r\n")


@contextmanager
def sink() -> Iterator[tuple[int, list[str]]]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink) as server:
        server.daemon_threads = True
        mails: list[str] = []
        server.mails = mails  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], mails
        server.shutdown()


def test_a_mail_goes_to_a_real_server(desk: Desk) -> None:
    with sink() as (port, mails):
        about = {"default": "smtp", "smtp": {"host": "127.0.0.1", "port": port, "from": "desk@example.org"}}
        desk.engine.settings = replace(desk.settings, channels=about)
        desk.open("ask", by="wang", what="停车费")
        assert deliver(desk.engine).sent == 1
    [mail] = mails
    assert "To: zhou@example.org" in mail
    assert "Message-ID: <ZX-20261123-001." in mail


class Silent:
    """A server that accepts every connection and never says a word."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.callers: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self.callers.append(self._socket.accept()[0])

    def close(self) -> None:
        for each in (self._socket, *self.callers):
            each.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    server = Silent()
    yield server
    server.close()


def mails_by(desk: Desk, port: int) -> None:
    """Let notices go out by mail to a server on this machine."""
    about = {"default": "smtp", "smtp": {"host": "127.0.0.1", "port": port, "from": "desk@example.org"}}
    desk.engine.settings = replace(desk.settings, channels=about)


def test_a_silent_server_costs_one_timeout_and_the_channel_rests_as_a_whole(
    desk: Desk, silent: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "TIMEOUT_SECONDS", 0.2)
    mails_by(desk, silent.port)
    for _ in range(6):
        desk.open("ask", by="wang", what="停车费")

    assert deliver(desk.engine).failed == 1
    assert deliver(desk.engine).failed == 0, "it rests"

    assert len(silent.callers) == 1
    desk.clock.advance(timedelta(minutes=1))
    assert deliver(desk.engine).failed == 1
    desk.clock.advance(timedelta(minutes=1))
    assert deliver(desk.engine).failed == 0, "after the second time it rests two minutes"
    with desk.reading() as reading:
        assert sorted(each.attempts for each in reading.letters()) == [0, 0, 0, 0, 1, 1], "another letter found it out"


def test_a_server_that_is_there_again_is_given_all_that_waited(
    desk: Desk, silent: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "TIMEOUT_SECONDS", 0.2)
    mails_by(desk, silent.port)
    for _ in range(3):
        desk.open("ask", by="wang", what="停车费")
    deliver(desk.engine)
    with sink() as (port, mails):
        mails_by(desk, port)
        desk.clock.advance(timedelta(minutes=1))
        assert deliver(desk.engine).sent == 3
    assert len(mails) == 3


def test_a_letter_that_a_server_chokes_on_holds_up_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = desk.open("ask", by="wang", what="停车费")
    others = [desk.open("ask", by="wang", what="电梯") for _ in range(2)]
    sent = []

    def choking(_settings: Any, parcel: channels.Parcel) -> None:
        if parcel.ticket == first:
            raise TimeoutError("timed out")
        sent.append(parcel.ticket)

    monkeypatch.setattr(channels, "CHANNELS", {"log": choking})
    deliver(desk.engine)
    assert sent == []
    desk.clock.advance(timedelta(minutes=1))
    deliver(desk.engine)
    assert sent == others


def test_a_server_that_says_a_little_now_and_then_is_hung_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, silent: Silent
) -> None:
    monkeypatch.setattr(channels, "LONGEST_SECONDS", 0.5)
    mails_by(desk, silent.port)

    def drip() -> None:
        with suppress(OSError):
            while True:
                for caller in silent.callers:
                    caller.sendall(b"2")
                time.sleep(0.05)

    threading.Thread(target=drip, daemon=True).start()
    desk.open("ask", by="wang", what="停车费")
    assert deliver(desk.engine).failed == 1
    with desk.reading() as reading:
        [letter] = reading.letters()
    assert "not done within" in (letter.error or "")


def test_what_a_lease_leaves_no_time_for_is_given_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        desk.open("ask", by="wang", what="停车费")
    begun: list[float] = []
    steady, taken = 0.0, 0.0
    honest = channels.log

    def slow(settings: Any, parcel: channels.Parcel) -> None:
        nonlocal steady
        begun.append(steady - taken)
        honest(settings, parcel)
        steady += LEASE_SECONDS - 30

    monkeypatch.setattr(delivery, "steady_seconds", lambda: steady)
    monkeypatch.setattr(channels, "CHANNELS", {"log": slow})
    assert deliver(desk.engine).sent == 1
    with desk.reading() as reading:
        waiting = reading.letters("waiting")
    assert [each.next_at for each in waiting] == [canonical.instant_text(desk.clock.now())] * 2
    assert steady < LEASE_SECONDS
    taken = steady
    assert deliver(desk.engine).sent == 1
    assert begun == [0.0, 0.0]


def test_delivery_stops_between_letters_when_it_is_told_to(desk: Desk) -> None:
    for _ in range(3):
        desk.open("ask", by="wang", what="停车费")
    answers = iter([True, True, False, False])
    assert deliver(desk.engine, lambda: next(answers)).sent == 1
    assert deliver(desk.engine).sent == 2


def test_a_single_round_begins_no_letter_after_its_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        desk.open("ask", by="wang", what="停车费")
    monkeypatch.setattr(metronome, "LONGEST_DELIVERY_SECONDS", 0.5)
    monkeypatch.setattr(channels, "CHANNELS", {"log": lambda *_: time.sleep(0.6)})
    assert once(desk.engine).delivery.sent == 1
    with desk.reading() as reading:
        assert reading.meta("last_sweep") is not None


def test_a_channel_that_somebody_says_is_mended_is_tried_at_once(
    desk: Desk, silent: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "TIMEOUT_SECONDS", 0.2)
    mails_by(desk, silent.port)
    desk.open("ask", by="wang", what="停车费")
    deliver(desk.engine)
    now = canonical.instant_text(desk.clock.now())
    with desk.store.writing() as transaction:
        assert rests_until(transaction, "smtp", desk.clock.now()) is not None
        transaction.letters_wait([1], now)
        in_order(transaction, "smtp")
        assert rests_until(transaction, "smtp", desk.clock.now()) is None
    assert deliver(desk.engine).failed == 1


def test_a_worker_s_timers_fire_while_a_mail_server_is_silent(
    desk: Desk, silent: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "TIMEOUT_SECONDS", 5)
    mails_by(desk, silent.port)
    desk.open("ask", by="wang", what="停车费")
    swept: list[float] = []
    begin = time.monotonic()

    def said(done: Round) -> None:
        if not silent.callers or done.error is not None or done.delivery.failed:
            return
        swept.append(time.monotonic() - begin)
        if len(swept) == 5:
            silent.close()
            os.kill(os.getpid(), signal.SIGTERM)

    run(desk.engine, 0.1, said)
    assert len(swept) >= 5, "it swept again and again while one letter hung"
    with desk.reading() as reading:
        [letter] = reading.letters()
        assert reading.meta("last_sweep") is not None
    assert letter.attempts == 1


def test_a_lost_text_is_no_empty_notice(desk: Desk) -> None:
    desk.open("ask", by="wang", what="停车费")
    with desk.reading() as reading:
        version = reading.newest("ask")
        assert version is not None
        [notice] = desk.engine.programs.of(reading, version.digest).procedure.notices
        digest = notice.templates["zh"][1]
        text = reading.blob(digest)
    change(desk, "DELETE FROM blob WHERE digest = ?", digest)

    assert (deliver(desk.engine).failed, lines(desk)) == (1, [])
    with desk.reading() as reading:
        [letter] = reading.letters()
    assert f"lost the text {digest} of the notice asked" in (letter.error or "")

    change(desk, "INSERT INTO blob (site, digest, data) VALUES ('local', ?, ?)", digest, b"{{ what }} is free")
    desk.clock.advance(timedelta(minutes=1))
    assert deliver(desk.engine).failed == 1, "another text under its digest is not it"
    change(desk, "UPDATE blob SET data = ? WHERE digest = ?", text, digest)
    desk.clock.advance(timedelta(minutes=2))
    assert deliver(desk.engine).sent == 1
    assert "停车费" in lines(desk)[0]["body"]


def test_somebody_without_an_address_is_told_of_at_once_not_twelve_times(desk: Desk) -> None:
    desk.command("change_person", "site", actor="zhou", contact={"phone": "13800000000"})
    about = {"default": "smtp", "smtp": {"host": "127.0.0.1", "port": 1, "from": "desk@example.org"}}
    desk.engine.settings = replace(desk.settings, channels=about)
    desk.open("ask", by="wang", what="停车费")
    assert deliver(desk.engine).dead == 1


def test_an_unknown_channel_is_an_attempt_that_failed(desk: Desk) -> None:
    desk.engine.settings = replace(desk.settings, channels={"default": "pigeon"})
    desk.open("ask", by="wang", what="停车费")
    assert deliver(desk.engine).failed == 1
    with desk.reading() as reading:
        [letter] = reading.letters()
    assert "pigeon" in (letter.error or "")


def test_who_is_urged_let_know_or_watches_reads_what_was_done_and_no_note(desk: Desk) -> None:
    # given a ticket of whose acts people are told
    zx = desk.open("ask", by="wang", what="停车费")
    deliver(desk.engine)
    # when it is urged with a note, somebody is let know, and what somebody watches moves
    desk.command("urge", zx, "zhou", **{"from": "customer", "note": "电话 13800001202"})
    desk.command("copy", zx, "wang", to=["zhou"])
    desk.command("watch", zx, "zhou")
    desk.do(zx, "answer", by="wang")
    assert deliver(desk.engine).sent == 3
    # then each says what was done, in the language of its reader
    said = [(line["to"], line["subject"]) for line in lines(desk)[1:]]
    assert said == [
        ("wang", f"{zx} 停车费：客户催办，累计 1 次"),
        ("zhou", f"{zx} 停车费：Wang 请您知悉此单"),
        ("zhou", f"{zx} 停车费：状态有变"),
    ]
    assert "13800001202" not in str(lines(desk))
