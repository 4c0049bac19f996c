"""Checks of what happens by itself and would never come to rest: eventless transitions, and timers of a time that has
passed."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sop_engine import guards
from sop_engine.diagnostics import Diagnostic
from sop_engine.language.analysis.graph import Graph
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.language.formulas.satisfying import Literal, Values, all_can_hold
from sop_engine.messages import msg
from sop_engine.procedure import ROOT, Assign, Effect, Print, Raise, Set, State, Tell, Timer, Transition

MOST_STEPS: Final = 8
"""How long a loop may be that is found."""
MOST_WAYS: Final = 2000
"""How many ways through a chart are followed."""


def endless(draft: Draft) -> Iterator[Diagnostic]:
    """SOP141: a transition that would be taken again and again.

    `always` is taken as soon as it holds. Where it leads back to where it started, by itself or by way of others, and
    nothing on the way changes what the conditions ask, the ticket would never come to rest. The same is true of events
    that raise each other, and of `at`: a timer that is set for a time which has passed fires at once. So it may not
    lead back to where it is set again, unless something on the way writes another time into its field.

    Fails:

        fields:
          note: {type: text}
          urgent: {type: boolean, default: false}
        open: {by: desk, ask: [note, urgent], to: received}
        states:
          received: {always: {when: urgent, to: checked}, transitions: {check: {by: desk, to: checked}}}
          checked: {always: {when: urgent, to: received}, transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        fields:
          note: {type: text}
          urgent: {type: boolean, default: false}
        open: {by: desk, ask: [note, urgent], to: received}
        states:
          received: {always: {when: urgent, to: checked}, transitions: {check: {by: desk, to: checked}}}
          checked: {always: {when: not urgent, to: received}, transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    procedure = draft.procedure
    if procedure is None or any(fact.kind in ("expression", "full_width") for fact in draft.facts):
        return
    graph, values = Graph(procedure), Values(procedure)
    left = itertools.repeat(None, MOST_WAYS)
    for state in procedure.states:
        if state.id not in graph.reachable:
            continue
        places = [(draft.cursors[f"states.{state.id}"] / word).name for word in _at_once_again(graph, state)]
        places += [draft.cursors[f"states.{state.id}.handlers.{event}"].name for event in _raised_again(graph, state)]
        if state.always and _goes_round(graph, values, state, left):
            places.append((draft.cursors[f"states.{state.id}"] / "always").name)
        for place in places:
            yield error(
                "SOP141", place,
                msg("this is taken again and again, for ever"),
                msg("It leads back to where it started, and nothing on the way changes what is asked."),
                msg("give it a `when:` that stops holding, or another target"),
            )  # fmt: skip
        for timer in state.timers if state.id != ROOT else ():
            if timer.at is not None and _fires_again(graph, values, state, timer, left):
                yield error(
                    "SOP141", draft.cursors[f"states.{state.id}.timers.{timer.id}"].name,
                    msg("once its time has passed, this timer fires again and again"),
                    msg("It leads back to where it is set, and a timer of a time that has passed fires at once."),
                    msg("lead to another state, or leave `to` out and let the ticket stay where it is"),
                )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Way:
    """What must hold on a way through eventless transitions, and what happens on it."""

    state: str
    literals: tuple[Literal, ...] = ()
    effects: tuple[Effect, ...] = ()
    steps: int = 0


def _goes_round(graph: Graph, values: Values, begin: State, left: Iterator[None]) -> bool:
    """Whether a way leads from a state back to it, on which everything still holds after one turn."""
    waiting = [_Way(begin.id)]
    while waiting and next(left, True) is None:
        way = waiting.pop()
        if way.steps and way.state == begin.id:
            if _unchanged(graph, way) and all_can_hold(way.literals, values):
                return True
        elif way.steps < MOST_STEPS:
            waiting += _further(graph, way)
    return False


def _further(graph: Graph, way: _Way) -> Iterator[_Way]:
    before: list[Literal] = []
    here = graph.states[way.state]
    for each in here.always:
        holds = [*before, *([(each.when, True)] if each.when is not None else [])]
        arrived = _rest(graph, here, each)
        if arrived is not None:
            effects = (*each.effects, *_on_the_way(graph, here, each))
            yield _Way(arrived, (*way.literals, *holds), (*way.effects, *effects), way.steps + 1)
        if each.when is None:
            return
        before.append((each.when, False))


def _raised_again(graph: Graph, state: State) -> Iterator[str]:
    """The events of a state whose handlers surely raise each other, and stay where they are."""
    stays = {
        handler.event: handler.alternatives[0]
        for handler in state.handlers
        if handler.alternatives and handler.alternatives[0].when is None and not handler.alternatives[0].target
    }
    inside = {handler.event for each in graph.inside(state.id) if each != state.id
              for handler in graph.states[each].handlers}  # fmt: skip
    for event in stays:
        seen: set[str] = set()
        waiting = [event]
        while waiting:
            raised = {effect.event for effect in stays[waiting.pop()].effects if isinstance(effect, Raise)}
            further = [each for each in raised if each in stays and not {each, "*"} & inside]
            if event in further:
                yield event
                break
            waiting += [each for each in further if each not in seen]
            seen.update(further)


def _at_once_again(graph: Graph, state: State) -> Iterator[str]:
    """The words by which a state is entered again whenever it is entered: `entry` raises what leads back into it, or it
    is `done` as soon as it is entered."""
    raised = {effect.event for effect in state.entry if isinstance(effect, Raise)}
    handled = [(handler.event, handler.alternatives[0]) for handler in state.handlers if handler.alternatives]
    inner = len([*graph.inside(state.id)]) > 1
    if not inner and any(event in raised and _again(graph, state, way) for event, way in handled):
        yield "entry"
    over = [graph.states[each].kind == "final" for each in graph.defaults(state.id)]
    if state.kind == "compound" and over == [True] and state.done and _again(graph, state, state.done[0]):
        yield "done"


def _again(graph: Graph, state: State, way: Transition) -> bool:
    """Whether a transition of a state surely leads back into it."""
    return way.when is None and state.id != ROOT and state.id in _entered(graph, state.id, way)


def _fires_again(graph: Graph, values: Values, begin: State, first: Timer, left: Iterator[None]) -> bool:
    """Whether an `at` timer leads, by itself or by way of others whose times have passed too, back to where it is set
    anew, for the same time."""
    waiting = [(_Way(begin.id), first)]
    fields: tuple[str, ...] = ()
    while waiting and next(left, True) is None:
        way, timer = waiting.pop()
        if way.steps >= MOST_STEPS:
            continue
        fields = (*fields, str(timer.at).partition(".")[0])
        for further, entered in _fired(graph, way, timer):
            if begin.id in entered:
                if _unchanged(graph, further, fields) and all_can_hold(further.literals, values):
                    return True
                continue
            for each in entered:
                following = _alone(graph, graph.states[each])
                if following is not None:
                    waiting.append((_Way(each, further.literals, further.effects, further.steps), following))
    return False


def _fired(graph: Graph, way: _Way, timer: Timer) -> Iterator[tuple[_Way, list[str]]]:
    """What firing a timer comes to: the ways on, each with the states that are entered."""
    before: list[Literal] = []
    here = graph.states[way.state]
    if _alone(graph, here) is not timer:
        return
    for each in timer.alternatives:
        holds = [*before, *([(each.when, True)] if each.when is not None else [])]
        effects = (*way.effects, *each.effects, *_on_the_way(graph, here, each))
        entered = _entered(graph, here.id, each)
        if entered:
            yield _Way(way.state, (*way.literals, *holds), effects, way.steps + 1), entered
        if each.when is None:
            return
        before.append((each.when, False))


def _alone(graph: Graph, state: State) -> Timer | None:
    """The `at` timer that leads on from a state once its time has passed; None where there is none, or where something
    else may lead on as well, so that nobody could say here which goes first."""
    around = [state.id, *graph.ancestors(state.id)]
    leading = [
        (each, timer)
        for each in around
        for timer in graph.states[each].timers
        if timer.after is None and any(way.target for way in timer.alternatives)
    ]
    if len(leading) != 1 or leading[0][0] != state.id or any(graph.states[each].always for each in around):
        return None
    found = leading[0][1]
    return found if found.at is not None and graph.parallel_of(state.id) is None else None


def _entered(graph: Graph, source: str, way: Transition) -> list[str]:
    """The states that a transition enters, those that it leaves first included; none where that cannot be said."""
    targets = graph.targets(way)
    if len(targets) != 1 or graph.states[targets[0]].kind == "history" or way.internal:
        return []
    stays = set(graph.ancestors(source)) & set(graph.ancestors(targets[0]))
    return [each for each in graph.path(targets[0]) if each not in stays]


def _rest(graph: Graph, here: State, way: Transition) -> str | None:
    """The one state whose eventless transitions are looked at next; None where there is none, or several could be: of
    several nobody could say here which goes first."""
    targets = graph.targets(way)
    if len(targets) > 1 or (targets and graph.states[targets[0]].kind == "history"):
        return None
    path = graph.path(targets[0]) if targets else [*reversed(graph.ancestors(here.id)[:-1]), here.id]
    looked_at = [each for each in path if graph.states[each].always]
    side_by_side = any(graph.states[each].kind == "parallel" for each in path)
    inside = not targets and graph.children(here.id)
    return looked_at[0] if len(looked_at) == 1 and not side_by_side and not inside else None


def _on_the_way(graph: Graph, here: State, way: Transition) -> Iterator[Effect]:
    """What is done where states are left and entered; more than is left and entered is no harm."""
    for target in graph.targets(way):
        for each in {here.id, *graph.ancestors(here.id), *graph.inside(here.id), *graph.path(target)} - {ROOT}:
            yield from (*graph.states[each].entry, *graph.states[each].exit)


def _unchanged(graph: Graph, way: _Way, also: Iterable[str] = ()) -> bool:
    """Whether nothing that happens on the way could change what its conditions come to, or what the fields hold that
    are named besides."""
    if not all(isinstance(effect, Assign | Print | Raise | Set | Tell) for effect in way.effects):
        return False
    written = {effect.field for effect in way.effects if isinstance(effect, Set)}
    follows = {
        field.id: (guards.reads(field.computed) if field.computed is not None else set())
        | ({field.fill.partition(".")[0]} if field.fill is not None else set())
        for field in graph.procedure.fields
    }
    for _turn in follows:
        written |= {name for name, needs in follows.items() if needs & written}
    trees = [tree for tree, _holds in way.literals]
    read = set(also).union(*(guards.reads(tree) for tree in trees))
    return not read & written and not any("in_state" in str(tree) for tree in trees)
