"""Templates: what may stand in them, what they see, and that nothing they do can run on."""

import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine.documents.bounded_templates import OUTPUT_CHARACTERS, TEMPLATE_CHARACTERS, render
from sop_engine.documents.template_fault import TemplateFault


def made(text: str, **values: Any) -> str:
    return render(text, values, html=False)


def fault(text: str, **values: Any) -> TemplateFault:
    with pytest.raises(TemplateFault) as caught:
        made(text, **values)
    return caught.value


# --- what a template can say ---


def test_values_choices_and_rows() -> None:
    text = (
        "{{ unit }}{% if charge == 'paid' %} 有偿{% endif %}"
        "{% for line in quote %} {{ loop.index }}.{{ line.item }}{% endfor %}"
    )
    assert made(text, unit="3-2-1202", charge="paid", quote=[{"item": "软管"}, {"item": "密封圈"}]) == (
        "3-2-1202 有偿 1.软管 2.密封圈"
    )


def test_an_unset_value_is_empty_and_every_comparison_with_it_is_false() -> None:
    text = "[{{ x }}]{% if x %}given{% endif %}{% if x == 'a' or x != 'a' or x < 3 or x >= 3 %}compared{% endif %}"
    assert made(text, x=None) == "[]"


def test_numbers_are_compared_as_numbers_and_never_with_texts() -> None:
    assert made("{{ fee > 100 }} {{ fee == 103.5 }} {{ fee < 'z' }}", fee=Decimal("103.50")) == "True True False"


def test_the_filters() -> None:
    text = "{{ a | default('-') }} {{ b | join('/') }} {{ b | length }} {{ c | truncate(4) }}"
    assert made(text, a=None, b=["x", "y"], c="abcdefg") == "- x/y 2 abc…"


def test_markup_in_a_value_is_text_in_a_page() -> None:
    page = render('<p title="{{ x }}">{{ x }}</p>', {"x": "<script>'\"&"}, html=True)
    assert page == '<p title="&lt;script&gt;&#39;&quot;&amp;">&lt;script&gt;&#39;&quot;&amp;</p>'


def test_braces_in_a_value_are_not_read_again() -> None:
    assert made("{{ x }}", x="{{ y }}{% for %}") == "{{ y }}{% for %}"


def test_an_included_text_comes_only_from_the_loader() -> None:
    texts = {"base": "<b>{% block a %}{% endblock %}</b>", "part": "{{ x }}"}
    page = '{% extends "base" %}{% block a %}{% include "part" %}{% endblock %}'
    assert render(page, {"x": "ja"}, html=True, load=texts.__getitem__, name="page") == "<b>ja</b>"


# --- what it cannot ---


@pytest.mark.parametrize(
    "text",
    [
        "{{ x() }}",
        "{{ x.format(1) }}",
        "{{ x * 1000000000 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ x + x }}",
        "{{ x ~ x }}",
        "{{ x['__class__'] }}",
        "{{ x.__class__ }}",
        "{{ x._meter }}",
        "{{ x | upper }}",
        "{{ x | attr('value') }}",
        "{{ x is defined }}",
        "{{ {} }}",
        "{% set y = x %}",
        "{% macro m() %}{% endmacro %}",
        "{% call x() %}{% endcall %}",
        "{% filter default %}{% endfilter %}",
        "{% with y = x %}{% endwith %}",
        "{% autoescape false %}{{ x }}{% endautoescape %}",
        "{% import 'a' as a %}",
        "{% from 'a' import b %}",
        "{% include 'a' %}",
        "{% extends 'a' %}",
        "{% block a %}{% endblock %}",
        "{% for a, b in x %}{% endfor %}",
        "{% for a in [1, 2] %}{% endfor %}",
        "{% for a in x recursive %}{% endfor %}",
        "{% for a in x %}" * 4 + "{% endfor %}" * 4,
        "{% unknown %}",
        "{{ x",
        "{% if x %}",
        "{{ " + "(" * 20000 + " }}",
        "{% if x %}" * 200 + "{% endif %}" * 200,
        "x" * (TEMPLATE_CHARACTERS + 1),
    ],
)
def test_what_is_not_listed_never_runs(text: str) -> None:
    assert fault(text, x=["a"]).message


