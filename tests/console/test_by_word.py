"""Opening a ticket in bare words: `sop new repair 3-2-1202 厨房漏水 急修`."""

import random
from pathlib import Path
from typing import Any

import pytest

from tests.console.conftest import Sop

DESK = ("--as", "wang_fang")
CALL = """
procedure: call
title: {zh: 来电, en: Call}
source: ours
prefix: LD
subject: "{{ content }}"
roles: {desk: {zh: 前台, en: Front desk}}
fields:
  place: {type: choice, title: {zh: 区域, en: Area}, choices: {home: 户内, common: 公共区域, other: 其他}}
  channel: {type: choice, title: {zh: 渠道, en: Channel}, choices: {visit: 来访, phone: 来电, other: 其他}}
  spot: {type: text, title: {zh: 位置, en: Spot}, required: {place: common}}
  content: {type: text, title: {zh: 内容, en: Content}}
  caller: {type: person, title: {zh: 来电人, en: Caller}}
  phone: {type: phone, title: {zh: 电话, en: Telephone}}
  unit: {type: unit, title: {zh: 房号, en: Unit}}
open: {by: desk, ask: [spot, content], may_ask: [place, channel, caller, phone, unit], to: open}
states:
  open: {transitions: {finish: {by: desk, to: over}}}
  over: {final: true, outcome: done}
"""


@pytest.fixture
def call(sop: Sop, site: Path) -> Sop:
    """A site where a call can be written down."""
    (site / "workflows" / "call.sop.yaml").write_text(CALL, encoding="utf-8")
    said = sop("flow", "publish", "call")
    assert said.code == 0, said
    return sop


def fields(sop: Sop, *words: str) -> dict[str, Any]:
    """What a ticket has that is opened in these words."""
    said = sop("new", *words, *DESK, "--json")
    assert said.code == 0, said
    found: dict[str, Any] = said.json["fields"]
    return found


def opened(sop: Sop) -> int:
    """How many tickets there are."""
    return len(sop("ls", "--all", "--json", *DESK).json)


def test_words_in_any_order_find_their_fields(sop: Sop) -> None:
    # given what a clerk has heard
    words = ["３栋２单元１２０２", "厨房漏水", "急修", "今天 14:00-16:00"]
    wanted = fields(sop, "repair", *words)
    # when she says it in whatever order
    for seed in range(3):
        random.Random(seed).shuffle(words)
        found = fields(sop, "repair", *words)
        # then it is the same ticket
        assert found == wanted, words
    assert (wanted["unit"], wanted["fault"], wanted["urgency"]) == ("3-2-1202", "厨房漏水", "urgent")
    assert wanted["window"]["start"].endswith("14:00:00.000+08:00")


def test_the_last_text_takes_the_rest(call: Sop) -> None:
    assert fields(call, "call", "顶灯", "不亮", "两盏")["content"] == "顶灯 不亮 两盏"
    found = fields(call, "call", "公共区域", "大堂", "顶灯", "不亮")
    assert (found["place"], found["spot"], found["content"]) == ("common", "大堂", "顶灯 不亮")


def test_a_number_and_whoever_has_one_are_known_by_their_form(call: Sop) -> None:
    found = fields(call, "call", "13800000000", "3-2-1202", "王女士 13900001111", "问停车费")
    assert found["phone"] == "13800000000"
    assert found["caller"] == {"name": "王女士", "phone": "13900001111"}
    assert (found["unit"], found["content"]) == ("3-2-1202", "问停车费")


def test_a_field_can_be_named_among_the_words(call: Sop) -> None:
    found = fields(call, "call", "渠道=其他", "内容＝a=b")
    assert (found["channel"], found["content"]) == ("other", "a=b")


def test_words_of_a_text_that_look_like_no_unit_stay_text(call: Sop) -> None:
    assert fields(call, "call", "3楼顶灯不亮")["content"] == "3楼顶灯不亮"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("其他", "问路"), "`其他` could be of Area (place), Channel (channel)"),
        (("来电", "来访", "问路"), "Channel is given already, so `来访` has no place"),
        (("content=问路", "再问"), "nothing here takes `再问`"),
        (("chanel=来电", "问路"), "there is no field chanel here"),
    ],
)
def test_what_could_be_two_things_is_refused(call: Sop, words: tuple[str, ...], said: str) -> None:
    before = opened(call)
    ran = call("new", "call", *words, *DESK)
    assert (ran.code, opened(call)) == (2, before), ran
    assert said in ran.err


def test_a_unit_that_nobody_has_entered_is_refused_as_one(call: Sop) -> None:
    assert call("unit", "add", "3-2-1202").code == 0
    ran = call("new", "call", "9-9-9999", "漏水", *DESK)
    assert (ran.code, opened(call)) == (2, 0)
    assert "9-9-9999" in ran.err and "sop unit add" in ran.err


def test_a_choice_that_is_typed_like_an_option_says_how_it_is_written(sop: Sop) -> None:
    ran = sop("new", "repair", "3-2-1202", "漏水", "--急修", *DESK)
    assert (ran.code, "write it without the dashes: 急修" in ran.err) == (2, True), ran
