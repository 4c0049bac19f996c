"""Guards and expressions: trees, their types, and the closures that they become when a normal form is loaded.

A tree is a nested tuple whose first item is the operation. No `eval`, nothing is called but what stands here.

| tree | means |
|---|---|
| `("const", type, value)` | a constant; decimals, dates and times as the record writes them; durations `("const", "duration", count, unit)` |
| `("field", name, *part)` | a field's value; a part of it: `window.start`, `window.end`, `caller.name`, `caller.phone`, a line of a checklist |
| `("row", column)` | inside count, any, all, sum: a column of the row, or of a child `id status outcome procedure state` |
| `("==", a, b)` and `!=` `<` `<=` `>` `>=` | comparison; with an unset side it is false, `!=` too |
| `("in", a, ("list", x, y ...))`, `("in", a, many)` | one of |
| `("and", a, b ...)`, `("or", a, b ...)`, `("not", a)` | |
| `("+", a, b)` and `-` `*` `/`, `("neg", a)` | decimal arithmetic; date or date-time plus or minus a duration; date minus date in days |
| `("given", ("field", ...))` | the field is set, and not an empty text or list |
| `("in_state", id)`, `("did", trigger)`, `("times", trigger)` | of this ticket, before the transition being decided |
| `("count", source)`, `("count", source, test)`, `("any", source, test)`, `("all", source, test)`, `("sum", source, value)` | over `("rows", field)` or `("children", procedure or "")` |
| `("today",)`, `("now",)` | of the command's effective instant, in the site's zone |

Unset values. A comparison and an `in` with an unset side are false. Where true or false is wanted (`and`, `or`, `not`, a
guard) an unset boolean counts as false, so `not flag` holds while the flag is unset. Arithmetic with an unset side is
unset. Unset rows are no rows: `count` and `sum` give 0, `any` is false, `all` true. A row whose value is unset adds
nothing to a `sum`. `("count", ("rows", field))` also counts the items of a field with many values.

Numbers. Arithmetic is decimal with 28 digits, rounded half to even within; a field rounds half up to its scale when it is
written (`values.encode`). Division by zero is unset, and so is a whole number from 2^53 on, a decimal with more than 19
digits before its point, and a date outside the years 1900 to 2999.

Types. Both sides of a comparison are of one type (integers and decimals are one); only numbers, dates, times and date-times
are ordered; a constant compared with a choice is one of its choices. A text constant beside a date, time or date-time
stands for one, written as the record has it, or for a date-time as wall time of the site (`2026-11-22 08:30`, or a date for
its 00:00). Two choices are compared where they share a choice.

Bounds. At most 500 operations, 40 deep; a test over rows holds no further test over rows (only a plain
`count`), so that its cost is that of the tree times the rows.
"""  # noqa: E501  a table's row is one line

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sop_engine.guards.closures import Env, close, close_test
from sop_engine.guards.kinds import GuardFault, Kind, accept, typed
from sop_engine.messages import msg
from sop_engine.procedure import Field, Tree

__all__ = [
    "Env",
    "GuardFault",
    "Kind",
    "accepts",
    "compile",
    "condition",
    "families",
    "kind_of",
    "reads",
    "stands_on_fields",
    "type_of",
    "watches",
]


def compile(tree: Tree, fields: Mapping[str, Field]) -> Callable[[Env], Any]:
    """A function that gives the tree's value for an environment: a decoded value, or None where it is unset. Raises
    `GuardFault` for an ill-typed tree; the function itself raises nothing of its own."""
    return close(typed(tree, fields))


def condition(tree: Tree, fields: Mapping[str, Field]) -> Callable[[Env], bool]:
    """A function that says whether a guard holds in an environment; unset is false. Raises `GuardFault` for a tree that
    is ill-typed or neither true nor false."""
    node = typed(tree, fields)
    if str(node.kind) != "boolean":
        raise GuardFault((), msg("a condition is true or false, and this is {kind}", kind=node.kind.said()))
    return close_test(node)


def kind_of(tree: Tree, fields: Mapping[str, Field]) -> Kind:
    """The tree's type with its choices. Raises `GuardFault` for an ill-typed tree."""
    return typed(tree, fields).kind


def type_of(tree: Tree, fields: Mapping[str, Field]) -> str:
    """The tree's type: `boolean`, `text`, `integer`, `decimal`, `date`, `time`, `datetime`, `duration`, `choice`,
    `unit`, `phone`, `staff`, `interval`, `person`, `file`, `checklist`, `rows`; `many choice` for a list of choices.
    Raises `GuardFault` for an ill-typed tree."""
    return str(typed(tree, fields).kind)


def accepts(target: Field, tree: Tree, fields: Mapping[str, Field]) -> None:
    """Raise `GuardFault` where the tree's value cannot be written into the field `target` (by `set`, `computed` or a
    child's start)."""
    accept(target, typed(tree, fields))


def reads(tree: Tree) -> set[str]:
    """The fields that a tree reads."""
    return {node[1] for node in _nodes(tree) if len(node) > 1 and node[0] in ("field", "rows")}


def stands_on_fields(tree: Tree) -> bool:
    """Whether the tree's value depends on fields and constants only: not on the time, the states, what was done, or
    children."""
    return not any(node[0] in ("today", "now", "in_state", "did", "times", "children") for node in _nodes(tree))


def watches(tree: Tree) -> set[str]:
    """The procedures of which the tree looks at where children stand (`state`); `""` stands for any. What else a tree
    may read of a child changes only when it is closed."""
    return {
        node[1][1]
        for node in _nodes(tree)
        if len(node) > 2
        and isinstance(node[1], tuple | list)
        and node[1][0] == "children"
        and any(tuple(inner[:2]) == ("row", "state") for inner in _nodes(node[2]))
    }


def families(tree: Tree) -> set[str]:
    """The procedures of which the tree reads children; `""` stands for any."""
    return {node[1] for node in _nodes(tree) if node[0] == "children"}


def _nodes(tree: Tree) -> Iterator[Sequence[Any]]:
    waiting: list[Sequence[Any]] = [tree]
    while waiting:
        node = waiting.pop()
        if node and node[0] != "const":
            yield node
            waiting.extend(each for each in node if isinstance(each, tuple | list))
