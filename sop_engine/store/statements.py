"""The SQL of the hot path, by hand, for SQLite. A test EXPLAINs every statement here against the schema.

Every key begins with the site, so SQLite, which has no statistics here, takes any index for a good one as soon as it
gives the order that is asked for. Where that would read a whole table, the statement names its index.
"""

from dataclasses import replace
from typing import Any, Final

from sop_engine.store import narrowing
from sop_engine.store.seam import Query

HEAD_COLUMNS: Final = (
    "id, procedure, digest, version, number, hash, status, outcome, state, subject, unit, owner, tasks, opened,"
    " recorded, effective, next_due, parent, promised, missed, urged, suspended"
)
LETTER_COLUMNS: Final = (
    "id, ticket, number, position, notice, recipient, channel, status, attempts, next_at, error, rendered, kind,"
    " bundle, sent"
)
VERSION_COLUMNS: Final = "procedure, number, digest, text, places, published, publisher, reason"

# tickets and the record

TICKET_BODY: Final = "SELECT body FROM ticket WHERE site = ? AND id = ?"
TICKET_TO_MOVE: Final = """
SELECT CAST(body AS BLOB), status, unit, owner, promised, missed, next_due, suspended, state FROM ticket
WHERE site = ? AND id = ?"""
HEAD: Final = f"SELECT {HEAD_COLUMNS} FROM ticket WHERE site = ? AND id = ?"
RESOLVE: Final = f"""
SELECT {HEAD_COLUMNS} FROM ticket WHERE site = ?1 AND tail >= ?2 AND tail < ?2 || char(1114111) AND id <> 'site'
ORDER BY tail = ?2 DESC, status = 'closed', opened DESC, id DESC LIMIT ?3"""
STEPS: Final = """
SELECT ticket, number, data, hash FROM step WHERE site = ? AND ticket = ? AND number > ? AND number <= ?
ORDER BY number"""
STEPS_BETWEEN: Final = """
SELECT ticket, number, data, hash FROM step WHERE site = ? AND ticket > ? AND ticket <= ? ORDER BY ticket, number"""
SEALED_BETWEEN: Final = """
SELECT ticket, number, slot, commitment, salt, value FROM value WHERE site = ? AND ticket > ? AND ticket <= ?"""
TICKET_ROW: Final = f"SELECT body, tail, {HEAD_COLUMNS} FROM ticket WHERE site = ? AND id = ?"
TICKETS_BETWEEN: Final = f"""
SELECT body, tail, {HEAD_COLUMNS} FROM ticket INDEXED BY sqlite_autoindex_ticket_1
WHERE site = ? AND id > ? AND id <= ?"""
TASKS_BETWEEN: Final = """
SELECT ticket, region, assignee, role FROM task WHERE site = ? AND ticket > ? AND ticket <= ?"""
TIMERS_BETWEEN: Final = "SELECT ticket, key, due, aside FROM timer WHERE site = ? AND ticket > ? AND ticket <= ?"
LAST_NUMBER: Final = "SELECT max(number) FROM step WHERE site = ? AND ticket = ?"
SEALED_ALL: Final = "SELECT number, slot, commitment, salt, value FROM value WHERE site = ? AND ticket = ?"
SEALED_ONE: Final = f"{SEALED_ALL} AND number = ?"
TICKET_IDS: Final = """
WITH RECURSIVE known(id) AS (
  SELECT min(ticket) FROM step WHERE site = ?1 AND ticket > ?2
  UNION ALL
  SELECT (SELECT min(step.ticket) FROM step WHERE step.site = ?1 AND step.ticket > known.id) FROM known
  WHERE known.id IS NOT NULL
)
SELECT id FROM known WHERE id IS NOT NULL LIMIT ?3"""

