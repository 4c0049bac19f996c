"""Whether a condition can hold at all: sound, never exact.

"No" is a proof: there are no values of the fields with which the condition holds. "Yes" says only that none was found.

A condition is taken apart into cases (its disjunctive normal form), each a list of literals that must hold together.
What a literal says of one value (a field, how often something was done, a count) narrows what that value may be:

| literal | of a field it leaves |
|---|---|
| `x < 3` | set, and below 3 |
| `not (x < 3)` | unset, or 3 and more: a comparison with an unset side is false |
| `given(x)`, `not given(x)` | set; unset, or an empty text |
| `flag`, `not flag` | true; unset or false |

A case cannot hold where a value is left with nothing, or where a part that is not looked into (`a < b`, `today() > x`)
would have to be true and false at once. Above a bound of cases the answer is "yes".
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sop_engine.procedure import Field, Procedure, Set, Transition, Tree

MOST_CASES: Final = 256
MOST_WHOLE: Final = 1000
"""Whole numbers between two bounds that are looked at one by one."""
NEGATED: Final = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
FLIPPED: Final = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
SORTS: Final = {
    "integer": "number", "decimal": "number", "money": "number", "boolean": "boolean", "text": "text", "choice": "text",
    "date": "date", "time": "time",
}  # fmt: skip
"""Type of a constant -> what it may be compared with; of other types nothing is said."""

Literal = tuple[Tree, bool]
"""A part of a condition, and whether it must hold."""


@dataclass(slots=True)
class Left:
    """What a value may still be. `low` and `high` are (bound, whether it is itself left out)."""

    sort: str
    whole: bool = False
    unset: bool = True
    only: frozenset[Any] | None = None
    never: set[Any] = field(default_factory=set)
    low: tuple[Any, bool] | None = None
    high: tuple[Any, bool] | None = None

    def narrow(self, operation: str, value: Any) -> None:
        match operation:
            case "==":
                self.one_of([value])
            case "!=":
                self.never.add(value)
            case ">" | ">=":
                bound = (value, operation == ">")
                self.low = bound if self.low is None else max(self.low, bound)
            case "<" | "<=":
                if self.high is None or (value, operation != "<") < (self.high[0], not self.high[1]):
                    self.high = (value, operation == "<")

    def one_of(self, values: Iterable[Any]) -> None:
        found = frozenset(values)
        self.only = found if self.only is None else self.only & found

    def nothing(self) -> bool:
        """Whether nothing is left that the value could be, unset neither."""
        if self.unset:
            return False
        if self.only is not None:
            return not any(self._fits(each) for each in self.only)
        if self.low is None or self.high is None:
            return False
        if self.whole:
            first, last = int(self.low[0].__ceil__()), int(self.high[0].__floor__())
            if last - first > MOST_WHOLE:
                return False
            return not any(self._fits(Decimal(each)) for each in range(first, last + 1))
        if self.low[0] == self.high[0]:
            return not self._fits(self.low[0])
        return bool(self.low[0] > self.high[0])

    def _fits(self, value: Any) -> bool:
        above = self.low is None or value > self.low[0] or (value == self.low[0] and not self.low[1])
        below = self.high is None or value < self.high[0] or (value == self.high[0] and not self.high[1])
        whole = not self.whole or value == value.to_integral_value()
        return value not in self.never and above and below and whole


class Values:
    """What the fields of a procedure may hold, whoever writes them."""

    def __init__(self, procedure: Procedure) -> None:
        self._fields = {each.id: each for each in procedure.fields}
        self._written = _written(procedure)

    def left(self, key: Tree, sort: str) -> Left | None:
        """Everything that the value of `key` may be; None where it is of another sort than what it is compared with."""
        match key:
            case (("times" | "count"), *_):
                return Left("number", True, False, low=(Decimal(0), False)) if sort == "number" else None
            case ("field", name) if name in self._fields:
                return self._of_field(self._fields[name], sort)
        return None

    def _of_field(self, declared: Field, sort: str) -> Left | None:
        if declared.many or SORTS.get(declared.type, "text") != sort:
            return None
        found = Left(sort, declared.type == "integer")
        if sort == "boolean":
            found.only = frozenset({True, False})
        # what is computed, filled or set is not held to the bounds of the field
        if declared.id in self._written or declared.computed is not None or declared.fill is not None:
            return found
        if declared.type == "choice" and declared.choices:
            found.only = frozenset(choice.id for choice in declared.choices)
        if sort in ("number", "date"):
            for operation, bound in ((">=", declared.min), ("<=", declared.max)):
                if bound is not None and (value := _value(sort, bound)) is not None:
                    found.narrow(operation, value)
        return found

    def is_text(self, name: str) -> bool:
        return name not in self._fields or self._fields[name].many or self._fields[name].type not in SORTS_NEVER_EMPTY


SORTS_NEVER_EMPTY: Final = frozenset({"integer", "decimal", "money", "boolean", "date", "time", "datetime", "choice"})


def _written(procedure: Procedure) -> set[str]:
    """Fields that an effect writes. (A constant may be out of bounds too: nothing checks it.)"""
    ways: list[Transition] = [*procedure.open.alternatives, *(way for _state, way in procedure.walk())]
    effects = itertools.chain.from_iterable(
        [*(way.effects for way in ways), *((*state.entry, *state.exit) for state in procedure.states)]
    )
    return {effect.field for effect in effects if isinstance(effect, Set)}


def can_hold(condition: Tree, values: Values) -> bool:
    """Whether the condition may hold with some values. False is a proof that it never does."""
    return all_can_hold([(condition, True)], values)


def all_can_hold(literals: Iterable[Literal], values: Values) -> bool:
    """Whether all of these may be as they must at once."""
    cases = list(itertools.islice(_cases(list(literals)), MOST_CASES + 1))
    return len(cases) > MOST_CASES or any(_possible(case, values) for case in cases)


def _cases(literals: list[Literal]) -> Iterator[list[Literal]]:
    """The cases of all these together, one after the other."""
    for place, (tree, holds) in enumerate(literals):
        rest = [*literals[:place], *literals[place + 1 :]]
        match tree:
            case ("not", inner):
                yield from _cases([*rest, (inner, not holds)])
                return
            case (("and" | "or") as joint, *parts):
                if (joint == "and") == holds:
                    yield from _cases([*rest, *((part, holds) for part in parts)])
                else:
                    for part in parts:
                        yield from _cases([*rest, (part, holds)])
                return
    yield literals


def _possible(case: list[Literal], values: Values) -> bool:
    known: dict[Tree, Left] = {}
    opaque: dict[Tree, bool] = {}
    for tree, holds in case:
        if tree[:2] == ("const", "boolean"):
            if bool(tree[2]) != holds:
                return False
        elif not _narrowed(tree, holds, known, values) and opaque.setdefault(tree, holds) != holds:
            return False
    return not any(left.nothing() for left in known.values())


def _narrowed(tree: Tree, holds: bool, known: dict[Tree, Left], values: Values) -> bool:
    """Take what a literal says of one value into what is known; whether it says something of one value."""
    match tree:
        case ("field", _name):
            return _compare(tree, "==", ("const", "boolean", True), holds, known, values)
        case ("did", trigger):
            return _compare(("times", trigger), ">", ("const", "integer", 0), holds, known, values)
        case ("given", ("field", name) as key) if not values.is_text(name):
            declared = values.left(key, _sort_of(key, values))
            left = None if declared is None else known.setdefault(key, declared)
            if left is None:
                return False
            if holds:
                left.unset = False
            else:
                left.only = frozenset()
            return True
        case (("==" | "!=" | "<" | "<=" | ">" | ">=") as operation, left_side, right_side):
            if left_side[0] == "const" and right_side[0] == "const":
                return False
            if left_side[0] == "const":
                left_side, operation, right_side = right_side, FLIPPED[operation], left_side
            return _compare(left_side, operation, right_side, holds, known, values)
        case ("in", key, ("list", *items)):
            return _among(key, items, holds, known, values)
    return False


def _sort_of(key: Tree, values: Values) -> str:
    return next((sort for sort in ("number", "text", "boolean", "date", "time") if values.left(key, sort)), "")


def _compare(key: Tree, operation: str, constant: Tree, holds: bool, known: dict[Tree, Left], values: Values) -> bool:
    sort = SORTS.get(constant[1], "") if constant[0] == "const" else ""
    value = _value(sort, constant[2]) if sort else None
    declared = values.left(key, sort) if value is not None else None
    if declared is None:
        return False
    left = known.setdefault(key, declared)
    if left.sort != sort:
        return False
    left.narrow(operation if holds else NEGATED[operation], value)
    left.unset = left.unset and not holds
    return True


def _among(key: Tree, items: list[Tree], holds: bool, known: dict[Tree, Left], values: Values) -> bool:
    sorts = {SORTS.get(item[1], "") if item[0] == "const" else "" for item in items}
    sort = next(iter(sorts)) if len(sorts) == 1 else ""
    found = [_value(sort, item[2]) for item in items] if sort else [None]
    declared = values.left(key, sort) if None not in found else None
    if declared is None:
        return False
    left = known.setdefault(key, declared)
    if left.sort != sort:
        return False
    if holds:
        left.one_of(found)
        left.unset = False
    else:
        left.never.update(found)
    return True


def _value(sort: str, given: Any) -> Any:
    """A constant as something to compare; dates and times by their text, which is in their order."""
    if sort == "number":
        try:
            return Decimal(str(given))
        except InvalidOperation:
            return None
    if sort == "boolean":
        return given if isinstance(given, bool) else None
    return str(given)


def standing(condition: Tree, active: Mapping[str, bool]) -> Tree:
    """The condition with `in_state` answered where it is sure: `active` says which states surely are, or are not."""
    match condition:
        case ("in_state", state) if state in active:
            return ("const", "boolean", active[state])
        case (("and" | "or" | "not") as joint, *parts):
            return (joint, *(standing(part, active) for part in parts))
    return condition
