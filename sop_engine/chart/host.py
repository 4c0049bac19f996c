"""What a chart asks of whoever runs it, and what it gives back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sop_engine.procedure import State, Transition, Tree


@dataclass(frozen=True, slots=True)
class Begun:
    """A new ticket enters the chart at `target` (empty: the root's initial); a closed one enters it again. `by` says
    which of the two."""

    transition: Transition
    by: str = "open"


@dataclass(frozen=True, slots=True)
class Asked:
    """A person's command: only the offer `trigger` of the active state `source` is looked at."""

    source: str
    trigger: str


@dataclass(frozen=True, slots=True)
class Fired:
    """A timer of the active state `source` fires: only its alternatives are looked at."""

    source: str
    timer: str


@dataclass(frozen=True, slots=True)
class Signalled:
    """An event from outside (or raised inside): searched from each active leaf outward, in every region."""

    event: str


@dataclass(frozen=True, slots=True)
class Looked:
    """Nothing has happened in the chart, but what guards read has changed (a field, a child): eventless transitions
    are looked at again. Nothing is taken where none of them holds."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Somebody sends the ticket where no transition of the procedure leads: each active state of `arcs` to its targets.
    What lies beside them stays where it is."""

    arcs: tuple[tuple[str, tuple[str, ...]], ...]


Occurrence = Begun | Asked | Fired | Signalled | Looked | Sent


@dataclass(slots=True)
class Configuration:
    """The active states (in document order, compound ones included, the root not) and what histories remember."""

    active: list[str] = field(default_factory=list)
    history: dict[str, list[str]] = field(default_factory=dict)


class Host(Protocol):
    """Called in the order of SCXML's algorithm: exits innermost first, the transition's effects, entries outermost
    first. What a host raises ends the run; the caller's configuration is then unchanged."""

    def holds(self, guard: Tree) -> bool:
        """Whether a guard holds now."""

    def taken(self, source: State, transition: Transition, occurrence: Occurrence | None) -> Sequence[str]:
        """A transition is taken: do its effects; gives the internal events that they raise. `occurrence` is None for
        an eventless or completion transition."""

    def exited(self, state: State) -> Sequence[str]:
        """A state was left: do its exit effects; gives raised events. Called before the transition's effects."""

    def entered(self, state: State) -> Sequence[str]:
        """A state was entered: do its entry effects; gives raised events."""

    def remembered(self, history: State, states: Sequence[str]) -> None:
        """A history state has a new memory."""

    def moved(self, active: Sequence[str]) -> None:
        """The configuration has changed (so that `in_state` in guards and effects is right): called after each exit,
        and before `entered` of each state that is entered, which by then is active."""

    def finished(self, final: State) -> None:
        """A final state of the whole ticket was entered; the run ends."""


class ChartFault(Exception):
    """The chart cannot come to rest: more than `limit` microsteps without an outside event."""
