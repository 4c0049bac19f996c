"""Typed expressions, and what an expression may name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from jinja2 import nodes

from sop_engine.language.formulas.kinds import Kind
from sop_engine.procedure import Field, Tree


@dataclass(frozen=True, slots=True)
class Expression:
    """A part of an expression: its tree, what kind of value it has, where it stands, and what it is made of."""

    tree: Tree
    kind: Kind
    start: int = 0
    end: int = 0
    inner: tuple["Expression", ...] = ()

    def walk(self) -> Iterator["Expression"]:
        yield self
        for each in self.inner:
            yield from each.walk()


@dataclass(slots=True)
class Scope:
    """What an expression may name, and what it was found to name: (kind, name, start, end)."""

    fields: dict[str, Field]
    columns: dict[str, Field] | None = None
    """of the rows that a function goes over, as `row.column`"""
    child: bool = False
    """whether a function goes over child tickets, as `child.status`"""
    going_over: bool = False
    """whether a test for each row is being read"""
    uses: list[tuple[str, str, int, int]] = field(default_factory=list)
    troubles: list[tuple[str, dict[str, Any], int, int]] = field(default_factory=list)


class Trouble(Exception):
    """The text is no expression of the language; where and why."""

    def __init__(self, reason: str, start: int, end: int, **values: Any) -> None:
        super().__init__(reason)
        self.reason, self.start, self.end, self.values = reason, start, end, values


class Reader(Protocol):
    """Makes a typed expression of what Jinja parsed."""

    text: str
    scope: Scope

    def read(self, node: nodes.Node) -> Expression: ...
    def trouble(self, reason: str, start: int, end: int, **values: Any) -> Expression: ...
    def token_end(self, start: int) -> int: ...
