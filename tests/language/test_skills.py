"""What the language says of skills: what is asked for, of whom, and how the manual tells it."""

import pytest

from sop_engine import normal_form
from sop_engine.documents.manual import manual
from sop_engine.documents.names import Names
from sop_engine.documents.transition_text import effect_text, who_text
from sop_engine.procedure import Assign
from sop_engine.ticket.asks_skills import needed
from tests.language.desk import codes, procedure

PARTS = """\
roles: {desk: {zh: 前台, en: Desk}, engineer: {zh: 维修工, en: Engineer}}
skills: {electrical: {zh: 电工, en: Electrician}, hot_work: {zh: 动火, en: Hot work}}
fields:
  note: {type: text}
  trade: {type: choice, title: {zh: 工种, en: Trade}, choices: [electrical, other]}
open: {by: desk, ask: [note, trade], to: received, assign: {role: engineer, skill: trade, how: turns}}
states:
  received:
    transitions:
      finish: {by: {role: engineer, skill: hot_work}, to: closed}
      check: {by: {who: assignee, skill: electrical}, to: closed}
  closed: {final: true, outcome: done}
"""


def test_the_normal_form_says_what_is_asked_and_reads_it_again() -> None:
    made = procedure(PARTS)
    assert made.state("received").offers[0].by[0].skill == "hot_work"
    assert made.open.alternatives[0].effects == (Assign("role", "engineer", "turns", skill="trade"),)
    assert normal_form.load(normal_form.to_bytes(made)) == made


def test_what_is_needed_is_told_by_role_and_a_field_needs_those_of_its_values_that_are_skills() -> None:
    wanted = {("engineer", "electrical"), ("engineer", "hot_work"), ("", "electrical")}
    assert needed(procedure(PARTS)) == wanted


def test_a_procedure_without_skills_says_nothing_of_them() -> None:
    assert b"skill" not in normal_form.to_bytes(procedure("title: Plain\n"))


@pytest.mark.parametrize(
    ("language", "who", "given", "page"),
    [
        ("zh", "维修工（具备“动火”技能）", "按轮次交 维修工（具备“工种”所需的技能） 办理",
         "需要的技能或证件：电工、动火。"),
        ("en", "Engineer with the skill “Hot work”",
         "given to: Engineer with the skill that “Trade” calls for, by turns",
         "Skills and licences that are asked for: Electrician, Hot work."),
    ],
)  # fmt: skip
def test_manual_and_diagram_say_it_in_words(language: str, who: str, given: str, page: str) -> None:
    made = procedure(PARTS)
    names = Names(made, language)
    assert who_text(made.state("received").offers[0].by, names) == who
    assert effect_text(made.open.alternatives[0].effects[0], names) == given
    assert page in manual(made, language)


@pytest.mark.parametrize(
    "wrong",
    [
        PARTS.replace("skill: trade", "skill: trades"),
        PARTS.replace("choices: [electrical, other]", "choices: [power, other]"),
        PARTS.replace("choices: [electrical, other]", "choices: [electrical]").replace("hot_work", "trade"),
        PARTS.replace("role: engineer, skill: trade, how: turns", "field: boss, skill: electrical")
        .replace("  note: {type: text}", "  note: {type: text}\n  boss: {type: staff}")
        .replace("[note,", "[note, boss,"),
    ],
)  # fmt: skip
def test_what_asks_for_nothing_anybody_could_have_is_a_fault(wrong: str) -> None:
    assert "SOP445" in codes(wrong)


def test_a_skill_that_nobody_needs_is_told() -> None:
    assert "SOP202" in codes(PARTS.replace("skill: hot_work", "on_shift: true"))


def test_a_field_that_names_skills_is_a_choice_and_is_asked_before() -> None:
    assert "SOP445" not in codes(PARTS)
    assert len(codes(PARTS.replace("skill: trade", "skill: note"))) > len(codes(PARTS))
