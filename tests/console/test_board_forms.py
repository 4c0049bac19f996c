"""Forms of the board: what is picked and typed, what is wrong with it, and what others do while one is open."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textual.app import App

from sop_engine.console.board.desk import Desk
from sop_engine.console.board.dialogs import Form
from sop_engine.console.board.questions import Deed, Kind, Question, Told, Values, matching, option
from sop_engine.console.call import Call
from sop_engine.console.staff.narrowed import Narrowed
from sop_engine.messages import say
from tests.console.boards import Pressing, meanwhile, play, pressing, shown
from tests.console.conftest import Sop

PEOPLE = (option("wang_fang", "王芳"), option("wu_dan", "吴丹"), option("zhang_wei", "[b]张伟[/]"))


def on_site(sop: Sop, wx: str) -> None:
    """Given a ticket that 李强 works on."""
    sop("do", wx, "dispatch", "--as", "wang_fang")
    sop("claim", wx, "--as", "li_qiang")
    assert sop("do", wx, "accept", "--as", "li_qiang").code == 0


class Clerk:
    """Takes whatever is given, and remembers it; only the word `wrong` is wrong."""

    def __init__(self) -> None:
        self.given: list[Values] = []

    def say(self, message: Any) -> str:
        return say(message, "en")

    def problem(self, deed: Deed, question: Question, texts: Sequence[str]) -> str | None:
        return "that is wrong" if "wrong" in texts else None

    def do(self, deed: Deed, values: Values) -> Told:
        self.given.append(values)
        return Told(True, (), deed.number)

    def meanwhile(self, id: str, number: int) -> tuple[int, list[str]]:
        return number, []


def fill(kind: Kind, *keys: str) -> tuple[Values, str]:
    """What a form of one question gives when these keys are pressed, and what it looked like before the last."""
    clerk = Clerk()
    looks = ""

    class Alone(App[None]):
        def on_mount(self) -> None:
            self.push_screen(Form(Deed("WX-1", 1, "do", "Do", "go", (Question("x", "X", False, kind, PEOPLE),)), clerk))

    async def run() -> None:
        nonlocal looks
        app = Alone()
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            press = pressing(pilot)
            await press(*keys[:-1])
            looks = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
            await press(keys[-1])

    asyncio.run(run())
    return (clerk.given[0] if clerk.given else {}), looks


def test_what_is_typed_finds_an_option_by_id_title_part_and_initials() -> None:
    assert [each.id for each in matching(PEOPLE, "wf")] == ["wang_fang"]
    assert [each.id for each in matching(PEOPLE, "吴")] == ["wu_dan"]
    assert [each.id for each in matching(PEOPLE, "ＷＵ＿")] == ["wu_dan"]
    assert [each.id for each in matching(PEOPLE, "an")] == ["wang_fang", "wu_dan", "zhang_wei"]
    assert matching(PEOPLE, "nobody") == []


def test_what_is_called_so_comes_before_what_begins_so() -> None:
    found = matching((option("abc", "abc"), option("ab", "ab"), option("cab", "cab")), "ab")
    assert [each.id for each in found] == ["ab", "abc", "cab"]


def test_one_is_picked_by_initials_or_by_arrows_and_by_leaving_the_line_too() -> None:
    assert fill("one", "=wf", "enter")[0] == {"x": ("wang_fang",)}
    assert fill("one", "down", "down", "enter")[0] == {"x": ("wu_dan",)}
    assert fill("one", "=wu", "ctrl+s")[0] == {"x": ("wu_dan",)}


def test_an_empty_line_gives_nothing() -> None:
    assert fill("one", "enter") == ({}, fill("one", "enter")[1])
    assert fill("text", "space", "enter")[0] == {}


def test_titles_are_no_markup() -> None:
    assert "[b]张伟[/] (zhang_wei)" in fill("one", "z", "escape")[1]


def test_several_are_marked_and_unmarked() -> None:
    given, looks = fill("several", "=wf", "enter", "=dan", "enter", "down", "enter", "ctrl+s")
    assert given == {"x": ("wu_dan",)}
    assert "( ) 王芳" in looks and "(x) 吴丹" in looks


def test_lines_of_a_checklist_are_answered_yes_no_or_not_at_all() -> None:
    given, looks = fill("checks", "down", "enter", "down", "enter", "enter", "ctrl+s")
    assert given == {"x": ("wang_fang=yes", "wu_dan=no")}
    assert "吴丹 (no)" in looks


def test_lines_are_added_one_by_one_and_the_last_is_taken_back_by_backspace() -> None:
    given, _looks = fill("lines", "a", "enter", "b", "enter", "backspace", "c", "enter", "enter")
    assert given == {"x": ("a", "bc")}


def test_what_is_wrong_is_told_beside_it_and_nothing_is_done() -> None:
    given, looks = fill("text", "=wrong", "enter", "escape")
    assert given == {}
    assert "! that is wrong" in looks


def test_fields_are_read_before_anything_is_done_and_people_are_picked(sop: Sop, wx: str) -> None:
    on_site(sop, wx)

    async def playing(board: Any, press: Pressing) -> None:
        await press("d", "=done", "enter", "=cheap", "enter")
        assert "! " in shown(board) and "cheap" in shown(board)
        await press("ctrl+u", "=80", "enter", "=nowhere.jpg", "enter", "enter")
        assert "nowhere.jpg" in shown(board).partition("! ")[2]
        await press("backspace", "ctrl+u", "enter", "=zw")
        assert "张伟 (zhang_wei)" in shown(board)
        await press("enter")
        assert f"{wx}: done" in shown(board)

    play(playing, "li_qiang")
    fields = sop("show", wx, "--json").json["fields"]
    assert (fields["fee"], fields["colleague"]) == ("80.00", "zhang_wei")


def test_what_others_do_while_a_form_is_open_is_told_on_it(sop: Sop, wx: str) -> None:
    async def playing(board: Any, press: Pressing) -> None:
        await press("d", "=cancel", "enter", "=rang off")
        meanwhile("liu_yang", wx, "note", note="he rings again")
        board._look()
        await press()
        page = shown(board)
        assert "others have worked on this ticket meanwhile:" in page and "刘洋" in page and "rang off" in page
        await press("enter")
        assert f"{wx}: done" in shown(board)

    play(playing)


def test_whoever_has_not_seen_it_is_refused_once_and_what_he_typed_stays(sop: Sop, wx: str) -> None:
    async def playing(board: Any, press: Pressing) -> None:
        await press("d", "=cancel", "enter", "=rang off")
        meanwhile("liu_yang", wx, "note", note="he rings again")
        await press("enter")
        page = shown(board)
        assert "has moved on" in page and "meanwhile:" in page and "rang off" in page
        await press("enter")
        assert f"{wx}: done" in shown(board)

    play(playing)
    assert sop("show", wx, "--json").json["fields"]["reason"] == "rang off"


def test_a_task_is_passed_on_by_keys_and_taken_over(sop: Sop, wx: str) -> None:
    on_site(sop, wx)

    async def passing(board: Any, press: Pressing) -> None:
        await press("o")
        assert "cannot be done" in shown(board)
        await press("t", "=zw", "enter", "enter")
        assert f"{wx}: done" in shown(board)

    async def taking(board: Any, press: Pressing) -> None:
        await press("o")
        assert f"{wx}: done" in shown(board)

    play(passing, "li_qiang")
    play(taking, "zhang_wei")
    assert sop("show", wx, "--json").json["tasks"][0]["assignee"] == "zhang_wei"


def test_a_ticket_rests_and_goes_on_by_the_same_key(sop: Sop, wx: str) -> None:
    async def playing(board: Any, press: Pressing) -> None:
        await press("s", "=soon", "enter")
        assert "--until" in shown(board)
        await press("ctrl+u", "=2 h", "enter", "=no key", "enter")
        assert "suspended" in shown(board)
        await press("s")
        assert "let it go on" in shown(board)
        await press("enter")
        assert f"{wx}: done" in shown(board)

    play(playing)
    assert sop("show", wx, "--json").json["status"] == "open"


def test_what_is_refused_stands_on_the_form_with_its_way_out(sop: Sop, wx: str) -> None:
    on_site(sop, wx)

    async def playing(board: Any, press: Pressing) -> None:
        await press("m", "=send", "enter", "=previous", "enter", "=too early", "enter")
        page = shown(board)
        assert "lets no ticket go back" in page and "too early" in page
        await press("escape", "b", "=no time", "enter")
        assert f"{wx}: done" in shown(board)

    play(playing, "li_qiang")
    assert sop("show", wx, "--json").json["tasks"][0]["assignee"] is None


def test_files_are_attached_by_their_paths(sop: Sop, wx: str) -> None:
    Path("leak.jpg").write_bytes(b"\xff\xd8\xff\xe0 a photo")

    async def playing(board: Any, press: Pressing) -> None:
        await press("a", "=leak.jpg", "enter", "enter", "=before", "enter")
        assert f"{wx}: done" in shown(board)

    play(playing)
    listed = sop("files", wx, "--json").json
    assert [(each["name"], each["label"], each["state"]) for each in listed] == [("leak.jpg", "before", "there")]


def test_what_was_offered_may_be_gone_by_the_time_it_is_chosen(sop: Sop, wx: str) -> None:
    with Call("board", {"as_name": "wang_fang", "lang": "en", "site": os.environ["SOP_SITE"]}).open() as opened:
        desk = Desk(opened, Narrowed())
        deed = desk.triggers(wx)[0]
        sop("do", wx, "cancel", "--field", "reason=x", "--as", "liu_yang")
        told = desk.do(deed, {})
    assert not told.done and told.number == 2
    assert "moved on" in told.lines[0]
