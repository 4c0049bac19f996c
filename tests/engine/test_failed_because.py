"""Why a notice was not sent: a sentence in the reader's language, and the cause beside it."""

import smtplib
import socket
import ssl

import pytest

from sop_engine.engine.notices.channels import NoAddress
from sop_engine.engine.notices.failed_because import because, kept_text, said
from sop_engine.engine.notices.webhooks import NotTaken
from sop_engine.errors import SetUp
from sop_engine.messages import msg, say

FAILURES = [
    (NoAddress(msg("{name} has no mail address", name="li")), "NoAddress: li has no mail address", "li 没有邮箱地址"),
    (NotTaken(msg("it answered {status}", status=503)), "NotTaken: it answered 503", "对方答复 503"),
    (SetUp(msg("there is no channel {name}; there are {channels}", name="x", channels=("log",))),
     "SetUp: there is no channel x; there are log", "没有渠道 x；可用的有 log"),
    (smtplib.SMTPAuthenticationError(535, b"no"), "SMTPAuthenticationError: (535, b'no')",
     "邮件服务器不接受用户名和密码（535）"),
    (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no")}), "SMTPRecipientsRefused:",
     "邮件服务器不收这个地址的邮件（550）"),
    (smtplib.SMTPServerDisconnected("gone"), "SMTPServerDisconnected: gone", "邮件服务器断开了连接"),
    (socket.gaierror(-2, "Name or service not known"), "gaierror:", "没有这个名字的主机"),
    (TimeoutError(), "TimeoutError:", "没有按时完成"),
    (ssl.SSLError(1, "bad"), "SSLError:", "无法建立加密连接（TLS）"),
    (ConnectionRefusedError(111, "Connection refused"), "ConnectionRefusedError:", "连接被拒绝"),
    (KeyError("x"), "KeyError: 'x'", "出了没有预料到的问题（KeyError）"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "cause", "chinese"), FAILURES, ids=lambda each: type(each).__name__)
def test_a_failure_is_said_in_the_reader_s_language_and_its_cause_is_kept(
    error: Exception, cause: str, chinese: str
) -> None:
    text = kept_text(error)
    found = because(text)
    assert found is not None
    assert found.cause.startswith(cause)
    assert say(found.said, "zh") == chinese
    assert type(error).__name__ not in say(found.said, "en") or isinstance(error, KeyError)
    assert text.isprintable()


def test_what_never_failed_has_no_reason() -> None:
    assert (because(""), because(None), said("")) == (None, None, "-")
