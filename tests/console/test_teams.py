"""Teams at the command line: making them, giving them work, and what lists say of it."""

from pathlib import Path

import pytest

from tests.console.conftest import Sop


@pytest.fixture
def crew(sop: Sop) -> Sop:
    """A site with a team of one engineer, led by another."""
    assert sop("team", "add", "crew", "工程一班", "--lead", "李强").code == 0
    return sop


def listed(sop: Sop, *words: str) -> list[str]:
    return [each["id"] for each in sop("ls", *words, "--json").json]


def test_a_team_is_made_changed_listed_and_taken_away(crew: Sop) -> None:
    assert crew("team", "add", "crew", "x").code == 4
    assert crew("team", "add", "一班", "x").code == 2
    assert crew("team", "change", "crew").code == 2
    assert crew("team", "change", "crew", "--lead", "李强", "--no-lead").code == 2
    assert "did you mean: `crew`?" in crew("team", "change", "crow", "--title", "x").err
    told = crew("team", "change", "工程一班", "--title", "水班", "--join", "张伟")
    assert "水班 (crew): led by 李强 (li_qiang); of it are: 张伟 (zhang_wei)" in told.err
    assert crew("team", "ls", "--json").json == [
        {
            "id": "crew",
            "title": "水班",
            "lead": "li_qiang",
            "people": ["zhang_wei"],
            "in_hand": 0,
            "offered": 0,
            "does": [],
        }
    ]
    assert crew("team", "ls").out == "crew\t水班\t李强\t张伟\t0\t0\t\n"
    assert {each["id"]: each["teams"] for each in crew("actor", "ls", "--json").json}["li_qiang"] == ["crew"]
    assert "李强 (li_qiang) leads" in crew("audit", "log", "site").out
    assert crew("team", "remove", "crew").code == 0
    assert crew("team", "ls").out == ""


def test_a_dispatch_to_a_team_is_on_its_list_and_on_nobody_else_s(crew: Sop, wx: str) -> None:
    assert crew("do", "1", "dispatch", "--as", "wang_fang", "--team", "二班").code == 3
    assert crew("do", "1", "dispatch", "--as", "wang_fang", "--team", "crew", "--assignee", "李强").code == 2
    told = crew("do", "1", "dispatch", "--as", "wang_fang", "--team", "工程一班")
    assert "offered to Engineer (engineer) of the team 工程一班; take it with: sop claim" in told.out
    assert listed(crew, "--team", "crew") == [wx]
    assert listed(crew, "--mine", "--as", "zhang_wei") == []
    assert listed(crew, "--mine", "--as", "li_qiang") == [wx]
    assert crew("team", "ls", "--json").json[0]["offered"] == 1
    refused = crew("claim", "1", "--as", "zhang_wei")
    assert (refused.code, "is not of the team 工程一班" in refused.err) == (5, True)
    crew("team", "change", "crew", "--join", "张伟")
    assert crew("assign", "1", "张伟", "--as", "li_qiang").code == 0
    assert listed(crew, "--team", "crew") == [wx]
    assert crew("show", "1", "--json").json["tasks"][0]["team"] == "crew"
    assert crew("team", "ls", "--json").json[0] | {"offered": 0, "in_hand": 1} == crew("team", "ls", "--json").json[0]
    assert "of the team crew" in crew("audit", "log", "1").out


def test_assign_offers_to_a_team_or_gives_to_a_person(crew: Sop, wx: str) -> None:
    crew("do", "1", "dispatch", "--as", "wang_fang", "--assignee", "张伟")
    assert crew("assign", "1", "--as", "wang_fang").code == 2
    assert crew("assign", "1", "李强", "--team", "crew", "--as", "wang_fang").code == 2
    assert listed(crew, "--team", "crew") == []
    assert crew("assign", "1", "--team", "crew", "--as", "wang_fang").code == 0
    assert crew("show", "1", "--json").json["tasks"][0]["assignee"] is None
    assert "offered the task to the team crew" in crew("audit", "log", "1").out
    crew("team", "remove", "crew")
    assert listed(crew, "--mine", "--as", "zhang_wei") == [wx]


