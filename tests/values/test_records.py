"""Values in the record's form: checked, decoded, encoded; and what friendly JSON becomes."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from sop_engine import canonical
from sop_engine.procedure import Field
from sop_engine.values import ValueProblem, check, decode, encode, normalise, plain, quantise, round_money
from tests.values.bench import CONTEXT, EXAMPLES, FIELDS, PHOTO


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_right_value_passes_and_is_canonical(name: str) -> None:
    assert check(FIELDS[name], EXAMPLES[name]) is None
    canonical.check(EXAMPLES[name])


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_decoded_is_encoded_to_the_same(name: str) -> None:
    field = FIELDS[name]
    assert encode(field, decode(field, EXAMPLES[name])) == EXAMPLES[name]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_value_in_the_records_form_is_friendly_json_too(name: str) -> None:
    assert normalise(FIELDS[name], EXAMPLES[name], CONTEXT) == EXAMPLES[name]


WRONG: dict[str, list[Any]] = {
    "text": [3, None, "", "  ", "a\r\n", "e\u0301", "\u202e", "\x7f", "x" * 65537, "漏" * 30_000],
    "integer": ["3", 3.0, True, 2**53, None],
    "decimal": ["12.5", "12.5000", 12, "+1.000", "01.000", "-0.000", "1e3", "١.000", Decimal(1)],
    "money": ["12.5", "12", 12.5, "NaN", "12.50 ", "1,200.00", "9" * 20 + ".00"],
    "boolean": [1, "yes", None],
    "date": ["2026-1-1", "20261122", "2026-11-22T00:00", "2026-02-30", "1899-12-31", "2026-W47-7", 20261122],
    "time": ["8:30", "24:00", "08:30:00", "0830", 830],
    "datetime": ["2026-11-22T00:30:00Z", "2026-11-22T00:30:00.000", "2026-11-22T08:30:00.000+08:00", ""],
    "interval": [
        {"start": "2026-11-22T00:30:00.000Z"},
        {"start": "2026-11-22T00:30:00.000Z", "end": "2026-11-22T00:30:00.000Z"},
        {"start": "2026-11-22T00:30:00.000Z", "end": "2026-11-22T00:20:00.000Z"},
        {"start": "x", "end": "y"},
        [],
    ],
    "phone": ["138 0000 0000", "+8613800000000", "", 13800000000, "０"],
    "choice": ["急修", "", 1, ["urgent"]],
    "person": [{"phone": "13800000000"}, {"name": ""}, {"name": "王芳", "age": 3}, {"name": " 王芳"}, "王芳",
               {"name": "王\n芳"}, {"name": "王芳", "phone": "x"}, {"name": "王芳", "phone": ""}],
    "staff": ["", "a\nb", 3, "x" * 101],
    "unit": ["3栋2单元1202", "3--2", "-3", "3-2-1202室", "a-1", ""],
    "file": [{**PHOTO, "sha256": "A" * 64}, {**PHOTO, "name": "../x"}, {**PHOTO, "size": -1}, {"name": "x"}, "@x"],
    "checklist": [{}, {"x": True}, {"urgent": "yes"}, {"urgent": None}, []],
    "rows": [[{}], [{"colour": "red"}], [{"labour": "80"}], [{"item": None}], {}, ["x"], [{"item": "x"}] * 1001],
    "texts": [[], [""], "x", ["x"] * 1001],
    "choices": [["later", "urgent"], ["urgent", "urgent"], ["x"], "urgent"],
    "helpers": [["wang.fang", "wang.fang"], [3]],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values], ids=lambda x: repr(x)[:30]
)
def test_another_value_is_a_problem(name: str, value: Any) -> None:
    problem = check(FIELDS[name], value)
    assert problem is not None
    assert str(problem.message)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("decimal", Decimal("12.500")),
        ("date", date(2026, 11, 22)),
        ("time", time(8, 30)),
        ("datetime", datetime(2026, 11, 22, 0, 30, tzinfo=UTC)),
        ("rows", [{"item": "水管", "labour": Decimal("80.00")}, {"done": True}]),
    ],
)
def test_guards_are_given_python_values(name: str, value: Any) -> None:
    assert decode(FIELDS[name], EXAMPLES[name]) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("0.005", "0.01"),
        ("0.015", "0.02"),
        ("0.025", "0.03"),
        ("-0.005", "-0.01"),
        ("-0.004", "0.00"),
        ("2.345", "2.35"),
    ],
)
def test_computed_money_is_rounded_half_up(value: str, written: str) -> None:
    assert encode(FIELDS["money"], Decimal(value)) == written
    assert f"{round_money(Decimal(value))}" == written


def test_computed_whole_numbers_are_rounded_half_up() -> None:
    assert encode(FIELDS["integer"], Decimal("2.5")) == 3
    assert encode(FIELDS["money"], 3) == "3.00"
    assert quantise(Decimal("1E+3"), 0) == 1000


def test_a_number_that_the_field_cannot_hold_is_unset() -> None:
    assert encode(FIELDS["integer"], Decimal("1e17")) is None
    assert encode(FIELDS["money"], Decimal("9999999999999999999.999")) is None


def test_a_value_without_a_field_is_plain_json() -> None:
    value = {"a": Decimal("1.50"), "b": [date(2026, 11, 22), datetime(2026, 11, 22, tzinfo=UTC)], "c": True}
    assert plain(value) == {"a": "1.50", "b": ["2026-11-22", "2026-11-22T00:00:00.000Z"], "c": True}


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("money", 12.5, "12.50"),
        ("money", 0.1, "0.10"),
        ("money", 1200, "1200.00"),
        ("integer", 3.0, 3),
        ("choice", "急修", "urgent"),
        ("choices", "急修", ["urgent"]),
        ("choices", ["缓办", "urgent"], ["urgent", "later"]),
        ("unit", "3栋2单元1202", "3-2-1202"),
        ("person", {"name": "王芳 ", "phone": "138 0000 0000"}, {"name": "王芳", "phone": "13800000000"}),
        ("person", {"name": "王芳", "phone": None}, {"name": "王芳"}),
        ("person", "王芳", {"name": "王芳"}),
        ("interval", {"start": "2026-11-22 08:30", "end": "2026-11-22 12:00"}, EXAMPLES["interval"]),
        ("checklist", {"急修": "是", "later": False}, {"urgent": True, "later": False}),
        ("rows", [{"项目": "水管", "labour": 80}], [{"item": "水管", "labour": "80.00"}]),
        ("rows", {"item": "", "done": "yes"}, [{"done": True}]),
        ("texts", "漏水", ["漏水"]),
        ("photos", PHOTO, [PHOTO]),
        ("text", None, None),
    ],
)  # fmt: skip
def test_friendly_json_is_made_the_records(name: str, given: Any, kept: Any) -> None:
    assert normalise(FIELDS[name], given, CONTEXT) == kept


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("money", 12.345),
        ("money", float("nan")),
        ("money", True),
        ("integer", 2.5),
        ("integer", 1e300),
        ("text", 3),
        ("choices", {"urgent": True}),
        ("interval", {"start": 1, "end": 2}),
        ("rows", 3),
        ("boolean", 1),
        ("date", 20261122),
    ],
)
def test_json_of_another_kind_is_refused(name: str, given: Any) -> None:
    with pytest.raises(ValueProblem):
        normalise(FIELDS[name], given, CONTEXT)


def test_an_earlier_column_is_left_out_when_rows_are_decoded() -> None:
    field = Field("rows", "rows", {}, columns=(Field("a", "money", {}),))
    assert decode(field, [{"a": "1.00", "gone": "x"}]) == [{"a": Decimal("1.00")}]
