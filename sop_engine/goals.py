"""Goals as frozen records: what a procedure promises, by when, and what happens when it is not kept.

A goal begins at its `start` and ends at its `stop`; in between it runs, or is paused while the ticket is in a state of
`pause`, or a condition of it holds. It is due when its allowance is used up, on a calendar, or at a time that a field
holds. Before that it may warn, and at due and after it climbs a ladder. A goal with `every` promises something again
and again while it runs.
"""

from collections.abc import Iterator
from typing import Literal

from sop_engine.lean import dataclass
from sop_engine.messages import Text
from sop_engine.parties import Recipient, Tree
from sop_engine.worktime.allowances import Allowance


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of a ticket's way: a state that is entered, a trigger that is done (`open` is the opening), an internal
    event or a signal that the ticket takes; or, without a name, that the condition `when` comes to hold."""

    kind: Literal["entered", "did", "took", "holds"]
    name: str = ""
    when: Tree | None = None


@dataclass(frozen=True, slots=True)
class Within:
    """An allowance, and the calendar that counts it (empty: the procedure's); `when` says in which case (None: in all
    others). The first that holds counts."""

    allowance: Allowance
    calendar: str = ""
    when: Tree | None = None


@dataclass(frozen=True, slots=True)
class DueAt:
    """Due at a field's time: `window.end`, `deadline`; a date stands for its close on the calendar. `offset` later, or
    `before` it, counted on the calendar."""

    field: str
    offset: Allowance | None = None
    before: bool = False


@dataclass(frozen=True, slots=True)
class Warning:
    """A word before due: when `percent` of the allowance is used, or `before` due."""

    to: tuple[Recipient, ...]
    percent: int | None = None
    before: Allowance | None = None
    notice: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder, so long after due: it tells, hands the task over to a role, or raises an event."""

    after: Allowance
    tell: tuple[Recipient, ...] = ()
    hand_to: str = ""
    event: str = ""
    notice: str = ""
    urgent: bool = False
    on_shift: bool = False
    """the task is handed to those who are on shift"""


@dataclass(frozen=True, slots=True)
class Goal:
    """A promise. Exactly one of `within`, `due` and `every` says by when."""

    id: str
    title: Text
    start: tuple[Mark, ...]
    stop: tuple[Mark, ...]
    within_states: tuple[str, ...] = ()
    """it lives only while the ticket is in one of these; empty: always"""
    pause: tuple[str, ...] = ()
    """states in which it does not run"""
    pause_when: tuple[Tree, ...] = ()
    """conditions: while one of them holds it does not run either"""
    reset: tuple[Mark, ...] = ()
    """at these it begins anew"""
    when: Tree | None = None
    """it begins only where this holds, and is given up when it holds no more"""
    within: tuple[Within, ...] = ()
    due: DueAt | None = None
    moved: Tree | None = None
    """of `due`: a change of the field moves it only where this holds"""
    every: Allowance | None = None
    at_least: Allowance | None = None
    """never due sooner than this after the start"""
    calendar: str = ""
    """of `due` and `every`, and of what counts before and after due; empty: the procedure's"""
    warnings: tuple[Warning, ...] = ()
    ladder: tuple[Rung, ...] = ()
    quiet: tuple[str, str] | None = None
    """of `every`: between these times of day nothing is due; what falls there is due at the end of them"""
    changed: Literal["keep_elapsed", "restart"] = "keep_elapsed"
    """what becomes of it when what it depends on is changed"""
    again: Literal["new_cycle", "resume", "reset"] = "new_cycle"
    """what a start after its stop means"""
    firm: str = ""
    """the field that says which firm from outside promises this: it begins anew with another, and what the firm's
    contract says of it goes before `within`; empty: it is the centre's own"""
    source: tuple[str, ...] = ()


def conditions_of(goal: Goal) -> Iterator[Tree]:
    """The conditions of a goal that are looked at in every step."""
    for mark in (*goal.start, *goal.stop, *goal.reset):
        if mark.when is not None:
            yield mark.when
    yield from goal.pause_when
    if goal.when is not None:
        yield goal.when
    for case in goal.within:
        if case.when is not None:
            yield case.when
