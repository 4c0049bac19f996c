"""Connections that are kept between transactions, and one transaction a thread at a time.

A connection is used by one transaction at a time. One that does not come out of its transaction is closed. None crosses
a fork: a child keeps what its parent had open, unused and unclosed, because closing it would break the parent's locks
or end the parent's session.
"""

import os
import threading
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """A connection."""

    def close(self) -> None: ...


Kept = TypeVar("Kept", bound=Closable)


class Pool(Generic[Kept]):
    """The idle connections of one store in one process."""

    def __init__(self) -> None:
        self._idle: list[Kept] = []
        self._left_behind: list[Kept] = []
        self._process = os.getpid()
        self._busy_threads: set[int] = set()
        self._closed = False

    def enter_thread(self) -> None:
        """Note that this thread has a transaction now."""
        assert not self._closed, "the store was closed"
        thread = threading.get_ident()
        assert thread not in self._busy_threads, "a thread has one transaction at a time: end the first before the next"
        self._busy_threads.add(thread)

    def leave_thread(self) -> None:
        """Note that this thread's transaction has ended."""
        self._busy_threads.discard(threading.get_ident())

    def take(self) -> Kept | None:
        """A connection that was kept, for one transaction; None where a new one must be made."""
        if os.getpid() != self._process:
            self._left_behind += self._idle
            self._idle, self._process = [], os.getpid()
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def give_back(self, connection: Kept, fit: bool) -> None:
        """Keep a connection for the next transaction where it is `fit` for one; close it otherwise."""
        if self._closed or not fit:
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Close all; one that is in use is closed when its transaction ends."""
        self._closed = True
        while self._idle:
            connection = self._idle.pop()
            if os.getpid() == self._process:
                connection.close()
            else:
                self._left_behind.append(connection)
