"""A connection that can be made anew, for one transaction at a time."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import pq

from sop_engine.store.postgres import faults
from sop_engine.store.postgres import statements as here
from sop_engine.store.postgres.patience import Patience
from sop_engine.store.postgres.wire import LostConnection, Question, Rows, ServerError, Wire


class Link:
    """A connection to one address, which may be lost and made anew."""

    def __init__(self, address: str, label: str) -> None:
        """Connects. Raises `SetUp`."""
        self.address = address
        self._label = label
        self.wire = self._connect()

    @property
    def patience(self) -> Patience:
        """How long the transaction waits for others."""
        return self.wire.patience

    @patience.setter
    def patience(self, patience: Patience) -> None:
        self.wire.patience = patience

    def _connect(self) -> Wire:
        try:
            return Wire(self.address, self._label)
        except psycopg.Error as error:
            raise faults.refused(error, self.address) from error

    def connect_anew(self) -> None:
        """Leave the connection, and make another. Raises `SetUp`."""
        patience = self.patience
        self.wire.close()
        self.wire = self._connect()
        self.patience = patience

    def execute(self, text: str, values: Sequence[Any] = ()) -> Rows:
        """Run a statement, once. Raises `ServerError` or `LostConnection`."""
        return self.wire.execute(text, values)

    def ask(self, text: str, values: Sequence[Any]) -> Rows:
        """Run a statement that may be run twice, outside of any transaction: a connection that was lost while nobody
        used it is made anew, and nobody notices."""
        return Rows(self.load(text, values, in_transaction=False))

    def load(self, text: str, values: Sequence[Any], in_transaction: bool) -> pq.abc.PGresult:
        """As `ask`, for whoever reads the cells himself; inside a transaction it is run once only."""
        try:
            return self.wire.ask(text, values)
        except (LostConnection, ServerError) as error:
            if in_transaction or not faults.is_gone(error):
                raise
        self.connect_anew()
        return self.wire.ask(text, values)

    def begin(self, questions: Sequence[Question]) -> list[pq.abc.PGresult]:
        """Begin a transaction, and run the first statements in it, in one round trip. Nothing is done if it fails, so
        it is begun anew on a connection that was lost."""
        begun = [(here.BEGIN, ()), *questions]
        try:
            return self.wire.ask_all(begun)[1:]
        except (LostConnection, ServerError) as error:
            if not faults.is_gone(error):
                raise
        self.connect_anew()
        return self.wire.ask_all(begun)[1:]

    def roll_back(self) -> None:
        """Undo what the open transaction did. A connection that is gone has undone it."""
        if self.is_idle:
            return
        with suppress(LostConnection, ServerError):
            self.wire.execute(here.ROLLBACK)

    @property
    def is_idle(self) -> bool:
        """Whether the next transaction can use it."""
        return self.wire.is_idle

    def close(self) -> None:
        self.wire.close()
