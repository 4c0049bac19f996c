"""Checks of the procedures of a site together: what one asks of another. They look at compiled procedures, and all of
them warn: another file may be on its way.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sop_engine.diagnostics import Diagnostic, Span
from sop_engine.language.checks.telling import warning
from sop_engine.language.graph import Graph
from sop_engine.language.near import near
from sop_engine.messages import msg
from sop_engine.procedure import ROOT, Effect, Procedure, Signal, Start, Transition


@dataclass(frozen=True, slots=True)
class Member:
    """One procedure of a site. Of one without `places` (it is published, and its file is not looked at) nothing is
    told; the others count on it."""

    procedure: Procedure
    file: str = ""
    places: Mapping[str, list[int]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    """element path -> the file in which it stands, where that is another one"""

    def span(self, at: str) -> Span:
        """The first character of an element's place."""
        line, column, *_end = self.places[at]
        return Span(self.files.get(at, self.file), line, column, line, column + 1)


Site = Mapping[str, Member]
SiteCheck = Callable[[Site], Iterator[Diagnostic]]


def effects_of(procedure: Procedure) -> Iterator[tuple[str, Effect]]:
    """Every effect of a procedure with the path of the element that bears it."""
    groups: list[tuple[str, tuple[Transition, ...]]] = [("open", procedure.open.alternatives)]
    for state in procedure.states:
        at = f"states.{state.id}"
        groups += [(f"{at}.offers.{each.trigger}", each.alternatives) for each in state.offers]
        groups += [(f"{at}.handlers.{each.event}", each.alternatives) for each in state.handlers]
        groups += [(f"{at}.timers.{each.id}", each.alternatives) for each in state.timers]
        groups += [(f"{at}.always", state.always), (f"{at}.done", state.done)]
        yield from ((at, effect) for effect in (*state.entry, *state.exit))
    for at, ways in groups:
        for index, way in enumerate(ways):
            yield from ((f"{at}.{index}", effect) for effect in way.effects)


def unknown_procedures(site: Site) -> Iterator[Diagnostic]:
    """SOP220: a child ticket of a procedure that the site does not have.

    `start` names a procedure that has no file here and was never published. Until it is, whatever starts it is refused.

    Fails:

        open: {by: desk, ask: note, to: received, start: {othr: {note: note}}}

    Passes:

        open: {by: desk, ask: note, to: received, start: {other: {note: note}}}
    """
    for member, at, start in _starts(site):
        if start.procedure not in site:
            yield warning(
                "SOP220", member.span(at), msg("there is no procedure named `{name}` here", name=start.procedure),
                msg("Whatever starts it is refused until it has been published."),
                msg("write `{name}.sop.yaml` beside this file, or correct the name", name=start.procedure),
                near(start.procedure, tuple(site)),
            )  # fmt: skip


def _starts(site: Site) -> Iterator[tuple[Member, str, Start]]:
    for member in site.values():
        for at, effect in effects_of(member.procedure) if member.places else ():
            if isinstance(effect, Start):
                yield member, at, effect


def openings(site: Site) -> Iterator[Diagnostic]:
    """SOP221: a child ticket could not be opened with what it is given.

    What a child's `open` asks and cannot fill in is given by whoever starts it; and nothing is given that `open` does
    not ask. Else the start is refused, and with it the whole transition.

    Fails:

        open: {by: desk, ask: note, to: received, start: {other: {note: note, remark: note}}}

    Passes:

        open: {by: desk, ask: note, to: received, start: {other: {note: note}}}
    """
    for member, at, start in _starts(site):
        if start.procedure not in site:
            continue
        child = site[start.procedure].procedure
        asked = (*child.open.ask, *child.open.may_ask)
        for name in start.values:
            if name not in asked:
                yield warning(
                    "SOP221", member.span(at),
                    msg("`{procedure}` does not ask for `{name}`", procedure=child.id, name=name),
                    msg("A start that gives what `open` does not ask is refused."),
                    msg("ask for it there, or take it away here"), near(name, asked),
                )  # fmt: skip
        for name in child.open.ask:
            declared = child.field(name)
            itself = declared is None or declared.default is not None or declared.fill or declared.required
            if not itself and name not in start.values:
                yield warning(
                    "SOP221", member.span(at),
                    msg("`{procedure}` asks for `{name}`, which is not given", procedure=child.id, name=name),
                    msg("Nobody can be asked when another ticket starts it, so the start is refused."),
                    msg("give it here: `{name}: ...`", name=name),
                )  # fmt: skip


