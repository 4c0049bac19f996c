"""Prose of the program (docstrings that are pages) in the reader's language.

A text is taken apart into pieces: paragraphs, items of lists, cells of tables; a piece is the key under which the
catalogue has it, on one line, however the source wraps it. In English a text is said as it is written.
"""

import re
from collections.abc import Iterator

from sop_engine.messages import translated


def in_language(text: str, language: str) -> str:
    """The text with every piece in `language`; paragraphs on one line each where it is not English."""
    if language == "en":
        return text
    said = []
    for kind, pieces in _blocks(text):
        words = [translated(piece, language) if has_words(piece) else piece for piece in pieces]
        match kind:
            case "row":
                said.append(f"| {' | '.join(words)} |".replace("|  |", "| |"))
            case "item":
                said.append(f"- {words[0]}")
            case _:
                said.append("".join(words))
    return "\n".join(said).rstrip("\n")


def pieces(text: str) -> list[str]:
    """The pieces of a text that are said in other languages, in order."""
    return [piece for _kind, found in _blocks(text) for piece in found if has_words(piece)]


def has_words(piece: str) -> bool:
    """Whether there is anything to translate besides what stands in backquotes."""
    return re.search(r"[A-Za-z]", re.sub(r"`[^`]*`", "", piece)) is not None


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """(kind, pieces) of each block: `row` of a table, `item` of a list, `paragraph`, or `blank` between them."""
    waiting: list[str] = []
    kind = "paragraph"
    for line in [*text.strip().split("\n"), ""]:
        begins = not line.strip() or line.startswith(("| ", "|-", "- "))
        if begins and waiting:
            yield kind, [" ".join(waiting)]
            waiting = []
        if line.startswith("|-") or not line.strip():
            yield "blank", [line.strip()]
        elif line.startswith("| "):
            yield "row", [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        else:
            kind = ("item" if line.startswith("- ") else "paragraph") if not waiting else kind
            waiting.append(line.strip().removeprefix("- "))