INSERT_STEP: Final = "INSERT INTO step (site, ticket, number, data, hash) VALUES (?, ?, ?, ?, ?)"
INSERT_VALUE: Final = """
INSERT INTO value (site, ticket, number, slot, commitment, salt, value) VALUES (?, ?, ?, ?, ?, ?, ?)"""
ERASE_VALUE: Final = """
UPDATE value SET salt = NULL, value = NULL
WHERE site = ? AND ticket = ? AND number = ? AND slot = ? AND salt IS NOT NULL"""
INSERT_TICKET: Final = f"""
INSERT INTO ticket (site, tail, body, {HEAD_COLUMNS})
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
UPDATE_TICKET: Final = """
UPDATE ticket SET body = ?2, procedure = ?3, digest = ?4, version = ?5, number = ?6, hash = ?7, status = ?8,
  outcome = ?9, state = ?10, subject = ?11, unit = ?12, owner = ?13, tasks = ?14, opened = ?15, recorded = ?16,
  effective = ?17, next_due = ?18, parent = ?19, promised = ?20, missed = ?21, urged = ?22,
  suspended = ?23
WHERE site = ?1 AND id = ?24 AND number = ?25"""
UPDATE_OUTSIDE_INDEXES: Final = """
UPDATE ticket SET body = ?, number = ?, hash = ?, outcome = ?, subject = ?, tasks = ?, recorded = ?, effective = ?,
  urged = ?
WHERE site = ? AND id = ? AND number = ?"""
"""The same where nothing is moved that an index holds; what is left out besides never changes. An index is written anew
for every column that a statement names, changed or not: two pages a step."""
UPDATE_STATE: Final = """
UPDATE ticket SET body = ?, number = ?, hash = ?, outcome = ?, subject = ?, tasks = ?, recorded = ?, effective = ?,
  urged = ?, state = ?
WHERE site = ? AND id = ? AND number = ?"""
"""The same where only the state is another."""
UPDATE_LEFT: Final = """
UPDATE ticket SET body = ?, number = ?, hash = ?, outcome = ?, subject = ?, tasks = ?, recorded = ?, effective = ?,
  urged = ?, state = ?, next_due = ?, suspended = ?, promised = ?, missed = ?
