"""Checks that keep personal values out of the open.

A personal value stands beside its step with a salt, and the record holds a commitment. What a type, a timer, a copy or
another ticket would make of it stands in the record itself, in timers, tasks and lists; so each of these is refused.
What a condition comes to is recorded, and says yes or no; a yes or no that is kept in a field is the same.

| what could show a value | kept by |
|---|---|
| questions to the register and to the list of people, scopes of roles, tasks | `personal_types` |
| when a timer is due | `personal_timers` |
| `fill`, `computed`, `set`; what a child ticket is given | `personal_copies` |
| a ticket's line in a list | `papers.personal_subjects`, which warns |
"""

from collections.abc import Iterator

from sop_engine.diagnostics import Diagnostic, Span
from sop_engine.language.checks.telling import error, warning
from sop_engine.language.draft import Draft, Formula
from sop_engine.language.formulas.formula import Expression
from sop_engine.language.near import near
from sop_engine.messages import msg
from sop_engine.procedure import Field


def personal_types(draft: Draft) -> Iterator[Diagnostic]:
    """SOP145: a unit or a member of staff cannot be personal data.

    A unit is a place: it says which steward is meant and whose contact is looked up, and so it stands openly in the
    record. Staff act under their own names, and so does whoever is given a task. Who lives in a unit is a `person`.

    Fails:

        fields:
          note: {type: text}
          unit: {type: unit, personal: contact}
        open: {by: desk, ask: [note, unit], to: received}

    Passes:

        fields:
          note: {type: text}
          unit: {type: unit}
          caller: {type: person, fill: unit.contact, personal: contact}
        open: {by: desk, ask: [note, unit, caller], to: received}
    """
    for field in draft.procedure.fields if draft.procedure is not None else ():
        if field.personal is None:
            continue
        word = (draft.cursors[f"fields.{field.id}"] / "personal").name
        if field.type == "unit":
            yield error(
                "SOP145", word, msg("`{name}` is a unit, and a unit is not personal", name=field.id),
                msg("It says whose steward is meant, so it stands openly in the record."),
                msg("take `personal` away: a unit is a place, not a person; who lives there is a `person`"),
            )  # fmt: skip
        elif field.type == "firm":
            yield error(
                "SOP145", word, msg("`{name}` names a firm, and a firm is not personal", name=field.id),
                msg("Which firm has the job stands openly in the record; what is personal of its people lies apart."),
                msg("take `personal` away"),
            )  # fmt: skip
        elif field.type == "staff":
            yield error(
                "SOP145", word, msg("`{name}` names staff, and staff are not personal", name=field.id),
                msg("Who may and who has the task stands openly in the record: staff act under their names."),
                msg("take `personal` away, or make it a field of type `person`"),
            )  # fmt: skip


