"""Sending back, taking back, signing besides and correcting at the command line."""

from pathlib import Path

import pytest

from tests.console.conftest import Sop
from tests.console.place import head_number

VISIT = """\
procedure: visit
title: {zh: 上门, en: Visit}
prefix: SM
roles:
  desk: {zh: 前台, en: Front desk}
  engineer: {zh: 维修技工, en: Engineer}
outcomes: {done: {zh: 已办, en: Done}}
open: {by: desk, title: {zh: 登记, en: Open}, to: registered}
acts: {return: {to: [previous, opener]}}
states:
  registered:
    title: {zh: 待派单, en: To be dispatched}
    transitions: {dispatch: {title: {zh: 派单, en: Dispatch}, by: desk, assign: engineer, to: mending}}
  mending:
    title: {zh: 维修中, en: Mending}
    transitions: {done: {title: {zh: 完工, en: Done}, by: assignee, to: checking}}
  checking:
    title: {zh: 待签, en: To be signed}
    transitions:
      agree:
        title: {zh: 同意, en: Agree}
        by: [desk, engineer]
        sign: {count: 2, of: desk, add: engineer}
        to: closed
  closed: {title: {zh: 已结, en: Closed}, final: true, outcome: done}
"""


@pytest.fixture
def sm(sop: Sop, site: Path) -> str:
    """A visit in its last state; gives its number."""
    (site / "workflows" / "visit.sop.yaml").write_text(VISIT, encoding="utf-8")
    assert sop("flow", "publish", "visit", "--reason", "x").code == 0
    id: str = sop("new", "visit", "--as", "wang_fang", "--json").json["id"]
    sop("do", id, "dispatch", "--as", "wang_fang", "--assignee", "li_qiang")
    assert sop("do", id, "done", "--as", "li_qiang").code == 0
    return id


def test_a_ticket_is_sent_back_and_says_whose_it_is(sop: Sop, sm: str) -> None:
    said = sop("return", sm, "--as", "wang_fang", "--reason", "还在漏", "--json")
    [task] = said.json["tasks"]
    assert (said.code, said.json["state"]) == (0, ["mending"])
    assert (task["state"], task["assignee"], task["role"]) == ("mending", "li_qiang", "engineer")
    again = sop("return", sm, "--as", "li_qiang", "--to-opener", "--reason", "不是我的工种", "--lang", "zh")
    assert f"{sm} #5" in again.err
    assert "退回；维修中 (mending) → 待派单 (registered)" in again.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--to", "待签字"), 2, "是不是想写：`待签`"),
        (("--to", "registered", "--to-opener"), 2, "--to 和 --to-opener 只能写一个"),
        (("--to", "待派单"), 4, "可以退到：上一步、登记处"),
        (("--to", "维修中"), 0, ""),
        (("--region", "维修中"), 4, "不在 mending"),
        ((), 2, "需要写原因"),
    ],
)
def test_where_to_is_said_by_title_and_a_slip_of_the_hand_gets_a_way_out(
    sop: Sop, site: Path, sm: str, words: tuple[str, ...], code: int, said: str
) -> None:
    reason = ("--reason", "退") if words else ()
    found = sop("return", sm, "--as", "wang_fang", *words, *reason, "--lang", "zh", "--dry-run")
    assert (found.code, head_number(site, sm)) == (code, 3)
    assert said in found.err


def test_the_last_step_is_taken_back_by_whoever_did_it(sop: Sop, sm: str) -> None:
    refused = sop("withdraw", sm, "--as", "wang_fang", "--reason", "错")
    assert refused.code == 5
    assert "was 李强 (li_qiang)'s" in refused.err
    assert f"fix: send it back instead: sop return {sm} --reason why" in refused.err
    assert sop("withdraw", sm, "--as", "li_qiang", "--reason", "点早了", "--json").json["state"] == ["mending"]
    story = sop("show", sm, "--events").out
    assert "李强 (li_qiang): took step 3 back" in story
    assert "    it stands again in Mending (mending)" in story
    assert "    reason: 点早了" in story


def test_who_signs_besides_is_shown_and_may_refuse(sop: Sop, sm: str) -> None:
    said = sop("signer", "add", sm, "同意", "李强", "--as", "wang_fang")
    assert "signs besides\t李强 (li_qiang): Agree" in said.out
    assert sop("signer", "add", sm, "agree", "王芳", "--as", "wang_fang").code == 5
    sop("do", sm, "agree", "--as", "wang_fang")
    refused = sop("reject", sm, "agree", "--as", "li_qiang", "--reason", "料不对", "--json").json
    assert refused["possible"][0]["signatures"] == {"have": 0, "want": 3}
    assert sop("signer", "remove", sm, "agree", "li_qiang", "--as", "wang_fang").code == 0
    assert sop("reject", sm, "agree", "--as", "li_qiang", "--reason", "x").code == 4


def test_a_corrected_unit_says_what_is_void_and_what_is_open_there_already(sop: Sop, site: Path, wx: str) -> None:
    sop("do", wx, "dispatch", "--as", "wang_fang")
    other = sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1203", "--field", "fault=灯", "--json").json
    said = sop("edit", wx, "--as", "wang_fang", "--field", "fault=水管", "--reason", "听错")
    assert said.code == 0
    assert "the Slip printed at step 2 is void" in said.err
    assert f"print it anew: sop print {wx} slip" in said.err
    moved = sop("edit", wx, "--as", "wang_fang", "--field", "unit=3-2-1203", "--reason", "听错", "--json").json
    assert [each["id"] for each in moved["similar"]] == [other["id"]]
    assert sop("audit", "replay", "--all").code == 0
