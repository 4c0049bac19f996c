"""Checks of conditions that say nothing: those that can never hold, and those that always do."""

from collections.abc import Iterator, Mapping

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.analysis.graph import Graph
from sop_engine.language.checks.telling import error, warning
from sop_engine.language.draft import Draft, Formula
from sop_engine.language.formulas.satisfying import Values, can_hold, standing
from sop_engine.messages import msg
from sop_engine.procedure import ROOT, Tree


def never(draft: Draft) -> Iterator[Diagnostic]:
    """SOP155: a condition that can never hold.

    Its parts contradict each other, it wants a value that the field cannot have, or it wants a state that is never
    active together with the one in which it stands. What depends on it would never happen, and nobody would notice.

    Fails:

        fields:
          note: {type: text}
          rating: {type: integer, min: 1, max: 5}
        open: {by: desk, ask: [note, rating], to: received}
        states:
          received:
            transitions:
              finish: {by: desk, to: closed}
              praise: {by: desk, when: rating > 5, to: closed}
          closed: {final: true, outcome: done}

    Passes:

        fields:
          note: {type: text}
          rating: {type: integer, min: 1, max: 5}
        open: {by: desk, ask: [note, rating], to: received}
        states:
          received:
            transitions:
              finish: {by: desk, to: closed}
              praise: {by: desk, when: rating == 5, to: closed}
          closed: {final: true, outcome: done}
    """
    for formula, tree, values in _conditions(draft):
        if not can_hold(tree, values):
            yield error(
                "SOP155", formula.cursor.span, msg("this condition can never hold"),
                msg("Its parts contradict each other, or what the fields and states can be."),
                msg("correct it, or take away what waits for it"),
            )  # fmt: skip


def always_so(draft: Draft) -> Iterator[Diagnostic]:
    """SOP207: a condition that always holds.

    Whatever the values are, it holds, so it decides nothing: something else was meant, or it is not needed.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, when: given(note) or not given(note), to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {transitions: {finish: {by: desk, when: given(note), to: closed}}}
          closed: {final: true, outcome: done}
    """
    for formula, tree, values in _conditions(draft):
        if not can_hold(("not", tree), values):
            yield warning(
                "SOP207", formula.cursor.span, msg("this condition always holds"),
                msg("It decides nothing: something else was meant, or it is not needed."),
                msg("correct it, or take it away"),
            )  # fmt: skip


def _conditions(draft: Draft) -> Iterator[tuple[Formula, Tree, Values]]:
    """The conditions of a file, with what is sure of the states where each stands. None where a fault in some
    expression would make them mean something else."""
    if draft.procedure is None or any(fact.kind in ("expression", "full_width") for fact in draft.facts):
        return
    values, graph = Values(draft.procedure), Graph(draft.procedure)
    for formula in draft.formulas:
        if formula.way in ("when", "required"):
            looked = not graph.large and _reads_states(formula.expression.tree)
            active = _active(graph, formula) if looked else {}
            yield formula, standing(formula.expression.tree, active), values


def _reads_states(tree: Tree) -> bool:
    return any(each[0] == "in_state" or _reads_states(each) for each in tree if isinstance(each, tuple) and each) or (
        tree[0] == "in_state"
    )


def _active(graph: Graph, formula: Formula) -> Mapping[str, bool]:
    """Which states surely are, or are not, active wherever the formula is looked at."""
    here = formula.state
    if here == ROOT or here not in graph.states or formula.at.startswith("open"):
        return {}
    return graph.together(here)
