"""What the board shows and does, without anything that draws: the same lists, pages and commands as everywhere.

Texts come out harmless and in one language: whoever draws them must only not read them as markup.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sop_engine.console.doing import explaining
from sop_engine.console.failures import NO_CONTEXT, Explained, failure_lines
from sop_engine.console.given import read_given
from sop_engine.console.looking import look, possible_now
from sop_engine.console.output import Output
from sop_engine.console.show_view import next_lines, print_ticket
from sop_engine.console.staff.listing import CELLS, Lines, Titles
from sop_engine.console.staff.lists import found
from sop_engine.console.staff.narrowed import Narrowed, asked
from sop_engine.console.text import one_line
from sop_engine.errors import SopError
from sop_engine.messages import msg, say

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

COLUMNS: Final = ("number", "unit", "subject", "state", "assignee", "left")
MOST: Final = 200
"""tickets of a queue"""


class Captured(Output):
    """Keeps what is printed, for somebody who draws it."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.lines: list[str] = []
        self.told: list[str] = []

    def line(self, text: Any, raw: bool = False) -> None:
        self.lines.append(self.word(text))

    def tell(self, *lines: Any) -> None:
        self.told += [self.word(line) for line in lines]

    def room(self) -> int | None:
        return None

    def on_terminal(self) -> bool:
        return True

    def bold(self, text: str) -> str:
        return text


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in the queue."""

    id: str
    number: int
    """of its last step"""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """A field that a trigger asks, as a form shows it."""

    name: str
    title: str
    required: bool
    hint: str
    """what can be written"""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be done now."""

    trigger: str
    title: str
    needs: tuple[Need, ...]


class Desk:
    """The queue of whoever asks, and what he does. Each call reads the store anew and holds nothing open."""

    def __init__(self, opened: "Opened", narrowed: Narrowed) -> None:
        self._opened = opened
        self._narrowed = narrowed
        self._output = Captured(opened.call.language)
        self._titles = Titles(opened)
        opened.call.output = self._output

    def say(self, message: Any) -> str:
        """A message in the reader's language."""
        return say(message, self._opened.call.language)

    @property
    def idle_seconds(self) -> float | None:
        """After so long without a key the board is nobody's; None where the login is one person's."""
        opened = self._opened
        return opened.site.settings.idle.total_seconds() if opened.shared else None

    def typed(self) -> None:
        """Note that whoever is on goes on typing."""
        self._opened.keep_on()

    def heads(self) -> tuple[str, ...]:
        """The titles of the queue's columns."""
        return tuple(self.say(CELLS[name].title) for name in COLUMNS)

    def rows(self) -> list[Row]:
        """The queue as it is now. Raises `SopError`."""
        opened, lines = self._opened, Lines(self._opened, self._titles)
        with opened.reading() as reading:
            wanted = asked(opened, reading, self._narrowed)
        return [
            Row(head.id, head.number, tuple(one_line(self.say(CELLS[name].of(lines, head))) for name in COLUMNS))
            for head in found(opened, wanted, MOST)
        ]

    def page(self, id: str) -> list[str]:
        """A ticket in lines, as `sop show` prints it. Raises `SopError`."""
        opened = self._opened
        with opened.reading() as reading:
            head, ticket = reading.head(id), reading.ticket(id)
            if head is None or ticket is None:
                return []
            seen = look(opened, reading, ticket, head)
        self._output.lines.clear()
        print_ticket(opened, seen)
        return list(self._output.lines)

    def choices(self, id: str) -> list[Choice]:
        """What whoever asks may do with a ticket now. Raises `SopError`."""
        opened = self._opened
        with opened.reading() as reading:
            ticket = reading.ticket(id)
            if ticket is None:
                return []
            program = opened.site.engine.program(reading, ticket)
            offers = [each for each in possible_now(opened, reading, program, ticket) if each["allowed"]]
        return [self._choice(each) for each in offers]

    def _choice(self, offer: Mapping[str, Any]) -> Choice:
        trigger = f"{offer['region']}.{offer['trigger']}" if offer["region"] else offer["trigger"]
        title = one_line(self.say(offer["title"] or offer["trigger"]))
        return Choice(trigger, title, tuple(self._need(each) for each in offer["needs"]))

    def _need(self, need: Mapping[str, Any]) -> Need:
        title = one_line(self.say(need["title"] or need["name"]))
        if need["type"] == "staff":
            hint = tuple(self._opened.staff.values())
        elif need["choices"]:
            hint = tuple(self.say(each["title"] or each["id"]) for each in need["choices"])
        else:
            hint = (self.say(need["example"]) if not isinstance(need["example"], list | Mapping) else "",)
        return Need(need["name"], title, need["required"], one_line(self.say(hint)))

    # --- doing ---

    def do(self, id: str, trigger: str, values: Mapping[str, str]) -> list[str]:
        """Do a trigger with values as they were typed; gives what is to be said of it."""

        def arguments(program: Any) -> dict[str, Any]:
            said = [f"{name}={text}" for name, text in values.items() if text.strip()]
            return {"trigger": trigger, "fields": read_given(self._opened, program.fields, said, None)}

        return self._act("do", id, arguments)

    def claim(self, id: str) -> list[str]:
        """Take the task; gives what is to be said of it."""
        return self._act("claim", id, lambda _program: {})

    def urge(self, id: str) -> list[str]:
        """Urge whoever has the task; gives what is to be said of it."""
        return self._act("urge", id, lambda _program: {})

    def note(self, id: str, text: str) -> list[str]:
        """Write something down; gives what is to be said of it."""
        return self._act("note", id, lambda _program: {"note": text})

    def _act(self, name: str, id: str, arguments: Any) -> list[str]:
        opened = self._opened
        self._output.told.clear()
        try:
            with opened.reading() as reading:
                head, ticket = reading.head(id), reading.ticket(id)
                assert head is not None and ticket is not None, "it stands in the queue"
                program = opened.site.engine.program(reading, ticket)
            with explaining(opened, head):
                done = opened.act(opened.command(name, id, arguments(program)))
            with opened.reading() as reading:
                seen = look(opened, reading, done.ticket, done.head)
            return [self.say(msg("{ticket}: done", ticket=id)), *next_lines(opened, seen)]
        except Explained as explained:
            return self._refused(failure_lines(explained.error, explained.around, opened.call.language))
        except SopError as error:
            return self._refused(failure_lines(error, NO_CONTEXT, opened.call.language))

    def _refused(self, lines: Sequence[str]) -> list[str]:
        return [*self._output.told, *lines]
