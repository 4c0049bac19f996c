"""A procedure as a Mermaid state diagram (`stateDiagram-v2`).

Mermaid cannot draw an arrow between states that lie in different boxes. Such an arrow is drawn between the outermost
boxes (or states) that differ, and its words name the inner states.
"""

import re
from collections.abc import Iterator
from typing import Final

from sop_engine.documents.arrows import Arrow, arrows
from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import one_line, phrase
from sop_engine.documents.transition_text import guard_text, who_text
from sop_engine.messages import Text
from sop_engine.procedure import ROOT, Procedure, State

_WORDS: Final[dict[str, Text]] = {
    "anytime": {"zh": "未关单前随时", "en": "At any time while open"},
    "history": {"zh": "回到离开前的那一步", "en": "back to where it was"},
    "from": {"zh": "{state}：{words}", "en": "{state}: {words}"},
    "to": {"zh": "{words} → {state}", "en": "{words} → {state}"},
}
_ANYTIME: Final = "anytime_"
_PLAIN: Final = re.compile(r"[^\w\s.,，。、（）“”「」《》·：→≥≤≠×÷=+/↺-]|_|--+|==+")
"""What is written as an entity, so that no user text can be taken for Mermaid's own marks"""


def mermaid(procedure: Procedure, language: str) -> str:
    """The procedure as Mermaid text in `language`, in document order; user text is escaped by entities."""
    names = Names(procedure, language)
    return "\n".join(_Drawing(procedure, names).lines()) + "\n"


def escaped(text: str) -> str:
    """`text` on one line, with every character that Mermaid might read as its own as an entity (`#58;`)."""
    return _PLAIN.sub(lambda found: "".join(f"#{ord(each)};" for each in found.group()), one_line(text))


class _Drawing:
    """Writes one diagram. Ids are state ids with `_` for what Mermaid does not take in an id."""

    def __init__(self, procedure: Procedure, names: Names) -> None:
        self.procedure = procedure
        self.names = names
        self.states = {each.id: each for each in procedure.states}
        self.ids = {each: _id(each) for each in self.states} | {ROOT: _ANYTIME}
        self.arrows = list(arrows(procedure, names))
        self.by_box: dict[str, list[str]] = {each: [] for each in self.states}
        self.reached: set[str] = set()
        """histories that an arrow inside their own box leads to: others need no mark"""
        for arrow in self.arrows:
            if not arrow.stays:
                box, line = self._arrow(arrow)
                self.by_box[box].append(line)
                if arrow.target and self.states[arrow.target].parent == box:
                    self.reached.add(arrow.target)

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
        if state.kind == "history":
            return phrase(_WORDS["history"], self.names.language)
        title = self.names.state(state.id)
        outcome = self.names.outcome(state.outcome) if state.outcome else ""
        return f"{title} · {outcome}" if outcome and outcome != title else title

    def _staying(self, state: State, indent: str) -> Iterator[str]:
        """What is done without leaving, as one arrow to itself: Mermaid would lay several on each other."""
        words = [escaped("↺ " + _words(each)) for each in self.arrows if each.source == state.id and each.stays]
        if words:
            id = self.ids[state.id]
            yield f"{indent}{id} --> {id} : {'<br/>'.join(words)}"

    def _ends(self, box: State, indent: str) -> Iterator[str]:
        for child in box.children:
            if self.states[child].kind == "final":
                yield f"{indent}{self.ids[child]} --> [*]"

    def _opening(self) -> Iterator[str]:
        offer = self.procedure.open
        title, who = self.names.offer(offer), who_text(offer.by, self.names)
        for each in offer.alternatives:
            for target in each.target or self.procedure.states[0].initial:
                arrow = Arrow("person", ROOT, target, title, who, guard_text(each.when, self.names))
                yield f"  [*] --> {self._end(arrow, target, ROOT)}"

    def _arrow(self, arrow: Arrow) -> tuple[str, str]:
        """The box in which an arrow is drawn, and its line."""
        target = arrow.target or arrow.source
        if arrow.source == ROOT:
            return ROOT, f"{_ANYTIME} --> {self._end(arrow, target, ROOT)}"
        box = self._common(arrow.source, target)
        source = self._lifted(arrow.source, box)
        words = _words(arrow)
        if source != arrow.source:
            state = self.names.state(arrow.source)
            words = phrase(_WORDS["from"], self.names.language, state=state, words=words)
        return box, f"{self.ids[source]} --> {self._end(arrow, target, box, words)}"

    def _end(self, arrow: Arrow, target: str, box: str, words: str = "") -> str:
        lifted = self._lifted(target, box)
        said = words or _words(arrow)
        if lifted != target:
            state = self._title(self.states[target])
            said = phrase(_WORDS["to"], self.names.language, words=said, state=state)
        return f"{self.ids[lifted]} : {escaped(said)}"

    def _ancestors(self, state: str) -> list[str]:
        """The boxes around a state, innermost first, the root last."""
        boxes = []
        while state != ROOT:
            state = self.states[state].parent
            boxes.append(state)
        return boxes

    def _common(self, a: str, b: str) -> str:
        around = self._ancestors(b)
        return next(box for box in self._ancestors(a) if box in around)

    def _lifted(self, state: str, box: str) -> str:
        """The child of `box` that is `state` or holds it."""
        while self.states[state].parent != box:
            state = self.states[state].parent
        return state


def _id(state: str) -> str:
    """A Mermaid id: its own words (`end`, `state`, `note`) would be taken for marks, so every id has a prefix."""
    return "s_" + re.sub(r"[^A-Za-z0-9_]", "_", state)


def _words(arrow: Arrow) -> str:
    return " ".join(part for part in (_said(arrow), arrow.bracketed_guard) if part)


def _said(arrow: Arrow) -> str:
    return f"{arrow.title} · {arrow.who}" if arrow.who else arrow.title
