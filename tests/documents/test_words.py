"""The manual page's escapes, plain text, recurrences and timers in words."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.documents.manual import manual
from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import html, markdown, one_line, plain
from sop_engine.documents.time_text import every_text
from sop_engine.documents.transition_text import people_and_rules, timer_text, who_text
from sop_engine.procedure import Duration, Every, Not, Timer, Who
from sop_engine.worktime import duration_text
from tests.documents.samples import URGENT, repair

BAD = "x\n# a | <b> [c](d) `e` *f*\u202e\x07"


def test_a_hostile_title_adds_no_line_and_no_markup_to_the_manual_page() -> None:
    procedure = repair()
    fields = tuple(replace(each, title={"und": BAD}) for each in procedure.fields)
    roles = tuple(replace(each, title={"und": BAD}) for each in procedure.roles)
    page = manual(replace(procedure, fields=fields, roles=roles), "zh")
    assert len(page.splitlines()) == len(manual(procedure, "zh").splitlines())
    assert "<b>" not in page.replace("\\<b\\>", "")
    assert not set(page) & {"\u202e", "\x07"}
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {4}


@given(st.text())
def test_plain_text_steers_nothing(text: str) -> None:
    safe = plain(text)
    assert not [each for each in safe if ord(each) < 32 and each not in "\n\t"]
    assert not set(safe) & set("\x7f\x85\u200e\u200f\u202a\u202e\u2028\u2066\u2069\ufeff")
    assert safe.encode("utf-8").decode("utf-8") == safe
    assert plain(safe) == safe


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert "\n" not in markdown(text)


@given(st.text())
def test_html_has_no_mark_of_its_own(text: str) -> None:
    assert not set(html(text)) & set("<>\"'")


def test_a_line_feed_of_any_kind_is_a_line_feed() -> None:
    assert plain("a\r\nb\rc\u2028d\x0be") == "a\nb\nc\nd\ne"


@pytest.mark.parametrize("text", ["- a", "1. a", "+ a", "===", "# a", "> a", "--- b"])
def test_a_text_does_not_begin_a_list_or_a_heading(text: str) -> None:
    assert markdown(text).lstrip("0123456789").startswith("\\")


@pytest.mark.parametrize(
    ("every", "zh", "en"),
    [
        (Every(each=Duration(4, "h")), "每 4 小时", "every 4 h"),
        (Every(on=("day",), at="17:30"), "每天 17:30", "every day 17:30"),
        (Every(on=("mon", "fri"), at="09:00"), "每周一、每周五 09:00", "every Monday, every Friday 09:00"),
        (Every(on=("last",), at="18:00"), "每月最后一天 18:00", "the last day of every month 18:00"),
        (Every(on=("15",), at="09:00", times=3), "每月 15 日 09:00，共 3 次", "day 15 of every month 09:00, 3 times"),
        (Every(on=("02-29",), at="09:00"), "每年 2 月 29 日 09:00", "every year on 02-29 09:00"),
    ],
)
def test_a_recurrence_in_words(every: Every, zh: str, en: str) -> None:
    assert (every_text(every, "zh"), every_text(every, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("timer", "zh", "en"),
    [
        ({"after": Duration(3, "day")}, "进入后满 3 天", "3 days after it begins"),
        ({"at": "hold_until"}, "到“预计恢复”时", "at “Expected back”"),
        ({"at": "hold_until", "time": "09:00"}, "到“预计恢复”当天 09:00", "at 09:00 on “Expected back”"),
        (
            {"at": "window.end", "offset": Duration(15, "min")},
            "“约定上门时间的结束”之后 15 分钟",
            "15 min after “end of Agreed visit”",
        ),
        (
            {"at": "hold_until", "offset": Duration(1, "day"), "before": True, "time": "09:00"},
            "“预计恢复”之前 1 天 09:00",
            "1 day before “Expected back” 09:00",
        ),
    ],
)
def test_a_timer_in_words(timer: dict[str, object], zh: str, en: str) -> None:
    made = Timer("t", {}, (), **timer)  # type: ignore[arg-type]
    assert timer_text(made, Names(repair(), "zh")) == zh
    assert timer_text(made, Names(repair(), "en")) == en


def test_one_is_not_said_in_the_plural() -> None:
    assert (duration_text(Duration(1, "day"), "en"), duration_text(Duration(2, "week"), "en")) == ("1 day", "2 weeks")


def test_who_may_with_what_keeps_him_out_and_when_he_counts() -> None:
    names = Names(repair(), "zh")
    rule = (Not(did="done"),)
    both = (Who("role", "desk", rule), Who("role", "team-lead", rule))
    assert who_text(both, names) == "前台、工程班长（不得是做“完工”的人）"
    assert who_text((both[0], Who("assignee")), names) == "前台（不得是做“完工”的人）、经办人"
    assert who_text((Who("role", "desk", when=URGENT),), names) == "前台（当 缓急 = 急修）"
    assert who_text((Who("owner", exclude=(Not(field="caller"),)),), names) == "负责人（不得是“报修人”中的人）"
    since = (Who("owner", exclude=(Not(did="done", since="on_site"),)),)
    assert who_text(since, names) == "负责人（不得是进入“维修中”后做“完工”的人）"


def test_steps_that_count_since_the_same_state_are_one_rule() -> None:
    rules = (Not(did="done", since="on_site"), Not(did="accept", since="on_site"), Not(did="dispatch"))

    _people, said = people_and_rules((Who("role", "desk", rules),), Names(repair(), "zh"))

    assert said == ("不得是进入“维修中”后做“完工”、“接单”的人", "不得是做“派单”的人")
