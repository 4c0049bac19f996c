"""Mail to and from those who mean harm: one letter to one address whatever the texts say, and a server that cannot hold
up a ticket, another letter or the memory of this machine.
"""

import email
import email.policy
import os
import resource
import socketserver
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from sop_engine.engine.notices import channels
from sop_engine.engine.notices.channels import NoAddress, Parcel, is_of_channel
from sop_engine.engine.notices.delivery import deliver
from sop_engine.engine.notices.failed_because import because, kept_text
from sop_engine.errors import SetUp
from tests.desk import Desk
from tests.engine.test_delivery import ASK, sink
from tests.fuzz.hostile import TEXTS

Answers = Callable[[socketserver.StreamRequestHandler], None]
"""what a server says to one caller"""
AT = "2026-11-23T00:30:00.000Z"
SOUND = Parcel("WX-1:1:0:zhou", "WX-1", "zhou", "周敏", {"mail": "zhou@example.org"}, "新咨询", "停车费", AT)
MEMORY_BYTES = 64 << 20


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"], "zhou": ["lead"]})
    bench.publish(ASK)
    bench.command("change_person", "site", actor="zhou", contact={"mail": "zhou@example.org"}, language="zh")
    return bench


def by_mail(desk: Desk, port: int, **more: Any) -> None:
    """Let notices go out by mail to a server on this machine."""
    entries = {"host": "127.0.0.1", "port": port, "from": "desk@example.org", **more}
    desk.engine.settings = replace(desk.settings, channels={"default": "smtp", "smtp": entries})


@contextmanager
def server(answers: Answers) -> Iterator[int]:
    """A server's port; it says to each caller what it is told to, and hangs up."""

    class Caller(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                answers(self)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Caller) as listening:
        listening.daemon_threads = True
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening.server_address[1]
        listening.shutdown()


def saying(*answers: bytes) -> Answers:
    """One answer at once and one to each line that comes; then it hangs up."""

    def talk(caller: socketserver.StreamRequestHandler) -> None:
        for answer in answers:
            caller.wfile.write(answer)
            caller.rfile.readline()

    return talk


def without_end(line: bytes) -> Answers:
    def talk(caller: socketserver.StreamRequestHandler) -> None:
        while True:
            caller.wfile.write(line * 100)

    return talk


def silent(caller: socketserver.StreamRequestHandler) -> None:
    caller.rfile.read()


def read(mail: str) -> EmailMessage:
    return email.message_from_string(mail, policy=email.policy.default)


# --- texts ---


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if text.isprintable() or name in {"turned"}])
def test_a_hostile_subject_of_a_ticket_makes_one_mail_or_none(name: str, desk: Desk) -> None:
    with sink() as (port, mails):
        by_mail(desk, port)
        try:
            desk.open("ask", by="wang", what=TEXTS[name])
        except Exception:  # what is refused is not told of
            assert deliver(desk.engine).sent == 0
            return
        done = deliver(desk.engine)
    assert (done.sent, done.failed, done.dead) == (1, 0, 0)
    [mail] = mails
    assert [name.lower() for name in read(mail)] == HEADERS
    assert read(mail)["To"] == "zhou@example.org"


HEADERS = [
    "subject", "from", "to", "date", "message-id", "content-type", "content-transfer-encoding", "mime-version",
]  # fmt: skip
INJECTED = "新咨询\r\nBcc: thief@example.com\r\n\r\nA body of somebody else\n.\nMAIL FROM:<thief@example.com>"


@pytest.mark.parametrize("text", [INJECTED, "x\0y", "\u202egnp.exe\u200f", "x" * 100_000, "\x1b]0;owned\x07"])
def test_no_text_makes_a_header_or_a_mail_of_its_own(text: str, desk: Desk) -> None:
    with sink() as (port, mails):
        by_mail(desk, port)
        channels.smtp(desk.engine.settings, replace(SOUND, subject=text, body=text, name=text))
    [mail] = mails
    assert [name.lower() for name in read(mail)] == HEADERS
    assert read(mail)["To"] == "zhou@example.org"


def test_a_chinese_mail_is_dated_and_passes_a_server_that_takes_seven_bits_only(desk: Desk) -> None:
    with sink() as (port, mails):
        by_mail(desk, port)
        channels.smtp(desk.engine.settings, SOUND)
    [mail] = mails
    assert mail.isascii()
    assert (read(mail)["Subject"], read(mail).get_content()) == ("新咨询", "停车费\n")
    assert read(mail)["Date"].datetime.isoformat() == AT.replace(".000Z", "+00:00")


def test_ten_megabytes_are_one_mail(desk: Desk) -> None:
    body = ("漏" * 70 + "\n.\n") * 47_000
    with sink() as (port, mails):
        by_mail(desk, port)
        channels.smtp(desk.engine.settings, replace(SOUND, body=body))
    [mail] = mails
    assert len(mail) > 10_000_000


def test_half_a_character_fails_its_own_letter_only(desk: Desk) -> None:
    with sink() as (port, mails):
        by_mail(desk, port)
        with pytest.raises(UnicodeEncodeError) as caught:
            channels.smtp(desk.engine.settings, replace(SOUND, body="a\ud800"))
    assert not is_of_channel(caught.value)
    assert mails == []


NOWHERE = [
    "zhou@example.org, thief@example.com", "zhou@example.org\nBcc: thief@example.com", "zhou@example.org\0", "zhou",
    "zhou@example.org;thief@example.com", "<zhou@example.org>", "a b@example.org", "@", "\u202ezhou@example.org",
    "x: a@example.org, b@example.org;", '"a@b"@example.org', "zhou@\ud800",
]  # fmt: skip