WHERE site = ? AND id = ? AND number = ?"""
"""The same where only status, unit and owner are what they were."""
DELETE_TICKET: Final = "DELETE FROM ticket WHERE site = ? AND id = ?"

# tasks and timers

TASKS: Final = "SELECT region, assignee, role FROM task WHERE site = ? AND ticket = ?"
PUT_TASK: Final = """
INSERT INTO task (site, ticket, region, assignee, role) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (site, ticket, region) DO UPDATE SET assignee = excluded.assignee, role = excluded.role"""
DELETE_TASK: Final = "DELETE FROM task WHERE site = ? AND ticket = ? AND region = ?"
TIMERS: Final = "SELECT key, due, aside FROM timer WHERE site = ? AND ticket = ?"
PUT_TIMER: Final = """
INSERT INTO timer (site, ticket, key, due, aside) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (site, ticket, key) DO UPDATE SET due = excluded.due, aside = excluded.aside"""
DELETE_TIMER: Final = "DELETE FROM timer WHERE site = ? AND ticket = ? AND key = ?"
DUE: Final = """
SELECT due, ticket, key FROM timer WHERE site = ? AND due <= ? AND aside IS NULL ORDER BY due, ticket, key LIMIT ?"""
ASIDE: Final = """
SELECT due, ticket, key, aside FROM timer WHERE site = ? AND aside IS NOT NULL ORDER BY due, ticket, key"""
OVERDUE: Final = "SELECT count(*) FROM timer WHERE site = ? AND due <= ? AND aside IS NULL"
NEXT_DUE: Final = "SELECT min(due) FROM timer WHERE site = ? AND aside IS NULL"

# words

PUT_FINDING: Final = """
INSERT INTO finding (site, ticket, part, personal, id, words)
VALUES (?1, ?2, ?3, ?4, (SELECT coalesce(max(id), 0) + 1 FROM finding WHERE site = ?1), ?5)
ON CONFLICT (site, ticket, part) DO UPDATE SET words = excluded.words"""
DELETE_FINDING: Final = "DELETE FROM finding WHERE site = ? AND ticket = ? AND part = ?"
FORGET_FIELDS: Final = """
DELETE FROM finding WHERE site = ? AND ticket = ? AND part >= 'fields' AND part < 'fields;'"""
FINDINGS_OF: Final = "SELECT part, personal, words FROM finding WHERE site = ? AND ticket = ? ORDER BY part"

# numbers, keys, refusals

DRAW: Final = """
INSERT INTO counter (site, prefix, day, last) VALUES (?, ?, ?, 1)
ON CONFLICT (site, prefix, day) DO UPDATE SET last = last + 1 RETURNING last"""
DRAWN: Final = "SELECT prefix, day, last FROM counter WHERE site = ?"
BY_KEY: Final = "SELECT ticket, number, request, salt FROM idempotency WHERE site = ? AND key = ?"
KEEP_KEY: Final = "INSERT INTO idempotency (site, key, ticket, number, request, salt) VALUES (?, ?, ?, ?, ?, ?)"
FORGET_REQUEST: Final = """
UPDATE idempotency INDEXED BY idempotency_ticket SET salt = NULL WHERE site = ? AND ticket = ? AND number = ?"""
LOG_REFUSAL: Final = """
INSERT INTO refusal (site, number, at, ticket, actor, login, command, why)
VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM refusal WHERE site = ?1), ?2, ?3, ?4, ?5, ?6, ?7)"""
REFUSALS: Final = """
SELECT at, ticket, actor, login, command, why FROM refusal WHERE site = ? ORDER BY number DESC LIMIT ?"""
REFUSALS_OF: Final = """
SELECT at, ticket, actor, login, command, why FROM refusal INDEXED BY refusal_ticket WHERE site = ? AND ticket = ?
ORDER BY number DESC LIMIT ?"""

# published texts

BLOB: Final = "SELECT data FROM blob WHERE site = ? AND digest = ?"
BLOBS: Final = "SELECT digest, data FROM blob WHERE site = ?"
PUT_BLOB: Final = "INSERT INTO blob (site, digest, data) VALUES (?, ?, ?) ON CONFLICT (site, digest) DO NOTHING"
NEWEST: Final = f"SELECT {VERSION_COLUMNS} FROM version WHERE site = ? AND procedure = ? ORDER BY number DESC LIMIT 1"
VERSIONS: Final = f"SELECT {VERSION_COLUMNS} FROM version WHERE site = ? ORDER BY procedure, number"
VERSIONS_OF: Final = f"SELECT {VERSION_COLUMNS} FROM version WHERE site = ? AND procedure = ? ORDER BY number"
VERSION_OF: Final = f"""
SELECT {VERSION_COLUMNS} FROM version INDEXED BY version_digest WHERE site = ? AND digest = ?
ORDER BY number LIMIT 1"""
PUT_VERSION: Final = f"INSERT INTO version (site, {VERSION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"

# people and units

PERSON: Final = "SELECT id, active, name, rights, contact, language FROM person WHERE site = ? AND id = ?"
PEOPLE: Final = "SELECT id, active, name, rights, contact, language FROM person WHERE site = ? ORDER BY id"
ROLES: Final = "SELECT role, scope FROM holding WHERE site = ? AND person = ? ORDER BY role, scope"
ALL_ROLES: Final = "SELECT person, role, scope FROM holding WHERE site = ? ORDER BY person, role, scope"
PUT_PERSON: Final = """
INSERT INTO person (site, id, active, name, rights, contact, language) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (site, id) DO UPDATE SET active = excluded.active, name = excluded.name, rights = excluded.rights,
  contact = excluded.contact, language = excluded.language"""
DELETE_ROLES: Final = "DELETE FROM holding WHERE site = ? AND person = ?"
PUT_ROLE: Final = "INSERT INTO holding (site, person, role, scope) VALUES (?, ?, ?, ?)"
HOLDERS: Final = """
SELECT holding.person, holding.scope FROM holding
JOIN person ON person.site = holding.site AND person.id = holding.person
WHERE holding.site = ? AND holding.role = ? AND person.active = 1 ORDER BY holding.person"""
LOAD: Final = """
SELECT count(*) FROM task INDEXED BY task_assignee WHERE site = ? AND assignee = ? AND region NOT LIKE '%>%'"""
LOGIN: Final = "SELECT login, actor, people FROM login WHERE site = ? AND login = ?"
LOGINS: Final = "SELECT login, actor, people FROM login WHERE site = ? ORDER BY login"
PUT_LOGIN: Final = """
INSERT INTO login (site, login, actor, people) VALUES (?, ?, ?, ?)
ON CONFLICT (site, login) DO UPDATE SET actor = excluded.actor, people = excluded.people"""
DELETE_LOGIN: Final = "DELETE FROM login WHERE site = ? AND login = ?"
UNIT: Final = "SELECT body FROM unit WHERE site = ? AND id = ?"
UNITS: Final = "SELECT body FROM unit WHERE site = ? ORDER BY id"
PUT_UNIT: Final = """
INSERT INTO unit (site, id, body) VALUES (?, ?, ?) ON CONFLICT (site, id) DO UPDATE SET body = excluded.body"""

# letters

ADD_LETTER: Final = """
INSERT INTO outbox (site, ticket, number, position, recipient, channel, notice, kind, id, status, attempts, next_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, (SELECT coalesce(max(id), 0) + 1 FROM outbox WHERE site = ?1), 'waiting', 0, ?9)
ON CONFLICT (site, ticket, number, position, recipient, channel) DO NOTHING"""
SUPERSEDE: Final = """
UPDATE outbox INDEXED BY outbox_kind SET status = 'superseded'
WHERE site = ?1 AND ticket = ?2 AND recipient = ?5 AND notice = ?6 AND kind = ?7 AND kind <> ''
  AND status = 'waiting' AND (number, position) < (?3, ?4)"""
RECALL_OF_STEP: Final = """
UPDATE outbox SET status = 'recalled'
WHERE site = ? AND ticket = ? AND number = ? AND status IN ('waiting', 'dead')"""
RECALL_BEFORE: Final = """
UPDATE outbox SET status = 'recalled'
WHERE site = ? AND ticket = ? AND number < ? AND status IN ('waiting', 'dead')"""
RECALL_TO: Final = """
UPDATE outbox SET status = 'recalled'
WHERE site = ? AND ticket = ? AND number < ? AND recipient = ? AND status IN ('waiting', 'dead')"""
TAKE_LETTERS: Final = f"""
UPDATE outbox INDEXED BY outbox_id SET held = ?6 WHERE site = ?1 AND id IN (
  SELECT id FROM outbox INDEXED BY outbox_unsent
  WHERE site = ?1 AND status = 'waiting' AND (next_at <= ?2 OR next_at > ?3) AND sent IS NULL
    AND (held IS NULL OR held <= ?5 OR held > ?7)
  ORDER BY next_at, id LIMIT ?4)
