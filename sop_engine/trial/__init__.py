"""Scenario tests, coverage and random walks: the engine itself over a store in memory, with a clock that is moved.

A scenario file stands in `workflows/tests/` and tells, as the paper would, what people do and what must come of it.
Nothing here is a second engine: every step goes down the path of a real command.
"""

from sop_engine.trial.coverage import Coverage, coverage
from sop_engine.trial.results import Failure, Result
from sop_engine.trial.running import run_file

__all__ = ["Coverage", "Failure", "Result", "coverage", "run_file"]
