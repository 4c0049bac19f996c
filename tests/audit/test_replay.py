"""Replay finds whatever was changed behind the engine's back, and lawful erasure leaves the proof standing."""

import functools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sop_engine.audit.replay import state_at
from sop_engine.engine.rebuild import rebuild
from sop_engine.store.drivers import driver_module
from sop_engine.store.programs import Programs
from sop_engine.ticket.records import SITE
from tests.desk import Desk
from tests.repair import REPAIR
from tests.ticket.test_commands import PEOPLE

SEED = 20261122


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, PEOPLE)
    bench.publish(REPAIR)
    wx = bench.open("repair", by="wang", fault="厨房漏水")
    bench.do(wx, "dispatch", by="wang")
    bench.advance(hours=3)
    bench.do(wx, "accept", by="li")
    bench.do(wx, "price", by="li", labour="80.00", parts="20.50")
    bench.command("edit", wx, "wang", fields={"fault": "厨房水管漏水"}, reason="描述不清")
    bench.command("note", wx, "wang", note="业主下午在家")
    assert bench.replay().clean
    return bench


@contextmanager
def open_file(desk: Desk) -> Iterator[Any]:
    """The store's file through the driver that the store uses: two SQLite libraries in one process would break each
    other's locks."""
    connection = driver_module("auto").connect(desk.settings.store_path)
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def change(desk: Desk, statement: str, *values: Any) -> None:
    """Change the store's file behind the engine's back."""
    with open_file(desk) as connection:
        assert connection.execute(statement, values).rowcount == 1


def columns(desk: Desk, table: str) -> list[tuple[str, str]]:
    with open_file(desk) as connection:
        return [(row[1], row[2]) for row in connection.execute(f"PRAGMA table_info({table})")]


def rows(desk: Desk, table: str, key: list[str]) -> list[tuple[Any, ...]]:
    with open_file(desk) as connection:
        listed: list[tuple[Any, ...]] = connection.execute(
            f"SELECT {', '.join(key)} FROM {table} ORDER BY {', '.join(key)}"
        ).fetchall()
        return listed


def test_any_byte_of_a_step_that_was_edited_is_found(desk: Desk) -> None:
    drawn = random.Random(SEED)
    for ticket, number, data in rows(desk, "step", ["ticket", "number", "data"]):
        at = drawn.randrange(len(data))
        edited = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        change(desk, "UPDATE step SET data = ? WHERE ticket = ? AND number = ?", edited, ticket, number)
        found = desk.replay().mismatches
        assert (ticket, number, "hash") in [(each.ticket, each.number, each.kind) for each in found], (SEED, at)
        change(desk, "UPDATE step SET data = ? WHERE ticket = ? AND number = ?", data, ticket, number)
    assert desk.replay().clean


def test_a_step_rewritten_with_its_hash_breaks_the_chain_or_is_decided_otherwise(desk: Desk) -> None:
    from sop_engine import canonical

    for number in (2, 5):
        [(data,)] = [
            row[2:]
            for row in rows(desk, "step", ["ticket", "number", "data"])
            if row[:2] == ("WX-20261123-001", number)
        ]
        forged = data.replace(b'"actor":"', b'"actor":"x', 1)
        change(
            desk,
            "UPDATE step SET data = ?, hash = ? WHERE ticket = ? AND number = ?",
            forged, canonical.digest(forged), "WX-20261123-001", number,
        )  # fmt: skip
        kinds = {each.kind for each in desk.replay().mismatches}
        assert kinds & {"chain", "decided"}
        change(
            desk,
            "UPDATE step SET data = ?, hash = ? WHERE ticket = ? AND number = ?",
            data, canonical.digest(data), "WX-20261123-001", number,
        )  # fmt: skip


@pytest.mark.parametrize("column", ["commitment", "salt", "value", "slot"])
def test_any_value_that_was_edited_is_found(desk: Desk, column: str) -> None:
    for ticket, number, slot, before in rows(desk, "value", ["ticket", "number", "slot", column]):
        edited = ("0" if before[0] != "0" else "1") + before[1:] if column != "value" else '"改过"'
        where = "WHERE ticket = ? AND number = ? AND slot = ?"
        change(desk, f"UPDATE value SET {column} = ? {where}", edited, ticket, number, slot)
        found = desk.replay().mismatches
        assert (ticket, number) in [(each.ticket, each.number) for each in found if each.kind == "value"]
        now = edited if column == "slot" else slot
        change(desk, f"UPDATE value SET {column} = ? {where}", before, ticket, number, now)
    assert desk.replay().clean


