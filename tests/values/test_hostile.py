"""Whatever is typed or sent, nothing is raised but `ValueProblem`, and what is read is right."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine import canonical
from sop_engine.procedure import Field
from sop_engine.values import ValueProblem, check, normalise, parse, read_phone, read_unit, show
from tests.values.bench import CONTEXT, EXAMPLES, FIELDS, SHANGHAI

fields = st.sampled_from(list(FIELDS.values()))
pieces = st.sampled_from([
    "2026", "-", "11", "22", " ", "今天", "明天", "上午", "下午", ":", "：", "30", "9", "24", "点", "半", "至", "~",
    "/", "T", "Z", "¥", "元", "万", ".", ",", "，", "+86", "138", "0000", "转", "王芳", "栋", "单元", "室", "3", "yes",
    "是", "urgent", "急修", "=", "item", ";", "\n", "[", "]", "{", "}", '"', "null", "1e999999999", "NaN", "\x00", "日",
    "\x1b[2J", "\u202e", "\ufeff", "\ud800", "\u0301", "٣", "①", "²", "Ⅻ", "㈱", "周日", "sun", "月", "年", "+", "(",
    ")", "#", "x", "\u2028", "\U0001f600", "e\u0301",
])  # fmt: skip
wild = st.text(alphabet=st.characters(), max_size=60) | st.lists(pieces, max_size=12).map("".join)
numbers = st.integers() | st.floats() | st.just(10**400)
wild_json = st.recursive(
    st.none() | st.booleans() | numbers | wild | st.sampled_from(["2026-11-22", "3-2-1202"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "phone", "start", "end", "item", "urgent", "", "\ud800"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


def assert_kept(field: Field, value: Any) -> None:
    """What was read is in the record's form, canonical, and fit for a terminal in both languages."""
    assert check(field, value) is None
    canonical.check(value)
    for language in ("zh", "en"):
        shown = show(field, value, language, SHANGHAI)
        assert not any(each < " " and each not in "\n\t" for each in shown)
        show(field, value, language, SHANGHAI, masked=True)


@given(fields, wild)
@settings(max_examples=1500)
def test_wild_text_is_read_or_refused(field: Field, text: str) -> None:
    try:
        value = parse(field, text, CONTEXT)
    except ValueProblem as problem:
        assert str(problem)
    else:
        assert_kept(field, value)


@given(fields, wild_json)
@settings(max_examples=1000)
def test_wild_json_is_read_or_refused(field: Field, given: Any) -> None:
    try:
        value = normalise(field, given, CONTEXT)
    except ValueProblem as problem:
        assert str(problem)
    else:
        if value is not None:
            assert_kept(field, value)


@given(fields, wild_json)
@settings(max_examples=1000)
def test_wild_json_never_breaks_the_check(field: Field, given: Any) -> None:
    problem = check(field, given)
    if problem is None:
        canonical.check(given)
    else:
        assert str(problem.message)


@given(fields)
@settings(max_examples=100)
def test_what_is_kept_is_read_again_from_what_is_shown(field: Field) -> None:
    # given the types whose words say everything
    if field.type in {"staff", "file", "photo", "rows", "checklist"}:
        return
    for language in ("zh", "en"):
        if field.many and field.type in {"text", "person"}:
            continue
        shown = show(field, EXAMPLES[field.id], language, SHANGHAI)
        assert parse(field, shown, CONTEXT) == EXAMPLES[field.id]


@given(wild)
def test_a_unit_and_a_number_that_were_read_read_the_same_again(text: str) -> None:
    for read in (read_unit, read_phone):
        try:
            kept = read(text)
        except ValueProblem:
            continue
        assert read(kept) == kept


LONG = ["1" * 10_000_000, "汉" * 5_000_000, "[" * 60_000, '{"a":' * 10_000, "1 " * 30_000, "-" * 65_000, "转1" * 20_000]
LONG += [",".join(["1"] * 30_000), "=" * 65_000, "a=1;" * 16_000, "0" * 190, "1-" * 95, " ".join(["1"] * 99), "(1" * 99]


@pytest.mark.parametrize("text", LONG, ids=lambda text: f"{text[:4]}*{len(text)}")
@pytest.mark.parametrize("name", FIELDS)
def test_long_text_is_answered_at_once(name: str, text: str) -> None:
    try:
        value = parse(FIELDS[name], text, CONTEXT)
    except ValueProblem as problem:
        assert len(str(problem)) < 1000
    else:
        assert check(FIELDS[name], value) is None
