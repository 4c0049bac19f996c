"""What the board asks: which of the things that can be done, and the values for it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from sop_engine.console.board.desk import Choice, Need
from sop_engine.messages import msg

Wanted = Mapping[str, str] | None
"""values as they were typed, by field; None: given up"""


class Choosing(ModalScreen[Choice | None]):
    """One of what can be done."""

    CSS = """
    Choosing { align: center middle; }
    Choosing OptionList { width: 70%; height: auto; max-height: 80%; border: solid $foreground; }
    """
    BINDINGS = [("escape", "give_up", "")]  # noqa: RUF012

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title = title
        self._choices = choices

    def compose(self) -> ComposeResult:
        options = [
            Option(Text(f"{each.title} ({each.trigger})"), id=str(rank)) for rank, each in enumerate(self._choices)
        ]
        shown = OptionList(*options, markup=False)
        shown.border_title = Text(self._title).plain.replace("[", "\\[")
        yield shown

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[event.option_index])

    def action_give_up(self) -> None:
        self.dismiss(None)


class Form(ModalScreen[Wanted]):
    """A line for each value; Enter goes to the next, and after the last it is done."""

    CSS = """
    Form { align: center middle; }
    Form VerticalScroll { width: 90%; height: auto; max-height: 90%; border: solid $foreground; background: $surface; }
    """
    BINDINGS = [("escape", "give_up", "")]  # noqa: RUF012

    def __init__(self, title: str, needs: Sequence[Need], say: Callable[[Any], str]) -> None:
        super().__init__()
        self._title = title
        self._needs = needs
        self._say = say

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Label(Text(self._title))
            for need in self._needs:
                mark = " *" if need.required else ""
                hint = f"  {need.hint}" if need.hint else ""
                yield Label(Text(f"{need.title}{mark}{hint}"))
                yield Input(name=need.name, id=f"field-{need.name}")
            yield Label(Text(self._say(msg("Enter: next, at the end done; Esc: give up; * is needed"))))

    def on_mount(self) -> None:
        self.query(Input).first().focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        inputs = list(self.query(Input))
        place = inputs.index(event.input)
        if place + 1 < len(inputs):
            inputs[place + 1].focus()
        else:
            self.dismiss({each.name or "": each.value for each in inputs})

    def action_give_up(self) -> None:
        self.dismiss(None)
