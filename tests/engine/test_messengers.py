"""Messages by the services that Apprise knows: by a process of its own, to a real server."""

import importlib.util
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.engine.notices import messengers
from sop_engine.engine.notices.channels import NoAddress, Parcel, apprise, is_of_channel
from sop_engine.engine.notices.failed_because import because, kept_text
from sop_engine.engine.notices.messenger_child import pieces, refused_by
from sop_engine.engine.notices.webhooks import NotTaken
from sop_engine.engine.sites.settings import Settings
from sop_engine.errors import SetUp
from tests.engine.receivers import receiver
from tests.needs import needs

TOKEN = "t0ken-that-nobody-may-read"
PARCEL = Parcel("WX-1:1:0:zhou", "WX-1", "zhou", "周强", {}, "漏水", "请到场", "2026-11-23T00:30:00.000Z", "group")
installed = needs("" if importlib.util.find_spec("apprise") else "the package apprise is not installed")


def site(folder: Path, url: str) -> Settings:
    """A site with one messenger, whose address stands in a file."""
    (folder / "group.url").write_text(url)
    (folder / "group.url").chmod(0o600)
    about: dict[str, Any] = {"default": "group", "group": {"kind": "apprise", "url_file": "group.url"}}
    return Settings(folder, "Test", "test", "Asia/Shanghai", channels=about)


@installed
def test_a_message_arrives_and_redirects_are_not_followed(tmp_path: Path) -> None:
    with receiver((200, {}), (302, {"location": "/again"})) as (port, taken):
        settings = site(tmp_path, f"json://127.0.0.1:{port}/{TOKEN}/{{phone}}")
        apprise(settings, replace(PARCEL, contact={"phone": "13800001202"}))
        with pytest.raises(NotTaken, match="answered 302") as caught:
            apprise(settings, replace(PARCEL, contact={"phone": "13800001202"}))
    assert len(taken) == 2
    said = json.loads(taken[0].body)
    assert (said["title"], said["message"]) == ("周强 · 漏水", "请到场")
    assert taken[0].path == f"/{TOKEN}/13800001202"
    assert TOKEN not in kept_text(caught.value)
    assert is_of_channel(caught.value)


_POSTED = """\
import io, json, requests
from sop_engine.engine.notices import messenger_child
posted = []
def take(self, request, **_more):
    answer = requests.Response()
    answer.status_code, answer._content, answer.url = 200, b'{"errcode": 0, "code": 0}', request.url
    posted.append([request.url, json.loads(request.body)])
    return answer
from apprise.plugins.base import NotifyBase
NotifyBase.throttle = lambda *_given, **_more: None
for url in URLS:
    for body in BODIES:
        requests.Session.send = take
        said = messenger_child._send({"url": url, "title": "周强 · 漏水", "body": body}, io.StringIO())
        assert said == {"sent": True, "known": True, "refused": [], "answered": []}, said
print(json.dumps(posted))
"""


@installed
def test_each_service_is_given_what_it_reads_in_messages_that_it_takes() -> None:
    """The formats: https://developer.work.weixin.qq.com/document/path/91770,
    https://open.dingtalk.com/document/robots/custom-robot-access,
    https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot"""
    key, token = "93d0e5ae-a8f1-4a3c-8a7c-1f0d1c3b8f00", "ab12" * 16
    addresses = [f"wecombot://{key}", f"dingtalk://{token}", f"feishu://{key}"]
    digest = "".join(f"WX-{rank} 厨房下水管漏水：待派单\n" for rank in range(100))
    script = _POSTED.replace("URLS", repr(addresses)).replace("BODIES", repr(["请*到场*\n<b>", digest]))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    posted = json.loads(done.stdout)
    wecom, dingtalk, feishu = (
        [said for url, said in posted if host in url] for host in ("weixin.qq.com", "dingtalk.com", "feishu.cn")
    )
    assert wecom[0] == {"msgtype": "text", "text": {"content": "周强 · 漏水\r\n请*到场*\n<b>"}}
    assert (dingtalk[0]["msgtype"], dingtalk[0]["text"]["content"]) == ("text", "周强 · 漏水\r\n请*到场*\n<b>")
    assert feishu[0] == {"msg_type": "text", "content": {"text": "周强 · 漏水\r\n请*到场*\n<b>"}}
    parts = [each["text"]["content"] for each in wecom[1:]]
    assert all(len(part.encode()) <= 2048 for part in parts)
    assert parts[0].startswith(f"周强 · 漏水 (1/{len(parts)})\r\nWX-0 ")
    lines = [line.strip() for part in parts for line in part.splitlines() if line.startswith("WX-")]
    assert lines == digest.splitlines()
    assert len(dingtalk) == len(feishu) == 2


