"""Faults as people and machines read them."""

import json

from sop_engine.diagnostics import Diagnostic, Note, Span
from sop_engine.language import render
from sop_engine.language.rendering import columns
from sop_engine.messages import msg

TEXT = "title: {zh: 业主报修, en: Repair}\nopen: {by: dsk}\n".encode()
FAULT = Diagnostic(
    "SOP102",
    "error",
    Span("a.yaml", 1, 22, 1, 24),
    msg("there is no `{name}`", name="en"),
    msg("Nobody could say."),
    (Note(Span("a.yaml", 2, 1, 2, 5), msg("declared here")),),
    ("zh", "en"),
    msg("write it"),
)


def test_the_shape_of_a_fault() -> None:
    assert render([FAULT], TEXT) == (
        "a.yaml:1:22: error[SOP102]: there is no `en`\n"
        "  |\n"
        "1 | title: {zh: 业主报修, en: Repair}\n"
        "  |                          ^^\n"
        "2 | open: {by: dsk}\n"
        "  | ---- declared here\n"
        "\n"
        "Nobody could say.\n"
        "\n"
        "did you mean: `zh` or `en`?\n"
        "fix: write it.\n"
        "more: sop flow explain SOP102\n"
    )


def test_chinese_characters_are_two_columns_wide() -> None:
    assert (columns("业主 a"), columns("e\u0301")) == (6, 1)


def test_nothing_wrong_is_said_with_nothing() -> None:
    assert render([], TEXT) == ""


def test_control_characters_never_reach_a_terminal() -> None:
    data = b"a: \x1b[31mred\n"
    fault = Diagnostic("SOP126", "error", Span("a.yaml", 1, 4, 1, 5), msg("{it}", it="\x1b[2J"))

    assert "\x1b" not in render([fault], data)


def test_json_carries_the_same() -> None:
    (found,) = json.loads(render([FAULT], TEXT, form="json"))

    assert found == {
        "code": "SOP102", "severity": "error", "file": "a.yaml", "line": 1, "column": 22, "end_line": 1,
        "end_column": 24, "title": "there is no `en`", "why": "Nobody could say.",
        "notes": [{"file": "a.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 5, "label": "declared here"}],
        "near": ["zh", "en"], "fix": "write it",
    }  # fmt: skip


def test_github_gets_one_line_for_each_fault() -> None:
    found = render([FAULT], TEXT, form="github")

    assert found == (
        "::error file=a.yaml,line=1,col=22,endLine=1,endColumn=24,title=SOP102%3A there is no `en`"
        "::Nobody could say.%0Awrite it\n"
    )


def test_sarif_names_rule_place_and_related_places() -> None:
    run = json.loads(render([FAULT], TEXT, form="sarif"))["runs"][0]

    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("SOP102", "error")
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 1, "startColumn": 22, "endLine": 1, "endColumn": 24,
    }  # fmt: skip
    assert result["relatedLocations"][0]["message"]["text"] == "declared here"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["SOP102"]


def test_a_fault_past_the_end_of_the_file_is_still_told() -> None:
    fault = Diagnostic("SOP125", "error", Span("a.yaml", 9, 1, 9, 2), msg("something"))

    assert render([fault], b"").startswith("a.yaml:9:1: error[SOP125]: something\n")
