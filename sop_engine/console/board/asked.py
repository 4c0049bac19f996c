"""One question on a form: its title, a line to type on, what can be picked, and what is wrong with the answer.

Picking is typing: whatever is typed narrows the options, the arrow keys move among them, Enter takes the one that is
marked. Leaving the line takes it too, so that nobody has to know that.
"""

from collections.abc import Callable
from typing import Any, Final

from rich.text import Text
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option as Line

from sop_engine.console.board.questions import MOST_OPTIONS, Option, Question, matching
from sop_engine.console.text import cut
from sop_engine.messages import msg

_NEXT: Final = {"": "yes", "yes": "no", "no": ""}
"""what Enter makes of the answer to a line of a checklist"""


class _Typing(Input):
    """The line that is typed on; on an empty one backspace goes back to what was added before."""

    def __init__(self, placeholder: str, before: Callable[[], str]) -> None:
        super().__init__(compact=True, placeholder=placeholder, select_on_focus=False)
        self._before = before

    def action_delete_left(self) -> None:
        if self.value:
            super().action_delete_left()
        else:
            self.value = self._before()
            self.action_end()


class Asked(Vertical):
    """A question, and its answer as it is typed."""

    BINDINGS = [("up", "move(-1)"), ("down", "move(1)")]  # noqa: RUF012
    DEFAULT_CSS = """
    Asked { height: auto; }
    Asked Horizontal { height: 1; }
    Asked .title { height: 1; }
    Asked:focus-within .title { text-style: bold; }
    Asked .sign { width: 2; height: 1; }
    Asked Input { width: 1fr; }
    Asked OptionList { height: auto; max-height: 6; border: none; padding: 0; display: none; }
    Asked .lines, Asked .problem { height: auto; display: none; }
    Asked .problem { text-style: bold; color: $text-error; }
    """

    class Answered(Message):
        """Somebody has done with a question, and wants the next."""

        def __init__(self, asked: "Asked") -> None:
            super().__init__()
            self.asked = asked

    def __init__(self, question: Question, say: Callable[[Any], str], room: int) -> None:
        """`room` is how many cells the titles of the form take."""
        super().__init__()
        self.question = question
        self._room = room
        self._say = say
        self._picked: Option | None = None
        self._found: list[Option] = []
        self._lines: list[str] = []
        self._marks: dict[str, str] = {}
        self._input = _Typing(self._placeholder(), self._take_back)
        self._options = OptionList(markup=False, compact=True)
        self._options.can_focus = False
        self._held = Static("", classes="lines", markup=False)
        self._problem = Static("", classes="problem", markup=False)

    def compose(self) -> ComposeResult:
        question = self.question
        with Horizontal():
            mark = " *" if question.required else ""
            title = Static(Text(cut(question.title + mark, self._room)), classes="title")
            title.styles.width = self._room + 1
            yield title
            yield Static("> ", classes="sign", markup=False)
            yield self._input
        for below in (self._held, self._options, self._problem):
            below.styles.margin = (0, 0, 0, self._room + 3)
            yield below

    def _placeholder(self) -> str:
        question = self.question
        if question.kept:
            return self._say(msg("empty: {value}", value=question.kept))
        if question.options:
            return self._say(msg("type a part of it, or press an arrow key"))
        return self._say(msg("such as {example}", example=question.hint)) if question.hint else ""

    def begin(self) -> None:
        """Let it be typed into."""
        self._input.focus()

    @property
    def texts(self) -> tuple[str, ...]:
        """The answer as it is given to a command; nothing where it is empty."""
        typed = self._input.value.strip()
        meant = self._picked or (self._highlighted if typed else None)
        if meant is not None and self.question.kind in ("one", "several"):
            typed = meant.id
        match self.question.kind:
            case "several":
                return tuple(dict.fromkeys((*self._marks, *((typed,) if typed else ()))))
            case "checks":
                return (*(f"{id}={answer}" for id, answer in self._marks.items()), *((typed,) if typed else ()))
            case "lines":
                return (*self._lines, *((typed,) if typed else ()))
        return (typed,) if typed else ()

    def tell_problem(self, problem: str | None) -> None:
        """Say what is wrong with the answer; None: nothing is."""
        self._problem.update(Text(f"! {problem}") if problem else "")
        self._problem.display = problem is not None

    # --- picking ---

    def on_descendant_focus(self) -> None:
        if self._picked is not None:
            self._input.value, self._picked = self._picked.title, None
        self._narrow()
        self.call_after_refresh(self.scroll_visible)

    def on_input_blurred(self) -> None:
        self._options.display = False
        self._settle()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._picked is not None and event.value != self._picked.title:
            self._picked = None
        self.tell_problem(None)
        if self._input.has_focus:
            self._narrow()

    def _narrow(self) -> None:
        """Show the options that what is typed may mean; the first is marked where something is typed."""
        if not self.question.options:
            return
        typed = self._input.value
        self._found = matching(self.question.options, typed)
        lines: list[Line] = [Line(self._line(each)) for each in self._found[:MOST_OPTIONS]]
        if len(self._found) > MOST_OPTIONS:
            more = self._say(msg("{count} more: type on", count=len(self._found) - MOST_OPTIONS))
            lines.append(Line(Text(more), disabled=True))
        if not lines:
            lines.append(Line(Text(self._say(msg("nothing of the list is {text}", text=typed[:40]))), disabled=True))
        self._options.set_options(lines)
        self._options.display = True
        self._options.highlighted = 0 if typed.strip() and self._found else None

    def _line(self, each: Option) -> Text:
        sign = ""
        if self.question.kind in ("several", "checks"):
            answers = {"yes": self._say(msg("yes")), "no": self._say(msg("no")), "": " "}
            if self.question.kind == "several":
                answers["yes"] = "x"
            sign = f"({answers[self._marks.get(each.id, '')]}) "
        return Text(sign + each.shown, no_wrap=True, overflow="ellipsis")

    @property
    def _highlighted(self) -> Option | None:
        place = self._options.highlighted
        return self._found[place] if place is not None and place < len(self._found) else None

    def action_move(self, by: int) -> None:
        if not self.question.options or not self._options.display:
            raise SkipAction
        if self._options.highlighted is None and by < 0:
            raise SkipAction
        if by > 0:
            self._options.action_cursor_down()
        else:
            self._options.action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._options.highlighted = event.option_index
        self._enter()

    # --- answering ---

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._enter()

    def _enter(self) -> None:
        kind, marked = self.question.kind, self._highlighted
        if kind in ("several", "checks") and marked is not None:
            self._mark(marked)
        elif kind == "lines" and self._input.value.strip():
            self._lines.append(self._input.value.strip())
            self._input.value = ""
            self._show_held()
        else:
            self._settle()
            self.post_message(self.Answered(self))

    def _mark(self, option: Option) -> None:
        """Mark an option, or say the next thing of it; what was typed to find it goes."""
        before = self._marks.pop(option.id, "")
        after = _NEXT[before] if self.question.kind == "checks" else "" if before else "yes"
        if after:
            self._marks[option.id] = after
        typed = bool(self._input.value)
        self._input.value = ""
        self._show_held()
        place = self._options.highlighted
        if not typed:
            self._narrow()
            self._options.highlighted = place

    def _settle(self) -> None:
        """Take the option that is marked, where there is one answer."""
        marked = self._highlighted
        if (
            self.question.kind != "one"
            or marked is None
            or (not self._input.has_focus and not self._input.value.strip())
        ):
            return
        self._picked = marked
        self._input.value = marked.title

    def _take_back(self) -> str:
        """The line that was added last, to be changed; empty where there is none."""
        last = self._lines.pop() if self._lines else ""
        self._show_held()
        return last

    def _show_held(self) -> None:
        """Show what was marked or added so far."""
        if self.question.kind == "lines":
            held = list(self._lines)
        else:
            titles = {each.id: each.title for each in self.question.options}
            answers = {"yes": "", "no": f" ({self._say(msg('no'))})"}
            held = [titles[id] + answers[answer] for id, answer in self._marks.items()]
        self._held.update(Text("\n".join(held)))
        self._held.display = bool(held)
