"""Pictures: what Graphviz makes of a diagram, by the program and by the library, and within bounds."""

import importlib.util
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from sop_engine.documents.diagram import dot, picture, picture_of
from sop_engine.documents.names import Names
from sop_engine.errors import SetUp
from tests.documents.library import DRAWN, drawn
from tests.documents.samples import HOSTILE, emergency, hostile, repair
from tests.needs import needs

needs_graphviz = needs("" if shutil.which("dot") else "there is no program `dot`: install Graphviz")
needs_library = needs("" if importlib.util.find_spec("pygraphviz") else "the extra `diagrams` is not installed")


def words_of(svg: bytes) -> str:
    """All text of an SVG, without blanks: titles are broken into lines."""
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    texts = root.iter("{http://www.w3.org/2000/svg}text")
    return "".join("".join(each.itertext()) for each in texts).replace(" ", "").replace("\xa0", "")


@needs_graphviz
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_every_title_stands_in_the_picture(name: str, language: str) -> None:
    procedure = drawn(name)
    names = Names(procedure, language)
    words = words_of(picture_of(dot(procedure, language), "svg"))
    wanted = [names.title(procedure.title)]
    wanted += [names.state(each.id) for each in procedure.states[1:] if each.kind != "history"]
    wanted += [names.offer(offer) for each in procedure.states for offer in each.offers]
    assert [each for each in wanted if each.replace(" ", "") not in words] == []


@needs_graphviz
def test_hostile_titles_are_shown_as_they_are_and_are_no_markup() -> None:
    svg = picture_of(dot(hostile(), "zh"), "svg")
    words = words_of(svg)
    assert r'"<b>&\N' in words
    assert "\x1b" not in words
    assert "\u202e" not in svg.decode()
    assert not list(ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}script"))
    assert "<script" in HOSTILE


@needs_graphviz
def test_a_png_is_a_png() -> None:
    assert picture_of(dot(emergency(), "zh"), "png").startswith(b"\x89PNG\r\n\x1a\n")


@needs_library
def test_the_library_draws_what_the_program_draws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "业主报修" in words_of(picture_of(dot(repair(), "zh"), "svg"))
    assert picture_of(dot(emergency(), "zh"), "png").startswith(b"\x89PNG")


def test_without_graphviz_the_line_that_installs_it_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SetUp) as caught:
        picture_of(dot(repair(), "zh"), "svg")
    assert "sop-engine[diagrams]" in str(caught.value.fix)


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """A program named `dot` that runs `code`, alone on the path."""
    script = folder / "dot"
    script.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_a_drawing_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, monkeypatch, "import time\nsys.stdin.read()\ntime.sleep(600)")
    monkeypatch.setattr(picture, "LIMIT_SECONDS", 1)
    with pytest.raises(SetUp, match="more than 1 s") as caught:
        picture_of("digraph {}", "svg")
    assert "--brief" in str(caught.value.fix)


def test_a_drawing_that_takes_too_much_memory_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, monkeypatch, "sys.stdin.read()\nx = bytearray(3 << 30)\nprint(len(x))")
    with pytest.raises(SetUp, match="MemoryError"):
        picture_of("digraph {}", "svg")


def test_what_graphviz_complains_of_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, monkeypatch, "sys.stdin.read()\nsys.exit('syntax error in line 1')")
    with pytest.raises(SetUp, match="syntax error in line 1"):
        picture_of("digraph {", "svg")


def test_the_drawing_process_needs_nothing_of_the_program() -> None:
    code = "import sys, runpy; runpy.run_path(sys.argv[1]); print([n for n in sys.modules if 'sop_engine' in n])"
    from sop_engine.documents.diagram import by_library

    done = subprocess.run(
        [sys.executable, "-I", "-c", code, by_library.__file__], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
