"""`dataclass`, made at a tenth of the cost: a command starts a process, and makes some ninety classes of records in it.

The law. A class made here is a dataclass in every respect (`fields`, `replace`, `match`, pickling), with the fields,
the order and the errors of the standard library's. That one writes each method as text and compiles it, for each class
and at each start; here the classes share what their methods do (adr/0034).
"""

import dataclasses
import operator
from collections.abc import Callable, Sequence
from dataclasses import MISSING
from dataclasses import field as field
from operator import attrgetter
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, Final

_FIELDS: Final = "__lean_fields__"
"""where a class keeps the names of its fields"""
_ORDER: Final = (operator.lt, operator.le, operator.gt, operator.ge)


def made(*, frozen: bool = False, slots: bool = False, eq: bool = True, order: bool = False) -> Callable[[type], type]:
    """What `dataclasses.dataclass` with the same arguments gives. A method that the class has itself is kept."""

    def make(plain: type) -> type:
        own = set(vars(plain))
        record: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(plain)
        fields = dataclasses.fields(record)
        read = _reader(tuple(each.name for each in fields if each.compare))
        setattr(record, _FIELDS, tuple(each.name for each in fields))
        methods: dict[str, Any] = {"__init__": _init_of(record), "__repr__": _repr}
        if eq:
            methods |= {"__eq__": _eq_by(read), "__hash__": _hash_by(read) if frozen else None}
        if order:
            methods |= {f"__{by.__name__}__": _compared(by, read) for by in _ORDER}
        if frozen:
            methods |= {"__setattr__": _no_setting, "__delattr__": _no_deleting}
        if frozen and slots:
            methods |= {"__getstate__": _state, "__setstate__": _restore}
        for name, method in methods.items():
            if name not in own:
                setattr(record, name, method)
        kind: type = record
        return kind

    return make


def _reader(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the values of these fields as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda record: tuple(getattr(record, name) for name in names)


def _init_of(made: type) -> Callable[..., None]:
    """`__init__` for the fields of a class. It fills each slot by what the class has for it, which is faster than by
    name, and goes before what forbids setting."""
    fields = dataclasses.fields(made)
    count, after = len(fields), hasattr(made, "__post_init__")
    fill = tuple(_filler(made, each.name) for each in fields)
    arranged = _arranger(made.__qualname__, fields)
    all_named = operator.itemgetter(*(each.name for each in fields)) if count > 1 else None

    def init(self: Any, *values: Any, **named: Any) -> None:
        if all_named is not None and not values and len(named) == count:
            try:
                values = all_named(named)
            except KeyError:
                arranged(values, named)
        elif named or len(values) != count:
            values = arranged(values, named)
        for set_value, value in zip(fill, values, strict=True):
            set_value(self, value)
        if after:
            self.__post_init__()

    return init


def _filler(made: type, name: str) -> Callable[[Any, Any], None]:
    """What sets one field of an instance, whether or not that is forbidden later."""
    slot = getattr(made, name, None)
    if type(slot) is MemberDescriptorType:
        set_value: Callable[[Any, Any], None] = slot.__set__
        return set_value
    return lambda self, value: object.__setattr__(self, name, value)


def _arranger(called: str, fields: Sequence["dataclasses.Field[Any]"]) -> Callable[..., Any]:
    """What gives the values of all fields in their order, from those given by place and by name."""
    place = {each.name: number for number, each in enumerate(fields)}
    usual = [each.default for each in fields]
    new = [(number, each.default_factory) for number, each in enumerate(fields) if each.default_factory is not MISSING]
    needed = sum(each.default is each.default_factory is MISSING for each in fields)  # these come first

    def arranged(values: tuple[Any, ...], named: dict[str, Any]) -> list[Any]:
        given = len(values)
        found = [*values, *usual[given:]]
        for name, value in named.items():
            number = place.get(name, -1)
            if number < given:
                raise TypeError(f"{called} is given {name!r} twice, or has no such field")
            found[number] = value
        for number in range(given, needed):
            if found[number] is MISSING:
                raise TypeError(f"{called} must be given {list(place)[:needed]}")
        if given > len(usual):
            raise TypeError(f"{called} has {len(usual)} fields, and is given {given} values")
        for number, make in new:
            if found[number] is MISSING:
                found[number] = make()
        return found

    return arranged


def _repr(self: Any) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in getattr(self, _FIELDS))
    return f"{type(self).__qualname__}({values})"


def _eq_by(read: Callable[[Any], Any]) -> Callable[[Any, object], Any]:
    def eq(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return read(self) == read(other)

    return eq


def _hash_by(read: Callable[[Any], Any]) -> Callable[[Any], int]:
    return lambda self: hash(read(self))


def _compared(by: Callable[[Any, Any], Any], read: Callable[[Any], Any]) -> Callable[[Any, object], Any]:
    def compare(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return by(read(self), read(other))

    return compare


def _no_setting(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _no_deleting(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in getattr(self, _FIELDS)]


def _restore(self: Any, state: list[Any]) -> None:
    for name, value in zip(getattr(self, _FIELDS), state, strict=True):
        object.__setattr__(self, name, value)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    dataclass = made
