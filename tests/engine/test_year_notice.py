"""A year's notice, as the package, ICS files and tables say it."""

import sys
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from sop_engine.engine.publishing.year_notice import PACKAGE, notice_of
from sop_engine.errors import NotFound, NotUnderstood, SetUp
from sop_engine.messages import say
from sop_engine.worktime.notices import Entry

SPRING = Entry(
    {"zh": "春节", "en": "Spring Festival"}, date(2027, 2, 5), date(2027, 2, 11), (date(2027, 1, 31), date(2027, 2, 20))
)


def ics(*events: str) -> str:
    wrapped = [f"BEGIN:VEVENT\r\n{each}\r\nEND:VEVENT" for each in events]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *wrapped, "END:VCALENDAR", ""])


def event(first: str, after: str, summary: str) -> str:
    return f"DTSTART;VALUE=DATE:{first}\r\nDTEND;VALUE=DATE:{after}\r\nSUMMARY:{summary}"


def of(tmp_path: Path, name: str, text: str | bytes, year: int = 2027) -> list[Entry]:
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return notice_of(str(tmp_path / name), year)


def refusal(tmp_path: Path, name: str, text: str | bytes) -> str:
    with pytest.raises(NotUnderstood) as refused:
        of(tmp_path, name, text)
    fix = say(refused.value.fix, "en") if refused.value.fix is not None else ""
    return f"{say(refused.value.message, 'en')} {fix}"


# --- ICS ---


def test_events_of_whole_days_are_holidays_and_make_up_workdays(tmp_path: Path) -> None:
    text = ics(
        event("20270205", "20270212", "春节（休）"), event("20270131", "20270201", "春节（班）"),
        event("20270220", "20270221", "春节 补班 第2天/共2天"),
    )  # fmt: skip

    assert of(tmp_path, "a.ics", text) == [SPRING]


def test_days_that_are_events_of_their_own_become_one_holiday(tmp_path: Path) -> None:
    days = [date(2027, 2, 5) + timedelta(days=number) for number in range(7)]
    text = ics(*(f"DTSTART;VALUE=DATE:{day:%Y%m%d}\r\nSUMMARY:春节 假期 第{day.day}天/共7天" for day in days))

    assert [(each.first, each.last, each.name["zh"]) for each in of(tmp_path, "a.ics", text)] == [
        (date(2027, 2, 5), date(2027, 2, 11), "春节")
    ]


def test_folded_lines_escapes_and_alarms_are_read_through(tmp_path: Path) -> None:
    text = ics(
        "BEGIN:VALARM\r\nDTSTART;VALUE=DATE:20200101\r\nSUMMARY:班\r\nEND:VALARM\r\n"
        'DTSTART;X-NOTE="a:b";VALUE=DATE:2027\r\n 0404\r\nSUMMARY:Open\\, then\r\n  closed'
    )

    assert of(tmp_path, "a.ics", text) == [Entry({"und": "Open, then closed"}, date(2027, 4, 4), date(2027, 4, 4))]


def test_new_year_that_begins_in_december_belongs_to_the_year_in_which_it_ends(tmp_path: Path) -> None:
    text = ics(event("20261231", "20270103", "元旦"), event("20271231", "20280102", "元旦"))

    assert [(each.first, each.last) for each in of(tmp_path, "a.ics", text)] == [(date(2026, 12, 31), date(2027, 1, 2))]


