"""Guard trees evaluated the plain way: a second reading of the contract, to hold the closures against."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal, localcontext
from typing import Any

from tests.guards.bench import World

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def value(tree: Any, world: World, row: Any = None) -> Any:
    op, *parts = tree
    if op == "const":
        return Decimal(parts[1]) if parts[0] == "decimal" else parts[1]
    if op == "field":
        found = world.values.get(parts[0])
        return found if len(parts) == 1 or found is None else found.get(parts[1])
    if op == "row":
        return row.get(parts[0])
    if op in OPERATORS:
        left, right = value(parts[0], world, row), value(parts[1], world, row)
        return left is not None and right is not None and OPERATORS[op](left, right)
    if op == "in":
        left = value(parts[0], world, row)
        if parts[1][0] == "list":
            items = [value(each, world, row) for each in parts[1][1:]]
        else:
            items = value(parts[1], world, row) or []
        return left is not None and left in [item for item in items if item is not None]
    if op in ("and", "or"):
        results = [value(each, world, row) is True for each in parts]
        return all(results) if op == "and" else any(results)
    if op == "not":
        return value(parts[0], world, row) is not True
    if op == "given":
        return value(parts[0], world, row) not in (None, "", [])
    if op in ("in_state", "did", "times"):
        return getattr(world, op)(parts[0])
    if op in ("count", "any", "all", "sum"):
        return over(op, parts, world)
    if op == "today":
        return world.now.astimezone(world.zone).date()
    if op == "neg":
        inner = value(parts[0], world, row)
        return None if inner is None else -inner
    return arithmetic(op, value(parts[0], world, row), parts[1], world, row)


def over(op: str, parts: Any, world: World) -> Any:
    kind, name = parts[0]
    rows = world.children(name) if kind == "children" else world.values.get(name) or []
    if len(parts) == 1:
        return len(rows)
    found = [value(parts[1], world, row) for row in rows]
    if op == "sum":
        none = 0 if parts[1] == ("row", "count") else Decimal(0)  # of no rows: nothing, in the column's type
        return bounded(sum((each for each in found if each is not None), none))
    holding = [each is True for each in found]
    return {"count": sum(holding), "any": any(holding), "all": all(holding)}[op]


def arithmetic(op: str, left: Any, right_tree: Any, world: World, row: Any) -> Any:
    if right_tree[0] == "const" and right_tree[1] == "duration":
        _const, _duration, count, unit = right_tree
        days = timedelta(days=count * {"day": 1, "week": 7}[unit])
        return None if left is None else left + days if op == "+" else left - days
    right = value(right_tree, world, row)
    if left is None or right is None:
        return None
    if not isinstance(left, int | Decimal):
        return (left - right).days
    with localcontext(prec=28):
        if op == "/":
            return bounded(Decimal(left) / Decimal(right)) if right else None
        return bounded({"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right}[op]())


def bounded(number: Any) -> Any:
    if isinstance(number, int):
        return number if abs(number) < 2**53 else None
    return number if abs(number) < Decimal(10) ** 19 else None
