"""Notices as signed JSON to a program of the site: the channel `webhook`.

The scheme is that of Standard Webhooks (https://www.standardwebhooks.com): headers `webhook-id`, `webhook-timestamp`
and `webhook-signature`, the last an HMAC-SHA256 over the three parts `id.timestamp.body`, in base64 behind `v1,`. The
id of a notice is the same at every attempt, so that whoever has it already can leave it.

What the other end may do is bounded: it is hung up after `longest` seconds, however slowly it speaks; of its answer
only the number is read, and so much of the rest as ends the exchange; it is followed nowhere. Which machines may be
told is the site's own business, and stands in its `sop.toml`.
"""

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from socket import SHUT_RDWR
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from sop_engine import canonical
from sop_engine.engine.notices.hidden import is_said, secret
from sop_engine.engine.sites.settings import Settings
from sop_engine.errors import SetUp
from sop_engine.messages import Message, msg

SECRET: Final = "whsec_"
FEWEST_BYTES: Final = 24
"""of a key; Standard Webhooks asks for 24 to 64"""
MOST_ANSWERED: Final = 64 * 1024
_OF_LETTER: Final = frozenset({400, 413, 422})
"""answers that say that this notice cannot be taken; every other that is no success would meet other notices too"""


class NotTaken(OSError):
    """The other end did not take it, and would not have taken another. `retry_after`: in how many seconds it may."""

    def __init__(self, said: Message, retry_after: float = 0) -> None:
        super().__init__(said)
        self.retry_after = retry_after


class NotThis(Exception):
    """The other end does not take this notice."""


def post(
    settings: Settings, channel: str, entries: Mapping[str, Any], id: str, body: bytes, at: str,
    timeout: float, longest: float,
) -> None:  # fmt: skip
    """Hand `body` over, signed, as the notice `id` at the instant `at`. Raises `NotTaken`, `NotThis`, `OSError`, and
    `SetUp` where sop.toml is amiss; none of them names a secret."""
    where = address(settings, channel, entries)
    headers = {
        "content-type": "application/json",
        "user-agent": "sop-engine",
        **signed(keys(settings, channel, entries), id, at, body),
    }
    target = (where.path or "/") + (f"?{where.query}" if where.query else "")
    try:
        with _connection(where, timeout, longest) as connection:
            connection.request("POST", target, body=body, headers=headers)
            answer = connection.getresponse()
            answer.read(MOST_ANSWERED)
    except http.client.HTTPException as error:
        if isinstance(error, OSError):
            raise
        raise NotTaken(msg("its answer is no HTTP")) from None
    _judge(answer.status, answer.getheader("retry-after"), at)


def signed(keys: list[bytes], id: str, at: str, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks, with a signature by each key."""
    seconds = str(int(canonical.instant_of(at).timestamp()))
    content = f"{id}.{seconds}.".encode() + body
    signatures = [base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode() for key in keys]
    return {
        "webhook-id": id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }


def keys(settings: Settings, channel: str, entries: Mapping[str, Any]) -> list[bytes]:
    """The keys that sign: usually one; while one is replaced by another, both, a line each. Raises `SetUp`."""
    found = []
    for line in secret(settings, channel, entries, "secret").split():
        try:
            key = base64.b64decode(line.removeprefix(SECRET), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not line.startswith(SECRET) or len(key) < FEWEST_BYTES:
            raise SetUp(
                msg("the secret of the channel {channel} is none: `{prefix}` and at least {bytes} bytes in base64",
                    channel=channel, prefix=SECRET, bytes=FEWEST_BYTES),
                fix=msg("make one: echo {prefix}$(openssl rand -base64 32)", prefix=SECRET),
            )  # fmt: skip
        found.append(key)
    return found


def notice_body(data: Mapping[str, Any], at: str) -> bytes:
    """The JSON of a notice."""
    whole = {"type": "notice", "timestamp": at, "data": dict(data)}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()


def address(settings: Settings, channel: str, entries: Mapping[str, Any]) -> SplitResult:
    """Where a webhook goes. Raises `SetUp`, which does not name it: there may be a token in it."""
    url = secret(settings, channel, entries, "url") if is_said(entries, "url") else str(entries.get("url", ""))
    try:
        found = urlsplit(url)
        known = found.scheme in {"http", "https"} and bool(found.hostname) and (found.port is None or found.port > 0)
    except ValueError:
        known = False
    if not known or not url.isascii() or not url.isprintable() or " " in url or "@" in found.netloc:
        raise SetUp(
            msg("the channel {channel} needs an address such as https://HOST/PATH, as `url`, `url_file` or `url_env`",
                channel=channel),
            fix=msg("mend [channels.{channel}] in sop.toml", channel=channel),
        )  # fmt: skip
    return found


@contextmanager
def _connection(where: SplitResult, timeout: float, longest: float) -> Iterator[http.client.HTTPConnection]:
    """A connection that ends in time; what fails because it was hung up raises `TimeoutError`."""
    assert where.hostname is not None
    if where.scheme == "https":
        made: http.client.HTTPConnection = http.client.HTTPSConnection(
            where.hostname, where.port, timeout=timeout, context=ssl.create_default_context()
        )
    else:
        made = http.client.HTTPConnection(where.hostname, where.port, timeout=timeout)
    late = threading.Event()

    def hang_up() -> None:
        late.set()
        with suppress(OSError):
            if made.sock is not None:
                made.sock.shutdown(SHUT_RDWR)

    timer = threading.Timer(longest, hang_up)
    timer.daemon = True
    timer.start()
    try:
        made.connect()
        if late.is_set():
            raise TimeoutError
        yield made
        if late.is_set():  # what was hung up looks as if it had come to its end
            raise TimeoutError
    except (OSError, http.client.HTTPException):
        if late.is_set():
            raise TimeoutError(msg("not done within {seconds} s", seconds=f"{longest:g}")) from None
        raise
    finally:
        timer.cancel()
        made.close()


def _judge(status: int, retry_after: str | None, at: str) -> None:
    if 200 <= status < 300:
        return
    if status in _OF_LETTER:
        raise NotThis(msg("it answered {status}", status=status))
    if 300 <= status < 400:
        raise NotTaken(msg("it answered {status}: it points elsewhere, and is not followed", status=status))
    raise NotTaken(msg("it answered {status}", status=status), _seconds(retry_after, canonical.instant_of(at)))


def _seconds(said: str | None, now: datetime) -> float:
    """What `Retry-After` asks for (RFC 9110, 10.2.3), in seconds; 0 where it says nothing that can be understood."""
    text = (said or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        until = parsedate_to_datetime(text)
        return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds())
    return 0.0
