"""Signed JSON to a program of the site: delivered to real servers, and to such as behave badly."""

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical
from sop_engine.engine.notices import channels
from sop_engine.engine.notices.delivery import deliver
from sop_engine.engine.notices.failed_because import because
from sop_engine.engine.notices.hidden import secret
from sop_engine.engine.notices.resting import rest_of
from sop_engine.engine.notices.webhooks import _seconds, signed
from sop_engine.engine.sites.settings import Settings
from sop_engine.errors import SetUp
from sop_engine.store.seam import OutLetter
from tests.desk import START, Desk
from tests.engine.receivers import Taken, odd, receiver
from tests.engine.test_delivery import ASK

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
TOKEN = "t0ken-that-nobody-may-read"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"], "zhou": ["lead"]})
    bench.publish(ASK)
    (tmp_path / "hook.secret").write_text(SECRET + "\n")
    (tmp_path / "hook.secret").chmod(0o600)
    return bench


def hooked(desk: Desk, port: int, scheme: str = "http", **more: Any) -> None:
    """Let notices go to a server on this machine, whose address holds a token."""
    file = desk.settings.folder / "hook.url"
    file.write_text(f"{scheme}://127.0.0.1:{port}/in?key={TOKEN}")
    file.chmod(0o600)
    about = {"kind": "webhook", "url_file": "hook.url", "secret_file": "hook.secret", **more}
    desk.engine.settings = replace(desk.settings, channels={"default": "erp", "erp": about})


def letter(desk: Desk) -> OutLetter:
    with desk.reading() as reading:
        [found] = reading.letters()
    return found


def is_genuine(taken: Taken, key: bytes) -> bool:
    """As somebody who receives it would check it, by the standard."""
    id, at = taken.headers["webhook-id"], taken.headers["webhook-timestamp"]
    wanted = base64.b64encode(hmac.digest(key, f"{id}.{at}.".encode() + taken.body, hashlib.sha256)).decode()
    given = [each.partition(",") for each in taken.headers["webhook-signature"].split()]
    return any(version == "v1" and hmac.compare_digest(wanted, value) for version, _comma, value in given)


def test_a_notice_arrives_signed(desk: Desk) -> None:
    with receiver() as (port, taken):
        hooked(desk, port)
        desk.open("ask", by="wang", what="停车费", phone="13800001202")
        assert deliver(desk.engine).sent == 1
    [request] = taken
    assert is_genuine(request, KEY)
    assert not is_genuine(request._replace(body=request.body + b" "), KEY)
    assert request.path == f"/in?key={TOKEN}"
    assert request.headers["webhook-timestamp"] == str(int(START.timestamp()))
    said = json.loads(request.body)
    assert (said["type"], said["data"]["to"], said["data"]["ticket"]) == ("notice", "zhou", "ZX-20261123-001")
    assert "停车费" in said["data"]["body"]
    assert "13800001202" not in request.body.decode()


def test_the_signature_is_that_of_the_standard_s_example() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", "2021-02-25T15:02:10.000Z", b'{"test": 2432232314}')
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_key_is_replaced_both_sign(desk: Desk) -> None:
    other = b"x" * 32
    (desk.settings.folder / "hook.secret").write_text(f"{SECRET}\nwhsec_{base64.b64encode(other).decode()}\n")
    with receiver() as (port, taken):
        hooked(desk, port)
        desk.open("ask", by="wang", what="停车费")
        deliver(desk.engine)
    assert is_genuine(taken[0], KEY)
    assert is_genuine(taken[0], other)


def test_a_notice_has_the_same_id_at_every_attempt_and_a_new_time(desk: Desk) -> None:
    with receiver((500, {}), (204, {})) as (port, taken):
        hooked(desk, port)
        desk.open("ask", by="wang", what="停车费")
        assert deliver(desk.engine).failed == 1
        desk.clock.advance(timedelta(minutes=1))
        assert deliver(desk.engine).sent == 1
    first, second = (each.headers for each in taken)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60
    assert all(is_genuine(each, KEY) for each in taken)


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (500, {}, "answered 500"),
        (404, {}, "answered 404"),
        (410, {}, "answered 410"),
        (302, {"location": "http://127.0.0.1:9/elsewhere"}, "points elsewhere, and is not followed"),
        (307, {"location": "/again"}, "points elsewhere, and is not followed"),
    ],
)
def test_an_answer_that_every_notice_would_get_lets_the_channel_rest(
    desk: Desk, status: int, headers: dict[str, str], said: str
) -> None:
    with receiver((status, headers)) as (port, taken):
        hooked(desk, port)
        for _ in range(2):
            desk.open("ask", by="wang", what="停车费")
        assert deliver(desk.engine).failed == 1
    assert len(taken) == 1, "it is followed nowhere, and the second notice is not tried"
    with desk.reading() as reading:
        rest = rest_of(reading, "erp")
    assert rest is not None
    assert said in rest.error
    assert TOKEN not in rest.error


@pytest.mark.parametrize("status", [400, 413, 422])
def test_an_answer_about_this_notice_lets_the_others_follow(desk: Desk, status: int) -> None:
    with receiver((status, {}), (204, {})) as (port, taken):
        hooked(desk, port)
        for _ in range(2):
            desk.open("ask", by="wang", what="停车费")
        result = deliver(desk.engine)
    assert (result.failed, result.sent, len(taken)) == (1, 1, 2)


