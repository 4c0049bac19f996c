"""The SQL of the hot path for PostgreSQL: what SQLite's statements become here, and those that are written by hand.

Most statements say the same in both dialects: places are `$1` instead of `?`, and SQLite's naming of an index has no
meaning here, where there are statistics. Those that differ in more stand below. A test EXPLAINs each against the tables
that the migrations make.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sop_engine.store import narrowing, search, statements
from sop_engine.store.narrowing import InWords
from sop_engine.store.seam import LONGEST_HOLD_SECONDS, Query
from sop_engine.store.search import Search
from sop_engine.store.statements import LETTER_COLUMNS

BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
BEGIN_READING: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
COMMIT: Final = "COMMIT"
ROLLBACK: Final = "ROLLBACK"

TURN_SECONDS: Final = 1.5
"""for how long anybody waits for others who are before him in a queue"""
TURN_IS_SHORT: Final = f"SET LOCAL lock_timeout = {round(TURN_SECONDS * 1000)}"
TAKE_TURN: Final = "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key"
TURN_WAS_SHORT: Final = "SET LOCAL lock_timeout TO DEFAULT"
LAST_DRAWN: Final = "SELECT last FROM counter WHERE site = $1 AND prefix = $2 AND day = $3"
STEP_HASH: Final = "SELECT hash FROM step WHERE site = $1 AND ticket = $2 AND number = $3"
TAKE_DUE: Final = """
SELECT timer.due, timer.ticket, timer.key FROM timer
JOIN ticket ON ticket.site = timer.site AND ticket.id = timer.ticket
WHERE timer.site = $1 AND timer.due <= $2 AND timer.aside IS NULL
ORDER BY timer.aside, timer.due, timer.ticket, timer.key LIMIT {limit:d} FOR UPDATE OF ticket SKIP LOCKED"""
"""With the limit in its text, so that the server knows how few rows are wanted when it plans."""
LOST_DUE: Final = """
SELECT timer.due, timer.ticket, timer.key FROM timer
WHERE timer.site = $1 AND timer.due <= $2 AND timer.aside IS NULL
  AND (SELECT id FROM ticket WHERE ticket.site = $1 AND ticket.id = timer.ticket) IS NULL
ORDER BY timer.aside, timer.due, timer.ticket, timer.key LIMIT {limit:d}"""
"""timers of tickets that have no row, which nobody could hold"""
_SWAPPED: Final = "WITH put AS ({} RETURNING 1) SELECT count(*) = 1 FROM put"
NEW_META: Final = _SWAPPED.format(
    "INSERT INTO meta (site, name, value) VALUES ($1, $2, $3) ON CONFLICT (site, name) DO NOTHING"
)
SWAP_META: Final = _SWAPPED.format("UPDATE meta SET value = $3 WHERE site = $1 AND name = $2 AND value = $4")
"""each gives whether it was done, as what is pending does: so that sent once more it is looked at alike"""
LOCK_REFUSALS: Final = "SELECT pg_advisory_xact_lock(hashtextextended('refusal ' || $1, 0))"

_MOMENT: Final = """
lpad(round(1000 * (extract(epoch FROM clock_timestamp())::numeric + {}::numeric))::text, 15, '0')"""
"""the server's clock so many seconds on, as `held` has it: whoever uses the database shares that one"""

IN_WORDS: Final = """
SELECT finding.ticket FROM finding WHERE finding.site = ?
  AND array_to_tsvector(array_append(string_to_array(words, ' '), '@' || site)) @@ CAST(CAST(? AS text) AS tsquery)"""
"""the parts of tickets in which a term holds, by the index that the migration makes"""

