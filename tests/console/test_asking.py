"""Questions at a terminal: in order, also what is required only sometimes, and what a condition reads."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sop_engine.console.call import Call
from tests.console.conftest import Sop
from tests.console.place import head_number

CALLED = """\
procedure: called
title: {zh: 来电登记, en: Called}
prefix: CA
subject: "{{ unit }} {{ spot }} {{ fault }}"
roles: {desk: {zh: 前台, en: Front desk}}
fields:
  place: {type: choice, title: {zh: 区域, en: Area}, choices: {home: {zh: 户内, en: Home}, common: {zh: 公共区域, en: Common parts}}, default: home}
  unit: {type: unit, title: {zh: 房号, en: Unit}, required: {place: home}}
  spot: {type: text, title: {zh: 位置, en: Spot}, required: {place: common}}
  fault: {type: text, title: {zh: 故障, en: Fault}}
  charge: {type: choice, title: {zh: 收费性质, en: Charge}, choices: {undecided: {zh: 待定, en: Undecided}, free: {zh: 无偿, en: Free}, paid: {zh: 有偿, en: Paid}}, default: undecided}
  work: {type: text, title: {zh: 处理结果, en: Work done}}
open: {by: desk, ask: [place, unit, spot, fault], to: waiting}
states:
  waiting:
    transitions:
      finish: {by: desk, ask: work, may_ask: charge, when: charge == 'free', to: over}
  over: {final: true, outcome: done}
"""  # noqa: E501  a field is a line
Answering = Callable[..., None]


@pytest.fixture
def answering(sop: Sop, site: Path, monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Has somebody sit there who gives these answers, one after the other."""
    (site / "workflows" / "called.sop.yaml").write_text(CALLED, encoding="utf-8")
    said = sop("flow", "publish", "called")
    assert said.code == 0, said
    monkeypatch.setattr(Call, "asks", property(lambda _call: True))

    def give(*lines: str) -> None:
        left: Iterator[str] = iter([f"{line}\n" for line in lines])
        monkeypatch.setattr("sys.stdin.readline", lambda: next(left, ""), raising=False)

    return give


def _opened(sop: Sop) -> None:
    given = ("place=home", "unit=3-2-1202", "fault=漏水")
    said = sop("new", "called", "--as", "wang_fang", *(word for each in given for word in ("--field", each)))
    assert said.code == 0, said


def questions(said: str) -> list[str]:
    lines = said.replace("> ", "").replace(" (may be left empty)", "").splitlines()
    return [line for line in lines if line in {"Area", "Unit", "Spot", "Fault", "Charge"}]


def test_what_is_required_sometimes_is_asked_in_its_turn(sop: Sop, answering: Answering) -> None:
    answering("", "3-2-1202", "漏水")
    said = sop("new", "called", "--as", "wang_fang")
    assert (said.code, questions(said.err)) == (0, ["Area", "Unit", "Fault"]), said

    answering("公共区域", "大堂", "灯不亮")
    said = sop("new", "called", "--as", "wang_fang")
    assert (said.code, questions(said.err)) == (0, ["Area", "Spot", "Fault"]), said


def test_whoever_says_it_in_one_breath_is_not_asked_for_what_has_a_default(sop: Sop, answering: Answering) -> None:
    answering()
    said = sop("new", "called", "3-2-1202", "漏水", "--as", "wang_fang", "--json")
    assert (said.code, questions(said.err), said.json["fields"]["place"]) == (0, [], "home"), said

    answering("灯不亮")
    said = sop("new", "called", "公共区域", "大堂", "--as", "wang_fang")
    assert (said.code, questions(said.err)) == (0, ["Fault"]), said


def test_what_is_open_of_a_unit_that_is_asked_sometimes_is_shown_before_more_is_asked(
    sop: Sop, answering: Answering
) -> None:
    _opened(sop)
    answering("", "3-2-1202", "又漏", "n")

    said = sop("new", "called", "--as", "wang_fang")

    assert said.err.index("open already:") < said.err.index("Fault"), said.err


def test_what_a_condition_reads_is_asked_for_before_anything_is_refused(sop: Sop, answering: Answering) -> None:
    _opened(sop)
    answering("换阀门", "free")

    said = sop("do", "1", "finish", "--as", "wang_fang")

    assert (said.code, questions(said.err)) == (0, ["Charge"]), said


def test_a_condition_that_does_not_hold_on_what_was_answered_is_refused(
    sop: Sop, answering: Answering, site: Path
) -> None:
    _opened(sop)
    answering("换阀门", "paid")

    said = sop("do", "1", "finish", "--as", "wang_fang")

    assert said.code == 4
    assert "needs: charge" not in said.err
    assert head_number(site, "CA-20261123-001") == 1


def test_without_questions_the_refusal_says_what_to_give(
    sop: Sop, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    _opened(sop)
    monkeypatch.setattr(Call, "asks", property(lambda _call: False))

    said = sop("do", "1", "finish", "--as", "wang_fang", "--json", "--field", "work=换阀门")

    error = said.json["error"]
    assert (said.code, [need["name"] for need in error["needs"]]) == (4, ["charge"])
    assert "--field charge=..." in error["fix"]
