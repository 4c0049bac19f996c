"""Random walks over the library, children included: no ticket gets stuck, no timer is set aside, everything replays.

A short one a procedure by default. For a long one: `SOP_WALK_STEPS=3000 SOP_WALK_SEEDS=5 pytest
tests/workflows/test_walks.py`.
"""

import os

import pytest

from sop_engine.trial.walking import walk
from tests.workflows.library import PROCEDURES, repertoire

STEPS = int(os.environ.get("SOP_WALK_STEPS", "80"))
SEEDS = range(int(os.environ.get("SOP_WALK_SEEDS", "1")))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", PROCEDURES)
def test_a_walk_finds_nothing_wrong(name: str, seed: int) -> None:
    done = walk(repertoire(name), seed, STEPS)

    again = (
        f"SOP_WALK_STEPS={STEPS} SOP_WALK_SEEDS={seed + 1} pytest 'tests/workflows/test_walks.py' -k '{name}-{seed}'"
    )
    assert not done.problems, f"seed {seed}; again with: {again}\n" + "\n".join(map(str, done.problems))
    assert done.accepted > STEPS // 2
    assert done.closed > 0