@given(st.text("水a\n\r\u2028🏠", max_size=300), st.text("漏b", max_size=60), st.integers(64, 400))
def test_of_a_message_in_pieces_nothing_is_lost(body: str, title: str, most: int) -> None:
    parts = pieces(title, body, most)
    assert "".join(text for _title, text in parts) == body
    assert all(len(f"{title}\r\n{text}".encode()) <= most for title, text in parts)


@installed
def test_an_address_that_is_none_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SetUp, match="none that Apprise knows") as caught:
        apprise(site(tmp_path, f"pigeon://{TOKEN}"), PARCEL)
    assert TOKEN not in kept_text(caught.value)


def test_without_the_package_there_is_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SetUp) as caught:
        apprise(site(tmp_path, "json://127.0.0.1"), PARCEL)
    assert caught.value.code == 7
    assert "sop-engine[notify]" in str(caught.value.fix)


def test_a_process_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messengers, "require_installed", lambda: None)
    monkeypatch.setattr(messengers, "_CHILD", "timeit")
    settings = site(tmp_path, "json://127.0.0.1")
    with pytest.raises(TimeoutError, match="not done within"):
        messengers.send(settings, "group", settings.channels["group"], {}, "a", "b", 0.01)


def test_a_process_that_dies_says_nothing_of_what_it_knew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messengers, "require_installed", lambda: None)
    monkeypatch.setattr(messengers, "_CHILD", "no.such.module")
    with pytest.raises(NotTaken) as caught:
        apprise(site(tmp_path, f"json://{TOKEN}"), PARCEL)
    found = because(kept_text(caught.value))
    assert found is not None
    assert found.cause == "NotTaken: the process that sends ended with code 1"
    assert str(found.said) == "the process that sends ended with code 1"


def test_whoever_has_no_number_cannot_be_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messengers, "require_installed", lambda: None)
    with pytest.raises(NoAddress, match="zhou has no phone"):
        apprise(site(tmp_path, "sms://key/{phone}"), PARCEL)


@pytest.mark.parametrize(
    ("url", "body", "number"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x", b'{"errcode": 93000, "errmsg": "no"}', 93000),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x", b'{"errcode": 0, "errmsg": "ok"}', None),
        ("https://oapi.dingtalk.com/robot/send?access_token=x", b'{"errcode": 310000}', 310000),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/x", b'{"code": 19024, "msg": "no"}', 19024),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/x", b'{"StatusCode": 0, "code": 0}', None),
        ("https://example.org/", b'{"errcode": 1, "code": 1}', None),
        ("https://oapi.dingtalk.com/", b"[" * 100_000, None),
        ("https://oapi.dingtalk.com/", b'"\xff', None),
        ("https://oapi.dingtalk.com/", b'[{"errcode": 5}]', None),
    ],
)
def test_a_service_that_answers_200_and_takes_nothing_is_found_out(url: str, body: bytes, number: int | None) -> None:
    assert refused_by(url, body) == number


def test_the_worker_itself_never_loads_the_package() -> None:
    assert "apprise" not in sys.modules
