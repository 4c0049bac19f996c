"""What only PostgreSQL has: a server that says no, tables that several make, plans of its own."""

import re
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest

from sop_engine.errors import NotUnderstood, Overtaken, SetUp
from sop_engine.store import opening
from sop_engine.store.opening import make_at, open_at
from sop_engine.store.postgres import loading, pending, tables
from sop_engine.store.postgres import statements as here
from sop_engine.store.postgres.store import PostgresStore
from sop_engine.store.seam import Foreseen
from sop_engine.store.search import Search
from sop_engine.values.words import terms_of
from tests import postgres
from tests.store.test_schema import FROM_ONE_END, QUERIES, TEXTS, WHOLE_TABLE

from .samples import ID, append, head, ticket

# --- a server that says no -------------------------------------------------------------------------------------------


def refusal(address: str) -> SetUp:
    with pytest.raises(SetUp) as caught:
        open_at(address, "test")
    assert caught.value.fix is not None
    assert caught.value.code == 7
    return caught.value


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be reached" in str(refusal(f"postgresql://sop@/sites?host={tmp_path}"))


def test_a_wrong_password_and_a_right_one(server: postgres.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    address = server.address(postgres.SHARED, postgres.GUEST)
    monkeypatch.setenv("PGPASSWORD", "let me in")
    assert "does not accept the password" in str(refusal(address))
    monkeypatch.setenv("PGPASSWORD", postgres.PASSWORD)
    assert "does not allow this user" in str(refusal(address))


def test_no_password_at_all(server: postgres.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    assert "does not accept the password" in str(refusal(server.address(postgres.SHARED, postgres.GUEST)))


def test_a_password_from_a_file(server: postgres.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    file = tmp_path / "password"
    file.write_text(f"*:*:*:{postgres.GUEST}:{postgres.PASSWORD}\n")
    file.chmod(0o600)
    address = server.address(postgres.SHARED, postgres.GUEST)
    assert "does not allow this user" in str(refusal(f"{address}&passfile={file}"))


def test_a_password_in_the_address_is_refused_and_not_shown() -> None:
    for address in ("postgresql://sop:secret@host/db", "postgresql://sop@host/db?password=secret"):
        with pytest.raises(SetUp, match="holds a password") as caught:
            make_at(address, "test")
        assert "secret" not in f"{caught.value} {caught.value.fix} {caught.value.where}"


def test_a_user_and_a_database_that_there_are_not(server: postgres.Server) -> None:
    assert "no such database" in str(refusal(server.address("nowhere")))
    server.run("CREATE ROLE kept_out NOLOGIN")
    assert "lets this user not in" in str(refusal(server.address(postgres.SHARED, "kept_out")))
    server.run("DROP ROLE kept_out")


def test_a_database_that_is_no_store(server: postgres.Server) -> None:
    name = server.new_database("template0")
    assert "not the store of a site" in str(refusal(server.address(name)))


def test_a_database_in_another_encoding(server: postgres.Server) -> None:
    name = server.new_database("template0 ENCODING 'SQL_ASCII'")
    assert "server_encoding is SQL_ASCII" in str(refusal(server.address(name)))
    with pytest.raises(SetUp, match="server_encoding"):
        make_at(server.address(name), "test")


@pytest.mark.parametrize(("found", "said"), [("9999", "newer program"), ("", "newer program")])
def test_tables_of_a_newer_program(server: postgres.Server, found: str, said: str) -> None:
    name = server.new_database()
    server.run(f"UPDATE alembic_version SET version_num = '{found}'", name)
    assert said in str(refusal(server.address(name)))
    with pytest.raises(SetUp, match=said):
        tables.make_or_raise(server.address(name))


def test_the_driver_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    error = refusal("postgresql://sop@/sites")
    assert "sop-engine[postgres]" in str(error.fix)


def test_rights_that_are_missing_leave_nothing(
    server: postgres.Server, site_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", postgres.PASSWORD)
    name = server.new_database()
    server.run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {postgres.GUEST}", name)
    server.run(f"REVOKE INSERT ON value FROM {postgres.GUEST}", name)
    store = open_at(server.address(name, postgres.GUEST), site_id)
    from sop_engine.ticket.records import Sealed

    with pytest.raises(SetUp, match="does not allow this user"), store.writing() as writes:
        append(writes, ticket(), {"note": Sealed("c", "s", "text")})
    with store.reading() as reads:
        assert reads.ticket_ids() == []
    store.close()


def test_a_statement_that_takes_too_long(address: str, site_id: str) -> None:
    store = open_at(f"{address}&options=-cstatement_timeout%3D100", site_id)
    blocker = open_at(address, site_id)
    with blocker.writing() as writes:
        append(writes, ticket(timers={"s/t": {"due": "1"}}))
    with blocker.writing() as holding:
        holding.take_due("9", 9)
        with pytest.raises(Overtaken, match="took too long"), store.writing() as writes:
            append(writes, ticket(number=2))
    with store.reading() as reads:
        assert [step.number for step in reads.steps(ID)] == [1]
    store.close()
    blocker.close()


def test_a_text_that_the_server_cannot_keep(one: PostgresStore) -> None:
    with pytest.raises(NotUnderstood, match="U\\+0000"), one.writing() as writes:
        append(writes, ticket(), subject="a\0b")
    with one.reading() as reads:
        assert reads.ticket_ids() == []


@pytest.mark.usefixtures("server")
def test_a_server_that_stops_and_comes_again(site_id: str) -> None:
    with postgres.running() as own:
        store = open_at(own.address(postgres.SHARED), site_id)
        with store.writing() as writes:
            append(writes, ticket())
        own.stop()
        with pytest.raises(SetUp, match="cannot be reached"), store.writing() as writes:
            append(writes, ticket(number=writes.ticket(ID).number + 1))  # type: ignore[union-attr]
        own.start()
        with store.writing() as writes:
            found = writes.ticket(ID)
            assert found is not None
            append(writes, ticket(number=found.number + 1))
        store.close()


@pytest.mark.usefixtures("server")
def test_a_server_that_restarts_between_two_commands_is_not_noticed(site_id: str) -> None:
    with postgres.running() as own:
        store = open_at(own.address(postgres.SHARED), site_id)
        for number in range(1, 4):
            with store.writing() as writes:
                append(writes, ticket(number=number))
            with store.reading() as reads:
                assert reads.ticket(ID) == ticket(number=number)
            own.stop()
            own.start()
        store.close()


# --- tables ----------------------------------------------------------------------------------------------------------


def test_two_that_make_the_tables_at_once_make_them_once(server: postgres.Server) -> None:
    address = server.address(server.new_database("template0"))
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(tables.make_or_raise(address))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [result["to"] for result in results] == ["0001", "0001"]
    assert tables.make_or_raise(address) == {"from": "0001", "to": "0001", "backup": None}


def test_a_site_is_made_once(address: str, site_id: str) -> None:
    store = make_at(address, site_id)
    with store.writing() as writes:
        writes.put_meta("site", site_id)
    store.close()
    with pytest.raises(SetUp, match="already"):
        make_at(address, site_id)
    opening.unmake_at(address, site_id)
    make_at(address, site_id).close()


def test_migrations_make_the_tables_that_the_program_knows(server: postgres.Server) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine

    from sop_engine.store.tables import TABLES

    name = server.new_database()
    engine = create_engine(f"postgresql+psycopg://sop@/{name}?host={server.folder}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _is_table_or_index_of_columns})
        assert compare_metadata(context, TABLES) == []
    engine.dispose()
    query = """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"""
    assert server.run(query, name) == []
    first = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    (left,) = server.run(f"{first} AND tablename = 'ticket' AND indexdef LIKE '%CASE%'", name)
    whole = r"ticket_left ON public.ticket .*\(site,.*, id\) WHERE \(status = 'open'::text\)"
    assert re.search(whole, left[0], re.DOTALL), left
    assert server.run(f"{first} AND indexname = 'ticket_state'", name) == []
    # or it indexes words, one of which is the site's
    assert all("(site" in row[0] or "('@'::text || site)" in row[0] for row in server.run(first, name))


def _is_table_or_index_of_columns(_object: Any, name: str, *_: Any) -> bool:
    """What can be compared: not an index of words, nor of an expression, which the server writes in its own way; and
    one that only SQLite has is not there."""
    return name not in ("finding_words", "ticket_left", "ticket_state")


# --- plans -----------------------------------------------------------------------------------------------------------

ONE_OF_EACH = pending.Shape(True, False, *([1] * (len(pending.Shape._fields) - 2)))
USUAL = ONE_OF_EACH._replace(alone=True, locked=0, counted=0, begun=0, opened=0)
EVERYTHING = Foreseen(
    tickets=["a"], key="b", logins=["c"], people=["d"], roles=["e"], units=["f"], procedures=["g"], numbers=[("h", "i")]
)
ONLY_IN_TURN = {"TICKET_TO_MOVE", "UPDATE_OUTSIDE_INDEXES", "UPDATE_PROMISES"}
"""statements of SQLite's alone: here the server sees for itself which indexes a row moves in"""
OWN = {
    "append": pending._text(ONE_OF_EACH),
    "append one": pending._text(USUAL),
    "find": here.finding("s", Search(terms_of("w7 w3"), limit=20))[0],
    "load": loading.statement(loading.questions(EVERYTHING), "s")[0],
    **{
        name: text.replace("{limit:d}", "40")
        for name, text in vars(here).items()
        if name.isupper() and isinstance(text, str) and "$" in text
    },
}


ROWS = 20_000
FILL = """
INSERT INTO step SELECT s, 'T-' || n, 1, 'x', 'h' FROM {rows};
INSERT INTO value SELECT s, 'T-' || n, 1, 'slot', 'c' FROM {rows};
INSERT INTO blob SELECT s, 'd' || n, 'x' FROM {rows};
INSERT INTO ticket (site, id, tail, procedure, digest, version, number, hash, status, state, subject, unit, owner,
  tasks, opened, recorded, effective, parent, promised, missed, urged)
SELECT s, 'T-' || n, reverse('t-' || n), 'repair', 'd', 1, 1, 'h', CASE WHEN n % 10 = 0 THEN 'open' ELSE 'closed' END,
  '[]', '', CASE WHEN n % 2 = 0 THEN 'u' || n % 500 END, 'o' || n % 50, '{{}}', 'o' || n, 'r', 'e',
  CASE WHEN n % 20 = 0 THEN 'T-' || n / 20 END, CASE WHEN n % 10 = 0 THEN 'd' || n END,
  CASE WHEN n % 1000 = 0 THEN 'd' || n END, 0 FROM {rows};
INSERT INTO task SELECT s, 'T-' || n, 'ticket', CASE WHEN n % 2 = 0 THEN 'a' || n % 50 END, 'r' || n % 30 FROM {rows};
INSERT INTO timer SELECT s, 'T-' || n, 's/t', 'd' || n, CASE WHEN n % 1000 = 0 THEN 'why' END FROM {rows};
INSERT INTO finding SELECT s, 'T-' || n, 'fields', '', n, 'w' || n || ' w' || n % 500 FROM {rows};
INSERT INTO outbox (site, ticket, number, position, recipient, channel, id, notice, kind, status, attempts, next_at,
  sent)
SELECT s, 'T-' || n, 1, 0, 'wang', 'log', n, 'told', CASE WHEN n % 300 = 0 THEN 'goal' ELSE '' END,
  CASE WHEN n % 100 = 0 THEN 'waiting' ELSE 'sent' END, 0, 'd' || n, CASE WHEN n % 100 > 0 THEN 'then' END FROM {rows};
INSERT INTO counter SELECT s, 'WX', 'd' || n, 1 FROM {rows};
INSERT INTO idempotency SELECT s, 'k' || n, 'T-' || n, 1, 'r', 's' FROM {rows};
INSERT INTO refusal SELECT s, n, 'at', 'T-' || n, 'a', 'l', '{{}}', 'no' FROM {rows};
INSERT INTO version SELECT s, 'p' || n % 1000, n, 'd' || n, 't', 'p', 'then', 'who', '' FROM {rows};
INSERT INTO person SELECT s, 'p' || n, 1, '', '[]', '{{}}' FROM {rows};
INSERT INTO holding SELECT s, 'p' || n, 'r' || n % 2000, '' FROM {rows};
INSERT INTO login SELECT s, 'l' || n, 'p' || n, '[]' FROM {rows};
INSERT INTO unit SELECT s, 'u' || n, '{{}}' FROM {rows};
INSERT INTO meta SELECT s, 'm' || n, '' FROM {rows};
ANALYZE
""".format(rows=f"generate_series(1, {ROWS}) AS n, (VALUES ('one'), ('two')) AS sites (s)")


@pytest.fixture(scope="module")
def filled(server: postgres.Server) -> str:
    """A database with many rows of two sites, of which the server knows how they are spread."""
    name = server.new_database()
    for statement in FILL.split(";\n"):
        server.run(statement, name)
    return server.address(name)


def plan(filled: str, text: str) -> list[str]:
    """How the server would go about a statement whose values it does not know."""
    import psycopg

    name = f"p{uuid.uuid4().hex[:8]}"
    places = [int(number) for number in re.findall(r"\$(\d+)", text)]
    values = ", ".join(["NULL"] * max(places))
    with psycopg.connect(filled) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute(f"PREPARE {name} AS {text}".encode())
        return [row[0] for row in connection.execute(f"EXPLAIN EXECUTE {name} ({values})".encode())]


def whole(lines: list[str]) -> list[str]:
    """Where a whole table, or all of a site in it, is gone through."""
    found = [line.strip() for line in lines if "Seq Scan" in line]
    return found + [line.strip() for line in lines if re.fullmatch(r"\s*Index Cond: \(\(?site = \$1\)?\)", line)]


@pytest.mark.parametrize("name", sorted(TEXTS.keys() - ONLY_IN_TURN))
def test_a_statement_finds_its_rows_by_an_index(filled: str, name: str) -> None:
    found = whole(plan(filled, here.translated(TEXTS[name])))
    assert not found or name in WHOLE_TABLE | FROM_ONE_END | {"ADD_LETTER"}, found


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_statement_of_its_own_finds_its_rows_by_an_index(filled: str, name: str) -> None:
    lines = plan(filled, OWN[name])
    assert whole(lines) == [], "\n".join(lines)


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_list_can_be_asked_for(one: PostgresStore, name: str) -> None:
    with one.reading() as reads:
        assert reads.heads(QUERIES[name]) == []


def test_every_statement_for_sqlite_has_its_counterpart() -> None:
    for text in TEXTS.values():
        assert "?" not in here.translated(text)
        assert "INDEXED BY" not in here.translated(text)
    assert set(here._BY_HAND) <= set(TEXTS.values())


def test_heads_read_back(one: PostgresStore) -> None:
    after = ticket(tasks={"left": {"assignee": "wang"}})
    with one.writing() as writes:
        append(writes, after)
        assert writes.head(ID) == head(after)
    with one.reading() as reads:
        assert reads.head(ID) == head(after)