def signals(site: Site) -> Iterator[Diagnostic]:
    """SOP222: a signal that no ticket on the other side takes.

    The procedures that this one starts, or that start it, have no `on_event` for it; so it is recorded as not taken,
    and nothing happens.

    Fails:

        open: {by: desk, ask: note, to: received, start: {other: {note: note}}}
        states:
          received: {transitions: {finish: {by: desk, signal: {children: hurry}, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        open: {by: desk, ask: note, to: received, start: {other: {note: note}}}
        states:
          received: {transitions: {finish: {by: desk, signal: {children: hurry}, to: closed}}}
          closed: {final: true, outcome: done}
        ---
        procedure: other
        takes: hurry
        on_event: {hurry: {tell: desk}}
    """
    parents: dict[str, set[str]] = {}
    for name, member in site.items():
        for _at, effect in effects_of(member.procedure):
            if isinstance(effect, Start):
                parents.setdefault(effect.procedure, set()).add(name)
    for name, member in site.items():
        for at, effect in effects_of(member.procedure) if member.places else ():
            if not isinstance(effect, Signal):
                continue
            others = parents.get(name, set())
            if effect.to == "children":
                others = {child for child, by in parents.items() if name in by and effect.procedure in ("", child)}
            if not others <= site.keys():
                continue
            events = tuple(sorted({each for other in others for each in site[other].procedure.events}))
            if not any(_takes(site[other].procedure, effect.event) for other in others):
                yield warning(
                    "SOP222", member.span(at), msg("no other procedure takes the signal `{event}`", event=effect.event),
                    msg("It would be recorded as not taken, and nothing would happen."),
                    msg("add it under `on_event:` on the other side, or correct its name"),
                    near(effect.event, events),
                )  # fmt: skip


def _takes(procedure: Procedure, event: str) -> bool:
    """Whether some state waits for an event."""
    return any(handler.event in (event, "*") for state in procedure.states for handler in state.handlers)


def circles(site: Site) -> Iterator[Diagnostic]:
    """SOP223: tickets that start each other without end.

    Whichever way a ticket of this procedure is opened, it starts one of another, and that one, at once, one of this
    again. After twenty tickets the last start is refused, and with it the first: so no ticket can ever be opened.

    Fails:

        open: {by: desk, ask: note, to: received, start: {example: {note: note}}}

    Passes:

        states:
          received: {transitions: {finish: {by: desk, start: {example: {note: note}}, to: closed}}}
          closed: {final: true, outcome: done}
    """
    at_once = {name: _started_at_once(member.procedure) for name, member in site.items()}
    for name, member in site.items():
        seen: set[str] = set()
        waiting = list(at_once[name])
        while waiting:
            each = waiting.pop()
            if each not in seen:
                seen.add(each)
                waiting += at_once.get(each, ())
        if name in seen and member.places:
            yield warning(
                "SOP223", member.span("open"), msg("opening `{name}` starts `{name}` again, without end", name=name),
                msg("After twenty tickets the last start is refused, and with it the first."),
                msg("start it later, at a trigger or on a condition"),
            )  # fmt: skip


def _started_at_once(procedure: Procedure) -> set[str]:
    """The procedures of which one ticket is started whichever way a ticket is opened."""
    graph = Graph(procedure)
    ways: list[set[str]] = []
    for way in procedure.open.alternatives:
        entered = {each for target in graph.targets(way) for each in graph.path(target)}
        effects = (*way.effects, *(effect for each in entered for effect in graph.states[each].entry))
        ways.append({effect.procedure for effect in effects if isinstance(effect, Start) and effect.each is None})
    return set.intersection(*ways) if ways else set()


