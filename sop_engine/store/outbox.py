"""The verbs of a transaction about letters, and what all verbs stand on. What each promises stands in `seam`."""

from collections.abc import Callable, Sequence
from typing import Any

from sop_engine.clock import steady_seconds
from sop_engine.store import codec, statements
from sop_engine.store.seam import LONGEST_HOLD_SECONDS, NewLetter, OutLetter


class ReadsLetters:
    """Reads of the outbox."""

    def __init__(self, run: Callable[..., Any], site: str, walk: Callable[..., Any] | None = None) -> None:
        """`run` executes a statement on the transaction's connection and gives its cursor, which the next may take over
        again; `walk` one whose rows are walked while others run, where that needs a cursor of its own."""
        self._run = run
        self._walk = walk or run
        self._site = site

    def _one(self, statement: str, *values: Any) -> Any:
        return self._run(statement, (self._site, *values)).fetchone()

    def _all(self, statement: str, *values: Any) -> list[Any]:
        found: list[Any] = self._run(statement, (self._site, *values)).fetchall()
        return found

    def letters(self, status: str | None = None, ticket: str | None = None) -> list[OutLetter]:
        if ticket is not None and status is not None:
            rows = self._all(statements.LETTERS_OF_WITH, ticket, status)
        elif ticket is not None:
            rows = self._all(statements.LETTERS_OF, ticket)
        elif status == "sent":
            rows = self._all(statements.LETTERS_WITH, status)
        elif status is not None:
            rows = self._all(statements.LETTERS_UNSENT, status)
        else:
            rows = self._all(statements.LETTERS)
        return [codec.letter_of(row) for row in rows]


class WritesLetters(ReadsLetters):
    """Writes to the outbox."""

    def take_letters(self, now: str, beyond: str, limit: int, seconds: float) -> list[OutLetter]:
        rows = self._all(statements.TAKE_LETTERS, now, beyond, limit, *self._span_of(seconds))
        return sorted(map(codec.letter_of, rows), key=lambda letter: letter.id)

    def _span_of(self, seconds: float) -> tuple[str, ...]:
        """Now, so many seconds later, and later than which nobody holds anything, as `held` has it. Those who share a
        file share the machine's steady clock."""
        now = steady_seconds()
        return tuple(f"{1000 * (now + each):015.0f}" for each in (0, seconds, LONGEST_HOLD_SECONDS))

    def letter_sent(self, id: int, at: str, rendered: dict[str, Any]) -> None:
        self._run(statements.LETTER_SENT, (at, codec.to_json(rendered), self._site, id))

    def letter_failed(self, id: int, error: str, next_at: str | None) -> None:
        self._run(statements.LETTER_FAILED, (error, next_at, self._site, id))

    def letters_wait(self, ids: Sequence[int], until: str) -> None:
        for id in sorted(ids):  # in one order with whoever supersedes several
            self._run(statements.LETTER_WAITS, (until, self._site, id))

    def letter_goes(self, id: int, was: str, channels: Sequence[tuple[str, str | None]], next_at: str) -> None:
        for channel, bundle in channels[1:]:
            self._run(statements.LETTER_GOES_TOO, (self._site, id, channel, bundle, next_at))
        channel, bundle = channels[0]
        self._run(statements.LETTER_GOES, (self._site, id, was, channel, bundle, next_at))

    def recall_letters(self, ticket: str, number: int, to: Sequence[str] = (), before: bool = False) -> None:
        if before:
            self._run(statements.RECALL_BEFORE, (self._site, ticket, number))
        elif not to:
            self._run(statements.RECALL_OF_STEP, (self._site, ticket, number))
        for each in to:
            self._run(statements.RECALL_TO, (self._site, ticket, number, each))

    def add_letters(self, ticket: str, number: int, letters: Sequence[NewLetter], now: str) -> None:
        for position, notice, to, channel, kind in letters:
            place = (self._site, ticket, number, position, to)
            if kind:
                self._run(statements.SUPERSEDE, (*place, notice, kind))
            self._run(statements.ADD_LETTER, (*place, channel, notice, kind, now))
