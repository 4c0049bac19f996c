"""`sop board`: what stands on the terminal, what keys do, and what others do meanwhile."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from sop_engine.clock import steady_seconds
from sop_engine.console.board import app, desk
from sop_engine.console.board.app import Board
from sop_engine.console.board.desk import Desk, Row
from sop_engine.console.call import Call
from sop_engine.console.staff.listing import CELLS
from sop_engine.console.staff.narrowed import Narrowed
from sop_engine.console.text import width
from tests.console.boards import Pressing, play, shown, typed
from tests.console.conftest import Sop


def test_the_queue_and_the_ticket_at_the_cursor_fit_80_columns(sop: Sop, wx: str) -> None:
    async def playing(board: Board, press: Pressing) -> None:
        page = shown(board)
        lines = page.splitlines()
        assert all(width(line) <= 80 for line in lines)
        assert lines[0].split() == ["单号", "房号", "事项", "状态", "经办人", "剩余"]
        assert lines[1].split() == [wx, "3-2-1202", "3-2-1202", "厨房漏水", "待派单", "15", "分钟"]
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
        await press("u", "enter", "enter")
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
            theirs = Desk(other, Narrowed())
            cancel = next(each for each in theirs.triggers(wx) if each.trigger == "cancel")
            assert theirs.do(cancel, {"reason": ("x",)}).done
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


def test_a_long_queue_is_drawn_in_part_and_narrowed_as_a_whole(
    sop: Sop, wx: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [Row(f"WX-{rank}", 1, (f"WX-{rank}", f"3-2-{rank}", "leak 王芳", "", "", "")) for rank in range(1990)]
    monkeypatch.setattr(Desk, "rows", lambda _self: rows)
    monkeypatch.setattr(Desk, "page", lambda _self, id: [id])

    async def playing(board: Board, press: Pressing) -> None:
        assert "200 of 1990 tickets" in shown(board)
        await press("slash", *typed("1987 王芳"), "enter")
        assert board._chosen == "WX-1987"
        assert "1 of 1990 tickets" in shown(board)
        await press("escape")
        assert "200 of 1990 tickets" in shown(board)

        monkeypatch.setattr(Desk, "rows", lambda _self: rows + rows[:10])
        await press("r")
        assert "200 of the first 2000 tickets" in shown(board)

    play(playing)


def test_of_what_has_not_changed_only_what_is_left_is_said_anew(
    sop: Sop, wx: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Call("board", {"as_name": "wang_fang", "lang": "en", "site": os.environ["SOP_SITE"]}).open() as opened:
        queue = Desk(opened, Narrowed())
        (row,) = queue.rows()
        assert queue.rows()[0] is row and row.cells[-1] == "15 min"
        monkeypatch.setitem(vars(desk)["CELLS"], "left", CELLS["left"]._replace(of=lambda _lines, _head: "14 min"))
        assert queue.rows()[0].cells == (*row.cells[:-1], "14 min")
        sop("edit", wx, "--as", "wang_fang", "--field", "fault=a flood", "--reason", "x")
        assert "a flood" in queue.rows()[0].cells[2]


def test_a_store_that_is_gone_is_told_until_it_is_back_and_nothing_is_done_to_another(
    sop: Sop, site: Path, wx: str
) -> None:
    store, aside = site / "site.db", site / "aside.db"

    async def playing(board: Board, press: Pressing) -> None:
        store.rename(aside)
        board._look()
        await press()
        assert "what stands here may be" in shown(board) and wx in shown(board)
        await press("n", *typed("x"), "enter")
        assert "cannot be read" in shown(board)
        await press("escape")
        shutil.copy(aside, store)
        board._look()
        await press()
        assert "another file" in shown(board) and "sop board" in shown(board)
        aside.replace(store)
        board._look()
        await press()
        assert "can be read again" in shown(board)

    play(playing)
    assert sop("show", wx, "--json").json["number"] == 1


def test_ctrl_c_ends_it_from_a_form_too(sop: Sop, wx: str) -> None:
    async def playing(board: Board, press: Pressing) -> None:
        await press("n", "x", "ctrl+c")
        assert not board.is_running

    play(playing)
    assert sop("show", wx, "--json").json["number"] == 1


def test_a_fault_of_the_program_is_told_as_any_command_tells_it(
    sop: Sop, wx: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(board: Board) -> None:
        board.fault = ZeroDivisionError("what stands in memory")

    monkeypatch.setattr("sop_engine.console.output.Output.on_terminal", lambda _self: True)
    monkeypatch.setattr("sop_engine.console.call.Call.asks", True)
    monkeypatch.setattr(Board, "run", broken)
    said = sop("board")
    assert said.code == 70
    assert "ZeroDivisionError" in said.err
