"""`sop flow test`: what it prints, and its exit code."""

import json
from pathlib import Path

import pytest

from sop_engine.console.running import run
from tests.trial.small import HEAD, folder
from tests.trial.test_coverage import ALL


def sop(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Exit code and what was printed, in English."""
    code = run(["flow", "test", *words, "--lang", "en"])
    return code, capsys.readouterr().out


def test_scenarios_that_pass_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder(tmp_path, ALL)

    code, said = sop(capsys, str(path))

    assert code == 0
    assert said.split("\t")[1:] == ["2", "2", "0", "9\n"]


def test_complete_coverage_is_said_and_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = sop(capsys, str(folder(tmp_path, ALL)), "--coverage")

    assert code == 0
    assert "errand: transitions taken: 6 of 6, separations of duty refused: 1 of 1" in said


def test_a_failure_is_said_with_place_and_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder(tmp_path, ALL.replace("wait: 2 h", "wait: 1 h"))

    code, said = sop(capsys, str(path))

    assert code == 1
    assert f"{path}:9:28: 去一趟" in said
    assert "expected: after_2_h fires" in said
    assert "found:    nothing fired" in said
    assert "李强: go -> under_way" in said


def test_what_is_not_taken_fails_with_coverage_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder(tmp_path, ALL.replace("wait: 2 h, fired: after_2_h", "wait: 1 h"))

    assert sop(capsys, str(path))[0] == 0
    code, said = sop(capsys, str(path), "--coverage")

    assert code == 1
    assert "errand.sop.yaml:26: states.under_way.timers.after_2_h.0" in said


def test_a_file_with_faults_is_said_as_a_procedure_with_faults_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder(tmp_path, ALL.replace("by: 王芳", "by: 王方"))

    code, said = sop(capsys, str(path))

    assert code == 1
    assert "error[SOP304]: nobody here is `王方`" in said
    assert "did you mean: `王芳`?" in said


def test_a_fault_of_a_scenario_file_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flow", "explain", "SOP303", "--lang", "en"]) == 0

    assert "A step is one act by one person" in capsys.readouterr().out


def test_json_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder(tmp_path, ALL.replace("told: 赵军", "told: 王芳"))

    code, said = sop(capsys, str(path), "--coverage", "--json")
    found = json.loads(said)

    assert code == 1
    assert [each["passed"] for each in found["scenarios"]] == [True, False]
    assert found["scenarios"][1]["failure"]["expected"] == "told: 王芳"
    assert found["coverage"][0]["not_taken"] == []


def test_a_name_without_scenarios_is_told_with_what_was_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path, ALL, head=HEAD)
    (tmp_path / "sop.toml").write_text("", encoding="utf-8")

    code = run(["flow", "test", "erand", "--site", str(tmp_path), "--lang", "en"])

    assert code == 3
    assert "did you mean: `errand`?" in capsys.readouterr().err
