"""PINs: how somebody proves at a shared keyboard that it is he.

The law. A PIN is never kept, shown or recorded. What can check it (scrypt with a salt of its own, RFC 7914) lies in the
store beside the record; that it was set or taken away is a step of the site's history, written in the same transaction.
That step names the digest of what checks it (`store.pin_checks`).
Each try is counted before it is checked, so that guesses side by side gain nothing; after five wrong ones in a row
nothing is checked for a quarter of an hour, and a step of the site's history says at which login that was. Every try
that is refused, one that is not checked too, stands among the refused commands.

A code is what an administrator gives somebody for his first PIN, or for a new one. It is drawn, shown once, kept and
counted like a PIN, and proves nothing else: nobody takes a terminal over with it.
"""

import hashlib
import hmac
import os
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sop_engine import canonical
from sop_engine.engine.chain import Chain
from sop_engine.engine.engine import Engine, new_id
from sop_engine.errors import NotNow, NotUnderstood, NotYou, SetUp, SopError
from sop_engine.messages import Message, kept, msg
from sop_engine.store.attempts import attempt
from sop_engine.store.pin_checks import PREFIX, check_of
from sop_engine.store.seam import Reads, Writes
from sop_engine.store.small_facts import read_fact
from sop_engine.ticket.records import SITE, TIMER, Command

MOST_WRONG: Final = 5
LOCKED: Final = timedelta(minutes=15)
SHORTEST: Final = 4
LONGEST: Final = 12
_CODE_DIGITS: Final = 6
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
    kept = _kept(reading, actor)
    return kept is not None and "code" not in kept


def has_code(reading: Reads, actor: str, now: datetime) -> bool:
    """Whether somebody was given a code for his PIN that still holds."""
    kept = _kept(reading, actor)
    return kept is not None and canonical.instant_text(now) < kept.get("code", "")


def give_code(engine: Engine, command: Command, dry_run: bool = False) -> tuple[str, str]:
    """Do a `pin_code` of the site; gives the code, which is kept nowhere, and until when it holds. Raises what refuses
    the command; then nothing is kept."""
    code = _drawn()
    verifier = _verifier(code)
    command = replace(command, arguments={**command.arguments, "check": check_of({**verifier, "code": ""})})
    through = ""

    def work(transaction: Writes) -> None:
        nonlocal through
        through = step_of_site(engine, transaction, command)["through"]
        kept = {**verifier, "wrong": 0, "until": "", "code": through}
        transaction.put_meta(_name(str(command.arguments["actor"])), canonical.to_text(kept))
        if dry_run:
            raise _OnlyTried

    with suppress(_OnlyTried):
        attempt(engine.store, work)
    return code, through


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


def prove(engine: Engine, actor: str, login: str, pin: str, code: bool = False) -> None:
    """Check somebody's PIN, or his code for one. Raises `NotYou` where it is wrong, `NotNow` where he has none or too
    many were wrong."""
    now = engine.clock.now()

    def count(transaction: Writes) -> dict[str, Any] | NotNow:
        counted = _count_try(transaction, actor, now, code)
        if isinstance(counted, NotNow):
            _log(transaction, actor, login, now, counted)
        return counted

    verifier = attempt(engine.store, count)
    if isinstance(verifier, NotNow):
        raise verifier
    if hmac.compare_digest(_digest(pin, verifier["salt"], verifier["cost"]), verifier["digest"]):
        verified = {**verifier, "wrong": 0, "until": ""}
        attempt(engine.store, lambda transaction: transaction.put_meta(_name(actor), canonical.to_text(verified)))
        return
    refusal = NotYou(
        _wrong(actor, verifier["wrong"], code),
        fix=msg("forgotten? an administrator gives a code for a new one: sop actor pin {id} --code", id=actor),
    )
    locked = verifier["until"] != ""

    def note(transaction: Writes) -> None:
        _log(transaction, actor, login, now, refusal)
        if locked:
            arguments = {"actor": actor, "login": login, "through": verifier["until"]}
            step_of_site(engine, transaction, Command(new_id(), "pin_locked", SITE, TIMER, login, arguments))

    attempt(engine.store, note)
    raise refusal


