"""Pages that are made from the code are as the code makes them today, and pages lead somewhere."""

import re
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from sop_engine.console import tree
from tests.documentation import generated, pictures
from tests.documentation.transcript import ROOT

PROSE = sorted(path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))


@pytest.mark.parametrize("page", generated.PAGES, ids=lambda page: page.name)
def test_a_made_page_is_not_stale(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == generated.PAGES[page](), "run `make reference`, and read the diff"


@pytest.mark.parametrize("picture", pictures.PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_not_stale_and_not_large(picture: Path) -> None:
    drawn = picture.read_bytes()
    assert pictures.mark(picture).encode() in drawn, "run `make reference`, and look at the picture"
    assert len(drawn) < pictures.LARGEST
    ElementTree.fromstring(drawn)


def test_no_picture_is_left_over() -> None:
    assert set((ROOT / "docs" / "pictures").iterdir()) == set(pictures.PICTURES)


def test_the_page_of_commands_has_every_command() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### `sop (.+)`$", page, re.MULTILINE)
    for words in tree.LEAVES:
        assert any(heading == words or heading.startswith(f"{words} ") for heading in headings), words


@pytest.mark.parametrize("page", PROSE, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        if page.is_dir():
            waiting += sorted(page.glob("*.md"))
        elif page.suffix == ".md":
            links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
            waiting += [(page.parent / link).resolve() for link in links]
    assert {path for path in PROSE if path.is_relative_to(ROOT / "docs")} - seen == set()


def test_the_version_in_a_wheels_name_is_the_projects() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    for page in PROSE:
        named = re.findall(r"sop_engine-([0-9.]+)-py3", page.read_text(encoding="utf-8"))
        assert set(named) <= {version}, page
