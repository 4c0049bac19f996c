"""Skills at the command line: entering them, listing them, and what `doctor` says of them."""

from pathlib import Path

import pytest

from tests.console.conftest import Sop
from tests.console.place import move_clock

WIRING = """\
procedure: wiring
title: {zh: 电路检修, en: Wiring}
source: ours
prefix: DL
roles: {desk: {zh: 前台, en: Front desk}, engineer: {zh: 维修技工, en: Engineer}}
skills: {electrical: {zh: 电工, en: Electrician}}
words: {send: {zh: 派单, en: Send}, mend: {zh: 修复, en: Mend}}
outcomes: {mended: {zh: 已修复, en: Mended}}
open: {by: desk, to: registered}
states:
  registered:
    title: {zh: 已登记, en: Registered}
    transitions: {send: {by: desk, assign: {role: engineer, skill: electrical}, to: mending}}
  mending: {title: {zh: 检修中, en: Mending}, transitions: {mend: {by: assignee, to: mended}}}
  mended: {title: {zh: 已修复, en: Mended}, final: true, outcome: mended}
"""


@pytest.fixture
def wiring(sop: Sop, site: Path) -> Sop:
    """A site with a procedure that asks for electricians."""
    (site / "workflows" / "wiring.sop.yaml").write_text(WIRING, encoding="utf-8")
    assert sop("flow", "publish", "wiring").code == 0
    return sop


def warnings(sop: Sop) -> list[str]:
    return [each["what"] for each in sop("doctor", "--json").json if "skill" in each["fix"] or "skill" in each["what"]]


def test_a_skill_is_entered_by_title_renewed_and_taken_away(wiring: Sop) -> None:
    entered = wiring("actor", "skill", "李强", "电工", "--until", "2026-12-10", "--licence", "T4403")
    assert (entered.code, "electrical@2026-12-10" in entered.err, "warning" in entered.err) == (0, True, False)
    wiring("actor", "skill", "李强", "electrical", "--until", "2029-12-10")
    [held] = wiring("actor", "skills", "--json").json
    assert held == {
        "actor": "li_qiang", "skill": "electrical", "until": "2029-12-10", "counts": True, "licence": "T4403",
    }  # fmt: skip
    assert "licence" not in wiring("actor", "skills", "--json", "--as", "wang_fang").json[0]
    assert "李强 (li_qiang) has the skill electrical, until 2029-12-10" in wiring("audit", "log", "site").out
    assert wiring("actor", "skill", "李强", "electrical", "--remove").code == 0
    assert wiring("actor", "skills").out == ""


def test_what_is_not_understood_enters_nothing(wiring: Sop) -> None:
    told = wiring("actor", "skill", "李强", "electricl")
    assert "did you mean: `electrical`?" in told.err
    assert wiring("actor", "skill", "李强", "Live Wires").code == 2
    assert wiring("actor", "skill", "李强", "electrical", "--until", "someday").code == 2
    assert wiring("actor", "skill", "李强", "electrical", "--remove", "--until", "2027-01-01").code == 2
    assert wiring("actor", "skill", "李强", "electrical", "--dry-run").code == 0
    assert [each["skill"] for each in wiring("actor", "skills", "--json").json] == ["electricl"]


def test_a_refusal_names_who_has_it_and_show_says_what_is_asked(wiring: Sop) -> None:
    wiring("actor", "skill", "李强", "electrical")
    wiring("new", "wiring", "--as", "wang_fang")
    wiring("do", "1", "send", "--as", "wang_fang")
    assert "offered to Engineer (engineer) with the skill Electrician (electrical)" in wiring("show", "1").out
    refused = wiring("claim", "1", "--as", "zhang_wei")
    assert refused.code == 5
    assert "has no skill Electrician on record" in refused.err and "李强 (li_qiang) (0 in hand)" in refused.err
    assert wiring("claim", "1", "--as", "li_qiang").code == 0
    taken = wiring("actor", "skill", "李强", "electrical", "--remove")
    assert "has tasks in hand that ask for electrical" in taken.err


def test_doctor_tells_what_runs_out_what_nobody_has_and_what_waits_for_it(wiring: Sop, site: Path) -> None:
    assert warnings(wiring) == ["nobody has the skill electrical, which wiring need"]
    wiring("actor", "skill", "李强", "electrical", "--until", "2026-12-20")
    assert warnings(wiring) == ["李强 (li_qiang)'s licence for electrical runs out: 2026-12-20 is its last day"]
    wiring("actor", "skill", "王芳", "electrical")
    wiring("new", "wiring", "--as", "wang_fang")
    wiring("do", "1", "send", "--as", "wang_fang")
    move_clock(site, days=40)
    told = warnings(wiring)
    assert told[0].endswith("ran out: 2026-12-20 was its last day")
    assert told[1] == "nobody who holds the role engineer has the skill electrical, which wiring need"
    assert told[2].startswith("open tasks ask for electrical, and nobody of engineer has it (1): DL-")


def test_skills_come_with_people_from_a_table_all_or_none(wiring: Sop, tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text(
        "编号,姓名,岗位,技能\nsun_lei,孙磊,engineer,电工@2027-06-30、lift\nwu_gang,吴刚,engineer,\n", encoding="gbk"
    )
    assert wiring("actor", "import", str(sheet)).code == 0
    people = {each["id"]: each["skills"] for each in wiring("actor", "ls", "--json").json}
    assert people["sun_lei"] == [{"skill": "electrical", "until": "2027-06-30"}, {"skill": "lift", "until": None}]
    assert people["wu_gang"] == []
    sheet.write_text("id,name,skills\nlu_bo,陆博,electrical@never\n", encoding="utf-8")
    assert wiring("actor", "import", str(sheet)).code == 2
    assert "lu_bo" not in wiring("actor", "ls").out


def test_my_list_has_what_i_may_claim_and_nothing_that_asks_for_what_i_have_not_learnt(wiring: Sop, site: Path) -> None:
    def offered(person: str) -> int:
        return len(wiring("ls", "--mine", "--as", person, "--json").json)

    wiring("new", "wiring", "--as", "wang_fang")
    wiring("actor", "skill", "李强", "electrical", "--until", "2026-12-20")
    wiring("do", "1", "send", "--as", "wang_fang")
    assert (offered("li_qiang"), offered("zhang_wei")) == (1, 0)
    assert wiring("claim", "1", "--as", "zhang_wei").code == 5
    assert "is waiting for you" in wiring("--as", "zhang_wei").err
    move_clock(site, days=40)
    assert offered("li_qiang") == 0
