"""Messages by the services that Apprise knows: by a process of its own, to a real server."""

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sop_engine.engine import messengers
from sop_engine.engine.channels import NoAddress, Parcel, apprise, is_of_channel
from sop_engine.engine.failed_because import because, kept_text
from sop_engine.engine.messenger_child import refused_by
from sop_engine.engine.settings import Settings
from sop_engine.engine.webhooks import NotTaken
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