RETURNING {LETTER_COLUMNS}"""
LETTER_SENT: Final = """
UPDATE outbox SET status = 'sent', sent = ?, rendered = ?, error = NULL, attempts = attempts + 1
WHERE site = ? AND id = ?"""
LETTER_FAILED: Final = """
UPDATE outbox SET error = ?1, attempts = attempts + 1, next_at = coalesce(?2, next_at), held = NULL,
  status = CASE WHEN status IN ('superseded', 'recalled') THEN status WHEN ?2 IS NULL THEN 'dead' ELSE 'waiting' END
WHERE site = ?3 AND id = ?4"""
LETTER_WAITS: Final = """
UPDATE outbox SET next_at = ?, held = NULL WHERE site = ? AND id = ? AND status = 'waiting'"""
LETTER_GOES: Final = """
UPDATE outbox SET channel = ?4, bundle = ?5, next_at = ?6, attempts = 0,
  held = CASE WHEN ?3 = '' THEN held END
WHERE site = ?1 AND id = ?2 AND channel = ?3 AND status = 'waiting'"""
LETTER_GOES_TOO: Final = """
INSERT INTO outbox (site, ticket, number, position, recipient, channel, notice, kind, id, status, attempts, next_at,
  bundle)
SELECT site, ticket, number, position, recipient, ?3, notice, kind,
  (SELECT max(id) + 1 FROM outbox INDEXED BY outbox_id WHERE site = ?1), 'waiting', 0, ?5, ?4
