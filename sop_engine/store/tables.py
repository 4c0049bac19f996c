"""The tables: the one truth for the schema, its migrations and rich reads.

The law. Every key begins with the site's id, so that many sites can share one PostgreSQL; a SQLite file holds one
site, `LOCAL`. What is hashed is stored as it was hashed (`step.data`); JSON stands as text that the store's codec
wrote. Instants are texts as in the record, which sort as they follow each other.

| what it holds | tables | made anew by `db rebuild` |
|---|---|---|
| the record | step, value, blob | no |
| projections of it | ticket, task, timer, finding, person, holding, login, version | yes |
| what goes out, and what came in | outbox, refusal, idempotency | no |
| the rest | counter, unit, meta | no |

Small rows that are found by their whole key lie in the key's own tree (`WITHOUT ROWID`); rows that may be long do not,
because a long row in such a tree spills to pages of its own.

The words of `finding` have an index for searching, which is no table of this kind: `schema.SEARCHING`, and in a
PostgreSQL database a GIN index that its migration makes.

Run this file to write `schema.sql` anew after a change here (`python -m sop_engine.store.tables`); a change also needs
a migration, and a test compares the three.
"""

from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, MetaData, Text, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.elements import TextClause
from sqlmodel import Field, SQLModel

from sop_engine.store.narrowing import LEFT

TABLES: Final = MetaData()
SCHEMA: Final = Path(__file__).with_name("schema.sql")
TEXT: Final = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text that is compared byte by byte, as SQLite does by itself."""
_LONG: Final = {"sqlite_strict": True}
_SHORT: Final = {"sqlite_strict": True, "sqlite_with_rowid": False}


class Table(SQLModel):
    """What all tables share."""

    metadata = TABLES


def _key() -> Any:
    return Field(primary_key=True, sa_type=cast(Any, TEXT))


def _number_key() -> Any:
    return Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})


def _text() -> Any:
    return Field(sa_type=cast(Any, TEXT))


def _maybe() -> Any:
    return Field(default=None, sa_type=cast(Any, TEXT), nullable=True)


def _bytes() -> Any:
    return Field(sa_type=LargeBinary)


def _partial(name: str, *columns: str | TextClause, where: str) -> Index:
    """An index of those rows only for which `where` holds."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Step(Table, table=True):
    """One row of history."""

    __table_args__ = _LONG
    site: str = _key()
    ticket: str = _key()
    number: int = _number_key()
    data: bytes = _bytes()
    hash: str = _text()


class Value(Table, table=True):
    """What stands beside a step: erased when `salt` is null."""

    __table_args__ = _SHORT
    site: str = _key()
    ticket: str = _key()
    number: int = _number_key()
    slot: str = _key()
    commitment: str = _text()
    salt: str | None = _maybe()
    value: str | None = _maybe()


class Blob(Table, table=True):
    """A text, normal form, template or calendar, by its SHA-256."""

    __table_args__ = _LONG
    site: str = _key()
    digest: str = _key()
    data: bytes = _bytes()


class Ticket(Table, table=True):
    """A ticket as it stands (`body`), and its line in lists. `tail` is its id backwards, for finding by suffix."""

    __table_args__ = (
        Index("ticket_tail", "site", "tail"),
        Index("ticket_opened", "site", "opened", "id"),
        Index("ticket_status", "site", "status", "opened", "id"),
        Index("ticket_owner", "site", "owner", "status", "opened", "id"),
        Index("ticket_procedure", "site", "procedure", "status", "opened", "id"),
        _partial("ticket_parent", "site", "parent", where="parent IS NOT NULL"),
        _partial("ticket_unit", "site", "unit", where="unit IS NOT NULL"),
        _partial("ticket_promised", "site", "promised", "id", "procedure", where="promised IS NOT NULL"),
        _partial("ticket_missed", "site", "missed", "promised", "id", where="missed IS NOT NULL"),
        _partial("ticket_suspended", "site", "opened", "id", where="suspended IS NOT NULL"),
        _partial("ticket_left", "site", text(f"({LEFT})"), "id", where="status = 'open'"),
        # a row of PostgreSQL that moves in any index is written anew in all of them, and most steps move the state
        _partial("ticket_state", "site", "state", "opened", "id", where="status = 'open'").ddl_if(dialect="sqlite"),
        _LONG,
    )
    site: str = _key()
    id: str = _key()
    tail: str = _text()
    procedure: str = _text()
    digest: str = _text()
    version: int = Field(sa_type=Integer)
    number: int = Field(sa_type=Integer)
    hash: str = _text()
    status: str = _text()
    outcome: str | None = _maybe()
    state: str = _text()
    subject: str = _text()
    unit: str | None = _maybe()
    owner: str = _text()
    tasks: str = _text()
    opened: str = _text()
    recorded: str = _text()
    effective: str = _text()
    next_due: str | None = _maybe()
    parent: str | None = _maybe()
    promised: str | None = _maybe()
    missed: str | None = _maybe()
    urged: int = Field(sa_type=Integer)
    suspended: str | None = _maybe()
    body: str | None = _maybe()


