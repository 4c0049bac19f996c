"""A site carried between stores: every row of every table, both ways; and nothing where it cannot be."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sop_engine.audit.replay import replay_all, summed
from sop_engine.audit.verify import verify_all
from sop_engine.engine.notices.delivery import deliver
from sop_engine.engine.timers import tick
from sop_engine.errors import SetUp, SopError
from sop_engine.messages import Message
from sop_engine.store import copying, open_store
from sop_engine.store.opening import open_at
from sop_engine.store.programs import Programs
from sop_engine.store.seam import NewLetter
from tests import postgres
from tests.desk import Desk
from tests.engine.test_delivery import ASK
from tests.engine.test_together import JOB
from tests.ticket.test_families import CHILD, PARENT

SITE = "carried"


@pytest.fixture
def database(server: postgres.Server) -> str:
    """A database of its own, with our tables and nothing in them."""
    return server.address(server.new_database())


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A store with something in every table."""
    (tmp_path / "from").mkdir()
    desk = Desk(tmp_path / "from", {"wang": ["desk"], "zhou": ["lead"], "li": ["engineer"]})
    for text in (ASK, CHILD, JOB, PARENT):
        desk.publish(text)
    hard = {"what": "漏水 ' \\ \" \\N 🏠"}
    first = desk.command("open", "", "wang", procedure="ask", fields=hard, key="k").step.ticket
    desk.do(first, "answer", by="wang")
    desk.open("ask", by="wang", what="停车费", phone="13800001202")
    deliver(desk.engine)
    desk.open("ask", by="wang", what="门禁")
    desk.open("parent", by="wang", what="总单")
    desk.do(desk.open("job", by="wang"), "pass_on", by="wang")
    tick(desk.engine)
    with desk.store.writing() as transaction:
        transaction.put_units([{"id": "3-2-1202", "contact": {"name": "王芳", "phone": "13800000000"}}])
        transaction.log_refusal("2026-11-23T00:30:00.000Z", first, "wang", "tester", {"name": "do"}, "no")
    desk.store.close()
    return str(desk.settings.store_path)


def everything(place: str) -> dict[str, list[Any]]:
    """Every row of every table, without the site's id."""
    with copying._reading(place, SITE) as source:
        return {shape.name: list(map(tuple, source.rows(shape))) for shape in copying.shapes()}


def audited(place: str) -> list[tuple[int, int, int]]:
    """What replaying and verifying find: tickets, steps, differences."""
    found = []
    store = open_at(place, SITE)
    with store.reading() as reading:
        for audit in (replay_all, verify_all):
            report = summed(audit(reading, Programs(), ZoneInfo("Asia/Shanghai")))
            found.append((report.tickets, report.steps, len(report.mismatches)))
    store.close()
    return found


def test_there_and_back_nothing_has_changed(file: str, database: str, tmp_path: Path) -> None:
    # given a store in which every table has rows
    before = everything(file)
    assert {name for name, rows in before.items() if not rows} == set()
    # when it is carried into a database and from there into a file
    counts = copying.copy(file, database, SITE)
    back = str(tmp_path / "back.db")
    copying.copy(database, back, SITE)
    # then all three have the same rows, and audits say the same of them
    assert counts == {name: len(rows) for name, rows in before.items()}
    assert everything(database) == everything(back) == before
    assert audited(file) == audited(database) == audited(back)
    assert all(differences == 0 for _tickets, _steps, differences in audited(database))


def test_what_was_carried_goes_on(file: str, database: str) -> None:
    copying.copy(file, database, SITE)
    store = open_at(database, SITE)
    with store.writing() as writes:
        letters = [letter.id for letter in writes.letters()]
        writes.add_letters("ZX-20261123-001", 9, [NewLetter(0, "asked", "zhou", "log")], "2026-11-23T00:30:00.000Z")
        assert max(letter.id for letter in writes.letters()) > max(letters)
        assert writes.draw("ZX", "20261123") == 4
    store.close()


@pytest.mark.parametrize("into", ["file", "database"])
def test_a_place_that_holds_something_is_left_alone(file: str, database: str, tmp_path: Path, into: str) -> None:
    target = database
    if into == "file":
        target = str(tmp_path / "other.db")
        open_store(target, create=True).close()
    else:
        copying.copy(file, database, SITE)
    before = everything(target)
    with pytest.raises(SetUp, match="already"):
        copying.copy(file, target, SITE)
    assert everything(target) == before


def test_sites_in_one_database_keep_apart(file: str, database: str) -> None:
    copying.copy(file, database, "neighbour")
    copying.copy(file, database, SITE)
    store = open_at(database, "third")
    with store.reading() as reads:
        assert (reads.ticket_ids(), reads.people(), reads.letters()) == ([], [], [])
    store.close()
    assert everything(database) == everything(file)


@pytest.mark.parametrize("into", ["file", "database"])
def test_a_copy_that_fails_leaves_nothing(
    file: str, database: str, tmp_path: Path, into: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "to").mkdir()
    target = database if into == "database" else str(tmp_path / "to" / "other.db")

    class Forgetful(copying._Counted):
        @property
        def digest(self) -> str:
            return f"{super().digest} {id(self)}"

    with monkeypatch.context() as bad:
        bad.setattr(copying, "_Counted", Forgetful)
        with pytest.raises(SopError, match="did not come back"):
            copying.copy(file, target, SITE)
    assert list((tmp_path / "to").iterdir()) == []
    copying.copy(file, target, SITE)
    assert everything(target) == everything(file)


def test_a_large_store_tells_how_far_it_is(file: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_TOLD_EVERY", 3)
    told: list[Message] = []
    copying.copy(file, database, SITE, told.append)
    assert "3 rows of step ..." in map(str, told)
