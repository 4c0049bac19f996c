"""PINs: how somebody proves at a shared keyboard that it is he.

The law. A PIN is never kept, shown or recorded. What can check it (scrypt with a salt of its own, RFC 7914) lies in the
store beside the record; that it was set or taken away is a step of the site's history, written in the same transaction.
That step names the digest of what checks it (`store.pin_checks`).
Each try is counted before it is checked, so that guesses side by side gain nothing; after five wrong ones in a row
nothing is checked for a quarter of an hour, and a step of the site's history says at which login that was. Every wrong
try stands among the refused commands.
"""

import hashlib
import hmac
import os
import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sop_engine import canonical
from sop_engine.engine.chain import Chain
from sop_engine.engine.engine import Engine, new_id
from sop_engine.errors import NotNow, NotUnderstood, NotYou, SetUp
from sop_engine.messages import kept, msg
from sop_engine.store.attempts import attempt
from sop_engine.store.pin_checks import PREFIX, check_of
from sop_engine.store.seam import Reads, Writes
from sop_engine.store.small_facts import read_fact
from sop_engine.ticket.records import SITE, TIMER, Command

MOST_WRONG: Final = 5
LOCKED: Final = timedelta(minutes=15)
SHORTEST: Final = 4
LONGEST: Final = 12
_COST: Final = 2**14
"""scrypt's N; with r = 8 it takes 16 MiB and some fifty milliseconds"""


def read_pin(text: str) -> str:
    """A PIN as somebody typed it: full-width digits are digits. Raises `NotUnderstood`, without what was typed."""
    pin = unicodedata.normalize("NFKC", text).strip()
    if not (pin.isascii() and pin.isdecimal() and SHORTEST <= len(pin) <= LONGEST):
        raise NotUnderstood(msg("a PIN has {least} to {most} digits", least=SHORTEST, most=LONGEST))
    return pin


def read_new_pin(text: str) -> str:
    """A PIN that somebody chooses. Raises `NotUnderstood` for one that everybody would try first."""
    pin = read_pin(text)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        raise NotUnderstood(
            msg("that PIN would be guessed first: all digits alike, or one after the other"), fix=msg("choose another")
        )
    return pin


def has_pin(reading: Reads, actor: str) -> bool:
    """Whether somebody has set a PIN."""
    return _kept(reading, actor) is not None


def set_pin(engine: Engine, command: Command, pin: str | None, dry_run: bool = False) -> None:
    """Do a `set_pin` of the site: with `pin` (as `read_new_pin` gives it) it is set, with None taken away. Raises what
    refuses the command; then nothing is kept."""
    actor = str(command.arguments["actor"])
    verifier = None if pin is None else _verifier(pin)
    if verifier is not None:
        command = replace(command, arguments={**command.arguments, "check": check_of(verifier)})

    def work(transaction: Writes) -> None:
        if verifier is None:
            transaction.forget_meta(_name(actor))
        else:
            transaction.put_meta(_name(actor), canonical.to_text({**verifier, "wrong": 0, "until": ""}))
        step_of_site(engine, transaction, command)
        if dry_run:
            raise _OnlyTried

    try:
        attempt(engine.store, work)
    except _OnlyTried:
        return


def prove(engine: Engine, actor: str, login: str, pin: str) -> None:
    """Check somebody's PIN. Raises `NotYou` where it is wrong, `NotNow` where he has none or too many were wrong."""
    now = engine.clock.now()
    verifier = attempt(engine.store, lambda transaction: _count_try(transaction, actor, now))
    if hmac.compare_digest(_digest(pin, verifier["salt"], verifier["cost"]), verifier["digest"]):
        verified = {**verifier, "wrong": 0, "until": ""}
        attempt(engine.store, lambda transaction: transaction.put_meta(_name(actor), canonical.to_text(verified)))
        return
    refusal = NotYou(
        msg("that is not the PIN of {name}", name=actor),
        fix=msg("forgotten? an administrator takes it away, and a new one is set: sop actor pin {id} --clear",
                id=actor),
    )  # fmt: skip
    locked = verifier["until"] != ""

    def note(transaction: Writes) -> None:
        said = canonical.to_text(kept(refusal.message))
        at = canonical.instant_text(now)
        transaction.log_refusal(at, SITE, actor, login, {"name": "pin", "trigger": None}, said)
        if locked:
            arguments = {"actor": actor, "login": login, "through": verifier["until"]}
            step_of_site(engine, transaction, Command(new_id(), "pin_locked", SITE, TIMER, login, arguments))

    attempt(engine.store, note)
    raise refusal


def step_of_site(engine: Engine, transaction: Writes, command: Command) -> None:
    """Decide a command to the site and append its step, in a transaction that writes something else too."""
    site = transaction.ticket(SITE)
    assert site is not None, "a site begins with its first step"
    recorded = engine.recorded(transaction, site)
    engine.run(Chain(transaction, recorded), command, site, recorded)


class _OnlyTried(Exception):
    """Its passing undoes the transaction of a dry run."""


# --- what lies in the store -----------------------------------------------------------------------------------------


def _name(actor: str) -> str:
    return PREFIX + actor


def _kept(reading: Reads, actor: str) -> dict[str, Any] | None:
    found = reading.meta(_name(actor))
    if found is None:
        return None
    verifier = read_fact(found, lambda kept: {**kept, "until": str(kept["until"]), "wrong": int(kept["wrong"])})
    if verifier is None or not check_of(verifier):
        raise SetUp(
            msg("what checks the PIN of {name} cannot be read any more", name=actor),
            fix=msg("an administrator takes it away, and a new one is set: sop actor pin {id} --clear", id=actor),
        )
    return verifier


def _count_try(transaction: Writes, actor: str, now: datetime) -> dict[str, Any]:
    """Count a try as wrong before it is checked; gives what checks it."""
    at = canonical.instant_text(now)
    transaction.put_meta(f"{_name(actor)}:turn", at)  # written first, so that over PostgreSQL tries wait for each other
    verifier = _kept(transaction, actor)
    if verifier is None:
        raise NotNow(
            msg("{name} has set no PIN", name=actor), fix=msg("he sets it himself: sop actor pin {id}", id=actor)
        )
    if verifier["until"] > at:
        raise NotNow(
            msg("the PIN of {name} was wrong {count} times; it is not looked at before {until}", name=actor,
                count=MOST_WRONG, until=verifier["until"]),
            fix=msg("wait, or let an administrator take it away: sop actor pin {id} --clear", id=actor),
        )  # fmt: skip
    wrong = (0 if verifier["until"] else verifier["wrong"]) + 1
    until = canonical.instant_text(now + LOCKED) if wrong >= MOST_WRONG else ""
    counted = {**verifier, "wrong": wrong, "until": until}
    transaction.put_meta(_name(actor), canonical.to_text(counted))
    return counted


def _verifier(pin: str) -> dict[str, Any]:
    salt = os.urandom(16).hex()
    return {"salt": salt, "cost": _COST, "digest": _digest(pin, salt, _COST)}


def _digest(pin: str, salt: str, cost: int) -> str:
    return hashlib.scrypt(pin.encode(), salt=bytes.fromhex(salt), n=cost, r=8, p=1, dklen=32).hex()


__all__ = ["has_pin", "prove", "read_new_pin", "read_pin", "set_pin", "step_of_site"]
