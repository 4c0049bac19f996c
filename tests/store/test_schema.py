"""Tables, migrations, the text that makes a new store, and the plans of the hot path's statements."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from sop_engine.store import narrowing, schema, search, statements, tables
from sop_engine.store.drivers import DriverName, driver_module
from sop_engine.store.seam import NOT_NOW, Query
from sop_engine.store.search import Search
from sop_engine.store.sqlite import MEMORY
from sop_engine.store.upgrade import MIGRATIONS
from sop_engine.values.words import terms_of

QUERIES = {
    "all": Query(limit=50),
    "open": Query(status="open", limit=50),
    "page": Query(status="open", after="WX-1", limit=50),
    "mine": Query(status="open", mine="lin", roles=["desk", "manager"]),
    "unit": Query(unit="3-2-1202"),
    "owner": Query(owner="lin"),
    "parent": Query(parent="WX-1"),
    "due": Query(due_before="2026"),
    "states": Query(status="open", procedures=["repair"], states=["waiting"]),
    "newest": Query(status="open", limit=200, newest=True),
    "promised": Query(promised_by=NOT_NOW, limit=50),
    "promised by": Query(promised_by="2026", procedures=["repair"], promised_after="2025", after="WX-1"),
    "missed": Query(missed=True, promised_after="2026"),
    "unclaimed": Query(status="open", unclaimed=True, order="left", limit=50),
    "left": Query(status="open", left_by="2026", order="left"),
    "mine by what is left": Query(status="open", mine="lin", roles=["desk"], order="left", limit=200),
    "procedure": Query(status="open", procedures=["repair"], newest=True, limit=200),
    "since": Query(status="open", opened_since="2026", limit=50),
    "state by what is left": Query(status="open", states=["waiting"], order="left", limit=50),
    "suspended": Query(status="open", suspended=True, limit=50, newest=True),
    "copied": Query(status="open", copied="lin", limit=50),
    "owner by what is left": Query(status="open", owner="lin", order="left", limit=50),
    "all by what is left": Query(status="open", order="left", limit=50),
    "words": Query(status="open", words=terms_of("漏水 王芳"), order="newest", limit=50),
    "mine, promised": Query(promised_by=NOT_NOW, mine="lin", roles=["desk"]),
}
FROM_ONE_END = {"ADD_LETTER", "LETTER_GOES_TOO", "PUT_FINDING", "LOG_REFUSAL", "REFUSALS"}
"""Statements that read an index from one of its ends, and stop."""
FORGET = {f"FORGET {index}": text for index, text in enumerate(statements.FORGET)}
WHOLE_TABLE = {
    "VERSIONS",
    "PEOPLE",
    "ALL_ROLES",
    "UNITS",
    "LETTERS",
    "LETTERS_WITH",
    "LOGINS",
    "BLOBS",
    "DRAWN",
    *FORGET,
}
"""Statements that are there to read all of a table."""
TEXTS = FORGET | {
    name: text
    for name, text in vars(statements).items()
    if name.isupper() and isinstance(text, str) and not name.endswith("_COLUMNS")
}


def tables_of(connection: Any) -> dict[str, str]:
    """Name -> statement of all tables and indexes, spaces folded."""
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    return {name: re.sub(r"\s+", " ", sql).replace("( ", "(").replace(" )", ")").strip() for name, sql in rows}


@pytest.fixture
def new_store(driver: DriverName) -> Any:
    connection = driver_module(driver).connect(MEMORY, isolation_level=None)
    for statement in schema.new_store_statements():
        connection.execute(statement)
    yield connection
    connection.close()


def test_the_schema_text_is_the_tables() -> None:
    assert tables.SCHEMA.read_text(encoding="utf-8") == tables.schema_text(), (
        "tables.py has changed: run `python -m sop_engine.store.tables` and add a migration"
    )


def test_migrations_make_exactly_the_tables_of_a_new_store(new_store: Any, tmp_path: Path) -> None:
    file = tmp_path / "migrated.db"
    engine = create_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
    migrated = sqlite3.connect(file)
    assert tables_of(migrated) == tables_of(new_store)
    assert schema.revision_of(migrated) == schema.revision_of(new_store) == schema.REVISION
    migrated.close()


def test_the_known_revisions_are_those_of_the_migrations() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == schema.REVISIONS


def test_every_key_and_index_begins_with_the_site(new_store: Any) -> None:
    indexes = new_store.execute(
        "SELECT list.name FROM sqlite_schema AS s, pragma_index_list(s.name) AS list"
        " WHERE s.type = 'table' AND s.name <> 'alembic_version'"
        " AND s.name NOT GLOB 'finding_words*'"  # SQLite's own, in a file that holds one site
    ).fetchall()
    assert len(indexes) > 20
    for (index,) in indexes:
        first = new_store.execute("SELECT name FROM pragma_index_info(?) WHERE seqno = 0", (index,)).fetchone()
        assert first == ("site",), index


def _plan(connection: Any, text: str) -> list[str]:
    numbers = [int(number) for number in re.findall(r"\?(\d+)", text)]
    parameters = (None,) * (max(numbers) if numbers else text.count("?"))
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", parameters)]


def _faults(plan: list[str]) -> list[str]:
    """Lines that read a table from end to end: a scan, or a search by nothing but the site."""
    allowed = ("SCAN known", "SCAN json_each", "SCAN finding_words VIRTUAL TABLE INDEX 0:M")
    return [
        line
        for line in plan
        if (line.startswith("SCAN") and not line.startswith((*allowed, "SCAN CONSTANT"))) or line.endswith("(site=?)")
    ]


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_statement_finds_its_rows_by_an_index(new_store: Any, name: str) -> None:
    faults = _faults(_plan(new_store, TEXTS[name]))
    assert bool(faults) == (name in WHOLE_TABLE | FROM_ONE_END), (name, faults)


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_list_is_found_by_an_index(new_store: Any, name: str) -> None:
    text, parameters = statements.heads("local", QUERIES[name])
    plan = [row[3] for row in new_store.execute(f"EXPLAIN QUERY PLAN {text}", parameters)]
    faults = _faults(plan)
    # All tickets in order: the index gives the order, and the limit stops it.
    whole = {"all": "opened", "suspended": "suspended", "state by what is left": "left", "all by what is left": "left"}
    assert faults == ([] if name not in whole else [f"SEARCH ticket USING INDEX ticket_{whole[name]} (site=?)"])


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_whatever_is_gathered_for_a_list_it_is_found_by_an_index(new_store: Any, name: str) -> None:
    found = narrowing.sources("local", QUERIES[name], by_state=True)
    for few in [narrowing.ALONG, *found] if found else []:
        text, parameters = statements.heads("local", QUERIES[name], few=few)
        plan = [row[3] for row in new_store.execute(f"EXPLAIN QUERY PLAN {text}", parameters)]
        along = few == narrowing.ALONG and narrowing.is_by_left(QUERIES[name])
        by_itself = {"SEARCH ticket USING INDEX ticket_left (site=?)"} if along else set()
        known = {"SEARCH ticket USING INDEX ticket_state (site=?)"} if few == "states" else set()
        assert {line.replace("COVERING ", "") for line in _faults(plan)} == by_itself | known, (few, plan)
        if along or QUERIES[name].order == "opened":
            assert few in ("mine", "unclaimed", "states") or not any("TEMP B-TREE" in line for line in plan), plan


def test_a_ticket_s_tasks_are_looked_up_by_the_ticket_where_tickets_are_gone_through(new_store: Any) -> None:
    for name in ("mine by what is left", "unclaimed"):
        text, parameters = statements.heads("local", QUERIES[name], few=narrowing.ALONG)
        plan = [row[3] for row in new_store.execute(f"EXPLAIN QUERY PLAN {text}", parameters)]
        assert any("USING PRIMARY KEY (site=? AND ticket=?" in line for line in plan), plan


def test_what_is_found_by_words_is_found_by_their_index(new_store: Any) -> None:
    wanted = Search(terms_of("漏水 1202"), unit="3-2-1202", personal=["contact"], status="open", limit=20)
    matches = [search.in_a_file(term) for term in wanted.terms]
    text, values = search.statement(statements.HEAD_COLUMNS, search.IN_A_FILE, "local", matches, wanted)
    plan = [row[3] for row in new_store.execute(f"EXPLAIN QUERY PLAN {text}", values)]
    whole = ("SCAN finding_words VIRTUAL TABLE INDEX", "SCAN hit", "SCAN first", "SCAN hits")
    assert [line for line in _faults(plan) if not line.startswith(whole)] == []
    assert any(line.startswith("SCAN finding_words VIRTUAL TABLE INDEX 0:M") for line in plan)


def test_due_timers_are_read_from_the_index_alone(new_store: Any) -> None:
    index = "SEARCH timer USING COVERING INDEX timer_due"
    assert _plan(new_store, statements.DUE) == [f"{index} (site=? AND aside=? AND due<?)"]
    assert _plan(new_store, statements.NEXT_DUE) == [f"{index} (site=? AND aside=?)"]


def test_a_step_that_moves_nothing_in_an_index_writes_none(new_store: Any) -> None:
    # given what the indexes of tickets hold
    held = new_store.execute(
        "SELECT DISTINCT info.name FROM pragma_index_list('ticket') AS list, pragma_index_info(list.name) AS info"
    ).fetchall()
    # when a step is written that leaves it as it is
    assigned = statements.UPDATE_OUTSIDE_INDEXES.partition("WHERE")[0]
    names = set(re.findall(r"(\w+) = \?", assigned))
    # then no index is written anew, and everything else that a step may change is
    assert names.isdisjoint(name for (name,) in held)
    assert names.isdisjoint(re.findall(r"\w+", narrowing.LEFT))
    everything = set(re.findall(r"(\w+) = ", statements.UPDATE_TICKET.partition("WHERE")[0]))
    left = set(re.findall(r"(\w+) = \?", statements.UPDATE_LEFT.partition("WHERE")[0])) - names
    assert left == {"state", "promised", "missed", "next_due", "suspended"}
    state = set(re.findall(r"(\w+) = \?", statements.UPDATE_STATE.partition("WHERE")[0])) - names
    assert state == {"state"}
    rest = {"procedure", "digest", "version", "opened", "parent", "status", "unit", "owner"}
    assert everything - names - left == rest


def test_promises_are_listed_and_counted_from_their_index(new_store: Any) -> None:
    query = Query(promised_by=NOT_NOW, procedures=["repair"])

    (listed,) = _plan(new_store, statements.heads("local", query)[0])
    (counted,) = _plan(new_store, statements.count_heads("local", query)[0])

    assert listed == "SEARCH ticket USING INDEX ticket_promised (site=? AND promised<?)"
    assert counted == "SEARCH ticket USING COVERING INDEX ticket_promised (site=? AND promised<?)"
