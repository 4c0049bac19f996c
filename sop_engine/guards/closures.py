"""Closures made of typed trees. The shapes that procedures are full of (`field == constant`, a few of them joined) are
fused into one function each, because a call costs more than the comparison itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Context, Decimal
from operator import methodcaller
from typing import Any, Final, Protocol

from sop_engine import values, worktime
from sop_engine.canonical import LARGEST_INTEGER
from sop_engine.guards.kinds import Typed
from sop_engine.procedure import Duration

Value = Callable[[Any], Any]
Test = Callable[[Any], bool]

_ARITHMETIC: Final = Context(prec=28, rounding=ROUND_HALF_EVEN, Emax=18, Emin=-40, traps=[])
"""beyond 19 digits before the point, and by zero, it gives what is not finite: unset"""


class Env(Protocol):
    """What a guard may ask: the decoded values of the fields that are set, the ticket's states and deeds, its children
    as mappings (`id status outcome procedure state`), and the command's effective instant in the site's zone."""

    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def now(self) -> datetime: ...
    @property
    def zone(self) -> tzinfo: ...
    def in_state(self, state: str, /) -> bool: ...
    def did(self, trigger: str, /) -> bool: ...
    def times(self, trigger: str, /) -> int: ...
    def children(self, procedure: str, /) -> Sequence[Mapping[str, Any]]: ...


class _RowEnv:
    """An environment with the row that a test over rows is about."""

    __slots__ = ("_outer", "row", "values")

    def __init__(self, outer: Any) -> None:
        self._outer = outer
        self.values = outer.values
        self.row: Mapping[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outer, name)


# --- values --------------------------------------------------------------------------------------------------------


def close(node: Typed) -> Value:
    """A function from an environment to the node's value, None where it is unset."""
    match node.op, node.parts:
        case "const", (constant,):
            if _is_wall_time(constant):
                return lambda env: worktime.at_wall_time(constant, env.zone)
            return lambda env: constant
        case "field", (name,):
            return lambda env: env.values.get(name)
        case "part", (name, part):
            return lambda env: None if (value := env.values.get(name)) is None else value.get(part)
        case "row", (column,):
            return lambda env: env.row.get(column)
        case "times", (trigger,):
            return lambda env: env.times(trigger)
        case "today", ():
            return lambda env: env.now.astimezone(env.zone).date()
        case "now", ():
            return lambda env: env.now
        case "move", (moment, duration, sign):
            return _moved(close(moment), moment.kind.name, duration, sign)
        case "days", (later, earlier):
            return _both(close(later), close(earlier), lambda a, b: (a - b).days)
        case "neg", (inner,):
            return _negative(close(inner))
        case (("int+" | "int-" | "int*"), (left, right)):
            return _both(close(left), close(right), _WHOLE_OF[node.op])
        case (("+" | "-" | "*" | "/"), (left, right)):
            return _decimal(node.op, left, right)
        case "sum", (source, inner):
            return _sum(_rows(source), inner)
        case "count", (source, None):
            items = _rows(source)
            return lambda env: len(items(env))
        case "count", (source, inner):
            return _count(_rows(source), close_test(inner))
        case _:
            return close_test(node)


def _is_wall_time(constant: Any) -> bool:
    return isinstance(constant, datetime) and constant.tzinfo is None


def _both(left: Value, right: Value, operation: Callable[[Any, Any], Any]) -> Value:
    def value(env: Any) -> Any:
        if (a := left(env)) is None or (b := right(env)) is None:
            return None
        return operation(a, b)

    return value


def _negative(value: Value) -> Value:
    def negative(env: Any) -> Any:
        if (number := value(env)) is None:
            return None
        return -number if type(number) is int else _ARITHMETIC.minus(number)

    return negative


def _whole(number: int) -> int | None:
    return number if -LARGEST_INTEGER <= number <= LARGEST_INTEGER else None


_WHOLE_OF: Final[Mapping[str, Callable[[int, int], int | None]]] = {
    "int+": lambda a, b: _whole(a + b),
    "int-": lambda a, b: _whole(a - b),
    "int*": lambda a, b: _whole(a * b),
}
_DECIMAL_OF: Final[Mapping[str, Callable[[Any, Any], Decimal]]] = {
    "+": _ARITHMETIC.add,
    "-": _ARITHMETIC.subtract,
    "*": _ARITHMETIC.multiply,
    "/": _ARITHMETIC.divide,
}


def _decimal(op: str, left: Typed, right: Typed) -> Value:
    operation = _DECIMAL_OF[op]
    first = close(left)
    if right.op == "const":
        constant = right.parts[0]

        def with_constant(env: Any) -> Any:
            if (a := first(env)) is None:
                return None
            return result if (result := operation(a, constant)).is_finite() else None

        return with_constant
    second = close(right)

    def value(env: Any) -> Any:
        if (a := first(env)) is None or (b := second(env)) is None:
            return None
        return result if (result := operation(a, b)).is_finite() else None

    return value


