"""What is asked of the index of words, and the one statement that asks it.

The law. A term is looked for in each part of a ticket by itself (its fields of one class of personal data, what was
written down with one step), so that a class that somebody may not see takes no part in what he finds. Of the tickets in
which every term holds those of the unit come first; of these and of the others open ones, and of them the newest. What
was opened by mistake and is void is found by its number only. The words have nothing in them to be quoted: letters,
digits, hyphens (`values.words`).
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sop_engine.acts import VOID
from sop_engine.lean import dataclass
from sop_engine.values.words import Term, Word

_RANK: Final = """
CASE WHEN unit = ? THEN 0 ELSE 1 END, CASE status WHEN 'closed' THEN 1 ELSE 0 END, opened DESC, id DESC"""
IN_A_FILE: Final = """
SELECT finding.ticket FROM finding_words CROSS JOIN finding ON finding.site = ? AND finding.id = finding_words.rowid
WHERE finding_words MATCH ?"""
"""the parts of tickets in which a term holds, by SQLite's index"""


@dataclass(frozen=True, slots=True)
class Search:
    """What `find` looks for: every term must hold somewhere in a ticket, or its number be one of `numbers`."""

    terms: Sequence[Term]
    numbers: Sequence[str] = ()
    """tickets' ids, or their ends from a hyphen on, such as `007`: those come before all others"""
    unit: str | None = None
    """whose tickets come first, in the form that is kept"""
    personal: Sequence[str] | None = None
    """classes of personal data by which may be found; None: by all"""
    status: str | None = None
    """`open` or `closed`"""
    limit: int | None = None


class Finding(NamedTuple):
    """The words of one part of a ticket; empty: none any more."""

    personal: str
    """class of personal data; empty: everybody's"""
    words: str


def statement(columns: str, source: str, site: str, matches: Sequence[str], search: Search) -> tuple[str, list[Any]]:
    """The statement that gives `columns` of the tickets that are found, and its values: `source` finds the parts in
    which a term holds, and takes the site and one of `matches`."""
    seen = (
        "" if search.personal is None else f" AND finding.personal IN ({', '.join('?' * (len(search.personal) + 1))})"
    )
    classes = [] if search.personal is None else ["", *search.personal]
    values: list[Any] = [value for each in matches for value in (site, each, *classes)]
    status = "" if search.status is None else " AND status = ?"
    status += f" AND (outcome IS NULL OR outcome <> '{VOID}')"
    values = [site, *values, *filter(None, [search.status]), search.unit]
    # in the text, since SQLite plans anew for every limit that is bound, which takes as long as a small search
    limit = "" if search.limit is None else f" LIMIT {search.limit:d}"
    found = "INTERSECT".join([f"{source}{seen}\n"] * len(matches))
    return (
        f"\nSELECT {columns} FROM ticket WHERE site = ? AND id IN ({found}){status} ORDER BY {_RANK}{limit}",
        values,
    )


def in_a_file(term: Term) -> str:
    """A term as FTS5 reads it."""
    return " OR ".join(f"({' AND '.join(map(_quoted, reading))})" for reading in term)


def _quoted(word: Word) -> str:
    return f'"{word.text}"*' if word.begins else f'"{word.text}"'


def in_a_database(term: Term, site: str) -> str:
    """A term as a `tsquery` of PostgreSQL: of words as they are, which no parser looks at, and of this site."""
    readings = " | ".join(f"({' & '.join(map(_lexeme, reading))})" for reading in term)
    return f"{_literal('@' + site)} & ({readings})"


def _lexeme(word: Word) -> str:
    return _literal(word.text) + (":*" if word.begins else "")


def _literal(text: str) -> str:
    kept = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{kept}'"
