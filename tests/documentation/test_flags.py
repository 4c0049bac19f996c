"""What pages tell to type where nobody runs it: units, cron lines, blocks that need a server. The flags exist."""

import re
import shlex

import pytest

from sop_engine.console import tree
from sop_engine.console.commands import make_command
from tests.documentation.transcript import ROOT, blocks

PAGE = ROOT / "docs" / "operations.md"
_SOP = re.compile(r"(?:^|[\s/;&=])sop ([^;&|]+)")


def typed() -> list[str]:
    """Every command line of `sop` in a block of the page that is not run."""
    texts = [each.text for each in blocks(PAGE) if each.info != "console" or "not run" in each.marks]
    lines = [line for text in texts for line in text.splitlines() if line.startswith(("$ ", "ExecStart=", "*", "30 "))]
    found = [match[1].strip() for line in lines for match in _SOP.finditer(line)]
    return [line for line in found if line.split()[0] in {*tree.groups(), *tree.verbs()}]


def test_there_are_such_lines() -> None:
    assert any(line.startswith("worker run") for line in typed())
    assert any(line.startswith("init") and "--store" in line for line in typed())


@pytest.mark.parametrize("line", typed())
def test_a_command_that_is_not_run_has_the_flags_that_it_is_given(line: str) -> None:
    words = shlex.split(line)
    leaf = " ".join(words[:2]) if words[0] in tree.groups() else words[0]
    assert leaf in tree.LEAVES, leaf
    known = {name for each in make_command(leaf, tree.LEAVES[leaf], "en").params for name in each.opts}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known
