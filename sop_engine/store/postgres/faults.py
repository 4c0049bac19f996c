"""What the world can break between us and a PostgreSQL server, said once: typed errors with words.

A server that answers gives an SQLSTATE, and that decides. A connection that is not made comes without one
(https://www.postgresql.org/docs/current/libpq-status.html), so there the server's words decide, as far as they are in
English; in any other language they are passed on as they are.
"""

import re
from typing import Final

from sop_engine.errors import NotUnderstood, Overtaken, SetUp, SopError
from sop_engine.messages import Message, msg
from sop_engine.store.lock import WAIT_SECONDS
from sop_engine.store.postgres.wire import LOCKED, HeldUp, LostConnection, ServerError
from sop_engine.store.seam import Missed

_AGAIN: Final = frozenset({"23505", "40001", "40P01"})
"""a key that came meanwhile, a conflict, two that waited for each other"""
_GONE: Final = frozenset({"57P01", "57P02", "57P03", "57P05", "08000", "08003", "08006"})
_REFUSED: Final[tuple[tuple[str, str], ...]] = (
    (r"password authentication failed|no password supplied|password authentication", "28P01"),
    (r"pg_hba\.conf|role .* (does not exist|is not permitted)|authentication failed", "28000"),
    (r"database .* does not exist", "3D000"),
    (r"permission denied for database", "42501"),
    (r"too many (clients|connections)|remaining connection slots", "53300"),
    (r"starting up|shutting down", "57P03"),
)
"""the server's words when it lets nobody in -> the SQLSTATE that it would give"""
_CREDENTIALS: Final = re.compile(r"(//[^/@:]*):[^/@]*@|(password\s*=\s*)('[^']*'|\S+)", re.IGNORECASE)


def shown(address: str) -> str:
    """An address as it may be shown: without a password."""
    return _CREDENTIALS.sub(lambda found: f"{found[1]}@" if found[1] else f"{found[2]}***", address)


def refused(error: Exception, address: str) -> SopError:
    """The typed error for a connection that was not made."""
    said = re.sub(r"\s+", " ", str(error)).strip()
    for words, state in _REFUSED:
        if re.search(words, said):
            return by_state(state, address, said) or _unreachable(address, said)
    return _unreachable(address, said)


def typed(error: Exception, address: str) -> SopError | None:
    """The typed error that says what `error`, raised by a `wire`, means; None where it can only be a mistake in this
    program."""
    if isinstance(error, LostConnection):
        return _lost(address)
    if isinstance(error, HeldUp):
        return held_up(address, error.holder, error.waited_seconds)
    if isinstance(error, ServerError):
        if error.state == LOCKED:
            return held_up(address, msg("another process has it"), WAIT_SECONDS)
        if error.state in _AGAIN:
            return Missed()
        if error.state in _GONE:
            return _lost(address)
        return by_state(error.state, address, str(error))
    return None


def is_gone(error: Exception) -> bool:
    """Whether the connection ended with this error, so that what was sent may have been done."""
    return isinstance(error, LostConnection) or (isinstance(error, ServerError) and error.state in _GONE)


def by_state(state: str, address: str, said: str) -> SopError | None:
    """The typed error for an SQLSTATE; None where it can only be a mistake in this program."""
    for beginning, (kind, message, fix) in _sayings(shown(address), said).items():
        if state.startswith(beginning):
            return kind(message, where=shown(address), fix=fix)
    return None


