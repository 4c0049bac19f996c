"""Deputies, disabling and leaving at the command line."""

from pathlib import Path

import pytest

from tests.console.conftest import Sop
from tests.console.place import move_clock


@pytest.fixture
def held(sop: Sop, wx: str) -> str:
    """A repair that 李强 has in hand."""
    assert sop("do", "1", "dispatch", "--as", "wang_fang", "--assignee", "李强").code == 0
    return wx


def test_a_deputy_finds_in_his_list_what_he_does_for_another(sop: Sop, site: Path, held: str) -> None:
    sop("actor", "deputy", "李强", "陈静", "--from", "2026-11-23", "--to", "2026-11-24")
    said = sop("ls", "--mine", "--as", "陈静")
    assert held in said.out
    assert f"in the place of 李强 (li_qiang), with --as li_qiang: {held}" in said.err
    assert sop("ls", "--mine", "--as", "陈静", "--limit", "1", "--json").json[0]["id"] == held
    move_clock(site, days=3)
    assert held not in sop("ls", "--mine", "--as", "陈静").out


def test_deputies_are_listed_and_end(sop: Sop) -> None:
    sop("actor", "deputy", "李强", "张伟", "--from", "2026-11-23", "--to", "2026-11-24")
    assert (
        "李强 (li_qiang)\t张伟 (zhang_wei)\t2026-11-23 Mon 00:00\t2026-11-25 Wed 00:00" in sop("actor", "deputies").out
    )
    assert sop("actor", "deputies", "--json").json[0]["by"] == "zhang_wei"
    assert sop("actor", "end-deputy", "李强", "张伟").code == 0
    assert sop("actor", "deputies").out == ""
    assert sop("actor", "end-deputy", "李强", "张伟").code == 4


def test_leaving_passes_on_what_is_in_hand(sop: Sop, held: str) -> None:
    tried = sop("actor", "leave", "李强", "--to", "张伟", "--dry-run")
    assert f"{held}\t" in tried.out and "the task is 张伟 (zhang_wei)'s" in tried.out
    assert sop("show", "1", "--json").json["tasks"][0]["assignee"] == "li_qiang"
    done = sop("actor", "leave", "李强", "--to", "张伟")
    assert (done.code, "李强 (li_qiang) has left; tickets passed on: 1" in done.err) == (0, True)
    assert sop("show", "1", "--json").json["tasks"][0]["assignee"] == "zhang_wei"
    assert sop("do", "1", "accept", "--as", "li_qiang").code == 5
    assert sop("actor", "leave", "李强", "--to", "张伟").code == 4
    assert "has left: disabled" in sop("audit", "log", "site").out
    assert "passed on what 李强 (li_qiang) had in hand to 张伟 (zhang_wei)" in sop("show", "1", "--events").out


def test_a_role_that_is_offered_what_he_had_is_named_by_its_title(sop: Sop, held: str) -> None:
    said = sop("actor", "leave", "李强", "--to", "王芳", "--dry-run", "--lang", "zh")
    assert f"{held}\t" in said.out and "任务待 维修技工 (engineer) 抢单" in said.out


def test_it_is_taken_up_again_where_it_was_interrupted(sop: Sop, held: str) -> None:
    sop("actor", "leave", "王芳", "--to", "李强", "--dry-run")
    assert sop("actor", "leave", "王芳").code == 2
    assert sop("actor", "disable", "王芳").code == 0
    said = sop("actor", "leave", "王芳", "--to", "刘洋", "--json").json
    assert [(each["ticket"], each["owner"]) for each in said["moved"]] == [(held, "liu_yang")]


def test_what_is_left_without_anybody_is_said_and_doctor_finds_it(sop: Sop, held: str) -> None:
    said = sop("actor", "disable", "李强")
    assert f"warning: 李强 (li_qiang) is disabled and has open tickets in hand (1): {held}" in said.err
    assert "mend it: pass them on: sop actor leave li_qiang --to NAME" in said.err
    assert "is disabled and has open tickets in hand (1)" in sop("doctor").out
    assert sop("actor", "enable", "李强").code == 0
    revoked = sop("actor", "revoke", "李强", "engineer")
    assert "has tasks in hand whose role he does not hold any more (1)" in revoked.err
    sop("assign", "1", "张伟", "--as", "wang_fang")
    sop("give-back", "1", "--as", "张伟", "--reason", "不在班")
    revoked = sop("actor", "revoke", "张伟", "engineer")
    assert f"tasks are offered to the role engineer, which nobody holds for them (1): {held}" in revoked.err


