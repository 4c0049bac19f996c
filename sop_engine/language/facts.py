"""What the layers find out about a file, as plain facts; only checks turn them into faults that people read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sop_engine.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Fact:
    """Something found. `kind` is what checks look for (`tab`, `unknown_key`, `missing` ...); `values` its particulars;
    `other` a second place that matters."""

    kind: str
    span: Span
    values: Mapping[str, Any] = field(default_factory=dict)
    other: Span | None = None
