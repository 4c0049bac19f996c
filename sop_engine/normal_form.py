"""The normal form: the one module that reads and writes it.

The normal form is a procedure as canonical JSON (see `canonical`); its SHA-256 is the version's digest, and running a
ticket needs nothing else. A record is written as an object without the entries that hold their default; effects carry a
`kind`. Guards and expressions stand in it as trees (see `guards`): nested lists whose first item is the operation.
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from typing import Any, Final

from sop_engine import canonical
from sop_engine.procedure import EFFECTS, FORMAT, Effect, Procedure, Tree

_KINDS: Final = {effect: kind for kind, effect in EFFECTS.items()}


class UnknownFormat(ValueError):
    """A normal form written by a later release."""


def to_bytes(procedure: Procedure) -> bytes:
    """The canonical bytes of the procedure; their SHA-256 is its version's digest."""
    return canonical.to_bytes(to_json(procedure))


def load(data: bytes) -> Procedure:
    """The procedure that `to_bytes` wrote. Raises `UnknownFormat` for one that this release cannot read."""
    raw = canonical.parse(data)
    if raw.get("format", FORMAT) != FORMAT:
        raise UnknownFormat(f"normal form {raw.get('format')} (this release reads {FORMAT})")
    procedure: Procedure = _record(Procedure, raw)
    return procedure


def to_json(value: Any) -> Any:
    """A record as plain JSON, without the entries that hold their default."""
    if dataclasses.is_dataclass(value):
        out: dict[str, Any] = {"kind": _KINDS[type(value)]} if type(value) in _KINDS else {}
        for each in dataclasses.fields(value):
            item = getattr(value, each.name)
            if item != _default(each) or each.name == "format":
                out[each.name] = to_json(item)
        return out
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    return value


def from_json(kind: Any, raw: dict[str, Any]) -> Any:
    """A record of the class `kind` from its plain JSON, as `to_json` wrote it."""
    return _record(kind, raw)


def _default(each: "dataclasses.Field[Any]") -> Any:
    if each.default_factory is not dataclasses.MISSING:
        return each.default_factory()
    return each.default


def _record(kind: Any, raw: dict[str, Any]) -> Any:
    if kind is Effect:
        kind = EFFECTS[raw["kind"]]
    readers = _readers(kind)
    return kind(**{name: readers[name](item) for name, item in raw.items() if name != "kind" or name in readers})


@functools.cache
def _readers(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {each.name: _reader(hints[each.name]) for each in dataclasses.fields(kind)}


def _reader(hint: Any) -> Any:
    """A function that reads plain JSON as a value of the type `hint`."""
    if hint in (Tree, Tree | None):
        return frozen
    if hint == Effect:
        return functools.partial(_record, Effect)
    if dataclasses.is_dataclass(hint):
        return functools.partial(_record, hint)
    arguments = typing.get_args(hint)
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        inner = [each for each in arguments if each is not types.NoneType]
        return _reader(inner[0]) if len(inner) == 1 else frozen
    origin = typing.get_origin(hint)
    if origin is tuple:
        read = _reader(arguments[0])
        return lambda raw: tuple(map(read, raw))
    if origin is Mapping or (isinstance(origin, type) and issubclass(origin, Mapping)):
        read = _reader(arguments[1])
        return lambda raw: {key: read(item) for key, item in raw.items()}
    return frozen


def frozen(raw: Any) -> Any:
    """Plain JSON with its lists as tuples, as trees and defaults are kept."""
    if isinstance(raw, list):
        return tuple(map(frozen, raw))
    if isinstance(raw, dict):
        return {key: frozen(item) for key, item in raw.items()}
    return raw
