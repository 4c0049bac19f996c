"""The script of docs/auditor.md finds every way of changing the record that the page says it finds."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sop_engine.engine.people.identity import system_login
from sop_engine.engine.sites.demo import make_demo
from tests.documentation.transcript import ROOT, blocks

SCRIPT = next(block.text for block in blocks(ROOT / "docs" / "auditor.md") if block.marks.get("file") == "verify.py")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audited") / "site"
    login = system_login()
    make_demo(folder, login)
    return folder


@pytest.fixture
def copy(site: Path, tmp_path: Path) -> Path:
    shutil.copytree(site, tmp_path / "copy")
    (tmp_path / "verify.py").write_text(SCRIPT, encoding="utf-8")
    return tmp_path / "copy"


def verified(copy: Path) -> tuple[int, str]:
    command = [sys.executable, "-I", str(copy.parent / "verify.py"), str(copy / "site.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def change(copy: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(copy / "site.db") as database:
        assert database.execute(statement, values).rowcount > 0
    database.close()


def test_an_untouched_record_has_no_faults(copy: Path) -> None:
    code, said = verified(copy)
    assert (code, said.splitlines()[-1].endswith(" 0 faults")) == (0, True), said


def test_the_script_is_short_and_imports_the_standard_library_only() -> None:
    assert len(SCRIPT.splitlines()) <= 45
    imported = [line for line in SCRIPT.splitlines() if line.startswith(("import", "from"))]
    assert imported == ["import hashlib, json, sqlite3, sys"]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE step SET data = CAST(replace(data, 'add_person', 'add_persom') AS BLOB) WHERE number = 21",
         "its hash is another"),
        ("UPDATE step SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE number = 21", "its hash is another"),
        ("DELETE FROM step WHERE number = 4", "a step before it is missing"),
        ("UPDATE value SET value = '\"Somebody else\"' WHERE number = 21 AND slot LIKE '%name%'",
         "is not the value that was committed to"),
        ("DELETE FROM value WHERE number = 21", "a value beside it is missing"),
        ("UPDATE value SET number = 1 WHERE number = 21", "a value beside it is missing"),
        ("UPDATE blob SET data = CAST(replace(data, 'a', 'b') AS BLOB)", "has another digest"),
    ],
)  # fmt: skip
def test_a_change_is_found(copy: Path, statement: str, said: str) -> None:
    if "blob" in statement:
        change(copy, "INSERT INTO blob (site, digest, data) VALUES ('local', ?, ?)", "0" * 64, b"a")
    change(copy, statement)
    code, told = verified(copy)
    assert code == 1
    assert said in told


def test_a_step_that_is_hashed_anew_breaks_the_chain(copy: Path) -> None:
    import hashlib

    with sqlite3.connect(copy / "site.db") as database:
        ((data,),) = database.execute("SELECT data FROM step WHERE number = 21")
    record = json.loads(data)
    record["actor"] = "somebody"
    forged = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    change(copy, "UPDATE step SET data = ?, hash = ? WHERE number = 21", forged, hashlib.sha256(forged).hexdigest())
    code, told = verified(copy)
    assert (code, "step 22: it does not follow the step before it" in told) == (1, True)


def test_an_erased_value_is_no_fault(copy: Path) -> None:
    change(copy, "UPDATE value SET value = NULL, salt = NULL WHERE number = 21")
    assert verified(copy)[0] == 0


def test_every_entry_of_a_step_stands_in_the_table(site: Path) -> None:
    with sqlite3.connect(site / "site.db") as database:
        entries = {name for (data,) in database.execute("SELECT data FROM step") for name in json.loads(data)}
    page = (ROOT / "docs" / "auditor.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    named = {name.strip("` ") for row in rows for name in row.split(",")}
    assert entries - named == set()
