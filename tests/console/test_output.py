"""Lists, help, languages, and where things are printed."""

import importlib
import inspect
from pathlib import Path

import pytest

from sop_engine.console import tree
from sop_engine.console.commands import make_command
from tests.console.conftest import Sop
from tests.console.place import move_clock


def test_a_list_in_a_pipe_is_tab_separated(sop: Sop, wx: str) -> None:
    lines = sop("ls", "--as", "wang_fang").out.splitlines()
    assert [line.split("\t") for line in lines] == [
        [wx, "3-2-1202", "3-2-1202 厨房漏水", "To be dispatched", "王芳", "", "15 min", ""]
    ]


def test_a_list_on_a_terminal_is_a_table(sop: Sop, wx: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sop_engine.console.output.Output.on_terminal", lambda self: True)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    head, row = sop("ls").out.splitlines()
    assert head.startswith("number           unit      subject")
    assert row.startswith(f"{wx}  3-2-1202  ")


def test_mine_is_what_i_own_what_i_have_and_what_my_role_is_offered(sop: Sop, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang")
    mine = {
        person: [head["id"] for head in sop("ls", "--mine", "--as", person, "--json").json]
        for person in ("wang_fang", "liu_yang", "li_qiang", "chen_jing")
    }
    assert mine == {"wang_fang": [wx], "liu_yang": [], "li_qiang": [wx], "chen_jing": []}
    sop("claim", "1", "--as", "zhang_wei")
    assert sop("ls", "--mine", "--as", "li_qiang", "--json").json == []
    assert [head["id"] for head in sop("--json", "--as", "zhang_wei").json] == [wx], "`sop` alone is my list"


def test_filters(sop: Sop, site: Path, wx: str) -> None:
    def found(*words: str) -> int:
        said = sop("ls", "--json", *words)
        assert said.code == 0, said
        return len(said.json)

    assert found("--state", "待派单") == found("--state", "registered") == 1
    assert found("--state", "dispatched") == 0
    assert found("--procedure", "报修") == 1
    assert found("--unit", "3栋2单元1202") == 1
    assert found("--overdue") == 0
    move_clock(site, minutes=16)
    assert found("--overdue") == 1
    sop("do", "1", "cancel", "--as", "wang_fang", "--reason", "x")
    assert (found(), found("--all"), found("--status", "closed")) == (0, 1, 1)
    assert sop("ls", "--state", "wating").code == 2
    assert sop("ls", "--status", "opne").code == 2


def test_help_lists_every_command_with_a_line(sop: Sop) -> None:
    said = sop("--help")
    assert said.code == 0
    for words in tree.LEAVES:
        assert any(line.startswith(f"  {words} ") for line in said.out.splitlines()), words


def test_help_is_said_in_the_language_that_is_asked_for(sop: Sop) -> None:
    for words in (("--help",), ("audit", "--help"), ("show", "--help")):
        english = sop(*words).out
        chinese = sop(*words, "--lang", "zh").out
        assert chinese == sop("--lang", "zh", *words).out
        assert english != chinese
        assert "用法" in chinese


@pytest.mark.parametrize("words", list(tree.LEAVES))
def test_every_leaf_can_be_imported_and_explains_itself(words: str) -> None:
    leaf = tree.LEAVES[words]
    function = getattr(importlib.import_module(f"sop_engine.console.{leaf.module}"), leaf.function)
    assert inspect.getdoc(function), "a leaf says what it does"
    command = make_command(words, leaf, "en")
    undocumented = [each.name for each in command.params if not each.help]
    assert undocumented == []


def test_the_language_of_a_call(sop: Sop, wx: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def titles() -> str:
        return str(sop("show", "1", "--json").json["possible"][0]["title"])

    assert titles() == "Dispatch"
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert titles() == "派单"
    monkeypatch.setenv("SOP_LANG", "en")
    assert titles() == "Dispatch"
    assert sop("show", "1", "--json", "--lang", "zh").json["possible"][0]["title"] == "派单"


def test_the_environment_mirrors_the_options(sop: Sop, wx: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOP_AS", "wang_fang")
    assert sop("do", "1", "dispatch", "--json").code == 0
    assert "王芳 (wang_fang): Dispatch" in sop("audit", "log", "1").out


def test_options_may_stand_before_the_command(sop: Sop, wx: str) -> None:
    assert sop("--lang", "zh", "--as=wang_fang", "show", "1", "--json").json["possible"][0]["title"] == "派单"
    assert sop("--json", "audit", "log", "1").json[0]["command"] == "open"


def test_the_story_as_json(sop: Sop, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang")
    chapters = sop("audit", "log", "1", "--json").json
    step = chapters[1]
    assert (step["number"], step["actor"], step["name"], step["why"], step["version"]) == (
        2, "wang_fang", "dispatch", "role:desk", 1,
    )  # fmt: skip
    assert (step["from"], step["to"]) == (["registered"], ["dispatched"])


def test_the_story_cites_the_clause(sop: Sop, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang", "--assignee", "li_qiang")
    sop("do", "1", "accept", "--as", "li_qiang")
    sop("do", "1", "done", "--as", "li_qiang", "--field", "fee=10")
    said = sop("show", "1", "--events")
    assert "    allowed as the assignee; version 1; clause M4 1 note 2" in said.out.splitlines()
    assert "    Fee = ¥10.00" in said.out.splitlines()


def test_hostile_text_is_written_out_or_refused(sop: Sop, wx: str) -> None:
    said = sop("do", "1\x1b[2J", "dispatch\u202e", "--as", "wang_fang")
    assert "\x1b" not in said.err and "\u202e" not in said.err
    refused = sop("note", "1", "x\x1b[31m", "--as", "wang_fang")
    assert refused.code == 2
    assert "\x1b" not in refused.err
    markup = sop("note", "1", "[bold]{{ 7*7 }} {fault} %s[/bold]", "--as", "wang_fang")
    assert markup.code == 0
    assert "noted: [bold]{{ 7*7 }} {fault} %s[/bold]" in sop("audit", "log", "1").out


def test_the_example_of_a_free_text_is_nobody_s_answer(sop: Sop, wx: str) -> None:
    for language, words in (("zh", "按实际情况填写"), ("en", "in your own words")):
        possible = sop("show", "1", "--json", "--as", "wang_fang", "--lang", language).json["possible"]
        [need] = next(each["needs"] for each in possible if each["trigger"] == "cancel")
        assert need["example"] == words


def test_procedures_are_listed_by_title_in_the_reader_s_language(sop: Sop) -> None:
    for language, title in (("zh", "业主报修"), ("en", "Repair")):
        [listed] = sop("flow", "ls", "--json", "--lang", language).json
        assert (listed["procedure"], listed["title"]) == ("repair", title)


def test_what_was_changed_of_a_person_is_told(sop: Sop) -> None:
    said = sop("actor", "change", "chen_jing", "--right", "assign", "--disabled", "--as", "zhou_min")
    assert said.err == "陈静 (chen_jing): steward@3; rights: assign; disabled\n"
