"""docs/json.md names every entry that commands print, and its examples are what they print."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine.console.views import as_json
from tests.documentation.transcript import ROOT, Session

PAGE = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
NAMED = {name for line in PAGE.splitlines() if line.startswith("|") for name in re.findall(r"`([a-z_0-9]+)`", line)}
FREE = {"fields", "tables", "sizes", "contact", "places"}
"""entries whose own entries are ids or languages"""
VIEWS = ("TicketView", "HeadView", "TaskView", "TimerView", "ChildView", "NeedView", "PossibleView")
COMMANDS = (
    "show FX-20261123-001", "ls --all", "find 墙砖", "audit log FX-20261123-001", "audit log site --until 3",
    "audit replay --all", "audit replay FX-20261123-001", "worker status", "worker tick", "notify ls --all", "flow ls",
    "flow history rework", "flow lint tea", "flow publish rework", "flow test rework", "actor ls", "unit ls", "doctor",
    "db status", "db rebuild", "demo advance 1min", "print FX-20261123-001 ticket", "show 999",
    "do FX-20261123-001 take_up", "new rework --dry-run", "new rework --as 周敏 --field fault=墙砖 --dry-run",
    "actor change 王芳 --language zh", "calendar ls", "calendar history office", "calendar publish --dry-run",
    "calendar due office 4h --start '2026-11-23 09:00'",
)  # fmt: skip


def entries(value: Any, under: str = "") -> Iterator[str]:
    """The names of all entries, those of free maps left out."""
    if isinstance(value, list):
        for item in value:
            yield from entries(item, under)
    elif isinstance(value, dict) and under not in FREE:
        for name, item in value.items():
            yield name
            yield from entries(item, name)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, warm_sop: Path) -> Session:
    made = Session(tmp_path_factory.mktemp("json"), warm_sop)
    made.run("sop demo make site --empty")
    made.run("cd site")
    made.run("sop new rework --as 周敏 --field fault=墙砖空鼓 --field unit=3-2-1202")
    (made.folder / "workflows" / "tea.sop.yaml").write_text("procedure: tea\ntitle: Tea\nprefix: tea\n", "utf-8")
    return made


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_names_every_entry_that_a_command_prints(session: Session, command: str) -> None:
    shown = session.run(f"sop {command} --json 2>/dev/null")

    assert set(entries(json.loads(shown))) - NAMED == set(), shown[:2000]


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_names_every_entry_of_the_models(view: str) -> None:
    assert set(getattr(as_json, view).__annotations__) - NAMED == set()


def test_an_instant_of_a_ticket_has_the_offset_of_the_site(session: Session) -> None:
    ticket = json.loads(session.run("sop show FX-20261123-001 --json"))

    assert ticket["opened"] == "2026-11-23T08:30:00.000+08:00"


def test_the_same_key_a_second_time_makes_nothing(session: Session) -> None:
    typed = "sop new rework --as 周敏 --field fault=门框 --key once --json 2>/dev/null"

    first, second = json.loads(session.run(typed)), json.loads(session.run(typed))

    assert first["id"] == second["id"]


def test_a_ticket_that_moved_on_is_refused_with_code_6(session: Session, tmp_path: Path) -> None:
    session.run("sop note FX-20261123-001 one --as 周敏")

    shown = json.loads(session.run("sop note FX-20261123-001 two --as 周敏 --expect 1 --json 2>/dev/null"))

    assert (session.code, shown["error"]["code"], shown["error"]["name"]) == (6, 6, "overtaken")
    assert "meanwhile" in shown["error"]