@pytest.mark.parametrize("name", ["value", "part", "counted", "_meter", "__init__", "text"])
def test_nothing_of_python_is_within_reach(name: str) -> None:
    assert fault(f"{{{{ x.{name} }}}}", x="a").message


@pytest.mark.parametrize(
    "text", ["<script>x</script>", "<p onclick='x'>", "<a href='javascript:x'>", "<iframe>", "< / SCRIPT >"]
)
def test_a_page_runs_nothing(text: str) -> None:
    with pytest.raises(TemplateFault):
        render(text, {}, html=True)


@pytest.mark.parametrize("text", ["{% include x %}", "{% include ['a', 'b'] %}", "{% include 'a' ignore missing %}"])
def test_the_name_of_an_included_text_is_written_out(text: str) -> None:
    with pytest.raises(TemplateFault):
        render(text, {"x": "a"}, html=True, load=lambda name: "a")


def test_a_fault_tells_its_line_and_its_text() -> None:
    caught = fault("one\n\n{{ nobody }}", x=1)
    assert (caught.line, caught.template) == (3, "")
    with pytest.raises(TemplateFault) as inner:
        render('\n{% include "part" %}', {}, html=True, load=lambda name: "\n\n\n{{ nobody }}", name="page")
    assert (inner.value.line, inner.value.template) == (4, "part")


# --- bounds ---


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            "{% for a in q %}{% for b in q %}{% for c in q %}{% if c %}{% endif %}{% endfor %}{% endfor %}{% endfor %}",
            {"q": list(range(2000))},
        ),
        ("{% for a in q %}{{ q | join('x') }}{% endfor %}", {"q": ["a" * 60_000] * 200}),
        ("{% for a in q %}{% if a in q %}{% endif %}{% endfor %}", {"q": list(range(5000))}),
        ("{% for a in q %}{{ t }}{% endfor %}", {"q": [1] * 1000, "t": "x" * 60_000}),
        ("{% for a in q %}" + "{% if 1 %}{% endif %}" * 2000 + "{% endfor %}", {"q": [1] * 5000}),
        ("{% for a in q if not a %}{% endfor %}" * 500, {"q": [1] * 5000}),
    ],
)
def test_work_without_end_is_ended_soon(text: str, values: dict[str, Any]) -> None:
    begun = time.process_time()
    assert fault(text, **values).message
    assert time.process_time() - begun < 10


def test_texts_that_include_each_other_end() -> None:
    texts = {"a": '{% include "b" %}{% include "b" %}', "b": '{% include "a" %}'}
    with pytest.raises(TemplateFault):
        render(texts["a"], {}, html=True, load=texts.__getitem__, name="a")


def test_a_doubling_chain_of_included_texts_ends() -> None:
    texts = {f"t{n}": f'{{% include "t{n + 1}" %}}' * 2 for n in range(30)} | {"t30": "x"}
    with pytest.raises(TemplateFault):
        render(texts["t0"], {}, html=True, load=texts.__getitem__, name="t0")


def test_the_output_is_bounded() -> None:
    caught = fault("{% for a in q %}" + "x" * 60_000 + "{% endfor %}", q=[1] * 100)
    assert str(OUTPUT_CHARACTERS) in str(caught)


# --- whatever comes ---

PIECES = st.lists(
    st.sampled_from([
        "{{ x }}", "{{ x.y }}", "{% for a in x %}", "{% endfor %}", "{% if x == 1 %}", "{% else %}", "{% endif %}",
        "{{ loop.index }}", "{{ a }}", "{{ x | join(1) }}", "{{ x | truncate('a') }}", "{{ x < x }}", "{{ 1 in x }}",
        "{{ x | length }}", "{{ x | default(x) }}", "{{", "}}", "{%", "%}", "{#", "#}", "\n", "é", "\x00", "\u202e",
    ]),
    max_size=12,
).map("".join)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=20) | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["y", "z", "__class__"]), inner),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(PIECES | st.text(max_size=40), VALUES, st.booleans())
def test_any_template_with_any_value_gives_text_or_a_template_fault(text: str, value: Any, html: bool) -> None:
    try:
        assert isinstance(render(text, {"x": value}, html=html), str)
    except TemplateFault as caught:
        assert str(caught)
