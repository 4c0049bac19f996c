"""What a replay or a verification found."""

from dataclasses import dataclass, field
from typing import Any

from sop_engine.messages import Message


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A difference: which step, what kind, what was recorded, what is decided now, and the place in the YAML."""

    ticket: str
    number: int
    kind: str
    """hash | chain | form | value | decided | rules | state | row | letter | text | missing"""
    what: Message
    recorded: Any = None
    decided: Any = None
    place: str | None = None


@dataclass(slots=True)
class Report:
    """What a replay found."""

    tickets: int = 0
    steps: int = 0
    erased: int = 0
    """values that were erased: their commitments were all that could be checked"""
    mismatches: list[Mismatch] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.mismatches

    def add(self, other: "Report") -> None:
        """Take another report's findings in."""
        self.tickets += other.tickets
        self.steps += other.steps
        self.erased += other.erased
        self.mismatches.extend(other.mismatches)
