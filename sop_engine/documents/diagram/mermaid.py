"""A procedure as a Mermaid state diagram (`stateDiagram-v2`).

Mermaid cannot draw an arrow between states that lie in different boxes. Such an arrow is drawn between the outermost
boxes (or states) that differ, and its words name the inner states.
"""

import re
from collections.abc import Iterator
from typing import Final

from sop_engine.documents.diagram.arrows import Arrow, arrows, calendar, doings, opening, state_text
from sop_engine.documents.diagram.plan import Outline
from sop_engine.documents.diagram.way import Way, numbers_text
from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import one_line, phrase
from sop_engine.messages import Text
from sop_engine.procedure import ROOT, Procedure, State

_WORDS: Final[dict[str, Text]] = {
    "anytime": {"zh": "未关单前随时", "en": "At any time while open"},
    "from": {"zh": "{state}：{words}", "en": "{state}: {words}"},
    "to": {"zh": "{words} → {state}", "en": "{words} → {state}"},
}
_ANYTIME: Final = "anytime_"
_MOST_CHARACTERS: Final = 600
_PLAIN: Final = re.compile(r"[^\w\s.,，。、（）“”「」《》·：→≥≤≠×÷=+/↺-]|_|--+|==+")
"""What is written as an entity, so that no user text can be taken for Mermaid's own marks"""


def mermaid(procedure: Procedure, language: str, way: Way | None = None) -> str:
    """The procedure as Mermaid text in `language`, in document order; user text is escaped by entities, and what is
    longer than a picture bears is cut. `way` is marked on it: order numbers at arrows, thick borders of states."""
    names = Names(procedure, language)
    return "\n".join(_Drawing(procedure, names, way).lines()) + "\n"


def escaped(text: str) -> str:
    """`text` on one line, with every character that Mermaid might read as its own as an entity (`#58;`)."""
    text = one_line(text[: 2 * _MOST_CHARACTERS])
    if len(text) > _MOST_CHARACTERS:
        text = text[: _MOST_CHARACTERS - 1] + "…"
    return _PLAIN.sub(lambda found: "".join(f"#{ord(each)};" for each in found.group()), text)


class _Drawing:
    """Writes one diagram. Ids are state ids with `_` for what Mermaid does not take in an id."""

    def __init__(self, procedure: Procedure, names: Names, way: Way | None) -> None:
        self.procedure = procedure
        self.names = names
        self.way = way
        self.outline = Outline(procedure.states)
        self.states = self.outline.states
        self.ids = {each: _id(each) for each in self.states} | {ROOT: _ANYTIME}
        self.arrows = list(arrows(procedure, names))
        self.by_box: dict[str, list[str]] = {each: [] for each in self.states}
        self.reached: set[str] = set()
        """histories that an arrow inside their own box leads to: others need no mark"""
        for arrow in self.arrows:
            for target in () if arrow.stays else arrow.targets:
                box, line = self._arrow(arrow, target)
                self.by_box[box].append(line)
                if self.states[target].parent == box:
                    self.reached.add(target)

    def lines(self) -> Iterator[str]:
        root = self.procedure.states[0]
        yield "stateDiagram-v2"
        for child in root.children:
            yield from self._state(self.states[child], "  ")
        if any(each.source == ROOT for each in self.arrows):
            anytime = phrase(_WORDS["anytime"], self.names.language)
            yield f'  state "{escaped(anytime)}" as {_ANYTIME}'
            yield from self._staying(root, "  ")
        yield from self._opening()
        yield from (f"  {line}" for line in self.by_box[ROOT])
        yield from self._ends(root, "  ")
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
        if state.children:
            yield f"{indent}state {id} {{"
            inner = indent + "  "
            for number, child in enumerate(state.children):
                if number and state.kind == "parallel":
                    yield f"{inner}--"
                yield from self._state(self.states[child], inner)
            for target in state.initial if state.kind == "compound" else ():
                yield f"{inner}[*] --> {self.ids[self._lifted(target, state.id)]}"
            yield from (f"{inner}{line}" for line in self.by_box[state.id])
            yield from self._ends(state, inner)
            yield f"{indent}}}"
        yield from self._staying(state, indent)

    def _title(self, state: State) -> str:
        title = state_text(state, self.names)
        outcome = self.names.outcome(state.outcome) if state.outcome else ""
        title = f"{title} · {outcome}" if outcome and outcome != title else title
        times = self.way.entered.get(state.id, 0) if self.way is not None else 0
        return f"{title} ×{times}" if times > 1 else title

    def _staying(self, state: State, indent: str) -> Iterator[str]:
        """What is done without leaving, as one arrow to itself: Mermaid would lay several on each other."""
        staying = [each for each in self.arrows if each.source == state.id and each.stays]
        words = [escaped("↺ " + self._words(each)) for each in staying]
        words += [escaped(each) for each in doings(state, self.names)]
        if words:
            id = self.ids[state.id]
            yield f"{indent}{id} --> {id} : {'<br/>'.join(words)}"

    def _ends(self, box: State, indent: str) -> Iterator[str]:
        for child in box.children:
            if self.states[child].kind == "final":
                yield f"{indent}{self.ids[child]} --> [*]"

    def _opening(self) -> Iterator[str]:
        for arrow in opening(self.procedure, self.names):
            words = " · ".join((self._words(arrow), *calendar(self.procedure, self.names)))
            for target in arrow.targets:
                yield f"  [*] --> {self._end(target, ROOT, words)}"

    def _arrow(self, arrow: Arrow, target: str) -> tuple[str, str]:
        """The box in which an arrow is drawn, and its line."""
        words = self._words(arrow)
        if arrow.source == ROOT:
            return ROOT, f"{_ANYTIME} --> {self._end(target, ROOT, words)}"
        box = self.outline.common([arrow.source, target])
        source = self._lifted(arrow.source, box)
        if source != arrow.source:
            state = self.names.state(arrow.source)
            words = phrase(_WORDS["from"], self.names.language, state=state, words=words)
        return box, f"{self.ids[source]} --> {self._end(target, box, words)}"

    def _end(self, target: str, box: str, words: str) -> str:
        lifted = self._lifted(target, box)
        if lifted != target:
            words = phrase(_WORDS["to"], self.names.language, words=words, state=self._title(self.states[target]))
        return f"{self.ids[lifted]} : {escaped(words)}"

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
