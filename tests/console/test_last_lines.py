"""What a clerk at a terminal of 80 columns sees of a ticket, and after something was done."""

from pathlib import Path

import pytest

from sop_engine.console.output import Output
from sop_engine.console.text import width
from tests.console.conftest import Sop

STEPS = """\
procedure: steps
title: Steps
prefix: ST
roles: [desk, engineer]
fields: {matter: {type: text, title: {zh: 事项, en: Matter}}}
open: {by: desk, ask: matter, to: first}
anytime:
  undo: {by: desk, when: in_state('second'), to: over}
states:
  first: {transitions: {go: {by: desk, to: second}, help: {by: engineer, to: second}}}
  second: {transitions: {finish: {by: desk, to: over}}}
  over: {final: true, outcome: done}
"""


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both streams go to a terminal of 80 columns."""
    monkeypatch.setattr(Output, "on_terminal", lambda _self: True)
    monkeypatch.setattr(Output, "room", lambda _self: 80)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def steps(sop: Sop, site: Path) -> None:
    (site / "workflows" / "steps.sop.yaml").write_text(STEPS, encoding="utf-8")
    assert sop("flow", "publish", "steps").code == 0


def test_what_is_possible_is_said_once_after_a_write(sop: Sop, steps: None, terminal: None) -> None:
    said = sop("new", "steps", "--as", "wang_fang", "--field", "matter=x")

    assert "possible" not in said.out
    assert "you can: go\nothers: help: engineer" in said.err


def test_a_pipe_has_the_whole_ticket_after_a_write(sop: Sop, steps: None) -> None:
    said = sop("new", "steps", "--as", "wang_fang", "--field", "matter=x")

    assert "possible go\tdesk\n" in said.out


def test_what_nobody_can_do_now_is_not_said_to_be_others(sop: Sop, steps: None) -> None:
    sop("new", "steps", "--as", "wang_fang", "--field", "matter=x")

    shown = sop("show", "1", "--as", "wang_fang").out.splitlines()

    assert "possible undo\tdesk; not now" in shown
    assert "possible help\tengineer; not you" in shown


def test_a_long_value_goes_on_below_itself(sop: Sop, steps: None, terminal: None) -> None:
    sop("new", "steps", "--as", "wang_fang", "--field", "matter=" + "卫生间水管爆裂，已关总阀，" * 5)

    lines = sop("show", "1", "--as", "wang_fang").out.splitlines()

    first = next(rank for rank, line in enumerate(lines) if line.startswith("Matter  卫生间"))
    assert lines[first + 1].startswith("        ") and lines[first + 1].strip()
    assert max(width(line) for line in lines) <= 80
