"""A check of what conditions say of child tickets: whether their procedure has such a state, or such an outcome."""

from collections.abc import Iterator
from typing import Final

from sop_engine.acts import ENDS
from sop_engine.diagnostics import Diagnostic
from sop_engine.goals import conditions_of
from sop_engine.language.checks.members import Member, Site, effects_of, ways_of
from sop_engine.language.checks.telling import warning
from sop_engine.language.near import near
from sop_engine.messages import msg
from sop_engine.procedure import Procedure, Start, Tree

SHOWN: Final = 12
OVER: Final = frozenset({"count", "any", "all"})


def children_there(site: Site) -> Iterator[Diagnostic]:
    """SOP226: a condition names a state or an outcome that child tickets do not have.

    `child.state` and `child.outcome` are compared with ids of the procedure that the child tickets follow. It has no
    such one, so the comparison never holds.

    Fails:

        open: {by: desk, ask: note, to: received, start: {other: {note: note}}}
        states:
          received: {always: {when: "any(children('other'), 'recieved' in child.state)", to: closed}}
          closed: {final: true, outcome: done}

    Passes:

        open: {by: desk, ask: note, to: received, start: {other: {note: note}}}
        states:
          received: {always: {when: "any(children('other'), 'received' in child.state)", to: closed}}
          closed: {final: true, outcome: done}
    """
    for member in site.members.values():
        for at, tree in _conditions(member.procedure) if member.places else ():
            for procedure, column, name in dict.fromkeys(_named(tree)):
                found = _family(site, member, procedure)
                known = tuple(id for each in found or () for id in _ids(each, column))
                if found is None or name in known:
                    continue
                yield warning(
                    "SOP226", member.span(at),
                    msg("child tickets have no state `{name}`", name=name) if column == "state"
                    else msg("child tickets have no outcome `{name}`", name=name),
                    msg("A condition here compares them with it, and never holds."),
                    msg("name one of these: {known}", known=tuple(f"`{each}`" for each in known[:SHOWN])),
                    near(name, known),
                )  # fmt: skip


def _conditions(procedure: Procedure) -> Iterator[tuple[str, Tree]]:
    """The conditions of a procedure, and what it computes, with the path of the element that bears each."""
    for at, way in ways_of(procedure):
        if way.when is not None:
            yield at, way.when
    for field in procedure.fields:
        if field.computed is not None:
            yield f"fields.{field.id}", field.computed
    for goal in procedure.goals:
        yield from ((f"goals.{goal.id}", tree) for tree in conditions_of(goal))


def _named(tree: Tree) -> Iterator[tuple[str, str, str]]:
    """What a tree says of children: their procedure (empty: any), `state` or `outcome`, and the id."""
    if tree[0] == "const":
        return
    if tree[0] in OVER and len(tree) > 2 and tree[1][0] == "children":
        yield from ((tree[1][1], column, name) for column, name in _compared(tree[2]))
        return
    for part in tree:
        if isinstance(part, tuple) and part:
            yield from _named(part)


def _compared(test: Tree) -> Iterator[tuple[str, str]]:
    match test:
        case ("in", ("const", "text", name), ("row", "state")):
            yield "state", name
        case ("in", ("row", "outcome"), ("list", *items)):
            yield from (("outcome", each[2]) for each in items if each[0] == "const")
        case (("==" | "!="), ("row", "outcome"), ("const", "text", name)):
            yield "outcome", name
        case (("==" | "!="), ("const", "text", name), ("row", "outcome")):
            yield "outcome", name
        case (("and" | "or" | "not"), *parts):
            for part in parts:
                yield from _compared(part)


def _family(site: Site, member: Member, procedure: str) -> list[Procedure] | None:
    """The procedures of the children that are meant; None where the site does not know them all."""
    names = {procedure} if procedure else {
        effect.procedure for _at, effect in effects_of(member.procedure) if isinstance(effect, Start)
    }  # fmt: skip
    if not names or not names <= site.members.keys():
        return None
    return [site.members[name].procedure for name in sorted(names)]


def _ids(procedure: Procedure, column: str) -> Iterator[str]:
    """The states, or the outcomes, those that staff give too; a final state without one is one by its own id."""
    if column == "state":
        yield from (state.id for state in procedure.states[1:])
        return
    yield from (outcome.id for outcome in procedure.outcomes)
    yield from ENDS
    yield from (state.id for state in procedure.states if state.kind == "final" and state.outcome is None)
