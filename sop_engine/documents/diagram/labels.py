"""The words of a picture: broken into lines that fit, cut where somebody wrote a book, escaped for Graphviz.

Graphviz reads labels in angle brackets as a small HTML; `html` leaves user text no mark of it. It measures text with
the font that draws it, so that nothing is cut; lines here are only to be about as long as each other.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from sop_engine.documents.plain_text import html, one_line

FONTS: Final = {"zh": "Noto Sans CJK SC,Microsoft YaHei,PingFang SC,sans-serif", "en": "Helvetica,Arial,sans-serif"}
"""the first of these that is installed draws the text, and the system's choice what it has no letters for; an SVG says
them at every line"""
INK: Final = "#1f2937"
_CLOSING: Final = tuple("、，。；：）”》］]), ")
_OPENING: Final = tuple("（“《［[(")
_WORD: Final = re.compile(r"[!-~À-ɏ]+")
_LEAST_FILLED: Final = 0.6
"""how much of a line must be filled where it is broken at a mark rather than within a word"""
_MOST_LINES: Final = 5
_MOST_CHARACTERS: Final = 600
"""what is longer is cut before it is measured"""


def quoted(text: str) -> str:
    """`text` as a quoted DOT id, on one line."""
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def width(text: str) -> int:
    """How many columns `text` takes: a Chinese character two, others one."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def wrapped(text: str, columns: int) -> list[str]:
    """`text` in lines of at most `columns` columns: broken at a blank or mark where that leaves a line of some length,
    else after a Chinese character, else anywhere; no line for an empty text. The lines are as few as they can be, and
    then about as long as each other, so that no single character is left for the last; no word is broken for that."""
    lines = _filled(text, columns)
    least = max(width(text) // max(len(lines), 1), *(len(word) - 1 for word in _WORD.findall(text)), 0)
    for narrower in range(columns - 1, least, -1):
        closer = _filled(text, narrower)
        if len(closer) > len(lines):
            break
        lines = closer
    return lines


def _filled(text: str, columns: int) -> list[str]:
    lines: list[str] = []
    while text:
        cut = _break(text, columns)
        lines.append(text[:cut].strip())
        text = text[cut:].lstrip()
    return lines


def _break(text: str, columns: int) -> int:
    """How many characters the first line takes."""
    taken, good, best = 0, 0, 0
    for place, character in enumerate(text):
        taken += width(character)
        if taken > columns:
            return best or good or max(place, 1)
        # closing marks stay with the word before them, opening ones with the word after
        if text[place + 1 : place + 2] in _CLOSING or character in _OPENING:
            continue
        if width(character) == 2 or character == " ":
            good = place + 1
            if character in _CLOSING and taken >= _LEAST_FILLED * columns:
                best = place + 1
    return len(text)


def lines_of(text: str, columns: int) -> list[str]:
    """`text` in a few lines; an ellipsis ends what is longer."""
    lines = wrapped(text[:_MOST_CHARACTERS], columns)
    if len(lines) <= _MOST_LINES and len(text) <= _MOST_CHARACTERS:
        return lines
    return [*lines[: _MOST_LINES - 1], "…"]


GAP: Final = '<tr><td height="3"></td></tr>'
"""a little room between rows"""


def row(text: str, size: float = 9, *, bold: bool = False, colour: str = "", align: str = "", id: str = "") -> str:
    """One line of a label as a row of its table."""
    words = html(text)
    if bold:
        words = f"<b>{words}</b>"
    font = f' color="{colour}"' if colour else ""
    cell = (f' align="{align}"' if align else "") + (f' id="{html(id)}"' if id else "")
    return f'<tr><td{cell}><font point-size="{size:g}"{font}>{words}</font></td></tr>'


def marked(text: str) -> str:
    """A row that stands out without colour: light on a dark ground."""
    font = f'<font point-size="9" color="#ffffff"><b>{html(text)}</b></font>'
    return f'<tr><td bgcolor="#0c4a6e" cellpadding="3">{font}</td></tr>{GAP}'


def table(rows: Iterable[str], space: int = 0) -> str:
    """Rows as a label. The first is kept from the line above it: Chinese type stands higher than Graphviz thinks."""
    return f'<<table border="0" cellborder="0" cellspacing="{space}" cellpadding="1">{GAP}{"".join(rows)}</table>>'
