"""Checks of fields: their bounds and defaults, what fills them, what is asked."""

from collections.abc import Iterator
from typing import Final

from sop_engine import guards
from sop_engine.diagnostics import Diagnostic
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.language.near import near
from sop_engine.messages import msg

LISTED: Final = {"choice": "choices", "checklist": "items", "rows": "columns"}
"""What a field of these types cannot do without."""
MANY: Final = frozenset({"choice", "photo", "file", "staff", "person", "unit", "phone", "text", "date"})


def field_words(draft: Draft) -> Iterator[Diagnostic]:
    """SOP134: a field's words do not fit its type.

    A choice has `choices`, a checklist `items`, rows `columns`, and no other type has them. `scale` belongs to decimals
    and money, `personal` and `fill` not to columns.

    Fails:

        fields:
          note: {type: choice}

    Passes:

        fields:
          note: {type: choice, choices: [good, bad]}
    """
    for field in draft.procedure.fields if draft.procedure is not None else ():
        cursor = draft.cursors[f"fields.{field.id}"]
        for type_, word in LISTED.items():
            stands = (cursor / word).node is not cursor.node
            if field.type == type_ and not (field.columns if type_ == "rows" else field.choices):
                yield error(
                    "SOP134", cursor.name, msg("`{name}` has no `{word}`", name=field.id, word=word), None,
                    msg("write `{word}:`", word=word),
                )  # fmt: skip
            elif stands and field.type != type_:
                yield error(
                    "SOP134", (cursor / word).name,
                    msg("`{word}` belongs to a field of type `{type}`", word=word, type=type_),
                    None, msg("change the type, or take `{word}` away", word=word),
                )  # fmt: skip
        if field.many and field.type not in MANY:
            yield error(
                "SOP134", (cursor / "many").name, msg("`{name}` cannot hold many", name=field.id), None,
                msg("use a field of type `rows`"),
            )  # fmt: skip
        if field.personal is not None and field.default is not None:
            yield error(
                "SOP134", (cursor / "personal").name, msg("personal data has no default"),
                msg("It would stand in the procedure, for all tickets."), msg("take `default` away"),
            )  # fmt: skip
    for fact in draft.of("in_column"):
        word = fact.values["word"]
        title = msg("a column cannot have `{word}`", word=word)
        yield error("SOP134", fact.span, title, None, msg("take `{word}` away, or make it a field", word=word))


def bounds_and_defaults(draft: Draft) -> Iterator[Diagnostic]:
    """SOP135: a bound or default that the field could never hold.

    Fails:

        fields:
          note: {type: integer, default: few}

    Passes:

        fields:
          note: {type: integer, default: 3, min: 1, max: 5}
    """
    for fact in draft.of("bound"):
        values = {name: fact.values[name] for name in ("value", "type")}
        yield error(
            "SOP135", fact.span, msg("`{value}` cannot bound a field of type `{type}`", **values), None,
            msg("write a value of that type, or a count for a text or list"),
        )  # fmt: skip
    for fact in draft.of("default"):
        value, name = fact.values["value"], fact.values["name"]
        match fact.values["reason"]:
            case "many":
                fix = msg("write a list: `default: [{value}]`", value=value)
            case "one":
                fix = msg("write one value")
            case "choice":
                fix = msg("its choices are: {choices}", choices=fact.values["choices"])
            case _:
                fix = msg("write a value of type `{type}`", type=fact.values["type"])
        guesses = near(value, fact.values.get("choices", ()))
        yield error(
            "SOP135", fact.span, msg("`{name}` cannot hold `{value}`", name=name, value=value[:40]), None, fix, guesses
        )
    for field in draft.procedure.fields if draft.procedure is not None else ():
        low, high = field.min, field.max
        if low is not None and high is not None and _number(low) > _number(high):
            cursor = draft.cursors[f"fields.{field.id}"]
            yield error(
                "SOP135", (cursor / "min").span,
                msg("nothing is at least {low} and at most {high}", low=low, high=high),
                None, msg("exchange `min` and `max`"),
            )  # fmt: skip


def _number(bound: int | str) -> tuple[float, str]:
    """Something to compare bounds of one field by: numbers by size, dates and times by their text."""
    try:
        return float(bound), ""
    except ValueError:
        return 0.0, str(bound)


