"""The board on a terminal: the queue above, the ticket below, keys for what is done most.

The law. What users wrote reaches the terminal as plain text only: cells and pages are made as `Text`, never read as
markup. Each look at the store is short, and every two seconds the queue is read anew, so that what others do appears by
itself. What is done runs in a thread of its own, one at a time: another program may have the store for long, and the
screen lives on; until it is told what came of it no key counts but Esc, which gives it up. Nothing is said by colour
alone, and with NO_COLOR there is none. At a terminal of several people the board ends when nobody has typed anything
for so long that whoever was on there is on no longer.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.events import Event, InputEvent, Key
from textual.widgets import DataTable, Footer, Input, Static

from sop_engine.clock import steady_seconds
from sop_engine.console.board.columns import fitting
from sop_engine.console.board.deeds import ACTS
from sop_engine.console.board.desk import MOST, Desk, Row
from sop_engine.console.board.dialogs import Choosing, Form
from sop_engine.console.board.questions import Deed, Told, Values, option
from sop_engine.console.board.working import AT_ONCE_SECONDS, Waiting
from sop_engine.console.text import cut
from sop_engine.errors import SopError
from sop_engine.messages import Message, msg

POLL_SECONDS: Final = 2.0
NOTED_SECONDS: Final = 10.0
"""between two keys; what comes sooner is not written down anew"""
MOST_DRAWN: Final = 200
"""tickets that are drawn; all that are read can be narrowed to"""
Answer = TypeVar("Answer")
_KEYS: Final = (
    ("d", "do", "d", msg("do")),
    ("c", "act('c')", "c", msg("claim")),
    ("n", "act('n')", "n", msg("note")),
    ("u", "act('u')", "u", msg("urge")),
    ("m", "more", "m", msg("more")),
    ("slash", "narrow", "/", msg("narrow")),
    ("r", "refresh", "r", msg("refresh")),
    ("q", "quit", "q", msg("end")),
    ("p", "focus_next", "tab", msg("page")),
)
"""those that the last line shows; the others stand in the list of `m`"""


class Board(App[None]):
    """The whole board."""

    AUTO_FOCUS = "#queue"
    ENABLE_COMMAND_PALETTE = False
    VERTICAL_BREAKPOINTS = [(0, "-low"), (12, "-high")]  # noqa: RUF012
    CSS = """
    #queue { height: 1fr; min-height: 3; overflow-x: hidden; }
    Board:nocolor DataTable > .datatable--cursor { text-style: reverse; }
    Board:nocolor OptionList > .option-list--option-highlighted { text-style: bold underline; }
    Board:nocolor Input > .input--cursor { text-style: reverse; }
    #narrow { display: none; }
    #count { height: 1; display: none; }
    #page { height: 1fr; border-top: solid $foreground; }
    #said { height: auto; max-height: 6; border-top: solid $foreground; }
    .-low #page { display: none; }
    .-low #said { max-height: 2; }
    """

    def __init__(self, desk: Desk, poll_seconds: float = POLL_SECONDS) -> None:
        # with NO_COLOR the terminal's own two colours, without greys that stand in for others
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") is not None else None)
        self.animation_level = "none"  # what moves slowly over a slow line is in the way
        self._desk = desk
        self._poll_seconds = poll_seconds
        self._read: list[Row] | None = None
        self._rows: list[Row] = []
        self._unreadable = False
        self._typed = steady_seconds()
        self.busy = False
        """whether something is being done just now"""
        self._ends = False
        self.left = False
        """whether it has ended because nobody typed anything"""
        self.parting: Told | None = None
        """what came of what was being done when somebody ended it"""
        self.fault: Exception | None = None
        """what has ended it, where that was a fault of the program"""
        for keys, action, shown, title in _KEYS:
            self.bind(keys, action, description=desk.say(title), key_display=shown)
        for key in dict.fromkeys(act.key for act in ACTS):
            if key not in "cnu":
                self.bind(key, f"act('{key}')", show=False)
        self.bind("question_mark", "more", show=False)
        self._bindings.bind("ctrl+c", "quit", show=False, priority=True)
        self.bind("escape", "all", show=False)

    def compose(self) -> ComposeResult:
        table: DataTable[Text] = DataTable(id="queue", cursor_type="row", zebra_stripes=False)
        yield Input(
            id="narrow", compact=True, placeholder=self._desk.say(msg("number, unit, words: type a part of it"))
        )
        yield table
        yield Static("", id="count", markup=False)
        with VerticalScroll(id="page"):
            yield Static("", id="ticket", markup=False)
        yield Static("", id="said", markup=False)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self._table.focus()
        self.action_refresh()
        self.set_interval(self._poll_seconds, self._look)

    @property
    def _table(self) -> DataTable[Text]:
        found: DataTable[Text] = self.screen_stack[0].query_one("#queue", DataTable)
        return found

    def _part(self, id: str) -> Static:
        """A part of the board itself, whatever lies over it."""
        return self.screen_stack[0].query_one(f"#{id}", Static)

    @property
    def _chosen(self) -> str | None:
        """The number of the ticket at the cursor."""
        place = self._table.cursor_row
        return self._rows[place].id if self._rows and place < len(self._rows) else None

    def _handle_exception(self, error: Exception) -> None:
        """A fault is told as any command tells it, and not with what stands in memory."""
        self.fault = self.fault or error
        super()._handle_exception(error)
        self._exit_renderables.clear()

    # --- looking ---

    def action_refresh(self) -> None:
        """Read the queue anew."""
        self._read = None
        self._look()
        self._tell_empty()

    def _tell_empty(self) -> None:
        if self._read == []:
            self._say([self._desk.say(msg("nothing is waiting for you"))])

    def _look(self) -> None:
        """Read the queue, and draw it where it has changed; the cursor stays on its ticket."""
        idle = self._desk.idle_seconds
        if idle is not None and not self.busy and steady_seconds() - self._typed >= idle:
            self.left = True
            self.exit()
            return
        try:
            rows = self._desk.rows()
        except SopError as error:
            self._unreadable = True
            fix = [] if error.fix is None else [self._desk.say(error.fix)]
            self._say([self._desk.say(msg("what stands here may be old: {message}", message=error.message)), *fix])
            return
        if self._unreadable:
            self._unreadable = False
            self._say([self._desk.say(msg("the tickets can be read again"))])
        if isinstance(self.screen, Form):
            self.screen.look()
        before, self._read = self._read, rows
        if rows == before:
            return
        moved = {row.id for row in rows} - {row.id for row in before} if before else set()
        self._draw_queue()
        if moved:
            self._say([self._desk.say(msg("new here: {tickets}", tickets=tuple(sorted(moved)[:5])))])

    def _draw_queue(self) -> None:
        """Draw the tickets that are not narrowed away, the first of them; then the page."""
        typed = self.screen_stack[0].query_one("#narrow", Input).value
        read, here, place = self._read or [], self._chosen, self._table.cursor_row
        wanted = [row for row in read if row.has(typed)]
        self._rows = wanted[:MOST_DRAWN]
        self._fill_table()
        ids = [row.id for row in self._rows]
        self._table.move_cursor(row=ids.index(here) if here in ids else min(place, max(len(ids) - 1, 0)))
        count = self._part("count")
        count.display = len(self._rows) < len(read)
        shown = msg("{shown} of {count} tickets; / narrows", shown=len(self._rows), count=len(read))
        if len(read) == MOST:
            shown = msg(
                "{shown} of the first {count} tickets; / narrows these, sop find looks at all",
                shown=len(self._rows),
                count=MOST,
            )
        count.update(Text(self._desk.say(shown)))
        self._draw_page()

    def _fill_table(self) -> None:
        table, heads = self._table, self._desk.heads()
        room = self.size.width - table.scrollbar_size_vertical
        widths, rows = fitting(heads, [row.cells for row in self._rows], room)
        table.clear(columns=True)
        for place, most in widths.items():
            table.add_column(Text(heads[place]), width=most)
        for row, cells in zip(self._rows, rows, strict=True):
            fitted = (Text(cut(cells[place], most), no_wrap=True) for place, most in widths.items())
            table.add_row(*fitted, key=row.id)

    def on_resize(self) -> None:
        if self._read is not None:
            self.call_after_refresh(self._draw_queue)

    async def on_event(self, event: Event) -> None:
        """Every key comes by here first, in forms too: somebody has typed something."""
        if isinstance(event, Key):
            if steady_seconds() - self._typed >= NOTED_SECONDS:
                self._desk.typed()
            self._typed = steady_seconds()
        if self.busy and isinstance(event, InputEvent):
            if not isinstance(event, Key) or event.key not in ("escape", "ctrl+c"):
                return
            if event.key == "escape":
                self._desk.give_up()
                return
        await super().on_event(event)

    def on_data_table_row_highlighted(self, _event: DataTable.RowHighlighted) -> None:
        if self.screen_stack:  # what is told as the board ends finds none
            self._draw_page()

    def on_data_table_row_selected(self, _event: DataTable.RowSelected) -> None:
        self.action_do()

    def _draw_page(self) -> None:
        id = self._chosen
        try:
            lines = [] if id is None else self._desk.page(id)
        except SopError as error:
            lines = [self._desk.say(error.message)]
        self._part("ticket").update(Text("\n".join(lines)))

    def _say(self, lines: Sequence[str]) -> None:
        self._part("said").update(Text("\n".join(lines)))

    # --- narrowing ---

    def action_narrow(self) -> None:
        """Type a part of what stands in the queue; Enter goes to what is left of it, Esc shows all again."""
        line = self.screen_stack[0].query_one("#narrow", Input)
        line.display = True
        line.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "narrow":
            self._draw_queue()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "narrow":
            event.input.display = bool(event.value)
            self._table.focus()

    def action_all(self) -> None:
        """Show all again, and what was said is read."""
        if not self._unreadable:
            self._say([])
        line = self.screen_stack[0].query_one("#narrow", Input)
        line.value = ""
        line.display = False
        self._table.focus()

    # --- doing ---

    def _asking(self, ask: Callable[[str], Answer]) -> tuple[str, Answer] | None:
        """The ticket at the cursor, and what the desk answers of it; None where there is none, or it cannot be read."""
        id = self._chosen
        if id is None:
            return None
        try:
            return id, ask(id)
        except SopError as error:
            self._say([self._desk.say(error.message)])
            return None

    def action_do(self) -> None:
        found = self._asking(self._desk.triggers)
        if found is None:
            return
        id, deeds = found
        if not deeds:
            self._say([self._desk.say(msg("{ticket} offers you nothing now", ticket=id))])
            return
        named = [(each.trigger, f"{each.title} ({each.trigger})", each) for each in deeds]
        self._choose(msg("what to do with {ticket}", ticket=id), named)

    def action_more(self) -> None:
        found = self._asking(self._desk.acts)
        if found is not None:
            named = [(each.act, f"{key}  {each.title}", each) for key, each in found[1]]
            self._choose(msg("what else to do with {ticket}", ticket=found[0]), named)

    def action_act(self, key: str) -> None:
        found = self._asking(lambda id: self._desk.act_by(id, key))
        if found is None:
            return
        if isinstance(found[1], Deed):
            self._begin(found[1])
        else:
            self._say(found[1])

    def _choose(self, title: Message, named: Sequence[tuple[str, str, Deed]]) -> None:
        """Let one of the deeds be chosen, and begin it."""
        options = [option(id, shown, (deed.title,)) for id, shown, deed in named]

        def chosen(place: int | None) -> None:
            if place is not None:
                self._begin(named[place][2])

        self.push_screen(Choosing(self._desk.say(title), options, self._desk.say), chosen)

    def _begin(self, deed: Deed) -> None:
        """Ask for what a deed needs, and do it; at once where it needs nothing."""
        if deed.questions:
            self.push_screen(Form(deed, self._desk, self.work), self._done)
        else:
            self.work(deed, {}, self._done)

    def work(self, deed: Deed, values: Values, tell: Callable[[Told], None]) -> None:
        """Do it in a thread of its own; `tell` is given what came of it."""
        if not self.busy:
            self.busy = True
            self.run_worker(self._work(deed, values, tell))

    async def _work(self, deed: Deed, values: Values, tell: Callable[[Told], None]) -> None:
        doing = asyncio.ensure_future(asyncio.to_thread(self._desk.do, deed, values))
        try:
            await asyncio.wait({doing}, timeout=AT_ONCE_SECONDS)
            if not doing.done():
                await self.push_screen(Waiting(deed, self._desk))
                await asyncio.wait({doing})
                await self.pop_screen()
            told = doing.result()
        except Exception as error:
            self._handle_exception(error)
            return
        finally:
            self.busy = False
        if self._ends:
            self.parting = told
            self.exit()
        else:
            tell(told)

    async def action_quit(self) -> None:
        """End it; what is being done is given up where it can be."""
        if self.busy:
            self._ends = True
            self._desk.give_up()
        else:
            self.exit()

    def _done(self, told: Told | None) -> None:
        if told is not None:
            self._look()
            self._draw_page()
            self._say(told.lines)
