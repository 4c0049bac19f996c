"""What is shown while something is done that takes longer than a moment: the store is another program's just now.

The act runs in a thread of its own, so that the screen lives. Esc gives it up as long as it has not had its turn; what
came of it is told in any case.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from sop_engine.console.board.questions import Deed, Told, Values
from sop_engine.messages import msg

AT_ONCE_SECONDS: Final = 0.3
"""what takes no longer is done at once, and nothing is said of it"""
_LOOK_SECONDS: Final = 0.25

Work = Callable[[Deed, Values, Callable[[Told], None]], None]
"""Does a deed with what was answered, and gives what came of it to whoever wants to be told."""


class Acting(Protocol):
    """What is shown of an act while it waits."""

    @property
    def holder(self) -> str: ...
    @property
    def given_up(self) -> bool: ...
    def say(self, message: Any) -> str: ...


class Waiting(ModalScreen[None]):
    """Says what waits, and for whom."""

    CSS = """
    Waiting { align: center middle; }
    Waiting Vertical { width: 80%; max-width: 90; height: auto; border: solid $foreground; background: $surface;
      padding: 0 1; }
    """

    def __init__(self, deed: Deed, desk: Acting) -> None:
        super().__init__()
        self._deed = deed
        self._desk = desk

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Text(f"{self._deed.ticket} {self._deed.title}"))
            yield Static("", id="holder", markup=False)
            yield Static("", id="way-out", markup=False)

    def on_mount(self) -> None:
        self._look()
        self.set_interval(_LOOK_SECONDS, self._look)

    def _look(self) -> None:
        desk = self._desk
        said = desk.holder or desk.say(msg("waiting for the store"))
        keys = msg("giving up; it is told at once whether anything was done") if desk.given_up else msg("Esc: give up")
        self.query_one("#holder", Static).update(Text(said))
        self.query_one("#way-out", Static).update(Text(desk.say(keys)))
