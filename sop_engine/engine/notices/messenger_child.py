"""One message by Apprise, in a process of its own: `python -m sop_engine.engine.notices.messenger_child`.

The service's address, which holds its token, comes by the standard input, where no list of processes shows it; one line
of JSON goes back. Whatever happens here, the worker ends it in time (`engine.notices.messengers`).

Nothing of the project is imported but what the standard library has: the worker waits for this.
"""

import contextlib
import io
import json
import logging
import re
import sys
from typing import Any, Final
from urllib.parse import urlsplit

MOST_BYTES: Final = 1 << 30
"""of memory, whatever a service answers"""
_NUMBERED: Final = {
    "qyapi.weixin.qq.com": "errcode",
    "oapi.dingtalk.com": "errcode",
    "open.feishu.cn": "code",
    "open.larksuite.com": "code",
}
"""services that answer 200 also where they take nothing, and what their answer's number is called"""

_TAKES_BYTES: Final = {"wecombot": 2048, "dingtalk": 19985, "feishu": 19985, "lark": 19985}
"""of one message, in UTF-8, by how the service is called in an address; longer ones are refused as a whole, and a
morning's digest is soon longer than WeCom's (https://developer.work.weixin.qq.com/document/path/91770)"""
_COUNTED_BYTES: Final = 16
"""for the title's `(2/3)` and the line's end behind it"""


def pieces(title: str, body: str, most: int) -> list[tuple[str, str]]:
    """A message as several, each with its title, of at most `most` bytes; between lines where that can be. Nothing of
    the body is lost; a title that leaves it no room is cut."""
    if len(f"{title}\r\n{body}".encode()) <= most:
        return [(title, body)]
    title = title.encode()[: most // 4].decode(errors="ignore")
    room = most - len(title.encode()) - _COUNTED_BYTES
    found, taken = [""], 0
    for line in body.splitlines(keepends=True):
        for part in _parts(line, room):
            size = len(part.encode())
            if taken and taken + size > room:
                found, taken = [*found, ""], 0
            found[-1] += part
            taken += size
    return [(f"{title} ({rank}/{len(found)})", text) for rank, text in enumerate(found, 1)]


def _parts(line: str, room: int) -> list[str]:
    """A line in parts of at most `room` bytes, no character cut."""
    found = []
    while line:
        part = line.encode()[:room].decode(errors="ignore")
        found.append(part)
        line = line[len(part) :]
    return found


def refused_by(url: str, body: bytes) -> int | None:
    """The number with which a service that answers 200 says that it did not take a message; None: it took it."""
    word = _NUMBERED.get(urlsplit(url).hostname or "")
    if word is None:
        return None
    try:
        said = json.loads(body[: 64 * 1024])
    except (ValueError, RecursionError):
        return None
    number = said.get(word) if isinstance(said, dict) else None
    return number if isinstance(number, int) and number != 0 else None


def main() -> None:
    """Read what is to be sent, send it, say how that went."""
    asked = json.load(sys.stdin)
    words = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        logging.basicConfig(stream=words, level=logging.WARNING)
        _bound_memory()
        said = _send(asked, words)
    sys.stdout.write(json.dumps(said) + "\n")


def _send(asked: dict[str, Any], words: io.StringIO) -> dict[str, Any]:
    import apprise
    import requests

    refused: list[int] = []

    def send(self: Any, request: Any, **more: Any) -> Any:
        answer = honest(self, request, **more)
        number = refused_by(request.url or "", answer.content)
        if number is not None:
            refused.append(number)
        return answer

    honest = requests.Session.send
    requests.Session.send = send
    asset = apprise.AppriseAsset(async_mode=False, http_redirects=False, app_id="sop-engine")
    whole = apprise.Apprise(asset=asset)
    if not whole.add(asked["url"]):
        return {"sent": False, "known": False}
    most = min(
        (_TAKES_BYTES[each.secure_protocol] for each in whole if each.secure_protocol in _TAKES_BYTES), default=0
    )
    parts = pieces(asked["title"], asked["body"], most) if most else [(asked["title"], asked["body"])]
    # what was sent before one that is refused comes again when it is tried again, and never is only half of it there
    sent = all(
        not refused and whole.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        for title, body in parts
    )
    answered = re.findall(r"error=(\d{3})\b", words.getvalue())
    return {"sent": sent and not refused, "known": True, "refused": refused[-1:], "answered": answered[-1:]}


def _called(service: Any) -> str:
    return str(service.secure_protocol)


def _bound_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


if __name__ == "__main__":
    main()
