"""Scenarios say who has learnt what, and who is of which team."""

from pathlib import Path

import pytest

from sop_engine.trial import run_file
from sop_engine.trial.repertoire import load
from sop_engine.trial.script import ScenarioFaults
from sop_engine.trial.walking import walk
from tests.trial.small import HEAD, PROCEDURE, folder

LIFTS = PROCEDURE.replace("roles: [desk", "skills: [lift]\nroles: [desk").replace(
    "go: {by: runner,", "go: {by: {role: runner, skill: lift},"
)
SKILLED = HEAD.replace("opening:", "skills: {lift: [李强, 张伟@2026-11-22]}\nopening:")
STEPS = """  有证的人去:
    steps:
      - {by: 王芳, open: {}}
      - {by: 张伟, do: 出发, refused: not_you, words: "2026-11-22"}
      - {by: 李强, do: 出发, state: 在途}
  换了人:
    skills: {lift: 张伟}
    steps:
      - {by: 王芳, open: {}}
      - {by: 李强, do: 出发, refused: not_you, words: 张伟}
      - {by: 张伟, do: 出发, state: 在途}
"""


def test_people_have_their_skills_and_a_scenario_may_say_others(tmp_path: Path) -> None:
    path = folder(tmp_path, STEPS, SKILLED, LIFTS)
    assert [each.failure for each in run_file(path, path.parent.parent, tmp_path / "templates")] == [None, None]


@pytest.mark.parametrize("wrong", ["李墙", "李强@2026-13-01"])
def test_who_has_a_skill_is_one_of_the_people_until_a_day(tmp_path: Path, wrong: str) -> None:
    path = folder(tmp_path, STEPS, SKILLED.replace("张伟@2026-11-22", wrong), LIFTS)
    with pytest.raises(ScenarioFaults) as faults:
        run_file(path, path.parent.parent, tmp_path / "templates")
    assert len(faults.value.diagnostics) == 1


def test_a_skill_that_no_procedure_has_is_told(tmp_path: Path) -> None:
    path = folder(tmp_path, STEPS, SKILLED.replace("lift:", "lifts:"), LIFTS)
    failures = [each.failure for each in run_file(path, path.parent.parent, tmp_path / "templates")]
    assert all(each is not None and "lifts" in str(each.found) for each in failures)


def test_a_walk_at_random_comes_through_what_asks_for_a_skill(tmp_path: Path) -> None:
    path = folder(tmp_path, STEPS, SKILLED, LIFTS)
    done = walk(load("errand", path.parent.parent, tmp_path / "templates"), seed=7, steps=60)
    assert not done.problems
    assert {"under_way", "closed"} <= done.states


CREWS = (
    PROCEDURE.replace("assign: doer,", "assign: runner,")
    .replace("runner, lead]", "runner, boss]")
    .replace("{when: count > 1, tell: lead, to", "{when: count > 1, tell: boss, to")
)
CREW = HEAD.replace("赵军: lead}", "赵军: runner}").replace(
    "opening:", "teams: {crew: {lead: 赵军, people: 李强}}\nopening:"
)
OFFERED = """  派给班组:
    steps:
      - {by: 王芳, open: {}}
      - {by: 张伟, do: 出发, team: crew, told: {gone: 王芳}}
      - {by: 张伟, claim: true, refused: not_you, words: crew}
      - {by: 李强, claim: true, assignee: 李强}
      - {wait: 2 h, told: 赵军}
"""


def test_a_task_is_offered_to_a_team_and_its_lead_hears_of_it(tmp_path: Path) -> None:
    path = folder(tmp_path, OFFERED, CREW, CREWS)
    [result] = run_file(path, path.parent.parent, tmp_path / "templates")
    assert result.failure is None, (result.failure.expected, result.failure.found)


@pytest.mark.parametrize("wrong", ["{lead: 赵均}", "{people: [李强, 王芬]}"])
def test_who_is_of_a_team_is_one_of_the_people(tmp_path: Path, wrong: str) -> None:
    path = folder(tmp_path, OFFERED, CREW.replace("{lead: 赵军, people: 李强}", wrong), CREWS)
    with pytest.raises(ScenarioFaults) as faults:
        run_file(path, path.parent.parent, tmp_path / "templates")
    assert [each.code for each in faults.value.diagnostics] == ["SOP304"]


def test_a_team_that_the_procedure_names_is_that_of_the_file_by_the_same_id(tmp_path: Path) -> None:
    named = CREWS.replace("assign: runner,", "assign: {role: runner, team: crew},").replace(
        "roles: [desk", "teams: [crew]\nroles: [desk"
    )
    path = folder(tmp_path, OFFERED.replace("do: 出发, team: crew,", "do: 出发,"), CREW, named)
    [result] = run_file(path, path.parent.parent, tmp_path / "templates")
    assert result.failure is None, (result.failure.expected, result.failure.found)