FROM outbox INDEXED BY outbox_id WHERE site = ?1 AND id = ?2 AND status = 'waiting'
ON CONFLICT (site, ticket, number, position, recipient, channel) DO NOTHING"""
LETTERS: Final = f"SELECT {LETTER_COLUMNS} FROM outbox WHERE site = ? ORDER BY id"
LETTERS_UNSENT: Final = f"""
SELECT {LETTER_COLUMNS} FROM outbox INDEXED BY outbox_unsent
WHERE site = ? AND status = ? AND sent IS NULL ORDER BY id"""
LETTERS_WITH: Final = f"SELECT {LETTER_COLUMNS} FROM outbox WHERE site = ? AND status = ? ORDER BY id"
LETTERS_OF: Final = f"SELECT {LETTER_COLUMNS} FROM outbox WHERE site = ? AND ticket = ? ORDER BY +id"
LETTERS_OF_WITH: Final = (
    f"SELECT {LETTER_COLUMNS} FROM outbox WHERE site = ? AND ticket = ? AND status = ? ORDER BY +id"
)

# meta

META: Final = "SELECT value FROM meta WHERE site = ? AND name = ?"
METAS: Final = "SELECT name, value FROM meta WHERE site = ? AND name >= ? AND name < ?"
FORGET_META: Final = "DELETE FROM meta WHERE site = ? AND name = ?"
PUT_META: Final = """
INSERT INTO meta (site, name, value) VALUES (?, ?, ?) ON CONFLICT (site, name) DO UPDATE SET value = excluded.value"""
NEW_META: Final = """
INSERT INTO meta (site, name, value) VALUES (?, ?, ?) ON CONFLICT (site, name) DO NOTHING"""
SWAP_META: Final = "UPDATE meta SET value = ? WHERE site = ? AND name = ? AND value = ?"

FORGET: Final = tuple(
    f"DELETE FROM {table} WHERE site = ?"
    for table in ("ticket", "task", "timer", "finding", "person", "holding", "login", "version")
)


def heads(
    site: str, query: Query, in_words: narrowing.InWords = narrowing.IN_A_FILE, few: str | None = None
) -> tuple[str, list[Any]]:
    """The statement and parameters that find what `query` asks for, in its order, or the newest of it backwards; `few`
    as `narrowing.fewest` says."""
    source, parameters = _source(site, query, in_words, few or _gathered(query))
    # in the text, since SQLite plans anew for every limit that is bound, which takes as long as a short list
    limit = "" if query.limit is None else f" LIMIT {query.limit:d}"
    order = "opened DESC, id DESC" if query.newest else _order(query)
    return f"\nSELECT {HEAD_COLUMNS} {source} ORDER BY {order}{limit}", parameters


def count_heads(
    site: str,
    query: Query,
    in_words: narrowing.InWords = narrowing.IN_A_FILE,
    few: str | None = None,
    most: int | None = None,
) -> tuple[str, list[Any]]:
    """The statement and parameters that count what `query` asks for, whatever its limit; up to `most`."""
    query = replace(query, order="opened")  # or an index of another order is taken
    source, parameters = _source(site, query, in_words, few or _gathered(query))
    if most is not None:
        return f"\nSELECT count(*) FROM (SELECT 1 {source} LIMIT {most:d}) AS counted", parameters
    return f"\nSELECT count(*) {source}", parameters


def _gathered(query: Query) -> str:
    """What is gathered where nobody has looked how much there is of it."""
    given = {"mine": query.mine, "unclaimed": query.unclaimed or None, "owner": query.owner}
    return next((name for name, value in given.items() if value is not None), narrowing.ALONG)


def _order(query: Query) -> str:
    return "promised, id" if query.promised_by is not None or query.missed else narrowing.ORDERS[query.order]


def _source(site: str, query: Query, in_words: narrowing.InWords, few: str) -> tuple[str, list[Any]]:
    """From where, by which index and under which conditions; and the parameters of that."""
    terms, parameters = ["site = ?", "id <> 'site'"], [site]

    def where(term: str, *values: Any) -> None:
        terms.append(term)
        parameters.extend(values)

    def among(term: narrowing.Term) -> None:
        where(term[0], *term[1])

    if query.status is not None or query.left_by is not None:
        # in the text, since some indexes are of open tickets only
        where("status = 'closed'" if query.status == "closed" else "status = 'open'")
    for column, value in (("unit", query.unit), ("parent", query.parent)):
        if value is not None:
            where(f"{column} = ?", value)
    if query.owner is not None:
        where("owner = ?", query.owner)
    if query.suspended is not None:
        where("suspended IS NOT NULL" if query.suspended else "suspended IS NULL")
    if query.procedures:
        where(f"procedure IN ({_marks(query.procedures)})", *query.procedures)
    if query.states:
        among(narrowing.in_states(site, query.states, gathered=few == "states"))
    if query.mine is not None:
        among(narrowing.mine(site, query, gathered=few == "mine"))
    if query.due_before is not None:
        due = "SELECT ticket FROM timer WHERE site = ? AND due <= ? AND aside IS NULL"
        where(f"id IN ({due})", site, query.due_before)
    for term in narrowing.conditions(site, query, in_words, few):
        among(term)
    if query.promised_by is not None:
        where("promised <= ?", query.promised_by)
    if query.missed:
        where("missed IS NOT NULL")
    if query.promised_after is not None and query.after is not None:
        where("(promised, id) > (?, ?)", query.promised_after, query.after)
    elif query.promised_after is not None:
        where("promised > ?", query.promised_after)
    elif query.after is not None:
        last = "SELECT opened, id FROM ticket WHERE site = ? AND id = ?"
        where(f"(opened, id) > ({last})", site, query.after)
    return f"FROM ticket INDEXED BY {_index(query, few)} WHERE {' AND '.join(terms)}", parameters


def _index(query: Query, few: str) -> str:
    """The index that leaves the fewest tickets to look at, or gives them in their order."""
    if few in ("mine", "unclaimed") or query.due_before is not None or query.words or query.copied is not None:
        return "sqlite_autoindex_ticket_1"
    for column in ("unit", "parent"):
        if getattr(query, column) is not None:
            return f"ticket_{column}"
    if query.missed:
        return "ticket_missed"
    if query.promised_by is not None:
        return "ticket_promised"
    if query.suspended:
        return "ticket_suspended"
    if few == "states":
        return "ticket_state"
    is_left = query.status != "closed" and (query.left_by is not None or narrowing.is_by_left(query))
    if is_left and few == narrowing.ALONG:
        return "ticket_left"
    if query.owner is not None:
        return "ticket_owner"
    if len(query.procedures) == 1 and query.status is not None:
        return "ticket_procedure"
    return "ticket_status" if query.status is not None or query.left_by is not None else "ticket_opened"


def _marks(values: Any) -> str:
    return ", ".join("?" * len(values))
