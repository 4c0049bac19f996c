"""Coverage says what no scenario has shown."""

from pathlib import Path

from sop_engine.trial import coverage, run_file
from tests.trial.small import folder, repertoire

ALL = """  去一趟:
    steps:
      - {by: 王芳, open: {}}
      - {by: 李强, do: go}
      - {wait: 2 h, fired: after_2_h}
      - {by: 李强, do: come}
      - {by: 李强, do: check, refused: not_you}
      - {by: 王芳, do: check}
  多件:
    steps:
      - {by: 王芳, open: {件数: 3}}
      - {by: 李强, do: go}
      - {by: 李强, do: come}
      - {by: 王芳, do: check, told: 赵军}
"""


def shown(tmp_path: Path, scenarios: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    path = folder(tmp_path, scenarios)
    found = coverage(repertoire(path).main.procedure, run_file(path, path.parent.parent, tmp_path))
    return found.not_taken, found.not_refused


def test_what_all_scenarios_show_together_is_complete(tmp_path: Path) -> None:
    assert shown(tmp_path, ALL) == ((), ())


def test_a_timer_that_never_fires_is_missing(tmp_path: Path) -> None:
    short = ALL.replace("wait: 2 h, fired: after_2_h", "wait: 1 h")

    assert shown(tmp_path, short) == (("states.under_way.timers.after_2_h.0",), ())


def test_an_alternative_that_is_never_taken_is_missing(tmp_path: Path) -> None:
    short = ALL.replace("{件数: 3}", "{件数: 1}").replace(", told: 赵军", "")

    assert shown(tmp_path, short) == (("states.back.offers.check.0",), ())


def test_a_separation_that_refuses_nobody_is_missing(tmp_path: Path) -> None:
    short = ALL.replace("      - {by: 李强, do: check, refused: not_you}\n", "")

    assert shown(tmp_path, short) == ((), ("states.back.offers.check not did come",))
