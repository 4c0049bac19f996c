"""Rules that no linter knows. Each says where it is not so, and what to do instead."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "sop_engine"
LONGEST_FILE, LONGEST_FUNCTION = 450, 70
ONLY_USERS = {
    "typer": {"console"},
    "rich": {"console"},
    "apscheduler": {"engine"},
    "transitions": {"chart"},
    "sqlmodel": {"store"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "psycopg": {"store"},
    "pysqlite3": {"store"},
    "sqlite3": {"store"},
    "yaml": {"language"},
    "pydantic": {"language", "trial"},
    "jinja2": {"language", "documents"},
    "smtplib": {"engine"},
    "openpyxl": {"sheets"},
}
"""library -> the rooms that may import it"""
NOW = {"now", "utcnow", "today", "time"}


def sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((name.name.partition(".")[0], node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node.lineno


def test_a_library_has_its_room() -> None:
    strangers = [
        f"{path.relative_to(ROOT)}:{line}: `{library}` belongs to {sorted(ONLY_USERS[library])}; ask that room"
        for path in sources()
        for library, line in imported(path)
        if library in ONLY_USERS and room(path) not in ONLY_USERS[library]
    ]
    assert strangers == []


def test_only_the_clock_asks_what_time_it_is() -> None:
    found = []
    for path in sources():
        if path.name == "clock.py":
            continue
        for node in ast.walk(tree(path)):
            called = node.func if isinstance(node, ast.Call) else None
            if not isinstance(called, ast.Attribute) or not isinstance(called.value, ast.Name):
                continue
            if called.attr in NOW and called.value.id in {"datetime", "date", "time"}:
                found.append(f"{path.relative_to(ROOT)}:{called.lineno}: take the time as an argument, or from a Clock")
    assert found == []


def test_nothing_is_evaluated_as_text() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}
    ]
    assert found == [], "compile a tree to closures instead: see sop_engine/guards"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_has_one_subject_and_a_function_fits_a_screen(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{lines} lines: find the second subject, and give it a file"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines: ifs up, loops down, parts named"
