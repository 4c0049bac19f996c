"""Notices by WeCom, DingTalk, Feishu, SMS and whatever else the package Apprise knows: the channel `apprise`.

Apprise runs in a process of its own. So what it takes to load is loaded by nobody but whoever sends; what it logs,
which may hold an address with its token, is read by nobody; and a service that does not stop talking is ended in time.
"""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sop_engine.engine.notices.hidden import secret
from sop_engine.engine.notices.webhooks import NotTaken
from sop_engine.engine.sites.settings import Settings
from sop_engine.errors import SetUp
from sop_engine.messages import msg

INSTALL: Final = "pip install 'sop-engine[notify]'"
_CHILD: Final = "sop_engine.engine.notices.messenger_child"
_ROOT: Final = str(Path(__file__).parents[2])
_OF_PLACE: Final = {429: 60.0, 503: 60.0}
"""answers that ask for patience, and for how many seconds"""


class Unreachable(Exception):
    """The recipient has no such address: `phone` or `mail`."""


def require_installed() -> None:
    """Raise `SetUp` where the package is not there."""
    if importlib.util.find_spec("apprise") is None:
        raise SetUp(
            msg("messages by WeCom, DingTalk, Feishu and the like need the package apprise, which is not installed"),
            fix=msg("install it: {line}", line=INSTALL),
        )


def send(
    settings: Settings,
    channel: str,
    entries: Mapping[str, Any],
    contact: Mapping[str, str],
    subject: str,
    body: str,
    longest: float,
) -> None:
    """Send a message within `longest` seconds. In the service's address `{phone}` and `{mail}` are those of `contact`.
    Raises `NotTaken`, `TimeoutError`, `Unreachable`, and `SetUp` where the site is amiss; none of them names the
    address."""
    require_installed()
    url = secret(settings, channel, entries, "url")
    for word in ("phone", "mail"):
        if "{" + word + "}" in url:
            if not contact.get(word):
                raise Unreachable(word)
            url = url.replace("{" + word + "}", quote(contact[word], safe=""))
    asked = {"url": url, "title": subject, "body": body}
    found = os.pathsep.join(filter(None, [_ROOT, os.environ.get("PYTHONPATH", "")]))
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", _CHILD],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=longest,
            env={**os.environ, "PYTHONPATH": found},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(msg("not done within {seconds} s", seconds=f"{longest:g}")) from None
    try:
        said = json.loads(done.stdout)
    except ValueError:
        raise NotTaken(msg("the process that sends ended with code {code}", code=done.returncode)) from None
    if not said["known"]:
        raise SetUp(
            msg("the address of the channel {channel} is none that Apprise knows, such as wecombot://KEY",
                channel=channel),
            fix=msg("see https://appriseit.com for how each service's address is written"),
        )  # fmt: skip
    if not said["sent"]:
        raise _not_taken(said)


def _not_taken(said: Mapping[str, Any]) -> NotTaken:
    for number in said["refused"]:
        return NotTaken(msg("the service refused it with its number {number}", number=number))
    for status in map(int, said["answered"]):
        return NotTaken(msg("it answered {status}", status=status), _OF_PLACE.get(status, 0))
    return NotTaken(msg("the service could not be reached"))
