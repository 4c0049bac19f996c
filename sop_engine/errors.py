"""Typed errors: what the world can break, with the exit code of each kind.

| code | meaning |
|---|---|
| 1 | a check found faults |
| 2 | not understood: unknown trigger, field or actor, ambiguous id, missing or ill-typed value, input needed |
| 3 | not found |
| 4 | not now: state, guard, closed |
| 5 | not you: role, four eyes, standing in |
| 6 | overtaken or locked |
| 7 | set-up: store, disk, clock, version, extra |
| 8 | some of a bulk failed |
| 70 | internal |
| 130 | interrupted |
"""

import errno
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from sop_engine.messages import Message, msg


class SopError(Exception):
    """One clear message: what, where, what is needed or possible, and how to mend it."""

    code: ClassVar[int] = 70
    name: ClassVar[str] = "internal"

    def __init__(
        self,
        message: Message,
        *,
        where: str | None = None,
        needs: Sequence[Any] = (),
        possible: Sequence[Any] = (),
        near: Sequence[str] = (),
        fix: Message | None = None,
        guards: Sequence[Any] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.needs = tuple(needs)
        self.possible = tuple(possible)
        self.near = tuple(near)
        self.fix = fix
        self.guards = tuple(guards)
        """the guard trees that failed, to be said in words"""

    def __str__(self) -> str:
        return str(self.message)


class FaultsFound(SopError):
    code, name = 1, "faults_found"


class NotUnderstood(SopError):
    code, name = 2, "not_understood"


class NotFound(SopError):
    code, name = 3, "not_found"


class NotNow(SopError):
    code, name = 4, "not_now"


class NotYou(SopError):
    code, name = 5, "not_you"


class Overtaken(SopError):
    code, name = 6, "overtaken"


class SetUp(SopError):
    code, name = 7, "set_up"


class SomeFailed(SopError):
    code, name = 8, "some_failed"


BY_NAME: dict[str, type[SopError]] = {
    kind.name: kind for kind in (FaultsFound, NotUnderstood, NotFound, NotNow, NotYou, Overtaken, SetUp, SomeFailed)
}


_SYSTEM_REASONS: Final[Mapping[int, Message]] = {
    errno.EPERM: msg("Operation not permitted"),
    errno.ENOENT: msg("No such file or directory"),
    errno.EIO: msg("Input/output error"),
    errno.EACCES: msg("Permission denied"),
    errno.EEXIST: msg("File exists"),
    errno.ENOTDIR: msg("Not a directory"),
    errno.EISDIR: msg("Is a directory"),
    errno.EINVAL: msg("Invalid argument"),
    errno.ENFILE: msg("Too many open files in system"),
    errno.EMFILE: msg("Too many open files"),
    errno.EFBIG: msg("File too large"),
    errno.ENOSPC: msg("No space left on device"),
    errno.EROFS: msg("Read-only file system"),
    errno.ENAMETOOLONG: msg("File name too long"),
    errno.ENOTEMPTY: msg("Directory not empty"),
    errno.ELOOP: msg("Too many levels of symbolic links"),
    errno.EDQUOT: msg("Disk quota exceeded"),
    errno.ENOMEM: msg("Cannot allocate memory"),
    errno.ECONNREFUSED: msg("Connection refused"),
    errno.ECONNRESET: msg("Connection reset by peer"),
    errno.ETIMEDOUT: msg("Connection timed out"),
    errno.EHOSTUNREACH: msg("No route to host"),
    errno.ENETUNREACH: msg("Network is unreachable"),
}
"""What the system says in English, as Linux words it, to be said in the reader's language."""


def system_reason(error: OSError) -> Message | str:
    """Why the system refused: a Message for what is common, else its own words, else the kind of the error."""
    known = _SYSTEM_REASONS.get(error.errno or 0)
    return known if known is not None else error.strerror or type(error).__name__
