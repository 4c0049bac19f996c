"""What the language says of teams: which are named, where, and how the manual tells it."""

import pytest

from sop_engine import normal_form
from sop_engine.documents.manual import manual
from sop_engine.documents.names import Names
from sop_engine.documents.transition_text import effect_text
from sop_engine.procedure import Assign, Recipient, Tell
from sop_engine.ticket.asks_teams import named_teams
from tests.language.desk import codes, procedure

PARTS = """\
roles: {desk: {zh: 前台, en: Desk}, engineer: {zh: 维修工, en: Engineer}}
teams: {water: {zh: 水暖班, en: Plumbers}, power: {zh: 强电班, en: Electricians}}
fields:
  note: {type: text}
  trade: {type: choice, title: {zh: 工种, en: Trade}, choices: [water, other]}
open: {by: desk, ask: [note, trade], to: received, assign: {role: engineer, team: trade}, tell: {team: trade}}
states:
  received:
    transitions:
      finish: {by: desk, assign: {role: engineer, team: power, how: turns}, tell: {to: desk, team: power}, to: closed}
  closed: {final: true, outcome: done}
"""


def test_the_normal_form_says_which_team_is_named_and_reads_it_again() -> None:
    made = procedure(PARTS)
    assert made.open.alternatives[0].effects == (
        Assign("role", "engineer", team="trade"),
        Tell((Recipient("team", "trade"),)),
    )
    assert Tell((Recipient("role", "desk"), Recipient("team", "power"))) in (
        made.state("received").offers[0].alternatives[0].effects
    )
    assert normal_form.load(normal_form.to_bytes(made)) == made
    assert b"team" not in normal_form.to_bytes(procedure("title: Plain\n"))


def test_what_is_given_to_a_team_is_told_by_role_and_a_field_names_those_of_its_values_that_are_teams() -> None:
    assert named_teams(procedure(PARTS)) == {("engineer", "water"), ("engineer", "power")}


@pytest.mark.parametrize(
    ("language", "first", "second", "page"),
    [
        ("zh", ["交 维修工 办理，先派“工种”对应的班组", "通知 “工种”对应的班组"],
         ["按轮次交 维修工 办理，先派“强电班”", "通知 前台、“强电班”全体"], "分班组派单：水暖班、强电班。"),
        ("en", ["given to: Engineer, to the team for “Trade” first", "told: everybody of the team for “Trade”"],
         ["given to: Engineer, by turns, to the team “Electricians” first", "told: Desk, everybody of “Electricians”"],
         "Given out by team: Plumbers, Electricians."),
    ],
)  # fmt: skip
def test_manual_and_diagram_say_it_in_words(language: str, first: list[str], second: list[str], page: str) -> None:
    made = procedure(PARTS)
    names = Names(made, language)
    assert [effect_text(each, names) for each in made.open.alternatives[0].effects] == first
    finish = made.state("received").offers[0].alternatives[0]
    assert [effect_text(each, names) for each in finish.effects] == second
    assert page in manual(made, language)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (PARTS.replace("team: power, how", "team: powr, how"), "SOP456"),
        (PARTS.replace("choices: [water, other]", "choices: [fire, other]"), "SOP456"),
        (PARTS.replace("power:", "trade:").replace("team: power", "team: trade"), "SOP456"),
        (PARTS.replace("{role: engineer, team: power, how: turns}", "{field: boss, team: power}")
         .replace("  note:", "  boss: {type: staff}\n  note:").replace("[note,", "[note, boss,"), "SOP456"),
        (PARTS.replace("tell: {team: trade}", "tell: {urgent: true}"), "SOP457"),
        (PARTS.replace("team: power", "team: water"), "SOP202"),
    ],
)  # fmt: skip
def test_a_team_that_no_site_could_have_and_a_notice_for_nobody_are_faults(wrong: str, code: str) -> None:
    assert code in codes(wrong)


def test_the_page_as_it_stands_has_no_fault() -> None:
    assert not [code for code in codes(PARTS) if code in ("SOP456", "SOP457", "SOP202")]
