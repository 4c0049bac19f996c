"""What goes out: data on stdout, messages on stderr; tables on a terminal, tab-separated values in a pipe, or JSON."""

import errno
import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final, TextIO

from sop_engine.console.text import cut, harmless, harmless_json, one_line, padded, tab_cell, width, wrapped
from sop_engine.errors import SetUp, system_reason
from sop_engine.lean import dataclass
from sop_engine.messages import Message, msg, say

NARROWEST: Final = 6
"""cells that a column keeps, however narrow the terminal"""
_GAP: Final = "  "
_NARROWEST_VALUE: Final = 20
"""cells that values have beside their names, however narrow the terminal"""


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column. `whole` ones (ids) are never cut. Where the terminal is too narrow, one that `goes_on` leaves
    out what the column before it says already."""

    title: Message
    whole: bool = False
    goes_on: bool = False


class Output:
    """Says things in one language, to where they belong."""

    def __init__(self, language: str, json: bool = False) -> None:
        self.language = language
        self.as_json = json

    # --- data ---

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> int:
        """Rows of values (texts, Messages, titles), each a line; gives how many there were. In a pipe without a head
        line, and each as soon as it is there."""
        if not self.on_terminal():
            count = 0
            for row in rows:
                count += 1
                self.line("\t".join(tab_cell(self.word(cell)) for cell in row), raw=True)
            return count
        cells = [[self.word(each) for each in row] for row in rows]
        if cells:
            heads = [self.word(each.title) for each in columns]
            whole, goes_on = [each.whole for each in columns], [each.goes_on for each in columns]
            for line in table_lines(heads, whole, cells, self.columns(), self.bold, goes_on):
                self.line(line, raw=True)
        return len(cells)

    def pairs(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        """Names and values below each other; in a pipe a tab between them."""
        said = [(self.word(name), self.word(value)) for name, value in pairs]
        if not self.on_terminal():
            for name, value in said:
                self.line(f"{tab_cell(name)}\t{tab_cell(value)}", raw=True)
            return
        room = max((width(one_line(name)) for name, _value in said), default=0)
        most = max(self.columns() - room - len(_GAP), _NARROWEST_VALUE)
        for name, value in said:
            lines = harmless(value).replace("\t", " ").split("\n")
            first, *rest = [piece for line in lines for piece in wrapped(line, most)]
            self.line(f"{self.bold(padded(one_line(name), room))}{_GAP}{first}".rstrip(), raw=True)
            for line in rest:
                self.line(" " * (room + len(_GAP)) + line, raw=True)

    def line(self, text: Any, raw: bool = False) -> None:
        """A line of data."""
        write(sys.stdout, (text if raw else harmless(self.word(text))) + "\n")

    def json(self, value: Any) -> None:
        """One JSON document."""
        write(sys.stdout, harmless_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n")

    def json_list(self, values: Iterable[Any]) -> None:
        """One JSON document, a list of which each entry is written as soon as it is there."""
        before = "["
        for value in values:
            text = json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n  ")
            write(sys.stdout, f"{before}\n  {harmless_json(text)}")
            before = ","
        write(sys.stdout, "[]\n" if before == "[" else "\n]\n")

    # --- messages ---

    def tell(self, *lines: Any) -> None:
        """Lines to whoever sits there, on stderr, after all data before them."""
        flush(sys.stdout)
        for line in lines:
            write(sys.stderr, harmless(self.word(line)) + "\n")
        flush(sys.stderr)

    def room(self) -> int | None:
        """The cells of a line for messages; None where no terminal shows them, and a line may be as long as it is."""
        if not sys.stderr.isatty():
            return None
        # stdout may go elsewhere, so its width says nothing
        size = os.environ.get("COLUMNS", "")
        return max(int(size) if size.isdecimal() else os.get_terminal_size(sys.stderr.fileno()).columns, 20)

    def word(self, value: Any) -> str:
        """Anything that can be said, in the reader's language."""
        return "" if value is None else say(value, self.language)

    # --- where to ---

    def on_terminal(self) -> bool:
        return sys.stdout.isatty()

    def columns(self) -> int:
        """The terminal's width in cells."""
        import shutil

        return max(shutil.get_terminal_size().columns, 20)

    def bold(self, text: str) -> str:
        """`text` as a head, where the terminal can and the user has not said NO_COLOR (https://no-color.org)."""
        if not text.strip() or not self.on_terminal():
            return text
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return text
        return f"\x1b[1m{text}\x1b[0m"


