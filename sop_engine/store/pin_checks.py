"""What checks PINs, and codes for a first one, against the record: the step that sets a PIN or gives a code names the
SHA-256 of what checks it, so that nobody can put his own in its place unseen.

The digest tells nothing of the PIN: it covers a salt of sixteen bytes that lies in the table `meta` only.
"""

from collections.abc import Mapping
from typing import Any, Final

from sop_engine import canonical
from sop_engine.store.seam import Reads, Writes
from sop_engine.ticket.records import SITE

PREFIX: Final = "pin:"
"""of the entries of `meta`: `pin:ACTOR`, and `pin:ACTOR:turn`"""
_SETTING: Final = (b'"name":"set_pin"', b'"name":"pin_code"')
_CHECKED: Final = ("salt", "cost", "digest")


def check_of(verifier: Mapping[str, Any]) -> str:
    """The SHA-256 of what checks a PIN or a code, and which of the two it is, without the count of wrong tries; empty
    where it is nothing of that kind."""
    which = {"code": True} if "code" in verifier else {}
    try:
        return canonical.digest(canonical.to_bytes({**{name: verifier[name] for name in _CHECKED}, **which}))
    except (LookupError, TypeError, ValueError):
        return ""


def recorded_checks(reading: Reads) -> dict[str, str]:
    """Actor -> the digest that the site's history names of his PIN; only of those who have one."""
    found: dict[str, str] = {}
    for stored in reading.steps(SITE):
        if not any(name in stored.data for name in _SETTING):
            continue
        arguments = canonical.parse(stored.data)["command"]["arguments"]
        if arguments.get("cleared"):
            found.pop(arguments["actor"], None)
        elif "check" in arguments:
            found[arguments["actor"]] = arguments["check"]
    return found


def kept_checks(reading: Reads) -> dict[str, str]:
    """Actor -> the digest of what checks his PIN, as it lies in the store."""
    return {
        name.removeprefix(PREFIX): check_of(_read(kept))
        for name, kept in reading.metas(PREFIX).items()
        if ":" not in name.removeprefix(PREFIX)
    }


def forget_strange(transaction: Writes) -> None:
    """Take away what checks a PIN that the record does not know."""
    recorded = recorded_checks(transaction)
    for actor, check in kept_checks(transaction).items():
        if recorded.get(actor) != check:
            transaction.forget_meta(PREFIX + actor)


def _read(kept: str) -> dict[str, Any]:
    try:
        found = canonical.parse(kept)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