def _moved(moment: Value, kind: str, duration: Duration, sign: int) -> Value:
    def value(env: Any) -> Any:
        if (start := moment(env)) is None:
            return None
        try:
            if kind == "date":
                end = worktime.move_date(start, duration, sign)
            else:
                end = (worktime.add if sign > 0 else worktime.subtract)(start, duration, env.zone)
        except (OverflowError, ValueError):
            return None
        return end if values.in_calendar(end) else None

    return value


# --- rows and children ----------------------------------------------------------------------------------------------


def _rows(source: Typed) -> Callable[[Any], Sequence[Any]]:
    (name,) = source.parts
    if source.op == "children":
        return lambda env: env.children(name)
    return lambda env: env.values.get(name) or ()


def _each(rows: Iterable[Any], env: Any) -> Iterable[_RowEnv]:
    inner = _RowEnv(env)
    for row in rows:
        inner.row = row
        yield inner


def _sum(rows: Callable[[Any], Sequence[Any]], inner: Typed) -> Value:
    if inner.op == "row":
        (column,) = inner.parts
        return lambda env: _total(row.get(column) for row in rows(env))
    value = close(inner)
    return lambda env: _total(value(each) for each in _each(rows(env), env))


def _total(numbers: Iterable[Any]) -> Any:
    result: Any = 0
    for number in numbers:
        if number is not None:
            result = result + number if type(number) is type(result) is int else _ARITHMETIC.add(result, number)
    if type(result) is int:
        return _whole(result)
    return result if result.is_finite() else None


def _count(rows: Callable[[Any], Sequence[Any]], test: Test) -> Value:
    return lambda env: sum(1 for inner in _each(rows(env), env) if test(inner))


# --- true or false -------------------------------------------------------------------------------------------------


def close_test(node: Typed) -> Test:
    """A function from an environment to whether the node holds; unset is false."""
    match node.op, node.parts:
        case (("==" | "!=" | "<" | "<=" | ">" | ">="), (left, right)):
            return _comparison(node.op, left, right)
        case "in", (left, items):
            return _in(left, items)
        case "within", (left, right):
            return _within(close(left), close(right))
        case (("and" | "or"), parts):
            return _junction(node.op, parts)
        case "not", (inner,):
            test = close_test(inner)
            return lambda env: not test(env)
        case (("in_state" | "did"), (name,)):
            return methodcaller(node.op, name)
        case "given", (inner,):
            value = close(inner)
            return lambda env: (found := value(env)) is not None and found != "" and found != []
        case (("any" | "all"), (source, inner)):
            return _quantified(node.op, _rows(source), close_test(inner))
        case "field", (name,):
            return lambda env: env.values.get(name) is True
        case _:
            value = close(node)
            return lambda env: value(env) is True


def _quantified(op: str, rows: Callable[[Any], Sequence[Any]], test: Test) -> Test:
    if op == "any":
        return lambda env: any(test(inner) for inner in _each(rows(env), env))
    return lambda env: all(test(inner) for inner in _each(rows(env), env))


def _comparison(op: str, left: Typed, right: Typed) -> Test:
    if right.op == "const" and not _is_wall_time(right.parts[0]):
        if left.op == "field":
            return _FIELD_TO_CONSTANT[op](left.parts[0], right.parts[0])
        if left.op == "times":
            return _TIMES_TO_CONSTANT[op](left.parts[0], right.parts[0])
        return _ANY_TO_CONSTANT[op](close(left), right.parts[0])
    return _ANY_TO_ANY[op](close(left), close(right))


