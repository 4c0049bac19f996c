"""Ill-typed trees are refused with the place and a reason; every pairing of types is decided."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine import guards
from sop_engine.guards import GuardFault
from sop_engine.procedure import Field
from tests.guards.bench import FIELDS, make

F = {name: ("field", name) for name in FIELDS}
OF_TYPE = {
    "text": F["fault"], "number": F["rating"], "money": F["fee"], "boolean": F["paid"], "date": F["due"],
    "time": F["opens"], "datetime": F["seen"], "interval": F["window"], "person": F["caller"], "unit": F["unit"],
    "staff": F["doer"], "phone": F["phone"], "files": F["photos"], "checklist": F["handover"], "rows": F["quote"],
    "choice": F["urgency"], "choices": F["reasons"], "duration": ("const", "duration", 2, "day"),
}  # fmt: skip
EQUAL = {"text", "number", "money", "boolean", "date", "time", "datetime", "unit", "staff", "phone", "choice"}
ORDERED = {"number", "money", "date", "time", "datetime"}


def fault(tree: Any) -> GuardFault:
    with pytest.raises(GuardFault) as raised:
        guards.type_of(tree, FIELDS)
    assert str(raised.value)
    return raised.value


@pytest.mark.parametrize(("one", "other"), [*itertools.product(OF_TYPE, OF_TYPE)])
def test_only_like_types_are_compared_and_only_ordered_ones_ranked(one: str, other: str) -> None:
    alike = (one == other and one in EQUAL) or {one, other} <= {"number", "money"}
    for op, allowed in (("==", alike), ("<", alike and one in ORDERED)):
        tree = (op, OF_TYPE[one], OF_TYPE[other])
        if allowed:
            assert guards.type_of(tree, FIELDS) == "boolean"
        else:
            fault(tree)


@pytest.mark.parametrize(("one", "other", "op"), [*itertools.product(OF_TYPE, OF_TYPE, "+-*/")])
def test_only_numbers_and_dates_are_reckoned_with(one: str, other: str, op: str) -> None:
    numbers = {"number", "money"}
    moved = (other == "duration" and one in {"date", "datetime"} and op in "+-") or (
        one == "duration" and other in {"date", "datetime"} and op == "+"
    )
    days = one == other == "date" and op == "-"
    tree = (op, OF_TYPE[one], OF_TYPE[other])
    if {one, other} <= numbers or moved or days:
        whole = days or (one == other == "number" and op != "/")
        expected = "integer" if whole else "decimal"
        assert guards.type_of(tree, FIELDS) == (expected if not moved else one if one != "duration" else other)
    else:
        fault(tree)


@pytest.mark.parametrize(
    ("tree", "path", "words"),
    [
        (("==", F["urgency"], ("const", "text", "urgnt")), (2,), "no choice"),
        (("==", ("const", "text", "urgnt"), F["urgency"]), (1,), "no choice"),
        (("in", F["charge"], ("list", ("const", "text", "free"), ("const", "text", "fre"))), (2, 2), "no choice"),
        (("and", F["paid"], ("==", F["rating"], ("field", "ratting"))), (2, 2), "no field ratting"),
        (("not", ("not", F["fee"])), (1, 1), "true or false"),
        (("==", F["urgency"], F["charge"]), (), "no choice in common"),
        (("==", F["due"], ("const", "text", "2027-13-01")), (2,), "is not a date"),
        (("==", F["unit"], ("const", "text", "3栋2单元1202")), (2,), "3-2-1202"),
        (("+", F["due"], ("const", "duration", 2, "h")), (), "no hours"),
        (("in", F["urgency"], F["fault"]), (2,), "list is wanted"),
        (("in", F["fault"], F["reasons"]), (), "never"),
        (("row", "labour"), (), "no row here"),
        (("any", ("rows", "quote"), ("row", "labor")), (2,), "no column"),
        (("any", ("rows", "fee"), ("row", "labour")), (1,), "no rows"),
        (("any", ("rows", "photos"), ("did", "x")), (2,), "one by one"),
        (("any", ("rows", "quote"), ("any", ("rows", "quote"), ("row", "done"))), (2,), "inside another"),
        (("sum", ("rows", "quote"), ("row", "item")), (2,), "summed"),
        (("field", "window", "middle"), (), "no part"),
        (("given", ("+", F["fee"], F["fee"])), (1,), "given or not"),
        (("==", ("row", "status"), ("const", "text", "shut")), (1,), "no row here"),
        (("any", ("children", ""), ("==", ("row", "status"), ("const", "text", "shut"))), (2, 2), "no choice"),
        (("any", ("children", ""), ("==", ("row", "state"), ("const", "text", "on_site"))), (2,), "in"),
        (("neg", F["due"]), (1,), "minus"),
        (("neg", F["fault"]), (1,), "minus"),
        (("exec", "rm"), (), "no operation"),
        (("const", "decimal", "NaN"), (), "no constant"),
        (("const", "decimal", 1.5), (), "no constant"),
        (("const", "text", "x" * 70_000), (), "no constant"),
        (("const", "duration", 1, "fortnight"), (), "no constant"),
        (("==", F["fee"]), (), "wrong number"),
        ((), (), "no operation"),
        ("fee", (), "no operation"),
    ],
)  # fmt: skip
def test_a_fault_names_its_place_and_its_reason(tree: Any, path: tuple[int, ...], words: str) -> None:
    found = fault(tree)
    assert found.path == path
    assert words in str(found)


def test_size_and_depth_are_bounded() -> None:
    deep: Any = F["paid"]
    for _each in range(100):
        deep = ("not", deep)
    assert "too long" in str(fault(deep))
    assert "too long" in str(fault(("or", *[F["paid"]] * 600)))
    assert guards.type_of(("or", *[F["paid"]] * 400), FIELDS) == "boolean"


def test_a_guard_must_be_true_or_false() -> None:
    with pytest.raises(GuardFault, match="whole number"):
        guards.condition(F["rating"], FIELDS)


@pytest.mark.parametrize(
    ("target", "tree", "fits"),
    [
        (make("total", "money"), ("sum", ("rows", "quote"), ("row", "labour")), True),
        (make("total", "integer"), ("/", F["rating"], ("const", "integer", 2)), True),
        (make("total", "money"), F["fault"], False),
        (make("day", "date"), ("today",), True),
        (make("day", "date"), ("now",), False),
        (make("day", "date"), ("const", "text", "2026-11-22"), True),
        (make("urgency", "choice", "urgent", "normal"), ("const", "text", "urgent"), True),
        (make("urgency", "choice", "urgent", "normal"), ("const", "text", "other"), False),
        (make("urgency", "choice", "urgent", "normal", "low"), F["urgency"], True),
        (make("urgency", "choice", "urgent"), F["urgency"], False),
        (make("pictures", "photo", many=True), F["photos"], True),
        (make("picture", "photo"), F["photos"], False),
        (make("flag", "boolean"), ("did", "call"), True),
    ],
)
def test_a_value_is_written_only_into_a_field_of_its_type(target: Field, tree: Any, fits: bool) -> None:
    if fits:
        guards.accepts(target, tree, FIELDS)
    else:
        with pytest.raises(GuardFault):
            guards.accepts(target, tree, FIELDS)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["const", "and", "==", "fee"]),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)


@given(junk)
def test_no_tree_raises_anything_but_a_fault(tree: Any) -> None:
    try:
        guards.compile(tree, FIELDS)
    except GuardFault as found:
        assert isinstance(found.path, tuple)
