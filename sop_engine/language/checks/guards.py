"""Checks of guards and expressions."""

from collections.abc import Iterator
from typing import Any, Final

from sop_engine import guards
from sop_engine.diagnostics import Diagnostic
from sop_engine.language.analysis.graph import Graph, asked_at
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft, Formula
from sop_engine.language.formulas.formula import Expression
from sop_engine.language.near import near
from sop_engine.messages import Message, msg
from sop_engine.procedure import ROOT

SYNTAX: Final[dict[str, tuple[Message, Message]]] = {
    "empty": (msg("there is no expression here"), msg("write one, or take the word away")),
    "goes_on": (msg("the expression ends before `{rest}`"), msg("join the two with `and` or `or`, or quote texts")),
    "ends": (msg("the expression stops in the middle"), msg("write what comes after the last word")),
    "syntax": (msg("the expression cannot be read at `{mark}`"), msg("look for a missing quotation mark or bracket")),
    "foreign": (msg("`{mark}` means nothing in an expression"), msg("write `{meant}`")),
    "long": (
        msg("an expression has at most 2,000 characters and 400 words"),
        msg("make a computed field of a part of it"),
    ),
    "deep": (msg("brackets lie more than {most} deep"), msg("make a computed field of a part of it")),
    "none": (msg("nothing equals `none`"), msg("write `given(field)` or `not given(field)`")),
    "number_too_large": (msg("this number is too large"), msg("write a smaller one")),
    "not_in_language": (
        msg("an expression cannot hold this"),
        msg("use fields, constants, comparisons, `and or not in`, `+ - * /` and the functions"),
    ),
    "no_row": (
        msg("`{name}` means something only inside count, any, all and sum"),
        msg("write `any(rows, row.column > 0)`"),
    ),
    "no_function": (msg("there is no function `{name}`"), msg("the functions are: {functions}")),
    "arguments": (
        msg("`{name}` takes {least} to {most} things in its brackets"),
        msg("see the reference for `{name}`"),
    ),
    "needs_name": (msg("`{name}` needs a name in quotation marks"), msg("write `{name}('...')`")),
    "children_alone": (msg("`children` stands inside count, any, all and sum"), msg("write `count(children)`")),
    "given_what": (msg("`given` asks whether a field is set"), msg("name a field in its brackets")),
    "sum_of_what": (msg("`sum` needs rows and a column"), msg("write `sum(quote.labour)`")),
    "no_duration": (
        msg("`{text}` is no duration"),
        msg("write it like `duration('15 min')` or `duration('3 days')`"),
    ),
    "nested": (msg("a test over rows holds no other one"), msg("make a computed field of the inner one")),
}  # fmt: skip
"""What is wrong, and how to mend it."""

TYPES: Final[dict[str, tuple[Message, Message]]] = {
    "not_boolean": (
        msg("true or false is wanted here, and this is {found}"),
        msg("compare it, or write `given(...)`"),
    ),
    "not_number": (msg("a number is wanted here, and this is {found}"), msg("use a field that is a number")),
    "not_rows": (msg("rows or a list are wanted here, and this is {found}"), msg("name a field of type `rows`")),
    "not_many": (msg("`in` wants a list, and this is {found}"), msg("write `in ['a', 'b']`, or `==`")),
    "differ": (msg("{left} is never {right}"), msg("compare values of one kind; texts stand in quotation marks")),
    "no_order": (msg("of {found} none is more or less"), msg("use `==` or `!=`")),
    "no_arithmetic": (
        msg("{left} and {right} cannot be joined by `{operation}`"),
        msg("use numbers, or a date and a duration"),
    ),
    "no_choice": (msg("`{field}` has no choice `{value}`"), msg("its choices are: {choices}")),
    "no_date": (msg("`{value}` is no date"), msg("write it like `'2026-11-22'`")),
    "no_time": (msg("`{value}` is no time of day"), msg("write it like `'08:30'`")),
    "no_datetime": (msg("`{value}` is no date with a time"), msg("write it like `'2026-11-22 08:30'`")),
    "no_part": (
        msg("`{name}` has no part `{part}`"),
        msg("an interval has `start` and `end`, a person `name` and `phone`"),
    ),
    "no_column": (msg("these rows have no column `{part}`"), msg("the columns are: {columns}")),
    "no_child_part": (msg("a child has no `{part}`"), msg("it has `id`, `status`, `outcome`, `procedure`, `state`")),
    "wrong_value": (msg("`{name}` holds {wanted}, and this is {found}"), msg("give a value of its own kind")),
    "date_has_no_hours": (msg("a date has no hours"), msg("add days, weeks, months or years")),
    "guard": (msg("{message}"), msg("see the reference for expressions")),
}  # fmt: skip
"""The same for what can be read but never be right."""


def expressions(draft: Draft) -> Iterator[Diagnostic]:
    """SOP122: an expression that cannot be read.

    Expressions hold names of fields, constants (`3`, `0.5`, `'paid'`, `true`), comparisons, `and or not in`,
    `+ - * /`, and the functions in the reference. Nothing else can be called.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, when: note.upper(), to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {transitions: {finish: {by: desk, when: note != 'wait', to: closed}}}
          closed: {final: true, outcome: done}
    """
    yield from _told(draft, "SOP122", SYNTAX)


