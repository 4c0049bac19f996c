"""One call of a command: who asks, where, in which language, and how what is done is told."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sop_engine.clock import steady_seconds
from sop_engine.console.failures import Explained, Interrupted
from sop_engine.console.output import Output
from sop_engine.errors import NotUnderstood, SopError
from sop_engine.messages import LANGUAGES, Message, msg

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.store.lock import Tell

_HEARD: Final[Mapping[str, str]] = {"对讲": "radio", "电话": "phone", "纸单": "paper", "纸质": "paper"}
_NEAR_THE_SWEEP: Final = frozenset({"worker", "demo", "doctor", "db"})
"""commands that start or show the sweep themselves, and need no warning that it is missing"""
_TOLD_EVERY_SECONDS: Final = 10.0
"""so often it is told that somebody waits for the store, and for whom"""
TRAINING_SITE: Final = msg("TRAINING: nothing on this site is real, and nothing is sent")


class ClosedPipe(Exception):
    """Whoever read what we wrote is gone. The work stands."""


class Ended(Exception):
    """A command that has told all there is to tell, and ends with this exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Call:
    """What every leaf is given first."""

    def __init__(self, words: str, common: Mapping[str, Any]) -> None:
        self.words = words
        """the command: `show`, `audit log`"""
        self.language = language_of(common.get("lang"), os.environ)
        self.json = bool(common.get("json"))
        self.output = Output(self.language, self.json)
        self.as_name: str | None = common.get("as_name")
        self.folder: str | None = common.get("site")
        self.no_input = bool(common.get("no_input")) or os.environ.get("SOP_NO_INPUT", "0") not in {"", "0"}
        self.dry_run = bool(common.get("dry_run"))
        self.key: str | None = common.get("key")
        self.yes = bool(common.get("consent"))
        self.expect: int | None = common.get("expect")
        self.doer: str | None = common.get("doer")
        heard: str | None = common.get("heard")
        self.heard = _HEARD.get(heard, heard) if heard is not None else None
        self.at: str | None = common.get("at")
        self.pin_from: str | None = common.get("pin_from")
        self.waits: Tell = self._waits
        """is told that a write waits for its turn at the store"""
        self._told_at = -_TOLD_EVERY_SECONDS
        self._stage = "before"

    def run(self, function: Callable[..., int | None], values: Mapping[str, Any]) -> int:
        """Run a leaf; gives its exit code. Ctrl-C comes out as `Interrupted`, a closed pipe as `ClosedPipe`, because
        Typer has ways of its own with both."""
        try:
            return function(self, **values) or 0
        except Ended as ended:
            return ended.code
        except KeyboardInterrupt:
            raise Interrupted(self._interrupted()) from None
        except BrokenPipeError:
            raise ClosedPipe from None

    def _interrupted(self) -> Message:
        if self._stage == "before":
            return msg("interrupted; nothing was changed")
        if self._stage == "writing":
            return msg("interrupted while it was being written; look whether it is done: sop ls")
        return msg("interrupted; what was done stands")

    @property
    def asks(self) -> bool:
        """Whether questions may be asked: somebody sits there, and has not said that he will not answer."""
        return not self.no_input and not self.json and sys.stdin.isatty() and sys.stderr.isatty()

    @contextmanager
    def open(self) -> Iterator["Opened"]:
        """The site, for as long as the block lasts. Raises `SetUp` where it is not as it must be."""
        from sop_engine.console.opened import Opened
        from sop_engine.engine.sites.folder import open_site
        from sop_engine.engine.sites.settings import find_site

        folder = Path(self.folder) if self.folder is not None else find_site(Path.cwd())
        with open_site(folder, lambda message: self.waits(message)) as site:
            opened = Opened(self, site)
            if site.settings.training:
                self.output.tell(TRAINING_SITE)
            if self.words.partition(" ")[0] not in _NEAR_THE_SWEEP:
                opened.warn_unswept()
            try:
                yield opened
            finally:
                opened.discard_arrivals()

    def _waits(self, message: Message) -> None:
        now = steady_seconds()
        if now - self._told_at >= _TOLD_EVERY_SECONDS:
            self._told_at = now
            self.output.tell(message)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Marks the time in which something is written, so that an interruption can say what became of it."""
        self._stage = "writing"
        try:
            yield
        except SopError:
            self._stage = "before"
            raise
        self._stage = "before" if self.dry_run else "done"


def language_of(said: str | None, environment: Mapping[str, str]) -> str:
    """The language of what is said: `--lang`, else SOP_LANG, else the system's, else English. Raises `NotUnderstood`
    for one that there is not."""
    said = said or environment.get("SOP_LANG")
    if said:
        wanted = said.lower().replace("_", "-").partition("-")[0].partition(".")[0]
        if wanted not in LANGUAGES:
            raise NotUnderstood(
                msg("there is no language {language}; there are {languages}", language=said, languages=LANGUAGES)
            )
        return wanted
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "zh" if environment[name].lower().startswith("zh") else "en"
    return "en"


def language_in(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language of help and faults, before a command is understood."""
    said = None
    for rank, word in enumerate(arguments):
        if word == "--":
            break
        if word == "--lang" and rank + 1 < len(arguments):
            said = arguments[rank + 1]
        elif word.startswith("--lang="):
            said = word.removeprefix("--lang=")
    try:
        return language_of(said, environment)
    except NotUnderstood:
        return language_of(None, {name: value for name, value in environment.items() if name != "SOP_LANG"})


__all__ = ["TRAINING_SITE", "Call", "ClosedPipe", "Ended", "Explained", "Interrupted", "language_in", "language_of"]
