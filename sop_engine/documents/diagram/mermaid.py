"""A procedure as a Mermaid state diagram (`stateDiagram-v2`).

Mermaid cannot draw an arrow between states that lie in different boxes. Such an arrow is drawn between the outermost
boxes (or states) that differ, and its words name the inner states. Arrows between the same two ends are one arrow, its
words below each other: Mermaid would lay them on each other.

What enters nothing else is a line in the box of its state. So is what Mermaid cannot draw at all: an arrow from a box
to itself, and one between regions. A box with states inside has such lines in a state of their own, and side by side
with regions that is a region: Mermaid fails at a region without any state.
"""

import re
from collections.abc import Iterator
from typing import Final

from sop_engine.documents.diagram.arrows import Arrow, arrows, calendar, doings, leading_on, opening, state_text
from sop_engine.documents.diagram.labels import wrapped
from sop_engine.documents.diagram.plan import Plan
from sop_engine.documents.diagram.way import Way, numbers_text
from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import joined, one_line, phrase
from sop_engine.messages import Text
from sop_engine.procedure import ROOT, Procedure, State

_WORDS: Final[dict[str, Text]] = {
    "anytime": {"zh": "未关单前随时", "en": "At any time while open"},
    "inside": {"zh": "其中任何时候", "en": "Anywhere in here"},
    "from": {"zh": "{state}：{words}", "en": "{state}: {words}"},
    "to": {"zh": "{words} → {state}", "en": "{words} → {state}"},
}
_ANYTIME: Final = "anytime_"
_ROW_COLUMNS: Final = 48
"""of a line in a state: Mermaid breaks only the words of arrows"""
_MOST_CHARACTERS: Final = 600
_PLAIN: Final = re.compile(r"[^\w\s.,，。、（）“”「」《》·：→≥≤≠×÷=+/↺-]|_|--+|==+")
"""What is written as an entity, so that no user text can be taken for Mermaid's own marks"""


def mermaid(procedure: Procedure, language: str, way: Way | None = None, *, brief: bool = False) -> str:
    """The procedure as Mermaid text in `language`, in document order; user text is escaped by entities, and what is
    longer than a picture bears is cut. `way` is marked on it: order numbers at arrows, thick borders of states.
    A brief one leaves out what a brief `dot` does."""
    names = Names(procedure, language)
    return "\n".join(_Drawing(procedure, names, way, brief).lines()) + "\n"


def escaped(text: str) -> str:
    """`text` on one line, with every character that Mermaid might read as its own as an entity (`#58;`)."""
    return _PLAIN.sub(lambda found: "".join(f"#{ord(each)};" for each in found.group()), _cut(text))


