"""The types of guard trees: what may stand beside what. Makes of a tree a typed one, from which closures are made."""

import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sop_engine import values
from sop_engine.canonical import LARGEST_INTEGER
from sop_engine.messages import Message, msg
from sop_engine.procedure import Duration, Field, Tree, Unit

LARGEST_TREE: Final = 500
"""operations in one tree"""
DEEPEST_TREE: Final = 40
LONGEST_TEXT: Final = 65536
"""bytes of a text constant"""

Path = tuple[int, ...]
"""where in a tree: the index taken at each level from the root"""


class GuardFault(Exception):
    """A tree that means nothing: `path` leads to the part at fault, `message` says why."""

    def __init__(self, path: Path, message: Message) -> None:
        super().__init__(message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class Kind(NamedTuple):
    """A type. `choices` are those of a choice or the lines of a checklist; `many` makes a list of values."""

    name: str
    many: bool = False
    choices: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"many {self.name}" if self.many else self.name

    def said(self) -> Message:
        """The type in words: `a date`, `a list of texts`."""
        return _SAID_MANY[self.name] if self.many else _SAID[self.name]


class Typed(NamedTuple):
    """A part of a tree with its type. `parts` are further parts, names and constants, as the operation wants them."""

    op: str
    kind: Kind
    parts: tuple[Any, ...] = ()


BOOLEAN: Final = Kind("boolean")
INTEGER: Final = Kind("integer")
DECIMAL: Final = Kind("decimal")
TEXT: Final = Kind("text")
DATE: Final = Kind("date")
DATETIME: Final = Kind("datetime")

_SAID: Final = {
    "text": msg("a text"), "integer": msg("a whole number"), "decimal": msg("a number"), "boolean": msg("a yes or no"),
    "date": msg("a date"), "time": msg("a time of day"), "datetime": msg("a date and time"),
    "duration": msg("a duration"), "choice": msg("a choice"), "unit": msg("a unit"), "phone": msg("a phone number"),
    "staff": msg("a member of staff"), "firm": msg("a firm"), "interval": msg("an interval"), "person": msg("a person"),
    "file": msg("a file"), "checklist": msg("a checklist"), "rows": msg("rows"),
}  # fmt: skip
_SAID_MANY: Final = {name: msg("a list, each {kind}", kind=said) for name, said in _SAID.items()}
_UNITS: Final = frozenset(typing.get_args(Unit))
_NUMBERS: Final = frozenset({"integer", "decimal"})
_ORDERED: Final = frozenset({"integer", "decimal", "date", "time", "datetime"})
_COMPARED: Final = _ORDERED | {"text", "boolean", "choice", "unit", "phone", "staff", "firm"}
_PARTS: Final[Mapping[str, Mapping[str, Kind]]] = {
    "interval": {"start": DATETIME, "end": DATETIME},
    "person": {"name": TEXT, "phone": Kind("phone")},
}
_CHILD: Final[Mapping[str, Kind]] = {
    "id": TEXT,
    "status": Kind("choice", choices=frozenset({"open", "suspended", "closed"})),
    "outcome": TEXT,
    "procedure": TEXT,
    "state": Kind("text", many=True),
}
_MIRRORED: Final = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def typed(tree: Tree, fields: Mapping[str, Field]) -> Typed:
    """The tree with its types. Raises `GuardFault`."""
    return _Typist(fields).read(tree, ())


def kind_of_field(field: Field) -> Kind:
    """The type of a field's value as guards see it: money is a decimal, a photo a file."""
    name = {"money": "decimal", "photo": "file"}.get(field.type, field.type)
    choices = frozenset(choice.id for choice in field.choices) if name in {"choice", "checklist"} else frozenset()
    return Kind(name, field.many, choices)


def accept(target: Field, node: Typed) -> None:
    """Raise `GuardFault` where a value cannot be written into a field. Numbers are rounded to what the field holds."""
    wanted = kind_of_field(target)
    found = node.kind
    if node.op == "const" and found == TEXT and not wanted.many:
        found = _adapted(node, wanted, ()).kind
    same = found.name == wanted.name and found.many == wanted.many
    if same and wanted.name == "choice" and not found.choices <= wanted.choices:
        raise GuardFault(
            (),
            msg(
                "{field} has no choice {choices}",
                field=target.id,
                choices=tuple(sorted(found.choices - wanted.choices)),
            ),
        )
    if not same and not (found.name in _NUMBERS and wanted.name in _NUMBERS and not found.many and not wanted.many):
        raise GuardFault((), msg("{field} holds {wanted}, and this is {found}", field=target.id, wanted=wanted.said(),
                                 found=found.said()))  # fmt: skip


class _Typist:
    """Reads one tree; holds how much of it has been read, and the columns of the row that a test is about."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = fields
        self.columns: Mapping[str, Kind] | None = None
        self.count = 0
        self.readers: Mapping[str, Callable[[Tree, Path], Typed]] = {
            "const": self._const, "field": self._field, "row": self._row, "in": self._in, "and": self._junction,
            "or": self._junction, "not": self._not, "neg": self._neg, "given": self._given, "in_state": self._ticket,
            "did": self._ticket, "times": self._ticket, "count": self._over, "any": self._over, "all": self._over,
            "sum": self._over, "today": self._time, "now": self._time,
            **dict.fromkeys(_MIRRORED, self._comparison), **dict.fromkeys("+-*/", self._arithmetic),
        }  # fmt: skip

    def read(self, tree: Tree, path: Path) -> Typed:
        self.count += 1
        if self.count > LARGEST_TREE or len(path) > DEEPEST_TREE:
            raise GuardFault(path, msg("this condition is too long; at most {most} operations", most=LARGEST_TREE))
        if not isinstance(tree, tuple | list) or not tree or not isinstance(tree[0], str):
            raise GuardFault(path, msg("there is no operation here"))
        reader = self.readers.get(tree[0])
        if reader is None:
            raise GuardFault(path, msg("there is no operation {name}", name=tree[0]))
        return reader(tree, path)

    def _parts(self, tree: Tree, path: Path, least: int, most: int) -> tuple[Any, ...]:
        parts = tuple(tree[1:])
        if not least <= len(parts) <= most:
            raise GuardFault(path, msg("{name} is given the wrong number of parts", name=tree[0]))
        return parts

    def _names(self, tree: Tree, path: Path, least: int, most: int) -> tuple[str, ...]:
        parts = self._parts(tree, path, least, most)
        if not all(isinstance(part, str) for part in parts):
            raise GuardFault(path, msg("{name} wants a name", name=tree[0]))
        return parts

    # --- values ---

    def _const(self, tree: Tree, path: Path) -> Typed:
        kind, value, *rest = self._parts(tree, path, 2, 3)
        if kind == "duration" and type(value) is int and 0 <= value < 10**9 and rest and rest[0] in _UNITS:
            return Typed("const", Kind("duration"), (Duration(value, rest[0]),))
        decoded = _constant(kind, value) if not rest else None
        if decoded is None:
            raise GuardFault(path, msg("{value} is no constant that can stand here", value=str(value)[:80]))
        choices = frozenset({decoded}) if kind == "choice" else frozenset()
        return Typed("const", Kind("decimal" if kind == "money" else kind, choices=choices), (decoded,))

    def _field(self, tree: Tree, path: Path) -> Typed:
        name, *part = self._names(tree, path, 1, 2)
        field = self.fields.get(name)
        if field is None:
            raise GuardFault(path, msg("there is no field {name}", name=name))
        kind = kind_of_field(field)
        if not part:
            return Typed("field", kind, (name,))
        parts = dict.fromkeys(kind.choices, BOOLEAN) if kind.name == "checklist" else _PARTS.get(kind.name, {})
        if part[0] not in parts or kind.many:
            raise GuardFault(path, msg("{field} has no part {part}", field=name, part=part[0]))
        return Typed("part", parts[part[0]], (name, part[0]))

    def _row(self, tree: Tree, path: Path) -> Typed:
        (column,) = self._names(tree, path, 1, 1)
        if self.columns is None:
            raise GuardFault(path, msg("{column} is a column, and there is no row here", column=column))
        if column not in self.columns:
            known = tuple(sorted(self.columns))
            raise GuardFault(path, msg("there is no column {column}; there are {known}", column=column, known=known))
        return Typed("row", self.columns[column], (column,))

    def _given(self, tree: Tree, path: Path) -> Typed:
        (part,) = self._parts(tree, path, 1, 1)
        inner = self.read(part, (*path, 1))
        if inner.op not in {"field", "part", "row"}:
            raise GuardFault((*path, 1), msg("only a field can be given or not"))
        return Typed("given", BOOLEAN, (inner,))

    def _ticket(self, tree: Tree, path: Path) -> Typed:
        (name,) = self._names(tree, path, 1, 1)
        return Typed(tree[0], INTEGER if tree[0] == "times" else BOOLEAN, (name,))

    def _time(self, tree: Tree, path: Path) -> Typed:
        self._parts(tree, path, 0, 0)
        return Typed(tree[0], DATE if tree[0] == "today" else DATETIME)

    # --- true or false ---

    def _condition(self, tree: Tree, path: Path) -> Typed:
        node = self.read(tree, path)
        if str(node.kind) != "boolean":
            raise GuardFault(path, msg("true or false is wanted here, and this is {kind}", kind=node.kind.said()))
        return node

    def _junction(self, tree: Tree, path: Path) -> Typed:
        parts = self._parts(tree, path, 1, len(tree))
        read = tuple(self._condition(part, (*path, index)) for index, part in enumerate(parts, 1))
        return read[0] if len(read) == 1 else Typed(tree[0], BOOLEAN, read)

    def _not(self, tree: Tree, path: Path) -> Typed:
        (part,) = self._parts(tree, path, 1, 1)
        return Typed("not", BOOLEAN, (self._condition(part, (*path, 1)),))

    def _comparison(self, tree: Tree, path: Path) -> Typed:
        left, right = (self.read(part, (*path, index)) for index, part in enumerate(self._parts(tree, path, 2, 2), 1))
        left, right = _like(left, right, path, (*path, 2))
        if tree[0] not in {"==", "!="} and left.kind.name not in _ORDERED:
            raise GuardFault(path, msg("of {kind} none is more or less; use == or !=", kind=left.kind.said()))
        if left.op == "const" and right.op != "const":
            return Typed(_MIRRORED[tree[0]], BOOLEAN, (right, left))
        return Typed(tree[0], BOOLEAN, (left, right))

    def _in(self, tree: Tree, path: Path) -> Typed:
        first, second = self._parts(tree, path, 2, 2)
        left = self.read(first, (*path, 1))
        if isinstance(second, tuple | list) and second and second[0] == "list":
            items = []
            for index, item in enumerate(second[1:], 1):
                place = (*path, 2, index)
                left, read = _like(left, self.read(item, place), path, place)
                items.append(read)
            return Typed("in", BOOLEAN, (left, tuple(items)))
        right = self.read(second, (*path, 2))
        if not right.kind.many:
            raise GuardFault((*path, 2), msg("a list is wanted here, and this is {kind}", kind=right.kind.said()))
        item = Typed("", Kind(right.kind.name, choices=right.kind.choices))
        left, _item = _like(left, item, path, (*path, 2))
        return Typed("within", BOOLEAN, (left, right))

    # --- numbers and dates ---

    def _arithmetic(self, tree: Tree, path: Path) -> Typed:
        left, right = (self.read(part, (*path, index)) for index, part in enumerate(self._parts(tree, path, 2, 2), 1))
        op, names = tree[0], (str(left.kind), str(right.kind))
        if set(names) <= _NUMBERS:
            whole = names == ("integer", "integer") and op != "/"
            return Typed("int" + op if whole else op, INTEGER if whole else DECIMAL, (left, right))
        if op == "-" and names == ("date", "date"):
            return Typed("days", INTEGER, (left, right))
        if op == "+" and names[0] == "duration":
            left, right, names = right, left, (names[1], names[0])
        if op in "+-" and names[1] == "duration" and names[0] in {"date", "datetime"}:
            duration: Duration = right.parts[0]
            if names[0] == "date" and duration.unit in {"min", "h"}:
                raise GuardFault(path, msg("a date has no hours; add days, weeks, months or years"))
            return Typed("move", left.kind, (left, duration, 1 if op == "+" else -1))
        raise GuardFault(
            path,
            msg("{left} and {right} cannot be joined by {op}", left=left.kind.said(), right=right.kind.said(), op=op),
        )

    def _neg(self, tree: Tree, path: Path) -> Typed:
        (part,) = self._parts(tree, path, 1, 1)
        inner = self.read(part, (*path, 1))
        if str(inner.kind) not in _NUMBERS:
            raise GuardFault(
                (*path, 1), msg("a minus stands before a number, and this is {kind}", kind=inner.kind.said())
            )
        if inner.op == "const":
            return Typed("const", inner.kind, (-inner.parts[0],))
        return Typed("neg", inner.kind, (inner,))

    # --- over rows and children ---

    def _over(self, tree: Tree, path: Path) -> Typed:
        op = tree[0]
        source, *test = self._parts(tree, path, 1 if op == "count" else 2, 2)
        if self.columns is not None and test:
            raise GuardFault(path, msg("{name} cannot stand inside another one over rows", name=op))
        node, columns = self._source(source, (*path, 1))
        if not test:
            return Typed("count", INTEGER, (node, None))
        if columns is None:
            raise GuardFault((*path, 2), msg("only rows and children can be tested one by one"))
        self.columns = columns
        try:
            inner = self.read(test[0], (*path, 2)) if op == "sum" else self._condition(test[0], (*path, 2))
        finally:
            self.columns = None
        if op == "sum" and str(inner.kind) not in _NUMBERS:
            raise GuardFault((*path, 2), msg("only numbers can be summed, and this is {kind}", kind=inner.kind.said()))
        kind = inner.kind if op == "sum" else INTEGER if op == "count" else BOOLEAN
        return Typed(op, kind, (node, inner))

    def _source(self, source: Any, path: Path) -> tuple[Typed, Mapping[str, Kind] | None]:
        if not isinstance(source, tuple | list) or not source or source[0] not in {"rows", "children"}:
            raise GuardFault(path, msg("rows or children are wanted here"))
        (name,) = self._names(tuple(source), path, 1, 1)
        if source[0] == "children":
            return Typed("children", Kind("rows"), (name,)), _CHILD
        field = self.fields.get(name)
        if field is None:
            raise GuardFault(path, msg("there is no field {name}", name=name))
        if field.type != "rows" and not field.many:
            raise GuardFault(path, msg("{field} has no rows", field=name))
        columns = {column.id: kind_of_field(column) for column in field.columns} if field.type == "rows" else None
        return Typed("rows", Kind("rows"), (name,)), columns


def _like(left: Typed, right: Typed, path: Path, of_right: Path) -> tuple[Typed, Typed]:
    """Both sides as one type, a text constant made what the other side is; `of_right` leads to the right one. Raises
    `GuardFault` where they are of two types."""
    if left.op == "const":
        left = _adapted(left, right.kind, (*path, 1))
    if right.op == "const":
        right = _adapted(right, left.kind, of_right)
    one, other = left.kind, right.kind
    for kind in (one, other):
        if kind.many:
            raise GuardFault(path, msg("{kind} is compared with `in`: 'x' in list", kind=kind.said()))
        if kind.name not in _COMPARED:
            raise GuardFault(path, msg("{kind} cannot be compared as a whole", kind=kind.said()))
    if one.name != other.name and not {one.name, other.name} <= _NUMBERS:
        raise GuardFault(path, msg("{left} is never {right}", left=one.said(), right=other.said()))
    if one.name == "choice" and not one.choices & other.choices:
        raise GuardFault(path, msg("these two have no choice in common, so they are never equal"))
    if one.name != other.name:  # numbers: made alike now, so that it is not done at every comparison
        left, right = _as_decimal(left), _as_decimal(right)
    return left, right


def _as_decimal(node: Typed) -> Typed:
    return Typed("const", DECIMAL, (Decimal(node.parts[0]),)) if node.op == "const" else node


def _adapted(node: Typed, kind: Kind, path: Path) -> Typed:
    """A constant as the type that it is compared with; anything else as it is."""
    if kind.many or node.kind.name not in {"text", "choice"} or kind.name == node.kind.name == "text":
        return node
    text = node.parts[0]
    if kind.name == "choice":
        if text not in kind.choices:
            known = tuple(sorted(kind.choices))
            raise GuardFault(path, msg("{value} is no choice; the choices are {known}", value=text, known=known))
        return Typed("const", Kind("choice", choices=frozenset({text})), (text,))
    if kind.name in {"date", "time", "datetime"}:
        value = _constant(kind.name, text)
        if value is None:
            raise GuardFault(path, msg("{value} is not {kind}", value=text[:80], kind=kind.said()))
        return Typed("const", kind, (value,))
    if kind.name in {"unit", "phone", "staff", "firm"}:
        problem = values.check(Field("constant", kind.name, {}), text)  # type: ignore[arg-type]
        if problem is not None:
            raise GuardFault(path, problem.message)
        return Typed("const", kind, (text,))
    return node


def _constant(kind: Any, value: Any) -> Any:
    """A constant decoded from the record's form, or None where it is none."""
    try:
        match kind:
            case "text" | "choice" | "unit" | "phone" | "staff" | "firm":
                return value if isinstance(value, str) and len(value.encode()) <= LONGEST_TEXT else None
            case "integer":
                return value if type(value) is int and abs(value) <= LARGEST_INTEGER else None
            case "decimal" | "money":
                number = Decimal(value) if isinstance(value, str) and len(value) <= 40 else None
                return number if number is not None and number.is_finite() and number.adjusted() <= 18 else None
            case "boolean":
                return value if isinstance(value, bool) else None
            case "date":
                return day if values.in_calendar(day := date.fromisoformat(value)) else None
            case "time":
                return time.fromisoformat(value).replace(tzinfo=None)
            case "datetime":
                moment = datetime.fromisoformat(value)
                return moment if values.in_calendar(moment) else None
    except (ValueError, TypeError, ArithmeticError):
        return None
    return None
