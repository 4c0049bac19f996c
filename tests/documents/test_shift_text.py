"""The manual says who must be on shift, and what becomes of tasks when a shift ends."""

import pytest

from sop_engine.documents.act_text import act_texts
from sop_engine.documents.goal_text import goal_text
from sop_engine.documents.names import Names
from sop_engine.documents.transition_text import effect_text, who_text
from sop_engine.language import compile_text
from tests.desk import NoTemplates

REPAIR = """
procedure: repair
title: Repair
prefix: WX
calendar: front-desk
roles: {desk: {zh: 前台, en: Desk}, engineer: {zh: 工程人员, en: Engineer}, lead: {zh: 班长, en: Lead}}
acts: {shift_end: {to: lead}}
open: {by: desk, to: registered}
goals:
  mending: {start: did open, stop: did mend, within: 1 h, escalate: {0 min: {hand_to: engineer, on_shift: true}}}
states:
  registered: {transitions: {dispatch: {by: desk, assign: {role: engineer, on_shift: true}, to: mending}}}
  mending: {transitions: {mend: {by: {role: engineer, on_shift: true}, to: mended}}}
  mended: {final: true, outcome: mended}
"""


@pytest.mark.parametrize(
    "language, engineers, ends",
    [
        ("zh", "当班的工程人员", ("下班时仍在手的任务", "当班的班长", "提前 30 分钟 提醒本人和接手人")),
        (
            "en",
            "Engineer on shift",
            ("Tasks in hand when a shift ends", "Lead on shift", "both are told 30 min before"),
        ),
    ],
)
def test_the_roster_is_told_wherever_it_is_asked(language: str, engineers: str, ends: tuple[str, str, str]) -> None:
    procedure = compile_text(REPAIR.encode(), "repair.sop.yaml", NoTemplates()).procedure
    assert procedure is not None
    names = Names(procedure, language)
    offers = {offer.trigger: offer for state in procedure.states for offer in state.offers}
    assert who_text(offers["mend"].by, names) == engineers
    assert engineers in effect_text(offers["dispatch"].alternatives[0].effects[0], names)
    assert engineers in goal_text(procedure.goals[0], names)
    [(title, who, limits)] = act_texts(procedure, names)
    assert (title, who, *limits) == ends
