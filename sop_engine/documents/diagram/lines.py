"""The arrows of a picture: nodes with words, and the lines to and from them.

Graphviz clips an arrow at a box only where it ends at a node inside; an arrow that leaves a box begins at a state at
its lower edge, so that it leads down the page. An arrow that leads up is written the other way round: else it would
push down what stands above it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sop_engine.documents.diagram.arrows import Arrow, Kind, state_text
from sop_engine.documents.diagram.labels import GAP, lines_of, marked, quoted, row, table
from sop_engine.documents.diagram.plan import START, Branch, Group, Plan
from sop_engine.documents.diagram.way import Way, group_text, numbers_text, place_text
from sop_engine.documents.names import Names
from sop_engine.procedure import ROOT

WALKED: Final = "#0369a1"
FAINT: Final = "#94a3b8"
_STYLES: Final[dict[Kind, tuple[str, str]]] = {
    "person": ("#334155", ""),
    "timer": ("#b45309", ", style=dashed"),
    "always": ("#475569", ", style=dotted, penwidth=1.8"),
    "done": ("#475569:#ffffff:#475569", ""),
    "event": ("#6d28d9", ", arrowhead=onormal"),
}
"""the colour of each kind's line, and what tells it apart without colour"""


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line is drawn: as which arrows' line, whether it ends in a head, whether it leads up the page."""

    arrows: tuple[Arrow, ...]
    head: bool
    back: bool
    id: str = ""


