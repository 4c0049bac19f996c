"""Each benchmark runs at a tiny size, and its table can be read. How fast anything is, no test says."""

import math

import pytest

from benchmarks.__main__ import NAMES, measured, page
from benchmarks.table import Line, Table

WITHOUT_BOUNDS = {"peers"}
"""what only tells"""


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_gives_a_table_with_what_was_measured(name: str) -> None:
    table = measured(name, "tiny")
    assert table.name == name
    assert name in WITHOUT_BOUNDS or any(line.reached is not None for line in table.lines)
    assert all(math.isfinite(line.value) and line.value > 0 for line in table.lines)
    columns = {row.count(" | ") for row in table.markdown().splitlines() if row.startswith("| ")}
    assert len(columns) == 1


def test_a_line_says_whether_its_bound_is_kept() -> None:
    assert Line("speed", 0.6, at_least=0.5).reached
    assert not Line("speed", 0.4, at_least=0.5).reached
    assert not Line("cost", 1.3, at_most=1.25).reached
    assert Line("peer", 0.1).reached is None


def test_the_page_marks_what_is_not_reached() -> None:
    table = Table("command", "one command", [Line("ours", 0.4, "of bare", 0.5)])
    assert "| ours | 0.4 of bare | >= 0.5 NO |" in page([table], "2 cores", "tiny")
