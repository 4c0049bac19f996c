"""Diagrams of a procedure: DOT for Graphviz, Mermaid for pages that draw it themselves, SVG as a picture.

The law. A diagram is made from the Procedure and nothing else, in document order, so that the same version always
gives the same text. What a person does is a solid arrow that bears trigger and role; a timer is dashed, a step that
happens by itself is dotted, an event is dashed with an open head. A state with states inside is a box around them,
with dashed boxes side by side where they are regions. Guards stand in square brackets.

`way` marks the way that a ticket went: pairs of (state left, state entered). Arrows on it are thick, states tinted.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from sop_engine.documents.arrows import Arrow, Kind, arrows
from sop_engine.documents.mermaid import mermaid as mermaid
from sop_engine.documents.names import Names
from sop_engine.documents.picture import svg_of_dot
from sop_engine.documents.plain_text import html, phrase
from sop_engine.documents.transition_text import guard_text, who_text
from sop_engine.messages import Text
from sop_engine.procedure import ROOT, Procedure, State

_WORDS: Final[dict[str, Text]] = {
    "anytime": {"zh": "未关单前随时", "en": "At any time while open"},
    "deep_history": {"zh": "回到离开前的那一步", "en": "back to where it was"},
}
_FONT: Final = "Noto Sans CJK SC,Source Han Sans SC,Microsoft YaHei,PingFang SC,Helvetica,Arial,sans-serif"
_COLUMNS: Final = 40
"""how wide an arrow's words may be, a Chinese character taking two"""
_CLOSING: Final = tuple("、，。；：）”》］]), ")
_STYLES: Final[dict[Kind, str]] = {
    "person": 'color="#2f3e4e", fontcolor="#2f3e4e"',
    "timer": 'color="#b45309", fontcolor="#92400e", style=dashed',
    "itself": 'color="#64748b", fontcolor="#475569", style=dotted',
    "event": 'color="#6d28d9", fontcolor="#5b21b6", style="dashed", arrowhead=onormal',
}


def dot(procedure: Procedure, language: str, way: Sequence[tuple[str, str]] = ()) -> str:
    """The procedure as a Graphviz digraph, in `language`; `way` marks (state left, state entered) pairs."""
    drawing = _Drawing(procedure, Names(procedure, language), frozenset(way))
    return "\n".join(drawing.lines()) + "\n"


def svg(procedure: Procedure, language: str, way: Sequence[tuple[str, str]] = ()) -> str:
    """The diagram as SVG text. Raises `errors.SetUp` where neither the `dot` program nor pygraphviz is installed."""
    return svg_of_dot(dot(procedure, language, way))


