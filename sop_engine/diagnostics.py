"""Faults in somebody's text: values with a span, collected, sorted and shown once."""

from collections.abc import Iterable
from typing import Literal

from sop_engine.lean import dataclass
from sop_engine.messages import Message


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file: 1-based line and column of the first character, and of the one after the last."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Note:
    """A second place that matters to a fault, with a few words: `declared here`."""

    span: Span
    label: Message


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault: its code, where it is, what is wrong, why it matters to a ticket, and an edit that mends it."""

    code: str
    severity: Literal["error", "warning"]
    span: Span
    title: Message
    why: Message | None = None
    notes: tuple[Note, ...] = ()
    near: tuple[str, ...] = ()
    fix: Message | None = None


def in_order(faults: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The faults by place, each once: two of the same code at the same span are one."""
    unique = {(fault.span, fault.code): fault for fault in reversed(list(faults))}
    return [unique[key] for key in sorted(unique)]


def has_errors(faults: Iterable[Diagnostic]) -> bool:
    """Whether any of the faults forbids publishing."""
    return any(fault.severity == "error" for fault in faults)
