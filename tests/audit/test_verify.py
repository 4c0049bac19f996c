"""Verification finds what was changed behind the engine's back, and leaves to replay what only deciding finds out."""

import functools
import json
import random
from pathlib import Path

import pytest

from sop_engine import canonical
from sop_engine.audit.findings import Report
from sop_engine.audit.processes import audit_over
from sop_engine.audit.replay import summed
from sop_engine.audit.verify import verify_all
from sop_engine.engine.rebuild import rebuild
from sop_engine.store.programs import Programs
from sop_engine.store.sqlite import open_store
from tests.audit.test_replay import SEED, change, columns, desk, open_file, rows
from tests.desk import Desk

__all__ = ["desk"]
TICKET = "WX-20261123-001"


def verify(desk: Desk) -> Report:
    with desk.reading() as reading:
        return summed(verify_all(reading, Programs(), desk.settings.zone_info))


def kinds(desk: Desk) -> set[str]:
    return {each.kind for each in verify(desk).mismatches}


def test_an_honest_store_verifies(desk: Desk) -> None:
    report = verify(desk)
    assert report.clean, report.mismatches
    assert (report.tickets, report.steps) == (2, len(rows(desk, "step", ["number"])))


def test_any_byte_of_a_step_that_was_edited_is_found(desk: Desk) -> None:
    drawn = random.Random(SEED)
    for ticket, number, data in rows(desk, "step", ["ticket", "number", "data"]):
        at = drawn.randrange(len(data))
        edited = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        change(desk, "UPDATE step SET data = ? WHERE ticket = ? AND number = ?", edited, ticket, number)
        found = [(each.ticket, each.number, each.kind) for each in verify(desk).mismatches]
        assert (ticket, number, "hash") in found, (SEED, at)
        change(desk, "UPDATE step SET data = ? WHERE ticket = ? AND number = ?", data, ticket, number)


@pytest.mark.parametrize("number", [2, 7])
def test_a_step_rewritten_with_its_hash_breaks_the_chain_or_leaves_the_row_behind(desk: Desk, number: int) -> None:
    [data] = [row[2] for row in rows(desk, "step", ["ticket", "number", "data"]) if row[:2] == (TICKET, number)]
    forged = data.replace(b'"actor":"', b'"actor":"x', 1)
    where = "WHERE ticket = ? AND number = ?"
    change(desk, f"UPDATE step SET data = ?, hash = ? {where}", forged, canonical.digest(forged), TICKET, number)
    assert kinds(desk) & {"chain", "row"}


def test_steps_that_changed_places_are_found(desk: Desk) -> None:
    change(desk, "UPDATE step SET number = 99 WHERE ticket = ? AND number = 5", TICKET)
    assert "chain" in kinds(desk)


@pytest.mark.parametrize("column", ["commitment", "salt", "value", "slot"])
def test_any_value_that_was_edited_is_found(desk: Desk, column: str) -> None:
    for ticket, number, slot, before in rows(desk, "value", ["ticket", "number", "slot", column]):
        edited = ("0" if before[0] != "0" else "1") + before[1:] if column != "value" else '"改过"'
        where = "WHERE ticket = ? AND number = ? AND slot = ?"
        change(desk, f"UPDATE value SET {column} = ? {where}", edited, ticket, number, slot)
        found = verify(desk).mismatches
        assert (ticket, number) in [(each.ticket, each.number) for each in found if each.kind == "value"]
        change(
            desk, f"UPDATE value SET {column} = ? {where}", before, ticket, number, edited if column == "slot" else slot
        )
    assert verify(desk).clean


def test_a_value_that_is_no_json_any_more_is_found(desk: Desk) -> None:
    change(desk, "UPDATE value SET value = '{' WHERE slot = 'note'")
    assert kinds(desk) == {"value"}


def test_a_missing_step_and_a_missing_value_are_found(desk: Desk) -> None:
    change(desk, "DELETE FROM value WHERE ticket LIKE 'WX%' AND slot = 'note'")
    assert kinds(desk) == {"value"}
    change(desk, "DELETE FROM step WHERE ticket LIKE 'WX%' AND number = 3")
    assert "chain" in kinds(desk)


