"""Checks of the procedures of a site together: what one asks of another. They look at compiled procedures, and all of
them warn: another file may be on its way.
"""

from collections.abc import Iterator

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.analysis.graph import Graph
from sop_engine.language.checks.members import Member, Site, effects_of
from sop_engine.language.checks.telling import warning
from sop_engine.language.near import near
from sop_engine.messages import msg
from sop_engine.procedure import Collect, Procedure, Signal, Start


def unknown_procedures(site: Site) -> Iterator[Diagnostic]:
    """SOP220: a child ticket of a procedure that the site does not have.

    `start` names a procedure that has no file here and was never published. Until it is, whatever starts it is refused.
    `collect` that names one, or a state that none of its procedures has, finds nothing.

    Fails:

        open: {by: desk, ask: note, to: received, start: {othr: {note: note}}}

    Passes:

        open: {by: desk, ask: note, to: received, start: {other: {note: note}}}
    """
    for member, at, start in _starts(site):
        if start.procedure not in site.members:
            yield warning(
                "SOP220", member.span(at), msg("there is no procedure named `{name}` here", name=start.procedure),
                msg("Whatever starts it is refused until it has been published."),
                msg("write `{name}.sop.yaml` beside this file, or correct the name", name=start.procedure),
                near(start.procedure, tuple(site.members)),
            )  # fmt: skip

    for member, at, name, kind, known in _collected(site):
        yield warning(
            "SOP220", member.span(at),
            msg("there is no procedure named `{name}` here", name=name) if kind == "procedure"
            else msg("there is no state named `{name}` in what is collected", name=name),
            msg("Nothing is ever found by it."), msg("correct the name under `collect`"), near(name, known),
        )  # fmt: skip


def _collected(site: Site) -> Iterator[tuple[Member, str, str, str, tuple[str, ...]]]:
    """What `collect` names that nobody declares: (member, path, name, `procedure` or `state`, the names there are)."""
    for member in site.members.values():
        for at, effect in effects_of(member.procedure) if member.places else ():
            if not isinstance(effect, Collect):
                continue
            unknown = [name for name in effect.procedures if name not in site.members]
            for name in unknown:
                yield member, at, name, "procedure", tuple(site.members)
            looked_at = effect.procedures or site.members
            states = {each.id for name in looked_at if name in site.members
                      for each in site.members[name].procedure.states}  # fmt: skip
            for name in effect.states:
                if name not in states and not unknown:
                    yield member, at, name, "state", tuple(sorted(states))


def _starts(site: Site) -> Iterator[tuple[Member, str, Start]]:
    for member in site.members.values():
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
        if start.procedure not in site.members:
            continue
        child = site.members[start.procedure].procedure
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
    parents = site.starts()
    for name, member in site.members.items():
        for at, effect in effects_of(member.procedure) if member.places else ():
            if not isinstance(effect, Signal):
                continue
            others = parents.get(name, set())
            if effect.to == "children":
                others = {child for child, by in parents.items() if name in by and effect.procedure in ("", child)}
            if not others <= site.members.keys():
                continue
            events = tuple(sorted({each for other in others for each in site.members[other].procedure.events}))
            if not any(_takes(site.members[other].procedure, effect.event) for other in others):
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
    at_once = {name: _started_at_once(member.procedure) for name, member in site.members.items()}
    for name, member in site.members.items():
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
