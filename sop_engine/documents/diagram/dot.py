"""A procedure as a Graphviz digraph.

The law. A picture is made from the Procedure and nothing else, in document order, so that the same version always
gives the same text. The words of a transition are a node in the middle of its arrow: Graphviz keeps nodes apart, and
so no words lie on others. What a person does is a solid line, a timer's is dashed and bears a clock, what happens at
once by itself is dotted, the completion of what lies inside is a double line, and an event's has an open head.

A state with states inside is a box around them, its regions boxes with dashed edges, side by side; what is done in it
without leaving it is a note inside, because lines cross a box's own label. Ids of nodes are ids of states; words have
the place of their transition as id. The attribute `id` of a line, of the words of a jump or of a row names every
transition that it draws (`on_site/offer/done/0`); lines and jumps hand it on to the SVG.
"""

from collections.abc import Iterator
from typing import Final

from sop_engine.documents.diagram.arrows import Arrow, arrows, calendar, doings, leading_on, opening
from sop_engine.documents.diagram.labels import FONTS, INK, lines_of, marked, quoted, row, table
from sop_engine.documents.diagram.legend import legend
from sop_engine.documents.diagram.lines import FAINT, WALKED, Lines
from sop_engine.documents.diagram.plan import START, Group, Plan
from sop_engine.documents.diagram.way import Way, place_text
from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import joined, phrase
from sop_engine.messages import Text
from sop_engine.procedure import ROOT, Procedure, State

_WORDS: Final[dict[str, Text]] = {
    "anytime": {"zh": "未关单前随时", "en": "At any time while open"},
    "history": {"zh": "回到离开前的那一步", "en": "back to where it was"},
    "now": {"zh": "▶ 现在在这里", "en": "▶ it is here now"},
    "rested": {"zh": "■ 到此办结", "en": "■ it ended here"},
}
_TITLE_COLUMNS: Final = 28
_WORDS_COLUMNS: Final = 24
_BRIEF_COLUMNS: Final = 18
"""of the words of an arrow and, in a brief picture, of titles too"""
_ROW_COLUMNS: Final = {"zh": 30, "en": 38}
"""of a state's rows: Latin letters are narrower than half a Chinese character, and English needs more of them"""
_LONG: Final = 8
_LONG_COLUMNS: Final = 56
"""a note of so many rows is made wide, so that it does not become a column"""


def dot(procedure: Procedure, language: str, way: Way | None = None, *, brief: bool = False) -> str:
    """The procedure as a Graphviz digraph, in `language`; `way` is marked on it. A brief one shows where it goes on,
    by whatever title, and leaves out people, conditions, and what is done or reminded of without leaving a state."""
    return "\n".join(_Drawing(procedure, Names(procedure, language), way, brief).lines()) + "\n"


