"""The golden documents: what is made of the sample procedures.

`python -m tests.documents.golden_documents` writes them anew; read the difference before it is committed.
"""

from collections.abc import Callable
from pathlib import Path

from sop_engine.documents.diagram import dot, mermaid
from sop_engine.documents.manual import manual
from sop_engine.procedure import Procedure
from tests.documents.samples import emergency, repair

FOLDER = Path(__file__).parent / "golden"
WAY = (("registered", "working"), ("dispatched", "on_site"), ("on_site", "repaired"))


def walked(procedure: Procedure, language: str) -> str:
    return dot(procedure, language, WAY)


KINDS: dict[str, Callable[[Procedure, str], str]] = {"dot": dot, "mmd": mermaid, "md": manual, "walked.dot": walked}


def cases() -> list[tuple[str, str]]:
    """(file name, text as it is made now)"""
    found = []
    for procedure in (repair(), emergency()):
        for language in ("zh", "en"):
            for ending, make in KINDS.items():
                if ending != "walked.dot" or procedure.id == "repair":
                    found.append((f"{procedure.id}.{language}.{ending}", make(procedure, language)))
    return found


if __name__ == "__main__":
    for name, text in cases():
        (FOLDER / name).write_text(text, "utf-8")
