"""Who is on at a terminal: from `sop on` until `sop off`, until the shift is over that he was on, or until nobody has
typed anything for a while.

The law. A terminal is where somebody sits: the outermost terminal device above this process, whatever was started
inside it (`sudo`, a shell in a shell), by the instant at which what runs there began; so another window, or the same
one opened anew, is another. Who is on stands in the store, with the digest of a token; the token lies in a file that
only this login can read, and the file says when the last command was typed, so that reading commands write nothing into
the store. One without the other is nobody. Times are by the site's clock.
"""

import hashlib
import os
import stat
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from sop_engine import canonical
from sop_engine.engine.sites.settings import Settings
from sop_engine.errors import SetUp, system_reason
from sop_engine.lean import dataclass
from sop_engine.messages import msg
from sop_engine.store.seam import Reads, Writes
from sop_engine.store.small_facts import read_fact

_PREFIX: Final = "on:"
_FORGOTTEN: Final = timedelta(days=2)
"""so long after it began an entry of the store is nobody's any more, whatever its terminal"""
_LARGEST: Final = 4096


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is on at a terminal; or was, until his shift was over or he typed nothing for too long (`over`)."""

    actor: str
    since: str
    seen: str
    over: Literal["", "idle", "shift"]


@dataclass(frozen=True, slots=True)
class Terminal:
    """A place at which somebody types, as `login`; the file and the entry of the store that go with it."""

    login: str
    entry: str
    file: Path


def terminal_here(settings: Settings, login: str) -> Terminal:
    """The terminal of this process."""
    place = "\n".join([str(settings.folder.resolve()), settings.id, login, os.uname().nodename, *_where()])
    digest = hashlib.sha256(place.encode(errors="surrogateescape")).hexdigest()[:32]
    return Terminal(login, f"{_PREFIX}{digest}", _folder() / f"{digest}.json")


def session_at(reading: Reads, terminal: Terminal, now: datetime, idle: timedelta) -> Session | None:
    """Who is on there; None where nobody has come on, or what the file says is not what the store says."""
    said = _read(terminal.file)
    if said is None:
        return None
    known = read_fact(reading.meta(terminal.entry), _entry)
    if known is None:
        return None
    if known["token"] != _digest(str(said.get("token"))) or known["login"] != terminal.login:
        return None
    try:
        seen = canonical.instant_of(str(said.get("seen")))
    except ValueError:
        return None
    if seen.tzinfo is None:
        return None
    # a clock that was set back tells nothing about how long it was
    over: Literal["", "idle", "shift"] = "" if timedelta(0) <= now - seen < idle else "idle"
    if known["until"] is not None and canonical.instant_text(now) >= known["until"]:
        over = "shift"
    return Session(known["actor"], known["since"], canonical.instant_text(seen), over)


def begin(transaction: Writes, terminal: Terminal, actor: str, now: datetime, until: str | None = None) -> str:
    """Put somebody on there in the store, in place of whoever was; `until` his shift ends, where he is on one. Gives
    the token, which `keep` writes into the file once the transaction is done. Entries that are nobody's any more
    go."""
    at = canonical.instant_text(now)
    for name, kept in transaction.metas(_PREFIX).items():
        known = read_fact(kept, _entry)
        if known is None or not timedelta(0) <= now - canonical.instant_of(known["since"]) < _FORGOTTEN:
            transaction.forget_meta(name)
    token = os.urandom(16).hex()
    entry = {"actor": actor, "login": terminal.login, "since": at, "token": _digest(token), "until": until}
    transaction.put_meta(terminal.entry, canonical.to_text(entry))
    return token


def _entry(about: Any) -> dict[str, Any]:
    canonical.instant_of(about["since"])
    return {name: about[name] for name in ("actor", "login", "since", "token", "until")}


def keep(terminal: Terminal, token: str, now: datetime) -> None:
    """Write the file of a session that has begun. Raises `SetUp` where it cannot be written."""
    _write(terminal.file, {"token": token, "seen": canonical.instant_text(now)})


def touch(terminal: Terminal, now: datetime) -> None:
    """Note that whoever is on has typed something. Where it cannot be noted the session ends sooner."""
    said = _read(terminal.file)
    if said is not None:
        with suppress(SetUp):
            _write(terminal.file, {"token": said.get("token"), "seen": canonical.instant_text(now)})


def end(transaction: Writes, terminal: Terminal) -> None:
    """Nobody is on there any more."""
    transaction.forget_meta(terminal.entry)


def forget(terminal: Terminal) -> None:
    """Take the file away."""
    with suppress(OSError):
        terminal.file.unlink(missing_ok=True)


# --- where somebody sits ---------------------------------------------------------------------------------------------


def _where() -> tuple[str, str]:
    """The outermost terminal device above this process, and when the outermost process there began; without one the
    session of this process."""
    device, began, pid = "", "", os.getpid()
    while pid > 1:
        about = _about(pid)
        if about is None:
            break
        parent, tty, start = about
        if tty != "0":
            device, began = tty, start
        pid = parent
    return (device, began) if device else ("-", _session())


def _session() -> str:
    leader = os.getsid(0)
    about = _about(leader)
    return f"{leader}:{about[2] if about else ''}"


def _about(pid: int) -> tuple[int, str, str] | None:
    """Parent, terminal and start of a process, as proc(5) tells them; None where it does not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    entries = text.rpartition(")")[2].split()  # a program's name may hold anything, parentheses too
    return int(entries[1]), entries[4], entries[19]


# --- the file --------------------------------------------------------------------------------------------------------


def _folder() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime) / "sop" if runtime else Path(os.environ.get("TMPDIR") or "/tmp") / f"sop-{os.getuid()}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _read(path: Path) -> dict[str, Any] | None:
    """What the file says; None where it is not there, is not this login's own, or is no such file."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(file, "rb") as stream:
        about = os.fstat(stream.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & 0o077:
            return None
        try:
            said = canonical.parse(stream.read(_LARGEST))
        except (ValueError, RecursionError, OSError):
            return None
    return said if isinstance(said, dict) else None


def _write(path: Path, said: dict[str, Any]) -> None:
    arriving = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        with suppress(FileExistsError):
            path.parent.mkdir(0o700, parents=True)
        about = path.parent.lstat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & 0o077:
            raise SetUp(
                msg("{folder} is not for this login alone", folder=str(path.parent)),
                where=str(path.parent),
                fix=msg("take it away; it is made anew"),
            )
        with suppress(FileNotFoundError):
            arriving.unlink()
        file = os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(canonical.to_text(said))
        arriving.replace(path)
    except OSError as error:
        raise SetUp(
            msg("{path} cannot be written: {error}", path=str(path), error=system_reason(error)), where=str(path)
        ) from None
