"""Bad input and bad weather through the installed command: one clear message, the right code, nothing changed."""

import os
import pwd
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sop_engine.engine.people.identity import system_login
from sop_engine.engine.sites.folder import open_site
from sop_engine.store.seam import Login
from tests.console.place import head_number, move_clock
from tests.end_to_end.conftest import Sop
from tests.end_to_end.shell import SOP

REFUSED = [
    (
        ("do", "1", "dispach", "--as", "wang_fang"),
        2,
        ("cannot `dispach`", "did you mean: `dispatch`?", "possible now:"),
    ),
    (("do", "1", "dispatch", "--as", "li_qiang"), 5, ("may not `dispatch`", "only Front desk")),
    (("do", "1", "accept", "--as", "li_qiang"), 4, ("has no such transition", "possible now:")),
    (("do", "1", "cancel", "--as", "wang_fang"), 2, ("needs Reason (reason)", "--field reason=")),
    (("edit", "1", "--field", "unit=!!", "--reason", "x", "--as", "wang_fang"), 2, ("Unit (unit)", "3-2-1202")),
    (("do", "99", "dispatch", "--as", "wang_fang"), 3, ("there is no ticket 99", "sop ls --all")),
    (("new", "complant", "--as", "wang_fang"), 3, ("no procedure complant is published",)),
    (("do", "1", "dispatch", "--as", "wang_fagn"), 2, ("nobody here is wang_fagn", "wang_fang")),
    (("do", "1", "dispatch", "--as", "wang_fang", "--expect", "7"), 6, ("is only at step 1, and you expected 7",)),
    (("note", "1", "a\x1b]0;x\x07b", "--as", "wang_fang"), 2, ("U+001B",)),
    (("do", "1", "dispatch", "--at", "2099-01-01 08:00", "--as", "wang_fang"), 2, ("has not come yet",)),
    (("do", "1", "cancel", "--from-file", "-", "--as", "wang_fang"), 2, ("is no JSON",)),
    (("new", "repair", "--no-input", "--as", "wang_fang"), 2, ("needs Unit (unit), Fault (fault)",)),
]


@pytest.mark.parametrize(("words", "code", "sayings"), REFUSED, ids=[" ".join(words[:3]) for words, *_rest in REFUSED])
def test_bad_words(sop: Sop, site: Path, wx: str, words: tuple[str, ...], code: int, sayings: tuple[str, ...]) -> None:
    said = sop(*words)
    assert (said.code, said.out) == (code, "")
    for saying in sayings:
        assert saying in said.err
    assert "\x1b" not in said.err
    assert head_number(site, wx) == 1


def test_arguments_that_are_no_text(sop: Sop, wx: str) -> None:
    said = sop("note", "1", os.fsdecode(b"\xff\xfe1"), "--as", "wang_fang")
    assert said.code == 2
    assert "is no text in UTF-8" in said.err


def test_a_closed_ticket(sop: Sop, site: Path, wx: str) -> None:
    assert sop("do", "1", "cancel", "--reason", "x", "--as", "wang_fang").code == 0
    said = sop("do", "1", "dispatch", "--as", "wang_fang", "--json")
    assert (said.code, said.json["error"]["name"]) == (4, "not_now")
    assert "is closed" in said.json["error"]["message"]
    assert head_number(site, wx) == 2


# --- the store -------------------------------------------------------------------------------------------------------


def test_no_store(sop: Sop, site: Path) -> None:
    (site / "site.db").unlink()
    said = sop("ls")
    assert said.code == 7
    assert "there is no store at" in said.err


def test_something_else_than_a_store(sop: Sop, site: Path) -> None:
    (site / "site.db").write_bytes(b"not a database at all" * 100)
    said = sop("note", "1", "x")
    assert said.code == 7
    assert "is not a store" in said.err


def test_a_store_of_a_newer_program(sop: Sop, site: Path) -> None:
    with sqlite3.connect(site / "site.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    said = sop("ls")
    assert said.code == 7
    assert "written by a newer program" in said.err


AS_ANOTHER = """
import os, sys
from sop_engine.console.running import run
assert run(["note", "1", "as its owner", "--as", "wang_fang"]) == 0
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))
sys.exit(run(["note", "1", "x"]))
"""
NOBODY = 65534


def test_a_site_that_may_not_be_written(wx: str, environment: dict[str, str], tmp_path: Path) -> None:
    """Somebody who has a login here, and no right to the files. A superuser may write everything, so a test that runs
    as one lets go of that after the first command."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "site"
        shutil.copytree(environment["SOP_SITE"], folder)
        login = system_login()
        if os.geteuid() == 0:
            login = next((each.pw_name for each in pwd.getpwall() if each.pw_uid == NOBODY), f"uid{NOBODY}")
        with open_site(folder) as opened, opened.store.writing() as transaction:
            transaction.put_login(Login(login, "wang_fang"), login)
        for each in (Path(made), folder, *folder.rglob("*")):
            each.chmod(0o755 if each.is_dir() else 0o644)
        words = [sys.executable, "-c", AS_ANOTHER, str(NOBODY)]
        if os.geteuid() != 0:
            words = [str(SOP), "note", "1", "x", "--as", "wang_fang"]
            for each in (folder / "site.db", folder):
                each.chmod(0o555)
        said = subprocess.run(
            words,
            env={**environment, "SOP_SITE": str(folder)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        folder.chmod(0o755)
        assert said.returncode == 7, said
        assert str(folder) in said.stderr
        assert "Traceback" not in said.stderr
        assert head_number(folder, wx) == (2 if os.geteuid() == 0 else 1)


def test_another_program_holds_the_store(sop: Sop, site: Path, wx: str) -> None:
    holder = sqlite3.connect(site / "site.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        said = sop("note", "1", "x", "--as", "wang_fang")
        read = sop("show", "1", "--json")
    finally:
        holder.close()
    assert said.code == 6
    assert "is locked by another program" in said.err
    assert (read.code, read.json["number"]) == (0, 1), "reading waits for nobody"


def test_a_disk_that_takes_no_more(sop: Sop, site: Path, wx: str) -> None:
    largest = 1024

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    said = sop("note", "1", "x" * 50_000, "--as", "wang_fang", preexec_fn=limit)
    assert said.code == 7
    assert "the disk" in said.err
    assert "sop_engine" not in said.err
    assert head_number(site, wx) == 1


def test_a_clock_that_is_behind(sop: Sop, site: Path, wx: str) -> None:
    move_clock(site, hours=-1)
    said = sop("do", "1", "dispatch", "--as", "wang_fang")
    assert said.code == 7
    assert "the clock says" in said.err
    assert head_number(site, wx) == 1


# --- where the output goes -------------------------------------------------------------------------------------------


def test_a_closed_pipe_is_quiet_and_the_work_stands(
    site: Path, wx: str, environment: dict[str, str], tmp_path: Path
) -> None:
    for words in (["do", "1", "dispatch", "--as", "wang_fang"], ["--help"], ["ls"]):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [SOP, *words], stdout=writer, stderr=subprocess.PIPE, env=environment, cwd=tmp_path, check=False
        )
        os.close(writer)
        assert (done.returncode, b"Error" in done.stderr, b"Broken" in done.stderr) == (0, False, False), words
    assert head_number(site, wx) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_an_output_that_cannot_be_written(site: Path, wx: str, environment: dict[str, str], tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [SOP, "show", "1"], stdout=full, stderr=subprocess.PIPE, env=environment, cwd=tmp_path, check=False
        )
    assert done.returncode == 7
    assert b"the output cannot be written" in done.stderr
    assert b"Exception ignored" not in done.stderr
