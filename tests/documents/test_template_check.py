"""Faults of templates, told before any ticket meets them."""

from collections.abc import Iterator
from datetime import UTC
from itertools import product
from typing import Any, get_args

import pytest

from sop_engine.documents.shown import Value
from sop_engine.documents.template_check import Shape, check_template, included_names, shape_of
from sop_engine.documents.ticket_values import Reader, field_value
from sop_engine.procedure import Choice, Field, FieldType
from tests.documents.samples import repair

FIELDS = {each.id: each for each in repair().fields}


def faults(text: str, html: bool = False) -> list[tuple[int, int, str]]:
    return [(line, column, str(message)) for line, column, message in check_template(text, FIELDS, html=html)]


@pytest.mark.parametrize(
    "text",
    [
        "{{ unit }} {{ unit.title }} {{ caller.phone }} {{ window.end }} {{ ticket.trigger.anything }} {{ number }}",
        "{% for line in quote %}{{ loop.index }} {{ line.item }} {{ line.labour.title }}{% endfor %}",
        "{% for each in urgency.choices %}{{ each.box }}{% if each.chosen %}{{ each }}{% endif %}{% endfor %}",
        "{% for photo in photos %}{{ photo }}{% else %}{{ reason | default('-') }}{% endfor %}",
    ],
)
def test_a_good_template_is_silent(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("好\n  {{ untt }}", 2, 6, "untt"),
        ("{{ unit }}{{ window.begin }}", 1, 21, "begin"),
        ("{% for line in quote %}{{ line.price }}{% endfor %}", 1, 32, "price"),
        ("{% for line in unit %}{% endfor %}", 1, 16, "unit"),
        ("{% for line in quote %}{% endfor %}\n{{ line }}", 2, 4, "line"),
        ("{{ loop.index }}", 1, 4, "loop"),
        ("{{ ticket.password }}", 1, 11, "password"),
        ("a\n{{ unit | upper }}", 2, 11, "upper"),
        ("a\n\n{% set x = unit %}", 3, 4, "set"),
        ("{% if unit %}", 1, 1, "if unit"),
    ],
)
def test_a_fault_has_its_place_and_its_word(text: str, line: int, column: int, word: str) -> None:
    found = faults(text)
    assert [each[:2] for each in found] == [(line, column)]
    assert word in found[0][2]


def test_all_faults_are_told_in_their_order() -> None:
    assert [each[0] for each in faults("{{ a }}\n{{ b }}\n{{ c.d }}")] == [1, 2, 3]


def test_blocks_and_includes_belong_to_pages_only() -> None:
    text = '{% include "a.css" %}{% block x %}{% endblock %}'
    assert len(faults(text)) == 2
    assert faults(text, html=True) == []


def test_the_texts_that_a_page_takes_in() -> None:
    assert included_names('{% extends "layout.html" %}{% block a %}{% include "b.css" %}{% endblock %}') == [
        "layout.html",
        "b.css",
    ]


GIVEN: tuple[Any, ...] = (None, "a", 3, True, [], ["a"], {"name": "王"}, [{"who": {"name": "王"}}], {"a": True}, "1.50",
                          "13800001234")  # fmt: skip


def every_field() -> Iterator[Field]:
    """A field of every type, with and without `many` and a class of personal data."""
    choices = (Choice("a", {"und": "A"}),)
    columns = (Field("who", "person", {"und": "Who"}),)
    for kind, many, personal in product(get_args(FieldType), (False, True), (None, "contact")):
        yield Field("field", kind, {"und": "Field"}, many=many, choices=choices, columns=columns, personal=personal)


def fits(shape: Shape, value: Value) -> bool:
    """Whether a value has all that its shape promises."""
    parts = (shape.parts or {}).items()
    return all(name in value.parts and fits(part, value.parts[name]) for name, part in parts) and all(
        fits(shape.item, each) for each in value.items or () if shape.item is not None
    )


@pytest.mark.parametrize("hidden", [False, True])
def test_whatever_the_check_lets_pass_is_there_at_delivery(hidden: bool) -> None:
    reader = Reader("zh", UTC, () if hidden else None)
    for declared, value in product(every_field(), GIVEN):
        assert fits(shape_of(declared), field_value(declared, value, reader)), (declared, value)
