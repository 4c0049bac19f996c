"""What playing a scenario comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sop_engine.diagnostics import Span
from sop_engine.messages import Message


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a scenario departs from what it says: the place in its file, what was expected, what was found, and all
    that happened before."""

    span: Span
    expected: Message
    found: Message
    story: Sequence[Message] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario that was played. `taken` are the element paths (see `language.Compiled`) of every transition that any
    of its tickets took, by procedure; `kept_apart` the rules of separation of duty that refused somebody; `promises`
    those that were kept or missed, and their levels that came; `unnamed` the places of refusals by a rule of separation
    that do not say by which."""

    file: str
    title: str
    span: Span
    failure: Failure | None = None
    taken: frozenset[tuple[str, str]] = frozenset()
    kept_apart: frozenset[tuple[str, str]] = frozenset()
    promises: frozenset[tuple[str, str]] = frozenset()
    steps: int = 0
    story: Sequence[Message] = field(default=())
    unnamed: tuple[Span, ...] = ()

    @property
    def passed(self) -> bool:
        return self.failure is None
