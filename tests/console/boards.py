"""A bench for the board: opens it for somebody on a terminal of its own, presses keys, and reads what stands there."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

from rich.segment import Segment
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from sop_engine.console.board.app import Board
from sop_engine.console.board.desk import Desk
from sop_engine.console.call import Call
from sop_engine.console.staff.narrowed import Narrowed
from sop_engine.console.text import width

Pressing = Callable[..., Awaitable[None]]
Playing = Callable[[Board, Pressing], Awaitable[None]]
SIZE = (80, 24)


def shown(board: Board) -> str:
    """What stands on the terminal, as plain text."""
    return "\n".join(strip.text.rstrip() for strip in board.screen._compositor.render_strips())


def picture(board: Board) -> str:
    """What stands on the terminal, and below it how: a letter for each cell, and what the letters mean. A wide
    character has two letters, so that a column that moves by one cell is seen."""
    for line in board.screen.query(Input):
        line.cursor_blink = False  # it is seen whenever one looks
    letters: dict[str, str] = {}
    texts, styles = [], []
    for strip in board.screen._compositor.render_strips():
        texts.append(strip.text.rstrip())
        styles.append("".join(_letter(letters, each) * width(each.text) for each in strip))
    named = [f"{letter} {style}" for style, letter in letters.items()]
    return "\n".join([*texts, "", *styles, "", *named, ""])


def _letter(letters: dict[str, str], segment: Segment) -> str:
    return letters.setdefault(str(segment.style), chr(ord("a") + len(letters)))


def play(playing: Playing, person: str = "wang_fang", language: str = "en", size: tuple[int, int] = SIZE) -> None:
    """Open the board of somebody, and do what a test wants with it."""

    async def run() -> None:
        with Call("board", {"as_name": person, "lang": language, "site": os.environ["SOP_SITE"]}).open() as opened:
            board = Board(Desk(opened, Narrowed(mine=True, sort="left")), poll_seconds=3600)
            async with board.run_test(size=size) as pilot:
                await pilot.pause()
                await playing(board, pressing(pilot))

    asyncio.run(run())


def pressing(pilot: Pilot[Any]) -> Pressing:
    """Presses keys, one after the other; what begins with `=` is written at once, as from a clipboard. What is
    done by it is done when it comes back, unless it is to come back at once."""

    async def press(*keys: str, at_once: bool = False) -> None:
        for key in keys:
            focused = pilot.app.focused
            if key.startswith("=") and focused is not None:
                focused.post_message(Paste(key[1:]))
                await pilot.pause()
            else:
                await pilot.press(key)
            while getattr(pilot.app, "busy", False) and not at_once:
                await pilot.pause(0.01)
        await pilot.pause()

    return press


def typed(text: str) -> list[str]:
    """The keys that write a text."""
    return ["space" if character == " " else character for character in text]


def meanwhile(person: str, id: str, name: str, **arguments: Any) -> str:
    """Somebody else does something to a ticket, at a terminal of his own; gives its number."""
    with Call(name, {"as_name": person, "lang": "en", "site": os.environ["SOP_SITE"]}).open() as opened:
        return opened.act(opened.command(name, id, arguments)).head.id
