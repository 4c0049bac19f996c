"""Commands over PostgreSQL: two round trips each; one of two that meet is decided anew; and a connection that is lost
at any moment leaves neither a half nor a double."""

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.store.opening import open_at
from sop_engine.store.postgres import writing
from tests import postgres
from tests.desk import Desk
from tests.proxy import Cut, Proxy, proxy
from tests.repair import REPAIR
from tests.ticket.test_commands import PEOPLE
from tests.ticket.test_families import CHILD, PARENT
from tests.ticket.test_families import PEOPLE as FAMILY

STORY: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("dispatch", "wang", {}),
    ("accept", "li", {}),
    ("price", "li", {"labour": "80.00", "parts": "20.50"}),
    ("done", "li", {}),
    ("confirm", "wang", {}),
)
UNTIL_PREPARED = 8
"""stories after which every statement that they need is prepared"""


@pytest.fixture
def line(server: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = Path("/tmp") / f"sop-line-{uuid.uuid4().hex[:8]}"
    with proxy(folder, server.folder) as line:
        yield line
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()


@pytest.fixture
def desk(server: postgres.Server, line: Proxy, site_id: str, tmp_path: Path) -> Iterator[Desk]:
    store = open_at(server.address(postgres.SHARED, host=str(line.folder)), site_id)
    desk = Desk(tmp_path, PEOPLE | FAMILY, store)
    desk.publish(REPAIR)
    yield desk
    report = desk.replay()
    assert report.clean, report.mismatches
    store.close()


def tell_story(desk: Desk) -> str:
    wx = desk.open("repair", by="wang", fault="厨房漏水")
    for trigger, actor, fields in STORY:
        desk.do(wx, trigger, by=actor, **fields)
    return wx


def test_a_usual_command_is_two_round_trips(desk: Desk, line: Proxy) -> None:
    # given a process that has done such commands before
    for _ in range(UNTIL_PREPARED):
        tell_story(desk)
    line.count()
    # when a ticket goes from opened to closed
    wx = desk.open("repair", by="wang", fault="厨房漏水")
    trips = [line.count()]
    for trigger, actor, fields in STORY:
        desk.do(wx, trigger, by=actor, **fields)
        trips.append(line.count())
    # then each command asked once and wrote once
    assert trips == [2, 2, 2, 2, 2, 2]


def test_a_process_that_has_just_begun_needs_no_more_than_what_it_must_learn(desk: Desk, line: Proxy) -> None:
    wx = desk.open("repair", by="wang", fault="厨房漏水")
    line.count()
    desk.do(wx, "dispatch", by="wang")
    assert line.count() <= 4


def test_a_command_that_is_only_tried_and_refused_is_one_round_trip(desk: Desk, line: Proxy) -> None:
    for _ in range(UNTIL_PREPARED):
        wx = tell_story(desk)
    line.count()
    with pytest.raises(errors.NotNow):
        desk.command("do", wx, "wang", trigger="confirm", fields={}, dry_run=True)
    assert line.count() == 1


def test_threads_that_want_the_same_ticket_all_get_their_turn(desk: Desk) -> None:
    wx = desk.open("repair", by="wang", fault="厨房漏水")
    faults: list[Exception] = []

    def work() -> None:
        for _ in range(6):
            try:
                desk.command("note", wx, "wang", note="业主来电")
            except Exception as error:
                faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (faults, desk.ticket(wx).number) == ([], 31)


def test_threads_that_open_tickets_leave_no_gap_in_their_numbers(desk: Desk) -> None:
    opened: list[str] = []

    def work() -> None:
        for _ in range(6):
            with pytest.raises(errors.NotUnderstood):
                desk.open("repair", by="wang")  # refused: no fault is given
            opened.append(desk.open("repair", by="wang", fault="厨房漏水"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened) == [f"WX-20261123-{number:03d}" for number in range(1, 25)]


@pytest.mark.parametrize("how", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("warm", [False, True])
def test_a_line_that_is_cut_in_a_command_costs_nothing(desk: Desk, line: Proxy, at: int, how: Cut, warm: bool) -> None:
    wx = desk.open("repair", by="wang", fault="厨房漏水")
    desk.do(wx, "dispatch", by="wang")
    for _ in range(6 if warm else 1):
        desk.command("note", wx, "wang", note="业主来电")
    before = desk.ticket(wx).number
    line.cut(at, how)
    desk.command("note", wx, "wang", note="业主来电")
    assert line.cut_at is None, "the line was to be cut"
    assert desk.ticket(wx).number == before + 1


@pytest.mark.parametrize("how", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2])
def test_a_line_that_is_cut_while_a_ticket_is_opened_opens_one(desk: Desk, line: Proxy, at: int, how: Cut) -> None:
    for _ in range(3):
        desk.open("repair", by="wang", fault="厨房漏水")
    line.cut(at, how)
    assert desk.open("repair", by="wang", fault="厨房漏水") == "WX-20261123-004"
    assert line.cut_at is None
    assert desk.open("repair", by="wang", fault="厨房漏水") == "WX-20261123-005"


@pytest.mark.parametrize("how", ["before", "after"])
@pytest.mark.parametrize("at", range(1, 12))
def test_a_line_that_is_cut_in_a_long_transaction_is_said_or_unnoticed(
    desk: Desk, line: Proxy, at: int, how: Cut
) -> None:
    line.cut(at, how)
    try:
        desk.site("add_person", actor="ma", name="马", roles=[["desk", None]])
        done = True
    except errors.SetUp as error:
        assert "nothing of this command was kept" in str(error)
        done = False
    line.cut_at = None
    with desk.reading() as reading:
        person = reading.person("ma")
        numbers = [step.number for step in reading.steps("site")]
    assert (person is not None) == done
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_server_that_stays_away_in_the_middle_of_a_commit_is_not_guessed_about(
    desk: Desk, line: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LOOK_AGAIN_SECONDS", 0.3)
    wx = desk.open("repair", by="wang", fault="厨房漏水")
    for _ in range(6):
        desk.command("note", wx, "wang", note="业主来电")
    line.cut(2, "after")
    line.open = False
    with pytest.raises(errors.SetUp, match="it is done, or nothing of it") as caught:
        desk.command("note", wx, "wang", note="业主来电")
    assert "sop show" in str(caught.value.fix)
    line.open = True
    assert desk.ticket(wx).number == 8


def test_what_was_decided_on_a_ticket_that_moved_meanwhile_is_decided_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish(CHILD)
    desk.publish(PARENT)
    parent = desk.open("parent", by="wang", what="总单")
    desk.do(parent, "ask_now", by="wang")
    child = desk.ticket(parent).children[0]["id"]
    others = iter([True])
    honest = desk.engine._decided

    def meanwhile(*asked: Any) -> Any:
        step = honest(*asked)
        if next(others, None):
            thread = threading.Thread(target=lambda: desk.command("note", child, "wang", note="先到"))
            thread.start()
            thread.join()
        return step

    monkeypatch.setattr(desk.engine, "_decided", meanwhile)
    desk.do(
        child,
        "finish",
        by="wang",
    )
    names = [record["command"]["name"] for record in desk.records(child)]
    assert names == ["open", "note", "do"]
    assert desk.ticket(child).status == "closed"
