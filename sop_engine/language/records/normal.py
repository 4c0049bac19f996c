"""From a file that fits the schema to the records of the normal form.

Names are kept as they were written; whether they name anything is for the checks. Whatever has a place is noted in
`Draft.places` under its element path (see `sop_engine.language.Compiled`).
"""

import dataclasses
import re
from typing import Final, Literal

from sop_engine.language import times
from sop_engine.language.draft import Draft, TemplateFaults, TemplateSource
from sop_engine.language.grammar.schema import Document, RoleWords, StateWords
from sop_engine.language.grammar.shapes import listed
from sop_engine.language.records import acts, goals
from sop_engine.language.records.building import Builder, written
from sop_engine.language.records.fields import fields, record_value
from sop_engine.language.records.moves import Moves
from sop_engine.language.records.papers import Papers
from sop_engine.language.records.skills import skills
from sop_engine.language.records.teams import teams
from sop_engine.language.source.tree import Cursor
from sop_engine.procedure import ROOT, Choice, Every, Offer, Procedure, Role, Schedule, State, Tree

UNSHOWN: Final = frozenset({"rows", "checklist", "file", "photo"})
"""types that no line of a list can show"""
PARTS: Final = {"person": ("name", "phone"), "interval": ("start", "end")}
PART: Final = re.compile(r"\{\{\s*([a-z][a-z0-9_]*(?:\.[a-z]+)?)\s*\}\}")


def build(
    draft: Draft, document: Document, source: TemplateSource, template_faults: TemplateFaults | None = None
) -> None:
    """Fill the draft with the procedure, its places, and the names it uses."""
    builder = Builder(draft, document)
    top = draft.cursor
    builder.allow(document.allow, top, "")
    roles = _roles(builder, top / "roles")
    learnt = skills(builder, top)
    crews = teams(builder, top)
    for name in document.fields:
        builder.declare("field", name, top / "fields" / name, f"fields.{name}")
    found_fields = fields(builder, top / "fields")
    outcomes = _outcomes(builder, top)
    moves = Moves(builder)
    states, opening = _states(builder, moves, top)
    if document.owner is not None:
        builder.use("role", document.owner, top / "owner", "", "owner")
    for event, here in zip(listed(document.takes), (top / "takes").each(), strict=False):
        builder.declare("event", event, here, f"takes.{event}")
    papers = Papers(builder, source, template_faults)
    promises = goals.goals(builder, top / "goals")
    draft.procedure = Procedure(
        id=document.procedure,
        title=written(document.title) or {"und": document.procedure},
        prefix=document.prefix,
        states=states,
        open=opening,
        fields=found_fields,
        roles=roles,
        skills=learnt,
        teams=crews,
        subject=_subject(builder, document.subject, top / "subject"),
        owner=document.owner,
        notices=papers.notices(top / "notices"),
        forms=papers.forms(top / "forms"),
        schedules=_schedules(builder, top / "starts"),
        calendar=goals.calendar(builder, top),
        goals=promises,
        acts=acts.acts(builder, top / "acts", promises),
        outcomes=_with_unlisted(builder, outcomes, states),
        events=tuple(listed(document.takes)),
        backdate=builder.duration(document.backdate, top / "backdate") if document.backdate is not None else None,
        source=builder.sources(document.source, top),
    )


def _roles(builder: Builder, cursor: Cursor) -> tuple[Role, ...]:
    given = builder.document.roles
    found = []
    items = given.items() if isinstance(given, dict) else ((each, None) for each in listed(given))
    for index, (name, words) in enumerate(items):
        here = cursor / (name if isinstance(given, dict) else index)
        path = f"roles.{name}"
        builder.declare("role", name, here, path)
        title = words.title if isinstance(words, RoleWords) else words
        scope = None
        if isinstance(words, RoleWords):
            builder.allow(words.allow, here, path)
            scope = words.scope
            if scope is not None:
                builder.use("field", scope, here / "scope", path, "scope")
        found.append(Role(name, builder.title("role", name, title, here), scope))
    return tuple(found)


def _outcomes(builder: Builder, top: Cursor) -> tuple[Choice, ...]:
    given = builder.document.outcomes
    found = []
    items = given.items() if isinstance(given, dict) else ((each, None) for each in listed(given))
    for index, (name, title) in enumerate(items):
        here = top / "outcomes" / (name if isinstance(given, dict) else index)
        builder.declare("outcome", name, here, f"outcomes.{name}")
        found.append(Choice(name, builder.title("outcome", name, title, here)))
    return tuple(found)


def _with_unlisted(builder: Builder, outcomes: tuple[Choice, ...], states: tuple[State, ...]) -> tuple[Choice, ...]:
    """Where the file has no `outcomes`, those that its final states name."""
    if outcomes:
        return outcomes
    found: dict[str, Choice] = {}
    for state in states:
        if state.outcome is not None and state.outcome not in found:
            cursor = builder.draft.cursors[f"states.{state.id}"] / "outcome"
            builder.draft.declared.setdefault("outcome", {})[state.outcome] = cursor.span
            found[state.outcome] = Choice(state.outcome, builder.title("outcome", state.outcome, None, cursor))
    return tuple(found.values())


# --- states ----------------------------------------------------------------------------------------------------------


def _states(builder: Builder, moves: Moves, top: Cursor) -> tuple[tuple[State, ...], Offer]:
    document = builder.document
    found: list[State] = []
    _inner(builder, moves, document.states, top / "states", ROOT, found)
    builder.place("open", top / "open")
    opening = moves.offer("open", document.open, top / "open", "open", ROOT)
    builder.place(f"states.{ROOT}", top)
    root = State(
        id=ROOT,
        title=written(document.title) or {"und": document.procedure},
        kind="compound",
        parent="",
        children=tuple(document.states),
        offers=moves.offers(document.anytime, top / "anytime", ROOT),
        handlers=moves.handlers(document, top, ROOT),
        timers=moves.timers(document, top, ROOT),
    )
    return tuple(_with_histories([root, *found], moves.histories)), opening


