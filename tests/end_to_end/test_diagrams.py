"""`sop flow diagram`, through the installed command."""

import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.shell import SOP, Shell
from tests.needs import needs

needs_graphviz = needs("" if shutil.which("dot") else "there is no program `dot`: install Graphviz")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = Shell(tmp_path_factory.mktemp("diagrams"))
    shell("demo", "make", "site", "--empty")
    return shell.at("site")


@pytest.fixture(scope="module")
def ticket(site: Shell) -> str:
    """A repair that was dispatched and sent back to be dispatched anew."""
    values = ("unit=3-2-1202", "fault=leak", "urgency=urgent", "channel=phone")
    fields = [word for each in values for word in ("--field", each)]
    id = str(site("new", "repair", "--as", "王芳", *fields, "--json").json["id"])
    site("do", id, "dispatch", "--as", "王芳", "--assignee", "李强")
    site("return", id, "--as", "王芳", "--to", "registered", "--reason", "工种不对")
    return id


def test_the_ending_of_a_file_says_its_format(site: Shell, tmp_path: Path) -> None:
    for name, begins in (("a.dot", "digraph"), ("a.mmd", "stateDiagram-v2")):
        site("flow", "diagram", "rework", "-o", str(tmp_path / name))
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_an_ending_that_says_no_format_writes_nothing(site: Shell, tmp_path: Path) -> None:
    assert ".pdf" in site("flow", "diagram", "rework", "-o", str(tmp_path / "a.pdf"), code=2).err
    assert not (tmp_path / "a.pdf").exists()
    site("flow", "diagram", "rework", "-o", str(tmp_path / "a.txt"), "--format", "dot")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8").startswith("digraph")


def test_a_brief_picture_has_titles_and_no_people(site: Shell) -> None:
    said = ("flow", "diagram", "rework", "--format", "dot", "--lang", "en")
    whole, brief = site(*said).out, site(*said, "--brief").out
    assert len(brief) < len(whole)
    assert "Manager" in whole
    assert "Manager" not in brief


@needs_graphviz
def test_a_png_goes_to_a_file_or_a_pipe(site: Shell, tmp_path: Path) -> None:
    site("flow", "diagram", "rework", "-o", str(tmp_path / "a.png"))
    piped = subprocess.run(
        [SOP, "flow", "diagram", "rework", "--format", "png"], cwd=site.folder, capture_output=True, check=True
    )
    assert (tmp_path / "a.png").read_bytes() == piped.stdout
    assert piped.stdout.startswith(b"\x89PNG")


def test_a_png_is_not_written_to_a_terminal(site: Shell) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [SOP, "flow", "diagram", "rework", "--format", "png", "--lang", "en"],
        cwd=site.folder, stdout=theirs, stderr=subprocess.PIPE, text=True, timeout=120, check=False,
    )  # fmt: skip
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2
    assert "sop flow diagram rework --format png -o rework.png" in done.stderr


def test_the_way_of_a_ticket_needs_no_name(site: Shell, ticket: str) -> None:
    drawn = site("flow", "diagram", "--ticket", ticket, "--format", "dot").out
    assert f"{ticket}, version 1" in drawn
    assert "it is here now" in drawn
    assert site("flow", "diagram", "repair", "--ticket", ticket, "--format", "dot").out == drawn
    assert "class s_registered" in site("flow", "diagram", "--ticket", ticket).out


def test_a_name_or_version_that_is_not_the_tickets_is_refused(site: Shell, ticket: str) -> None:
    assert "runs by repair" in site("flow", "diagram", "rework", "--ticket", ticket, code=2).err
    assert "version 1" in site("flow", "diagram", "--ticket", ticket, "--version", "7", code=2).err
    site("flow", "diagram", "--ticket", "999", code=3)
    site("flow", "diagram", code=2)
    assert "did you mean" in site("flow", "diagram", "rework", "--format", "sgv", code=2).err


def test_json_holds_the_text_or_says_where_the_picture_is(site: Shell, tmp_path: Path) -> None:
    assert site("flow", "diagram", "rework", "--json").json["format"] == "mermaid"
    path = str(tmp_path / "b.dot")
    assert site("flow", "diagram", "rework", "-o", path, "--json").json == {"format": "dot", "path": path}


def test_without_graphviz_a_picture_is_a_matter_of_set_up(site: Shell, tmp_path: Path) -> None:
    hidden = tmp_path / "sitecustomize.py"
    hidden.write_text("import sys\nsys.modules['pygraphviz'] = None\n", encoding="utf-8")
    said = site("flow", "diagram", "rework", "--format", "svg", code=7, PATH=str(tmp_path), PYTHONPATH=str(tmp_path))
    assert "pip install 'sop-engine[diagrams]'" in said.err
    assert site("flow", "diagram", "rework", PATH=str(tmp_path)).out.startswith("stateDiagram-v2")
