"""First tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_LEFT = "(CASE WHEN missed < coalesce(promised, '~') THEN missed ELSE coalesce(promised, next_due, '~~') END)"
_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _key(name: str) -> sa.Column[Any]:
    return sa.Column(name, _TEXT, primary_key=True)


def _number_key(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, _TEXT, nullable=False) for name in names]


def _maybe(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, _TEXT, nullable=True) for name in names]


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False)


def _data(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _long(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(name, *columns, sqlite_strict=True)


def _short(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(name, *columns, sqlite_strict=True, sqlite_with_rowid=False)


def _index(name: str, *columns: str | sa.TextClause, where: str | None = None, unique: bool = False) -> None:
    table = name.partition("_")[0]
    term = None if where is None else sa.text(where)
    op.create_index(name, table, ["site", *columns], unique=unique, sqlite_where=term, postgresql_where=term)


def upgrade() -> None:
    _record()
    _tickets()
    _words()
    _letters()
    _register()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE outbox_number")
        op.execute("CREATE SEQUENCE finding_number")
        op.execute(_WORDS_INDEX)
    else:
        for statement in _WORDS_IN_A_FILE:
            op.execute(statement)


def _record() -> None:
    _long("step", _key("site"), _key("ticket"), _number_key("number"), _data("data"), *_texts("hash"))
    _short(
        "value",
        _key("site"),
        _key("ticket"),
        _number_key("number"),
        _key("slot"),
        *_texts("commitment"),
        *_maybe("salt", "value"),
    )
    _long("blob", _key("site"), _key("digest"), _data("data"))


def _tickets() -> None:
    _long(
        "ticket",
        _key("site"),
        _key("id"),
        *_texts("tail", "procedure", "digest"),
        _number("version"),
        _number("number"),
        *_texts("hash", "status"),
        *_maybe("outcome"),
        *_texts("state", "subject"),
        *_maybe("unit"),
        *_texts("owner", "tasks", "opened", "recorded", "effective"),
        *_maybe("next_due", "parent", "promised", "missed"),
        _number("urged"),
        *_maybe("suspended", "body"),
    )
    _index("ticket_tail", "tail")
    _index("ticket_opened", "opened", "id")
    _index("ticket_status", "status", "opened", "id")
    _index("ticket_owner", "owner", "status", "opened", "id")
    _index("ticket_procedure", "procedure", "status", "opened", "id")
    _index("ticket_parent", "parent", where="parent IS NOT NULL")
    _index("ticket_unit", "unit", where="unit IS NOT NULL")
    _index("ticket_promised", "promised", "id", "procedure", where="promised IS NOT NULL")
    _index("ticket_missed", "missed", "promised", "id", where="missed IS NOT NULL")
    _index("ticket_suspended", "opened", "id", where="suspended IS NOT NULL")
    _index("ticket_left", sa.text(_LEFT), "id", where="status = 'open'")
    if op.get_bind().dialect.name == "sqlite":
        _index("ticket_state", "state", "opened", "id", where="status = 'open'")
    _short("task", _key("site"), _key("ticket"), _key("region"), *_maybe("assignee", "role"))
    _index("task_assignee", "assignee", where="assignee IS NOT NULL")
    _index("task_offered", "role", where="assignee IS NULL")
    _short("timer", _key("site"), _key("ticket"), _key("key"), *_texts("due"), *_maybe("aside"))
    _index("timer_due", "aside", "due")


def _words() -> None:
    _long(
        "finding",
        *(_key("site"), _key("ticket"), _key("part")),
        *_texts("personal"),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        *_texts("words"),
    )
    _index("finding_id", "id", unique=True)


# a word for the site in each row, since such an index cannot begin with a column; without the list of what is not in
# its tree yet, which every search would go through
_WORDS_INDEX = """
CREATE INDEX finding_words ON finding
USING gin (array_to_tsvector(array_append(string_to_array(words, ' '), '@' || site)))
WITH (fastupdate = off)"""
_WORDS_IN_A_FILE = (
    """CREATE VIRTUAL TABLE finding_words USING fts5
(words, content = '', columnsize = 0, detail = none, tokenize = "ascii tokenchars '-'")""",
    """CREATE TRIGGER finding_comes AFTER INSERT ON finding BEGIN
  INSERT INTO finding_words (rowid, words) VALUES (new.id, new.words);
END""",
    """CREATE TRIGGER finding_goes AFTER DELETE ON finding BEGIN
  INSERT INTO finding_words (finding_words, rowid, words) VALUES ('delete', old.id, old.words);
END""",
    """CREATE TRIGGER finding_changes AFTER UPDATE ON finding BEGIN
  INSERT INTO finding_words (finding_words, rowid, words) VALUES ('delete', old.id, old.words);
  INSERT INTO finding_words (rowid, words) VALUES (new.id, new.words);
END""",
)


def _letters() -> None:
    _short(
        "outbox",
        *(_key("site"), _key("ticket"), _number_key("number"), _number_key("position")),
        *(_key("recipient"), _key("channel")),
        _number("id"),
        *_texts("notice", "kind", "status"),
        _number("attempts"),
        *_texts("next_at"),
        *_maybe("bundle", "held", "error", "sent", "rendered"),
    )
    _index("outbox_id", "id", unique=True)
    _index("outbox_unsent", "status", "next_at", where="sent IS NULL")
    _index("outbox_kind", "ticket", "kind", where="status = 'waiting' AND kind <> ''")


def _register() -> None:
    _short("counter", _key("site"), _key("prefix"), _key("day"), _number("last"))
    _short("idempotency", _key("site"), _key("key"), *_texts("ticket"), _number("number"), *_texts("request"),
           *_maybe("salt"))  # fmt: skip
    _index("idempotency_ticket", "ticket", "number")
    _short(
        "refusal",
        _key("site"),
        _number_key("number"),
        *_texts("at", "ticket", "actor", "login", "command", "why"),
    )
    _index("refusal_ticket", "ticket", "number")
    _short(
        "version",
        _key("site"),
        _key("procedure"),
        _number_key("number"),
        *_texts("digest", "text", "places", "published", "publisher", "reason"),
    )
    _index("version_digest", "digest")
    _short(
        "person",
        _key("site"),
        _key("id"),
        _number("active"),
        *_texts("name", "rights", "contact"),
        *_maybe("language"),
    )
    _short("holding", _key("site"), _key("person"), _key("role"), _key("scope"))
    _index("holding_role", "role")
    _short("login", _key("site"), _key("login"), *_maybe("actor"), *_texts("people"))
    _short("unit", _key("site"), _key("id"), *_texts("body"))
    _short("meta", _key("site"), _key("name"), *_texts("value"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE outbox_number")
        op.execute("DROP SEQUENCE finding_number")
    else:
        op.execute("DROP TABLE finding_words")
    for table in (
        *("meta", "unit", "login", "holding", "person", "version", "refusal", "idempotency", "counter"),
        *("outbox", "finding", "timer", "task", "ticket", "blob", "value", "step"),
    ):
        op.drop_table(table)