class _Drawing:
    """Writes one digraph. A state with states inside has a small point in its box, where it begins."""

    def __init__(self, procedure: Procedure, names: Names, way: Way | None, brief: bool) -> None:
        self.brief = brief
        self.procedure = procedure
        self.names = names
        self.way = way
        self.row_columns = _ROW_COLUMNS[names.language]
        found, begin = arrows(procedure, names), opening(procedure, names)
        self.arrows = list(leading_on(found) if brief else found)
        self.begin = list(leading_on(begin) if brief else begin)
        self.plan = Plan(procedure, self.arrows, brief=brief)
        self.states = self.plan.outline.states
        self.drawn = Lines(self.plan, names, way, _BRIEF_COLUMNS if brief else _WORDS_COLUMNS)

    def lines(self) -> Iterator[str]:
        begin = Group(START, tuple(self.plan.branches(self.begin)))
        self.drawn.draw((begin,), calendar(self.procedure, self.names))
        for stack in self.plan.stacks:
            self.drawn.draw(stack)
        root, font = self.procedure.states[0], FONTS[self.names.language]
        yield f"digraph {quoted(self.procedure.id)} {{"
        yield f'  graph [compound=true, rankdir=TB, fontname="{font}", nodesep=0.12, ranksep=0.17, pad=0.3,'
        yield f"    labelloc=t, labeljust=l, label={self._head()}];"
        yield f'  node [shape=box, style="rounded,filled", fillcolor="#f8fafc", color="#475569", fontname="{font}",'
        yield f'    fontcolor="{INK}", fontsize=11, margin="0.08,0.04", height=0.1, width=0.1];'
        yield f'  edge [fontname="{font}", arrowsize=0.7, penwidth=1.1];'
        yield f'  {quoted(START)} [shape=circle, label="", width=0.18, fixedsize=true, fillcolor="{INK}"];'
        if self.plan.rows[ROOT] or any(stack[0].source == ROOT for stack in self.plan.stacks):
            yield f"  {quoted(ROOT)} [label={self._box(root)}, shape=note, style=filled];"
        for child in root.children:
            yield from self._state(self.states[child], "  ")
        yield from (f"  {line}" for line in (*self.drawn.words[ROOT], *self.drawn.edges))
        yield "}"

    def _head(self) -> str:
        title = self.names.title(self.procedure.title, self.procedure.id)
        used: set[str] = {each.kind for each in self.arrows if not each.stays}
        conditions = {
            "person": True,
            "walked": self.way is not None,
            "clock": any(each.kind == "timer" for each in self.arrows),
            "row": any(each.stays and each.kind != "timer" for each in self.arrows),
            "guard": any(each.guard for each in self.arrows),
            "jump": any(branch.jump for stack in self.plan.stacks for group in stack for branch in group.branches),
            "child": any(said.startswith("+") for each in self.arrows for said in each.effects),
            "signal": any(said.startswith("»") for each in self.arrows for said in each.effects),
            "history": any(each.kind == "history" for each in self.procedure.states),
            "region": any(each.kind == "parallel" for each in self.procedure.states),
            "final": True,
        }
        if self.way is not None:
            title = f"{title} · {self.way.ticket}"
        used = used | {name for name, holds in conditions.items() if holds}
        return legend(lines_of(title, 60), used, self.names.language, self.plan.large)

    # --- states ---

    def _state(self, state: State, indent: str) -> Iterator[str]:
        if state.kind == "history":
            yield self._history(state, indent)
        elif state.children:
            yield from self._cluster(state, indent)
        else:
            yield f"{indent}{quoted(state.id)} [label={self._box(state)}{self._shape(state)}];"

    def _history(self, state: State, indent: str) -> str:
        label = "H*" if state.deep else "H"
        tooltip = quoted(phrase(_WORDS["history"], self.names.language))
        for target in state.initial:
            self.drawn.plain(state.id, target, f'color="{FAINT}"')
        return f"{indent}{quoted(state.id)} [shape=circle, label={quoted(label)}, margin=0.02, tooltip={tooltip}];"

    def _cluster(self, state: State, indent: str) -> Iterator[str]:
        inner = indent + "  "
        region = self.states[state.parent].kind == "parallel"
        style = "rounded,dashed" if region else "rounded"
        colour = WALKED if self.way and state.id in self.way.entered else FAINT
        parallel = state.kind == "parallel"
        hidden = ", style=invis" if parallel else ""
        yield f"{indent}subgraph {quoted('cluster_' + state.id)} {{"
        yield f'{inner}graph [style="{style}", color="{colour}", margin=10, label={table(self._heading(state))}];'
        yield f'{inner}{quoted(state.id)} [shape=point, width=0.08, height=0.08, label="", color="{INK}",'
        yield f'{inner}  fillcolor="{INK}"{hidden}];'
        if rows := list(self._rows(state)):
            yield f"{inner}{quoted(state.id + '/rows')} [shape=note, style=filled, label={table(rows)}];"
        for child in state.children:
            yield from self._state(self.states[child], inner)
        yield from (inner + line for line in self.drawn.words[state.id])
        yield f"{indent}}}"
        for target in state.children if parallel else state.initial:
            self.drawn.plain(state.id, target, "style=invis" if parallel else "weight=3")

    def _shape(self, state: State) -> str:
        attributes = ', peripheries=2, fillcolor="#ecfdf5", color="#047857"' if state.kind == "final" else ""
        if self.way is None:
            return attributes
        if state.id in self.way.now:
            return attributes + f', fillcolor="#bae6fd", color="{WALKED}", penwidth=3'
        if state.id in self.way.entered:
            return attributes + f', fillcolor="#e0f2fe", color="{WALKED}", penwidth=2'
        return attributes + f', fillcolor="#ffffff", color="{FAINT}"'

    def _title(self, state: State) -> str:
        if state.id == ROOT:
            return phrase(_WORDS["anytime"], self.names.language)
        title = self.names.state(state.id)
        outcome = self.names.outcome(state.outcome) if state.outcome and not self.brief else ""
        title = f"{title} · {outcome}" if outcome and outcome != title else title
        times = self.way.entered.get(state.id, 0) if self.way else 0
        return f"{title} ×{times}" if times > 1 else title

    def _box(self, state: State) -> str:
        """A title over the things that are done without leaving."""
        return table([*self._heading(state), *self._rows(state)])

    def _heading(self, state: State) -> Iterator[str]:
        for line in lines_of(self._title(state), _BRIEF_COLUMNS if self.brief else _TITLE_COLUMNS):
            yield row(line, 11, bold=True)
        if self.way is not None and state.id in self.way.now and not state.children:
            yield marked(phrase(_WORDS["rested" if state.kind == "final" else "now"], self.names.language))
        if came := self.plan.jumped_from[state.id]:
            said = f"⇐ {joined([self.names.state(each) for each in came], self.names.language)}"
            for line in lines_of(said, self.row_columns):
                yield row(line, align="left")

    def _rows(self, state: State) -> Iterator[str]:
        arrows = self.plan.rows[state.id]
        columns = _LONG_COLUMNS if state.children and len(arrows) > _LONG else self.row_columns
        for arrow in arrows:
            yield from self._row(arrow, columns)
        for doing in () if self.brief else doings(state, self.names):
            for line in lines_of(doing, columns):
                yield row(line, align="left")

    def _row(self, arrow: Arrow, columns: int) -> Iterator[str]:
        said = arrow.said if arrow.kind == "timer" else f"↺ {arrow.said}"
        if not arrow.stays:
            said += " → " + joined([self.names.state(each) for each in arrow.targets], self.names.language)
        numbers = self.drawn.numbers((arrow,))
        for rank, line in enumerate(lines_of(f"({numbers}) {said}" if numbers else said, columns)):
            id = "" if rank else place_text(arrow.place)
            yield row(f"　{line}" if rank else line, align="left", bold=bool(numbers), id=id)