class _Drawing:
    """Writes one diagram. Ids are state ids with `_` for what Mermaid does not take in an id."""

    def __init__(self, procedure: Procedure, names: Names, way: Way | None, brief: bool) -> None:
        self.procedure = procedure
        self.names = names
        self.way = way
        found, begin = arrows(procedure, names), opening(procedure, names)
        self.arrows = list(leading_on(found) if brief else found)
        self.begin = list(leading_on(begin) if brief else begin)
        plan = Plan(procedure, self.arrows)
        self.outline = plan.outline
        self.states = self.outline.states
        self.ids = {each: _id(each) for each in self.states} | {ROOT: _ANYTIME}
        self.rows: dict[str, list[str]] = {
            each: [self._row(arrow) for arrow in rows] for each, rows in plan.rows.items()
        }
        self.by_box: dict[str, dict[tuple[str, str], list[str]]] = {each: {} for each in self.states}
        """for each box the ends of its arrows, and the words of each"""
        self.noted: list[str] = []
        """ids of the states that hold the lines of a box"""
        self.reached: set[str] = set()
        """histories that an arrow inside their own box leads to: others need no mark"""
        placed = {arrow.place for rows in plan.rows.values() for arrow in rows}
        for arrow in self.arrows:
            for target in () if arrow.place in placed else arrow.targets:
                self._place(arrow, target)
        for state in () if brief else procedure.states:
            self.rows[state.id] += doings(state, names)

    def lines(self) -> Iterator[str]:
        root = self.procedure.states[0]
        yield "stateDiagram-v2"
        for child in root.children:
            yield from self._state(self.states[child], "  ")
        if any(each.source == ROOT for each in self.arrows) or self.rows[ROOT]:
            anytime = phrase(_WORDS["anytime"], self.names.language)
            yield f'  state "{escaped(anytime)}" as {_ANYTIME}'
            yield from (f"  {_ANYTIME} : {_broken(each)}" for each in self.rows[ROOT])
        yield from self._opening()
        yield from self._inside(root, "  ")
        if self.noted:
            yield "  classDef rows stroke-dasharray:4"
            yield from (f"  class {each} rows" for each in self.noted)
        yield from self._walked()

    def _walked(self) -> Iterator[str]:
        """The states of a ticket's way: thick, and the one where it is now thickest."""
        if self.way is None:
            return
        yield "  classDef visited stroke-width:3px"
        yield "  classDef now stroke-width:6px"
        for state in self.states.values():
            if state.id in self.way.entered and not state.children and state.kind != "history":
                yield f"  class {self.ids[state.id]} {'now' if state.id in self.way.now else 'visited'}"

    def _state(self, state: State, indent: str) -> Iterator[str]:
        if state.kind == "history" and state.id not in self.reached:
            return
        id = self.ids[state.id]
        yield f'{indent}state "{escaped(self._title(state))}" as {id}'
        if not state.children:
            yield from (f"{indent}{id} : {_broken(each)}" for each in self.rows[state.id])
            return
        yield f"{indent}state {id} {{"
        inner = indent + "  "
        regions = [list(self._state(self.states[child], inner)) for child in state.children]
        if rows := self.rows[state.id]:
            note = f"rows_{state.id}"
            self.noted.append(note)
            title = escaped(phrase(_WORDS["inside"], self.names.language))
            regions.insert(
                0, [f'{inner}state "{title}" as {note}', *(f"{inner}{note} : {_broken(each)}" for each in rows)]
            )
        for number, region in enumerate(each for each in regions if each):
            if number and state.kind == "parallel":
                yield f"{inner}--"
            yield from region
        for target in state.initial if state.kind == "compound" else ():
            yield f"{inner}[*] --> {self.ids[self._lifted(target, state.id)]}"
        yield from self._inside(state, inner)
        yield f"{indent}}}"

    def _title(self, state: State) -> str:
        title = state_text(state, self.names)
        outcome = self.names.outcome(state.outcome) if state.outcome else ""
        title = f"{title} · {outcome}" if outcome and outcome != title else title
        times = self.way.entered.get(state.id, 0) if self.way is not None else 0
        return f"{title} ×{times}" if times > 1 else title

    def _inside(self, box: State, indent: str) -> Iterator[str]:
        """The arrows of a box, and those from its final states."""
        for (source, target), words in self.by_box[box.id].items():
            yield f"{indent}{source} --> {target} : {'<br/>'.join(words)}"
        for child in box.children:
            if self.states[child].kind == "final":
                yield f"{indent}{self.ids[child]} --> [*]"

    def _opening(self) -> Iterator[str]:
        for arrow in self.begin:
            words = " · ".join((self._words(arrow), *calendar(self.procedure, self.names)))
            for target in arrow.targets:
                yield f"  [*] --> {self.ids[self._lifted(target, ROOT)]} : {escaped(self._to(target, ROOT, words))}"

    def _place(self, arrow: Arrow, target: str) -> None:
        """Puts an arrow into the box in which it is drawn, or among the rows of its state."""
        words = self._words(arrow)
        box = ROOT if arrow.source == ROOT else self.outline.common([arrow.source, target])
        source = arrow.source if arrow.source == ROOT else self._lifted(arrow.source, box)
        end = self._lifted(target, box)
        if source == end or self.states[box].kind == "parallel":
            if target == arrow.targets[0]:
                self.rows[arrow.source].append(self._row(arrow))
            return
        if source != arrow.source:
            state = self.names.state(arrow.source)
            words = phrase(_WORDS["from"], self.names.language, state=state, words=words)
        ends = self.ids[source], self.ids[end]
        self.by_box[box].setdefault(ends, []).append(escaped(self._to(target, box, words)))
        if end == target:
            self.reached.add(target)

    def _to(self, target: str, box: str, words: str) -> str:
        """The words of an arrow in `box`, with the state that it leads to where that lies further inside."""
        if self._lifted(target, box) == target:
            return words
        return phrase(_WORDS["to"], self.names.language, words=words, state=self._title(self.states[target]))

    def _row(self, arrow: Arrow) -> str:
        words = self._words(arrow)
        words = words if arrow.kind == "timer" and arrow.stays else f"↺ {words}"
        if arrow.stays:
            return words
        targets = joined([state_text(self.states[each], self.names) for each in arrow.targets], self.names.language)
        return phrase(_WORDS["to"], self.names.language, words=words, state=targets)

    def _words(self, arrow: Arrow) -> str:
        taken = self.way.taken.get(arrow.place, ()) if self.way is not None else ()
        return f"({numbers_text(taken)}) {arrow.said}" if taken else arrow.said

    def _lifted(self, state: str, box: str) -> str:
        """The child of `box` that is `state` or holds it."""
        while self.states[state].parent != box:
            state = self.states[state].parent
        return state


def _id(state: str) -> str:
    """A Mermaid id: its own words (`end`, `state`, `note`) would be taken for marks, so every id has a prefix."""
    return "s_" + re.sub(r"[^A-Za-z0-9_]", "_", state)


def _broken(row: str) -> str:
    """A row in lines of some length."""
    return "<br/>".join(escaped(line) for line in wrapped(_cut(row), _ROW_COLUMNS))


def _cut(text: str) -> str:
    """`text` on one line, with an ellipsis in place of what is too long."""
    text = one_line(text[: 2 * _MOST_CHARACTERS])
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"
