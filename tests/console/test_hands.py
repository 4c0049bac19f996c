"""Giving back, passing on and lending at the command line."""

from pathlib import Path

import pytest

from tests.console.conftest import Sop
from tests.console.place import head_number

SIDE_BY_SIDE = """
procedure: lift
title: Lift
prefix: DT
roles: [desk, engineer]
fields: {matter: {type: text}}
open: {by: desk, ask: matter, assign: engineer, to: helping}
states:
  helping:
    parallel: [door, lamp]
    done: {to: over}
    states:
      door:
        states:
          shut: {entry: {assign: engineer}, transitions: {unlock: {by: assignee, to: opened}}}
          opened: {final: true}
      lamp: {states: {dark: {transitions: {mend: {by: engineer, to: lit}}}, lit: {final: true}}}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def held(sop: Sop, wx: str) -> str:
    """A repair that 李强 has in hand."""
    assert sop("do", "1", "dispatch", "--as", "wang_fang", "--assignee", "李强").code == 0
    return wx


def test_a_task_goes_to_whoever_takes_it_over(sop: Sop, held: str) -> None:
    offered = sop("transfer", "1", "张伟", "--as", "li_qiang", "--json").json["tasks"][0]
    assert (offered["assignee"], offered["offered"]) == ("li_qiang", {"person": "zhang_wei"})
    assert held in sop("ls", "--mine", "--as", "zhang_wei").out
    taken = sop("take-over", "1", "--as", "zhang_wei", "--json").json["tasks"][0]
    assert (taken["assignee"], taken["offered"]) == ("zhang_wei", None)
    assert held not in sop("ls", "--mine", "--as", "li_qiang").out


def test_it_is_offered_to_a_role_by_its_title(sop: Sop, held: str) -> None:
    said = sop("transfer", "1", "维修技工", "--as", "li_qiang")
    assert "offered to\tEngineer; he takes it over with: sop take-over" in said.out


def test_what_is_lent_is_shown_with_its_end_and_comes_back(sop: Sop, held: str) -> None:
    said = sop("delegate", "1", "zhang_wei", "--until", "2h", "--as", "li_qiang")
    assert "lent to\t张伟 (zhang_wei) until 2026-11-23 Mon 10:30" in said.out
    assert "by itself: in 2 h the task that was lent comes back" in said.err
    assert sop("show", "1", "--json").json["tasks"][0]["lent"] == "zhang_wei"
    assert "sop take-back" in sop("transfer", "1", "张伟", "--as", "li_qiang").err
    assert "lent to" not in sop("take-back", "1", "--as", "li_qiang").out


def test_who_may_take_it_back_is_said_by_name(sop: Sop, held: str) -> None:
    assert sop("transfer", "1", "zhang_wei", "--as", "li_qiang").code == 0
    assert "its holder (李强 (li_qiang)) may" in sop("take-back", "1", "--as", "zhang_wei").err


def test_the_task_of_the_whole_ticket_beside_those_side_by_side_is_called_task(sop: Sop, site: Path) -> None:
    (site / "workflows" / "lift.sop.yaml").write_text(SIDE_BY_SIDE, encoding="utf-8")
    assert sop("flow", "publish", "lift").code == 0
    shown = sop("new", "lift", "--as", "wang_fang", "--field", "matter=x").out
    assert "\ntask\toffered to" in shown and "\ntask door\toffered to" in shown and "task ticket" not in shown


def test_nobody_is_given_the_name_of_a_desk_later(sop: Sop) -> None:
    refused = sop("actor", "change", "li_qiang", "--name", "前台")
    assert refused.code == 2 and "`前台` is a post, not a person" in refused.err


def test_giving_back_wants_a_reason_and_offers_the_task_again(sop: Sop, site: Path, held: str) -> None:
    assert sop("give-back", "1", "--as", "li_qiang").code == 2
    before = head_number(site, held)
    assert sop("give-back", "1", "--as", "li_qiang", "--reason", "非本工种", "--dry-run").code == 0
    assert head_number(site, held) == before
    said = sop("give-back", "1", "--as", "li_qiang", "--reason", "非本工种")
    assert "given back\t1 in all; last by 李强 (li_qiang), 2026-11-23 Mon 08:30" in said.out
    assert "    reason: 非本工种" in sop("show", "1", "--events").out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("take-over", "1", "--as", "zhang_wei"), 4),
        (("turn-down", "1", "--as", "zhang_wei", "--reason", "x"), 4),
        (("take-back", "1", "--as", "li_qiang"), 4),
        (("transfer", "1", "李强强", "--as", "li_qiang"), 2),
        (("transfer", "1", "steward", "--as", "li_qiang"), 2),
        (("transfer", "1", "wang_fang", "--as", "li_qiang"), 5),
        (("transfer", "1", "zhang_wei", "--as", "zhang_wei"), 5),
        (("delegate", "1", "zhang_wei", "--as", "li_qiang", "--until", "yesterday-ish"), 2),
        (("delegate", "99", "zhang_wei", "--as", "li_qiang"), 3),
    ],
)
def test_what_cannot_be_is_refused_with_its_code_and_nothing_is_done(
    sop: Sop, site: Path, held: str, words: tuple[str, ...], code: int
) -> None:
    before = head_number(site, held)
    assert sop(*words).code == code
    assert head_number(site, held) == before


def test_the_story_tells_it(sop: Sop, held: str) -> None:
    sop("transfer", "1", "zhang_wei", "--as", "li_qiang", "--reason", "交班")
    sop("turn-down", "1", "--as", "zhang_wei", "--reason", "手上有三单")
    story = sop("show", "1", "--events").out
    assert "李强 (li_qiang): offered the task to 张伟 (zhang_wei)" in story
    assert "张伟 (zhang_wei): turned the task down" in story
    assert "told 李强 (li_qiang): that the task was turned down" in story


def test_whoever_has_it_already_is_refused_by_name(sop: Sop, held: str) -> None:
    sop("transfer", held, "zhang_wei", "--as", "li_qiang", "--reason", "x")

    said = sop("transfer", held, "zhang_wei", "--as", "li_qiang", "--reason", "x")

    assert f"the task of {held} is offered to 张伟 (zhang_wei)." in said.err
