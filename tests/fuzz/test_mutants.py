"""Whatever others have written, reading it ends soon, in bounds, with a named fault or with something sound.

CI tries 8,000 mutants of procedures; `SOP_FUZZ_MUTANTS=1000000 pytest tests/fuzz/test_mutants.py` tries a million,
`SOP_FUZZ_FIRST` begins elsewhere, since the same number is the same mutant in every run.
"""

import os

import pytest

from tests.fuzz.targets import OTHERS
from tests.fuzz.trying import Tried, try_mutants

MUTANTS = int(os.environ.get("SOP_FUZZ_MUTANTS", "8000"))
FIRST = int(os.environ.get("SOP_FUZZ_FIRST", "0"))
SHARES = 8
LONGER = {"template", "from_file", "units"}
"""targets that take ten times as long"""


def assert_sound(target: str, tried: Tried) -> None:
    assert not tried.failures, tried.told(target)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("share", range(SHARES))
def test_mutants_of_procedures(share: int) -> None:
    count = MUTANTS // SHARES
    tried = try_mutants("tests.fuzz.targets:loader", FIRST + share * count, count)
    assert_sound("tests.fuzz.targets:loader", tried)
    assert tried.kinds.total() == count
    assert count < 1000 or tried.kinds["published"] > count / 500, "mutants so far from good files try the parser only"
    assert count < 1000 or len(tried.kinds) > 20, "mutants that all fail alike try one check only"


@pytest.mark.parametrize("name", OTHERS)
def test_mutants_of_what_else_is_read(name: str) -> None:
    count = max(MUTANTS // (400 if name in LONGER else 40), 50)
    target = f"tests.fuzz.targets:{name}"
    tried = try_mutants(target, FIRST, count)
    assert_sound(target, tried)
    assert len(tried.kinds) > 1, tried.kinds


@pytest.mark.parametrize(
    ("control", "told"),
    [
        ("raises", "KeyError: 'x'"),
        ("crashes", "SIGSEGV"),
        ("exits", "exit 3"),
        ("runs_on", "ran on too long"),
        ("runs_on_in_c", "ran on too long"),
        ("waits", "waited too long"),
        ("takes_memory", "MemoryError"),
    ],
)
def test_a_fault_is_found_and_told_with_what_repeats_it(control: str, told: str) -> None:
    target = f"tests.fuzz.controls:{control}"
    tried = try_mutants(target, 0, 6)
    assert [number for number, _what in tried.failures] == [3]
    assert told in tried.failures[0][1]
    assert f"tests.fuzz.again {target} 3" in tried.told(target)


def test_what_is_sound_has_no_failures() -> None:
    tried = try_mutants("tests.fuzz.controls:sound", 0, 6)
    assert (tried.failures, dict(tried.kinds)) == ([], {"sound": 6})
