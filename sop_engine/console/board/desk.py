"""What the board shows and does, without anything that draws: the same lists, pages and commands as everywhere.

Texts come out harmless and in one language: whoever draws them must only not read them as markup.
"""

import functools
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sop_engine import values
from sop_engine.console.board.deeds import ACTS, Act, Place, has_task, paths_of, people
from sop_engine.console.board.questions import Deed, Kind, Option, Question, Told, Values, option
from sop_engine.console.doing import explaining
from sop_engine.console.failures import NO_CONTEXT, Explained, failure_lines
from sop_engine.console.given import read_given, read_texts
from sop_engine.console.masking import masked_text
from sop_engine.console.names import typed_form
from sop_engine.console.output import Output
from sop_engine.console.staff.listing import CELLS, Lines, Titles
from sop_engine.console.staff.lists import found
from sop_engine.console.staff.narrowed import Narrowed, asked
from sop_engine.console.text import harmless, one_line
from sop_engine.console.views.in_words import next_lines, print_ticket
from sop_engine.console.views.looking import look, possible_now
from sop_engine.errors import NotFound, SetUp, SopError, system_reason
from sop_engine.messages import Message, msg, say
from sop_engine.procedure import Field
from sop_engine.store.files import Files
from sop_engine.store.seam import Head, Reads
from sop_engine.values import ValueProblem, fold

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

COLUMNS: Final = ("number", "unit", "subject", "state", "assignee", "left")
MOST: Final = 2000
"""tickets of a queue that are read"""
_FILES: Final = frozenset({"file", "photo"})


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


@dataclass(frozen=True)
class Row:
    """A ticket in the queue."""

    id: str
    number: int
    """of its last step"""
    cells: tuple[str, ...]

    def has(self, typed: str) -> bool:
        """Whether each word that was typed stands in one of its cells."""
        return all(any(word in cell for cell in self._found_by) for word in fold(typed).casefold().split())

    @functools.cached_property
    def _found_by(self) -> tuple[str, ...]:
        return tuple(fold(cell).casefold() for cell in self.cells)


