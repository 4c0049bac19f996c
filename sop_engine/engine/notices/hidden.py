"""Secrets of channels: passwords, addresses with tokens in them, keys to sign with. Each stands in a variable of the
environment or in a file that others cannot read; `sop.toml` says only which. No message names what stands there."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sop_engine.engine.sites.settings import Settings
from sop_engine.errors import SetUp, SopError
from sop_engine.messages import Message, msg
from sop_engine.store.files import read_named

LONGEST: Final = 4096


def is_said(entries: Mapping[str, Any], word: str) -> bool:
    """Whether a channel's entries say where its secret `word` stands."""
    return f"{word}_env" in entries or f"{word}_file" in entries


def secret(settings: Settings, channel: str, entries: Mapping[str, Any], word: str) -> str:
    """The secret `word` of a channel, from the variable `WORD_env` names or the file that `WORD_file` does. Raises
    `SetUp`, since every other letter would meet it too."""
    variable, file = entries.get(f"{word}_env"), entries.get(f"{word}_file")
    if isinstance(variable, str) and variable and file is None:
        found = os.environ.get(variable, "")
        if not found.strip():
            raise _amiss(
                msg("the channel {channel} takes its {word} from the variable {variable}, which is not set",
                    channel=channel, word=word, variable=variable),
                msg("set it where the worker runs, such as in its unit of systemd"),
            )  # fmt: skip
        return found.strip()
    if not isinstance(file, str) or not file or variable is not None:
        raise _amiss(
            msg("the channel {channel} needs `{word}_file` or `{word}_env` under [channels.{channel}] in sop.toml",
                channel=channel, word=word),
            msg("put it into a file that only the site's group can read, and name that"),
        )  # fmt: skip
    return read_secret(settings.folder / file)


def read_secret(path: Path) -> str:
    """What stands in a file of a secret. Raises `SetUp` where it cannot be read, or others can read it too."""
    shown = str(path)
    try:
        found = read_named(path, LONGEST).decode("utf-8").strip()
        others = path.stat().st_mode & stat.S_IRWXO
    except (SopError, UnicodeDecodeError, OSError) as error:
        reason = error.message if isinstance(error, SopError) else msg("{path} is no UTF-8 text", path=shown)
        raise _amiss(reason, msg("see that it is a plain file that you may read"), shown) from None
    if others:
        raise _amiss(
            msg("everybody on this machine can reach {path}, which holds a secret", path=shown),
            msg("chmod o-rwx {path}", path=shown),
            shown,
        )
    if not found:
        raise _amiss(msg("{path} is empty, and should hold a secret", path=shown), msg("write it there"), shown)
    return found


def _amiss(what: Message, fix: Message, where: str | None = None) -> SetUp:
    return SetUp(what, where=where, fix=fix)
