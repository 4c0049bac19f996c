"""The board on a terminal: the queue above, the ticket below, keys for what is done most.

The law. What users wrote reaches the terminal as plain text only: cells and pages are made as `Text`, never read as
markup. Everything runs in one thread, each look at the store is short, and every two seconds the queue is read anew, so
that what others do appears by itself. At a terminal of several people the board ends when nobody has typed anything for
so long that whoever was on there is on no longer.
"""

from collections.abc import Sequence
from typing import Final

from rich.text import Text
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.events import Event, Key
from textual.widgets import DataTable, Footer, Static

from sop_engine.clock import steady_seconds
from sop_engine.console.board.desk import Choice, Desk, Need, Row
from sop_engine.console.board.dialogs import Choosing, Form, Wanted
from sop_engine.console.text import cut
from sop_engine.errors import SopError
from sop_engine.messages import msg

POLL_SECONDS: Final = 2.0
NOTED_SECONDS: Final = 10.0
"""between two keys; what comes sooner is not written down anew"""
_KEYS: Final = (
    ("d", "do", msg("do")),
    ("c", "claim", msg("claim")),
    ("n", "note", msg("note")),
    ("u", "urge", msg("urge")),
    ("r", "refresh", msg("look again")),
    ("tab", "focus_next", msg("page")),
    ("q", "quit", msg("end")),
)


class Board(App[None]):
    """The whole board."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #queue { height: 1fr; min-height: 6; overflow-x: hidden; }
    #page { height: 1fr; border-top: solid $foreground; }
    #said { height: auto; max-height: 6; border-top: solid $foreground; }
    """

    def __init__(self, desk: Desk, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__()
        self._desk = desk
        self._poll_seconds = poll_seconds
        self._rows: list[Row] = []
        self._typed = steady_seconds()
        self.left = False
        """whether it has ended because nobody typed anything"""
        for key, action, title in _KEYS:
            self.bind(key, action, description=desk.say(title))
        self.bind("ctrl+c", "quit", show=False)

    def compose(self) -> ComposeResult:
        table: DataTable[Text] = DataTable(id="queue", cursor_type="row", zebra_stripes=False)
        yield table
        with VerticalScroll(id="page"):
            yield Static("", id="ticket", markup=False)
        yield Static("", id="said", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self._table.add_columns(*(Text(head) for head in self._desk.heads()))
        self._table.focus()
        self.action_refresh()
        self.set_interval(self._poll_seconds, self._look)

    @property
    def _table(self) -> DataTable[Text]:
        found: DataTable[Text] = self.query_one("#queue", DataTable)
        return found

    @property
    def _chosen(self) -> str | None:
        """The number of the ticket at the cursor."""
        return (
            self._rows[self._table.cursor_row].id if self._rows and self._table.cursor_row < len(self._rows) else None
        )

    # --- looking ---

    def action_refresh(self) -> None:
        """Read the queue anew."""
        self._rows = []
        self._look()
        if not self._rows:
            self._say([self._desk.say(msg("nothing is waiting for you"))])

    def _look(self) -> None:
        """Read the queue, and draw it where it has changed; the cursor stays on its ticket."""
        idle = self._desk.idle_seconds
        if idle is not None and steady_seconds() - self._typed >= idle:
            self.left = True
            self.exit()
            return
        try:
            rows = self._desk.rows()
        except SopError as error:
            self._say([self._desk.say(error.message)])
            return
        if rows == self._rows:
            return
        here, place = self._chosen, self._table.cursor_row
        moved = {row.id for row in rows} - {row.id for row in self._rows} if self._rows else set()
        self._rows = rows
        self._table.clear()
        for row in rows:
            self._table.add_row(*self._fitting(row), key=row.id)
        ids = [row.id for row in rows]
        self._table.move_cursor(row=ids.index(here) if here in ids else min(place, max(len(ids) - 1, 0)))
        if moved:
            self._say([self._desk.say(msg("new here: {tickets}", tickets=tuple(sorted(moved)[:5])))])
        self._draw_page()

    def _fitting(self, row: Row) -> list[Text]:
        """A row's cells, as wide as the terminal has room for; its number and unit whole."""
        more = max(self.size.width - 80, 0)
        widths = (None, None, 14 + more * 2 // 3, 12 + more // 3, 8, 10)
        return [
            Text(cell if most is None else cut(cell, most), no_wrap=True)
            for cell, most in zip(row.cells, widths, strict=True)
        ]

    async def on_event(self, event: Event) -> None:
        """Every key comes by here first, in forms too: somebody has typed something."""
        if isinstance(event, Key):
            if steady_seconds() - self._typed >= NOTED_SECONDS:
                self._desk.typed()
            self._typed = steady_seconds()
        await super().on_event(event)

    def on_data_table_row_highlighted(self, _event: DataTable.RowHighlighted) -> None:
        self._draw_page()

    def _draw_page(self) -> None:
        id = self._chosen
        try:
            lines = [] if id is None else self._desk.page(id)
        except SopError as error:
            lines = [self._desk.say(error.message)]
        self.query_one("#ticket", Static).update(Text("\n".join(lines)))

    def _say(self, lines: Sequence[str]) -> None:
        self.query_one("#said", Static).update(Text("\n".join(lines)))

    # --- doing ---

    def _done(self, lines: Sequence[str]) -> None:
        self._look()
        self._draw_page()
        self._say(lines)

    def action_claim(self) -> None:
        if self._chosen is not None:
            self._done(self._desk.claim(self._chosen))

    def action_urge(self) -> None:
        if self._chosen is not None:
            self._done(self._desk.urge(self._chosen))

    def action_note(self) -> None:
        id = self._chosen
        if id is None:
            return

        def given(values: Wanted) -> None:
            if values is not None and values["note"].strip():
                self._done(self._desk.note(id, values["note"]))

        title = self._desk.say(msg("note on {ticket}", ticket=id))
        self.push_screen(Form(title, [Need("note", self._desk.say(msg("the note")), True, "")], self._desk.say), given)

    def action_do(self) -> None:
        id = self._chosen
        if id is None:
            return
        try:
            choices = self._desk.choices(id)
        except SopError as error:
            self._say([self._desk.say(error.message)])
            return
        if not choices:
            self._say([self._desk.say(msg("{ticket} offers you nothing now", ticket=id))])
            return

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self._fill(id, choice)

        self.push_screen(Choosing(self._desk.say(msg("what to do with {ticket}", ticket=id)), choices), chosen)

    def _fill(self, id: str, choice: Choice) -> None:
        """Ask for what a trigger needs, and do it."""

        def given(values: Wanted) -> None:
            if values is not None:
                self._done(self._desk.do(id, choice.trigger, values))

        if choice.needs:
            self.push_screen(Form(f"{id} {choice.title}", choice.needs, self._desk.say), given)
        else:
            given({})
