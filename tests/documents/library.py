"""The procedures that come with the program, as the tests of documents need them."""

import functools
from pathlib import Path

from sop_engine.engine.publishing.procedures import compile_file
from sop_engine.procedure import Procedure
from tests.documents.samples import emergency, repair

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.name.removesuffix(".sop.yaml") for path in (ROOT / "workflows").glob("*.sop.yaml"))
DRAWN = ("sample", "regions", *NAMES)
"""what diagrams are tried with: the samples, and the library"""


def drawn(name: str) -> Procedure:
    """One of `DRAWN`."""
    return repair() if name == "sample" else emergency() if name == "regions" else library(name)


@functools.cache
def library(name: str) -> Procedure:
    """A procedure of the library, from its file as it stands."""
    found: Procedure | None = compile_file(ROOT / "workflows" / f"{name}.sop.yaml", ROOT / "templates").procedure
    assert found is not None, name
    return found
