"""Promises in scenarios: by when, kept, missed, paused; and what coverage says of them."""

from pathlib import Path

import pytest

from sop_engine.console.running import run
from sop_engine.errors import FaultsFound
from sop_engine.messages import say
from sop_engine.trial import Result, coverage, run_file
from tests.trial.small import HEAD, PROCEDURE, folder, repertoire

GOALS = """
calendar: counter
goals:
  fetching:
    title: {zh: 跑腿时限, en: Fetching}
    start: under_way
    stop: did come
    pause: resting
    within: 4 h
    warn: {1 h before: runner}
    escalate: {0 min: lead, 2 h: [desk, lead]}
"""
RESTING = """  resting:
    transitions:
      go_on: {by: runner, to: under_way}
      come: {by: runner, to: back}
"""
PROMISED = (
    PROCEDURE.replace("    after: {2 h: {tell: lead}}\n", "")
    .replace("  back:\n", f"{RESTING}  back:\n")
    .replace("{by: assignee, to: back}\n", "{by: assignee, to: back}\n      rest: {by: runner, to: resting}\n")
    + GOALS
)
COUNTER = 'calendar: counter\ntitle: Counter\nzone: Asia/Shanghai\nweek: {every day: "08:30-12:00, 14:00-18:00"}\n'
GONE = "      - {by: 王芳, open: {}}\n      - {by: 李强, do: go, promised: {跑腿时限: 2026-11-23 14:30}}\n"


def played(tmp_path: Path, steps: str) -> Result:
    """The one scenario that leaves at 08:30 and has four working hours."""
    (result,) = run_file(place(tmp_path, steps), tmp_path / "workflows", tmp_path / "templates")
    return result


def place(tmp_path: Path, steps: str, calendar: str = COUNTER) -> Path:
    (tmp_path / "calendars").mkdir(exist_ok=True)
    (tmp_path / "calendars" / "counter.yaml").write_text(calendar, encoding="utf-8")
    return folder(tmp_path, f"  去取件:\n    steps:\n{GONE}{steps}", HEAD, PROMISED)


def test_a_promise_is_counted_on_the_calendar_beside_the_procedures(tmp_path: Path) -> None:
    result = played(tmp_path, "      - {by: 李强, do: come, kept: fetching, promised: {fetching: never}}\n")

    assert result.passed, result.failure


def test_time_that_passes_warns_misses_and_climbs(tmp_path: Path) -> None:
    steps = """      - {until: "11:30", fired: {fetching: [李强, 张伟]}, promised: {fetching: 2026-11-23 14:30}}
      - {until: "14:30", missed: 跑腿时限, fired: {跑腿时限: 赵军}}
      - {until: "16:30", fired: {goal/fetching: [王芳, 赵军]}}
      - {by: 李强, do: come}
"""

    result = played(tmp_path, steps)

    assert result.passed, result.failure


def test_a_pause_stands_still_and_moves_the_time(tmp_path: Path) -> None:
    steps = """      - {until: "10:00"}
      - {by: 李强, do: rest, paused: fetching, promised: {fetching: never}}
      - {until: "15:00"}
      - {by: 李强, do: go_on, promised: {fetching: 2026-11-23 17:30}}
"""

    result = played(tmp_path, steps)

    assert result.passed, result.failure


@pytest.mark.parametrize(
    ("step", "expected", "found"),
    [
        ("{by: 李强, do: come, missed: fetching}", "missed: fetching", "nothing"),
        ("{by: 李强, do: come, given_up: fetching}", "given up: fetching", "nothing"),
        ("{wait: 1 day, kept: fetching}", "kept: fetching", "nothing"),
        ("{wait: 1 h, paused: fetching}", "the time of fetching stands still", "its time runs"),
        ("{wait: 1 h, promised: {fetching: never}}", "promised by never", "by 2026-11-23 14:30"),
        ("{by: 李强, do: come, promised: {fetching: 2026-11-23 14:30}}", "by 2026-11-23 14:30", "it is kept"),
        ("{by: 李强, do: come, kept: fetchin}", "words that name something", "Fetching"),
        ("{wait: 2 h, fired: {fetching: 赵军}}", "fetching fires", "nothing fired"),
        ("{until: '14:30', fired: {fetching: 王芳}}", "told by fetching: 王芳", "张伟"),
    ],
)
def test_a_step_that_departs_from_a_promise_says_how(tmp_path: Path, step: str, expected: str, found: str) -> None:
    departed = played(tmp_path, f"      - {step}\n").failure

    assert departed is not None
    assert expected in say(departed.expected, "en")
    assert found in say(departed.found, "en")


