"""What is said of a condition is true of every value: tried against the guards themselves."""

import itertools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sop_engine import guards
from sop_engine.language.formulas.satisfying import Values, can_hold
from sop_engine.procedure import Tree
from tests.language.desk import codes, procedure

PARTS = """\
fields:
  note: {type: text}
  rating: {type: integer, min: 1, max: 4}
  paid: {type: boolean}
  place: {type: choice, choices: [home, hall]}
open: {by: desk, ask: [note, rating, paid, place], to: received}
states:
  received: {transitions: {check: {by: desk}, finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
"""
EXAMPLE = procedure(PARTS)
FIELDS = {field.id: field for field in EXAMPLE.fields}
HELD: Mapping[str, list[Any]] = {
    "note": [None, "a", "b"],
    "rating": [None, 1, 2, 3, 4],
    "paid": [None, True, False],
    "place": [None, "home", "hall"],
    "times": [0, 1, 2],
}


class Situation:
    """One choice of values."""

    def __init__(self, values: tuple[Any, ...]) -> None:
        *fields, self._times = values
        self.values = dict(zip(FIELDS, fields, strict=True))

    def in_state(self, state: str, /) -> bool:
        return False

    def did(self, trigger: str, /) -> bool:
        return bool(self._times)

    def times(self, trigger: str, /) -> int:
        return int(self._times)


def comparison(key: Tree, sort: str, constants: list[Any]) -> st.SearchStrategy[Tree]:
    operations = ["==", "!="] if sort == "text" else ["==", "!=", "<", "<=", ">", ">="]
    plain = st.tuples(st.sampled_from(operations), st.just(key), st.sampled_from(constants).map(lambda c: constant(c)))
    flipped = plain.map(lambda tree: (tree[0], tree[2], tree[1]))
    among = st.lists(st.sampled_from(constants), min_size=1, max_size=3).map(
        lambda items: ("in", key, ("list", *(constant(item) for item in items)))
    )
    return plain | flipped | among


def constant(value: Any) -> Tree:
    return ("const", "integer" if isinstance(value, int) else "text", value)


PART: st.SearchStrategy[Tree] = st.one_of(
    comparison(("field", "rating"), "number", [0, 1, 2, 3, 4, 5]),
    comparison(("field", "place"), "text", ["home", "hall"]),
    comparison(("field", "note"), "text", ["a", "b", "c"]),
    comparison(("times", "check"), "number", [0, 1, 2]),
    st.sampled_from(list(FIELDS)).map(lambda name: ("given", ("field", name))),
    st.just(("field", "paid")),
    st.just(("did", "check")),
)
CONDITION = st.recursive(
    PART,
    lambda inner: st.one_of(
        inner.map(lambda tree: ("not", tree)),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
    ),
    max_leaves=6,
)


@given(CONDITION)
def test_what_is_said_never_to_hold_holds_with_no_values(condition: Tree) -> None:
    holds = guards.condition(condition, FIELDS)
    values = itertools.product(*HELD.values())

    somewhere = any(holds(Situation(each)) for each in values)  # type: ignore[arg-type]

    assert can_hold(condition, Values(EXAMPLE)) or not somewhere


@given(CONDITION)
def test_of_a_few_fields_alone_it_finds_all_that_never_holds(condition: Tree) -> None:
    # given values that a text and a count could have beside those that are tried
    holds = guards.condition(condition, FIELDS)
    held = {**HELD, "note": [*HELD["note"], "", "c", "d"], "times": [*HELD["times"], 3]}

    somewhere = any(holds(Situation(each)) for each in itertools.product(*held.values()))  # type: ignore[arg-type]

    assert can_hold(condition, Values(EXAMPLE)) == somewhere or "given" in str(condition)


def test_a_condition_of_many_cases_is_let_be() -> None:
    either: Tree = ("or", ("==", ("field", "rating"), ("const", "integer", 1)), ("field", "paid"))
    never: Tree = (">", ("field", "rating"), ("const", "integer", 9))

    assert can_hold(("and", *[either] * 12, never), Values(EXAMPLE))


def test_a_field_that_is_set_is_not_held_to_its_bounds() -> None:
    found = procedure(PARTS.replace("check: {by: desk}", "check: {by: desk, set: {rating: rating + 1}}"))

    assert can_hold(("==", ("field", "rating"), ("const", "decimal", Decimal(5))), Values(found))


def test_states_side_by_side_may_both_be_active() -> None:
    parallel = """\
open: {by: desk, ask: note, to: working}
states:
  working:
    parallel: [one, two]
    done: {to: closed}
    states:
      one: {states: {a: {transitions: {go_on: {by: desk, when: in_state('c'), to: b}}}, b: {final: true}}}
      two: {states: {c: {transitions: {go_off: {by: desk, when: in_state('d'), to: d}}}, d: {final: true}}}
  closed: {final: true, outcome: done}
"""

    assert codes(parallel) == ["SOP155"]