def _wrong(actor: str, count: int, code: bool) -> Message:
    """That a PIN or a code was wrong, and what comes of it when it was so often."""
    what = msg("code for a PIN") if code else "PIN"
    minutes, left = int(LOCKED.total_seconds() // 60), MOST_WRONG - count
    if left > 0:
        return msg(
            "that is not the {what} of {name}; when {left} more are wrong it is not looked at for {minutes} minutes",
            what=what, name=actor, left=left, minutes=minutes,
        )  # fmt: skip
    return msg(
        "that is not the {what} of {name}; it was wrong {count} times, and is not looked at for {minutes} minutes",
        what=what, name=actor, count=count, minutes=minutes,
    )  # fmt: skip


def _log(transaction: Writes, actor: str, login: str, now: datetime, refusal: SopError) -> None:
    """Put a try that was refused among the refused commands."""
    said, at = canonical.to_text(kept(refusal.message)), canonical.instant_text(now)
    transaction.log_refusal(at, SITE, actor, login, {"name": "pin", "trigger": None}, said)


def step_of_site(engine: Engine, transaction: Writes, command: Command) -> dict[str, Any]:
    """Decide a command to the site and append its step, in a transaction that writes something else too. Gives the
    command's arguments as the record holds them."""
    site = transaction.ticket(SITE)
    assert site is not None, "a site begins with its first step"
    recorded = engine.recorded(transaction, site)
    chain = Chain(transaction, recorded)
    engine.run(chain, command, site, recorded)
    arguments: dict[str, Any] = canonical.parse(chain.steps[0][0].data)["command"]["arguments"]
    return arguments


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
            fix=msg("an administrator gives a code for a new one: sop actor pin {id} --code", id=actor),
        )
    return verifier


def _count_try(transaction: Writes, actor: str, now: datetime, code: bool) -> dict[str, Any] | NotNow:
    """Count a try as wrong before it is checked; gives what checks it, or why it is not checked now. Raises `NotNow`
    where there is nothing to check."""
    at = canonical.instant_text(now)
    transaction.put_meta(f"{_name(actor)}:turn", at)  # written first, so that over PostgreSQL tries wait for each other
    verifier = _kept(transaction, actor)
    if verifier is None or ("code" in verifier) != code:
        raise NotNow(
            msg("{name} has set no PIN", name=actor), fix=msg("he sets it himself: sop actor pin {id}", id=actor)
        )
    if verifier["until"] > at:
        minutes = -(-(canonical.instant_of(verifier["until"]) - now) // timedelta(minutes=1))
        return NotNow(
            msg("the PIN of {name} was wrong {count} times; it is not looked at for {minutes} minutes more", name=actor,
                count=MOST_WRONG, minutes=minutes),
            fix=msg("wait, or let an administrator give a code for a new one: sop actor pin {id} --code", id=actor),
        )  # fmt: skip
    wrong = (0 if verifier["until"] else verifier["wrong"]) + 1
    until = canonical.instant_text(now + LOCKED) if wrong >= MOST_WRONG else ""
    counted = {**verifier, "wrong": wrong, "until": until}
    transaction.put_meta(_name(actor), canonical.to_text(counted))
    return counted


def _verifier(pin: str) -> dict[str, Any]:
    salt = os.urandom(16).hex()
    return {"salt": salt, "cost": _COST, "digest": _digest(pin, salt, _COST)}


def _drawn() -> str:
    """Six digits by chance, of which none would be guessed first."""
    while True:
        code = f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}d}"
        with suppress(NotUnderstood):
            return read_new_pin(code)


def _digest(pin: str, salt: str, cost: int) -> str:
    return hashlib.scrypt(pin.encode(), salt=bytes.fromhex(salt), n=cost, r=8, p=1, dklen=32).hex()


__all__ = ["give_code", "has_code", "has_pin", "prove", "read_new_pin", "read_pin", "set_pin", "step_of_site"]
