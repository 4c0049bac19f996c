"""What guards mean, one rule at a time."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from sop_engine import guards
from tests.guards.bench import FIELDS, World

URGENT = ("==", ("field", "urgency"), ("const", "text", "urgent"))
NOT_URGENT = ("!=", ("field", "urgency"), ("const", "text", "urgent"))


def holds(tree: Any, **values: Any) -> bool:
    return guards.condition(tree, FIELDS)(World(values=values))


def worth(tree: Any, **values: Any) -> Any:
    return guards.compile(tree, FIELDS)(World(values=values))


def test_a_comparison_with_an_unset_field_is_false_either_way() -> None:
    assert not holds(URGENT)
    assert not holds(NOT_URGENT)
    assert holds(NOT_URGENT, urgency="normal")


def test_an_unset_yes_or_no_counts_as_no() -> None:
    assert not holds(("field", "paid"))
    assert holds(("not", ("field", "paid")))
    assert worth(("field", "paid")) is None


def test_arithmetic_with_an_unset_field_is_unset() -> None:
    assert worth(("+", ("field", "fee"), ("field", "rate")), fee=Decimal(1)) is None


@pytest.mark.parametrize("divisor", [("const", "integer", 0), ("const", "decimal", "0.00"), ("field", "rate")])
def test_division_by_zero_is_unset(divisor: Any) -> None:
    assert worth(("/", ("field", "fee"), divisor), fee=Decimal(1), rate=Decimal(0)) is None


def test_division_keeps_28_digits() -> None:
    assert worth(("/", ("const", "integer", 1), ("const", "integer", 3))) == Decimal("0.3333333333333333333333333333")


def test_numbers_that_grow_too_large_are_unset() -> None:
    assert worth(("*", ("const", "integer", 2**52), ("const", "integer", 2))) is None
    assert worth(("*", ("const", "decimal", "1e10"), ("const", "decimal", "1e9"))) is None
    assert worth(("*", ("const", "decimal", "1e10"), ("const", "decimal", "1e8"))) == Decimal("1e18")


def test_binary_fractions_do_not_creep_in() -> None:
    assert holds(
        ("==", ("+", ("field", "fee"), ("const", "decimal", "0.2")), ("const", "decimal", "0.3")), fee=Decimal("0.1")
    )


def test_a_row_without_the_value_adds_nothing() -> None:
    rows = [{"item": "a", "labour": Decimal("80.00")}, {"item": "b"}]
    assert worth(("sum", ("rows", "quote"), ("row", "labour")), quote=rows) == Decimal("80.00")


def test_unset_rows_are_no_rows() -> None:
    done = ("row", "done")
    assert worth(("sum", ("rows", "quote"), ("row", "labour"))) == 0
    assert worth(("count", ("rows", "quote"))) == 0
    assert not holds(("any", ("rows", "quote"), done))
    assert holds(("all", ("rows", "quote"), done))


def test_a_test_over_rows_sees_the_ticket_too() -> None:
    # given a bound in a field of the ticket
    dear = ("any", ("rows", "quote"), (">", ("row", "labour"), ("field", "fee")))
    # then each row is held against it
    assert holds(dear, quote=[{"labour": Decimal(5)}, {"labour": Decimal(9)}], fee=Decimal(8))
    assert not holds(dear, quote=[{"labour": Decimal(5)}], fee=Decimal(8))


def test_children_are_asked_by_procedure_status_and_state() -> None:
    world = World(
        kin=[
            {"id": "A", "procedure": "rework", "status": "closed", "outcome": "repaired", "state": ["closed"]},
            {"id": "B", "procedure": "fee", "status": "open", "outcome": None, "state": ["asked", "waiting"]},
        ]
    )

    def says(tree: Any) -> Any:
        return guards.compile(tree, FIELDS)(world)

    closed = ("==", ("row", "status"), ("const", "text", "closed"))
    assert says(("all", ("children", "rework"), closed))
    assert not says(("all", ("children", ""), closed))
    assert says(("count", ("children", ""))) == 2
    assert says(("any", ("children", ""), ("in", ("const", "text", "waiting"), ("row", "state"))))
    assert not says(("any", ("children", "fee"), ("!=", ("row", "outcome"), ("const", "text", "repaired"))))


def test_given_means_set_and_not_empty() -> None:
    assert not holds(("given", ("field", "photos")))
    assert not holds(("given", ("field", "photos")), photos=[])
    assert holds(("given", ("field", "photos")), photos=[{"name": "a.jpg"}])
    assert holds(("given", ("field", "caller", "phone")), caller={"name": "王芳", "phone": "13800000000"})
    assert not holds(("given", ("field", "caller", "phone")), caller={"name": "王芳"})
    assert holds(("given", ("field", "paid")), paid=False)


def test_today_is_the_sites_day_not_the_machines() -> None:
    # given 20:30 in UTC, which is the next morning in Shanghai
    assert worth(("today",)) == date(2026, 11, 23)
    assert worth(("now",)) == datetime(2026, 11, 22, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (("+", ("field", "due"), ("const", "duration", 3, "month")), date(2027, 2, 28)),
        (("+", ("const", "duration", 3, "month"), ("field", "due")), date(2027, 2, 28)),
        (("-", ("field", "due"), ("const", "duration", 2, "day")), date(2026, 11, 28)),
        (("-", ("field", "due"), ("field", "found")), 9),
        (("-", ("field", "seen"), ("const", "duration", 90, "min")), datetime(2026, 11, 22, 4, 30, tzinfo=UTC)),
        (("+", ("field", "window", "end"), ("const", "duration", 1, "day")), datetime(2026, 11, 23, 8, tzinfo=UTC)),
    ],
)
def test_dates_and_instants_are_moved_by_durations(tree: Any, expected: Any) -> None:
    window = {"start": datetime(2026, 11, 22, 6, tzinfo=UTC), "end": datetime(2026, 11, 22, 8, tzinfo=UTC)}
    values = {"due": date(2026, 11, 30), "found": date(2026, 11, 21), "seen": window["start"], "window": window}
    assert worth(tree, **values) == expected


def test_a_date_that_leaves_the_calendar_is_unset() -> None:
    assert worth(("+", ("field", "due"), ("const", "duration", 99_999, "year")), due=date(2026, 11, 30)) is None
    assert worth(("+", ("field", "due"), ("const", "duration", 1000, "year")), due=date(2026, 11, 30)) is None


def test_a_text_beside_a_date_or_time_stands_for_one() -> None:
    after_new_year = (">=", ("field", "due"), ("const", "text", "2027-01-01"))
    assert not holds(after_new_year, due=date(2026, 12, 31))
    assert holds(after_new_year, due=date(2027, 1, 1))
    assert holds(("<", ("field", "opens"), ("const", "text", "09:00")), opens=time(8, 30))


def test_a_text_beside_a_date_time_is_the_sites_wall_time() -> None:
    late = (">", ("field", "seen"), ("const", "text", "2026-11-22 08:30"))
    assert not holds(late, seen=datetime(2026, 11, 22, 0, 30, tzinfo=UTC))
    assert holds(late, seen=datetime(2026, 11, 22, 0, 31, tzinfo=UTC))


def test_four_and_more_parts_are_all_looked_at() -> None:
    parts = [("did", name) for name in "abcdefg"]
    for missing in "abcdefg":
        world = World(deeds={name: 1 for name in "abcdefg" if name != missing})
        assert not guards.condition(("and", *parts), FIELDS)(world)
        assert guards.condition(("or", *parts), FIELDS)(world)
    assert guards.condition(("and", *parts), FIELDS)(World(deeds=dict.fromkeys("abcdefg", 1)))
    assert not guards.condition(("or", *parts), FIELDS)(World())


def test_a_guard_always_says_true_or_false() -> None:
    for tree in (URGENT, NOT_URGENT, ("field", "paid"), ("and", ("field", "paid"), URGENT), ("did", "x")):
        assert holds(tree) is False