def personal_timers(draft: Draft) -> Iterator[Diagnostic]:
    """SOP146: a timer would show personal data.

    When a timer is due stands openly in the record, in lists and in `sop sweep`, so the date that it is counted from
    can be told from it.

    Fails:

        fields:
          note: {type: text}
          born: {type: date, personal: identity}
        open: {by: desk, ask: [note, born], to: received}
        states:
          received: {at: {born: {tell: desk}}, transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        fields:
          note: {type: text}
          born: {type: date, personal: identity}
          visit_on: {type: date}
        open: {by: desk, ask: [note, born, visit_on], to: received}
        states:
          received: {at: {visit_on: {tell: desk}}, transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    personal = _personal(draft)
    for use in draft.uses:
        if use.kind == "field" and use.way in ("moment", "instant") and use.name in personal:
            yield error(
                "SOP146", use.span, msg("a timer would show `{name}`, which is personal", name=use.name),
                msg("When a timer is due stands openly in the record and in lists."),
                msg("ask for the time that is waited for in a field of its own, which is not personal"),
            )  # fmt: skip


def personal_copies(draft: Draft) -> Iterator[Diagnostic]:
    """SOP147: personal data would be copied to where it is not personal.

    A field that is filled, computed or set from a personal one holds the same data, so it says the same `personal`
    class: else everybody could read it, and it would stay when the other is erased. A condition is no copy, and neither
    is what it comes to: `fever > 38` says yes or no.

    Another ticket keeps what it is given as its own procedure says, so it is given no personal data but a whole
    `person`, which no ticket keeps openly. It asks for the rest itself, or fills it: `fill: caller.phone`.

    Fails:

        fields:
          note: {type: text}
          born: {type: date, personal: identity}
          of_age_on: {type: date, computed: born + duration('18 years')}
        open: {by: desk, ask: [note, born], to: received}

    Passes:

        fields:
          note: {type: text}
          born: {type: date, personal: identity}
          of_age_on: {type: date, personal: identity, computed: born + duration('18 years')}
          of_age: {type: boolean, computed: of_age_on <= today()}
        open: {by: desk, ask: [note, born], to: received}
        subject: "{{ note }} {{ of_age }}"
    """
    personal = _personal(draft)
    if draft.procedure is None or not personal:
        return
    for field in draft.procedure.fields:
        name = (field.fill or "").partition(".")[0]
        if name in personal and personal[name].personal != field.personal:
            cursor = draft.cursors[f"fields.{field.id}"] / "fill"
            yield _copied(cursor.part(0, len(name)), personal[name], field.id)
    for formula in draft.formulas:
        if formula.way == "start":
            yield from _handed_on(formula, personal)
        elif formula.way in ("computed", "set"):
            target = draft.procedure.field(formula.target)
            for part in _carried(formula.expression):
                source = personal.get(part.tree[1])
                if part.tree[0] == "field" and source and target and source.personal != target.personal:
                    yield _copied(formula.cursor.part(part.start, part.end), source, target.id)


def _copied(span: Span, source: Field, target: str) -> Diagnostic:
    return error(
        "SOP147", span, msg("`{target}` would show `{name}`, which is personal", target=target, name=source.id),
        msg("It would stand where everybody reads it, and stay when `{name}` is erased.", name=source.id),
        msg("write `personal: {kind}` on `{target}` too, or take this away", kind=source.personal, target=target),
    )  # fmt: skip


def _handed_on(formula: Formula, personal: dict[str, Field]) -> Iterator[Diagnostic]:
    for part in _carried(formula.expression):
        name = formula.row if part.tree[0] == "row" else part.tree[1]
        if name in personal and (part.kind.name != "person" or part is not formula.expression):
            yield error(
                "SOP147", formula.cursor.part(part.start, part.end),
                msg("another ticket would be given `{name}`, which is personal", name=name),
                msg("How it keeps that is said in its own procedure, and cannot be told here."),
                msg("let that ticket ask for it; or give it a whole `person`, and let it fill the rest"),
            )  # fmt: skip


def _carried(expression: Expression) -> Iterator[Expression]:
    """The fields and columns whose values go into the value of an expression. A comparison tells no more than a
    condition does."""
    match expression.tree[0]:
        case "field" | "row":
            yield expression
        case "+" | "-" | "*" | "/" | "neg" | "and" | "or" | "not":
            for part in expression.inner:
                yield from _carried(part)
        case "sum":
            for part in expression.inner:
                # a column of what is summed goes with the field that holds the rows
                yield from (each for each in _carried(part) if each.tree[0] == "field")


def _personal(draft: Draft) -> dict[str, Field]:
    """The personal fields that may be so, by id."""
    fields = draft.procedure.fields if draft.procedure is not None else ()
    return {
        field.id: field
        for field in fields
        if field.personal is not None and field.type not in ("unit", "staff", "firm")
    }


def personal_notices(draft: Draft) -> Iterator[Diagnostic]:
    """SOP212: a notice and what its readers may see do not agree.

    `personal` of a notice lists the classes of personal data that whoever gets it may see. A field of another class is
    shown as `＊＊＊`, so the text says nothing there; and a class that no field has is misspelled.

    Fails:

        fields:
          note: {type: text}
          caller: {type: person, personal: contact}
        open: {by: desk, ask: [note, caller], to: received, tell: {to: desk, notice: received}}
        notices:
          received: {text: "{{ note }}: {{ caller }}"}

    Passes:

        fields:
          note: {type: text}
          caller: {type: person, personal: contact}
        open: {by: desk, ask: [note, caller], to: received, tell: {to: desk, notice: received}}
        notices:
          received: {text: "{{ note }}: {{ caller }}", personal: contact}
    """
    procedure = draft.procedure
    if procedure is None:
        return
    classes = tuple(dict.fromkeys(field.personal for field in procedure.fields if field.personal is not None))
    for notice in procedure.notices:
        cursor = draft.cursors[f"notices.{notice.id}"]
        shown = {name: _class_of(draft, name) for name in notice.fields}
        for name, kind in shown.items():
            if kind is not None and kind not in notice.personal:
                yield warning(
                    "SOP212", _use_in(draft, notice.id, name) or cursor.name,
                    msg("the notice `{notice}` would hide `{name}`", notice=notice.id, name=name),
                    msg("Its readers may not see personal data of the class `{kind}`.", kind=kind),
                    msg("write `personal: {kind}` if they may, or take the field away", kind=kind),
                )  # fmt: skip
        for kind in notice.personal:
            if kind not in classes:
                yield warning(
                    "SOP212", (cursor / "personal").span,
                    msg("no field has personal data of the class `{kind}`", kind=kind),
                    msg("So this lets nobody see anything."),
                    msg("correct the class, or take it away"), near(kind, classes),
                )  # fmt: skip


def _class_of(draft: Draft, name: str) -> str | None:
    field = draft.procedure.field(name) if draft.procedure is not None else None
    return field.personal if field is not None else None


def _use_in(draft: Draft, notice: str, name: str) -> Span | None:
    at = f"notices.{notice}"
    return next((use.span for use in draft.uses if use.at == at and use.name == name), None)