class Task(Table, table=True):
    """Whose turn it is in a region of a ticket; and what is found like a task (`codec.task_rows`)."""

    __table_args__ = (
        _partial("task_assignee", "site", "assignee", where="assignee IS NOT NULL"),
        _partial("task_offered", "site", "role", where="assignee IS NULL"),
        _SHORT,
    )
    site: str = _key()
    ticket: str = _key()
    region: str = _key()
    assignee: str | None = _maybe()
    role: str | None = _maybe()


class Timer(Table, table=True):
    """A timer that is set; `aside` says why it is not fired any more."""

    __table_args__ = (
        Index("timer_due", "site", "aside", "due"),
        _SHORT,
    )
    site: str = _key()
    ticket: str = _key()
    key: str = _key()
    due: str = _text()
    aside: str | None = _maybe()


class Finding(Table, table=True):
    """The words by which a ticket is found: one row for its fields of each class of personal data, and one for what was
    written down with a step. `id` ties it to SQLite's index."""

    __table_args__ = (Index("finding_id", "site", "id", unique=True), _LONG)
    site: str = _key()
    ticket: str = _key()
    part: str = _key()
    personal: str = _text()
    id: int = Field(sa_type=BigInteger().with_variant(Integer, "sqlite"))
    words: str = _text()


class Outbox(Table, table=True):
    """A notice on its way out; `sent` is null until it has gone. Its `channel` is empty until one is chosen; with
    `bundle` it goes at that instant, together with others to the same person. While somebody sends it, `held` says
    until when, in milliseconds of the store's own clock."""

    __table_args__ = (
        Index("outbox_id", "site", "id", unique=True),
        _partial("outbox_unsent", "site", "status", "next_at", where="sent IS NULL"),
        _partial("outbox_kind", "site", "ticket", "kind", where="status = 'waiting' AND kind <> ''"),
        _SHORT,
    )
    site: str = _key()
    ticket: str = _key()
    number: int = _number_key()
    position: int = _number_key()
    recipient: str = _key()
    channel: str = _key()
    id: int = Field(sa_type=Integer)
    notice: str = _text()
    kind: str = _text()
    status: str = _text()
    attempts: int = Field(sa_type=Integer)
    next_at: str = _text()
    bundle: str | None = _maybe()
    held: str | None = _maybe()
    error: str | None = _maybe()
    sent: str | None = _maybe()
    rendered: str | None = _maybe()


class Counter(Table, table=True):
    """The last number drawn of a prefix and day."""

    __table_args__ = _SHORT
    site: str = _key()
    prefix: str = _key()
    day: str = _key()
    last: int = Field(sa_type=Integer)


class Idempotency(Table, table=True):
    """What a write with `--key` did. `request` is the salted commitment of what was asked, since that may hold personal
    values; the salt goes when a value of its step is erased."""

    __table_args__ = (Index("idempotency_ticket", "site", "ticket", "number"), _SHORT)
    site: str = _key()
    key: str = _key()
    ticket: str = _text()
    number: int = Field(sa_type=Integer)
    request: str = _text()
    salt: str | None = _maybe()


class Refusal(Table, table=True):
    """A command that was refused: a log, no history."""

    __table_args__ = (Index("refusal_ticket", "site", "ticket", "number"), _SHORT)
    site: str = _key()
    number: int = _number_key()
    at: str = _text()
    ticket: str = _text()
    actor: str = _text()
    login: str = _text()
    command: str = _text()
    why: str = _text()


class Version(Table, table=True):
    """A published version of a procedure."""

    __table_args__ = (Index("version_digest", "site", "digest"), _SHORT)
    site: str = _key()
    procedure: str = _key()
    number: int = _number_key()
    digest: str = _text()
    text: str = _text()
    places: str = _text()
    published: str = _text()
    publisher: str = _text()
    reason: str = _text()


class Person(Table, table=True):
    """An actor; `rights` and `contact` are JSON."""

    __table_args__ = _SHORT
    site: str = _key()
    id: str = _key()
    active: int = Field(sa_type=Integer)
    name: str = _text()
    rights: str = _text()
    contact: str = _text()
    language: str | None = _maybe()


class Holding(Table, table=True):
    """A role that a person holds; an empty scope means everywhere."""

    __table_args__ = (Index("holding_role", "site", "role"), _SHORT)
    site: str = _key()
    person: str = _key()
    role: str = _key()
    scope: str = _key()


class Login(Table, table=True):
    """A system user: an actor, or a terminal of several people (JSON)."""

    __table_args__ = _SHORT
    site: str = _key()
    login: str = _key()
    actor: str | None = _maybe()
    people: str = _text()


class Unit(Table, table=True):
    """An entry of the register of units; `body` is JSON."""

    __table_args__ = _SHORT
    site: str = _key()
    id: str = _key()
    body: str = _text()


class Meta(Table, table=True):
    """Small facts of the site that are no history."""

    __table_args__ = _SHORT
    site: str = _key()
    name: str = _key()
    value: str = _text()


def schema_text() -> str:
    """The SQLite statements that make all tables and indexes, one after the other, tables in the order above."""
    dialect = cast(Any, sqlite.dialect)()
    parts = []
    for table in TABLES.tables.values():
        parts.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            parts.append(str(CreateIndex(index).compile(dialect=dialect)).strip())
    lines = "\n\n".join(part.replace("\t", "  ").replace(" \n", "\n") + ";" for part in parts)
    return f"-- Made from tables.py by `python -m sop_engine.store.tables`; a test compares.\n\n{lines}\n"


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
