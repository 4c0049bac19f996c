"""What the world can break under a store, said once: a driver's error becomes a typed error with words.

Two drivers raise errors of two families that look alike, so the result code's name decides, and never the class. The
names are SQLite's own (https://sqlite.org/rescode.html); pysqlite3 gives the primary ones only, the standard driver the
extended ones too, so a disk that is full by a quota is plain `SQLITE_IOERR` with the first.
"""

from typing import Any, Final

from sop_engine.errors import Overtaken, SetUp, SopError
from sop_engine.messages import Message, msg

_Sayings = dict[str, tuple[type[SopError], Message, Message]]


def _sayings(path: str) -> _Sayings:
    """Beginning of a result code's name -> kind of error, what is wrong, what mends it. Longer beginnings first."""
    full = msg("the disk under {path} is full; nothing of this command was kept", path=path)
    make_room = msg("make room on the disk, or raise the quota, and give the command again")
    closed = msg("{path} may not be written", path=path)
    rights = msg("give yourself the right to write the file and its folder, or run as the user who owns the site")
    damaged = msg("{path} is damaged", path=path)
    restore = msg("restore the newest backup with `sop db restore`; keep the damaged file for whoever looks into it")
    busy = msg("{path} is locked by another program", path=path)
    return {
        "SQLITE_FULL": (SetUp, full, make_room),
        "SQLITE_IOERR_WRITE": (SetUp, full, make_room),
        "SQLITE_IOERR_SHMSIZE": (SetUp, full, make_room),
        "SQLITE_IOERR_TRUNCATE": (SetUp, full, make_room),
        "SQLITE_IOERR": (
            SetUp,
            msg("the disk did not take or give what belongs to {path}", path=path),
            msg(
                "see whether the disk or your quota is full, and whether the system's log tells of disk errors; look at"
                " the ticket before you give the command again"
            ),
        ),
        "SQLITE_READONLY": (SetUp, closed, rights),
        "SQLITE_PERM": (SetUp, closed, rights),
        "SQLITE_CANTOPEN": (
            SetUp,
            msg("{path} cannot be opened", path=path),
            msg("see that the folder is there and that you may read and write it and the file"),
        ),
        "SQLITE_AUTH": (SetUp, closed, rights),
        "SQLITE_NOTADB": (
            SetUp,
            msg("{path} is not a store: it is no SQLite database", path=path),
            msg("name the site's folder with `--site`, or restore a backup with `sop db restore`"),
        ),
        "SQLITE_CORRUPT": (SetUp, damaged, restore),
        "SQLITE_BUSY": (Overtaken, busy, msg("wait until it is done, or close the program that has it open")),
        "SQLITE_LOCKED": (Overtaken, busy, msg("wait until it is done, or close the program that has it open")),
        "SQLITE_NOMEM": (SetUp, msg("not enough memory to work on {path}", path=path), msg("close other programs")),
    }


_UNNAMED: Final = {
    "database or disk is full": "SQLITE_FULL",
    "disk I/O error": "SQLITE_IOERR",
    "attempt to write a readonly database": "SQLITE_READONLY",
    "unable to open database file": "SQLITE_CANTOPEN",
    "file is not a database": "SQLITE_NOTADB",
    "database disk image is malformed": "SQLITE_CORRUPT",
    "database is locked": "SQLITE_BUSY",
    "out of memory": "SQLITE_NOMEM",
}
"""Words of SQLite (`sqlite3_errstr`) -> name of the code: pysqlite3 gives an error of a backup no code."""


def code_name(error: BaseException) -> str:
    """SQLite's name of a driver error's result code, or an empty text where the driver gave none."""
    return str(getattr(error, "sqlite_errorname", None) or _UNNAMED.get(str(error), ""))


def typed(error: Exception, path: str) -> SopError | None:
    """The typed error that says what `error`, raised by a driver over the store at `path`, means; None where it can
    only be a mistake in this program."""
    name = code_name(error)
    for beginning, (kind, message, fix) in _sayings(path).items():
        if name.startswith(beginning):
            return kind(message, where=path, fix=fix)
    return None


class Unreadable(SetUp):
    """A row holds what nobody can read."""


def unreadable(error: Exception) -> Unreadable:
    """A row was changed behind the engine's back, or written by another release."""
    return Unreadable(
        msg("a row of the store cannot be read any more: {error}", error=repr(error)[:100]),
        fix=msg("make the rows anew from the record: sop db rebuild; else restore a backup: sop db restore"),
    )


def missing(path: str) -> SetUp:
    """There is no store where one was expected."""
    return SetUp(
        msg("there is no store at {path}", path=path),
        where=path,
        fix=msg("make a site with `sop init`, or name the site's folder with `--site`"),
    )


def no_store(path: str) -> SetUp:
    """A database, but not one of ours."""
    return SetUp(
        msg("{path} is a database, but not the store of a site", path=path),
        where=path,
        fix=msg("name the site's folder with `--site`"),
    )


def other_schema(path: str, found: str, known: tuple[str, ...]) -> SetUp:
    """The tables are older or newer than this program."""
    if found in known:
        return SetUp(
            msg(
                "{path} has tables of version {found}; this program needs {wanted}",
                path=path,
                found=found,
                wanted=known[-1],
            ),
            where=path,
            fix=msg("run `sop db upgrade`; it makes a backup first"),
        )
    return SetUp(
        msg("{path} was written by a newer program (tables of version {found})", path=path, found=found),
        where=path,
        fix=msg("install the newest sop-engine; this one knows tables up to {wanted}", wanted=known[-1]),
    )


def overtaken(ticket: str, number: int) -> Overtaken:
    """Somebody else's step came first."""
    return Overtaken(
        msg("{ticket} has moved on: step {number} is not the next any more", ticket=ticket, number=number),
        where=ticket,
        fix=msg("look at it with `sop show {ticket}` and decide again", ticket=ticket),
    )


def wrong_settings(path: str, setting: str, wanted: Any, got: Any) -> SetUp:
    """SQLite did not take a setting on which durability rests."""
    return SetUp(
        msg(
            "{path} cannot be used safely: {setting} is {got}, not {wanted}",
            path=path,
            setting=setting,
            got=got,
            wanted=wanted,
        ),
        where=path,
        fix=msg("close other programs that have the file open; keep the site on a local disk"),
    )
