"""What a process owner does with a file, through the installed command."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.shell import Shell

FILE = """procedure: umbrella
title: {zh: 借伞, en: Umbrella}
prefix: JS
subject: "{{ name }}"
roles: [desk]
fields:
  name: {type: text, title: {zh: 姓名, en: Name}}
open: {by: desk, ask: name, to: lent}
states:
  lent: {transitions: {bring_back: {by: desk, to: back}}}
  back: {final: true, outcome: back}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = Shell(tmp_path_factory.mktemp("owner"))
    shell("init", "site")
    made = shell.at("site")
    made("actor", "grant", made("actor", "ls", "--json").json[0]["id"], "desk", code=None)
    return made


def write(site: Shell, text: str) -> None:
    (site.folder / "workflows" / "umbrella.sop.yaml").write_text(text, encoding="utf-8")


def test_a_typo_is_told_with_its_place_and_publishes_nothing(site: Shell) -> None:
    write(site, FILE.replace("to: back}", "to: bakc}"))
    said = site("flow", "lint", "workflows/umbrella.sop.yaml", code=1)
    assert "workflows/umbrella.sop.yaml:10:" in said.out
    assert "did you mean: `back`?" in said.out
    refused = site("flow", "publish", "umbrella", code=1)
    assert "not published" in refused.err
    assert "umbrella" not in [each["procedure"] for each in site("flow", "ls", "--json").json if each["version"]]
    code = json.loads(site("flow", "lint", "workflows", "--format", "json", code=1).out)[0]["code"]
    assert code in site("flow", "explain", code).out


@pytest.mark.parametrize("form", ["json", "github", "sarif"])
def test_machines_read_faults_too(site: Shell, form: str) -> None:
    write(site, FILE.replace("to: back}", "to: bakc}"))
    out = site("flow", "lint", "workflows/umbrella.sop.yaml", "--format", form, code=1).out
    assert out.startswith("::error") if form == "github" else json.loads(out)


def test_a_published_file_runs_and_open_tickets_stay_on_their_version(site: Shell) -> None:
    write(site, FILE)
    assert "version 1" in site("flow", "publish", "umbrella", "-m", "first").err
    js = site("new", "umbrella", "--field", "name=沈女士", "--json").json["id"]
    assert "still version 1" in site("flow", "publish", "umbrella").err
    write(site, FILE.replace("bring_back:", "come_back:"))
    assert "edited since" in site("new", "umbrella", "--field", "name=韩先生").err
    assert "version 2" in site("flow", "publish", "umbrella", "-m", "another word").err
    site("do", js, "bring_back")
    again = site("new", "umbrella", "--field", "name=郑女士", "--json").json
    assert again["version"] == 2
    site("do", again["id"], "come_back")
    history = site("flow", "history", "借伞", "--json").json
    assert [(each["version"], each["reason"]) for each in history] == [(1, "first"), (2, "another word")]
    assert site("audit", "replay", "--all", "--json").json["mismatches"] == []


def test_an_edited_allowance_moves_what_is_open_as_a_dry_run_said(site: Shell) -> None:
    goal = "calendar: office\ngoals:\n  return: {title: Brought back, start: did open, stop: back, within: 1 workday}\n"
    write(site, FILE.replace("open: {by", goal + "open: {by"))
    assert site("flow", "publish", "umbrella", "--json").json[0]["moved"] == []
    js = site("new", "umbrella", "--field", "name=周女士", "--json").json["id"]
    write(site, FILE.replace("open: {by", goal.replace("1 workday", "3 workdays") + "open: {by"))

    would = site("flow", "publish", "umbrella", "--dry-run", "--json").json[0]["moved"]
    assert js in site("flow", "publish", "umbrella", "--dry-run").out
    moved = site("flow", "publish", "umbrella", "--json").json[0]["moved"]

    assert moved == would
    assert [(each["ticket"], each["goal"]) for each in moved] == [(js, "return")]
    assert moved[0]["was"] < moved[0]["due"]
    told = site("audit", "log", js).out
    assert "reckoned anew, by the newer times: Brought back; it was due" in told
    site("audit", "replay", js)


def test_pages_and_pictures(site: Shell, tmp_path: Path) -> None:
    assert "业主报修" in site("flow", "show", "repair", "--lang", "zh").out
    assert site("flow", "show", "repair", "--json").json["prefix"] == "WX"
    assert site("flow", "diagram", "报修", "--format", "mermaid", code=None).code in {0, 2, 3}
    assert site("flow", "diagram", "repair").out.startswith("stateDiagram-v2")
    assert "digraph" in site("flow", "diagram", "repair", "--format", "dot").out
    site("flow", "diagram", "repair", "--format", "svg", "-o", str(tmp_path / "repair.svg"))
    assert "<svg" in (tmp_path / "repair.svg").read_text(encoding="utf-8")
    assert site("flow", "schema").json["$schema"].startswith("https://json-schema.org/")


def test_names_that_are_not_there(site: Shell) -> None:
    assert "repair" in site("flow", "show", "repiar", code=3).err
    site("flow", "lint", "nowhere.sop.yaml", code=3)
    site("flow", "explain", "SOP999", code=3)
    site("flow", "lint", "--format", "xml", code=2)


def test_publishing_says_which_roles_nobody_holds(site: Shell) -> None:
    write(
        site,
        FILE.replace("roles: [desk]", "roles: [desk, porter]").replace("by: desk, to: back", "by: porter, to: back"),
    )
    assert "nobody holds the role porter" in site("flow", "publish", "umbrella", "--dry-run").err


def test_a_folder_is_looked_at_as_a_whole(site: Shell) -> None:
    write(site, FILE.replace("to: lent}", "to: lent, start: {parasol: {name: name}}}"))
    assert "SOP220" not in site("flow", "lint", "workflows/umbrella.sop.yaml").out
    assert "there is no procedure named `parasol` here" in site("flow", "lint").out