def asked(draft: Draft) -> Iterator[Diagnostic]:
    """SOP144: something is asked or set that cannot be.

    A computed field follows from others: nobody is asked for it and nothing sets it. A field stands once, under
    `ask` or under `may_ask`.

    Fails:

        open: {by: desk, ask: note, may_ask: note, to: received}

    Passes:

        open: {by: desk, ask: note, to: received}
    """
    computed = (
        {field.id for field in draft.procedure.fields if field.computed is not None} if draft.procedure else set()
    )
    seen: set[tuple[str, str]] = set()
    for use in draft.uses:
        if use.kind != "field" or use.way not in ("ask", "may_ask", "set"):
            continue
        if use.name in computed:
            yield error(
                "SOP144", use.span, msg("`{name}` is computed", name=use.name),
                msg("It follows from other fields, so whatever is written here is lost."), msg("take it away here"),
            )  # fmt: skip
        if use.way != "set":
            if (use.at, use.name) in seen:
                yield error(
                    "SOP144", use.span,
                    msg("`{name}` is asked twice here", name=use.name), None, msg("take one away")
                )  # fmt: skip
            seen.add((use.at, use.name))


def circles(draft: Draft) -> Iterator[Diagnostic]:
    """SOP137: fields that wait for each other.

    A computed field that follows from itself, at once or by way of others, never has a value; neither does one that is
    filled from itself.

    Fails:

        fields:
          note: {type: text}
          net: {type: money, computed: gross - 1}
          gross: {type: money, computed: net + 1}

    Passes:

        fields:
          note: {type: text}
          net: {type: money, default: "0"}
          gross: {type: money, computed: net + 1}
        open: {by: desk, ask: note, may_ask: net, to: received, tell: desk}
        subject: "{{ gross }}"
    """
    if draft.procedure is None:
        return
    needs = {
        field.id: (guards.reads(field.computed) if field.computed is not None else set())
        | ({field.fill.partition(".")[0]} if field.fill is not None else set())
        for field in draft.procedure.fields
    }
    for name in needs:
        found: set[str] = set()
        todo = list(needs[name])
        while todo:
            each = todo.pop()
            if each not in found:
                found.add(each)
                todo += needs.get(each, ())
        if name in found:
            yield error(
                "SOP137", draft.cursors[f"fields.{name}"].name,
                msg("`{name}` follows from itself", name=name),
                msg("It would never have a value."), msg("compute it from other fields"),
            )  # fmt: skip


def fills(draft: Draft) -> Iterator[Diagnostic]:
    """SOP138: a field is filled from something of another type.

    `unit.contact` gives a person, `caller.phone` a phone number, `caller.name` a text, and any other field a value of
    its own type.

    Fails:

        fields:
          note: {type: text}
          amount: {type: money, fill: note}
        open: {by: desk, ask: note, may_ask: amount, to: received}

    Passes:

        fields:
          note: {type: text}
          remark: {type: text, fill: note}
        open: {by: desk, ask: note, may_ask: remark, to: received}
    """
    for fact in draft.of("fill"):
        values = {name: fact.values[name] for name in ("fill", "name", "type")}
        yield error(
            "SOP138", fact.span, msg("`{fill}` gives nothing that `{name}` can hold", **values), None,
            msg("fill it from something of type `{type}`, or take `fill` away", type=fact.values["type"]),
        )  # fmt: skip


def calendar_starts(draft: Draft) -> Iterator[Diagnostic]:
    """SOP136: a start by the calendar gives too little, or too much.

    Nobody can be asked when the calendar starts a ticket: every field that `open` asks is given under `with`, has a
    default, or is filled. Values are constants; with `each: units`, `row` is the unit.

    Fails:

        starts:
          morning: {every: day 08:30}

    Passes:

        starts:
          morning: {every: day 08:30, with: {note: Morning round}}
    """
    if draft.procedure is None:
        return
    fields = {field.id: field for field in draft.procedure.fields}
    for schedule in draft.procedure.schedules:
        cursor = draft.cursors[f"schedules.{schedule.id}"]
        for name in draft.procedure.open.ask:
            field = fields.get(name)
            if field is None or name in schedule.values or field.default is not None or field.required or field.fill:
                continue
            yield error(
                "SOP136", cursor.name, msg("nobody can be asked for `{name}` here", name=name),
                msg("`open` asks for it, and the calendar cannot answer."),
                msg("give it under `with:`, or give the field a default"),
            )  # fmt: skip
    for fact in draft.of("schedule_value"):
        yield error(
            "SOP136", fact.span, msg("`{name}` cannot hold `{value}`", **fact.values), None,
            msg("write a value of its type, or `row` for the unit where `each: units` stands"),
        )  # fmt: skip
