"""The board while another program has the store: the screen lives, Esc gives up, and what came of it is told."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine.console import call
from sop_engine.console.board import app
from sop_engine.console.board.app import Board
from sop_engine.console.board.desk import Desk
from sop_engine.console.board.dialogs import Form
from sop_engine.console.call import Call
from sop_engine.console.staff.narrowed import Narrowed
from sop_engine.messages import msg
from sop_engine.store import lock
from sop_engine.store.drivers import lock_path
from sop_engine.store.lock import FileTurn
from tests.console.boards import Pressing, play, shown
from tests.console.conftest import Sop


class Holder:
    """Another program that has the store."""

    def __init__(self, site: Path) -> None:
        self._turn = FileTurn(lock_path(site / "site.db"), "db backup")

    def take(self) -> None:
        self._turn.acquire(False, 5)

    def release(self) -> None:
        self._turn.release()

    def close(self) -> None:
        self._turn.close()


@pytest.fixture
def holder(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Holder]:
    monkeypatch.setattr(lock, "SAY_AFTER_SECONDS", 0.02)
    monkeypatch.setattr(lock, "ASK_SECONDS", 0.02)
    monkeypatch.setattr(app, "AT_ONCE_SECONDS", 0.01)
    holder = Holder(site)
    yield holder
    holder.close()


async def seen(board: Board, words: str) -> None:
    """Wait until the words stand there."""
    end = time.monotonic() + 30
    while words not in shown(board):
        assert time.monotonic() < end, shown(board)
        await asyncio.sleep(0.01)


def test_whoever_waits_is_told_for_whom_and_gives_up_with_what_he_typed_kept(
    sop: Sop, wx: str, holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def playing(board: Board, press: Pressing) -> None:
        await press("n", "=he rang")
        # given another program that has the store, when he acts and gives up
        holder.take()
        await press("enter", at_once=True)
        await seen(board, "(db backup)")
        await press("x", "enter", at_once=True)  # counts for nothing
        await press("escape")
        await seen(board, "given up; nothing was done")
        assert "he rang" in shown(board) and "he rangx" not in shown(board)
        # when he tries again and gives up too late
        monkeypatch.setattr(lock, "ASK_SECONDS", 20)
        await press("enter", at_once=True)
        await seen(board, "waiting for the store: process")  # he was asked, and is not asked again so soon
        await press("escape", at_once=True)
        await seen(board, "giving up")
        holder.release()
        await seen(board, f"{wx}: done")
        await press()
        assert "it was done before it could be given up" in shown(board)

    play(playing)
    assert sop("show", wx, "--json").json["number"] == 2


def test_a_form_that_was_given_up_does_nothing_more(sop: Sop, wx: str) -> None:
    async def playing(board: Board, press: Pressing) -> None:
        await press("n", "=he rang")
        form = board.screen
        assert isinstance(form, Form)
        form.action_give_up()
        form.action_done()  # of an Enter just before
        await press()
        assert not board.busy

    play(playing)
    assert sop("show", wx, "--json").json["number"] == 1


def test_whoever_ends_the_board_meanwhile_is_told_what_came_of_it(sop: Sop, wx: str, holder: Holder) -> None:
    async def playing(board: Board, press: Pressing) -> None:
        await press("n", "=he rang")
        holder.take()
        await press("enter", at_once=True)
        await seen(board, "waiting for the store")
        await press("ctrl+c")
        assert board.parting is not None and board.parting.lines[0] == "given up; nothing was done"
        assert not board.is_running

    play(playing)
    assert sop("show", wx, "--json").json["number"] == 1


def test_a_fault_of_the_program_in_an_act_ends_the_board_with_it(
    sop: Sop, wx: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_desk: Desk, *_given: object) -> None:
        raise ZeroDivisionError

    async def playing(board: Board, press: Pressing) -> None:
        monkeypatch.setattr(Desk, "do", broken)
        await press("n", "x", "enter")
        assert isinstance(board.fault, ZeroDivisionError)
        board._exception = None  # the bench would raise it

    play(playing)


def test_a_look_at_the_store_waits_for_nobody(sop: Sop) -> None:
    with Call("board", {"as_name": "wang_fang", "lang": "en", "site": os.environ["SOP_SITE"]}).open() as opened:
        desk = Desk(opened, Narrowed())
        assert desk._waits(msg("waiting for the store"))
        assert desk.holder == ""


def test_a_command_that_waits_tells_for_whom_every_ten_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = Call("do", {"lang": "en"})
    for second in range(25):
        monkeypatch.setattr(call, "steady_seconds", lambda second=second: 1000.0 + second)
        assert waiting.waits(msg("waiting for the store")) is None
    assert capsys.readouterr().err == "waiting for the store\n" * 3