_BY_HAND: Final[Mapping[str, str]] = {
    # `aside` is null in all of them; to order by it lets the server read them in the order of its index
    statements.DUE: """
SELECT due, ticket, key FROM timer WHERE site = $1 AND due <= $2 AND aside IS NULL
ORDER BY aside, due, ticket, key LIMIT $3""",
    statements.NEXT_DUE: """
SELECT (SELECT due FROM timer WHERE site = $1 AND aside IS NULL ORDER BY aside, due LIMIT 1)""",
    statements.RESOLVE: f"""
SELECT {statements.HEAD_COLUMNS} FROM ticket WHERE site = $1 AND tail >= $2 AND tail < $2 || chr(1114111)
  AND id <> 'site'
ORDER BY tail = $2 DESC, status = 'closed', opened DESC, id DESC LIMIT $3""",
    statements.DRAW: """
INSERT INTO counter (site, prefix, day, last) VALUES ($1, $2, $3, 1)
ON CONFLICT (site, prefix, day) DO UPDATE SET last = counter.last + 1 RETURNING last""",
    statements.PUT_FINDING: """
INSERT INTO finding (site, ticket, part, personal, id, words)
VALUES ($1, $2, $3, $4, nextval('finding_number'), $5)
ON CONFLICT (site, ticket, part) DO UPDATE SET words = excluded.words""",
    statements.ADD_LETTER: """
INSERT INTO outbox (site, ticket, number, position, recipient, channel, notice, kind, id, status, attempts, next_at)
SELECT $1, $2, $3::int, $4::int, $5, $6, $7, $8, nextval('outbox_number'), 'waiting', 0, $9
WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE site = $1 AND ticket = $2 AND number = $3::int AND position = $4::int
  AND recipient = $5 AND channel = $6)
ON CONFLICT (site, ticket, number, position, recipient, channel) DO NOTHING""",
    statements.SUPERSEDE: """
WITH old AS MATERIALIZED (
  SELECT id AS letter FROM outbox WHERE site = $1 AND ticket = $2 AND recipient = $5 AND notice = $6
    AND kind = $7 AND kind <> '' AND status = 'waiting' AND (number, position) < ($3::int, $4::int)
  ORDER BY id FOR UPDATE)
UPDATE outbox SET status = 'superseded' FROM old WHERE site = $1 AND id = letter""",
    statements.LETTER_GOES_TOO: """
INSERT INTO outbox (site, ticket, number, position, recipient, channel, notice, kind, id, status, attempts, next_at,
  bundle)
SELECT site, ticket, number, position, recipient, $3, notice, kind, nextval('outbox_number'), 'waiting', 0, $5, $4
FROM outbox WHERE site = $1 AND id = $2 AND status = 'waiting'
ON CONFLICT (site, ticket, number, position, recipient, channel) DO NOTHING""",
    statements.TAKE_LETTERS: f"""
WITH clock AS MATERIALIZED (
  SELECT {_MOMENT.format("0")} AS begins, {_MOMENT.format("$5")} AS ends,
    {_MOMENT.format(LONGEST_HOLD_SECONDS)} AS farthest),
taken AS MATERIALIZED (
  SELECT id AS letter FROM outbox, clock
  WHERE site = $1 AND status = 'waiting' AND (next_at <= $2 OR next_at > $3) AND sent IS NULL
    AND (held IS NULL OR held <= begins OR held > farthest)
  ORDER BY next_at, id LIMIT $4 FOR UPDATE OF outbox SKIP LOCKED)
UPDATE outbox SET held = ends FROM taken, clock WHERE site = $1 AND id = letter
RETURNING {LETTER_COLUMNS}""",
}


@functools.cache
def translated(text: str) -> str:
    """What a statement for SQLite is here."""
    by_hand = _BY_HAND.get(text)
    if by_hand is not None:
        return by_hand
    text = re.sub(r" INDEXED BY \w+", "", text)
    text = text.replace("instr(", "strpos(")
    if re.search(r"\?\d", text):
        return re.sub(r"\?(\d+)", r"$\1", text)
    pieces = text.split("?")
    return pieces[0] + "".join(f"${place}{piece}" for place, piece in enumerate(pieces[1:], start=1))


def finding(site: str, wanted: Search) -> tuple[str, list[Any]]:
    """The statement and values that find by words what `wanted` asks for."""
    matches = [search.in_a_database(term, site) for term in wanted.terms]
    text, values = search.statement(statements.HEAD_COLUMNS, IN_WORDS, site, matches, wanted)
    return translated(text), values


def in_words(site: str) -> InWords:
    """How the parts of tickets are found in which a term holds."""
    return InWords(IN_WORDS, lambda term: search.in_a_database(term, site))


def heads(site: str, query: Query, few: str | None = None) -> tuple[str, list[Any]]:
    """The statement and values that find what `query` asks for, as `statements.heads` does."""
    text, values = statements.heads(site, query, in_words(site), few)
    return translated(text), values


def fewest(run: Callable[[str, Sequence[Any]], Any], site: str, query: Query) -> str | None:
    """What of a query there is little of, as `narrowing.fewest` does; `run` executes a statement of this dialect."""
    return narrowing.fewest(lambda text, values: run(translated(text), values), site, query, by_state=False)