@pytest.mark.parametrize("address", NOWHERE, ids=ascii)
def test_what_is_not_one_address_is_told_of_and_nothing_is_sent(address: str, desk: Desk) -> None:
    with sink() as (port, mails):
        by_mail(desk, port)
        with pytest.raises(NoAddress):
            channels.smtp(desk.engine.settings, replace(SOUND, contact={"mail": address}))
    assert mails == []


@pytest.mark.parametrize("address", ["张@例.cn", "zhou@例.cn"])
def test_an_address_that_the_server_cannot_take_holds_up_no_other_letter(address: str, desk: Desk) -> None:
    with sink() as (port, mails):
        by_mail(desk, port)
        desk.command("change_person", "site", actor="zhou", contact={"mail": address}, language="zh")
        desk.open("ask", by="wang", what="停车费")
        assert deliver(desk.engine).dead == 1
        desk.command("change_person", "site", actor="zhou", contact={"mail": "zhou@example.org"}, language="zh")
        desk.open("ask", by="wang", what="停车费")
        assert deliver(desk.engine).sent == 1, "the channel does not rest"
    assert len(mails) == 1


# --- servers ---

SERVERS: dict[str, Answers] = {
    "says nothing": silent,
    "hangs up at once": saying(),
    "hangs up in the middle": saying(b"220 x\r\n", b"250-x\r\n"),
    "one line without end": without_end(b"2" * 1000),
    "an answer without end": without_end(b"250-x\r\n"),
    "an answer of long lines without end": without_end(b"250-" + b"x" * 8000 + b"\r\n"),
    "empty lines without end": without_end(b"\r\n"),
    "garbage": saying(b"\x00\xff\x1b[2J\r\n" * 10),
    "no number": saying(b"HTTP/1.1 200 OK\r\n\r\n"),
    "not now": saying(b"421 later\r\n"),
    "never": saying(b"554 no\r\n"),
    "a sender not now": saying(b"220 x\r\n", b"250 x\r\n", b"451 later\r\n", b"250 x\r\n"),
    "no sender": saying(b"220 x\r\n", b"250 x\r\n", b"550 no\r\n", b"250 x\r\n"),
    "no recipient": saying(b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"550 \x1b[31mno\r\n", b"250 x\r\n"),
    "no data": saying(b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"554 no\r\n", b"250 x\r\n"),
}


@pytest.fixture
def bounded() -> Iterator[None]:
    """Little more memory than there is."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize("answers", SERVERS.values(), ids=SERVERS)
def test_a_hostile_server_is_a_failed_attempt_and_blocks_no_ticket(
    answers: Answers, desk: Desk, monkeypatch: pytest.MonkeyPatch, bounded: None
) -> None:
    monkeypatch.setattr(channels, "TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(channels, "LONGEST_SECONDS", 20)
    with server(answers) as port:
        by_mail(desk, port)
        ticket = desk.open("ask", by="wang", what="停车费")
        started = time.monotonic()
        done = deliver(desk.engine)
        assert (done.sent, done.failed, done.dead) == (0, 1, 0)
        assert time.monotonic() - started < 15, "ended by what came, not by the time for a whole letter"
        desk.do(ticket, "answer", by="wang")
    with desk.reading() as reading:
        [letter] = reading.letters("waiting")
    assert letter.error
    assert letter.error.isprintable()
    found = because(letter.error)
    assert found is not None and len(found.cause) <= 300


def test_encryption_that_fails_sends_nothing(desk: Desk) -> None:
    heard: list[bytes] = []

    def broken(caller: socketserver.StreamRequestHandler) -> None:
        for answer in (b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n", b"220 go on\r\n"):
            caller.wfile.write(answer)
            heard.append(caller.rfile.readline())
        caller.wfile.write(b"no TLS\r\n" * 10)

    with server(broken) as port:
        by_mail(desk, port, starttls=True)
        desk.open("ask", by="wang", what="停车费")
        assert deliver(desk.engine).failed == 1
    assert not any(b"MAIL" in line for line in heard)


def test_a_server_without_encryption_is_told_no_password(desk: Desk) -> None:
    heard: list[bytes] = []

    def plain(caller: socketserver.StreamRequestHandler) -> None:
        for answer in (b"220 x\r\n", b"250-x\r\n250 AUTH PLAIN\r\n", b"250 x\r\n"):
            caller.wfile.write(answer)
            heard.append(caller.rfile.readline())

    with server(plain) as port:
        by_mail(desk, port, starttls=True, user="desk", password_file="p")
        (desk.settings.folder / "p").write_text("secret")
        desk.open("ask", by="wang", what="停车费")
        assert deliver(desk.engine).failed == 1
    assert not any(b"AUTH" in line for line in heard)


# --- the password's file ---


def _nothing(path: Path) -> None:
    pass


def _large(path: Path) -> None:
    path.write_bytes(b"x" * 10_000)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


THINGS: Sequence[Callable[[Path], None]] = (_nothing, os.mkfifo, Path.mkdir, _large, _endless)


@pytest.mark.parametrize("put", THINGS, ids=["nothing", "pipe", "folder", "large", "device"])
def test_a_password_comes_from_a_plain_file_only(put: Callable[[Path], None], desk: Desk) -> None:
    put(desk.settings.folder / "p")
    with sink() as (port, mails):
        by_mail(desk, port, user="desk", password_file="p")
        with pytest.raises(SetUp) as caught:
            channels.smtp(desk.engine.settings, SOUND)
    assert "password_file" in kept_text(caught.value) or "/p" in kept_text(caught.value)
    assert mails == []


def test_a_user_without_a_password_s_file_is_a_fault_of_the_settings(desk: Desk) -> None:
    with sink() as (port, mails):
        by_mail(desk, port, user="desk")
        with pytest.raises(SetUp):
            channels.smtp(desk.engine.settings, SOUND)
    assert mails == []
