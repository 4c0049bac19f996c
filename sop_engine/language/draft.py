"""A procedure in the making: everything that the layers found out about one file, for the checks to look at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sop_engine.diagnostics import Span
from sop_engine.language.facts import Fact
from sop_engine.language.formulas.formula import Expression
from sop_engine.language.source.reading import Reading
from sop_engine.language.source.tree import Cursor
from sop_engine.messages import Message
from sop_engine.procedure import Field, Procedure


class TemplateSource(Protocol):
    """Where the site's templates are."""

    def read(self, name: str) -> bytes | None:
        """The template of this name, such as `repair/work-order.html`; None where there is none."""


class TemplateFaults(Protocol):
    """What is wrong with a template: (line, column, message), 1-based. `documents.template_check.check_template` is
    one; rooms of one floor do not know each other, so whoever compiles hands it in."""

    def __call__(
        self, text: str, known_fields: Mapping[str, Field], *, html: bool
    ) -> list[tuple[int, int, Message]]: ...


@dataclass(frozen=True, slots=True)
class Use:
    """A name that stands for something declared elsewhere. `kind` is `state`, `role`, `field`, `trigger`, `notice`,
    `form`, `outcome` or `event`; `at` is the path of the element that uses it."""

    kind: str
    name: str
    span: Span
    at: str
    way: str = ""
    """how it is used: `to`, `by`, `ask`, `tell`, `guard` ..."""


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression where it stands. `state` bears it (empty: a field's own rule); `asked` are the fields that its
    trigger surely asks for; `mapped` says that it was written `{field: value}`, which an unset field simply fails;
    `target` is the field of this procedure that its value is written into, `row` the field whose rows it goes over."""

    expression: Expression
    cursor: Cursor
    at: str
    way: str
    state: str = ""
    asked: tuple[str, ...] = ()
    mapped: bool = False
    target: str = ""
    row: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """A warning that the owner switched off on an element, and why."""

    at: str
    code: str
    reason: str
    span: Span


@dataclass(slots=True)
class Draft:
    """What is known of the file so far. `procedure` is None until the schema holds."""

    file: str
    reading: Reading
    cursor: Cursor
    facts: list[Fact] = field(default_factory=list)
    procedure: Procedure | None = None
    uses: list[Use] = field(default_factory=list)
    declared: dict[str, dict[str, Span]] = field(default_factory=dict)
    """kind -> id -> the place of the id"""
    formulas: list[Formula] = field(default_factory=list)
    places: dict[str, Span] = field(default_factory=dict)
    cursors: dict[str, Cursor] = field(default_factory=dict)
    """element path -> where the element stands"""
    allowances: list[Allowance] = field(default_factory=list)
    used_allowances: set[int] = field(default_factory=set)
    blobs: dict[str, bytes] = field(default_factory=dict)
    fragments: dict[str, bytes] = field(default_factory=dict)
    """what faults call a fragment's file -> its text"""
    used: dict[str, list[Span]] = field(default_factory=dict)
    """what faults call a fragment's file -> the places that use it"""
    untitled: dict[str, list[tuple[str, Span]]] = field(default_factory=dict)
    """kind -> ids that have no title, with their places"""

    def of(self, kind: str) -> Iterator[Fact]:
        """The facts of one kind."""
        return (fact for fact in self.facts if fact.kind == kind)

    def names(self, kind: str) -> tuple[str, ...]:
        return tuple(self.declared.get(kind, {}))

    def known(self, kind: str, name: str) -> bool:
        return name in self.declared.get(kind, {})

    def fact(self, kind: str, span: Span, other: Span | None = None, **values: Any) -> None:
        self.facts.append(Fact(kind, span, values, other))
