"""Notices on their way out: once, to whoever they are for, and a dead channel blocks nothing."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine.engine import channels
from sop_engine.engine.delivery import ATTEMPTS, deliver
from tests.desk import Desk

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


def test_a_dead_channel_blocks_no_ticket_and_is_tried_again_later_and_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ConnectionRefusedError("nobody listens")

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
    assert "nobody listens" in (letter.error or "")
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert max(waits) == timedelta(hours=1)
    desk.do(zx, "answer", by="wang")
    assert desk.ticket(zx).status == "closed"


def test_a_letter_under_way_is_not_taken_by_another_worker(desk: Desk) -> None:
    desk.open("ask", by="wang", what="停车费")
    now, lease = "2026-11-23T00:30:00.000Z", "2026-11-23T00:32:00.000Z"
    with desk.store.writing() as transaction:
        assert len(transaction.take_letters(now, 10, lease)) == 1
    with desk.store.writing() as transaction:
        assert transaction.take_letters(now, 10, lease) == []
    desk.clock.advance(timedelta(minutes=2))
    assert deliver(desk.engine).sent == 1, "a worker that died gives its letters back when the lease ends"


def test_the_file_channel_writes_a_file_that_a_second_attempt_writes_again(desk: Desk) -> None:
    desk.engine.settings = replace(desk.settings, channels={"default": "file"})
    desk.open("ask", by="wang", what="停车费")
    deliver(desk.engine)
    [file] = (desk.settings.folder / "outbox").iterdir()
    assert "停车费" in file.read_text()


class Sink(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs to hand a mail over."""

    def handle(self) -> None:
        mails: list[str] = self.server.mails  # type: ignore[attr-defined]
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while (more := self.rfile.readline()) != b".\r\n":
                    body += more
                mails.append(body.decode())
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
