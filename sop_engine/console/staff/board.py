"""`sop board`: the queue on the whole terminal."""

from typing import Annotated

from sop_engine.console.call import Call
from sop_engine.console.parameters import argument, option
from sop_engine.console.staff.narrowed import Narrowed, asked
from sop_engine.console.staff.views import view_named
from sop_engine.errors import NotUnderstood, SetUp
from sop_engine.messages import msg


def board(
    call: Call,
    view: Annotated[str | None, argument(msg("a saved view: @name"), "@VIEW")] = None,
    all: Annotated[bool, option("--all-open", help=msg("everything that is open, and not only yours"))] = False,
) -> None:
    """Show the queue, the ticket at the cursor, and act by keys. Needs the extra `tui`."""
    if call.json or not call.asks or not call.output.on_terminal():
        raise NotUnderstood(
            msg("the board wants a terminal and somebody who sits there"),
            fix=msg("a list that can go anywhere: sop ls"),
        )
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            narrowed = Narrowed(mine=not all, sort="left") if view is None else view_named(reading, view).narrowed
            asked(opened, reading, narrowed)  # what is wrong with the view is said before the terminal is taken
        try:
            from sop_engine.console.board.app import Board
        except ImportError as error:
            if (error.name or "").partition(".")[0] not in {"textual", "rich"}:
                raise
            raise SetUp(
                msg("the board needs the package `textual`"), fix=msg("install it: pip install 'sop-engine[tui]'")
            ) from None
        from sop_engine.console.board.desk import Desk

        output = call.output
        shown = Board(Desk(opened, narrowed))
        try:
            shown.run()
        finally:
            call.output = output  # the desk has one of its own
        if shown.fault is not None:
            raise shown.fault
        if shown.parting is not None:
            output.tell(*shown.parting.lines)
        if shown.left:
            minutes = int(opened.site.settings.idle.total_seconds() // 60)
            output.tell(msg("nobody has typed anything for {minutes} minutes, so the board has ended", minutes=minutes))
