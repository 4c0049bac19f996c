"""What somebody adds to the store, takes away whole, or changes where no step looks."""

from collections.abc import Callable
from typing import Any

import pytest

from sop_engine import canonical
from sop_engine.audit.findings import Mismatch, Report
from sop_engine.audit.replay import summed
from sop_engine.audit.verify import verify_all
from sop_engine.engine.rebuild import rebuild
from sop_engine.store.programs import Programs
from tests.audit.test_replay import change, desk, open_file
from tests.desk import Desk

__all__ = ["desk"]
TICKET = "WX-20261123-001"
EVERY_TABLE = ("step", "value", "task", "timer", "outbox", "idempotency", "refusal")
COPY_OF_VERSION = "SELECT site, {}, {}, digest, text, places, published, publisher, reason FROM version LIMIT 1"


def verify(desk: Desk) -> Report:
    with desk.reading() as reading:
        return summed(verify_all(reading, Programs(), desk.settings.zone_info))


def replay(desk: Desk) -> Report:
    return desk.replay()


BOTH = pytest.mark.parametrize("audit", [verify, replay])
Audit = Callable[[Desk], Report]


def named(found: Mismatch) -> Any:
    return found.what.values.get("name")


def remove(desk: Desk, id: str) -> None:
    """Take away a ticket with all that any table says of it."""
    with open_file(desk) as connection:
        for table in EVERY_TABLE:
            connection.execute(f"DELETE FROM {table} WHERE ticket = ?", (id,))
        connection.execute("DELETE FROM ticket WHERE id = ?", (id,))


@BOTH
def test_a_login_that_nobody_added_is_found_and_goes_with_a_rebuild(desk: Desk, audit: Audit) -> None:
    change(desk, "INSERT INTO login SELECT site, 'mallory', 'boss', '[]' FROM login LIMIT 1")
    assert [named(each) for each in audit(desk).mismatches] == ["login mallory"]
    rebuild(desk.engine)
    assert audit(desk).clean


@BOTH
def test_a_role_of_somebody_who_is_not_there_is_found(desk: Desk, audit: Audit) -> None:
    change(desk, "INSERT INTO holding SELECT site, 'ghost', 'manager', '' FROM person LIMIT 1")
    assert [named(each) for each in audit(desk).mismatches] == ["roles of nobody"]


@BOTH
@pytest.mark.parametrize(("procedure", "number"), [("'evil'", 1), ("procedure", 2), ("procedure", 0)])
def test_a_version_that_nobody_published_is_found(desk: Desk, audit: Audit, procedure: str, number: int) -> None:
    change(desk, f"INSERT INTO version {COPY_OF_VERSION.format(procedure, number)}")
    name = "repair" if procedure == "procedure" else "evil"
    assert f"version {number} of {name}" in [named(each) for each in audit(desk).mismatches]


@BOTH
@pytest.mark.parametrize("column", ["text", "places", "published", "publisher", "reason"])
def test_what_a_version_says_of_its_publishing_is_compared(desk: Desk, audit: Audit, column: str) -> None:
    change(desk, f"UPDATE version SET {column} = 'x'")
    assert "version 1 of repair" in [named(each) for each in audit(desk).mismatches]
    rebuild(desk.engine)
    assert audit(desk).clean


@BOTH
def test_a_clock_that_nobody_accepted_is_found(desk: Desk, audit: Audit) -> None:
    with desk.store.writing() as transaction:
        transaction.put_meta("clock_accepted_through", "2099-01-01T00:00:00.000Z")
    assert [named(each) for each in audit(desk).mismatches] == ["accepted clock"]


@BOTH
@pytest.mark.parametrize("column", ["digest", "text", "places"])
def test_a_published_text_that_was_changed_or_is_gone_is_found(desk: Desk, audit: Audit, column: str) -> None:
    where = f"WHERE digest = (SELECT {column} FROM version)"
    change(desk, f"UPDATE blob SET data = CAST('{{}}' AS BLOB) {where}")
    assert "text" in {each.kind for each in audit(desk).mismatches}
    change(desk, f"DELETE FROM blob {where}")
    assert "is gone" in " ".join(str(each.what) for each in audit(desk).mismatches if each.kind == "text")


@BOTH
def test_the_missing_history_of_the_site_is_found(desk: Desk, audit: Audit) -> None:
    remove(desk, "site")
    assert "the site's own history is gone" in [str(each.what) for each in audit(desk).mismatches]


@BOTH
@pytest.mark.parametrize("gone", [1, 2, 3])
def test_a_ticket_that_was_taken_away_whole_leaves_its_number(desk: Desk, audit: Audit, gone: int) -> None:
    for fault in ("二号", "三号"):
        desk.open("repair", by="wang", fault=fault)
    remove(desk, f"WX-20261123-00{gone}")
    [found] = audit(desk).mismatches
    assert (found.ticket, found.kind, found.recorded) == (
        f"WX-20261123-00{gone}", "missing", [f"WX-20261123-00{gone}"],
    )  # fmt: skip


@BOTH
def test_the_only_ticket_of_a_day_leaves_its_number(desk: Desk, audit: Audit) -> None:
    remove(desk, TICKET)
    assert [each.ticket for each in audit(desk).mismatches] == [TICKET]