def types(draft: Draft) -> Iterator[Diagnostic]:
    """SOP109: an expression that can be read but never be right.

    Two values of different kinds are never equal; a text is neither more nor less than another; a choice that the field
    does not have is never chosen. Such a condition would quietly never hold.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, when: note > 3, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        fields:
          note: {type: text}
          calls: {type: integer, default: 0}
        states:
          received: {transitions: {finish: {by: desk, may_ask: calls, when: calls >= 3, to: closed}}}
          closed: {final: true, outcome: done}
    """
    yield from _told(draft, "SOP109", TYPES)
    if draft.procedure is None or next(draft.of("expression"), None) is not None:
        return
    fields = {field.id: field for field in draft.procedure.fields}
    for formula in draft.formulas:
        if formula.way in ("start", "schedule") or not guards.reads(formula.expression.tree) <= fields.keys():
            continue
        try:
            guards.type_of(formula.expression.tree, fields)
        except guards.GuardFault as fault:
            yield error("SOP109", formula.cursor.span, fault.message, None, TYPES["guard"][1])


def _told(draft: Draft, code: str, table: dict[str, tuple[Message, Message]]) -> Iterator[Diagnostic]:
    for fact in draft.of("expression"):
        reason = fact.values["reason"]
        if reason not in table:
            continue
        values = {name: _ticked(name, value) for name, value in fact.values.items() if name != "reason"}
        title, fix = (msg(each.template, **values) for each in table[reason])
        guesses = _guesses(reason, fact.values)
        yield error(code, fact.span, title, None, fix, guesses)


def _ticked(name: str, value: Any) -> Any:
    return tuple(f"`{each}`" for each in value) if isinstance(value, tuple) and name != "values" else value


def _guesses(reason: str, values: Any) -> tuple[str, ...]:
    match reason:
        case "foreign":
            return (values["meant"],)
        case "no_function":
            return near(values["name"], values["functions"])
        case "no_choice":
            return near(values["value"], values["choices"])
        case "no_column":
            return near(values["part"], values["columns"])
    return ()


def unset(draft: Draft) -> Iterator[Diagnostic]:
    """SOP110: a comparison with a field that may be unset.

    A comparison with an unset field never holds, `!=` neither, so the ticket would quietly take another way. A field is
    surely set where it has a default, where it was asked on every path that leads here (in `open`, at triggers before,
    or at this trigger), or where the same condition says `given(field)` first. What is asked only sometimes
    (`required:`, `may_ask`) is not sure. Written as a map, `{field: value}` says "is set and is", so it needs no more.

    Fails:

        fields:
          note: {type: text}
          rating: {type: integer}
        states:
          received: {transitions: {finish: {by: desk, may_ask: rating, when: rating < 3, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        fields:
          note: {type: text}
          rating: {type: integer}
        states:
          received: {transitions: {finish: {by: desk, may_ask: rating, when: given(rating) and rating < 3, to: closed}}}
          closed: {final: true, outcome: done}
    """
    if draft.procedure is None:
        return
    graph = Graph(draft.procedure)
    for formula in draft.formulas:
        if formula.mapped:
            continue
        known = _known(graph, formula)
        for part in _unsure(graph, formula.expression, known):
            name = part.tree[1]
            if not draft.known("field", name):
                continue
            yield error(
                "SOP110",
                formula.cursor.part(part.start, part.end),
                msg("`{name}` may be unset here", name=name),
                msg(
                    "A comparison with an unset field never holds, `!=` neither, so the ticket would take another way."
                ),
                msg("write `given({name}) and ...`, ask for it before, or give it a default", name=name),
            )


def _known(graph: Graph, formula: Formula) -> frozenset[str]:
    if formula.at.startswith("open"):
        given = graph.given_from_the_start
    else:
        given = graph.surely.get(formula.state or ROOT, frozenset())
    return graph.with_computed(given | set(formula.asked))


def _unsure(graph: Graph, given: Expression, known: frozenset[str]) -> Iterator[Expression]:
    """The fields in comparisons that are not `known` to be set."""
    operation = given.tree[0]
    if operation == "given":
        return
    if operation == "and":
        for index, part in enumerate(given.inner):
            others = [each for place, each in enumerate(given.inner) if place != index]
            yield from _unsure(graph, part, known.union(*(_ensures(graph, each) for each in others if _given(each))))
        return
    if operation == "or":
        denied = [part.inner[0] for part in given.inner if part.tree[0] == "not" and _given(part.inner[0])]
        yield from (
            found
            for part in given.inner
            for found in _unsure(graph, part, known.union(*(_ensures(graph, each) for each in denied)))
        )
        return
    if operation in ("count", "any", "all", "sum"):
        for part in given.inner[1:]:
            yield from _unsure(graph, part, known)
        return
    if operation in ("==", "!=", "<", "<=", ">", ">=", "in"):
        for part in given.inner:
            yield from (each for each in _leaves(part) if each.tree[1] not in known)
        return
    for part in given.inner:
        yield from _unsure(graph, part, known)


def _leaves(given: Expression) -> Iterator[Expression]:
    """The fields whose value a side of a comparison needs."""
    if given.tree[0] == "field":
        yield given
    elif given.tree[0] not in ("count", "any", "all", "sum", "given"):
        for part in given.inner:
            yield from _leaves(part)


def _given(part: Expression) -> bool:
    """Whether the part says, for readers too, that something was given."""
    return part.tree[0] in ("given", "did", "in_state", "and", ">=", ">", "==")


def _ensures(graph: Graph, part: Expression) -> frozenset[str]:
    """What is surely set while the part holds."""
    match part.tree:
        case ("given", ("field", name, *_)):
            return frozenset({name})
        case ("did", trigger):
            return asked_at(graph.procedure, trigger) - graph.cleared
        case ((">=" | ">" | "=="), ("times", trigger), ("const", "integer", least)):
            enough = least > 0 or (part.tree[0] == ">" and least >= 0)
            return asked_at(graph.procedure, trigger) - graph.cleared if enough else frozenset()
        case ("in_state", state):
            return graph.surely.get(state, frozenset())
        case ("and", *_):
            return frozenset().union(*(_ensures(graph, each) for each in part.inner))
    return frozenset()