@pytest.mark.parametrize(
    ("asked", "minutes"), [("600", 10), ("86400", 60), ("Mon, 23 Nov 2026 00:50:00 GMT", 20), ("soon", 1), ("-5", 1)]
)
def test_whoever_asks_to_be_left_alone_is_for_an_hour_at_most(desk: Desk, asked: str, minutes: int) -> None:
    with receiver((429, {"retry-after": asked})) as (port, _taken):
        hooked(desk, port)
        desk.open("ask", by="wang", what="停车费")
        deliver(desk.engine)
    assert canonical.instant_of(letter(desk).next_at) - desk.clock.now() == timedelta(minutes=minutes)


@pytest.mark.parametrize("said", ["9" * 400, "Mon, 99 Nov 2026 00:50:00 GMT", "²", "\x00", ""])
def test_a_time_that_makes_no_sense_asks_for_nothing_that_lasts(said: str) -> None:
    assert _seconds(said, START) in (0.0, 999999999.0)


def hang(connection: socket.socket) -> None:
    connection.recv(10_000)
    time.sleep(5)


def break_off(connection: socket.socket) -> None:
    connection.recv(10_000)
    connection.close()


def drip(connection: socket.socket) -> None:
    connection.recv(10_000)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"x: y\r\n")
        time.sleep(0.05)


def babble(connection: socket.socket) -> None:
    connection.recv(10_000)
    connection.sendall(b"\x1b[31mhello\r\n\r\n")
    connection.close()


def flood(connection: socket.socket) -> None:
    connection.recv(10_000)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


@pytest.mark.parametrize(
    ("behave", "said"),
    [(hang, "TimeoutError"), (break_off, "Remote"), (drip, "not done within 0.5 s"), (babble, "its answer is no HTTP")],
    ids=["hangs", "breaks off", "drips", "babbles"],
)
def test_a_server_that_behaves_badly_costs_one_bounded_attempt(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, behave: Callable[[socket.socket], None], said: str
) -> None:
    monkeypatch.setattr(channels, "TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr(channels, "LONGEST_SECONDS", 0.5)
    with odd(behave) as port:
        hooked(desk, port)
        zx = desk.open("ask", by="wang", what="停车费")
        assert deliver(desk.engine).failed == 1
    found = letter(desk)
    assert said in (found.error or "")
    assert (found.error or "").isprintable()
    assert TOKEN not in (found.error or "")
    desk.do(zx, "answer", by="wang")
    assert desk.ticket(zx).status == "closed", "and it blocks no ticket"


def test_an_answer_without_end_is_no_burden(desk: Desk) -> None:
    with odd(flood) as port:
        hooked(desk, port)
        desk.open("ask", by="wang", what="停车费")
        assert deliver(desk.engine).sent == 1


def test_a_server_without_tls_is_told_nothing_that_was_meant_to_be_secret(desk: Desk) -> None:
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        heard.append(connection.recv(10_000))
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        connection.close()

    with odd(listen) as port:
        hooked(desk, port, scheme="https")
        desk.open("ask", by="wang", what="停车费")
        assert deliver(desk.engine).failed == 1
    assert TOKEN.encode() not in b"".join(heard)
    assert "SSL" in (letter(desk).error or "")


@pytest.mark.parametrize(
    "url",
    ["", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:99999/", "http://u:p@127.0.0.1/", "http://[::1/",
     "http://127.0.0.1/a b", "http://127.0.0.1/\u4e2d", "http://127.0.0.1/\r\nx: y"],
)  # fmt: skip
def test_what_is_no_address_is_a_fault_of_the_settings_and_is_not_repeated(desk: Desk, url: str) -> None:
    hooked(desk, 1)
    (desk.settings.folder / "hook.url").write_text(url)
    desk.open("ask", by="wang", what="停车费")
    assert deliver(desk.engine).failed == 1
    found = letter(desk).error or ""
    why = because(found)
    assert why is not None and why.cause.startswith("SetUp: ")
    assert not url or url not in found


@pytest.mark.parametrize("said", ["", "whsec_", "whsec_" + "A" * 8, "hunter2", "whsec_%%%", "Bearer " + SECRET])
def test_what_is_no_key_is_a_fault_of_the_settings_and_is_not_repeated(desk: Desk, said: str) -> None:
    hooked(desk, 1)
    (desk.settings.folder / "hook.secret").write_text(said)
    desk.open("ask", by="wang", what="停车费")
    assert deliver(desk.engine).failed == 1
    found = letter(desk).error or ""
    why = because(found)
    assert why is not None and why.cause.startswith("SetUp: ")
    assert "hunter2" not in found
    assert SECRET not in found


def test_a_secret_that_others_can_read_is_not_used(desk: Desk) -> None:
    hooked(desk, 1)
    (desk.settings.folder / "hook.secret").chmod(0o644)
    with pytest.raises(SetUp, match="everybody on this machine"):
        secret(desk.engine.settings, "erp", {"secret_file": "hook.secret"}, "secret")


def test_a_secret_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    site = Settings(tmp_path, "Test", "test", "Asia/Shanghai")
    monkeypatch.setenv("ERP_SECRET", f" {SECRET}\n")
    assert secret(site, "erp", {"secret_env": "ERP_SECRET"}, "secret") == SECRET
    monkeypatch.delenv("ERP_SECRET")
    with pytest.raises(SetUp, match="ERP_SECRET, which is not set"):
        secret(site, "erp", {"secret_env": "ERP_SECRET"}, "secret")
    for entries in ({}, {"secret_env": "A", "secret_file": "b"}, {"secret": SECRET}, {"secret_file": 5}):
        with pytest.raises(SetUp, match="needs `secret_file` or `secret_env`"):
            secret(site, "erp", entries, "secret")
