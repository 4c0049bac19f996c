"""The verbs of a transaction on SQLite. What each promises stands in `seam`.

A transaction is made by `sqlite.SqliteStore` around an open BEGIN; drivers' errors that leave a verb are given their
words there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from sop_engine import canonical
from sop_engine.store import codec, narrowing, statements
from sop_engine.store.faults import overtaken
from sop_engine.store.finding import ReadsFindings, WritesFindings
from sop_engine.store.narrowing import IN_A_FILE, InWords
from sop_engine.store.seam import (
    CALENDAR,
    Due,
    Foreseen,
    Head,
    Login,
    Missed,
    Person,
    Query,
    Standing,
    StoredStep,
    Version,
)
from sop_engine.store.search import Finding
from sop_engine.ticket.records import NOTHING, Sealed, Step, Ticket

_NO_LIMIT: Final = 2**31 - 1
_LAST_ID: Final = chr(0x10FFFF)
"""no id comes after this"""
_TimerRows = dict[str, tuple[str, str | None]]
_TaskRows = dict[str, tuple[str | None, str | None]]


class Reading(ReadsFindings):
    """Verbs of any transaction."""

    def ticket(self, id: str) -> Ticket | None:
        body = self._body(id)
        return None if body is None else codec.ticket_of(body)

    def _body(self, id: str) -> str | bytes | None:
        row = self._one(statements.TICKET_BODY, id)
        return None if row is None else row[0]

    def head(self, id: str) -> Head | None:
        row = self._one(statements.HEAD, id)
        return None if row is None else codec.head_of(row)

    def heads(self, query: Query) -> list[Head]:
        few = None if query.limit is None else narrowing.fewest(self._run, self._site, query, by_state=True)
        found = [codec.head_of(row) for row in self._run(*statements.heads(self._site, query, few=few))]
        return found[::-1] if query.newest else found

    def count_heads(self, query: Query, most: int | None = None) -> int:
        few = None if most is None else narrowing.fewest(self._run, self._site, query, by_state=True)
        few = narrowing.to_count(query, few)
        counting = statements.count_heads(self._site, query, self._in_words(), few, most)
        count: int = self._run(*counting).fetchone()[0]
        return count

    def _in_words(self) -> InWords:
        """How the parts of tickets are found in which a term holds."""
        return IN_A_FILE

    def standing(self, id: str) -> Standing | None:
        row = self._one(statements.TICKET_ROW, id)
        tasks, timers = self._rows_of(id)
        if row is None and not tasks and not timers:
            return None
        body, tail, *line = row or (None, None)
        return Standing(codec.ticket_or_none(body), body, tail, tuple(line), tasks, timers)

    def _rows_of(self, id: str) -> tuple[_TaskRows, _TimerRows]:
        """A ticket's rows in the indexes of tasks and timers."""
        tasks = {region: (assignee, role) for region, assignee, role in self._all(statements.TASKS, id)}
        timers = {key: (due, aside) for key, due, aside in self._all(statements.TIMERS, id)}
        return tasks, timers

    def steps(self, ticket: str, after: int = 0, until: int | None = None) -> Iterator[StoredStep]:
        last = _NO_LIMIT if until is None else until
        for row in self._walk(statements.STEPS, (self._site, ticket, after, last)):
            yield StoredStep(*row)

    def sealed(self, ticket: str, number: int | None = None) -> dict[tuple[int, str], Sealed]:
        if number is None:
            rows = self._all(statements.SEALED_ALL, ticket)
        else:
            rows = self._all(statements.SEALED_ONE, ticket, number)
        return {(of, slot): codec.sealed_or_raw(*rest) for of, slot, *rest in rows}

    def ticket_ids(self, after: str = "", limit: int = 1000) -> list[str]:
        return [id for (id,) in self._all(statements.TICKET_IDS, after, limit)]

    def steps_between(self, after: str, through: str | None) -> Iterator[StoredStep]:
        return map(StoredStep._make, self._walk(statements.STEPS_BETWEEN, self._span(after, through)))

    def sealed_between(self, after: str, through: str | None) -> dict[str, dict[int, dict[str, Sealed]]]:
        found: dict[str, dict[int, dict[str, Sealed]]] = {}
        for ticket, number, slot, *rest in self._walk(statements.SEALED_BETWEEN, self._span(after, through)):
            found.setdefault(ticket, {}).setdefault(number, {})[slot] = codec.sealed_or_raw(*rest)
        return found

    def standings(self, after: str, through: str | None) -> dict[str, Standing]:
        span = self._span(after, through)
        found: dict[str, Standing] = {}
        for body, tail, *line in self._walk(statements.TICKETS_BETWEEN, span):
            found[line[0]] = Standing(codec.ticket_or_none(body), body, tail, tuple(line), {}, {})
        for ticket, region, assignee, role in self._walk(statements.TASKS_BETWEEN, span):
            _standing_in(found, ticket).tasks[region] = assignee, role
        for ticket, key, due, aside in self._walk(statements.TIMERS_BETWEEN, span):
            _standing_in(found, ticket).timers[key] = due, aside
        return found

    def _span(self, after: str, through: str | None) -> tuple[str, str, str]:
        return self._site, after, _LAST_ID if through is None else through

    def blob(self, digest: str) -> bytes | None:
        row = self._one(statements.BLOB, digest)
        return None if row is None else row[0]

    def blobs(self) -> Iterator[tuple[str, bytes]]:
        found: Iterator[tuple[str, bytes]] = self._walk(statements.BLOBS, (self._site,))
        return found

    def newest(self, procedure: str) -> Version | None:
        row = self._one(statements.NEWEST, procedure)
        return None if row is None else codec.version_of(row)

    def versions(self, procedure: str | None = None) -> list[Version]:
        if procedure is not None:
            return [codec.version_of(row) for row in self._all(statements.VERSIONS_OF, procedure)]
        return [each for each in self._versions() if not each.procedure.startswith(CALENDAR)]

    def calendars(self) -> list[Version]:
        return [each for each in self._versions() if each.procedure.startswith(CALENDAR)]

    def _versions(self) -> Iterator[Version]:
        return map(codec.version_of, self._all(statements.VERSIONS))

    def version_of(self, digest: str) -> Version | None:
        row = self._one(statements.VERSION_OF, digest)
        return None if row is None else codec.version_of(row)

    def person(self, actor: str) -> Person | None:
        row = self._one(statements.PERSON, actor)
        return None if row is None else codec.person_of(row, self._all(statements.ROLES, actor))

    def people(self) -> list[Person]:
        roles: dict[str, list[tuple[str, str]]] = {}
        for person, role, scope in self._all(statements.ALL_ROLES):
            roles.setdefault(person, []).append((role, scope))
        return [codec.person_of(row, roles.get(row[0], ())) for row in self._all(statements.PEOPLE)]

    def login(self, login: str) -> Login | None:
        row = self._one(statements.LOGIN, login)
        return None if row is None else codec.login_of(row)

    def logins(self) -> list[Login]:
        return [codec.login_of(row) for row in self._all(statements.LOGINS)]

    def holdings(self) -> list[tuple[str, str]]:
        return [(person, role) for person, role, _scope in self._all(statements.ALL_ROLES)]

    def holders(self, role: str, unit: str | None = None) -> list[str]:
        from sop_engine.ticket.people import covers  # one truth for scopes; few commands ask, and it is not small

        held = self._all(statements.HOLDERS, role)
        return list(dict.fromkeys(person for person, scope in held if covers(scope or None, unit)))

    def load_of(self, actor: str) -> int:
        row = self._one(statements.LOAD, actor)
        return 0 if row is None else int(row[0])

    def unit(self, id: str) -> dict[str, Any] | None:
        row = self._one(statements.UNIT, id)
        return None if row is None else codec.from_json(row[0])

    def units(self) -> list[dict[str, Any]]:
        return [codec.from_json(body) for (body,) in self._all(statements.UNITS)]

    def due(self, before: str, limit: int) -> list[Due]:
        return [Due(*row) for row in self._all(statements.DUE, before, limit)]

    def aside(self) -> list[tuple[Due, str]]:
        return [(Due(due, ticket, key), why) for due, ticket, key, why in self._all(statements.ASIDE)]

    def next_due(self) -> str | None:
        due: str | None = self._one(statements.NEXT_DUE)[0]
        return due

    def overdue(self, before: str) -> int:
        count: int = self._one(statements.OVERDUE, before)[0]
        return count

    def drawn(self) -> dict[tuple[str, str], int]:
        return {(prefix, day): last for prefix, day, last in self._all(statements.DRAWN)}

    def by_key(self, key: str) -> tuple[str, int, Sealed] | None:
        row = self._one(statements.BY_KEY, key)
        return None if row is None else (row[0], row[1], Sealed(row[2], row[3]))

    def refusals(self, ticket: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
        if ticket is None:
            rows = self._all(statements.REFUSALS, limit)
        else:
            rows = self._all(statements.REFUSALS_OF, ticket, limit)
        names = ("at", "ticket", "actor", "login", "command", "why")
        return [dict(zip(names, (*row[:4], codec.from_json(row[4]), row[5]), strict=True)) for row in rows]

    def meta(self, name: str) -> str | None:
        row = self._one(statements.META, name)
        return None if row is None else row[0]

    def metas(self, prefix: str) -> dict[str, str]:
        return dict(self._all(statements.METAS, prefix, prefix + _LAST_ID))


def _standing_in(found: dict[str, Standing], ticket: str) -> Standing:
    """What is known of a ticket; tasks and timers may stand there for one that has no row."""
    return found.setdefault(ticket, Standing(None, None, None, (), {}, {}))


class Writing(Reading, WritesFindings):
    """Verbs of a writing transaction."""

    def __init__(
        self, run: Callable[..., Any], site: str, clash: type[Exception], walk: Callable[..., Any] | None = None
    ) -> None:
        """`clash` is what the driver raises when a key is there already."""
        super().__init__(run, site, walk)
        self._clash = clash
        self._rows: dict[str, tuple[_TaskRows, _TimerRows]] = {}
        """Rows of the tickets that this transaction has read, so that only what changes is written."""

    def load(self, foreseen: Callable[[], Foreseen]) -> None:
        """Nothing: every question here is a call into this process, so asking it early gains nothing."""

    def take_due(self, before: str, limit: int) -> list[Due]:
        return self.due(before, limit)  # there is no other writer

    def ticket(self, id: str) -> Ticket | None:
        ticket = super().ticket(id)
        if ticket is not None:
            self._rows[id] = codec.task_rows(ticket), codec.timer_rows(ticket)
        return ticket

    def append(self, step: Step, head: Head, findings: Mapping[str, Finding] = NOTHING) -> None:
        site, ticket, number = self._site, step.ticket, step.number
        if number > 1:
            self._update(step.after, head, number - 1)
        try:
            if number == 1:
                self._insert(step.after, head)
            # a bytearray, since pysqlite looks long for a way to adapt bytes before it takes them as they are
            self._run(statements.INSERT_STEP, (site, ticket, number, bytearray(step.data), step.hash))
        except self._clash as error:
            raise overtaken(ticket, number) from error
        for slot, sealed in step.values.items():
            self._run(statements.INSERT_VALUE, (site, ticket, number, slot, *codec.sealed_row(sealed)))
        if step.after is not None:
            self._put_rows(step.after, new=number == 1)
        self._put_findings(ticket, findings)

    def project(self, after: Ticket | None, head: Head, findings: Mapping[str, Finding] = NOTHING) -> None:
        self._run(statements.DELETE_TICKET, (self._site, head.id))
        self._insert(after, head)
        self._rows.pop(head.id, None)
        if after is not None:
            self._put_rows(after, new=False)
        self._put_findings(head.id, findings)

    def _insert(self, after: Ticket | None, head: Head) -> None:
        body = None if after is None else codec.ticket_text(after)
        self._run(statements.INSERT_TICKET, (self._site, codec.tail_of(head.id), body, *codec.head_row(head)))

    def _update(self, after: Ticket | None, head: Head, before: int) -> None:
        body = None if after is None else codec.ticket_text(after)
        if self._run(*self._updating(body, codec.head_row(head), before)).rowcount != 1:
            raise overtaken(head.id, before + 1)

    def _updating(self, body: str | None, row: tuple[Any, ...], before: int) -> tuple[str, tuple[Any, ...]]:
        """The statement that brings a ticket's row up to date, and its values."""
        id, *columns = row
        return statements.UPDATE_TICKET, (self._site, body, *columns, id, before)

    def _put_rows(self, after: Ticket, new: bool) -> None:
        """Write the difference between the tasks and timers there are and those of `after`."""
        id, had = after.id, self._rows.get(after.id)
        had_tasks, had_timers = had or (({}, {}) if new else self._rows_of(id))
        tasks, timers = codec.task_rows(after), codec.timer_rows(after)
        if tasks != had_tasks:
            self._put_difference(statements.PUT_TASK, statements.DELETE_TASK, id, had_tasks, tasks)
        if timers != had_timers:
            self._put_difference(statements.PUT_TIMER, statements.DELETE_TIMER, id, had_timers, timers)
        self._rows[id] = tasks, timers

    def _put_difference(self, put: str, delete: str, id: str, had: Any, now: Any) -> None:
        for key in had.keys() - now.keys():
            self._run(delete, (self._site, id, key))
        for key, row in now.items():
            if had.get(key) != row:
                self._run(put, (self._site, id, key, *row))

    def erase(self, ticket: str, number: int, slot: str) -> bool:
        erased: int = self._run(statements.ERASE_VALUE, (self._site, ticket, number, slot)).rowcount
        self._run(statements.FORGET_REQUEST, (self._site, ticket, number))
        self._forget_findings(ticket, number, slot)
        return erased == 1

    def forget_timer(self, ticket: str, key: str) -> None:
        self._run(statements.DELETE_TIMER, (self._site, ticket, key))
        self._rows.pop(ticket, None)

    def draw(self, prefix: str, day: str) -> int:
        drawn: int = self._one(statements.DRAW, prefix, day)[0]
        return drawn

    def keep_key(self, key: str, ticket: str, number: int, request: Sealed) -> None:
        try:
            self._run(statements.KEEP_KEY, (self._site, key, ticket, number, request.commitment, request.salt))
        except self._clash as error:
            raise overtaken(ticket, number) from error

    def put_blob(self, data: bytes) -> str:
        digest = canonical.digest(data)
        self._run(statements.PUT_BLOB, (self._site, digest, data))
        return digest

    def put_version(self, version: Version) -> None:
        row = (
            version.procedure, version.number, version.digest, version.text, version.places, version.published,
            version.by, version.reason,
        )  # fmt: skip
        try:
            self._run(statements.PUT_VERSION, (self._site, *row))
        except self._clash as error:
            raise overtaken(version.procedure, version.number) from error

    def put_person(self, person: Person) -> None:
        rights, contact = codec.to_json(person.rights), codec.to_json(person.contact)
        row = (person.id, int(person.active), person.name, rights, contact, person.language)
        self._run(statements.PUT_PERSON, (self._site, *row))
        self._run(statements.DELETE_ROLES, (self._site, person.id))
        for role, scope in dict.fromkeys(person.roles):
            self._run(statements.PUT_ROLE, (self._site, person.id, role, scope or ""))

    def put_login(self, login: Login | None, name: str) -> None:
        if login is None:
            self._run(statements.DELETE_LOGIN, (self._site, name))
        else:
            self._run(statements.PUT_LOGIN, (self._site, name, login.actor, codec.to_json(login.people)))

    def put_units(self, units: Sequence[dict[str, Any]]) -> None:
        for unit in units:
            self._run(statements.PUT_UNIT, (self._site, unit["id"], codec.to_json(unit)))

    def log_refusal(self, at: str, ticket: str, actor: str, login: str, command: dict[str, Any], why: str) -> None:
        self._run(statements.LOG_REFUSAL, (self._site, at, ticket, actor, login, codec.to_json(command), why))

    def put_meta(self, name: str, value: str) -> None:
        self._run(statements.PUT_META, (self._site, name, value))

    def swap_meta(self, name: str, was: str | None, value: str) -> None:
        if was is None:
            swapped = self._run(statements.NEW_META, (self._site, name, value)).rowcount
        else:
            swapped = self._run(statements.SWAP_META, (value, self._site, name, was)).rowcount
        if swapped != 1:
            raise Missed([], [(name, "")])

    def forget_meta(self, name: str) -> None:
        self._run(statements.FORGET_META, (self._site, name))

    def forget_projections(self) -> None:
        for statement in statements.FORGET:
            self._run(statement, (self._site,))
        self._rows.clear()


class WritingInTurn(Writing):
    """Verbs where nobody else writes meanwhile, so that a line in lists is what it was when its ticket was read."""

    def __init__(self, raw: Any, site: str, clash: type[Exception]) -> None:
        """`raw` is the driver's connection. One cursor serves the whole transaction: to make one takes a third of the
        time of a small statement."""
        super().__init__(raw.cursor().execute, site, clash, raw.execute)
        self._indexed: dict[str, tuple[Any, ...]] = {}
        """Of the tickets that were read what indexes hold and a step may change: status, unit, owner; by when is
        promised what, what was missed, the next timer, until when it is suspended; the state."""

    def _body(self, id: str) -> str | bytes | None:
        row = self._one(statements.TICKET_TO_MOVE, id)
        if row is None:
            return None
        self._indexed[id] = row[1:]
        body: bytes | None = row[0]
        return body

    def _updating(self, body: str | None, row: tuple[Any, ...], before: int) -> tuple[str, tuple[Any, ...]]:
        (
            id, _procedure, _digest, _version, number, hash, status, outcome, state, subject, unit, owner, tasks,
            _opened, recorded, effective, next_due, _parent, promised, missed, urged, suspended,
        ) = row  # fmt: skip
        known, now = self._indexed.get(id), (status, unit, owner, promised, missed, next_due, suspended, state)
        self._indexed[id] = now
        values = body, number, hash, outcome, subject, tasks, recorded, effective, urged
        place = self._site, id, before
        if known == now:
            return statements.UPDATE_OUTSIDE_INDEXES, (*values, *place)
        if known is not None and known[:7] == now[:7]:
            return statements.UPDATE_STATE, (*values, state, *place)
        if known is not None and known[:3] == now[:3]:
            return statements.UPDATE_LEFT, (*values, state, next_due, suspended, promised, missed, *place)
        return super()._updating(body, row, before)

    def project(self, after: Ticket | None, head: Head, findings: Mapping[str, Finding] = NOTHING) -> None:
        super().project(after, head, findings)
        self._indexed.pop(head.id, None)
