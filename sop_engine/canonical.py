"""Canonical bytes, digests and commitments.

The law: RFC 8785 (JSON Canonicalization Scheme), restricted to ASCII keys, integers under 2^53, no floats (decimals
are strings) and NFC text. Under these restrictions the standard library's `json.dumps` with sorted keys, no spaces and
no escapes for what is not ASCII writes exactly the canonical form, so what is stored is what is hashed and anybody can
check it. Here `orjson` writes the same bytes in an eighth of the time; a property test compares the two.
"""

import hashlib
import hmac
import unicodedata
from datetime import UTC, datetime
from typing import Any, Final

import orjson

Json = None | bool | int | str | list[Any] | dict[str, Any]
LARGEST_INTEGER: Final = 2**53 - 1
_STRICT: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
_CANONICAL: Final = _STRICT | orjson.OPT_SORT_KEYS


def to_bytes(value: Any) -> bytes:
    """The canonical UTF-8 bytes of `value`. The caller has made sure of the restrictions (see `check`); raises
    `TypeError` for what JSON cannot say."""
    return orjson.dumps(value, option=_CANONICAL)


def to_text(value: Any) -> str:
    """`value` as JSON text without spaces, its keys in the order that they have. Raises as `to_bytes`."""
    return orjson.dumps(value, option=_STRICT).decode()


def parse(data: bytes | str) -> Any:
    """The value that JSON text or bytes stand for; raises `ValueError` where they stand for none."""
    return orjson.loads(data)


def check(value: Any, path: str = "$") -> None:
    """Raise `ValueError`, naming the place, where `value` is outside the canonical form's restrictions."""
    match value:
        case None | bool():
            return
        case int():
            if abs(value) > LARGEST_INTEGER:
                raise ValueError(f"{path}: integer beyond 2^53")
        case str():
            if not unicodedata.is_normalized("NFC", value):
                raise ValueError(f"{path}: text is not in Unicode form NFC")
            if any("\ud800" <= c <= "\udfff" for c in value):
                raise ValueError(f"{path}: text holds half a surrogate pair")
        case list() | tuple():
            for index, item in enumerate(value):
                check(item, f"{path}[{index}]")
        case dict():
            for key, item in value.items():
                if not isinstance(key, str) or not key.isascii():
                    raise ValueError(f"{path}: key {key!r} is not ASCII text")
                check(item, f"{path}.{key}")
        case _:
            raise ValueError(f"{path}: {type(value).__name__} has no canonical form")


def digest(data: bytes) -> str:
    """SHA-256 of `data`, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def commitment(salt: str, value: Any) -> str:
    """A salted commitment: SHA-256 over the salt's 16 bytes (given as hex) and then the canonical bytes of `value`."""
    return hashlib.sha256(bytes.fromhex(salt) + to_bytes(value)).hexdigest()


def salt(entropy: bytes, slot: str) -> str:
    """The salt of one slot of one step, as hex: 16 bytes that nobody can foretell who does not know `entropy`."""
    return hmac.digest(entropy, slot.encode(), "sha256")[:16].hex()


def instant_text(instant: datetime) -> str:
    """`instant` (aware) as UTC text to the millisecond: `2026-11-21T03:04:05.123Z`."""
    # not strftime: that asks the C library about its locale and takes several times as long
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds")[:-6] + "Z"


def instant_of(text: str) -> datetime:
    """The aware UTC instant that `instant_text` wrote as `text`."""
    return datetime.fromisoformat(text)
