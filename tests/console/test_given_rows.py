"""Rows and checklists from the command line and at a prompt: no JSON is needed, and the form is shown."""

from pathlib import Path

import pytest

from sop_engine.console import asking
from tests.console.conftest import Sop

PARCEL = """\
procedure: parcel
title: {zh: 小件寄存, en: Parcel}
prefix: XJ
roles: {desk: {zh: 前台, en: Front desk}, boss: {zh: 经理, en: Manager}}
fields:
  goods:
    type: rows
    title: {zh: 物品, en: Goods}
    columns:
      item: {type: text, title: {zh: 名称, en: Item}}
      count: {type: integer, title: {zh: 数量, en: Count}}
      taker: {type: staff, title: {zh: 经手人, en: Taker}}
  seen: {type: checklist, title: {zh: 验看, en: Seen}, items: {safe: {zh: 安全, en: Safe}, dry: {zh: 干燥, en: Dry}}}
open: {by: [desk, boss], title: {zh: 登记, en: Register}, ask: [goods, seen], to: kept}
states:
  kept:
    title: {zh: 保管中, en: Kept}
    transitions: {fetch: {by: desk, title: {zh: 领取, en: Fetch}, to: gone}}
  gone: {title: {zh: 已领取, en: Gone}, final: true, outcome: fetched}
outcomes: {fetched: {zh: 已领取, en: Fetched}}
"""


@pytest.fixture
def parcels(sop: Sop, site: Path) -> Sop:
    (site / "workflows" / "parcel.sop.yaml").write_text(PARCEL, encoding="utf-8")
    assert sop("flow", "publish", "parcel", "-m", "for the test").code == 0
    return sop


def test_each_row_has_a_flag_of_its_own(parcels: Sop) -> None:
    words = ("--field", "物品=名称=箱子；数量=2", "--field", "goods=item=bag;count=1", "--field", "seen=safe=yes")
    fields = parcels("new", "parcel", "--as", "wang_fang", *words, "--json").json["fields"]
    assert fields["goods"] == [{"item": "箱子", "count": 2}, {"item": "bag", "count": 1}]


def test_who_stands_in_a_row_is_said_by_name(parcels: Sop) -> None:
    words = ("--field", "goods=item=bag;count=1;taker=李强", "--field", "goods=item=box", "--field", "seen=safe=yes")
    said = parcels("new", "parcel", "--as", "wang_fang", *words)
    assert "Goods\tItem bag, Count 1, Taker 李强 (li_qiang); Item box" in said.out


def test_lines_of_a_checklist_may_have_flags_of_their_own(parcels: Sop) -> None:
    words = ("--field", "goods=item=bag;count=1", "--field", "seen=safe=yes", "--field", "验看=干燥=否")
    fields = parcels("new", "parcel", "--as", "wang_fang", *words, "--json").json["fields"]
    assert fields["seen"] == {"safe": True, "dry": False}


def test_what_is_wrong_in_a_later_row_names_that_row(parcels: Sop) -> None:
    words = ("--field", "goods=item=bag;count=1", "--field", "goods=item=box;count=many", "--field", "seen=safe=yes")
    refused = parcels("new", "parcel", "--as", "wang_fang", *words)
    assert refused.code == 2
    assert "row 2, count: many is no whole number" in refused.err


def test_what_is_needed_is_shown_as_people_type_it(parcels: Sop) -> None:
    refused = parcels("new", "parcel", "--as", "wang_fang")
    assert refused.code == 2
    assert "needs: seen (Seen): such as safe=yes;dry=yes" in refused.err
    assert "needs: goods (Goods): such as item=" in refused.err
    assert "JSON" not in refused.err


def test_a_prompt_for_rows_shows_the_form_and_takes_several(
    parcels: Sop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(["no row", "item=box;count=2", "item=bag;count=0x", "item=bag;count=1", "", "safe=yes"])
    monkeypatch.setattr(asking, "answer", lambda opened: next(answers))
    monkeypatch.setattr("sop_engine.console.call.Call.asks", property(lambda call: True))

    done = parcels("new", "parcel", "--as", "wang_fang")

    assert done.code == 0, done.err
    assert "such as item=" in done.err
    assert "one row a line; an empty line ends them" in done.err
    assert "such as safe=yes;dry=yes" in done.err
    shown = parcels("show", "XJ-20261123-001", "--json").json["fields"]
    assert shown["goods"] == [{"item": "box", "count": 2}, {"item": "bag", "count": 1}]
    assert shown["seen"] == {"safe": True}