def test_a_dry_run_says_what_would_be_left_without_anybody(sop: Sop, held: str) -> None:
    # given 李强, who has one task; his own, and as one of two engineers
    told = sop("actor", "disable", "李强", "--dry-run").err
    assert f"李强 (li_qiang) is disabled and has open tickets in hand (1): {held}" in told
    told = sop("actor", "revoke", "李强", "engineer", "--dry-run").err
    assert f"has tasks in hand whose role he does not hold any more (1): {held}" in told
    assert "warning" not in sop("actor", "disable", "张伟", "--dry-run").err
    # when the task is offered to engineers, and there is only one of them left
    sop("actor", "revoke", "张伟", "engineer")
    sop("give-back", "1", "--as", "李强", "--reason", "不在班")
    told = sop("actor", "disable", "李强", "--dry-run").err
    # then
    assert f"tasks are offered to the role engineer, which nobody holds for them (1): {held}" in told
    assert "warning" not in sop("actor", "change", "李强", "--name", "李强强", "--dry-run").err
    assert "li_qiang" in [each["id"] for each in sop("actor", "ls", "--json").json if each["active"]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("actor", "leave", "nobody", "--to", "张伟"), 2),
        (("actor", "leave", "李强", "--to", "nobody"), 2),
        (("actor", "leave", "李强", "--to", "李强"), 2),
        (("actor", "leave", "李强", "--to", "张伟", "--as", "wang_fang"), 5),
        (("actor", "end-deputy", "李强", "nobody"), 2),
        (("actor", "disable", "nobody"), 2),
    ],
)
def test_what_cannot_be_is_refused_and_nobody_has_left(sop: Sop, held: str, words: tuple[str, ...], code: int) -> None:
    assert sop(*words).code == code
    assert all(person["active"] for person in sop("actor", "ls", "--json").json)


SIGNED = """\
procedure: purchase
title: {zh: 采购, en: Purchase}
source: ours
prefix: CG
roles: {desk: {zh: 前台, en: Desk}, engineer: {zh: 维修技工, en: Engineer}}
words: {agree: {zh: 会签, en: Agree}}
outcomes: {agreed: {zh: 已同意, en: Agreed}}
open: {by: desk, to: asked}
states:
  asked: {title: {zh: 待会签, en: Asked}, transitions: {agree: {by: desk, sign: {count: 1, add: engineer}, to: agreed}}}
  agreed: {title: {zh: 已同意, en: Agreed}, final: true, outcome: agreed}
"""


def test_whose_signature_alone_is_wanted_leaves_it_to_who_can_sign(sop: Sop, site: Path) -> None:
    (site / "workflows" / "purchase.sop.yaml").write_text(SIGNED, encoding="utf-8")
    assert sop("flow", "publish", "purchase").code == 0
    for _each in range(2):
        sop("new", "purchase", "--as", "wang_fang")
    for number in ("1", "2"):
        assert sop("signer", "add", number, "agree", "李强", "--as", "wang_fang").code == 0
    left = sop("actor", "leave", "李强", "--to", "王芳")
    assert (left.code, left.out.count("whoever holds Engineer signs in his place")) == (0, 2)
    assert "tickets passed on: 0" in left.err
    passed = sop("actor", "leave", "李强", "--to", "张伟")
    assert (passed.code, passed.out.count("张伟 (zhang_wei) signs in his place")) == (0, 2)
    assert "张伟 (zhang_wei) signs in the place of 李强 (li_qiang)" in sop("audit", "log", "1").out
    sop("do", "1", "agree", "--as", "wang_fang")
    assert sop("do", "1", "agree", "--as", "zhang_wei", "--json").json["outcome"] == "agreed"