@pytest.mark.parametrize("table", ["ticket", "task", "timer", "person", "holding", "login", "version"])
def test_any_edited_column_of_a_projection_is_found_and_mended_by_rebuild(desk: Desk, table: str) -> None:
    desk.open("repair", by="wang", fault="二号")
    desk.do("WX-20261123-002", "dispatch", by="wang")
    shown_only = {"tail", "site", "places", "text", "published", "publisher", "reason"}
    for column, kind in columns(desk, table):
        if column in shown_only:
            continue
        edited: Any = (
            (0 if column == "active" else 99)
            if kind == "INTEGER"
            else '{"x":1}'
            if column in {"body", "tasks", "people", "contact"}
            else "x"
        )
        if column in {"state", "rights"}:
            edited = '["x"]'
        if column == "body":
            edited = None
        with open_file(desk) as connection:
            key = "rowid" if table == "ticket" else None
            where = f"WHERE {key} = (SELECT max({key}) FROM {table})" if key else ""
            connection.execute(f'UPDATE OR IGNORE {table} SET "{column}" = ? {where}', (edited,))
        assert not desk.replay().clean, column
        rebuild(desk.engine)
        assert desk.replay().clean, column


def test_a_missing_step_and_a_missing_value_are_found(desk: Desk) -> None:
    change(desk, "DELETE FROM value WHERE ticket LIKE 'WX%' AND slot = 'note'")
    assert "value" in {each.kind for each in desk.replay().mismatches}
    change(desk, "DELETE FROM step WHERE ticket LIKE 'WX%' AND number = 3")
    assert "chain" in {each.kind for each in desk.replay().mismatches}


def test_an_edited_normal_form_is_found_and_the_other_tickets_are_gone_through(desk: Desk) -> None:
    desk.publish(REPAIR.replace("procedure: repair", "procedure: other").replace("prefix: WX", "prefix: QT"))
    desk.open("other", by="wang", fault="二号")
    digest = desk.ticket("WX-20261123-001").digest
    with desk.reading() as reading:
        data = reading.blob(digest)
    assert data is not None
    change(desk, "UPDATE blob SET data = ? WHERE digest = ?", data.replace(b'"h"', b'"min"'), digest)
    report = desk.replay()
    found = [(each.ticket, each.number, each.kind) for each in report.mismatches]
    assert found == [("WX-20261123-001", 1, "missing"), ("site", 0, "text")]
    assert "was changed" in str(report.mismatches[0].what)
    assert report.tickets == 3


def test_an_erased_value_leaves_its_commitment_and_the_proof_stands(desk: Desk) -> None:
    with desk.store.writing() as transaction:
        for slot, number in [(slot, number) for (number, slot) in transaction.sealed("WX-20261123-001")]:
            assert transaction.erase("WX-20261123-001", number, slot)
    rebuild(desk.engine)
    report = desk.replay()
    assert report.clean, report.mismatches
    assert report.erased == 4
    assert desk.ticket("WX-20261123-001").fields["fault"] is None


def test_a_difference_names_the_step_and_the_place_in_the_yaml(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the engine had changed its mind about who may accept."""
    from sop_engine.messages import msg
    from sop_engine.ticket import people

    allowed = people.may

    def stricter(draft: Any, offer: Any, *rest: Any) -> Any:
        return msg("no") if offer.trigger == "accept" else allowed(draft, offer, *rest)

    monkeypatch.setattr(people, "may", stricter)
    [found] = desk.replay().mismatches
    assert (found.ticket, found.number, found.kind) == ("WX-20261123-001", 4, "decided")
    assert found.place is not None
    assert found.place.startswith("test.sop.yaml:2")


def test_the_ticket_as_it_was(desk: Desk) -> None:
    with desk.reading() as reading:
        before = state_at(reading, Programs(), "WX-20261123-001", 2)
        then = state_at(reading, Programs(), "WX-20261123-001", "2026-11-23T01:00:00.000Z")
    assert before is not None
    assert before == then
    assert before.active == ["dispatched"]
    assert before.fields["fault"] == "厨房漏水"


def test_a_text_that_is_published_again_changes_nothing_for_earlier_tickets(desk: Desk) -> None:
    desk.publish(REPAIR.replace("prefix: WX", "prefix: WY"))
    desk.publish(REPAIR)
    assert desk.replay().clean
    wx = desk.open("repair", by="wang", fault="三号")
    report = desk.replay()
    assert report.clean, report.mismatches
    assert desk.ticket(wx).digest == desk.ticket("WX-20261123-001").digest


def test_rebuild_makes_the_same_rows(desk: Desk) -> None:
    before = desk.ticket("WX-20261123-001"), desk.ticket(SITE)
    assert rebuild(desk.engine) == 1
    assert (desk.ticket("WX-20261123-001"), desk.ticket(SITE)) == before


def test_a_row_or_a_value_without_any_step_is_found(desk: Desk) -> None:
    with open_file(desk) as connection:
        connection.execute("DELETE FROM step WHERE ticket LIKE 'WX%'")
    kinds = {(each.ticket, each.kind) for each in desk.replay().mismatches}
    assert kinds == {("WX-20261123-001", "missing"), ("WX-20261123-001", "value")}


def test_a_record_of_an_earlier_release_replays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's version says who decided, not what."""
    from sop_engine.engine import engine
    from sop_engine.ticket.records import Given

    monkeypatch.setattr(engine, "Given", functools.partial(Given, engine="0.0.1"))
    desk.open("repair", by="wang", fault="二号")
    monkeypatch.undo()
    assert [record["engine"] for record in desk.records("WX-20261123-002")] == ["0.0.1"]
    assert desk.replay().clean
