"""Text to typed trees."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine import guards
from sop_engine.language.formulas import expressions
from sop_engine.language.formulas.formula import Expression, Scope
from sop_engine.procedure import Choice, Field

FIELDS = {
    field.id: field
    for field in (
        Field("note", "text", {}),
        Field("rating", "integer", {}),
        Field("price", "money", {}),
        Field("urgency", "choice", {}, choices=(Choice("urgent", {}), Choice("normal", {}))),
        Field("tags", "choice", {}, many=True, choices=(Choice("wet", {}),)),
        Field("due", "date", {}),
        Field("window", "interval", {}),
        Field("caller", "person", {}),
        Field("quote", "rows", {}, columns=(Field("labour", "money", {}), Field("item", "text", {}))),
        Field("papers", "checklist", {}, choices=(Choice("card", {}),)),
        Field("agreed", "boolean", {}),
    )
}


def read(text: str) -> tuple[Expression, Scope]:
    scope = Scope(FIELDS)
    return expressions.read(text, scope), scope


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("rating < 3", ("<", ("field", "rating"), ("const", "integer", 3))),
        ("price >= 0.10", (">=", ("field", "price"), ("const", "decimal", "0.10"))),
        ("urgency == 'urgent'", ("==", ("field", "urgency"), ("const", "text", "urgent"))),
        ("urgency in ['urgent', 'normal']",
         ("in", ("field", "urgency"), ("list", ("const", "text", "urgent"), ("const", "text", "normal")))),
        ("'wet' not in tags", ("not", ("in", ("const", "text", "wet"), ("field", "tags")))),
        ("due == '2026-11-22'", ("==", ("field", "due"), ("const", "date", "2026-11-22"))),
        ("agreed and not agreed or agreed",
         ("or", ("and", ("field", "agreed"), ("not", ("field", "agreed"))), ("field", "agreed"))),
        ("agreed and agreed and agreed", ("and", ("field", "agreed"), ("field", "agreed"), ("field", "agreed"))),
        ("1 < rating <= 5",
         ("and", ("<", ("const", "integer", 1), ("field", "rating")),
          ("<=", ("field", "rating"), ("const", "integer", 5)))),
        ("sum(quote.labour) > 0", (">", ("sum", ("rows", "quote"), ("row", "labour")), ("const", "integer", 0))),
        ("any(quote, row.item == 'x')",
         ("any", ("rows", "quote"), ("==", ("row", "item"), ("const", "text", "x")))),
        ("count(children('rework'), child.status == 'open') == 0",
         ("==", ("count", ("children", "rework"), ("==", ("row", "status"), ("const", "text", "open"))),
          ("const", "integer", 0))),
        ("window.end + duration('15 min') < now()",
         ("<", ("+", ("field", "window", "end"), ("const", "duration", 15, "min")), ("now",))),
        ("due - today() > 3", (">", ("-", ("field", "due"), ("today",)), ("const", "integer", 3))),
        ("given(caller.phone)", ("given", ("field", "caller", "phone"))),
        ("did('done') and times('call') >= 3 and in_state('on_site')",
         ("and", ("did", "done"), (">=", ("times", "call"), ("const", "integer", 3)), ("in_state", "on_site"))),
        ("papers.card", ("field", "papers", "card")),
        ("-rating < -1", ("<", ("neg", ("field", "rating")), ("neg", ("const", "integer", 1)))),
    ],
)  # fmt: skip
def test_trees(text: str, tree: object) -> None:
    found, scope = read(text)

    assert scope.troubles == []
    assert found.tree == tree
    assert guards.type_of(found.tree, FIELDS) == "boolean"


@pytest.mark.parametrize(
    ("text", "reason", "part"),
    [
        ("rating == 'three'", "differ", "rating == 'three'"),
        ("urgency == 'urgnt'", "no_choice", "'urgnt'"),
        ("note > 'a'", "no_order", "note > 'a'"),
        ("due < '2026-02-30'", "no_date", "'2026-02-30'"),
        ("agreed and rating", "not_boolean", "rating"),
        ("lenght(note) > 1", "no_function", "lenght"),
        ("window.middle < now()", "no_part", "window.middle"),
        ("sum(quote.labuor) > 1", "no_column", "quote.labuor"),
        ("rating + note > 1", "no_arithmetic", "rating + note"),
        ("due + duration('2 h') > today()", "date_has_no_hours", "duration('2 h')"),
        ("due + duration('2') > today()", "no_duration", "'2'"),
        ("row.labour > 1", "no_row", "row.labour"),
        ("note == none", "none", "none"),
        ("any(quote, any(quote, row.labour > 1))", "nested", "any"),
        ("count(rating) > 1", "not_rows", "rating"),
    ],
)
def test_troubles_say_where(text: str, reason: str, part: str) -> None:
    _found, scope = read(text)

    assert [(why, text[start:end].rstrip(")")) for why, _values, start, end in scope.troubles] == [
        (reason, part.rstrip(")"))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "note.upper()", "note[0]", "note|upper", "note is defined", "note ~ 'x'", "rating // 2",
        "rating if agreed else 3",
        "{}", "rating ** 2", "__import__('os')", "note.__class__",
    ],
)  # fmt: skip
def test_nothing_else_is_called(text: str) -> None:
    _found, scope = read(text)

    assert scope.troubles


def test_decimals_are_exact() -> None:
    found, _scope = read("price == 0.1000000000000000055511151231257827")

    assert found.tree[2] == ("const", "decimal", "0.1000000000000000055511151231257827")


def test_what_an_expression_names_is_noted_with_its_place() -> None:
    _found, scope = read("did('done') and note == 'x'")

    assert scope.uses == [("trigger", "done", 5, 9), ("field", "note", 16, 20)]


WORDS = re.findall(
    r"\S+",
    """
    rating price note urgency due tags agreed quote window.end row.labour 3 0.5 'urgent' '2026-11-22' == != < <= in
    and or not + - * / ( ) , count( sum( any( all( given( today() now() ['a'] did('x') duration('3days') [ ] . | ~
    """,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_what_passes_here_passes_the_guards(text: str) -> None:
    """given any text, when it is read without trouble, then the guards accept its tree."""
    found, scope = read(text)

    known = all(kind != "field" or name in FIELDS for kind, name, _start, _end in scope.uses)
    if not scope.troubles and known:
        assert found.kind.name == "duration" or guards.type_of(found.tree, FIELDS)