def test_what_is_cancelled_is_no_holiday(tmp_path: Path) -> None:
    text = ics(event("20270404", "20270405", "清明") + "\r\nSTATUS:CANCELLED", event("20270501", "20270502", "五一"))

    assert [each.name for each in of(tmp_path, "a.ics", text)] == [{"zh": "劳动节", "en": "Labour Day"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("DTSTART:20270101\r\n", "no BEGIN:VCALENDAR"),
        (ics("DTSTART:20270101T090000\r\nSUMMARY:x"), "is no whole day"),
        (ics("DTSTART;VALUE=DATE:20271301\r\nSUMMARY:x"), "is no whole day"),
        (ics("SUMMARY:x"), "without DTSTART"),
        (ics(event("20270101", "20270102", "x") + "\r\nRRULE:FREQ=YEARLY"), "repeats"),
        (ics(event("20270105", "20270102", "x")), "which is not between 1 and 60 days"),
        (ics(event("20270101", "20271231", "x")), "which is not between 1 and 60 days"),
        (ics("DTSTART;VALUE=DATE:20270101\r\nDURATION:PT5H"), "end is no whole day"),
        (ics(event("20270101", "20270103", "x"), event("20270102", "20270103", "x 补班")), "free, and worked"),
        (ics(event("20270101", "20270102", "元旦 补班")), "no holiday that they make up for"),
        (ics("").replace("END:VEVENT\r\n", ""), "does not end"),
        (b"BEGIN:VCALENDAR\r\nSUMMARY:\xff", "no UTF-8"),
    ],
)
def test_what_is_odd_is_said_and_nothing_is_guessed(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert said in refusal(tmp_path, "a.ics", text)


def test_a_file_is_read_up_to_a_bound(tmp_path: Path) -> None:
    many = ics(*("DTSTART;VALUE=DATE:20270101" for _ in range(5001)))

    assert "more than 5000 events" in refusal(tmp_path, "a.ics", many)
    assert "longer than" in refusal(tmp_path, "b.ics", many + " " * (1 << 20))


# --- tables ---


@pytest.mark.parametrize(
    "text",
    [
        "date,name,kind\n2027-02-05,春节,holiday\n2027-02-06,春节,holiday\n2027-02-20,春节,workday\n",
        "日期,名称,类别\r\n2027/2/5,春节,休\r\n2027/2/6,春节,休\r\n2027年2月20日,春节,补班\r\n",
        "2027-02-05\t春节\t休\n\n2027-02-06\t\t休\n2027-02-20\t春节\t班",
        "20270205；春节；假".replace("；", ";") + "\n20270206;春节;假\n20270220;春节;上班\n",
        "日期，名称，类别\n2027-02-05，春节，休\n2027-02-06，春节，休\n2027-02-20，春节，班\n",
        "日期,名称,类别\r\n2027/2/5,春节,休\r\n2027/2/6,春节,休\r\n2027/2/20,春节,班\r\n".encode("gb18030"),
        "\ufeff2027-02-05,除夕,休\n2027-02-06,春节,休\n2027-02-20,春节,班\n",
    ],
)
def test_a_table_of_dates_is_read_as_spreadsheets_save_it(tmp_path: Path, text: str | bytes) -> None:
    assert of(tmp_path, "a.csv", text) == [
        Entry(SPRING.name, date(2027, 2, 5), date(2027, 2, 6), (date(2027, 2, 20),))
    ]  # fmt: skip


def test_all_faults_of_a_table_are_told_with_their_lines(tmp_path: Path) -> None:
    said = refusal(tmp_path, "a.csv", "2027-02-30,x,休\n2027-02-05,x,maybe\n2027-02-06,x,休\n2027-02-06,x,班\n")

    assert "has faults: 3" in said
    assert "line 1: `2027-02-30` is no date" in said
    assert "line 2: `maybe` is no kind of day" in said
    assert "line 4: 2027-02-06 is free, and worked" in said


def test_what_is_no_text_is_no_table(tmp_path: Path) -> None:
    assert "no table of dates" in refusal(tmp_path, "a.csv", b"PK\x03\x04\0\0\xff\xff")


def test_a_file_that_says_nothing_of_the_year_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="says nothing of 2027"):
        of(tmp_path, "a.csv", "2026-10-01,国庆节,休\n")


def test_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        notice_of(str(tmp_path / "none.ics"), 2027)


# --- the package ---


NAMED = {
    date(2027, 1, 1): "New Year's Day",
    date(2027, 10, 6): "Mid-autumn Festival",
    **{date(2027, 10, number): "National Day" for number in (1, 4, 5, 7)},
}
WORKED = {date(2027, 10, 9): "National Day"}


class Package:
    """As much of the package as is asked: holidays of 2027, told as it tells them."""

    def __init__(self) -> None:
        self.constants = SimpleNamespace(holidays={date(2004, 1, 1): "New Year's Day", **NAMED})

    def get_holiday_detail(self, day: date) -> tuple[bool, str | None]:
        if day.year != 2027:
            raise NotImplementedError
        if day in WORKED:
            return False, WORKED[day]
        return day in NAMED or day.weekday() >= 5, NAMED.get(day)


def test_the_package_is_asked_day_by_day_and_weekends_beside_a_holiday_belong_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "chinese_calendar", Package())

    new_year, national = notice_of(PACKAGE, 2027)

    assert (new_year.first, new_year.last) == (date(2027, 1, 1), date(2027, 1, 3))
    assert (national.first, national.last, national.make_up) == (
        date(2027, 10, 1), date(2027, 10, 7), (date(2027, 10, 9),)
    )  # fmt: skip
    assert national.name == {"zh": "国庆节、中秋节", "en": "National Day and Mid-Autumn Festival"}


def test_a_year_that_the_package_does_not_have_is_said_with_those_that_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chinese_calendar", Package())

    with pytest.raises(NotFound, match="2004 to 2027, and not 2028"):
        notice_of(PACKAGE, 2028)


def test_where_the_package_is_absent_the_line_that_installs_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chinese_calendar", None)

    with pytest.raises(SetUp) as refused:
        notice_of(PACKAGE, 2027)
    assert "sop-engine[calendars]" in str(refused.value.fix)


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_shipped_years_are_those_of_the_package(year: int) -> None:
    from sop_engine.language.calendar_edit import entries
    from tests.worktime.shipped import FOLDER

    pytest.importorskip("chinese_calendar")
    shipped = entries((FOLDER / "china.yaml").read_bytes(), "china.yaml")

    assert [each.days for each in notice_of(PACKAGE, year)] == [each.days for each in shipped if each.last.year == year]