def table_lines(
    heads: Sequence[str],
    whole: Sequence[bool],
    rows: Sequence[Sequence[str]],
    room: int,
    bold: Any = str,
    goes_on: Sequence[bool] = (),
) -> list[str]:
    """A table as lines: cells on one line each. Where the terminal is too narrow for them, columns in which nothing
    stands are left out, then what is said twice, and then cells are cut, but those of whole columns."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    ranks = list(range(len(heads)))
    widths = _widths(heads, cells)
    if _taken(widths) > room:
        ranks = [rank for rank in ranks if not cells or any(row[rank] for row in cells)]
        cells = [said_once(row, goes_on) for row in cells]
    heads, cells = [heads[rank] for rank in ranks], [[row[rank] for rank in ranks] for row in cells]
    widths = _widths(heads, cells)
    narrow = [at for at, rank in enumerate(ranks) if not whole[rank]]
    while narrow and _taken(widths) > room:
        widest = max(narrow, key=lambda at: widths[at])
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1
    lines = []
    for rank, row in enumerate([heads, *cells]):
        parts = [padded(cut(cell, size), size) for cell, size in zip(row, widths, strict=True)]
        text = _GAP.join(parts).rstrip()
        lines.append(bold(text) if rank == 0 else text)
    return lines


def _widths(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(width(each) for each in column) for column in zip(heads, *cells, strict=True)]


def _taken(widths: Sequence[int]) -> int:
    """The cells that a line of such columns takes."""
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def said_once(row: Sequence[str], goes_on: Sequence[bool]) -> list[str]:
    """The cells of a row, those that go on without what the cell before them says."""
    said = list(row)
    for rank, continued in enumerate(goes_on):
        if continued and rank and row[rank - 1] and row[rank].startswith(f"{row[rank - 1]} "):
            said[rank] = row[rank].removeprefix(row[rank - 1]).lstrip()
    return said


# --- streams ---------------------------------------------------------------------------------------------------------


def write(stream: TextIO, text: str) -> None:
    """Write to a stream. A closed pipe passes as BrokenPipeError; raises `SetUp` where the text cannot be kept."""
    try:
        stream.write(text)
    except OSError as error:
        raise _unwritten(error) from None


def write_bytes(data: bytes) -> None:
    """Write what is no text to stdout. Raises as `write` does."""
    try:
        sys.stdout.buffer.write(data)
    except OSError as error:
        raise _unwritten(error) from None


def write_file(path: str, data: bytes) -> None:
    """Write the file that a person named; into a pipe only where somebody reads it. Raises `SetUp`."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
        os.set_blocking(file, True)
        with os.fdopen(file, "wb") as target:
            target.write(data)
    except OSError as error:
        raise SetUp(
            msg("{path} cannot be written: {error}", path=path, error=system_reason(error)), where=path
        ) from None


def flush(stream: TextIO) -> None:
    """Send what was written. Raises as `write` does."""
    try:
        stream.flush()
    except OSError as error:
        raise _unwritten(error) from None


def _unwritten(error: OSError) -> Exception:
    if error.errno == errno.EPIPE:
        return BrokenPipeError(error.errno, error.strerror)
    return SetUp(
        msg("the output cannot be written: {reason}", reason=system_reason(error)),
        fix=msg("what was asked is done; only telling it failed. Send the output somewhere else"),
    )