def quoted(text: str) -> str:
    """`text` as a quoted DOT id."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def wrapped(text: str, columns: int = _COLUMNS) -> list[str]:
    """`text` in lines of at most `columns` columns (a Chinese character takes two), broken at a blank or after a
    Chinese character where there is one; no line for an empty text."""
    lines: list[str] = []
    total = sum(map(_width, text))
    # lines of about one length, so that no single character is left for the last
    columns = min(columns, total // max(-(-total // columns), 1) + 4)
    while text:
        width, end, good = 0, 0, 0
        for place, character in enumerate(text, 1):
            width += _width(character)
            if width > columns:
                break
            end = place
            # closing marks stay with the word before them
            if (_width(character) == 2 or character == " ") and text[place : place + 1] not in _CLOSING:
                good = place
        cut = end if end == len(text) else good or max(end, 1)
        lines.append(text[:cut].strip())
        text = text[cut:].lstrip()
    return lines


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class _Drawing:
    """Writes one digraph. Ids of nodes are state ids; a compound state has a small point inside for its arrows."""

    def __init__(self, procedure: Procedure, names: Names, way: frozenset[tuple[str, str]]) -> None:
        self.procedure = procedure
        self.names = names
        self.states = {each.id: each for each in procedure.states}
        self.order = {each: place for place, each in enumerate(self.states)}
        self.way = way
        self.visited = frozenset(state for pair in way for state in pair)
        self.arrows = list(arrows(procedure, names))

    def lines(self) -> Iterator[str]:
        root = self.procedure.states[0]
        yield f"digraph {quoted(self.procedure.id)} {{"
        yield f'  graph [compound=true, rankdir=TB, fontname="{_FONT}", fontsize=12, nodesep=0.45, ranksep=0.55,'
        yield f"    labelloc=t, label={self._label(self.names.title(self.procedure.title, self.procedure.id))}];"
        yield f'  node [shape=box, style="rounded,filled", fillcolor="#f8fafc", color="#475569", fontname="{_FONT}",'
        yield '    fontsize=11, margin="0.14,0.07"];'
        yield f'  edge [fontname="{_FONT}", fontsize=9, arrowsize=0.7, penwidth=1.1];'
        for child in root.children:
            yield from self._state(self.states[child], "  ")
        yield from self._opening()
        anytime = [each for each in self.arrows if each.source == ROOT]
        if anytime:
            own = [each for each in anytime if each.stays]
            yield f"  {quoted(ROOT)} [{self._box(root, own)}, shape=note];"
        for arrow in self.arrows:
            if not arrow.stays:
                yield self._arrow(arrow)
        yield "}"

    # --- states ---

    def _state(self, state: State, indent: str) -> Iterator[str]:
        if state.kind == "history":
            label = "H*" if state.deep else "H"
            tooltip = quoted(phrase(_WORDS["deep_history"], self.names.language))
            yield f"{indent}{quoted(state.id)} [shape=circle, label={quoted(label)}, margin=0.02, tooltip={tooltip}];"
        elif state.children:
            yield from self._cluster(state, indent)
        else:
            own = [each for each in self.arrows if each.source == state.id and each.stays]
            yield f"{indent}{quoted(state.id)} [{self._box(state, own)}{self._shape(state)}];"

    def _cluster(self, state: State, indent: str) -> Iterator[str]:
        inner = indent + "  "
        region = self.states[state.parent].kind == "parallel"
        style = "rounded,dashed" if region else "rounded"
        colour = "#0369a1" if state.id in self.visited else "#94a3b8"
        own = [each for each in self.arrows if each.source == state.id and each.stays]
        yield f"{indent}subgraph {quoted('cluster_' + state.id)} {{"
        yield f'{inner}graph [style="{style}", color="{colour}", label={self._table(self._title(state), own)}];'
        hidden = ", style=invis" if state.kind == "parallel" else ""
        yield f'{inner}{quoted(state.id)} [shape=point, width=0.07, color="#0f172a"{hidden}];'
        for child in state.children:
            yield from self._state(self.states[child], inner)
        for target in state.initial if state.kind == "compound" else ():
            yield f"{inner}{quoted(state.id)} -> {quoted(target)} [weight=3];"
        yield f"{indent}}}"

    def _opening(self) -> Iterator[str]:
        """The initial mark: where the opening leads, or the root's own initial states."""
        title = self.names.offer(self.procedure.open)
        who = who_text(self.procedure.open.by, self.names)
        yield '  "start of ticket" [shape=circle, label="", width=0.16, fixedsize=true, fillcolor="#0f172a"];'
        drawn = False
        for each in self.procedure.open.alternatives:
            for target in each.target or self.procedure.states[0].initial:
                guard = guard_text(each.when, self.names)
                label = self._words(title, who, f"[{guard}]" if guard else "")
                attributes = f"{_STYLES['person']}, {self._clipped('lhead', target, ROOT)}label={label}"
                yield f'  "start of ticket" -> {quoted(target)} [{attributes}];'
                drawn = True
        for target in () if drawn else self.procedure.states[0].initial:
            yield f'  "start of ticket" -> {quoted(target)} [label={self._words(title, who)}];'

    def _shape(self, state: State) -> str:
        attributes = ', peripheries=2, fillcolor="#ecfdf5", color="#047857"' if state.kind == "final" else ""
        if state.id in self.visited:
            attributes += ', fillcolor="#dbeafe", penwidth=2'
        return attributes

    def _title(self, state: State) -> str:
        if state.id == ROOT:
            return phrase(_WORDS["anytime"], self.names.language)
        title = self.names.state(state.id)
        outcome = self.names.outcome(state.outcome) if state.outcome else ""
        return f"{title} · {outcome}" if outcome and outcome != title else title

    def _box(self, state: State, own: Sequence[Arrow]) -> str:
        return f"label={self._table(self._title(state), own)}"

    def _table(self, title: str, own: Sequence[Arrow]) -> str:
        """A title over the things that are done without leaving."""
        if not own:
            return self._label(title)
        rows = [f"<tr><td><b>{html(title)}</b></td></tr>"]
        for each in own:
            text = " ".join(part for part in (each.title, each.bracketed_guard) if part)
            who = f" · {html(each.who)}" if each.who else ""
            rows.append(f'<tr><td align="left"><font point-size="9">↺ {html(text)}{who}</font></td></tr>')
        return f'<<table border="0" cellborder="0" cellspacing="1" cellpadding="1">{"".join(rows)}</table>>'

    # --- arrows ---

    def _arrow(self, arrow: Arrow) -> str:
        """One arrow. One that leads back up the page is written the other way round, so that it does not push the
        states above it down."""
        target = arrow.target or arrow.source
        walked = (arrow.source, target) in self.way
        thick = ', penwidth=3, color="#0369a1"' if walked else ""
        label = self._words(arrow.title, arrow.who, arrow.bracketed_guard)
        tail = self._clipped("ltail", arrow.source, target) if arrow.source != ROOT else ""
        head = self._clipped("lhead", target, arrow.source)
        if arrow.source != ROOT and self.order[target] < self.order[arrow.source]:
            tail, head = tail.replace("ltail", "lhead"), head.replace("lhead", "ltail")
            ends = f"{quoted(target)} -> {quoted(arrow.source)}"
            thick += ", dir=back"
        else:
            ends = f"{quoted(self._last(arrow.source) if tail else arrow.source)} -> {quoted(target)}"
        return f"  {ends} [{_STYLES[arrow.kind]}{thick}, {tail}{head}label={label}];"

    def _last(self, box: str) -> str:
        """The last state inside a box: an arrow that leaves the box begins there, so that it leads down the page."""
        while children := self.states[box].children:
            box = children[-1]
        return box

    def _clipped(self, end: str, state: str, other: str) -> str:
        """Clips an arrow's end at the box of a state with states inside, unless its other end lies within."""
        if self.states[state].children and not self._inside(other, state):
            return f"{end}={quoted('cluster_' + state)}, "
        return ""

    def _inside(self, state: str, box: str) -> bool:
        while state != ROOT:
            if state == box:
                return True
            state = self.states[state].parent
        return False

    def _words(self, title: str, who: str, guard: str = "") -> str:
        lines = [f"<b>{html(line)}</b>" for line in wrapped(title)]
        lines += [html(line) for line in wrapped(who)]
        lines += [f"<i>{html(line)}</i>" for line in wrapped(guard)]
        return f"<{'<br/>'.join(lines)}>"

    def _label(self, title: str) -> str:
        return f"<<b>{html(title)}</b>>"