def test_a_missing_last_step_leaves_the_row_ahead(desk: Desk) -> None:
    with open_file(desk) as connection:
        connection.execute("DELETE FROM value WHERE ticket = ? AND number = 7", (TICKET,))
        connection.execute("DELETE FROM step WHERE ticket = ? AND number = 7", (TICKET,))
    assert kinds(desk) == {"row"}


def test_a_personal_value_in_the_row_must_be_what_its_commitment_stands_for(desk: Desk) -> None:
    [body] = [row[1] for row in rows(desk, "ticket", ["id", "body"]) if row[0] == TICKET]
    change(desk, "UPDATE ticket SET body = ? WHERE id = ?", body.replace("厨房水管漏水", "客厅水管漏水"), TICKET)
    [found] = verify(desk).mismatches
    assert (found.kind, found.what.values["name"]) == ("row", "fields.fault")


@pytest.mark.parametrize("table", ["ticket", "task", "timer", "person", "holding", "login", "version"])
def test_any_edited_column_of_a_projection_is_found(desk: Desk, table: str) -> None:
    desk.open("repair", by="wang", fault="二号")
    desk.do("WX-20261123-002", "dispatch", by="wang")
    for column, kind in columns(desk, table):
        if column in {"tail", "site", "places", "text", "published", "publisher", "reason"}:
            continue
        edited: object = "x" if kind != "INTEGER" else 0 if column == "active" else 99
        with open_file(desk) as connection:
            where = "WHERE rowid = (SELECT max(rowid) FROM ticket)" if table == "ticket" else ""
            connection.execute(f'UPDATE OR IGNORE {table} SET "{column}" = ? {where}', (edited,))
        if column in {"rights", "people", "contact"}:  # read by more than audits: a text that is no JSON stops all
            with open_file(desk) as connection:
                connection.execute(f'UPDATE {table} SET "{column}" = ?', ('["x"]',))
        assert not verify(desk).clean, column
        rebuild(desk.engine)
        assert verify(desk).clean, column


def test_an_erased_value_leaves_its_commitment_and_the_proof_stands(desk: Desk) -> None:
    with desk.store.writing() as transaction:
        for number, slot in transaction.sealed(TICKET):
            assert transaction.erase(TICKET, number, slot)
    rebuild(desk.engine)
    report = verify(desk)
    assert report.clean, report.mismatches
    assert report.erased == 4


def test_a_step_in_another_form_is_read_all_the_same(desk: Desk) -> None:
    """Its form is replay's to judge, but its chain holds."""
    [data] = [row[2] for row in rows(desk, "step", ["ticket", "number", "data"]) if row[:2] == (TICKET, 7)]
    spaced = json.dumps(json.loads(data), ensure_ascii=False).encode()
    where = "WHERE ticket = ? AND number = ?"
    change(desk, f"UPDATE step SET data = ?, hash = ? {where}", spaced, canonical.digest(spaced), TICKET, 7)
    assert {(each.kind, each.what.values.get("name")) for each in verify(desk).mismatches} == {("row", "head")}


@pytest.mark.parametrize("depth", ["replay", "verify"])
def test_two_processes_find_what_one_finds(desk: Desk, depth: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from sop_engine.audit import processes

    monkeypatch.setattr(processes, "BATCH", 2)
    for _ in range(4):
        desk.open("repair", by="wang", fault="又一号")
    change(desk, "DELETE FROM value WHERE ticket LIKE 'WX%' AND slot = 'note'")
    opening = functools.partial(open_store, desk.settings.store_path)
    one, two = (summed(audit_over(opening, desk.settings.zone_info, depth, count)) for count in (1, 2))  # type: ignore[arg-type]
    assert (one.tickets, one.steps, one.mismatches) == (two.tickets, two.steps, two.mismatches)
    assert [each.kind for each in one.mismatches] == ["value"] if depth == "verify" else ["value"]


def test_a_store_that_is_gone_is_said_and_not_waited_for(tmp_path: Path, desk: Desk) -> None:
    from sop_engine.errors import SetUp

    opening = functools.partial(open_store, tmp_path / "nowhere.db")
    with pytest.raises(SetUp):
        summed(audit_over(opening, desk.settings.zone_info, "verify", 2))
