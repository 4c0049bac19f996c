"""The starter library, its scenarios played once for all tests that look at them."""

import functools
from pathlib import Path

from sop_engine.trial import Result, run_file
from sop_engine.trial.repertoire import Repertoire, load

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / "workflows"
TEMPLATES = ROOT / "templates"
PROCEDURES = tuple(sorted(path.name.removesuffix(".sop.yaml") for path in WORKFLOWS.glob("*.sop.yaml")))


@functools.cache
def repertoire(name: str) -> Repertoire:
    """A procedure of the library with all that it starts."""
    return load(name, WORKFLOWS, TEMPLATES)


@functools.cache
def results(name: str) -> tuple[Result, ...]:
    """What the scenarios of a procedure come to."""
    return tuple(run_file(WORKFLOWS / "tests" / f"{name}.yaml", WORKFLOWS, TEMPLATES))