@BOTH
def test_a_ticket_whose_number_was_never_drawn_is_found(desk: Desk, audit: Audit) -> None:
    change(desk, "UPDATE counter SET last = 0")
    assert [str(each.what) for each in audit(desk).mismatches] == ["the ticket's number was never drawn"]


@BOTH
@pytest.mark.parametrize("table", ["timer (site, ticket, key, due)", "task (site, ticket, region, role)"])
def test_a_timer_or_a_task_of_no_ticket_is_found(desk: Desk, audit: Audit, table: str) -> None:
    change(desk, f"INSERT INTO {table} SELECT site, 'QQ-1', 'x/y', 'x' FROM ticket LIMIT 1")
    assert [(each.ticket, each.kind) for each in audit(desk).mismatches] == [("QQ-1", "missing")]


@BOTH
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ticket SET body = body || ' ' WHERE id = ?",
        "UPDATE ticket SET body = json_set(body, '$.extra', 1) WHERE id = ?",
        "UPDATE ticket SET body = replace(body, '\"times\":1', '\"times\":true') WHERE id = ?",
        "UPDATE ticket SET body = json_set(body, '$.commits', json('[]')) WHERE id = ?",
        "UPDATE ticket SET tasks = tasks || ' ' WHERE id = ?",
        "UPDATE ticket SET state = state || ' ' WHERE id = ?",
        "UPDATE ticket SET tail = 'x' WHERE id = ?",
        "UPDATE value SET value = value || ' ' WHERE number = 1 AND ticket = ?",
        "UPDATE value SET salt = upper(salt) WHERE number = 1 AND ticket = ?",
        "UPDATE value SET salt = 'zz' WHERE number = 1 AND ticket = ?",
    ],
)
def test_what_reads_alike_but_was_not_written_so_is_found(desk: Desk, audit: Audit, statement: str) -> None:
    change(desk, statement, TICKET)
    found = audit(desk).mismatches
    assert found[0].kind in {"row", "value"}
    assert {each.ticket for each in found} == {TICKET}


@BOTH
@pytest.mark.parametrize("column", ["rights", "contact"])
def test_people_that_cannot_be_read_end_no_audit(desk: Desk, audit: Audit, column: str) -> None:
    change(desk, f"UPDATE person SET {column} = 'x' WHERE id = 'li'")
    assert [(each.ticket, each.kind) for each in audit(desk).mismatches] == [("site", "row")]


@BOTH
@pytest.mark.parametrize("id", ["site", TICKET])
def test_a_row_that_cannot_be_read_ends_no_audit(desk: Desk, audit: Audit, id: str) -> None:
    change(desk, "UPDATE ticket SET body = body || 'x' WHERE id = ?", id)
    report = audit(desk)
    assert {each.ticket for each in report.mismatches} == {id}
    assert report.tickets == 2


@BOTH
def test_a_record_of_nonsense_with_the_right_hash_ends_no_audit(desk: Desk, audit: Audit) -> None:
    desk.open("repair", by="wang", fault="二号")
    for nonsense in (b"[]", b'{"a":1}', b"1"):
        change(
            desk,
            "UPDATE step SET data = ?, hash = ? WHERE ticket = ? AND number = 7",
            nonsense, canonical.digest(nonsense), TICKET,
        )  # fmt: skip
        report = audit(desk)
        assert {each.ticket for each in report.mismatches} == {TICKET}
        assert report.tickets == 3


def test_a_step_under_another_version_than_the_ticket_s_is_found(desk: Desk) -> None:
    """Also where every hash is right: nothing else would tell, since that version allows the step as well."""
    from tests.repair import REPAIR

    desk.publish(REPAIR.replace("prefix: WX", "prefix: WY"))
    with desk.reading() as reading:
        newer = reading.newest("repair")
        [last] = reading.steps(TICKET, 6)
    assert newer is not None
    record = {**canonical.parse(last.data), "procedure": newer.digest}
    forged = canonical.to_bytes(record)
    with open_file(desk) as connection:
        connection.execute(
            "UPDATE step SET data = ?, hash = ? WHERE ticket = ? AND number = 7",
            (forged, canonical.digest(forged), TICKET),
        )
    rebuild(desk.engine)
    [found] = replay(desk).mismatches
    assert (found.number, found.kind, found.recorded) == (7, "chain", newer.digest)


@pytest.mark.parametrize("entry", ["recorded", "effective"])
def test_time_that_runs_backwards_is_found_though_every_hash_is_right(desk: Desk, entry: str) -> None:
    with desk.reading() as reading:
        [last] = reading.steps(TICKET, 6)
    record = {**canonical.parse(last.data), entry: "2026-11-23T00:00:00.000Z"}
    forged = canonical.to_bytes(record)
    with open_file(desk) as connection:
        connection.execute(
            "UPDATE step SET data = ?, hash = ? WHERE ticket = ? AND number = 7",
            (forged, canonical.digest(forged), TICKET),
        )
    rebuild(desk.engine)
    assert [(each.number, each.kind) for each in replay(desk).mismatches] == [(7, "chain")]
