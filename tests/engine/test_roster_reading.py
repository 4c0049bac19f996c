"""What a roster's sheet says, and each of its faults with its cell."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine import errors
from sop_engine.engine.rosters.hours import hours_of
from sop_engine.engine.rosters.sheets import WORDS, Said, read_roster
from sop_engine.engine.sites.settings import Settings
from sop_engine.messages import say
from sop_engine.store.seam import Person
from sop_engine.worktime.rosters import KINDS, USUAL_HOURS

TODAY = date(2026, 11, 23)
PEOPLE = [
    Person("zhang_wei", True, (), name="张伟"),
    Person("li_qiang", True, (), name="李强"),
    Person("li_na", True, (), name="李娜"),
    Person("li_na2", True, (), name="李娜"),
    Person("old_wu", False, (), name="老吴"),
]


def read(*rows: str, month: tuple[int, int] | None = (2026, 12)) -> Said:
    return read_roster([row.split(",") for row in rows], PEOPLE, TODAY, month, {"A": "early"})


def faults(said: Said) -> list[str]:
    return [say(each.said(), "en") for each in said.faults]


def test_every_shift_has_a_word() -> None:
    assert set(WORDS.values()) == set(KINDS)


def test_cells_are_the_shifts_of_rows_and_columns() -> None:
    said = read("姓名,1,2,3", "张伟,早,夜班,", "li_qiang,A,行政,轮休")
    assert said.shifts == {
        ("zhang_wei", date(2026, 12, 1)): "early",
        ("zhang_wei", date(2026, 12, 2)): "night",
        ("zhang_wei", date(2026, 12, 3)): None,
        ("li_qiang", date(2026, 12, 1)): "early",
        ("li_qiang", date(2026, 12, 2)): "office",
        ("li_qiang", date(2026, 12, 3)): "rest",
    }
    assert not said.faults


@pytest.mark.parametrize(
    "head", ["姓名,2026-12-31,2027-01-01,1月2日", "姓名,12/31,1/1,1-2", "姓名,12月31日(周四),1月1日 周五,2027/1/2"]
)
def test_columns_may_say_whole_dates(head: str) -> None:
    said = read(head, "张伟,早,晚,夜")
    assert sorted(day for _person, day in said.shifts) == [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)]


def test_the_month_stands_in_the_title() -> None:
    said = read(
        "2026年12月工程排班表", "岗位,姓名,1,2,3", ",,一,二,三", "工程,张伟,早,早,早", "备注:夜班后休", month=None
    )
    assert len(said.shifts) == 3 and not said.faults


def test_without_a_month_the_way_out_is_told() -> None:
    with pytest.raises(errors.NotUnderstood) as refused:
        read("姓名,1,2,3", "张伟,早,早,早", month=None)
    assert refused.value.fix is not None and "--month" in say(refused.value.fix, "en")


def test_who_leads_stands_in_a_row_of_its_own() -> None:
    said = read("姓名,1,2", "张伟,早,早", "带班领导,李强,张伟、李强")
    assert said.leads == {date(2026, 12, 1): ("li_qiang",), date(2026, 12, 2): ("zhang_wei", "li_qiang")}


def test_all_faults_are_told_at_once_each_with_its_cell() -> None:
    said = read(
        "姓名,1,2,2,31,32", "张委,早,早,,,", "张伟,早,夜x,,,", "张伟,早,早,,,", "李娜,休,,,,", "老吴,早,,,,", ",早,,,,"
    )
    assert faults(said) == [
        "D1: 2026-12-02 stands in C1 already",
        "F1: there is no day 32",
        "A2: nobody here is called 张委; did you mean 张伟?",
        "C3: `夜x` on 2026-12-02 is no shift; did you mean 夜?",
        "A4: 张伟 stands in row 3 already",
        "A5: several people are called 李娜; write one of li_na, li_na2",
        "A6: 老吴 does not work here any more",
        "row 7: it has shifts and no name",
    ]


def test_a_duty_list_has_a_day_in_each_row() -> None:
    said = read("节日,日期,带班领导,值班人员,电话", "元旦,2027-01-01,李强,张伟 李强,138", "元旦,1月2日,张伟,,")
    assert said.leads == {date(2027, 1, 1): ("li_qiang",), date(2027, 1, 2): ("zhang_wei",)}
    assert said.duty == {date(2027, 1, 1): ("zhang_wei", "li_qiang"), date(2027, 1, 2): ()}


def test_faults_of_a_duty_list_have_their_cells_too() -> None:
    said = read("日期,值班人员", "元旦,张伟", "1月1日,王二", "1月1日,张伟")
    assert faults(said) == [
        "A2: `元旦` is no date",
        "B3: nobody here is called 王二",
        "A4: 2027-01-01 stands in the list twice",
    ]


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(errors.NotUnderstood, match="no row of this file"):
        read("房号,姓名,电话", "3-2-1202,周先生,13800001202")


# --- hours -----------------------------------------------------------------------------------------------------------


def settings(**roster: object) -> Settings:
    return Settings(Path("/site"), "Test", "test", "Asia/Shanghai", roster=roster)


def test_hours_that_are_not_said_are_the_usual_ones() -> None:
    found = hours_of(settings(night="22:00 - 06:00", words={"A": "early"}))
    assert found.hours == {**USUAL_HOURS, "night": ("22:00", "06:00")}
    assert found.words == {"A": "early"}


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"nihgt": "22:00-06:00"}, "roster.nihgt"),
        ({"night": "22-6"}, "roster.night"),
        ({"night": 22}, "roster.night"),
        ({"early": "25:00-06:00"}, "roster.early"),
        ({"words": {"A": "morning"}}, "roster.words.A"),
        ({"words": "A"}, "roster.words"),
    ],
)
def test_a_wrong_entry_is_named(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(errors.SetUp, match=said.replace(".", r"\.")):
        hours_of(settings(**wrong))


HEADS = ("姓名", "日期", "带班", "1", "2", "31", "99", "0", "2026-12-31", "12月32日", "13/13", "２０２６年", "٣", "²")
CELLS = st.sampled_from([*WORDS, *HEADS, "张伟", "李娜", "", "备注", "\u202e", "周一"])


@given(st.lists(st.lists(CELLS | st.text(max_size=6), max_size=8), max_size=8), st.sampled_from([None, (2026, 12)]))
def test_whatever_stands_in_a_file_it_is_read_or_refused(rows: list[list[str]], month: tuple[int, int] | None) -> None:
    try:
        said = read_roster(rows, PEOPLE, TODAY, month, {})
    except errors.NotUnderstood:
        return
    assert all(kind is None or kind in KINDS for kind in said.shifts.values())
    assert all(say(each.said(), "zh") for each in said.faults)
