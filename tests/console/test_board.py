"""`sop board`: what stands on the terminal, what keys do, and what others do meanwhile."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

import pytest

from sop_engine.clock import steady_seconds
from sop_engine.console.board import app, desk
from sop_engine.console.board.app import Board
from sop_engine.console.board.desk import Desk
from sop_engine.console.call import Call
from sop_engine.console.staff.listing import CELLS
from sop_engine.console.staff.narrowed import Narrowed
from sop_engine.console.text import width
from tests.console.conftest import Sop

Pressing = Callable[..., Awaitable[None]]
Playing = Callable[[Board, Pressing], Awaitable[None]]
SIZE = (80, 24)


def shown(board: Board) -> str:
    """What stands on the terminal, as plain text."""
    return "\n".join(strip.text.rstrip() for strip in board.screen._compositor.render_strips())


def play(playing: Playing, person: str = "wang_fang", language: str = "en") -> None:
    """Open the board of somebody, and do what a test wants with it."""

    async def run() -> None:
        with Call("board", {"as_name": person, "lang": language, "site": os.environ["SOP_SITE"]}).open() as opened:
            board = Board(Desk(opened, Narrowed(mine=True, sort="left")), poll_seconds=3600)
            async with board.run_test(size=SIZE) as pilot:

                async def press(*keys: str) -> None:
                    await pilot.press(*keys)
                    await pilot.pause()

                await pilot.pause()
                await playing(board, press)

    asyncio.run(run())


def typed(text: str) -> list[str]:
    return ["space" if character == " " else character for character in text]


def test_the_queue_and_the_ticket_at_the_cursor_fit_80_columns(sop: Sop, wx: str) -> None:
    async def playing(board: Board, press: Pressing) -> None:
        page = shown(board)
        lines = page.splitlines()
        assert all(width(line) <= 80 for line in lines)
        assert lines[0].split() == ["单号", "房号", "事项", "状态", "经办人", "剩余"]
        assert lines[1].split() == [wx, "3-2-1202", "3-2-1202", "厨房…", "待派单", "15", "分钟"]
        assert "业主报修 (repair)" in page
        assert "登记人" not in lines[0] and "d 办理" in page

    play(playing, language="zh")


def test_a_trigger_is_chosen_and_its_fields_are_filled_in(sop: Sop, wx: str) -> None:
    async def playing(board: Board, press: Pressing) -> None:
        await press("d")
        assert "Dispatch (dispatch)" in shown(board)
        await press("down", "enter")
        assert "Reason *" in shown(board)
        await press(*typed("rang off"), "enter")
        assert f"{wx}: done" in shown(board)

    play(playing)
    ticket = sop("show", wx, "--json").json
    assert (ticket["status"], ticket["outcome"], ticket["fields"]["reason"]) == ("closed", "cancelled", "rang off")


def test_what_is_refused_says_why_and_changes_nothing(sop: Sop, wx: str) -> None:
    async def playing(board: Board, press: Pressing) -> None:
        await press("c")
        assert "no task" in shown(board) or "offered" in shown(board), shown(board)
        await press("d", "escape", "n", "escape")

    play(playing)
    assert sop("show", wx, "--json").json["number"] == 1


def test_notes_claims_and_urging_are_the_same_commands_as_elsewhere(sop: Sop, wx: str) -> None:
    sop("do", wx, "dispatch", "--as", "wang_fang")

    async def playing(board: Board, press: Pressing) -> None:
        await press("c")
        await press("n", *typed("on my way"), "enter")

    play(playing, "li_qiang")

    async def urging(board: Board, press: Pressing) -> None:
        await press("u")
        assert f"{wx}: done" in shown(board)

    play(urging)
    ticket = sop("show", wx, "--json").json
    assert ticket["tasks"][0]["assignee"] == "li_qiang"
    assert ticket["urged"]["times"] == 1
    assert "on my way" in sop("audit", "log", wx, "--as", "wang_fang").out
    assert sop("audit", "replay", "--all").code == 0


def test_what_others_do_appears_and_the_cursor_stays_on_its_ticket(sop: Sop, wx: str) -> None:
    second = sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1203", "--field", "fault=y", "--json")
    id = second.json["id"]

    async def playing(board: Board, press: Pressing) -> None:
        await press("down")
        assert board._chosen == id
        with Call("do", {"as_name": "wang_fang", "lang": "en", "site": os.environ["SOP_SITE"]}).open() as other:
            Desk(other, Narrowed()).do(wx, "cancel", {"reason": "x"})
        board._look()
        await press()
        assert board._chosen == id
        assert wx not in shown(board)

    play(playing)


def test_what_users_wrote_is_never_read_as_markup_and_steers_nothing(
    sop: Sop, wx: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "[b]x[/] \x1b[31mr\u202ed"
    monkeypatch.setitem(vars(desk)["CELLS"], "subject", CELLS["subject"]._replace(of=lambda _lines, _head: hostile))
    sop("note", wx, "--as", "wang_fang", "[@click=app.quit]x[/]")
    sop("edit", wx, "--as", "wang_fang", "--field", "fault=[link=https://x]y[/link]", "--reason", "x")

    async def playing(board: Board, press: Pressing) -> None:
        page = shown(board)
        assert "\x1b" not in page and "\u202e" not in page
        assert "[b]x[/] \\x1b[" in page
        assert "[link=https://x]y[/link]" in page

    play(playing)


def test_at_a_terminal_of_several_people_it_ends_when_nobody_types(
    sop: Sop, wx: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = steady_seconds()

    async def playing(board: Board, press: Pressing) -> None:
        monkeypatch.setattr(app, "steady_seconds", lambda: started + 14 * 60)
        await press("down")  # so long again from here
        monkeypatch.setattr(app, "steady_seconds", lambda: started + 28 * 60)
        board._look()
        assert not board.left
        monkeypatch.setattr(app, "steady_seconds", lambda: started + 29 * 60 + 1)
        board._look()
        assert board.left

    play(playing)


def test_without_a_terminal_or_the_package_it_says_what_to_do(
    sop: Sop, wx: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = sop("board")
    assert (refused.code, refused.out) == (2, "")
    assert "sop ls" in refused.err
    monkeypatch.setattr("sop_engine.console.output.Output.on_terminal", lambda _self: True)
    monkeypatch.setattr("sop_engine.console.call.Call.asks", True)
    monkeypatch.delitem(sys.modules, "sop_engine.console.board.app")
    monkeypatch.setitem(sys.modules, "textual.app", None)
    missing = sop("board")
    assert (missing.code, "pip install 'sop-engine[tui]'" in missing.err) == (7, True)
    assert sop("board", "@nothing").code == 3
