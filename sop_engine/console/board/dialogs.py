"""What the board asks: which of the things that can be done, and the values for it.

A form stays until it is done or given up: what is refused is told on it, and nothing that was typed is lost. What
others do to the ticket meanwhile is told on it too; a form that was filled in before that is refused once, by its step.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option as Line

from sop_engine.console.board.asked import Asked
from sop_engine.console.board.questions import Deed, Option, Question, Told, Values, matching
from sop_engine.console.board.working import Work
from sop_engine.console.text import width
from sop_engine.errors import SopError
from sop_engine.messages import msg

WIDEST_TITLE: Final = 24
"""cells of a question's title; what is longer is cut"""


class Doing(Protocol):
    """What a form needs of the desk."""

    def say(self, message: Any) -> str: ...
    def problem(self, deed: Deed, question: Question, texts: Sequence[str]) -> str | None: ...
    def do(self, deed: Deed, values: Values) -> Told: ...
    def meanwhile(self, id: str, number: int) -> tuple[int, list[str]]: ...


class Choosing(ModalScreen[int | None]):
    """One of several things; typing narrows them. Comes back with its place among them."""

    CSS = """
    Choosing { align: center middle; }
    Choosing Vertical { width: 70%; min-width: 30; height: auto; max-height: 90%; border: solid $foreground;
      background: $surface; padding: 0 1; }
    Choosing OptionList { height: auto; max-height: 16; border: none; padding: 0; }
    """
    BINDINGS = [("escape", "give_up"), ("up", "move(-1)"), ("down", "move(1)")]  # noqa: RUF012

    def __init__(self, title: str, options: Sequence[Option], say: Callable[[Any], str]) -> None:
        super().__init__()
        self._title = title
        self._all = options
        self._found = list(options)
        self._say = say

    def compose(self) -> ComposeResult:
        shown = OptionList(markup=False, compact=True)
        shown.can_focus = False
        with Vertical():
            yield Static(Text(self._title))
            yield Input(compact=True, placeholder=self._say(msg("type a part of it, or press an arrow key")))
            yield shown
            yield Static(Text(self._say(msg("Enter: take it; Esc: give up"))))

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._narrow("")

    def _narrow(self, typed: str) -> None:
        self._found = matching(self._all, typed)
        shown = self.query_one(OptionList)
        shown.set_options([Line(Text(each.title, no_wrap=True, overflow="ellipsis")) for each in self._found])
        shown.highlighted = 0 if self._found else None

    def on_input_changed(self, event: Input.Changed) -> None:
        self._narrow(event.value)

    def on_input_submitted(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is not None:
            self._take(place)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._take(event.option_index)

    def _take(self, place: int) -> None:
        self.dismiss(self._all.index(self._found[place]))

    def action_move(self, by: int) -> None:
        shown = self.query_one(OptionList)
        (shown.action_cursor_down if by > 0 else shown.action_cursor_up)()

    def action_give_up(self) -> None:
        self.dismiss(None)


class Form(ModalScreen[Told | None]):
    """A line for each question; Enter goes to the next, and after the last it is done. Comes back when it is done."""

    CSS = """
    Form { align: center middle; }
    Form #box { width: 96%; max-width: 110; height: auto; max-height: 96%; border: solid $foreground;
      background: $surface; padding: 0 1; }
    Form VerticalScroll { height: auto; max-height: 100%; }
    Form #keys { margin-top: 1; }
    Form #told { display: none; margin-top: 1; }
    """
    BINDINGS = [  # noqa: RUF012
        ("escape", "give_up"),
        ("ctrl+s", "done"),
        ("up", "app.focus_previous"),
        ("down", "app.focus_next"),
    ]

    def __init__(self, deed: Deed, desk: Doing, work: Work | None = None) -> None:
        """`work` does it in a thread of its own; None: at once."""
        super().__init__()
        self._deed = deed
        self._desk = desk
        self._over = False
        self._work = work or (lambda deed, values, tell: tell(desk.do(deed, values)))
        room = min(max((width(each.title) + 2 for each in deed.questions), default=0), WIDEST_TITLE)
        self._asked = [Asked(each, desk.say, room) for each in deed.questions]

    def compose(self) -> ComposeResult:
        keys = msg("Enter: next, at the end done; Ctrl-S: done; Esc: give up; * is needed")
        with Vertical(id="box"), VerticalScroll(can_focus=False):
            yield Static(Text(f"{self._deed.ticket} {self._deed.title}"), id="title")
            yield from self._asked
            yield Static("", id="told", markup=False)
            yield Static(Text(self._desk.say(keys)), id="keys")

    def on_mount(self) -> None:
        if self._asked:
            self._asked[0].begin()

    def look(self) -> None:
        """Tell what others have done to the ticket since it was looked at last."""
        try:
            number, lines = self._desk.meanwhile(self._deed.ticket, self._deed.number)
        except SopError:
            return  # the board says below that the store cannot be read
        if number > self._deed.number:
            self._deed = replace(self._deed, number=number)
            self._tell([self._desk.say(msg("others have worked on this ticket meanwhile:")), *lines])

    def _tell(self, lines: Sequence[str]) -> None:
        told = self.query_one("#told", Static)
        told.update(Text("\n".join(lines)))
        told.display = bool(lines)
        told.call_after_refresh(told.scroll_visible)

    def on_asked_answered(self, event: Asked.Answered) -> None:
        event.stop()
        place = self._asked.index(event.asked)
        problem = self._checked(event.asked)
        if problem:
            return
        if place + 1 < len(self._asked):
            self._asked[place + 1].begin()
        else:
            self.action_done()

    def _checked(self, asked: Asked) -> bool:
        """Whether something is wrong with an answer; it is told beside it."""
        problem = self._desk.problem(self._deed, asked.question, asked.texts)
        asked.tell_problem(problem)
        return problem is not None

    def action_done(self) -> None:
        """Do it, where nothing is wrong with any answer; else go to the first that is."""
        if self._over:
            return
        wrong = [each for each in self._asked if self._checked(each)]
        if wrong:
            wrong[0].begin()
            return
        values = {each.question.name: each.texts for each in self._asked if each.texts}
        self._work(self._deed, values, self._came)

    def _came(self, told: Told) -> None:
        """Tell what came of it: on the form where it was refused, else below."""
        if told.done:
            self.dismiss(told)
            return
        self._deed = replace(self._deed, number=told.number)
        self._tell(told.lines)

    def action_give_up(self) -> None:
        self._over = True  # an Enter that is still on its way counts for nothing
        self.dismiss(None)