def test_people_come_into_teams_from_a_table_and_go_when_they_leave(crew: Sop, tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text("id,name,roles,team\nsun_lei,孙磊,engineer,工程一班\n", encoding="utf-8")
    assert crew("actor", "import", str(sheet)).code == 0
    assert crew("team", "ls", "--json").json[0]["people"] == ["sun_lei"]
    sheet.write_text("id,name,roles,team\nlu_bo,陆博,engineer,二班\n", encoding="utf-8")
    assert crew("actor", "import", str(sheet)).code == 2
    crew("actor", "leave", "孙磊", "--to", "李强")
    assert crew("team", "ls", "--json").json[0]["people"] == []


def test_doctor_tells_of_teams_that_nobody_leads_or_nobody_is_of(crew: Sop) -> None:
    def said() -> list[str]:
        return [each["what"] for each in crew("doctor", "--json").json if "team" in each["fix"]]

    assert said() == []
    crew("team", "change", "crew", "--no-lead", "--join", "张伟")
    assert said() == ["nobody leads the team crew (工程一班)"]
    crew("actor", "disable", "张伟")
    assert said() == ["nobody who works here is of the team crew (工程一班)"]


PLUMBING = """
procedure: plumbing
title: Plumbing
prefix: PB
roles: [desk, engineer]
teams: {water: {zh: 水暖班, en: Plumbers}}
open: {by: desk, to: registered}
acts: {transfer: {by: assignee}}
states:
  registered: {transitions: {send: {by: desk, assign: {role: engineer, team: water}, to: mending}}}
  mending: {transitions: {mend: {by: assignee, to: mended}}}
  mended: {final: true, outcome: mended}
"""


@pytest.fixture
def plumbing(crew: Sop, site: Path) -> Sop:
    """That site, with a procedure that names a team which no team of the site does yet."""
    (site / "workflows" / "plumbing.sop.yaml").write_text(PLUMBING, encoding="utf-8")
    assert crew("flow", "publish", "plumbing").code == 0
    return crew


def named(sop: Sop) -> list[tuple[str, str]]:
    return [(each["what"], each["fix"]) for each in sop("doctor", "--json").json if "plumbing" in each["what"]]


def test_doctor_tells_what_no_team_does_and_who_could_not(plumbing: Sop) -> None:
    what = "no team does water, which plumbing name: it goes to all who hold the role engineer"
    assert named(plumbing) == [(what, "sop team change TEAM --does water")]
    assert "did you mean: `water`?" in plumbing("team", "change", "crew", "--does", "watr", "--dry-run").err
    told = plumbing("team", "change", "crew", "--does", "水暖班")
    assert "it does what procedures call water" in told.err
    assert named(plumbing) == []
    plumbing("team", "change", "crew", "--lead", "王芳")
    assert [what for what, _fix in named(plumbing)] == [
        "nobody of the team 工程一班 holds the role engineer, for which plumbing name it"
    ]
    assert plumbing("team", "change", "crew", "--does-not", "water").code == 0
    assert "it does water no more" in plumbing("audit", "log", "site").out


def test_a_task_is_offered_on_to_a_team_and_one_of_it_takes_it_over(plumbing: Sop) -> None:
    plumbing("new", "plumbing", "--as", "wang_fang")
    plumbing("do", "1", "send", "--as", "wang_fang", "--assignee", "张伟")
    assert plumbing("transfer", "1", "--as", "zhang_wei").code == 2
    assert plumbing("transfer", "1", "李强", "--team", "crew", "--as", "zhang_wei").code == 2
    assert plumbing("transfer", "1", "--team", "二班", "--as", "zhang_wei").code == 3
    told = plumbing("transfer", "1", "--team", "工程一班", "--as", "zhang_wei", "--json").json
    assert told["tasks"][0]["offered"] == {"role": "engineer", "team": "crew"}
    assert "Engineer of the team crew" in plumbing("show", "1").out.replace("engineer", "Engineer")
    assert listed(plumbing, "--mine", "--as", "li_qiang") == [told["id"]]
    assert plumbing("take-over", "1", "--as", "li_qiang").code == 0
    assert (
        plumbing("show", "1", "--json").json["tasks"][0] | {"team": "crew", "assignee": "li_qiang"}
        == (plumbing("show", "1", "--json").json["tasks"][0])
    )
    assert "offered the task on to the team crew" in plumbing("audit", "log", "1").out


def test_the_load_of_a_team_is_that_of_its_people(crew: Sop, wx: str) -> None:
    def load(*words: str) -> dict[str, tuple[int, int]]:
        return {
            each["person"]: (each["owned"], each["tasks"]) for each in crew("report", "load", *words, "--json").json
        }

    crew("do", "1", "dispatch", "--as", "wang_fang", "--assignee", "李强")
    assert load() == {"wang_fang": (1, 0), "li_qiang": (0, 1)}
    assert load("--team", "工程一班") == {"li_qiang": (0, 1)}
    assert [each["ticket"] for each in crew("report", "load", "--team", "crew", "--list", "all", "--json").json] == [wx]
    crew("team", "change", "crew", "--no-lead", "--join", "张伟")
    assert load("--team", "crew") == {}
    assert crew("report", "load", "--team", "crew", "--list", "wang_fang", "--json").json == []
    assert crew("report", "load", "--team", "二班").code == 3
