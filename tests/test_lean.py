"""Classes of records made without writing code are what the standard library would have made."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import field
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine import lean


def kinds(dataclass: Callable[..., Any]) -> tuple[Any, Any, Any]:
    """A frozen class, one that can be changed, and one in order: made by the one or the other."""

    @dataclass(frozen=True, slots=True)
    class Frozen:
        """All kinds of fields."""

        name: str
        number: int = 3
        rows: list[int] = field(default_factory=list)
        beside: str = field(default="", compare=False)

    @dataclass(slots=True)
    class Changing:
        """One field."""

        name: str = ""

    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        """Two fields."""

        one: int
        two: int

    return Frozen, Changing, Ordered


OURS, THEIRS = kinds(lean.made), kinds(dataclasses.dataclass)


@lean.dataclass(frozen=True, slots=True)
class Kept:
    """What can be found again by its name."""

    name: str
    rows: tuple[int, ...] = ()


@lean.dataclass(frozen=True)
class Checked:
    """One that looks at itself."""

    number: int

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError(self.number)

    def __repr__(self) -> str:
        return "by itself"


def outcome(make: Callable[[], Any]) -> Any:
    """What comes of it, as plain values; or the kind of its error."""
    try:
        return dataclasses.asdict(make())
    except Exception as error:
        return type(error)


VALUES = st.lists(st.sampled_from(["a", 1, [2]]), max_size=5)
NAMED = st.dictionaries(st.sampled_from(["name", "number", "rows", "beside", "none"]), st.sampled_from(["b", 4, [5]]))


@given(VALUES, NAMED)
def test_a_record_is_made_of_what_makes_one_of_the_standard_library(values: list[Any], named: dict[str, Any]) -> None:
    ours, theirs = (outcome(partial(kind, *values, **named)) for kind in (OURS[0], THEIRS[0]))
    assert ours == theirs


@given(st.tuples(st.integers(0, 2), st.integers(0, 2)), st.tuples(st.integers(0, 2), st.integers(0, 2)))
def test_records_are_compared_by_their_values(one: tuple[int, int], two: tuple[int, int]) -> None:
    a, b = OURS[2](*one), OURS[2](*two)
    assert (a == b, a < b, a <= b, a > b, a >= b) == (one == two, one < two, one <= two, one > two, one >= two)
    assert (hash(a) == hash(b)) or a != b


def test_what_is_not_compared_makes_no_difference() -> None:
    assert OURS[0]("x", 1, [2], "one") == OURS[0]("x", 1, [2], "other")
    assert OURS[0]("x") != THEIRS[0]("x")


def test_each_record_has_a_list_of_its_own() -> None:
    one, other = OURS[0]("x"), OURS[0]("y")
    one.rows.append(1)
    assert other.rows == []


@pytest.mark.parametrize("kind", range(3))
def test_a_record_reads_as_one_of_the_standard_library(kind: int) -> None:
    values = [1, 2][: len(dataclasses.fields(OURS[kind]))]
    assert repr(OURS[kind](*values)) == repr(THEIRS[kind](*values))


def test_what_is_frozen_cannot_be_set_or_deleted() -> None:
    record = OURS[0]("x")
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.name = "y"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del record.name
    assert record == dataclasses.replace(record)
    assert dataclasses.replace(record, name="y") == OURS[0]("y")


def test_what_is_not_frozen_can_be_set_and_has_no_hash() -> None:
    record = OURS[1]()
    record.name = "y"
    assert record == OURS[1]("y")
    with pytest.raises(TypeError):
        hash(record)


def test_a_record_is_copied_and_sent_to_another_process() -> None:
    record = Kept("x", (1,))
    assert pickle.loads(pickle.dumps(record)) == record == copy.deepcopy(record)
    match record:
        case Kept(name, rows):
            assert (name, rows) == ("x", (1,))


def test_a_class_keeps_what_it_says_itself() -> None:
    with pytest.raises(ValueError, match="-1"):
        Checked(-1)
    assert repr(Checked(1)) == "by itself"