class Desk:
    """The queue of whoever asks, and what he does. Each call reads the store anew and holds nothing open."""

    def __init__(self, opened: "Opened", narrowed: Narrowed) -> None:
        self._opened = opened
        self._narrowed = narrowed
        self._output = Captured(opened.call.language)
        self._titles = Titles(opened)
        self._file = self._file_now()
        self._queue: dict[str, tuple[Head, Row]] = {}
        """the queue as it was read last: of what has not changed only what is left is said anew"""
        self._thread = threading.get_ident()
        self.holder = ""
        """who has the store, in words, while an act waits for it"""
        self.given_up = False
        """whether whoever acts does not want to wait any longer"""
        opened.call.output = self._output
        opened.call.waits = self._waits

    def give_up(self) -> None:
        """Let the act that waits for the store wait no longer; `do`, in its thread, tells what came of it."""
        self.given_up = True

    def _waits(self, message: Message) -> bool:
        """Whoever draws waits for nobody: a screen that does not answer helps nobody either."""
        if threading.get_ident() == self._thread:
            return True
        self.holder = self.say(message)
        return self.given_up

    def say(self, message: Any) -> str:
        """A message in the reader's language."""
        return say(message, self._opened.call.language)

    def _file_now(self) -> tuple[int, int] | None:
        """Which file holds the tickets; None where a server does. Raises `SetUp` where it is gone."""
        settings = self._opened.site.settings
        if settings.store:
            return None
        try:
            status = settings.store_path.stat()
        except OSError as error:
            path, reason = str(settings.store_path), system_reason(error)
            raise SetUp(msg("{path} cannot be read: {error}", path=path, error=reason), where=path) from None
        return status.st_dev, status.st_ino

    def _require_store(self) -> None:
        """Raise `SetUp` where the tickets are in another file by now: what was written into the one that was opened
        would be lost with it."""
        settings = self._opened.site.settings
        if self._file_now() != self._file:
            raise SetUp(
                msg("{path} is another file than the one that was opened", path=str(settings.store_path)),
                fix=msg("end the board and open it anew: sop board"),
            )

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
        self._require_store()
        opened, lines = self._opened, Lines(self._opened, self._titles)
        with opened.reading() as reading:
            wanted = asked(opened, reading, self._narrowed)
        before, self._queue = self._queue, {}
        for head in found(opened, wanted, MOST):
            known, row = before.get(head.id, (None, None))
            left = self._cell(lines, head, COLUMNS[-1])
            if row is None or known != head:
                row = Row(head.id, head.number, (*(self._cell(lines, head, name) for name in COLUMNS[:-1]), left))
            elif row.cells[-1] != left:
                row = replace(row, cells=(*row.cells[:-1], left))
            self._queue[head.id] = head, row
        return [row for _head, row in self._queue.values()]

    def _cell(self, lines: Lines, head: Head, name: str) -> str:
        return one_line(self.say(CELLS[name].of(lines, head)))

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

    def meanwhile(self, id: str, number: int) -> tuple[int, list[str]]:
        """The last step of a ticket, and the story of what was done after step `number`. Raises `SopError`."""
        with self._opened.reading() as reading:
            head = reading.head(id)
            if head is None or head.number <= number:
                return number, []
            from sop_engine.console.stories.past import read_story

            told = [chapter.lines[0] for chapter in read_story(self._opened, reading, id, after=number)]
            return head.number, [one_line(line) for line in told]

    # --- what can be done ---

    def triggers(self, id: str) -> list[Deed]:
        """What its procedure lets whoever asks do with a ticket now. Raises `SopError`."""
        opened = self._opened
        with opened.reading() as reading:
            place, head = self._place(reading, id)
            offers = possible_now(opened, reading, place.program, place.ticket)
        return [self._deed(place, head, each) for each in offers if each["allowed"]]

    def acts(self, id: str) -> list[tuple[str, Deed]]:
        """What can be done beside that, each with its key; whether he may is said when it is done. Raises
        `SopError`."""
        with self._opened.reading() as reading:
            place, head = self._place(reading, id)
            return [
                (act.key, Deed(id, head.number, act.name, self.say(act.title), questions=act.ask(place)))
                for act in ACTS
                if act.fits(place.ticket)
            ]

    def act_by(self, id: str, key: str) -> Deed | list[str]:
        """What a key does with a ticket; or why it does nothing now, in words. Raises `SopError`."""
        with self._opened.reading() as reading:
            place, _head = self._place(reading, id)
            fitting = [deed for its_key, deed in self.acts(id) if its_key == key]
        if fitting:
            return fitting[0]
        no_task = any(act.key == key and act.fits is has_task for act in ACTS) and place.ticket.status == "open"
        why = msg("{ticket} has no task that could be claimed or assigned now", ticket=id)
        return [
            *([self.say(why)] if no_task else []),
            self.say(msg("that cannot be done with {ticket} now; m lists what can", ticket=id)),
        ]

    def _place(self, reading: Reads, id: str) -> tuple[Place, Head]:
        head, ticket = reading.head(id), reading.ticket(id)
        if head is None or ticket is None:
            raise NotFound(msg("there is no ticket {ticket}", ticket=id))
        return Place(self._opened, self._opened.site.engine.program(reading, ticket), ticket), head

    def _deed(self, place: Place, head: Head, offer: Mapping[str, Any]) -> Deed:
        trigger = f"{offer['region']}.{offer['trigger']}" if offer["region"] else offer["trigger"]
        title = one_line(self.say(offer["title"] or offer["trigger"]))
        questions = tuple(self._question(place, each) for each in offer["needs"])
        return Deed(head.id, head.number, "do", title, trigger, questions)

    def _question(self, place: Place, need: Mapping[str, Any]) -> Question:
        field, opened = place.program.fields[need["name"]], self._opened
        kind, options = self._kind(place, field)
        present = place.ticket.fields.get(field.id, field.default)
        kept = "" if present is None else opened.shown(field, present)
        if kept and field.personal in opened.hidden_from(place.ticket):
            kept = masked_text(field, present)
        example = typed_form(values.example(field, opened.call.language), opened.call.language)
        hint = self.say(field.hint) if field.hint else "" if options or field.type == "text" else example
        title = one_line(self.say(need["title"] or need["name"]))
        return Question(field.id, title, need["required"], kind, options, one_line(hint), one_line(kept))

    def _kind(self, place: Place, field: Field) -> tuple[Kind, tuple[Option, ...]]:
        """How a field is asked for, and what there is to pick from."""
        match field.type:
            case "choice" | "checklist":
                options = tuple(place.option(each.id, each.title) for each in field.choices)
                return ("checks" if field.type == "checklist" else "several" if field.many else "one"), options
            case "boolean":
                return "one", (place.option("yes", msg("yes")), place.option("no", msg("no")))
            case "staff":
                return ("several" if field.many else "one"), people(self._opened)
            case "firm":
                return "one", tuple(option(firm, one_line(title)) for firm, title in self._opened.firms.items())
            case "unit":
                with self._opened.reading() as reading:
                    units = tuple(option(each["id"], each["id"]) for each in reading.units())
                return ("several" if field.many else "one"), units
            case "rows":
                return "lines", ()
        return ("lines" if field.many else "text"), ()

    # --- doing ---

    def problem(self, deed: Deed, question: Question, texts: Sequence[str]) -> str | None:
        """What is wrong with an answer, in words, before anything is done; None where nothing is."""
        if not texts:
            return self.say(msg("this is needed")) if question.required and not question.kept else None
        try:
            if deed.act == "do":
                self._read(deed, question, texts)
            elif question.name == "until":
                from sop_engine.console.staff.attention import instant_given

                instant_given(self._opened, texts[0])
            elif question.name == "files":
                self._look_at_files(texts)
            if question.kind == "one" and all(texts[0] != each.id for each in question.options):
                return self.say(msg("nothing of the list is {text}", text=one_line(texts[0])[:40]))
        except ValueProblem as problem:
            return one_line(self.say(problem.message))
        except SopError as error:
            return one_line(self.say(error.message))
        return None

    def _read(self, deed: Deed, question: Question, texts: Sequence[str]) -> None:
        """Read the value of a field and keep nothing of it."""
        opened = self._opened
        with opened.reading() as reading:
            field = self._place(reading, deed.ticket)[0].program.fields[question.name]
        if field.type in _FILES:
            self._look_at_files(texts)
        else:
            read_texts(opened, field, list(texts))

    def _look_at_files(self, texts: Sequence[str]) -> None:
        settings = self._opened.site.settings
        files = Files(settings.folder / "files", settings.largest_file_bytes)
        for path in paths_of(tuple(texts)):
            files.about(Path(path))

    def do(self, deed: Deed, values: Values) -> Told:
        """Do it, with what was answered, on the ticket as it stood; and tell what came of it."""
        opened = self._opened
        self._output.told.clear()
        try:
            self._require_store()
            with opened.reading() as reading:
                place, head = self._place(reading, deed.ticket)
            with explaining(opened, head._replace(number=deed.number)):
                command = opened.command(deed.act, deed.ticket, self._arguments(place, deed, values))
                # whoever writes a note need not have seen the last step; whoever moves a ticket must
                expect = deed.number if deed.act in ("do", "return") else None
                done = opened.act(replace(command, expect=expect))
            with opened.reading() as reading:
                seen = look(opened, reading, done.ticket, done.head)
            late = [self.say(msg("it was done before it could be given up"))] if self.given_up else []
            lines = [*late, self.say(msg("{ticket}: done", ticket=deed.ticket)), *next_lines(opened, seen)]
            return Told(True, tuple(self._lines(lines)), done.head.number)
        except Explained as explained:
            return self._refused(deed, failure_lines(explained.error, explained.around, opened.call.language))
        except SopError as error:
            return self._refused(deed, failure_lines(error, NO_CONTEXT, opened.call.language))
        finally:
            self.holder, self.given_up = "", False
            opened.discard_arrivals()
            opened.arrivals.clear()

    def _arguments(self, place: Place, deed: Deed, values: Values) -> dict[str, Any]:
        if deed.act != "do":
            return self._act(deed).arguments(place, values)
        fields = place.program.fields
        said = [f"{name}={self._typed(fields[name], text)}" for name, texts in values.items() for text in texts]
        return {"trigger": deed.trigger, "fields": read_given(self._opened, fields, said, None)}

    def _typed(self, field: Field, text: str) -> str:
        """A path is given with an `@` before it, whether it was typed so or not."""
        return f"@{text.strip().removeprefix('@')}" if field.type in _FILES else text

    def _act(self, deed: Deed) -> Act:
        return next(each for each in ACTS if each.name == deed.act)

    def _refused(self, deed: Deed, lines: Sequence[str]) -> Told:
        try:
            number, _lines = self.meanwhile(deed.ticket, deed.number)
        except SopError:
            number = deed.number
        told = [msg("given up; nothing was done")] if self.given_up else []
        return Told(False, tuple(self._lines([*told, *self._output.told, *lines])), number)

    def _lines(self, lines: Sequence[Any]) -> list[str]:
        return [harmless(self.say(line)) for line in lines]