def waiting(site: Site) -> Iterator[Diagnostic]:
    """SOP224: tickets that wait for each other.

    A child can only end after a signal from its parent, and the parent sends it only after it has waited for that
    child to end. Both would stay open for ever.

    Fails:

        open: {by: desk, ask: note, to: received, start: {other: {note: note}}}
        states:
          received: {always: {when: "all(children('other'), child.status == 'closed')", to: rung}}
          rung: {transitions: {finish: {by: desk, signal: {children: hurry}, to: closed}}}
          closed: {final: true, outcome: done}
        ---
        procedure: other
        takes: hurry
        open: {by: desk, ask: note, to: waiting}
        states:
          waiting: {on_event: {hurry: {to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        open: {by: desk, ask: note, to: received, start: {other: {note: note}}}
        states:
          received: {transitions: {ring: {by: desk, signal: {children: hurry}, to: rung}}}
          rung: {always: {when: "all(children('other'), child.status == 'closed')", to: closed}}
          closed: {final: true, outcome: done}
        ---
        procedure: other
        takes: hurry
        open: {by: desk, ask: note, to: waiting}
        states:
          waiting: {on_event: {hurry: {to: closed}}}
          closed: {final: true, outcome: done}
    """
    for name, member in site.items():
        if not member.places:
            continue
        sent = [(at, each) for at, each in effects_of(member.procedure) if isinstance(each, Signal)]
        for child in sorted({each.procedure for _at, each in effects_of(member.procedure) if isinstance(each, Start)}):
            if child not in site or child == name:
                continue
            events = _must_receive(site[child].procedure)
            sending = [at for at, each in sent if each.to == "children" and each.event in events]
            if events and all(_only_after_closing(member.procedure, at, child) for at in sending):
                state = _waits(member.procedure, child)
                if state is not None:
                    yield warning(
                        "SOP224", member.span(f"states.{state}"),
                        msg("this waits for `{child}`, which waits for this", child=child),
                        msg("The child ends only after one of the signals: {events}.", events=tuple(sorted(events))),
                        msg("send the signal before, or let the child end without it"),
                    )  # fmt: skip


def _must_receive(procedure: Procedure) -> set[str]:
    """Events from outside without one of which no ticket can come to its end; none where it can."""
    from_outside = set(procedure.events)
    kept = [
        (edge.source, target)
        for graph in [Graph(procedure)]
        for edge in graph.edges
        for target in graph.targets(edge.transition)
        if not (edge.kind == "handler" and _event_of(procedure, edge.source, edge.transition) in from_outside)
    ]
    return set() if _ends(procedure, kept) else from_outside


def _event_of(procedure: Procedure, source: str, way: Transition) -> str:
    return next((each.event for each in procedure.state(source).handlers if way in each.alternatives), "")


def _ends(procedure: Procedure, edges: list[tuple[str, str]], without: str = "", goal: str = "") -> bool:
    """Whether an end (or the state `goal`) can be reached from the opening along these edges, never entering the state
    `without`. A state that is entered makes those around and inside it count as entered: too many, never too few."""
    graph = Graph(procedure)
    seen: set[str] = set()
    todo = [ROOT]
    while todo:
        here = todo.pop()
        if here in seen or here == without:
            continue
        seen.add(here)
        for source, target in edges:
            path = graph.path(target) if source == here else []
            if path and without not in path:
                wide = [each for each in path if graph.states[each].kind == "parallel"]
                if graph.states[target].kind == "history":
                    wide.append(graph.states[target].parent)
                todo += [*path, *graph.inside(target), *(inner for each in wide for inner in graph.inside(each))]
    wanted = {goal} if goal else {each.id for each in procedure.states if each.kind == "final" and each.parent == ROOT}
    return bool(wanted & seen)


def _waits(procedure: Procedure, child: str) -> str | None:
    """A state that is left only when the children of a procedure are closed, with nothing else leading out of it."""
    graph = Graph(procedure)
    closed: Final = ("all", ("children", child), ("==", ("row", "status"), ("const", "text", "closed")))
    for state in procedure.states:
        inward = [state.id, *graph.ancestors(state.id)]
        leading = [edge for edge in graph.edges if edge.kind != "open" and edge.source in inward]
        if state.kind == "atomic" and leading and all(edge.transition.when == closed for edge in leading):
            return state.id
    return None


def _only_after_closing(procedure: Procedure, at: str, child: str) -> bool:
    """Whether a signal is sent only once the state that waits for the child's end was left."""
    state, parts = _waits(procedure, child), at.split(".")
    if state is None or parts[0] != "states":
        return False
    graph = Graph(procedure)
    edges = [(edge.source, target) for edge in graph.edges for target in graph.targets(edge.transition)]
    return parts[1] != ROOT and not _ends(procedure, edges, without=state, goal=parts[1])


SITE_CHECKS: Final[tuple[SiteCheck, ...]] = (unknown_procedures, openings, signals, circles, waiting)
