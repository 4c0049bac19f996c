"""When a goal begins, ends, begins anew and stands still, as a step shows it.

The law. A step is looked at once, after everything else that it does. What happened on the ticket's way (a state
entered, a trigger done, an event taken) has its place among the step's events. A condition is looked at as the ticket
then stands, so it comes after all of them:

| of | a condition counts |
|---|---|
| `start`, `reset`, and the `stop` of a goal that promises again and again | in the step after which it holds, where after the step before it did not; before a ticket's first step nothing holds |
| `stop` | in each step after which it holds: a goal does not begin while it does |
| `pause` | as long as it holds |

A condition of `start` holds only where the goal may live: with `while`, in these states. What held after a step stays
in `Ticket.held`, because nobody can tell later how the children stood then. What reads a value that was erased stays as
it was: an erasure begins, ends and pauses nothing.
"""  # noqa: E501  a table's row is one line

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Final, NamedTuple

from sop_engine.goals import Goal, Mark
from sop_engine.procedure import Tree
from sop_engine.ticket.draft import Draft

Marks = Mapping[tuple[str, str], int]
NOWHERE: Final = -1
LAST: Final = 1 << 53
"""the place of what holds after a step: behind all its events"""


class Moments(NamedTuple):
    """What a step says of a goal: the places of its last start and of its last stop, and whether it begins anew."""

    started: int
    stopped: int
    reset: bool


SILENCE: Final = Moments(NOWHERE, NOWHERE, False)
"""what most steps say of most goals"""


def marks_of(draft: Draft) -> Marks:
    """What happened on the ticket's way in the step: states entered, triggers done, events taken, with the place of
    the last."""
    found = {("took", event): place for event, place in draft.taken.items()}
    for place, event in enumerate(draft.events):
        match event["kind"]:
            case "entered":
                found["entered", event["state"]] = place
            case "did":
                found["did", event["trigger"]] = place
            case "opened":
                found["did", "open"] = place
    return found


def moments(draft: Draft, goal: Goal, marks: Marks) -> Moments:
    """What the step says of a goal; notes which of its conditions hold now."""
    if goal.id not in draft.program.conditional:
        if draft.program.marks[goal.id].isdisjoint(marks):
            return SILENCE
        return Moments(_last(goal.start, marks), _last(goal.stop, marks), _last(goal.reset, marks) != NOWHERE)
    former = draft.ticket.held.get(goal.id, [])
    holding = list(_holding(draft, goal, former))
    if holding != former:
        draft.emit("conditions_changed", goal=goal.id, held=holding)
    risen = {key for key in holding if key not in former}
    stopped = _last(goal.stop, marks, "stop", risen)
    if goal.every is None and any(draft.holds(guard, before=False) for guard in _conditions(goal.stop)):
        stopped = LAST
    anew = _last(goal.reset, marks, "reset", risen) != NOWHERE
    return Moments(_last(goal.start, marks, "start", risen), stopped, anew)


def _holding(draft: Draft, goal: Goal, former: Sequence[str]) -> Iterator[str]:
    """The conditions that count when they come to hold, of those that hold now: `start.0`, `reset.1`."""
    words = {"start": goal.start, "reset": goal.reset}
    if goal.every is not None:
        words["stop"] = goal.stop
    for word, found in words.items():
        for rank, mark in enumerate(found):
            key = f"{word}.{rank}"
            counts = word != "start" or is_inside(draft, goal)
            if mark.when is not None and draft.holds(mark.when, before=key in former) and counts:
                yield key


def _last(found: tuple[Mark, ...], marks: Marks, word: str = "", risen: Set[str] = frozenset()) -> int:
    """The place of the last of the moments of a word that the step had; those of its conditions that have `risen` come
    last. `NOWHERE` where it had none."""
    if any(f"{word}.{rank}" in risen for rank in range(len(found) if risen else 0)):
        return LAST
    return max((marks.get((mark.kind, mark.name), NOWHERE) for mark in found), default=NOWHERE)


def _conditions(found: tuple[Mark, ...]) -> Iterator[Tree]:
    return (mark.when for mark in found if mark.when is not None)


def is_inside(draft: Draft, goal: Goal) -> bool:
    """Whether the ticket is where the goal lives."""
    if draft.ticket.status == "closed":
        return False
    return not goal.within_states or any(state in draft.ticket.active for state in goal.within_states)


def pausing(draft: Draft, goal: Goal, before: bool) -> Mapping[str, int] | None:
    """What makes a goal stand still now: None where nothing does, `{"condition": n}` where it is the n-th condition of
    `pause`, and nothing more where it is a state, or that the ticket is suspended. `before` says whether it stood still
    until now."""
    if draft.ticket.status == "suspended" and goal.id in draft.program.procedure.acts.suspend.pauses:
        return {}
    if any(state in draft.ticket.active for state in goal.pause):
        return {}
    return next(({"condition": rank} for rank, guard in enumerate(goal.pause_when) if draft.holds(guard, before)), None)
