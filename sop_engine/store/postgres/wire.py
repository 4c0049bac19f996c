"""One connection to a PostgreSQL server: a statement out, rows back, in one round trip.

The law.

1. psycopg connects; statements go through its wrapper of libpq (`psycopg.pq`), because a cursor of psycopg takes four
   to eight times the processor's time for the short statements of which commands are made, and that time is what many
   clients on one machine compete for.
2. Values go as text (bytes as they are) and the server infers their types; rows come back in binary, which is the text
   itself for a text, and needs no unescaping for bytes.
3. A statement that is used again and again is prepared, so that the server plans it once.
4. Waiting is done here, on the socket, so that Ctrl-C ends it. A connection that is left with an answer outstanding is
   closed: nobody knows any more what the next answer belongs to.
5. Nothing is sent twice by itself. Whether a statement may be is for `session` to say.
"""

import select
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sop_engine.messages import Message
from sop_engine.store import lock
from sop_engine.store.lock import WAIT_SECONDS
from sop_engine.store.postgres.patience import CANCEL_SECONDS, Patience, name

PREPARE_AFTER: Final = 3
"""uses of a statement on one connection before it is prepared"""
_MOST_PREPARED: Final = 200
_BINARY: Final = pq.Format.BINARY
_DONE: Final = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)
_BYTES: Final = 17
_INTEGERS: Final = frozenset({20, 21, 23})
_BOOLEAN: Final = 16
LOCKED: Final = "55P03"
"""the SQLSTATE of a lock that was not to be had"""
_CANCELLED: Final = "57014"
DEFAULTS: Final[Mapping[str, str]] = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""A server that is gone is noticed within half a minute; an address may say otherwise."""
SETTINGS: Final[Mapping[str, str]] = {
    "client_encoding": "UTF8",
    "synchronous_commit": "on",
    "statement_timeout": "34000",
    "lock_timeout": "32000",
    "idle_in_transaction_session_timeout": "600000",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "client_min_messages": "error",
}
"""What every connection begins with, unless the address's `options` say otherwise: durable commits, and nobody waits
for a client that is gone or for a lock for ever. Milliseconds. The limits are a little longer than a transaction's own
patience, so that it can say who was waited for."""


Question = tuple[str, Sequence[Any]]
"""a statement and the values for its places"""


class ServerError(Exception):
    """What the server answered instead of rows. `state` is its SQLSTATE
    (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

    def __init__(self, state: str, message: str, fatal: bool = False) -> None:
        super().__init__(message)
        self.state = state
        self.fatal = fatal
        """the server closed the connection with it"""


class Clash(ServerError):
    """A key is there already."""


class HeldUp(ServerError):
    """Another transaction stood in the way for too long; the statement was cancelled."""

    def __init__(self, holder: Message, waited_seconds: float) -> None:
        super().__init__(LOCKED, str(holder))
        self.holder = holder
        self.waited_seconds = waited_seconds


class LostConnection(Exception):
    """The connection ended before the answer came. What was sent may have been done."""


class Rows:
    """What a statement gave, as a cursor of the DB-API gives it."""

    def __init__(self, result: pq.abc.PGresult) -> None:
        self.rowcount = result.command_tuples if result.command_tuples is not None else -1
        self._rows = iter(_rows(result))

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows


def _rows(result: pq.abc.PGresult) -> list[tuple[Any, ...]]:
    readers = [_reader(result.ftype(column)) for column in range(result.nfields)]
    value = result.get_value
    found = []
    for row in range(result.ntuples):
        cells = (value(row, column) for column in range(len(readers)))
        found.append(tuple(None if cell is None else read(cell) for read, cell in zip(readers, cells, strict=True)))
    return found


def _reader(kind: int) -> Any:
    """How a column's binary cells are read, by the OID of its type."""
    if kind in _INTEGERS:
        return _integer
    if kind == _BYTES:
        return bytes
    return _truth if kind == _BOOLEAN else _text


def _integer(cell: bytes) -> int:
    return int.from_bytes(cell, "big", signed=True)


def _truth(cell: bytes) -> bool:
    return cell == b"\x01"


def _text(cell: bytes) -> str:
    return str(cell, "utf-8")


class Wire:
    """A connection. One thread uses it at a time."""

    def __init__(self, address: str, label: str) -> None:
        """Connect to `address`, a URL or a `name=value` list as libpq knows them. Raises `psycopg.Error`."""
        given = conninfo_to_dict(address)
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        around: dict[str, Any] = {**DEFAULTS, "application_name": name(label), **given}
        around["options"] = f"{options} {given.get('options') or ''}".strip()
        self._connection = psycopg.connect(make_conninfo(**around), autocommit=True)
        self._libpq = self._connection.pgconn
        self._poll = select.poll()
        self._poll.register(self._libpq.socket, select.POLLIN)
        self._uses: dict[str, int] = {}
        self._prepared: dict[str, bytes] = {}
        self._named = 0
        self.patience = Patience(address, WAIT_SECONDS, None)
        self._holder: Message | None = None
        """who was waited for when the statement was cancelled"""

    @property
    def is_idle(self) -> bool:
        """Whether no transaction is open and no answer outstanding."""
        return self._libpq.transaction_status == pq.TransactionStatus.IDLE

    def close(self) -> None:
        self._connection.close()

    def execute(self, text: str, values: Sequence[Any] = ()) -> Rows:
        """Run one statement with values for `$1`, `$2` ... Raises `ServerError`, or `LostConnection`."""
        return Rows(self.ask(text, values))

    def ask(self, text: str, values: Sequence[Any] = ()) -> pq.abc.PGresult:
        """As `execute`, for whoever reads the cells himself: bytes, those of a text in UTF-8."""
        name = self._prepared.get(text) or self._prepare(text)
        try:
            self._send(text, name, values)
            return self._answer()
        except psycopg.Error as error:
            raise self._lost(error) from error

    def ask_all(self, questions: Sequence[Question]) -> list[pq.abc.PGresult]:
        """Run statements one after the other, in one round trip; what comes after one that fails is not run. Raises
        what the first that fails raises."""
        sent: list[tuple[str, bytes] | None] = []
        """for each answer to come: what is prepared by it, or None: it is a question's"""
        try:
            self._libpq.enter_pipeline_mode()
            for text, values in questions:
                name = self._prepared.get(text)
                if name is None and self._is_used_often(text):
                    name = self._new_name()
                    self._libpq.send_prepare(name, text.encode())
                    sent.append((text, name))
                self._send(text, name, values)
                sent.append(None)
            self._libpq.pipeline_sync()
            results = self._answers()
            self._libpq.exit_pipeline_mode()
        except psycopg.Error as error:
            raise self._lost(error) from error
        for made, result in zip(sent, results, strict=True):
            if result.status not in _DONE:
                raise self._said(result)
            if made is not None:
                self._prepared[made[0]] = made[1]
        return [result for made, result in zip(sent, results, strict=True) if made is None]

    def _send(self, text: str, name: bytes | None, values: Sequence[Any]) -> None:
        sent, formats = _sent(values)
        if name is None:
            self._libpq.send_query_params(text.encode(), sent, None, formats, _BINARY)
        else:
            self._libpq.send_query_prepared(name, sent, formats, _BINARY)

    def _prepare(self, text: str) -> bytes | None:
        """The name of a prepared statement, once its text has been used often enough."""
        if not self._is_used_often(text):
            return None
        name = self._new_name()
        try:
            self._libpq.send_prepare(name, text.encode())
            self._answer()
        except psycopg.Error as error:
            raise self._lost(error) from error
        self._prepared[text] = name
        return name

    def _is_used_often(self, text: str) -> bool:
        uses = self._uses[text] = self._uses.get(text, 0) + 1
        return uses > PREPARE_AFTER and len(self._prepared) < _MOST_PREPARED

    def _new_name(self) -> bytes:
        self._named += 1
        return f"s{self._named}".encode()

    def _answer(self) -> pq.abc.PGresult:
        """Wait for the result of what was sent. Raises `ServerError`."""
        self._flush()
        result = self._next()
        while self._next() is not None:
            pass
        if result is None:
            raise psycopg.OperationalError("the server sent no answer")
        if result.status in _DONE:
            return result
        raise self._said(result)

    def _answers(self) -> list[pq.abc.PGresult]:
        """Wait for the results of all that was sent before the last sync."""
        self._flush()
        results: list[pq.abc.PGresult] = []
        while True:
            result = self._next()
            if result is None:
                if self._libpq.status != pq.ConnStatus.OK:
                    raise psycopg.OperationalError("the server closed the connection")
                continue
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                return results
            results.append(result)

    def _flush(self) -> None:
        while self._libpq.flush():
            self._wait(select.POLLIN | select.POLLOUT)

    def _next(self) -> pq.abc.PGresult | None:
        """The next result, waited for; None: there are no more of this statement."""
        while self._libpq.is_busy():
            self._wait(select.POLLIN)
        return self._libpq.get_result()

    def _wait(self, what: int) -> None:
        try:
            self._poll.modify(self._libpq.socket, what)
            start = time.monotonic()
            if not self._poll.poll(1000 * min(lock.SAY_AFTER_SECONDS, self.patience.seconds)):
                self._wait_long(start)
            self.patience.count(time.monotonic() - start)
            self._libpq.consume_input()
        except psycopg.Error:
            raise
        except BaseException:
            self.close()  # an answer is outstanding
            raise

    def _wait_long(self, start: float) -> None:
        """Wait on, and say for whom; after too long cancel what waits for somebody. Then its error is the answer."""
        process = self._libpq.backend_pid
        self.patience.say(process)
        if self._poll.poll(1000 * max(start + self.patience.seconds - time.monotonic(), 0)):
            return
        self._holder = self.patience.holder(process)
        if self._holder is None:
            self._poll.poll()  # the server is busy: its own limits count
            return
        self._libpq.get_cancel().cancel()
        if not self._poll.poll(1000 * CANCEL_SECONDS):
            raise psycopg.OperationalError("the server did not cancel what it was told to")

    def _said(self, result: pq.abc.PGresult) -> Exception:
        state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
        message = (result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or result.error_message).decode(
            errors="replace"
        )
        gone = self._libpq.status != pq.ConnStatus.OK
        if not state or (gone and not state.startswith("57")):
            return LostConnection(message.strip())
        holder, self._holder = self._holder, None
        if holder is not None and state == _CANCELLED:
            return HeldUp(holder, self.patience.seconds)
        return (Clash if state == "23505" else ServerError)(state, message.strip(), gone)

    def _lost(self, error: Exception) -> LostConnection:
        self.close()
        return LostConnection(str(error).strip())


def _sent(values: Sequence[Any]) -> tuple[list[bytes | None], list[int]]:
    """Values as they are sent, and their formats."""
    sent: list[bytes | None] = []
    formats: list[int] = []
    for value in values:
        if value is None or isinstance(value, bytes):
            sent.append(value)
            formats.append(1)
            continue
        text = value if isinstance(value, str) else str(value)
        if "\0" in text:
            raise ServerError("22021", "a text holds the character U+0000")  # libpq would end the text there
        sent.append(text.encode())
        formats.append(0)
    return sent, formats
