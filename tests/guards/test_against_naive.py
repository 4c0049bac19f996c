"""Random well-typed trees: the closures say what a plain reading of the contract says."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, find, given, settings
from hypothesis import strategies as st

from sop_engine import guards
from tests.guards.bench import FIELDS, World
from tests.guards.naive import OPERATORS
from tests.guards.naive import value as naive


def const(kind: str, value: Any) -> tuple[Any, ...]:
    return ("const", kind, value)


def field(*names: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([("field", name) for name in names])


DECIMALS = st.decimals(-1000, 1000, places=2)
LARGE = st.sampled_from([Decimal("9e17"), Decimal("-123456789012345678.91"), Decimal(0)])
whole = field("rating", "floor") | st.integers(-5, 2**53 - 1).map(lambda n: const("integer", n))
whole = whole | st.sampled_from([("times", "call"), ("count", ("rows", "quote")), ("count", ("rows", "photos"))])
broken = field("fee", "rate") | (DECIMALS | LARGE).map(lambda number: const("decimal", str(number)))
broken = broken | st.just(("sum", ("rows", "quote"), ("row", "labour")))
numbers = st.recursive(
    whole | broken,
    lambda inner: st.tuples(st.sampled_from("+-*/"), inner, inner) | st.tuples(st.just("neg"), inner),
    max_leaves=4,
)
dates = field("found", "due") | st.just(("today",))
dates = dates | st.tuples(
    st.sampled_from("+-"), dates, st.tuples(st.just("const"), st.just("duration"), st.integers(0, 99), st.just("week"))
)
comparison = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
equality = st.sampled_from(["==", "!="])
levels = st.sampled_from([const("text", "urgent"), const("choice", "normal")])
row_test = (
    st.tuples(comparison, st.just(("row", "labour")), DECIMALS.map(lambda number: const("decimal", str(number))))
    | st.tuples(comparison, st.just(("row", "count")), whole)
    | st.just(("row", "done"))
    | st.just(("not", ("row", "done")))
)
child_test = st.tuples(
    equality, st.just(("row", "status")), st.sampled_from(["open", "closed"]).map(lambda each: const("text", each))
) | st.just(("in", const("text", "on_site"), ("row", "state")))
over = st.tuples(st.sampled_from(["any", "all"]), st.just(("rows", "quote")), row_test) | st.tuples(
    st.sampled_from(["any", "all"]), st.sampled_from([("children", ""), ("children", "rework")]), child_test
)
simple = (
    st.tuples(comparison, numbers, numbers)
    | st.tuples(comparison, dates, dates)
    | st.tuples(comparison, st.tuples(st.just("-"), dates, dates), whole)
    | st.tuples(equality, field("urgency"), levels)
    | st.tuples(equality, levels, field("urgency"))
    | st.tuples(equality, field("urgency"), field("severity"))
    | st.tuples(equality, field("fault"), field("note"))
    | st.tuples(st.just("in"), field("urgency"), st.lists(levels, max_size=3).map(lambda each: ("list", *each)))
    | st.tuples(st.just("in"), field("rating"), st.lists(numbers, max_size=3).map(lambda each: ("list", *each)))
    | st.tuples(st.just("in"), st.just(const("text", "safety")), field("reasons"))
    | st.tuples(st.just("given"), field("fee", "fault", "photos", "quote"))
    | field("paid", "told")
    | st.sampled_from([("in_state", "working"), ("did", "call"), ("field", "handover", "keys")])
    | st.tuples(equality, field("paid"), field("told"))
    | st.tuples(comparison, st.tuples(st.just("count"), st.just(("rows", "quote")), row_test), whole)
    | over
)
conditions = st.recursive(
    simple,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=5).map(lambda each: ("and", *each))
        | st.lists(inner, min_size=1, max_size=5).map(lambda each: ("or", *each))
        | st.tuples(st.just("not"), inner)
    ),
    max_leaves=8,
)

rows = st.lists(
    st.fixed_dictionaries(
        {}, optional={"labour": DECIMALS, "count": st.integers(0, 9), "done": st.booleans(), "item": st.just("管")}
    ),
    max_size=4,
)
values = st.fixed_dictionaries(
    {},
    optional={
        "urgency": st.sampled_from(["urgent", "normal"]),
        "severity": st.sampled_from(["normal", "major"]),
        "reasons": st.lists(st.sampled_from(["safety", "money"]), unique=True),
        "rating": st.integers(-5, 5),
        "floor": st.integers(0, 2**53 - 1),
        "fee": DECIMALS | LARGE,
        "rate": DECIMALS,
        "paid": st.booleans(),
        "told": st.booleans(),
        "found": st.dates(date(1999, 1, 1), date(2100, 1, 1)),
        "due": st.dates(date(2026, 1, 1), date(2027, 1, 1)),
        "fault": st.sampled_from(["漏水", "停电", ""]),
        "note": st.sampled_from(["漏水", "停电"]),
        "photos": st.lists(st.just({"name": "a.jpg"}), max_size=2),
        "handover": st.just({"keys": True, "cash": False}),
        "quote": rows,
    },
)
children = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.just("WX-1"),
            "procedure": st.sampled_from(["rework", "fee"]),
            "status": st.sampled_from(["open", "closed"]),
            "state": st.sampled_from([["on_site"], []]),
        }
    ),
    max_size=3,
)
worlds = st.builds(
    World,
    values=values,
    active=st.sampled_from([(), ("working",)]),
    deeds=st.sampled_from([{}, {"call": 1}, {"call": 3}]),
    kin=children,
)
slow = settings(
    max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)


@given(conditions, worlds)
@slow
def test_a_guard_holds_where_the_plain_reading_says_so(tree: Any, world: World) -> None:
    assert guards.condition(tree, FIELDS)(world) is (naive(tree, world) is True)


@given(numbers, worlds)
@example(
    ("*", const("integer", 2**52), ("+", const("integer", 4), ("sum", ("rows", "quote"), ("row", "labour")))), World()
)
@slow
def test_an_expression_is_worth_what_the_plain_reading_says(tree: Any, world: World) -> None:
    result, expected = guards.compile(tree, FIELDS)(world), naive(tree, world)
    assert result == expected
    assert (result is None) == (expected is None)


@pytest.mark.parametrize("op", ["==", "!=", "<", "<=", ">", ">="])
def test_a_wrong_reading_would_be_found(op: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a reading in which one comparison says the opposite
    right = OPERATORS[op]
    monkeypatch.setitem(OPERATORS, op, lambda a, b: not right(a, b))
    # then some tree in some world tells it apart; `find` raises where there is none
    find(
        st.tuples(conditions, worlds),
        lambda case: guards.condition(case[0], FIELDS)(case[1]) is not (naive(*case) is True),
        settings=settings(slow, max_examples=5_000, phases=[Phase.generate]),  # the first found is enough
    )


@given(conditions)
def test_reads_names_every_field_that_can_change_the_result(tree: Any) -> None:
    read = guards.reads(tree)
    full = {"urgency": "urgent", "rating": 1, "fee": Decimal(1), "paid": True, "fault": "漏水", "told": True}
    assert read <= set(FIELDS)
    # when all that is not read is taken away, nothing changes
    kept = {name: value for name, value in full.items() if name in read}
    test = guards.condition(tree, FIELDS)
    assert test(World(values=kept)) == test(World(values=full))
