"""Text for a terminal: harmless, and as wide as it looks.

The law. What users wrote is never markup and never steers a terminal: controls, marks that turn the direction of a line
and characters that cannot be seen are written out (`\\x1b`, `\\u202e`). Widths are those of a terminal's cells: wide
East Asian characters and emoji take two, combining marks and what a joiner joins none (Unicode UAX 11).
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_HARMFUL: Final = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u115f\\u1160\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f"
    "\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\ud800-\\udfff\\U000e0000-\\U000e007f]"
)
"""controls but tab and line feed, separators of lines, marks of direction, characters without a shape, surrogates"""
_JOINER: Final = "\u200d"
_AS_EMOJI: Final = "\ufe0f"
CUT: Final = "…"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""what the first character of a cell may be that a spreadsheet takes for a formula"""
_NO_FORMULA: Final = r"[+-]?[0-9][0-9., %]*|-"


def harmless(text: str) -> str:
    """`text` with everything that steers a terminal or cannot be seen written out; tabs and line feeds stay."""
    if text.isascii() and text.isprintable():
        return text
    return _HARMFUL.sub(lambda found: _written_out(found[0]), text)


def _written_out(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str) -> str:
    """`text` made harmless, its tabs and line breaks as single spaces."""
    return harmless(" ".join(re.split(r"[\t\r\n]+", text)))


def tab_cell(text: str) -> str:
    """`text` made harmless for a line of tab-separated values: backslash, tab and line feed escaped, and an apostrophe
    before what a spreadsheet, into which many a pipe leads, would take for a formula. Numbers and a dash are none."""
    escaped = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    if escaped.startswith(FORMULA) and re.fullmatch(_NO_FORMULA, escaped) is None:
        escaped = f"'{escaped}"
    return harmless(escaped)


def harmless_json(dumped: str) -> str:
    """JSON text with harmful characters as `\\u` escapes: the same values, safe before a terminal."""
    return _HARMFUL.sub(lambda found: _json_escape(found[0]), dumped)


def _json_escape(character: str) -> str:
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


# --- width -----------------------------------------------------------------------------------------------------------


def width(text: str) -> int:
    """How many cells of a terminal `text` (one line) takes."""
    if text.isascii():
        return len(text)
    return sum(size for _character, size in _cells(text))


def _cells(text: str) -> list[tuple[str, int]]:
    """Each character with the cells that it adds."""
    cells: list[tuple[str, int]] = []
    joined = False
    for character in text:
        if character == _AS_EMOJI and cells and cells[-1][1] == 1:
            # the sign before it is shown as a picture, which is two cells wide
            cells.append((character, 1))
            continue
        size = 0 if joined else _size(character)
        joined = character == _JOINER
        cells.append((character, size))
    return cells


def _size(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"} or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def cut(text: str, most: int) -> str:
    """`text`, or as much of it as fits into `most` cells together with an ellipsis."""
    if width(text) <= most:
        return text
    kept, taken = [], 0
    for character, size in _cells(text):
        if taken + size > most - 1:
            break
        kept.append(character)
        taken += size
    return "".join(kept) + CUT


def padded(text: str, cells: int) -> str:
    """`text` with spaces after it until it is `cells` wide."""
    return text + " " * (cells - width(text))


def wrapped(text: str, most: int, indent: str = "") -> list[str]:
    """`text` broken into lines of at most `most` cells, at spaces where there are any; each but the first begins with
    `indent`."""
    lines: list[str] = []
    line, taken = "", 0
    for word in _words(text):
        size = width(word)
        if line.strip() and taken + width(word.rstrip()) > most:
            lines.append(line.rstrip())
            line, taken = indent, width(indent)
            word = word.lstrip()
            size = width(word)
        line += word
        taken += size
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def listed(head: str, parts: Sequence[str], between: str, room: int | None) -> list[str]:
    """`head` and the parts after it on one line, where they fit into `room` cells (None: always); else the parts below
    it, a line each."""
    line = head + between.join(parts)
    if room is None or width(line) <= room:
        return [line]
    return [head.rstrip(), *(each for part in parts for each in wrapped(f"  {part}", room, "    "))]


def _words(text: str) -> list[str]:
    """Pieces between which a line may break: words with the space after them, and single wide characters."""
    return re.findall(
        r"[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uff60][，。；：、！？）」』》”…·)]*\s*|\S+?(?:\s+|(?=[\u2e80-\u9fff])|$)|\s+",
        text,
    )
