"""Servers on this machine that take notices by HTTP, each in its own way."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

Headers = dict[str, str]


class Taken(NamedTuple):
    """A request: its path, its headers in small letters, its body."""

    path: str
    headers: Headers
    body: bytes


@contextmanager
def receiver(*answers: tuple[int, Headers]) -> Iterator[tuple[int, list[Taken]]]:
    """A server that gives one answer after another, the last for ever; gives its port, and what it has taken."""
    taken: list[Taken] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more = answers[min(len(taken), len(answers) - 1)] if answers else (204, {})
            taken.append(Taken(self.path, headers, self.rfile.read(length)))
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1], taken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def odd(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does with each connection whatever `behave` says; gives its port."""
    kept: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection = listening.accept()[0]
                kept.append(connection)
                threading.Thread(target=behaved, args=(connection,), daemon=True).start()

    def behaved(connection: socket.socket) -> None:
        with suppress(OSError):
            behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield listening.getsockname()[1]
        finally:
            for each in kept:
                each.close()
