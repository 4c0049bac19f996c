"""Which schema this code works on, without importing what migrates it."""

from pathlib import Path
from typing import Any, Final

REVISIONS: Final = ("0001",)
"""All that were ever released, oldest first; a test compares with the migrations."""
REVISION: Final = REVISIONS[-1]
VERSION_TABLE: Final = "alembic_version"

SEARCHING: Final = (
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
"""What finds tickets by words in a SQLite file, which holds one site. The words are made by `values.words`; the index
only splits them at spaces, since beyond ASCII every character belongs to a word for it, in every release. It keeps no
copy of them, nor where they stand, so what is deleted from it has to be said again."""

_MARK: Final = f"""
CREATE TABLE {VERSION_TABLE} (
  version_num VARCHAR(32) NOT NULL,
  CONSTRAINT {VERSION_TABLE}_pkc PRIMARY KEY (version_num)
);
INSERT INTO {VERSION_TABLE} (version_num) VALUES ('{REVISION}');
"""


def new_store_statements() -> list[str]:
    """The statements that make an empty store, one by one: the same tables that the migrations make, in a hundredth
    of the time."""
    script = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8") + _MARK
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    found = [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]
    return [*found, *SEARCHING]


def revision_of(raw: Any) -> str | None:
    """Which tables the database on the connection `raw` has; None where it is not the store of a site."""
    sql = "SELECT count(*) FROM sqlite_schema WHERE name IN (?, 'step')"
    if raw.execute(sql, (VERSION_TABLE,)).fetchone()[0] != 2:
        return None
    row = raw.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
    return None if row is None else str(row[0])