class Lines:
    """Collects the nodes of words of each box (`words`, at most `columns` wide) and all lines (`edges`)."""

    def __init__(self, plan: Plan, names: Names, way: Way | None, columns: int) -> None:
        self.plan = plan
        self.names = names
        self.way = way
        self.columns = columns
        self.words: dict[str, list[str]] = {each: [] for each in plan.outline.states}
        self.edges: list[str] = []

    def plain(self, tail: str, head: str, attributes: str) -> None:
        """A line without words: where a box begins."""
        clip = self._clip("lhead", head, tail)
        self.edges.append(f"{quoted(tail)} -> {quoted(head)} [{attributes}{clip}];")

    def draw(self, stack: Sequence[Group], more: Sequence[str] = ()) -> None:
        """The words of groups that share a line, and the line: one node of words where all goes one way; else one for
        what the alternatives share, and one for each of their guards."""
        first = stack[0]
        if len(first.branches) == 1:
            rows: list[str] = []
            for group in stack:
                [branch] = group.branches
                rows += [GAP] if rows else []
                rows += self._marks(branch.arrows) + self._shared(group.first, more) + self._own(branch)
            self._branch(first.source, first.source, [group.branches[0] for group in stack], rows)
            return
        everything = tuple(arrow for branch in first.branches for arrow in branch.arrows)
        tail = first.source
        if first.first.kind not in {"always", "done"}:
            tail = group_text(first.first.group)
            back = all(branch.back for branch in first.branches)
            targets = [target for branch in first.branches if not branch.jump for target in branch.targets]
            self._node(self._home(first.source, targets), tail, self._shared(first.first, more), everything)
            self._line(first.source, tail, Stroke(everything, head=False, back=back))
        for branch in first.branches:
            self._branch(first.source, tail, [branch], self._marks(branch.arrows) + self._own(branch))

    def _branch(self, source: str, tail: str, branches: Sequence[Branch], rows: list[str]) -> None:
        """Branches of a state `source` with the same targets: from `tail`, the state or shared words, by their own
        words to where they lead."""
        branch = branches[0]
        arrows = tuple(arrow for each in branches for arrow in each.arrows)
        places = [place_text(each.place) for each in arrows]
        id = f", id={quoted(' '.join(places))}"
        if branch.jump:
            to = [f"⇒ {state_text(self.plan.outline.states[each], self.names)}" for each in branch.targets]
            rows += [row(line, 10, bold=True) for each in to for line in lines_of(each, self.columns)]
            style = ', shape=cds, style=filled, fillcolor="#fff7ed", margin="0.14,0.08"' + id
            self._node(self.plan.outline.states[source].parent, places[0], rows, arrows, style)
            self._line(tail, places[0], Stroke(arrows, head=True, back=False))
            return
        if rows:
            self._node(self._home(source, branch.targets), places[0], rows, arrows)
            self._line(tail, places[0], Stroke(arrows, head=False, back=branch.back))
            tail = places[0]
        for number, target in enumerate(branch.targets):
            self._line(tail, target, Stroke(arrows, True, branch.back, "" if number else id))

    # --- words ---

    def _shared(self, arrow: Arrow, more: Sequence[str]) -> list[str]:
        """What all alternatives of a group have in common."""
        title = "" if arrow.kind == "always" and arrow.guard else arrow.title
        rows = [row(line, 10, bold=True) for line in lines_of(title, self.columns)]
        for text in (arrow.who, *arrow.rules, *more):
            rows += [row(line) for line in lines_of(text, self.columns)]
        return rows

    def _own(self, branch: Branch) -> list[str]:
        """What is a branch's own: its guards, and what it starts or signals."""
        rows = []
        guards = [each.guard for each in branch.arrows]
        if all(guards):
            for guard in guards:
                rows += [row(line) for line in lines_of(f"[{guard}]", self.columns)]
        for effect in branch.effects:
            rows += [row(line) for line in lines_of(effect, self.columns)]
        return rows

    def _marks(self, arrows: Iterable[Arrow]) -> list[str]:
        numbers = self.numbers(arrows)
        return [marked(numbers)] if numbers else []

    def numbers(self, arrows: Iterable[Arrow]) -> str:
        """When the ticket took any of the arrows; empty where it never did."""
        if self.way is None:
            return ""
        return numbers_text(sorted(number for each in arrows for number in self.way.taken.get(each.place, ())))

    def _home(self, source: str, targets: Sequence[str]) -> str:
        """The box in which the words of an arrow stand: the innermost that holds both of its ends."""
        if source in {START, ROOT}:
            return ROOT
        return self.plan.outline.common([source, *targets]) if targets else self.plan.outline.states[source].parent

    def _node(self, box: str, id: str, rows: list[str], arrows: Iterable[Arrow], style: str = "") -> None:
        faint = f', fontcolor="{FAINT}"' if self.way is not None and not self.numbers(arrows) else ""
        style = style or ', shape=plain, style=""'
        self.words[box].append(f"{quoted(id)} [label={table(rows)}{style}{faint}];")

    # --- lines ---

    def _line(self, tail: str, head: str, stroke: Stroke) -> None:
        colour, style = _STYLES[stroke.arrows[0].kind]
        if self.way is not None:
            walked = bool(self.numbers(stroke.arrows))
            colour = colour.replace(colour[:7], WALKED if walked else FAINT)
            style += ", penwidth=3" if walked else ""
        attributes = f'color="{colour}"{style}'
        end = "normal" if stroke.head else "none"
        if stroke.back:
            attributes += ", dir=back" if stroke.head else ", dir=none"
            attributes = attributes.replace("arrowhead", "arrowtail") if stroke.head else attributes
            attributes += self._clip("ltail", head, tail) + self._clip("lhead", tail, head)
            tail, head = self._lower(head, tail), tail
        else:
            attributes += "" if end == "normal" else ", dir=none"
            attributes += self._clip("ltail", tail, head) + self._clip("lhead", head, tail)
            tail = self._lower(tail, head)
        self.edges.append(f"{quoted(tail)} -> {quoted(head)} [{attributes}{stroke.id}];")

    def _lower(self, tail: str, head: str) -> str:
        """The node at which a line out of a state begins."""
        outline = self.plan.outline
        if tail not in outline.states or tail == ROOT or (head in outline.states and outline.inside(head, tail)):
            return tail
        return outline.last(tail)

    def _clip(self, end: str, state: str, other: str) -> str:
        """Clips a line's end at the box of a state with states inside, unless its other end lies within."""
        outline = self.plan.outline
        if state not in outline.states or state == ROOT or not outline.states[state].children:
            return ""
        if other in outline.states and outline.inside(other, state):
            return ""
        return f", {end}={quoted('cluster_' + state)}"
