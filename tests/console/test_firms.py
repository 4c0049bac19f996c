"""Firms at the command line: keeping them, naming them on a ticket, typing for their people, what is said of them."""

from pathlib import Path

from tests.console.conftest import Sop
from tests.console.place import move_clock

ALWAYS = "calendar: always\ntitle: Always\nzone: Asia/Shanghai\nweek: {every day: 00:00-24:00}\n"
LIFT = """\
procedure: lift
title: {zh: 电梯困人, en: Lift rescue}
source: ours
prefix: DT
calendar: always
roles: {desk: {zh: 前台, en: Front desk}}
words: {call_firm: {zh: 通知维保, en: Call the firm}, arrived: {zh: 到场, en: Arrived}}
outcomes: {freed: {zh: 已救出, en: Freed}}
fields: {contractor: {type: firm, title: {zh: 维保单位, en: Lift firm}}}
open: {by: desk, to: registered}
states:
  registered: {title: {zh: 已登记, en: Registered}, transitions: {call_firm: {by: desk, ask: contractor, to: waiting}}}
  waiting: {title: {zh: 待到场, en: Waiting}, transitions: {arrived: {by: {field: contractor}, to: freed}}}
  freed: {title: {zh: 已救出, en: Freed}, final: true, outcome: freed}
goals:
  rescue: {title: {zh: 救援时限, en: Rescue}, firm: contractor, while: waiting, stop: did arrived, within: 1 h clock}
"""


def test_a_firm_is_kept_named_by_its_initials_timed_and_reported(sop: Sop, site: Path) -> None:
    (site / "calendars").mkdir(exist_ok=True)
    (site / "calendars" / "always.yaml").write_text(ALWAYS, encoding="utf-8")
    assert sop("calendar", "publish", "always").code == 0
    (site / "workflows" / "lift.sop.yaml").write_text(LIFT, encoding="utf-8")
    assert sop("flow", "publish", "lift").code == 0

    # kept
    assert sop("firm", "add", "天一", "x").code == 2
    told = sop("firm", "add", "tianyi", "天一电梯", "--phone", "020-88880000", "--contract-until", "2026-12-10",
               "--promise", "救援时限=30 分钟 自然时间")  # fmt: skip
    assert "contract until 2026-12-10; promises Rescue: 30 min clock" in told.err
    assert sop("firm", "add", "tianyi", "x").code == 4
    assert "did you mean: `rescue`" in sop("firm", "change", "tianyi", "--promise", "rescu=1 h").err
    assert sop("firm", "change", "tianyi", "--promise", "rescu=").code == 0
    assert sop("firm", "change", "tianyi").code == 2
    person = sop("firm", "person", "天一电梯", "张工", "--phone", "13800001111", "--permit", "T1", "--json").json
    assert (person["id"], person["active"]) == ("tianyi.1", True)
    assert sop("firm", "people", "--json").json[0]["permit"] == "T1"
    assert "permit" not in sop("firm", "people", "--as", "wang_fang", "--json").json[0]
    assert sop("firm", "ls").out == "tianyi\t天一电梯\t\t020-88880000\t2026-12-10\t\t1\t\n"
    assert "tianyi.1" not in sop("actor", "ls").out
    assert sop("actor", "login", "zhang", "tianyi.1").code == 4

    # named, typed for, timed
    desk = ("--as", "wang_fang")
    assert sop("new", "lift", *desk).code == 0
    typo = sop("do", "DT-20261123-001", "call_firm", *desk, "--field", "contractor=天一电提")
    assert (typo.code, "did you mean: 天一电梯" in typo.err) == (2, True)
    assert sop("do", "DT-20261123-001", "call_firm", *desk, "--field", "contractor=tydt").code == 0
    assert "天一电梯" in sop("show", "DT-20261123-001").out
    seen = sop("show", "DT-20261123-001", "--json").json
    assert (seen["fields"]["contractor"], seen["goals"][0]["firm"]) == ("tianyi", "tianyi")
    assert sop("do", "DT-20261123-001", "arrived", *desk).code == 5
    assert sop("do", "DT-20261123-001", "arrived", *desk, "--doer", "张工", "--heard", "phone").code == 0

    # reported
    [figures] = sop("report", "firms", "--firm", "天一电梯", "--json").json
    assert (figures["kept"], figures["worst_minutes"]) == (1, 0)
    assert sop("report", "firms", "--list").out.startswith("DT-20261123-001\t天一电梯\tRescue\tkept\t")
    assert sop("report", "firms", "--firm", "宏达").code == 3
    story = sop("audit", "log", "site").out
    assert "张工 (tianyi.1) works for the firm tianyi" in story

    # its papers
    said = [each["what"] for each in sop("doctor", "--json").json]
    assert "contract of 天一电梯: it runs out, 2026-12-10 is its last day" in said
    move_clock(site, days=20)
    assert sop("new", "lift", *desk).code == 0
    refused = sop("do", "DT-20261213-001", "call_firm", *desk, "--field", "contractor=tianyi")
    assert (refused.code, "--contract-until" in refused.err) == (4, True)
    assert sop("firm", "remove", "天一电梯").code == 0
    assert sop("firm", "ls").out == ""
    assert [each["active"] for each in sop("firm", "ls", "--all", "--json").json] == [False]


def test_what_a_dry_run_says_is_not_kept(sop: Sop) -> None:
    assert sop("firm", "add", "tianyi", "天一电梯", "--dry-run").code == 0
    assert sop("firm", "ls", "--json").json == []


def test_many_firms_come_from_a_table_all_or_none_and_are_renewed_by_it(sop: Sop, tmp_path: Path) -> None:
    table = tmp_path / "firms.csv"
    rows = ("编号,名称,业务,合同到期,人员", "tianyi,天一电梯,电梯维保,2026-12-10,张工，林工", "hongda,,防水,,")
    table.write_text("\n".join(rows), "utf-8")
    refused = sop("firm", "import", str(table))
    assert (refused.code, "line 3" in refused.err, sop("firm", "ls", "--json").json) == (2, True, [])
    table.write_text("编号,名称,合同到期,人员\ntianyi,天一电梯,2026-12-10,张工;林工\n", "utf-8")
    assert sop("firm", "import", str(table), "--dry-run").code == 0
    assert sop("firm", "ls", "--json").json == []
    assert sop("firm", "import", str(table), "--json").json == {"firms": ["tianyi"]}
    table.write_text("id,contract_until,people\ntianyi,2027-12-10,林工\n", "utf-8")
    assert sop("firm", "import", str(table)).code == 0
    [firm] = sop("firm", "ls", "--json").json
    assert (firm["title"], firm["contract"]["until"]) == ("天一电梯", "2027-12-10")
    assert [each["name"] for each in firm["people"]] == ["张工", "林工"]
    table.write_text("id,colour\ntianyi,red\n", "utf-8")
    assert "colour" in sop("firm", "import", str(table)).err
