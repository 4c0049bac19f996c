"""Taking turns: an exclusive `flock` on a file beside the store, held for one transaction.

The law.

1. SQLite's own waiting is unfair: a writer that finds the file busy sleeps and tries again, and may never get its turn.
   `flock` puts writers to sleep in the kernel and wakes them when the lock is free. A lock belongs to an open file
   description (flock(2)), so threads that each have their own wait for each other as processes do.
2. The kernel gives a lock up when its last holder's file is closed, however the process died. A lock file that is left
   over means nothing; whoever removes it while somebody writes costs fairness only, since `BEGIN IMMEDIATE` still
   follows under the lock.
3. A blocking `flock` cannot be given a time limit, and trying again and again would be unfair. So whoever does not get
   the lock at once waits on a thread that blocks; one that is given up closes its file as soon as it gets the lock.
4. The lock file must be a plain file with one name: a link could lead anywhere.
"""

import fcntl
import os
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from sop_engine.clock import SystemClock
from sop_engine.errors import Overtaken, SetUp, system_reason
from sop_engine.messages import Message, msg

WAIT_SECONDS: Final = 30.0
"""After this a writer gives up."""
SAY_AFTER_SECONDS: Final = 2.0
"""After this a writer is told who holds the store."""
ASK_SECONDS: Final = 0.25
"""so often whoever waits is asked whether he still does"""
_NOT_OPEN: Final = -1
_TEXT_BYTES: Final = 160
"""What a holder writes is always this long, so that the file's length, and with it the folder's journal, stays."""

Tell = Callable[[Message], bool | None]
"""Is told, again and again, that somebody waits for his turn and who has it; with True he waits no longer. PostgreSQL's
waits are told once, and go on: what was sent there cannot be called back."""


class Turn(Protocol):
    """Who may work on the store now."""

    def acquire(self, shared: bool, wait_seconds: float) -> None:
        """Wait for the turn; raises `Overtaken` when it does not come within `wait_seconds`."""

    def release(self) -> None: ...
    def close(self) -> None: ...


class FileTurn:
    """A turn between processes and threads. One object serves one transaction at a time."""

    def __init__(self, path: Path, label: str = "", tell: Tell | None = None, mode: int = 0o644) -> None:
        """`label` says to others what holds the lock, `tell` is called with who holds it as long as a long wait lasts,
        `mode` are the permissions of a new lock file."""
        self._path = path
        self._signature = f"{os.getpid()} {label}".encode()[: _TEXT_BYTES - 1].ljust(_TEXT_BYTES - 1) + b"\n"
        self._tell = tell
        self._mode = mode
        self._file = _NOT_OPEN

    def acquire(self, shared: bool, wait_seconds: float) -> None:
        if self._file == _NOT_OPEN:
            # Late, because most commands only read, and in WAL a reader takes no turn.
            self._file = open_lock_file(self._path, self._mode)
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            self._wait(kind, wait_seconds)
        if not shared:
            self._sign()

    def release(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._file != _NOT_OPEN:
            os.close(self._file)
            self._file = _NOT_OPEN

    def _wait(self, kind: int, wait_seconds: float) -> None:
        waiting = _Waiting(self._file, kind)
        try:
            waited, more = 0.0, min(SAY_AFTER_SECONDS, wait_seconds)
            while not waiting.done(more):
                waited += more
                more = min(ASK_SECONDS, wait_seconds - waited)
                left = self._tell is not None and self._tell(
                    msg("waiting for the store: {holder}", holder=self.holder())
                )
                if left or more <= 0:
                    raise self._too_long(round(waited))
        except BaseException:
            self._give_up(waiting)
            raise

    def _too_long(self, seconds: int) -> Overtaken:
        return Overtaken(
            msg("the store stayed locked for {seconds} seconds: {holder}", seconds=seconds, holder=self.holder()),
            where=str(self._path),
            fix=msg("wait for it to end, or end it, and give the command again"),
        )

    def _give_up(self, waiting: "_Waiting") -> None:
        """Leave the file to the thread that may still get the lock on it, and go on with another."""
        waiting.give_up()
        self._file = _NOT_OPEN

    def _sign(self) -> None:
        """Say in the lock file who holds it; the file's time says since when. Only a courtesy to those who wait: a full
        disk must not stop the work."""
        with suppress(OSError):
            os.pwrite(self._file, self._signature, 0)

    def holder(self) -> Message:
        """Who holds the lock, as far as its file tells."""
        try:
            words = os.pread(self._file, _TEXT_BYTES, 0).decode(errors="replace").split(maxsplit=1)
            taken = datetime.fromtimestamp(os.fstat(self._file).st_mtime, UTC)
            seconds = max(round((SystemClock().now() - taken).total_seconds()), 0)
        except OSError:
            return msg("another process has it")
        match words:
            case [process, label]:
                label = "".join(each for each in label.strip() if each.isprintable())
                return msg(
                    "process {process} ({label}) has had it for {seconds} s",
                    process=process,
                    label=label,
                    seconds=seconds,
                )
            case [process]:
                return msg("process {process} has had it for {seconds} s", process=process, seconds=seconds)
            case _:
                return msg("another process has it")


class _Waiting:
    """A thread that blocks until the lock is there."""

    def __init__(self, file: int, kind: int) -> None:
        self._file = file
        self._kind = kind
        self._guard = threading.Lock()
        self._given_up = False
        self._got = False
        self._fault: OSError | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._block, name="store-lock", daemon=True).start()

    def _block(self) -> None:
        try:
            fcntl.flock(self._file, self._kind)
        except OSError as error:
            self._fault = error
        with self._guard:
            self._got = True
            if self._given_up:
                os.close(self._file)
        self._ended.set()

    def done(self, seconds: float) -> bool:
        """Whether the lock came within so many seconds."""
        if not self._ended.wait(max(seconds, 0)):
            return False
        if self._fault is not None:
            raise self._fault
        return True

    def give_up(self) -> None:
        """Whoever comes second, this or the lock, closes the file, which releases it."""
        with self._guard:
            self._given_up = True
            if self._got:
                os.close(self._file)


class ThreadTurn:
    """A turn between the threads of one process, for a store in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire(self, shared: bool, wait_seconds: float) -> None:
        if not self._lock.acquire(timeout=wait_seconds):
            raise Overtaken(msg("the store stayed locked for {seconds} seconds", seconds=round(wait_seconds)))

    def release(self) -> None:
        self._lock.release()

    def close(self) -> None:
        return


def open_lock_file(path: Path, mode: int) -> int:
    """The descriptor of the lock file, made with `mode` where it is not there yet. Raises `SetUp`."""
    try:
        try:
            file = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            file = _make_lock_file(path, mode)
    except OSError as error:
        raise _unusable(path, system_reason(error)) from error
    about = os.fstat(file)
    if not stat.S_ISREG(about.st_mode) or about.st_nlink > 1:
        os.close(file)
        raise _unusable(path, "link")
    return file


def _make_lock_file(path: Path, mode: int) -> int:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    except FileExistsError:
        return os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    os.fchmod(file, mode)
    return file


def _unusable(path: Path, reason: Message | str) -> SetUp:
    return SetUp(
        msg("the lock file {path} cannot be used: {reason}", path=str(path), reason=reason),
        where=str(path),
        fix=msg("it must be a plain file in a folder that you may write; if it is a link, remove it"),
    )
