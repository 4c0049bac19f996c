"""A file as a tree in which every text keeps its place.

The meaning of unquoted text is YAML 1.2's core schema, narrowed so that nothing is read as what it does not look
like: `true` and `false`, `null` and `~`, and integers written as people write them. All else is text, so `on`, `no`,
`18:30`, `0123` and `1.50` stay what was typed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sop_engine.diagnostics import Span

INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})\Z")
WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number or truth. `quoted` is the quotation mark or block sign, empty for unquoted text."""

    text: str
    span: Span
    quoted: str = ""

    @property
    def value(self) -> Plain:
        if self.quoted:
            return self.text
        if self.text in WORDS:
            return WORDS[self.text]
        return int(self.text) if INTEGER.match(self.text) else self.text

    def part(self, start: int, end: int) -> Span:
        """The place of the characters `start` to `end` of the text; the whole, where escapes or line breaks make
        the text differ from what stands in the file."""
        here = self.span
        margin = 1 if self.quoted in ("'", '"') else 0
        if here.line != here.end_line or here.end_column - here.column != len(self.text) + 2 * margin or start >= end:
            return here
        first = here.column + margin
        return Span(here.file, here.line, first + start, here.line, first + end)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple["Node", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """Words with what stands under them, in order; of equal keys the first is kept, the reader reports the others."""

    items: dict[str, tuple[Scalar, "Node"]]
    span: Span


Node = Scalar | Sequence | Mapping


def plain(node: Node) -> Plain:
    """The values alone, as a schema sees them."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {name: plain(item) for name, (_key, item) in node.items.items()}


def scalars(node: Node) -> Iterator[Scalar]:
    """Every scalar in document order, keys included."""
    match node:
        case Scalar():
            yield node
        case Sequence():
            for item in node.items:
                yield from scalars(item)
        case Mapping():
            for key, item in node.items.values():
                yield key
                yield from scalars(item)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the tree, reached by words and positions. Where a path leads to nothing (a default, a list written
    as one word) the cursor stays on the last thing there is, so that a fault always has a place."""

    node: Node
    key: Scalar | None = None
    """the word that this stands under"""
    path: tuple[str | int, ...] = field(default=())

    @property
    def span(self) -> Span:
        """Of the value; of the word where the value spans lines, which nobody wants underlined."""
        here = self.node.span
        if self.key is not None and (here.line != here.end_line or here == self.key.span):
            return self.key.span
        return here

    @property
    def name(self) -> Span:
        """Of the word that this stands under."""
        return self.key.span if self.key is not None else self.node.span

    def __truediv__(self, step: str | int) -> "Cursor":
        path = (*self.path, step)
        if isinstance(self.node, Mapping) and isinstance(step, str) and step in self.node.items:
            key, value = self.node.items[step]
            return Cursor(value, key, path)
        if isinstance(self.node, Sequence) and isinstance(step, int) and step < len(self.node.items):
            return Cursor(self.node.items[step], None, path)
        return Cursor(self.node, self.key, path)

    def word(self, name: str) -> "Cursor":
        """Of a mapping's key itself, where the key carries meaning (`after: {3 days: ...}`)."""
        if isinstance(self.node, Mapping) and name in self.node.items:
            key, _value = self.node.items[name]
            return Cursor(key, key, (*self.path, name))
        return self

    def each(self) -> Iterator["Cursor"]:
        """The items of a list; itself, where one thing stands for a list of one."""
        if isinstance(self.node, Sequence):
            for index in range(len(self.node.items)):
                yield self / index
        else:
            yield self

    def part(self, start: int, end: int) -> Span:
        return self.node.part(start, end) if isinstance(self.node, Scalar) else self.span
