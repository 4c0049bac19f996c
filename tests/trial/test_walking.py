"""A walk is decided by its seed, and finds what is wrong with a procedure."""

from pathlib import Path

from sop_engine.trial.walking import walk
from tests.trial.small import PROCEDURE, folder, repertoire


def test_the_same_seed_walks_the_same_way(tmp_path: Path) -> None:
    library = repertoire(folder(tmp_path, "  一: {steps: [{by: 王芳, open: {}}]}\n"))

    assert walk(library, 7, 60) == walk(library, 7, 60)
    assert walk(library, 7, 60) != walk(library, 8, 60)


def test_a_ticket_that_comes_to_no_end_is_told(tmp_path: Path) -> None:
    trap = PROCEDURE.replace("count > 1, tell: lead, to: closed", "count > 1, tell: lead").replace(
        "          - {to: closed}\n", "          - {when: count < 1, to: closed}\n"
    )
    library = repertoire(folder(tmp_path, "  一: {steps: [{by: 王芳, open: {}}]}\n", procedure=trap))

    done = walk(library, 1, 30)

    assert any("is stuck in back" in str(problem) for problem in done.problems)


def test_a_walk_comes_to_every_state_of_a_small_procedure(tmp_path: Path) -> None:
    library = repertoire(folder(tmp_path, "  一: {steps: [{by: 王芳, open: {}}]}\n"))

    done = walk(library, 3, 60)

    assert done.states == {"asked", "under_way", "back", "closed"}
    assert not done.problems
