"""A connection to a mail server that ends in time and knows whose certificate it asks for."""

import errno
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, Final

from sop_engine.messages import msg

MOST_BYTES: Final = 1 << 20
"""that a server may say in one conversation, before encryption and after it"""


class _Bounded:
    """What a server says, as a file of lines: the library keeps every line of an answer, however many there are."""

    def __init__(self, lines: BinaryIO) -> None:
        self._lines = lines
        self._left = MOST_BYTES

    def readline(self, most: int) -> bytes:
        line = self._lines.readline(most)
        self._left -= len(line)
        if self._left < 0:
            raise OSError(errno.EMSGSIZE, "the server does not stop talking")
        return line

    def close(self) -> None:
        self._lines.close()


class MailServer(smtplib.SMTP):
    """`smtplib.SMTP`, connected by `connect` and not by its making, so that the time for that is counted too."""

    def __init__(self, host: str, timeout: float) -> None:
        """`host` is whom a certificate must name; `timeout` is for each single answer, in seconds."""
        super().__init__(timeout=timeout)
        # the library asks for the certificate of this name, which it learns only where it connects at once
        self._host = host
        self.file: Any = None

    def getreply(self) -> tuple[int, bytes]:
        """The server's next answer. Raises `SMTPServerDisconnected` where it does not come to an end."""
        if self.file is None and self.sock is not None:
            self.file = _Bounded(self.sock.makefile("rb"))
        return super().getreply()

    def encrypt(self) -> None:
        """STARTTLS with a server whose certificate is checked. Raises `ssl.SSLError` where it is not to be trusted."""
        self.starttls(context=ssl.create_default_context())

    @contextmanager
    def within(self, seconds: float) -> Iterator[Callable[[], None]]:
        """Hangs up after so long; what fails by that raises `TimeoutError`. A connection that is only being made cannot
        be hung up, so what is given is to be called when it is made: it raises `TimeoutError` where that was too late.
        """
        too_late = threading.Event()

        def hang_up() -> None:
            too_late.set()
            with suppress(OSError):
                if self.sock is not None:
                    self.sock.shutdown(socket.SHUT_RDWR)

        def require_time() -> None:
            if too_late.is_set():
                raise TimeoutError(msg("not done within {seconds} s", seconds=f"{seconds:g}"))

        timer = threading.Timer(seconds, hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield require_time
        except OSError:
            require_time()
            raise
        finally:
            timer.cancel()
