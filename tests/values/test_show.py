"""What people see."""

from typing import Any

import pytest

from sop_engine.values import ValueProblem, mask, mask_name, needs, parse, show
from tests.values.bench import CONTEXT, EXAMPLES, FIELDS, SHANGHAI

SHOWN = {
    "money": ("-1,200.50", "-1,200.50"),
    "date": ("2026-11-22 周日", "2026-11-22 Sun"),
    "time": ("08:30", "08:30"),
    "datetime": ("2026-11-22 周日 08:30", "2026-11-22 Sun 08:30"),
    "interval": ("2026-11-22 周日 08:30-12:00", "2026-11-22 Sun 08:30-12:00"),
    "boolean": ("是", "yes"),
    "choice": ("急修", "Urgent"),
    "choices": ("急修、缓办", "Urgent, 缓办"),
    "person": ("王芳 13800000000", "王芳 13800000000"),
    "photo": ("门.jpg", "门.jpg"),
    "checklist": ("急修：是；缓办：否", "Urgent: yes; 缓办: no"),
    "rows": ("项目 水管，人工费 80.00；完成 是", "Item 水管, Labour 80.00; Done yes"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_value_is_said_in_both_languages(name: str) -> None:
    for language, shown in zip(("zh", "en"), SHOWN[name], strict=True):
        assert show(FIELDS[name], EXAMPLES[name], language, SHANGHAI) == shown


@pytest.mark.parametrize(
    ("currency", "shown"),
    [("CNY", "-¥1,200.50"), ("EUR", "-€1,200.50"), ("HKD", "HKD -1,200.50"), ("", "-1,200.50")],
)
def test_money_is_said_in_its_currency_and_can_be_typed_so(currency: str, shown: str) -> None:
    said = show(FIELDS["money"], "-1200.50", "en", SHANGHAI, currency=currency)
    assert said == shown
    assert parse(FIELDS["money"], said, CONTEXT._replace(currency=currency)) == "-1200.50"


def test_amounts_in_rows_have_their_currency_and_decimals_have_none() -> None:
    rows = show(FIELDS["rows"], EXAMPLES["rows"], "en", SHANGHAI, currency="CNY")
    assert rows == "Item 水管, Labour ¥80.00; Done yes"
    assert show(FIELDS["decimal"], EXAMPLES["decimal"], "en", SHANGHAI, currency="CNY") == EXAMPLES["decimal"]


def test_another_currency_is_no_part_of_an_amount() -> None:
    with pytest.raises(ValueProblem):
        parse(FIELDS["money"], "$5", CONTEXT._replace(currency="CNY"))


def test_an_interval_across_midnight_names_both_days() -> None:
    value = {"start": "2026-11-22T14:00:00.000Z", "end": "2026-11-22T18:00:00.000Z"}
    assert show(FIELDS["interval"], value, "zh", SHANGHAI) == "2026-11-22 周日 22:00 - 2026-11-23 周一 02:00"


def test_a_choice_that_is_no_more_is_shown_by_its_id() -> None:
    assert show(FIELDS["choice"], "gone", "zh", SHANGHAI) == "gone"


def test_a_value_that_is_unset_is_nothing() -> None:
    assert show(FIELDS["date"], None, "zh", SHANGHAI) == ""


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800000000", "138****0000"),
        ("0755-12345678", "0755-****5678"),
        ("0755-12345678-801", "0755-****5678-***"),
        ("+85212345678", "+85*****5678"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_a_masked_number_shows_only_so_much(phone: str, masked: str) -> None:
    assert mask(phone) == masked


def test_masked_people_are_not_to_be_known() -> None:
    assert mask_name("王芳") == "王*"
    assert mask_name("欧阳修文") == "欧***"
    assert show(FIELDS["person"], EXAMPLES["person"], "zh", SHANGHAI, masked=True) == "王* 138****0000"
    assert show(FIELDS["phone"], "13800000000", "zh", SHANGHAI, masked=True) == "138****0000"
    assert show(FIELDS["people"], EXAMPLES["people"], "zh", SHANGHAI, masked=True) == "王*"


def test_needs_tell_a_program_all_that_it_must_ask() -> None:
    expected: dict[str, Any] = {
        "name": "choice",
        "type": "choice",
        "title": {"zh": "缓急", "en": "Urgency"},
        "required": True,
        "many": False,
        "min": None,
        "max": None,
        "choices": [
            {"id": "urgent", "title": {"zh": "急修", "en": "Urgent"}},
            {"id": "normal", "title": {"zh": "一般", "en": "Normal"}},
            {"id": "later", "title": {"und": "缓办"}},
        ],
        "example": "urgent",
    }
    assert needs(FIELDS["choice"], True) == expected


def test_rows_and_checklists_give_an_example_in_json() -> None:
    assert needs(FIELDS["rows"], False)["example"] == [
        {"item": {"zh": "按实际情况填写", "en": "in your own words"}, "labour": "120.50", "done": "yes"}
    ]
    assert needs(FIELDS["checklist"], False)["example"] == {"urgent": True, "normal": True, "later": True}
