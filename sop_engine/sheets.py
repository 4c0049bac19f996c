"""Tables that somebody made with a spreadsheet: CSV or tab-separated text in UTF-8, UTF-16 or GB 18030, or XLSX, as
rows of text; and workbooks that are written.

What is read is bounded; of a workbook the first sheet counts that is shown, its formulas by the values that were last
reckoned. Reading XLSX needs openpyxl, the extra `sheets`.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple

from sop_engine.errors import NotUnderstood, SetUp
from sop_engine.messages import msg

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200
_MOST_UNPACKED: Final = 200 * 1024 * 1024


class Row(NamedTuple):
    """A row: the number that the spreadsheet shows at its left (1 is the line of heads), and its cells by head."""

    number: int
    cells: Mapping[str, str]


class Sheet(NamedTuple):
    """The heads as they are written, in order, and the rows that are not empty."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def read_rows(data: bytes, name: str) -> Iterator[list[str]]:
    """The rows of the table that a file called `name` holds, the empty ones too, so that the n-th is the row that the
    spreadsheet calls n. Raises `NotUnderstood` where it is none, or too large; `SetUp` where XLSX cannot be read
    here."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise NotUnderstood(
            msg("{path} is an Excel file of the old kind (.xls), or one with a password", path=name),
            where=name,
            fix=msg("in the spreadsheet, save it as .xlsx or as CSV, without a password"),
        )
    lines = _workbook(data, name) if data[:2] == b"PK" else _text(data, name)
    for number, cells in enumerate(lines, start=1):
        if number > MOST_ROWS or len(cells) > MOST_COLUMNS:
            raise NotUnderstood(
                msg("{path} has more than {rows} rows or {columns} columns", path=name, rows=MOST_ROWS,
                    columns=MOST_COLUMNS), where=name,
            )  # fmt: skip
        yield [each.strip() for each in cells]


def read_sheet(data: bytes, name: str) -> Sheet:
    """The table with heads that a file called `name` holds. Raises as `read_rows` does."""
    heads: tuple[str, ...] = ()
    rows: list[Row] = []
    for number, said in enumerate(read_rows(data, name), start=1):
        if not any(said):
            continue
        if not heads:
            heads = tuple(said)
            _require_heads(heads, name)
            continue
        if any(said[len(heads) :]):
            raise NotUnderstood(
                msg("{path}, row {row}: there are more cells than heads", path=name, row=number), where=name
            )
        rows.append(Row(number, {head: cell for head, cell in zip(heads, said, strict=False) if head}))
    if not heads:
        raise NotUnderstood(msg("{path} is empty", path=name), where=name)
    return Sheet(heads, tuple(rows))


def column_letters(rank: int) -> str:
    """What a spreadsheet calls a column: 0 is A, 26 is AA."""
    letters = ""
    rank += 1
    while rank:
        rank, left = divmod(rank - 1, 26)
        letters = chr(ord("A") + left) + letters
    return letters


def _require_heads(heads: tuple[str, ...], name: str) -> None:
    twice = next((each for rank, each in enumerate(heads) if each and each in heads[:rank]), None)
    if twice is not None:
        raise NotUnderstood(msg("{path} has the head {head} twice", path=name, head=twice), where=name)


def workbook(rows: Iterable[Sequence[str]], name: str) -> bytes:
    """A workbook of one sheet with these rows, every cell a text: no number loses its zeros, and nothing is a formula.
    Raises `SetUp` where XLSX cannot be written here."""
    try:
        import openpyxl
    except ImportError:
        raise SetUp(
            msg("writing {path} needs openpyxl", path=name),
            fix=msg("install it: pip install 'sop-engine[sheets]'; or write CSV"),
        ) from None
    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate(rows, start=1):
        for rank, text in enumerate(row, start=1):
            cell = sheet.cell(number, rank)
            cell.value, cell.data_type, cell.number_format = text, "s", "@"
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


# --- text ------------------------------------------------------------------------------------------------------------


def _text(data: bytes, name: str) -> Iterator[list[str]]:
    text = _decoded(data, name)
    delimiter = max(",\t;", key=text.partition("\n")[0].count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise NotUnderstood(msg("{path} is no table: {error}", path=name, error=str(error)[:100]), where=name) from None


def _decoded(data: bytes, name: str) -> str:
    marked = data[:2] in {b"\xff\xfe", b"\xfe\xff"}  # what spreadsheets call Unicode text
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise NotUnderstood(
        msg("{path} is no text", path=name), where=name, fix=msg("in the spreadsheet, save it as CSV (UTF-8) or XLSX")
    )


# --- workbooks -------------------------------------------------------------------------------------------------------


def _workbook(data: bytes, name: str) -> Iterator[list[str]]:
    try:
        import openpyxl
    except ImportError:
        raise SetUp(
            msg("reading {path} needs openpyxl", path=name),
            fix=msg("install it: pip install 'sop-engine[sheets]'; or save the table as CSV (UTF-8)"),
        ) from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(each.file_size for each in packed.infolist()) > _MOST_UNPACKED:
                raise NotUnderstood(msg("{path} is too large once it is unpacked", path=name), where=name)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except NotUnderstood:
        raise
    except Exception as error:  # openpyxl raises whatever the parts of the file make it stumble over
        raise NotUnderstood(
            msg("{path} is no workbook that can be read", path=name),
            where=name,
            fix=msg("in the spreadsheet, save it as CSV (UTF-8) or XLSX"),
        ) from error
    try:
        shown = next(each for each in book.worksheets if each.sheet_state == "visible")
        yield from _rows(shown.iter_rows(values_only=True))
    except Exception as error:
        raise NotUnderstood(
            msg("{path} is no workbook that can be read", path=name),
            where=name,
            fix=msg("in the spreadsheet, save it as CSV (UTF-8) or XLSX"),
        ) from error
    finally:
        book.close()


def _rows(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[str]]:
    for row in rows:
        cells = [_cell(each) for each in row]
        while cells and not cells[-1]:
            cells.pop()  # a format alone makes a cell
        yield cells


def _cell(value: Any) -> str:
    """A cell as somebody would type it: 2026-11-23 08:30, 13800001202, 2.5."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if (value.hour, value.minute) == (0, 0):
            return f"{value:%Y-%m-%d}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return f"{value:%Y-%m-%d}"
        case time():
            return f"{value:%H:%M}"
        case _:
            return str(value)
