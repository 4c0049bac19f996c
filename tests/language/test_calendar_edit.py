"""A year's holidays are put into a calendar's file; what else stands there stays as it is written."""

import difflib
from datetime import date

import pytest

from sop_engine.errors import NotUnderstood
from sop_engine.language.calendar_edit import entries, with_year
from sop_engine.worktime.notices import Entry

NEW_YEAR = Entry({"zh": "元旦", "en": "New Year"}, date(2027, 1, 1), date(2027, 1, 3))
SPRING = Entry({"zh": "春节", "en": "Spring Festival"}, date(2027, 2, 5), date(2027, 2, 11), (date(2027, 1, 31),))
THROUGH = {"known_through": date(2027, 12, 31)}
HEAD = "# ours\ncalendar: a\ntitle: A\nzone: Asia/Shanghai\nknown_through: 2026-12-31  # by the notice\n"
LISTED = HEAD + (
    "holidays:\n"
    "  - {name: New Year, on: 2026-01-01}  # cold\n"
    "\n"
    "  # long\n"
    "  - name: National Day\n"
    "    from: 2026-10-01\n"
    "    to: 2026-10-07  # busy\n"
    "dates: {2026-12-31: 09:00-12:00}\n"
)


def edited(text: str, year: int, *wanted: Entry, **known: date) -> str:
    return with_year(text.encode(), "a.yaml", year, wanted, known).decode()


def difference(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_a_new_year_goes_after_the_others_and_nothing_else_changes() -> None:
    assert difference(LISTED, edited(LISTED, 2027, NEW_YEAR, SPRING, **THROUGH)) == [
        "- known_through: 2026-12-31  # by the notice",
        "+ known_through: 2027-12-31  # by the notice",
        "+ ",
        "+   - {name: {zh: 元旦, en: New Year}, from: 2027-01-01, to: 2027-01-03}",
        "+   - {name: {zh: 春节, en: Spring Festival}, from: 2027-02-05, to: 2027-02-11, make_up: 2027-01-31}",
    ]


def test_an_earlier_year_goes_before_the_others() -> None:
    old = Entry({"und": "old: #1"}, date(2025, 1, 1), date(2025, 1, 1))

    after = edited(LISTED, 2025, old)

    assert difference(LISTED, after) == ['+   - {name: "old: #1", on: 2025-01-01}']
    assert [each.last.year for each in entries(after.encode(), "a.yaml")] == [2025, 2026, 2026]


def test_what_says_the_same_days_stays_as_it_is_written() -> None:
    same = Entry({"zh": "国庆节"}, date(2026, 10, 1), date(2026, 10, 7))
    moved = Entry({"zh": "元旦"}, date(2026, 1, 1), date(2026, 1, 3))

    assert difference(LISTED, edited(LISTED, 2026, moved, same)) == [
        "-   - {name: New Year, on: 2026-01-01}  # cold",
        "+   - {name: {zh: 元旦}, from: 2026-01-01, to: 2026-01-03}  # cold",
    ]


def test_an_entry_of_several_lines_goes_whole_and_its_comment_stays() -> None:
    new_year = Entry({"zh": "元旦"}, date(2026, 1, 1), date(2026, 1, 1))

    assert difference(LISTED, edited(LISTED, 2026, new_year)) == [
        "+   # busy",
        "-   - name: National Day",
        "-     from: 2026-10-01",
        "-     to: 2026-10-07  # busy",
    ]


@pytest.mark.parametrize(
    ("before", "list_after"),
    [
        (HEAD, ["holidays:", "  - {name: {zh: 元旦, en: New Year}, from: 2027-01-01, to: 2027-01-03}"]),
        (
            HEAD.rstrip("\n"),
            ["holidays:", "  - {name: {zh: 元旦, en: New Year}, from: 2027-01-01, to: 2027-01-03}"],
        ),
        (
            HEAD + "holidays: [{name: x, on: 2026-01-01},\n  {name: y, on: 2027-05-01}]  # all\n",
            [
                "holidays:  # all",
                "  - {name: x, on: 2026-01-01}",
                "  - {name: {zh: 元旦, en: New Year}, from: 2027-01-01, to: 2027-01-03}",
            ],
        ),
    ],
)
def test_a_file_without_a_list_or_with_one_in_brackets_gets_lines(before: str, list_after: list[str]) -> None:
    after = edited(before, 2027, NEW_YEAR).splitlines()

    assert after[after.index(list_after[0]) :] == list_after


def test_line_ends_and_the_mark_at_the_beginning_stay() -> None:
    text = "\ufeff" + LISTED.replace("\n", "\r\n")

    after = edited(text, 2027, NEW_YEAR)

    assert after.startswith("\ufeff# ours\r\n")
    assert after.count("\n") == after.count("\r\n")


def test_where_the_words_are_missing_they_come_before_the_list() -> None:
    text = LISTED.replace("known_through: 2026-12-31  # by the notice\n", "")

    assert difference(text, edited(text, 2026, *entries(text.encode(), "a.yaml"), known_from=date(2026, 1, 1))) == [
        "+ known_from: 2026-01-01"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{calendar: a, title: A, zone: UTC, holidays: [{name: x, on: 2026-01-01}]}\n",
        HEAD.replace("title: A", "title: &name A") + "holidays:\n  -\n    name: x\n    on: 2027-05-01\n",
    ],
)
def test_what_cannot_be_done_line_by_line_is_refused_with_the_lines(text: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        edited(text, 2027, NEW_YEAR)

    assert "2027-01-01" in str(refused.value.fix)