def test_what_no_scenario_shows_of_a_promise_is_missing(tmp_path: Path) -> None:
    path = place(tmp_path, '      - {until: "14:30"}\n')
    procedure = repertoire(path).main.procedure
    found = coverage(procedure, run_file(path, tmp_path / "workflows", tmp_path / "templates"))

    assert found.promises == (
        "goals.fetching",
        "goals.fetching warn 1 h before",
        "goals.fetching escalate 0 min",
        "goals.fetching escalate 2 h",
    )
    assert found.not_seen == ("goals.fetching escalate 2 h",)
    assert not found.complete


@pytest.mark.parametrize(
    ("within", "cases", "missing"),
    [
        ("[{when: did('go'), within: 4 h}, {within: 6 h}]", ["within 4 h", "within 6 h"], ["within 6 h"]),
        ("[{when: did('go'), within: 4 h}, {within: 4 h, calendar: other}]",
         ["within 4 h on counter", "within 4 h on other"], ["within 4 h on other"]),
        ("[{when: did('go'), within: 4 h}, {within: 4 h}]", [], []),
    ],
)  # fmt: skip
def test_each_case_of_a_promise_has_to_be_shown(
    tmp_path: Path, within: str, cases: list[str], missing: list[str]
) -> None:
    place(tmp_path, "")
    path = folder(
        tmp_path, f"  去取件:\n    steps:\n{GONE}", HEAD, PROMISED.replace("within: 4 h", f"within: {within}")
    )

    found = coverage(repertoire(path).main.procedure, run_file(path, tmp_path / "workflows", tmp_path / "templates"))

    assert [each.partition(" ")[2] for each in found.promises if " within " in each] == cases
    assert [each.partition(" ")[2] for each in found.not_seen if " within " in each] == missing


def test_a_step_of_the_ladder_that_reaches_nobody_is_not_shown(tmp_path: Path) -> None:
    path = place(tmp_path, "      - {wait: 1 day}\n")
    path.write_text(path.read_text(encoding="utf-8").replace(", 赵军: lead", ""), encoding="utf-8")

    found = coverage(repertoire(path).main.procedure, run_file(path, tmp_path / "workflows", tmp_path / "templates"))

    assert found.not_seen == ("goals.fetching escalate 0 min",)


def test_coverage_says_where_the_promise_stands_that_nobody_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = place(tmp_path, "      - {wait: 2 h}\n")

    code = run(["flow", "test", str(path), "--coverage", "--lang", "en"])
    said = capsys.readouterr().out

    assert code == 1
    assert "errand: promises and their levels seen: 0 of 4" in said
    assert ": goals.fetching warn 1 h before" in said


def test_a_calendar_with_faults_cannot_be_played(tmp_path: Path) -> None:
    path = place(tmp_path, "      - {wait: 3 h}\n", COUNTER.replace("18:00", "28:00"))

    with pytest.raises(FaultsFound):
        run_file(path, tmp_path / "workflows", tmp_path / "templates")


def test_without_its_calendar_what_begins_a_promise_is_refused(tmp_path: Path) -> None:
    path = place(tmp_path, "")
    (tmp_path / "calendars" / "counter.yaml").unlink()

    (result,) = run_file(path, tmp_path / "workflows", tmp_path / "templates")

    assert result.failure is not None
    assert "counter" in say(result.failure.found, "en")