_FIELD_TO_CONSTANT: Final[Mapping[str, Callable[[str, Any], Test]]] = {
    "==": lambda name, constant: lambda env: env.values.get(name) == constant,
    "!=": lambda name, constant: lambda env: (a := env.values.get(name)) is not None and a != constant,
    "<": lambda name, constant: lambda env: (a := env.values.get(name)) is not None and a < constant,
    "<=": lambda name, constant: lambda env: (a := env.values.get(name)) is not None and a <= constant,
    ">": lambda name, constant: lambda env: (a := env.values.get(name)) is not None and a > constant,
    ">=": lambda name, constant: lambda env: (a := env.values.get(name)) is not None and a >= constant,
}
_TIMES_TO_CONSTANT: Final[Mapping[str, Callable[[str, Any], Test]]] = {
    "==": lambda trigger, constant: lambda env: env.times(trigger) == constant,
    "!=": lambda trigger, constant: lambda env: env.times(trigger) != constant,
    "<": lambda trigger, constant: lambda env: env.times(trigger) < constant,
    "<=": lambda trigger, constant: lambda env: env.times(trigger) <= constant,
    ">": lambda trigger, constant: lambda env: env.times(trigger) > constant,
    ">=": lambda trigger, constant: lambda env: env.times(trigger) >= constant,
}
_ANY_TO_CONSTANT: Final[Mapping[str, Callable[[Value, Any], Test]]] = {
    "==": lambda x, constant: lambda env: x(env) == constant,
    "!=": lambda x, constant: lambda env: (a := x(env)) is not None and a != constant,
    "<": lambda x, constant: lambda env: (a := x(env)) is not None and a < constant,
    "<=": lambda x, constant: lambda env: (a := x(env)) is not None and a <= constant,
    ">": lambda x, constant: lambda env: (a := x(env)) is not None and a > constant,
    ">=": lambda x, constant: lambda env: (a := x(env)) is not None and a >= constant,
}
_ANY_TO_ANY: Final[Mapping[str, Callable[[Value, Value], Test]]] = {
    "==": lambda x, y: lambda env: (a := x(env)) is not None and (b := y(env)) is not None and a == b,
    "!=": lambda x, y: lambda env: (a := x(env)) is not None and (b := y(env)) is not None and a != b,
    "<": lambda x, y: lambda env: (a := x(env)) is not None and (b := y(env)) is not None and a < b,
    "<=": lambda x, y: lambda env: (a := x(env)) is not None and (b := y(env)) is not None and a <= b,
    ">": lambda x, y: lambda env: (a := x(env)) is not None and (b := y(env)) is not None and a > b,
    ">=": lambda x, y: lambda env: (a := x(env)) is not None and (b := y(env)) is not None and a >= b,
}


def _in(left: Typed, items: tuple[Typed, ...]) -> Test:
    constants = _constants(items)
    if constants is not None and left.op == "field":
        name = left.parts[0]
        return lambda env: env.values.get(name) in constants
    value = close(left)
    if constants is not None:
        return lambda env: value(env) in constants
    others = tuple(close(item) for item in items)
    return lambda env: (a := value(env)) is not None and any(other(env) == a for other in others)


def _constants(items: tuple[Typed, ...]) -> frozenset[Any] | None:
    if any(item.op != "const" or _is_wall_time(item.parts[0]) for item in items):
        return None
    return frozenset(item.parts[0] for item in items)


def _within(value: Value, many: Value) -> Test:
    def test(env: Any) -> bool:
        if (a := value(env)) is None or (items := many(env)) is None:
            return False
        # a child's `state` may be one id or a list of them
        return a == items if isinstance(items, str) else a in items

    return test


def _junction(op: str, parts: tuple[Typed, ...]) -> Test:
    fused = _fused(op, parts)
    if fused is not None:
        return fused
    tests = tuple(close_test(part) for part in parts)
    if len(tests) == 2:
        a, b = tests
        return (lambda env: a(env) and b(env)) if op == "and" else (lambda env: a(env) or b(env))
    if len(tests) == 3:
        a, b, c = tests
        if op == "and":
            return lambda env: a(env) and b(env) and c(env)
        return lambda env: a(env) or b(env) or c(env)
    half = len(parts) // 2
    return _junction(op, (Typed(op, parts[0].kind, parts[:half]), Typed(op, parts[0].kind, parts[half:])))


def _fused(op: str, parts: tuple[Typed, ...]) -> Test | None:
    """One function for two or three parts that all compare a field with constants (`==`, `in`); else None."""
    pairs = [_member(part) for part in parts]
    match op, pairs:
        case "and", [(a, p), (b, q)]:
            return lambda env: (v := env.values).get(a) in p and v.get(b) in q
        case "or", [(a, p), (b, q)]:
            return lambda env: (v := env.values).get(a) in p or v.get(b) in q
        case "and", [(a, p), (b, q), (c, r)]:
            return lambda env: (v := env.values).get(a) in p and v.get(b) in q and v.get(c) in r
        case "or", [(a, p), (b, q), (c, r)]:
            return lambda env: (v := env.values).get(a) in p or v.get(b) in q or v.get(c) in r
    return None


def _member(part: Typed) -> tuple[str, frozenset[Any]] | None:
    """A field and the constants that it is one of, where a part says no more than that."""
    match part.op, part.parts:
        case "==", (Typed(op="field", parts=(name,)), Typed(op="const") as constant):
            constants = _constants((constant,))
        case "in", (Typed(op="field", parts=(name,)), items):
            constants = _constants(items)
        case _:
            return None
    return None if constants is None else (name, constants)