def _sayings(store: str, said: str) -> dict[str, tuple[type[SopError], Message, Message]]:
    full = msg("the disk under {path} is full; nothing of this command was kept", path=store)
    slow = msg("{store} took too long to answer; nothing of this command was kept", store=store)
    again = msg("give the command again; if it happens often, see what the server is busy with: pg_stat_activity")
    password = msg("put the right password into PGPASSWORD, or into a file that PGPASSFILE or `passfile=` names")
    rights = msg("let the database's owner run: sop db upgrade; and grant the user SELECT, INSERT, UPDATE, DELETE on"
                 " the tables and USAGE on the sequence")  # fmt: skip
    tables = msg("make the tables with `sop db upgrade`, or a site with `sop init FOLDER --store URL`")
    return {
        "22021": (NotUnderstood, msg("a text holds a character that the store cannot keep: U+0000"),
                  msg("type it anew without that character")),
        "28P01": (SetUp, msg("{store} does not accept the password", store=store), password),
        "28": (SetUp, msg("{store} lets this user not in: {said}", store=store, said=said),
               msg("see the user in the address, and the server's pg_hba.conf")),
        "3D": (SetUp, msg("there is no such database: {store}", store=store),
               msg("make it: createdb --encoding UTF8 NAME; or mend the address in sop.toml")),
        "42501": (SetUp, msg("{store} does not allow this user to do that: {said}", store=store, said=said), rights),
        "42P01": (SetUp, msg("{store} is a database, but not the store of a site", store=store), tables),
        "42P07": (SetUp, msg("{store} has other tables of the same names: {said}", store=store, said=said),
                  msg("make a database for the site: createdb --encoding UTF8 NAME")),
        "25006": (SetUp, msg("{store} may not be written", store=store),
                  msg("it is a standby, or read-only: name the primary server in sop.toml")),
        "53100": (SetUp, full, msg("make room on the server's disk, and give the command again")),
        "53300": (SetUp, msg("{store} has too many connections already", store=store),
                  msg("raise max_connections, or end what is not needed")),
        "53": (SetUp, msg("not enough memory to work on {path}", path=store), msg("close other programs")),
        "57014": (Overtaken, slow, again),
        "57P03": (SetUp, msg("{store} is starting or stopping", store=store), msg("give the command again in a while")),
        "58": (SetUp, msg("the disk did not take or give what belongs to {path}", path=store),
               msg("see the server's log and the system's")),
        "XX00": (SetUp, msg("{path} is damaged", path=store),
                 msg("see the server's log; restore a dump into a new database: pg_restore")),
    }  # fmt: skip


def _unreachable(address: str, said: str) -> SetUp:
    return SetUp(
        msg("{store} cannot be reached: {said}", store=shown(address), said=shown(said)),
        where=shown(address),
        fix=msg("see that the server runs and listens there: pg_isready; and the address in sop.toml"),
    )


def _lost(address: str) -> SetUp:
    return SetUp(
        msg("the connection to {store} was lost; nothing of this command was kept", store=shown(address)),
        where=shown(address),
        fix=msg("see that the server runs, and give the command again"),
    )


def held_up(address: str, holder: Message, seconds: float) -> Overtaken:
    """Somebody stood in the way for too long."""
    return Overtaken(
        msg("the store stayed locked for {seconds} seconds: {holder}", seconds=round(seconds), holder=holder),
        where=shown(address),
        fix=msg("wait for it to end, or end it, and give the command again"),
    )


def unknown_outcome(address: str, tickets: tuple[str, ...]) -> SetUp:
    """The connection was lost in the middle of the commit, and no other could be made to see what became of it."""
    return SetUp(
        msg("the connection to {store} was lost while {tickets} was written; it is done, or nothing of it",
            store=shown(address), tickets=tickets),
        where=shown(address),
        fix=msg("look before you give the command again: sop show {ticket}", ticket=tickets[0] if tickets else "ID"),
    )  # fmt: skip


def other_settings(address: str, setting: str, wanted: str, got: str) -> SetUp:
    """A setting of the database without which the record would not be safe or the same."""
    return SetUp(
        msg("{path} cannot be used safely: {setting} is {got}, not {wanted}", path=shown(address), setting=setting,
            got=got, wanted=wanted),
        where=shown(address),
        fix=msg("make the database with: createdb --encoding UTF8 NAME"),
    )  # fmt: skip
