"""Calendars' files: what their pages say of faults is so, and each fault stands where it is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sop_engine.diagnostics import Diagnostic
from sop_engine.language import calendar_json_schema, explain
from sop_engine.language.calendars import compile_calendar
from sop_engine.language.checks import CALENDAR_CHECKS, Check
from sop_engine.language.checks.pages import EXAMPLE_CALENDAR, ExampleCalendars, laid_over, page, pages
from sop_engine.worktime import Allowance, Reckoner

OWN = tuple(check for check in CALENDAR_CHECKS if page(check).code.startswith("SOP4"))


def faults(example: str) -> list[Diagnostic]:
    text = laid_over(example, EXAMPLE_CALENDAR)
    return compile_calendar(text.encode(), "example.yaml", ExampleCalendars(), date(2026, 11, 22)).diagnostics


@pytest.mark.parametrize("check", OWN, ids=lambda check: check.__name__)
def test_the_example_that_fails_fails_by_this_check_alone(check: Check) -> None:
    assert {fault.code for fault in faults(page(check).fails)} == {page(check).code}


@pytest.mark.parametrize("check", OWN, ids=lambda check: check.__name__)
def test_the_example_that_passes_passes(check: Check) -> None:
    assert page(check).passes
    assert faults(page(check).passes) == []


def test_the_small_calendar_itself_is_silent() -> None:
    assert faults("") == []


@pytest.mark.parametrize("check", OWN, ids=lambda check: check.__name__)
def test_each_has_a_code_of_its_own_and_a_page_that_is_explained(check: Check) -> None:
    code = page(check).code

    assert [each for each in pages() if each == code] == [code]
    assert explain(code).startswith(f"{code}: {page(check).title}")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("week: {mon-fri: 08:30-17:30}\nweek: {sat: 09:00-12:00}\n", "SOP108"),
        ("week：{mon-fri: 08:30-17:30}\n", "SOP111"),
        ("hours: {mon-fri: 08:30-17:30}\n", "SOP101"),
    ],
)
def test_faults_of_writing_are_told_as_in_every_file(text: str, code: str) -> None:
    found = compile_calendar(f"calendar: example\ntitle: Example\nzone: Asia/Shanghai\n{text}".encode(), "example.yaml")

    assert code in {fault.code for fault in found.diagnostics}
    assert found.calendar is None


def test_the_schema_for_editors_describes_every_word() -> None:
    def words(schema: dict[str, Any]) -> list[str]:
        kinds = {"calendar": schema, **schema["$defs"]}
        return [
            f"{name}.{word}"
            for name, definition in kinds.items()
            for word, entry in definition.get("properties", {}).items()
            if not entry.get("description") and name != "Bilingual"
        ]

    schema = calendar_json_schema()

    assert words(schema) == []
    assert schema["additionalProperties"] is False
    assert calendar_json_schema("zh")["properties"]["zone"]["description"].startswith("按哪个时区")


def test_hours_that_overlap_are_warned_of_and_count_once() -> None:
    week = "week: {mon: ['08:00-12:00', '10:00-14:00'], tue: 22:00-06:00, wed: 05:00-09:00}\n"
    found = compile_calendar(f"calendar: example\ntitle: Example\nzone: UTC\n{week}".encode(), "example.yaml")

    assert [(fault.code, fault.severity) for fault in found.diagnostics] == [("SOP404", "warning")] * 2
    assert found.calendar is not None
    monday, wednesday = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)
    reckoner = Reckoner(found.calendar)
    assert reckoner.due(monday, Allowance(6, "h")).at == monday + timedelta(hours=14)
    assert reckoner.due(wednesday, Allowance(9, "h")).at == wednesday + timedelta(hours=9)
    assert found.calendar.day_minutes == 8 * 60
