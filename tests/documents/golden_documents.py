"""The golden documents: what is made of the sample procedures, and the diagrams of those that come with the program.

`python -m tests.documents.golden_documents` writes them anew; read the difference before it is committed.
"""

import functools
from collections.abc import Callable
from pathlib import Path

from sop_engine.documents.diagram import Way, dot, mermaid
from sop_engine.documents.manual import manual
from sop_engine.procedure import Procedure
from tests.documents.library import NAMES, library
from tests.documents.samples import emergency, repair

FOLDER = Path(__file__).parent / "golden"
LIBRARY = FOLDER / "library"
WAY = Way(
    "WX-20261122-007",
    {
        ("ticket", "open", "open", 0): (1,),
        ("registered", "offer", "dispatch", 0): (2, 5),
        ("dispatched", "offer", "give_back", 0): (4,),
        ("dispatched", "offer", "accept", 0): (6,),
        ("ticket", "timer", "report", 0): (3, 7, 8, 9, 10),
    },
    {"registered": 2, "working": 2, "dispatched": 2, "on_site": 1},
    frozenset({"working", "on_site"}),
)


def walked_dot(procedure: Procedure, language: str) -> str:
    return dot(procedure, language, WAY)


def walked_mermaid(procedure: Procedure, language: str) -> str:
    return mermaid(procedure, language, WAY)


KINDS: dict[str, Callable[[Procedure, str], str]] = {"dot": dot, "mmd": mermaid, "md": manual}
WALKED: dict[str, Callable[[Procedure, str], str]] = {"walked.dot": walked_dot, "walked.mmd": walked_mermaid}
DIAGRAMS: dict[str, Callable[[Procedure, str], str]] = {"dot": dot, "mmd": mermaid}


def cases() -> dict[Path, Callable[[], str]]:
    """Each file, and what makes its text now."""
    found: dict[Path, Callable[[], str]] = {}
    for language in ("zh", "en"):
        for procedure, kinds in ((repair(), KINDS | WALKED), (emergency(), KINDS)):
            for end, make in kinds.items():
                found[FOLDER / f"{procedure.id}.{language}.{end}"] = functools.partial(make, procedure, language)
        for name in NAMES:
            for end in DIAGRAMS:
                found[LIBRARY / f"{name}.{language}.{end}"] = functools.partial(_of_library, end, name, language)
    return found


def _of_library(end: str, name: str, language: str) -> str:
    return DIAGRAMS[end](library(name), language)


if __name__ == "__main__":
    LIBRARY.mkdir(exist_ok=True)
    for path, text in cases().items():
        path.write_text(text(), "utf-8")
    for path in {each for each in FOLDER.rglob("*") if each.is_file()} - set(cases()):
        path.unlink()
