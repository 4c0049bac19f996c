"""The pages' commands show what the pages say they show."""

import re
from pathlib import Path

import pytest

from tests.documentation.pages import PAGES
from tests.documentation.transcript import ROOT, blocks, commands, equal, play, with_sections

NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
SKIPPED = [pytest.param(block, id=block.name) for page in PAGES for block in blocks(page) if "not run" in block.marks]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_shows_what_the_page_says(page: Path, tmp_path: Path, warm_sop: Path) -> None:
    differing = []
    for block, command, shown in play(page, tmp_path, warm_sop):
        if equal(shown) != equal(command.output):
            differing.append(f"{block.name}\n{command.typed}--- the page says\n{command.output}--- it shows\n{shown}")
    assert not differing, "\n".join([*differing, "python -m tests.documentation.rewrite writes it anew; read the diff"])


@pytest.mark.parametrize("block", SKIPPED)
def test_a_block_that_is_not_run_says_why(block: object) -> None:
    reason = block.marks["not run"]  # type: ignore[attr-defined]
    assert len(reason.split()) >= 4, f"{block.name}: `{reason}` is no reason"  # type: ignore[attr-defined]
    pytest.skip(reason)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_a_readme_begins_with_the_demo_and_then_the_tests(name: str) -> None:
    consoles = [block for block in blocks(ROOT / name) if block.info == "console"]
    typed = [[command.line for command in commands(block.text)] for block in consoles[:2]]
    assert typed == [["make demo"], ["make test"]]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^demo:.*\n\t@\$\(BIN\)/sop demo play$", makefile, re.MULTILINE)
    assert re.search(r"^test:.*\n\t\$\(TESTS\)$", makefile, re.MULTILINE)


def test_pages_have_console_blocks_only_where_they_can_be_run() -> None:
    others = [path for path in (ROOT / "docs").rglob("*.md") if path not in PAGES]
    with_console = [path for path in others if any(block.info == "console" for block in blocks(path))]
    assert with_console == []


class TestTheRunner:
    def test_a_command_may_go_on_in_the_next_line(self) -> None:
        (only,) = commands("$ sop new repair \\\n>   --as 王芳\nticket  1\n")
        assert (only.line, only.output) == ("sop new repair   --as 王芳", "ticket  1\n")

    def test_text_before_the_first_command_is_a_fault_of_the_page(self) -> None:
        with pytest.raises(ValueError, match="begins with"):
            list(commands("sop ls\n"))

    def test_a_wrong_output_is_found(self, tmp_path: Path) -> None:
        page = tmp_path / "page.md"
        page.write_text("```console\n$ echo one\ntwo\n```\n", encoding="utf-8")
        ((_block, command, shown),) = play(page, tmp_path)
        assert equal(shown) != equal(command.output)

    def test_hashes_are_alike_and_numbers_of_tickets_are_not(self) -> None:
        assert equal("a3f0" * 16) == equal("b4e1" * 16)
        assert equal("WX-20261123-001") != equal("WX-20261123-002")

    def test_standard_error_is_shown_where_it_came(self, tmp_path: Path) -> None:
        page = tmp_path / "page.md"
        page.write_text("```console\n$ echo one; echo two >&2; echo three\n```\n", encoding="utf-8")
        ((_block, _command, shown),) = play(page, tmp_path)
        assert shown.split() == ["one", "two", "three"]

    def test_a_section_takes_the_place_of_its_like(self) -> None:
        whole = "procedure: a\n\nstates:\n  one: {}\n"
        part = "roles: [desk]\n\nstates:\n  two: {}\n"
        assert with_sections(whole, part) == "procedure: a\n\nroles: [desk]\n\nstates:\n  two: {}\n"
