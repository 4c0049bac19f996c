"""A line to the test server that counts round trips, and that can be cut in the middle of one."""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Cut = Literal["before", "after"]
"""before the server hears what was said; or after it has answered, before anybody hears the answer"""
SOCKET = ".s.PGSQL.5432"


@dataclass
class Proxy:
    """A line in the folder `folder`, which leads to the socket at `server`."""

    folder: Path
    server: Path
    trips: int = 0
    """questions that were asked, each with its answer"""
    cut_at: int | None = None
    """the trip in which the line is cut, once"""
    how: Cut = "before"
    open: bool = True
    """whether anybody is let through"""
    _threads: list[threading.Thread] = field(default_factory=list)

    def count(self) -> int:
        """The trips since it was asked last."""
        trips, self.trips = self.trips, 0
        return trips

    def cut(self, at: int, how: Cut) -> None:
        """Cut the line in the trip `at`, counted from 1 from now on."""
        self.trips, self.cut_at, self.how = 0, at, how

    def serve(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _address = listening.accept()
            except OSError:
                return
            if not self.open:
                client.close()
                continue
            thread = threading.Thread(target=self._carry, args=(client,), daemon=True)
            thread.start()

    def _carry(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        asking = False
        with client, server, selectors.DefaultSelector() as ready, suppress(OSError):
            server.connect(str(self.server))
            ready.register(client, selectors.EVENT_READ)
            ready.register(server, selectors.EVENT_READ)
            while True:
                for key, _events in ready.select():
                    assert isinstance(key.fileobj, socket.socket)
                    data = key.fileobj.recv(1 << 16)
                    if not data:
                        return
                    if key.fileobj is client:
                        self.trips += not asking
                        asking = True
                        if self._is_cut("before"):
                            return
                        server.sendall(data)
                    else:
                        if asking and self._is_cut("after"):
                            return
                        asking = False
                        client.sendall(data)

    def _is_cut(self, how: Cut) -> bool:
        if self.cut_at is None or self.how != how or self.trips < self.cut_at:
            return False
        self.cut_at = None
        return True


@contextmanager
def proxy(folder: Path, server: Path) -> Iterator[Proxy]:
    """A line for as long as the block lasts; its folder is the host to be named."""
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / SOCKET))
        listening.listen()
        line = Proxy(folder, server / SOCKET)
        threading.Thread(target=line.serve, args=(listening,), daemon=True).start()
        yield line
        listening.shutdown(socket.SHUT_RDWR)
