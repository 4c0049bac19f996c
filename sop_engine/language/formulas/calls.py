"""The functions of the language: a closed table. Nothing else is called.

| function | gives |
|---|---|
| `given(x)` | whether a field is set |
| `in_state('s')`, `did('t')`, `times('t')` | of this ticket, before the transition being decided |
| `count(x)`, `count(x, test)` | over rows (`row.column`), a list, or `children` (`child.status`) |
| `any(x, test)`, `all(x, test)` | over rows or children |
| `sum(x, value)`, `sum(rows.column)` | |
| `children`, `children('rework')` | child tickets, of one procedure; only inside the functions above |
| `duration('15 min')` | to be added to or taken from a date or a date with a time |
| `today()`, `now()` | of the command, in the site's zone |
"""

from typing import Final

from jinja2 import nodes

from sop_engine.language import times
from sop_engine.language.formulas.formula import Expression, Reader
from sop_engine.language.formulas.kinds import BOOLEAN, DATE, DATETIME, DURATION, NUMBER, UNKNOWN

ARGUMENTS: Final[dict[str, tuple[int, int]]] = {
    "given": (1, 1), "in_state": (1, 1), "did": (1, 1), "times": (1, 1), "count": (1, 2), "any": (2, 2),
    "all": (2, 2), "sum": (1, 2), "duration": (1, 1), "today": (0, 0), "now": (0, 0),
}  # fmt: skip
"""Function -> fewest and most arguments."""
OF_TICKET: Final = {"in_state": ("state", BOOLEAN), "did": ("trigger", BOOLEAN), "times": ("trigger", NUMBER)}


def call(reader: Reader, node: nodes.Call) -> Expression:
    """A call as a typed tree; troubles stand in the reader's scope."""
    if not isinstance(node.node, nodes.Name):
        return reader.trouble("not_in_language", node.lineno, node.lineno + 1, what="Call")
    name, start = node.node.name, node.node.lineno
    end = start + len(name)
    if name == "children":
        return reader.trouble("children_alone", start, end)
    if name not in ARGUMENTS:
        return reader.trouble("no_function", start, end, name=name, functions=tuple(ARGUMENTS))
    least, most = ARGUMENTS[name]
    if node.kwargs or node.dyn_args or node.dyn_kwargs or not least <= len(node.args) <= most:
        return reader.trouble("arguments", start, end, name=name, least=least, most=most)
    if name in ("today", "now"):
        return Expression((name,), DATE if name == "today" else DATETIME, start, end)
    if name in OF_TICKET:
        return _of_ticket(reader, name, node.args[0], start)
    if name == "duration":
        return _duration(reader, node.args[0], start)
    if name == "given":
        return _given(reader, node.args[0], start)
    return _over(reader, name, node.args, start)


def _of_ticket(reader: Reader, name: str, argument: nodes.Node, start: int) -> Expression:
    if not isinstance(argument, nodes.Const) or not isinstance(argument.value, str):
        return reader.trouble("needs_name", start, start + len(name), name=name)
    kind, result = OF_TICKET[name]
    end = reader.token_end(argument.lineno)
    reader.scope.uses.append((kind, argument.value, argument.lineno + 1, end - 1))
    return Expression((name, argument.value), result, start, end)


def _duration(reader: Reader, argument: nodes.Node, start: int) -> Expression:
    text = argument.value if isinstance(argument, nodes.Const) else None
    length = times.duration(text) if isinstance(text, str) else None
    end = reader.token_end(argument.lineno)
    if length is None:
        return reader.trouble("no_duration", argument.lineno, end, text=str(text))
    return Expression(("const", "duration", length.count, length.unit), DURATION, start, end)


def _given(reader: Reader, argument: nodes.Node, start: int) -> Expression:
    inner = reader.read(argument)
    if inner.tree[0] not in ("field", "row") and inner.kind != UNKNOWN:
        return reader.trouble("given_what", start, inner.end)
    return Expression(("given", inner.tree), BOOLEAN, start, inner.end, (inner,))


def _over(reader: Reader, name: str, arguments: list[nodes.Expr], start: int) -> Expression:
    """count, any, all, sum."""
    source, *rest = arguments
    end = reader.token_end(source.lineno)
    if name == "sum" and not rest:
        if not (isinstance(source, nodes.Getattr) and isinstance(source.node, nodes.Name)):
            return reader.trouble("sum_of_what", start, start + 3)
        # sum(quote.labour) is short for sum(quote, row.labour)
        rest = [
            nodes.Getattr(
                nodes.Name("row", "load", lineno=source.node.lineno), source.attr, "load", lineno=source.lineno
            )
        ]
        source = source.node
    if reader.scope.going_over:
        return reader.trouble("nested", start, start + len(name))
    outer = (reader.scope.columns, reader.scope.child)
    tree, first = _source(reader, source, start)
    if tree is None:
        reader.scope.columns, reader.scope.child = outer
        return first
    inner = [first]
    reader.scope.going_over = True
    for each in rest:
        part = reader.read(each)
        inner.append(part)
        wanted = "number" if name == "sum" else "boolean"
        if part.kind.name not in (wanted, "unknown"):
            reason = "not_number" if name == "sum" else "not_boolean"
            reader.trouble(reason, part.start, part.end, found=part.kind.words)
    reader.scope.columns, reader.scope.child = outer
    reader.scope.going_over = False
    result = NUMBER if name in ("count", "sum") else BOOLEAN
    end = max(end, *(each.end for each in inner))
    return Expression((name, tree, *(each.tree for each in inner[1:])), result, start, end, tuple(inner))


def _source(reader: Reader, node: nodes.Node, start: int) -> tuple[tuple[str, str] | None, Expression]:
    """What a function goes over, and the scope inside it; None with the trouble where it cannot go over that."""
    if isinstance(node, nodes.Name) and node.name == "children" and "children" not in reader.scope.fields:
        reader.scope.columns, reader.scope.child = None, True
        return ("children", ""), Expression(("children", ""), UNKNOWN, node.lineno, node.lineno + len("children"))
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "children":
        (procedure, *more) = [each.value for each in node.args if isinstance(each, nodes.Const)] or [None]
        if not isinstance(procedure, str) or more or len(node.args) != 1:
            return None, reader.trouble("needs_name", node.node.lineno, node.node.lineno + 8, name="children")
        reader.scope.columns, reader.scope.child = None, True
        end = reader.token_end(node.args[0].lineno)
        return ("children", procedure), Expression(("children", procedure), UNKNOWN, node.node.lineno, end)
    found = reader.read(node)
    if found.kind == UNKNOWN:
        reader.scope.columns = None
        return None, found
    if found.tree[0] != "field" or (found.kind.name != "rows" and not found.kind.many):
        return None, reader.trouble("not_rows", found.start, found.end, found=found.kind.words)
    name = found.tree[1]
    field = reader.scope.fields[name]
    reader.scope.columns = {column.id: column for column in field.columns} if field.type == "rows" else None
    reader.scope.child = False
    return ("rows", name), found
