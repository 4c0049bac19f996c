"""Promises read as sentences, in both languages."""

import pytest

from sop_engine.documents.goal_text import goal_text
from sop_engine.documents.manual import manual
from sop_engine.documents.names import Names
from tests.language.desk import procedure

BASE = """\
calendar: front-desk
roles: {desk: {zh: 前台, en: Desk}, lead: {zh: 主管, en: Lead}}
fields:
  note: {type: text, title: {zh: 备注, en: Note}}
  urgency:
    type: choice
    title: {zh: 缓急, en: Urgency}
    choices: {urgent: {zh: 急修, en: Urgent}, normal: {zh: 一般, en: Normal}}
  window: {type: interval, title: {zh: 约定上门, en: Agreed visit}}
open: {by: desk, ask: [note, urgency], may_ask: window, to: received}
words:
  received: {zh: 已登记, en: Registered}
  waiting: {zh: 等料, en: Waiting}
  closed: {zh: 已结束, en: Closed}
  finish: {zh: 办结, en: Finish}
  hold: {zh: 等待, en: Hold}
  go_on: {zh: 继续, en: Go on}
  finishing: {zh: 办理时限, en: Handling}
takes: overdue
on_event: {overdue: {tell: lead}}
states:
  received: {transitions: {finish: {by: desk, to: closed}, hold: {by: desk, to: waiting}}}
  waiting: {transitions: {go_on: {by: desk, to: received}}}
  closed: {final: true, outcome: done}
"""


def said(words: str, language: str) -> str:
    made = procedure(f"{BASE}goals:\n  finishing: {{start: received, stop: did finish, {words}}}\n")
    return goal_text(made.goals[0], Names(made, language))


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (
            "within: 4 h, pause: waiting",
            "within 4 h, from when “Registered” is entered until “Finish” is done; stands still in “Waiting”",
            "4 小时内，从进入“已登记”起，到“办结”办完止；在“等料”时停表",
        ),
        (
            "within: {urgency: {urgent: 24 h clock, normal: 1 workday}}, calendar: {urgency: {urgent: nights}}",
            "within 24 h clock (on the calendar nights) (if Urgency = Urgent), 1 workday (if Urgency = Normal), from"
            " when “Registered” is entered until “Finish” is done",
            "24 小时 自然时间（按日历 nights）（当 缓急 = 急修）、1 个工作日（当 缓急 = 一般）内，"
            "从进入“已登记”起，到“办结”办完止",
        ),
        (
            "due: end of workday, at_least: 1 h",
            "by end of workday, from when “Registered” is entered until “Finish” is done; never less than 1 h",
            "最迟当日下班前，从进入“已登记”起，到“办结”办完止；至少留 1 小时",
        ),
        (
            "due: window.end + 15 min",
            "no later than 15 min after end of Agreed visit, from when “Registered” is entered until “Finish” is done",
            "不迟于 约定上门的结束 后 15 分钟，从进入“已登记”起，到“办结”办完止",
        ),
        (
            "every: 4 h, quiet: 20:00-08:00, remind: desk",
            "every 4 h, from when “Registered” is entered until “Finish” is done; not between 20:00 and 08:00; "
            "Desk told 30 min before",
            "每 4 小时 一次，从进入“已登记”起，到“办结”办完止；20:00 至 08:00 不打扰；提前 30 分钟 提醒前台",
        ),
        (
            "within: 4 h, warn: {80%: desk}, escalate: {0 min: lead, 30 min: {hand_to: lead, raise: overdue}}",
            "within 4 h, from when “Registered” is entered until “Finish” is done; Desk told when 80% of it is used; "
            "when it is late Lead told; 30 min late handed over to Lead, the event overdue",
            "4 小时内，从进入“已登记”起，到“办结”办完止；用去 80% 时提醒前台；"
            "超时即通知主管；超时 30 分钟 后转交主管，发出事件 overdue",
        ),
        (
            "within: 4 h, pause: [waiting, {urgency: normal}], reset: [did hold, {urgency: urgent}]",
            "within 4 h, from when “Registered” is entered until “Finish” is done; stands still in “Waiting”; "
            "stands still while “Urgency = Normal” holds; begins anew when “Hold” is done or “Urgency = Urgent” holds",
            "4 小时内，从进入“已登记”起，到“办结”办完止；在“等料”时停表；满足“缓急 = 一般”期间停表；"
            "“等待”办完或满足“缓急 = 急修”时重新起算",
        ),
    ],
)  # fmt: skip
def test_a_promise_reads_as_a_sentence(words: str, english: str, chinese: str) -> None:
    assert said(words, "en") == english
    assert said(words, "zh") == chinese


def test_conditions_and_events_begin_and_end_it() -> None:
    words = "start: [took overdue, {urgency: urgent}], stop: given(window), within: 4 h"
    (goal,) = (made := procedure(f"{BASE}goals:\n  finishing: {{{words}}}\n")).goals

    assert goal_text(goal, Names(made, "en")) == (
        "within 4 h, from when the event “overdue” comes or “Urgency = Urgent” holds"
        " until “Agreed visit is given” holds"
    )
    assert goal_text(goal, Names(made, "zh")) == (
        "4 小时内，从收到事件“overdue”或满足“缓急 = 急修”起，到满足“已填约定上门”止"
    )


def test_the_manual_has_a_section_of_promises_where_there_are_some() -> None:
    without = manual(procedure(BASE.replace("  finishing: {zh: 办理时限, en: Handling}\n", "")), "en")
    made = procedure(f"{BASE}goals: {{finishing: {{start: received, stop: did finish, within: 4 h, source: M1 2}}}}\n")

    assert "What is promised" not in without
    assert "Counted on the calendar front-desk where no other is named.\n" in manual(made, "en")
    assert "- **办理时限**——4 小时内，从进入“已登记”起，到“办结”办完止。［M1 2］\n" in manual(made, "zh")
