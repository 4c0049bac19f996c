"""Proving who one is at a shared keyboard: the PIN, from the terminal without echo, or from a file, never as a word of
the command line, which every user of the machine can see."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sop_engine.engine.people import pins
from sop_engine.engine.people.identity import Identity, system_login
from sop_engine.errors import NotNow, NotUnderstood
from sop_engine.messages import Message, msg, say
from sop_engine.store.files import read_named

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_MOST_BYTES: Final = 4096


def proved(opened: "Opened", who: Identity) -> Identity:
    """The identity, with the proof of whoever was named with `--as` at a terminal. Who has a PIN gives it; who has none
    may act there only where the site lets him. Raises `NotNow`, `NotYou`, `NotUnderstood`."""
    person = who.unproven
    assert person is not None
    if not ask(opened, person):
        if opened.site.settings.as_without_pin:
            return replace(who, unproven=None)
        raise no_pin(opened, person)
    return replace(who, proof=((person, "pin"),), unproven=None)


def ask(opened: "Opened", person: str) -> bool:
    """Ask somebody's PIN and check it; False where he has set none. Raises `NotYou` where it is wrong."""
    with opened.reading() as reading:
        if not pins.has_pin(reading, person):
            return False
    pin = pins.read_pin(read_secret(opened, msg("PIN of {name}: ", name=opened.named(person))))
    check(opened, person, pin)
    return True


def check(opened: "Opened", person: str, pin: str, code: bool = False) -> None:
    """Check a PIN that was given, or the code for one. Raises `NotYou` and `NotNow`, with names."""
    from sop_engine.console.doing import explaining

    with explaining(opened, None):
        pins.prove(opened.site.engine, person, system_login(), pin, code)


def sign_for(opened: "Opened") -> None:
    """Ask the PIN of whoever signs, where another types it: two signatures of one keyboard are otherwise one person's.
    A signature on paper is its own evidence. Raises as `proved` does."""
    who = opened.who
    if who.typist is None or who.heard == "paper":
        return
    if ask(opened, who.actor):
        opened.signed = ((who.actor, "pin"),)
    elif not opened.site.settings.as_without_pin:
        raise no_pin(opened, who.actor)


def require_no_pin(opened: "Opened", ticket: str, trigger: str) -> None:
    """Refuse to sign one of several tickets for another who would give his PIN with it: he sees each that he signs.
    Raises `NotNow`."""
    who = opened.who
    if who.typist is None or who.heard == "paper":
        return
    with opened.reading() as reading:
        proves = pins.has_pin(reading, who.actor) or not opened.site.settings.as_without_pin
    if proves:
        raise NotNow(
            msg("what {name} signs is typed ticket by ticket, with his PIN", name=opened.named(who.actor)),
            fix=msg("sop do {ticket} {trigger} --doer {name}", ticket=ticket, trigger=trigger, name=who.actor),
        )


def no_pin(opened: "Opened", person: str) -> NotNow:
    """What is said where a PIN is wanted and none was ever set."""
    return NotNow(
        msg("{name} has set no PIN, and at a shared terminal nothing else shows that it is he",
            name=opened.named(person)),
        fix=msg("he sets it here, himself: sop actor pin {id}", id=person)
        if opened.site.clock.simulated
        else msg("an administrator gives him a code (sop actor pin {id} --code), with which he sets it here: sop actor"
                 " pin {id}", id=person),
    )  # fmt: skip


def read_secret(opened: "Opened", prompt: Message) -> str:
    """A line that is not shown: of the file that `--pin-from` names, or typed without echo. Raises `NotUnderstood`
    where neither can be."""
    source = opened.call.pin_from
    if source == "-":
        return sys.stdin.readline()
    if source is not None:
        if opened.secrets is None:
            try:
                opened.secrets = read_named(Path(source), _MOST_BYTES).decode("utf-8-sig").splitlines()
            except UnicodeDecodeError:
                raise NotUnderstood(msg("{path} is no UTF-8 text", path=source), where=source) from None
        return opened.secrets.pop(0) if opened.secrets else ""
    if not opened.call.asks:
        raise NotUnderstood(
            msg("a PIN is needed, and nobody can be asked"),
            fix=msg("give it on standard input: --pin-from -, or in a file: --pin-from FILE"),
        )
    import getpass

    try:
        return getpass.getpass(say(prompt, opened.call.language))
    except KeyboardInterrupt:
        # what is said of it begins on a line of its own, not behind the question
        sys.stderr.write("\n")
        raise
    except EOFError:
        sys.stderr.write("\n")
        raise NotUnderstood(msg("the input ended before a PIN was typed; nothing was changed")) from None
