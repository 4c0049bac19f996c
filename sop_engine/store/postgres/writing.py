"""The verbs of a transaction on PostgreSQL. What each promises stands in `seam`.

The law.

1. A usual command is two round trips: `load` asks all that is foreseen, and the end of the block sends all that is to
   be written (`pending`), with the commit. Between them no transaction is open, and nothing is locked.
2. Whatever else is read goes to the server when it is asked for, once. Whatever else is written opens a transaction
   (READ COMMITTED), as does anything that is read after something is to be written: what was gathered goes first.
3. The tickets written, and those that were read one by one (a parent, children), must still be where they were when it
   is written; else `Missed`. People, units, versions and what a query collected need not be: a step holds them as
   facts, as they were when it asked. The site's own history, where it is only read, tells who stands in for whom: such
   a fact.
4. No row is locked while anybody decides, anew or not. A transaction `after` a miss stands in a queue for what was
   missed (advisory locks, `crowd`), and so does the first try for a number, or at a ticket at which two have just
   met: else all but one would decide in vain, again and again. The queue is a courtesy on which nothing rests:
   whoever is not in it writes all the same, and after `TURN_SECONDS` one goes on without a turn. Whoever holds
   rows, because he took timers or has written already, does not wait for more, since somebody may hold those and
   wait for these; he misses.
5. A connection that is lost before the commit was sent: nothing was kept, and that is said. Lost after it was sent: the
   same is sent once more on another, since twice does it once (`pending`), and a step that is there with our hash is
   ours. Where the server stays away, that it is not known is what is said.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sop_engine.errors import SopError
from sop_engine.store import codec, statements
from sop_engine.store.narrowing import InWords
from sop_engine.store.postgres import loading
from sop_engine.store.postgres import statements as here
from sop_engine.store.postgres.crowd import Crowd, turns
from sop_engine.store.postgres.faults import is_gone, unknown_outcome
from sop_engine.store.postgres.link import Link
from sop_engine.store.postgres.pending import Line, Pending
from sop_engine.store.postgres.reading import count_heads, heads
from sop_engine.store.postgres.wire import LOCKED, Clash, HeldUp, Question, Rows, ServerError
from sop_engine.store.seam import Due, Foreseen, Head, Missed, NewLetter, Query
from sop_engine.store.search import Finding, Search
from sop_engine.store.transaction import Writing
from sop_engine.ticket.records import NOTHING, SITE, Sealed, Step, Ticket

if TYPE_CHECKING:
    from psycopg import pq

LOOK_AGAIN_SECONDS: Final = 20.0
"""for how long a lost connection is made anew, to see whether a commit was done"""
_PAUSE_SECONDS: Final = 0.25
_MOST_SENT_AGAIN: Final = 5000
"""statements of one transaction that are kept to be sent again"""
_READS: Final = ("SELECT", "WITH")
_TRY_ANEW: Final = frozenset({"23505", "40001", "40P01"})


class PostgresWriting(Writing):
    """Verbs of a writing transaction."""

    def __init__(self, link: Link, site: str, crowd: Crowd, after: Missed | None) -> None:
        super().__init__(self._execute, site, Clash)
        self._link = link
        self._crowd = crowd
        self._pending = Pending()
        self._answers: dict[loading.Question, list[Any]] = {}
        self._listed: set[str] = set()
        """ids that a query gave: what is collected stands as it was when it was collected"""
        self._open = False
        self._holds = False
        """rows that others may be waiting for"""
        self._sent: list[tuple[str, Sequence[Any]]] | None = []
        """what was written in the open transaction; None: too much to be sent again"""
        self._steps: list[tuple[str, int, str]] = []
        self._after = after

    # --- reading ---

    def load(self, foreseen: Callable[[], Foreseen]) -> None:
        if self._pending:
            return
        wanted = foreseen()
        asked = [each for each in loading.questions(wanted) if each not in self._answers]
        if self._after is None and not self._open:
            self._after = self._crowd.among(self._site, wanted)
        if asked:
            question = loading.statement(asked, self._site)
            found = self._begin(question) if self._after is not None else self._link.load(*question, self._open)
            assert found is not None
            self._answers |= loading.answers(asked, found)

    def _one(self, statement: str, *values: Any) -> Any:
        rows = self._all(statement, *values)
        return rows[0] if rows else None

    def _all(self, statement: str, *values: Any) -> list[Any]:
        if statement not in loading.KEPT:
            return super()._all(statement, *values)
        found = self._answers.get((statement, values))
        if found is None:
            found = super()._all(statement, *values)
            self._answers[statement, values] = found
        return found

    def _execute(self, statement: str, values: Sequence[Any] = ()) -> Rows:
        """Any statement of `statements`, after what is pending."""
        if self._pending:
            self._settle()
        if statement.lstrip().startswith(_READS):
            return self._ask(here.translated(statement), values)
        self._begin()
        self._answers.clear()
        if statement == statements.LOG_REFUSAL:
            self._write(here.LOCK_REFUSALS, (self._site,))
        return self._write(here.translated(statement), values)

    def _ask(self, text: str, values: Sequence[Any]) -> Rows:
        if self._after is not None:
            self._begin()
        return self._link.execute(text, values) if self._open else self._link.ask(text, values)

    def ticket(self, id: str) -> Ticket | None:
        line = self._pending.tickets.get(id)
        if line is not None:
            return None if line.body is None else codec.ticket_of(line.body)
        ticket = super().ticket(id)
        if ticket is not None and id != SITE and id not in self._listed:
            self._pending.looked_at.setdefault(id, ticket.number)
        return ticket

    def head(self, id: str) -> Head | None:
        line = self._pending.tickets.get(id)
        if line is not None:
            return line.head
        if self._pending:
            self._settle()
        head = super().head(id)
        if head is not None:
            self._pending.looked_at.setdefault(id, head.number)
        return head

    def heads(self, query: Query) -> list[Head]:
        found = heads(self._execute_here, self._site, query)
        self._listed.update(head.id for head in found)
        return found

    def count_heads(self, query: Query, most: int | None = None) -> int:
        return count_heads(self._execute_here, self._site, query, most)

    def _in_words(self) -> InWords:
        return here.in_words(self._site)

    def _finding(self, wanted: Search) -> tuple[str, list[Any]]:
        return here.finding(self._site, wanted)

    def _execute_here(self, text: str, values: Sequence[Any]) -> Rows:
        if self._pending:
            self._settle()
        return self._ask(text, values)

    def take_due(self, before: str, limit: int) -> list[Due]:
        self._begin()
        self._holds = True
        question = self._site, before
        found = [Due(*row) for row in self._link.execute(here.TAKE_DUE.format(limit=limit), question)]
        if not found:
            return [Due(*row) for row in self._link.execute(here.LOST_DUE.format(limit=limit), question)]
        self.load(lambda: Foreseen(tickets=list(dict.fromkeys(each.ticket for each in found))))
        return found

    # --- writing ---

    def append(self, step: Step, head: Head, findings: Mapping[str, Finding] = NOTHING) -> None:
        id, number = step.ticket, step.number
        if number > 1 and id not in self._rows:
            self._rows[id] = self._rows_of(id)
        line = self._pending.tickets.get(id)
        if line is not None and line.number != number - 1:
            raise Missed([id])
        before = number - 1 if line is None else line.before
        body = None if step.after is None else codec.ticket_text(step.after)
        row = codec.head_row(head)
        self._pending.tickets[id] = Line(before, number, codec.tail_of(id), body, row, head)
        self._pending.steps.append((id, number, step.data, step.hash))
        self._steps.append((id, number, step.hash))
        for slot, sealed in step.values.items():
            self._pending.values.append((id, number, slot, *codec.sealed_row(sealed)))
        if step.after is not None:
            self._put_rows(step.after, new=number == 1)
        for part, finding in findings.items():
            self._pending.findings[id, part] = finding if finding.words else None

    def _put_difference(self, put: str, delete: str, id: str, had: Any, now: Any) -> None:
        if id not in self._pending.tickets:
            super()._put_difference(put, delete, id, had, now)
            return
        rows = self._pending.tasks if put == statements.PUT_TASK else self._pending.timers
        for key in had.keys() - now.keys():
            rows[id, key] = None
        for key, row in now.items():
            if had.get(key) != row:
                rows[id, key] = row

    def draw(self, prefix: str, day: str) -> int:
        series = prefix, day
        ends = self._pending.counters.get(series)
        if ends is None:
            found = self._one(here.LAST_DRAWN, prefix, day)
            ends = (None, 0) if found is None else (found[0], found[0])
        self._pending.counters[series] = ends[0], ends[1] + 1
        return ends[1] + 1

    def keep_key(self, key: str, ticket: str, number: int, request: Sealed) -> None:
        self._answers.pop((statements.BY_KEY, (key,)), None)
        self._pending.keys.append((key, ticket, number, request.commitment, request.salt))

    def add_letters(self, ticket: str, number: int, letters: Sequence[NewLetter], now: str) -> None:
        for letter in letters:
            self._pending.add_letter(ticket, number, letter, now)

    def swap_meta(self, name: str, was: str | None, value: str) -> None:
        if self._pending:
            self._settle()
        self._begin()
        self._answers.clear()
        more = () if was is None else (was,)
        try:
            row = self._write(
                here.NEW_META if was is None else here.SWAP_META, (self._site, name, value, *more)
            ).fetchone()
        except ServerError as error:
            if error.state not in _TRY_ANEW:
                raise
            row = None
        self._holds = True
        if row != (True,):
            missed = Missed([], [(name, "")], self._link.patience.waited_seconds)
            raise missed

    def _span_of(self, seconds: float) -> tuple[str, ...]:
        return (str(seconds),)  # the server adds it to its own clock

    # --- the transaction ---

    def _begin(self, question: Question | None = None) -> "pq.abc.PGresult | None":
        """Begin a transaction where none is open, wait in turn for what was missed before, and ask a question, whose
        result it gives: in one round trip."""
        if self._open and self._after is None:
            return None if question is None else self._link.wire.ask(*question)
        asked = [question] if question is not None else []
        results = self._in_turn(asked) if self._after is not None else self._link.begin(asked)
        self._open, self._after = True, None
        return results[-1] if question is not None else None

    def _in_turn(self, asked: list[Question]) -> "list[pq.abc.PGresult]":
        """Begin when it is one's turn at what was missed; or without it, when it does not come."""
        assert self._after is not None
        turn = here.TAKE_TURN, (turns(self._site, self._after),)
        try:
            return self._link.begin([(here.TURN_IS_SHORT, ()), turn, (here.TURN_WAS_SHORT, ()), *asked])
        except ServerError as error:
            if error.state != LOCKED:
                raise
        self._link.roll_back()
        return self._link.begin(asked)

    def _write(self, text: str, values: Sequence[Any]) -> Rows:
        if self._sent is not None:
            self._sent.append((text, values))
            if len(self._sent) > _MOST_SENT_AGAIN:
                self._sent = None
        return self._link.execute(text, values)

    def _missed(self) -> Missed:
        """What the next try is to queue for."""
        pending = self._pending
        old = [id for id, line in pending.tickets.items() if line.before]
        missed = Missed(
            list(dict.fromkeys([*old, *pending.looked_at])), list(pending.counters), self._link.patience.waited_seconds
        )
        self._crowd.meet(self._site, missed)
        return missed

    def _settle(self) -> None:
        """Write what is pending into an open transaction, because something is to be read or written after it."""
        self._begin()
        text, values = self._pending.statement(self._site, waits=not self._holds)
        self._append(lambda: self._write(text, values))
        self._pending = Pending()
        self._answers.clear()
        self._holds = True

    def _append(self, send: Callable[[], Rows]) -> None:
        """Raise `Missed` unless what is pending was written."""
        try:
            row = send().fetchone()
        except ServerError as error:
            if error.state in _TRY_ANEW or (error.state == LOCKED and self._holds and not isinstance(error, HeldUp)):
                raise self._missed() from error
            raise
        if row is None or not row[0]:
            raise self._missed()

    def finish(self) -> None:
        """Write what is pending, and commit."""
        if not self._open:
            if self._pending:
                text, values = self._pending.statement(self._site, waits=True)
                self._surely(lambda: self._append(lambda: self._link.execute(text, values)))
            return
        try:
            if self._pending and not self._sent:
                self._write_and_commit()
                return
            if self._pending:
                self._settle()
            self._link.execute(here.COMMIT)
        except Exception as error:
            if not is_gone(error):
                raise
            if self._sent is None:
                raise self._not_known() from error
            self._again(self._all_again)

    def _write_and_commit(self) -> None:
        """Both in one round trip: where the heads have moved on, nothing is written, and nothing is committed."""
        question = self._pending.statement(self._site, waits=not self._holds)
        self._sent = [question]
        self._append(lambda: Rows(self._link.wire.ask_all([question, (here.COMMIT, ())])[0]))

    def roll_back(self) -> None:
        """Undo what was written. Nothing needs to be undone where the connection is gone."""
        if self._open:
            self._link.roll_back()

    # --- when the connection is lost in the middle of a commit ---

    def _surely(self, commit: Callable[[], None]) -> None:
        try:
            commit()
        except Exception as error:
            if not is_gone(error):
                raise
            self._again(commit)

    def _again(self, commit: Callable[[], None]) -> None:
        """Commit on another connection what may be committed already. The same statement twice does it once."""
        end = time.monotonic() + LOOK_AGAIN_SECONDS
        while True:
            try:
                self._link.connect_anew()
                commit()
                return
            except Missed:
                if self._is_there():
                    return
                raise
            except SopError as error:
                if time.monotonic() > end:
                    raise self._not_known() from error
            except Exception as error:
                if not is_gone(error):
                    raise
                if time.monotonic() > end:
                    raise self._not_known() from error
            time.sleep(_PAUSE_SECONDS)

    def _all_again(self) -> None:
        """The whole transaction once more."""
        self._link.execute(here.BEGIN)
        for text, values in self._sent or ():
            rows = None
            try:
                rows = self._link.execute(text, values)
            except ServerError as error:
                if error.state in _TRY_ANEW or error.state == LOCKED:
                    self._link.roll_back()
                    raise self._missed() from error
                raise
            if text.startswith("WITH") and rows.fetchone() == (False,):
                self._link.roll_back()
                raise self._missed()
        self._link.execute(here.COMMIT)

    def _is_there(self) -> bool:
        """Whether the first step of this transaction stands in the store: it came with all the others."""
        if not self._steps:
            return False
        ticket, number, hash = self._steps[0]
        return self._link.ask(here.STEP_HASH, (self._site, ticket, number)).fetchone() == (hash,)

    def _not_known(self) -> SopError:
        return unknown_outcome(self._link.address, tuple(dict.fromkeys(ticket for ticket, _, _ in self._steps)))