def _inner(
    builder: Builder,
    moves: Moves,
    given: "dict[str, StateWords | None]",
    cursor: Cursor,
    parent: str,
    found: list[State],
) -> None:
    for name, words in given.items():
        here = cursor / name
        known = name in builder.draft.declared.get("state", {})
        builder.declare("state", name, here, f"states.{name}")
        if known or name == ROOT:
            # a fault of its own; a state inside itself would have no end
            continue
        words = words if words is not None else StateWords.model_validate({})
        found.append(_state(builder, moves, name, words, here, parent))
        _inner(builder, moves, words.states, here / "states", name, found)


def _kind(words: StateWords) -> Literal["atomic", "compound", "parallel", "final"]:
    if words.final:
        return "final"
    if words.parallel is not None:
        return "parallel"
    return "compound" if words.states else "atomic"


def _state(builder: Builder, moves: Moves, name: str, words: StateWords, cursor: Cursor, parent: str) -> State:
    path = f"states.{name}"
    builder.allow(words.allow, cursor, path)
    if words.initial is not None:
        builder.use("state", words.initial, cursor / "initial", path, "initial")
    for region, here in zip(words.parallel or [], (cursor / "parallel").each(), strict=False):
        builder.use("state", region, here, path, "parallel")
    if words.outcome is not None:
        builder.use("outcome", words.outcome, cursor / "outcome", path, "outcome")
    children = tuple(words.states)
    initial: tuple[str, ...] = ()
    if children and words.parallel is None:
        initial = (words.initial if words.initial is not None else children[0],)
    return State(
        id=name,
        title=builder.title("state", name, words.title, cursor),
        kind=_kind(words),
        parent=parent,
        children=children,
        initial=initial,
        outcome=words.outcome,
        offers=moves.offers(words.transitions, cursor / "transitions", name),
        always=moves.groups(words.always, cursor / "always", f"{path}.always", name),
        handlers=moves.handlers(words, cursor, name),
        done=moves.groups(words.done, cursor / "done", f"{path}.done", name),
        timers=moves.timers(words, cursor, name),
        entry=moves.effects(words.entry, cursor / "entry", f"{path}.entry", name) if words.entry is not None else (),
        exit=moves.effects(words.exit, cursor / "exit", f"{path}.exit", name) if words.exit is not None else (),
        source=builder.sources(words.source, cursor),
    )


def _with_histories(states: list[State], histories: set[tuple[str, bool]]) -> list[State]:
    """The states, each followed by the history states that targets ask of it."""
    found: list[State] = []
    for state in states:
        wanted = [(parent, deep) for parent, deep in sorted(histories) if parent == state.id]
        names = tuple(f"{parent}.{'deep_history' if deep else 'history'}" for parent, deep in wanted)
        found.append(dataclasses.replace(state, children=(*state.children, *names)) if names else state)
        for name, (_parent, deep) in zip(names, wanted, strict=True):
            initial = state.initial if state.kind == "compound" else state.children
            found.append(State(name, state.title, "history", parent=state.id, initial=initial, deep=deep))
    return found


# --- the rest --------------------------------------------------------------------------------------------------------


def _subject(builder: Builder, text: str, cursor: Cursor) -> tuple[str, ...]:
    """Texts and field paths in turn, beginning with a text."""
    parts: list[str] = []
    position = 0
    for found in PART.finditer(text):
        before = text[position : found.start()]
        name = found.group(1)
        id, _dot, part = name.partition(".")
        builder.use("field", id, cursor, "subject", "subject", cursor.part(*found.span(1)))
        field = builder.fields.get(id)
        if field is not None and (field.type in UNSHOWN or (part and part not in PARTS.get(field.type, ()))):
            builder.draft.fact("subject_part", cursor.part(*found.span(1)), name=id, type=field.type, part=part)
        parts += [before, name]
        position = found.end()
    rest = text[position:]
    for piece in (*parts[::2], rest):
        if "{{" in piece or "}}" in piece or "{%" in piece:
            builder.draft.fact("subject", cursor.span, text=piece.strip())
    return (*parts, rest) if rest or not parts else tuple(parts)


def _constant(builder: Builder, name: str, value: object, rows: bool, cursor: Cursor) -> Tree | None:
    """A calendar start's value: the calendar has no ticket to compute from, so it is a constant, or the row."""
    field = builder.fields.get(name)
    if value == "row" and rows:
        return ("row", "id")
    held = record_value(field, value) if field is not None else None
    if field is not None and held is None:
        builder.draft.fact("schedule_value", cursor.span, name=name, value=str(value))
    return None if field is None or held is None else ("const", field.type, held)


def _schedules(builder: Builder, cursor: Cursor) -> tuple[Schedule, ...]:
    found = []
    for name, words in builder.document.starts.items():
        here = cursor / name
        path = f"schedules.{name}"
        builder.declare("schedule", name, here, path)
        every = times.recurrence(words.every)
        if every is None or every.each is not None:
            builder.draft.fact("schedule_every", (here / "every").span, text=words.every)
            every = every or Every()
        trees = {}
        for field, value in words.with_.items():
            builder.use("field", field, (here / "with").word(field), path, "set")
            if (tree := _constant(builder, field, value, words.each is not None, here / "with" / field)) is not None:
                trees[field] = tree
        found.append(Schedule(name, every, trees, words.each or "", words.missed))
    return tuple(found)
