"""Where each transition stands in a picture, so that a large procedure keeps to one sheet.

The law. Every transition stands in exactly one of three places:

- a *row* in the box of its state, where nothing else is entered, or where a state with states inside leads to one of
  them (an arrow from a box into itself says nothing), or where the whole ticket leads to a state that is not its end;
- a *jump*: words that end with the name of the state they lead to, which names in turn where jumps come from. An arrow
  back to an earlier state of another box would run across the whole sheet, and reading its target is quicker than
  following it. In a large procedure so does one into another box, so that boxes stand beside each other;
- an *arrow*, in every other case.

Alternatives of one trigger that lead to the same states are one branch: its words name the guards in turn.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sop_engine.documents.diagram.arrows import Arrow
from sop_engine.procedure import ROOT, Procedure, State

START: Final = "start of ticket"
"""the node where a ticket begins: an id that no state can have"""
_LARGE: Final = 20
"""states from which on a procedure's boxes stand beside each other, but for a brief picture, which has the room"""
_HIGHEST: Final = 3
"""transitions whose words stand below each other at one line"""


@dataclass(frozen=True, slots=True)
class Branch:
    """Alternatives of one group that lead to the same states."""

    arrows: tuple[Arrow, ...]
    jump: bool
    back: bool
    """whether it leads up the page"""

    @property
    def targets(self) -> tuple[str, ...]:
        return self.arrows[0].targets

    @property
    def guards(self) -> tuple[str, ...]:
        return tuple(each.guard for each in self.arrows if each.guard)

    @property
    def effects(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(effect for each in self.arrows for effect in each.effects))


@dataclass(frozen=True, slots=True)
class Group:
    """What is drawn of one trigger, timer or event of a state: its branches, in document order."""

    source: str
    branches: tuple[Branch, ...]

    @property
    def first(self) -> Arrow:
        return self.branches[0].arrows[0]

    @property
    def ends(self) -> tuple[str, str, tuple[str, ...]] | None:
        """What groups that share one line have in common; None for one that branches or jumps."""
        if len(self.branches) > 1 or self.branches[0].jump:
            return None
        return self.source, self.first.kind, self.branches[0].targets


class Outline:
    """Which states lie in which, and in which order they stand."""

    def __init__(self, states: Iterable[State]) -> None:
        self.states: Mapping[str, State] = {each.id: each for each in states}
        self.order: Mapping[str, int] = {each: place for place, each in enumerate(self.states)}

    def around(self, state: str) -> list[str]:
        """The boxes around a state, innermost first, the root last."""
        boxes = []
        while state != ROOT:
            state = self.states[state].parent
            boxes.append(state)
        return boxes

    def inside(self, state: str, box: str) -> bool:
        """Whether `state` lies in `box`, or is it."""
        return state == box or box in self.around(state)

    def top(self, state: str) -> str:
        """The outermost box that holds a state, or the state."""
        return [state, *self.around(state)][-2]

    def common(self, states: Sequence[str]) -> str:
        """The innermost box around all of the states."""
        first, *others = states
        around = [set(self.around(each)) for each in others]
        return next(box for box in (*self.around(first), ROOT) if all(box in each for each in around))

    def last(self, box: str) -> str:
        """A state at the lower edge of a box, where an arrow that leaves the box begins; of regions the middle one."""
        while children := [each for each in self.states[box].children if self.states[each].kind != "history"]:
            box = children[len(children) // 2] if self.states[box].kind == "parallel" else children[-1]
        return box


class Plan:
    """Sorts the arrows of a procedure into rows and groups."""

    def __init__(self, procedure: Procedure, arrows: Iterable[Arrow], *, brief: bool = False) -> None:
        self.outline = Outline(procedure.states)
        self.rows: dict[str, list[Arrow]] = {each.id: [] for each in procedure.states}
        boxes = [each for each in procedure.states[0].children if self.outline.states[each].children]
        self.large = len(procedure.states) > _LARGE and not brief
        self._first_box = self.outline.order[boxes[0]] if self.large and boxes else len(procedure.states)
        drawn: dict[tuple[str, str, str], list[Arrow]] = {}
        for arrow in arrows:
            if self._is_row(arrow):
                self.rows[arrow.source].append(arrow)
            else:
                drawn.setdefault(arrow.group, []).append(arrow)
        groups = [Group(group[0], tuple(self.branches(each))) for group, each in drawn.items()]
        self.stacks = list(_stacked(groups))
        """groups that share one line, their words below each other"""
        self.jumped_from: dict[str, list[str]] = {each.id: [] for each in procedure.states}
        """for each state the states from which a jump leads to it, in document order"""
        for group in groups:
            for target in (target for branch in group.branches if branch.jump for target in branch.targets):
                if group.source not in self.jumped_from[target]:
                    self.jumped_from[target].append(group.source)

    def branches(self, arrows: Sequence[Arrow]) -> Iterator[Branch]:
        """Alternatives of one group, those with the same targets together."""
        together: dict[tuple[str, ...], list[Arrow]] = {}
        for arrow in arrows:
            together.setdefault(arrow.targets, []).append(arrow)
        for targets, each in together.items():
            source = each[0].source
            back = source != ROOT and all(self._earlier(target, source) for target in targets)
            jump = (back and self._leaves_its_box(source, targets)) or self._is_aside(source, targets)
            yield Branch(tuple(each), jump, back)

    def _is_row(self, arrow: Arrow) -> bool:
        if arrow.stays:
            return True
        if arrow.source == ROOT:
            return any(self.outline.states[each].kind != "final" for each in arrow.targets)
        return all(self.outline.inside(each, arrow.source) for each in arrow.targets)

    def _earlier(self, target: str, source: str) -> bool:
        return self.outline.order[target] < self.outline.order[source]

    def _leaves_its_box(self, source: str, targets: Sequence[str]) -> bool:
        states = self.outline.states
        return all(states[each].parent != states[source].parent for each in targets)

    def _is_aside(self, source: str, targets: Sequence[str]) -> bool:
        """Whether, in a large procedure, it leads from the first box, or what stands after it, into another box. An
        arrow would set that box below; so the boxes stand beside each other, and the page keeps its shape."""
        tops = {self.outline.top(each) for each in targets}
        if source in {ROOT, START} or self.outline.top(source) in tops:
            return False
        if self.outline.order[source] < self._first_box:
            return False
        return all(self.outline.states[each].children for each in tops)


def _stacked(groups: Iterable[Group]) -> Iterator[tuple[Group, ...]]:
    stacks: dict[object, list[Group]] = {}
    for group in groups:
        stacks.setdefault(group.ends or group.first.group, []).append(group)
    for stack in stacks.values():
        yield from (tuple(stack[start : start + _HIGHEST]) for start in range(0, len(stack), _HIGHEST))
