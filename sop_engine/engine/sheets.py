"""Tables of text out of the files in which centres keep them: CSV as spreadsheets save it in China, and XLSX.

Of an XLSX file the first sheet that is not hidden is read, values only: texts, numbers, and dates, which come out as
`2026-12-03`. That is all a roster holds, so no library is needed for it (adr/0021). What is unpacked is bounded: a few
bytes of a zip file can become gigabytes.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.files import read_named

MOST_BYTES: Final = 8 << 20
MOST_UNPACKED: Final = 64 << 20
MOST_ROWS, MOST_COLUMNS = 5_000, 400
Rows = list[list[str]]
"""each cell as text, without what stands around it; line breaks as spaces"""

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_DATE_FORMATS: Final = {*range(14, 18), 22, *range(27, 37), *range(50, 59)}
"""numbers of built-in formats that show dates, the Chinese ones too (ECMA-376-1, 18.8.30)"""
_QUOTED: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_PLACE: Final = re.compile(r"([A-Z]{1,3})([0-9]+)")


def read_table(path: Path) -> Rows:
    """The rows of a file, as far as it has any. Raises `NotFound`, and `NotUnderstood` for what is no such file."""
    data = read_named(path, MOST_BYTES)
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise NotUnderstood(
            msg("{path} is an Excel file of the old kind (.xls), or one with a password", path=str(path)),
            fix=msg("in the spreadsheet, save it as .xlsx or as CSV, without a password"),
        )
    if data[:2] == b"PK":
        return _read_workbook(path, data)
    return _read_csv(path, data)


def column_name(rank: int) -> str:
    """A column as spreadsheets name it, from 0: A, B ... Z, AA."""
    name = ""
    rank += 1
    while rank:
        rank, letter = divmod(rank - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


# --- CSV -------------------------------------------------------------------------------------------------------------


def _read_csv(path: Path, data: bytes) -> Rows:
    text = _decoded(path, data)
    first = text.partition("\n")[0]
    between = max("\t,;", key=first.count)
    rows: Rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=between):
            rows.append([_plain(cell) for cell in row])
            _require_small(path, len(rows), len(row))
    except csv.Error:
        raise NotUnderstood(
            msg("{path} is no table", path=str(path)), fix=msg("in the spreadsheet, save it as CSV (UTF-8) or .xlsx")
        ) from None
    return rows


def _decoded(path: Path, data: bytes) -> str:
    """UTF-8, or what a Chinese spreadsheet saves: GBK, or UTF-16 where it says Unicode text."""
    encodings = ("utf-16",) if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotUnderstood(
        msg("{path} is no text", path=str(path)), fix=msg("in the spreadsheet, save it as CSV (UTF-8) or .xlsx")
    )


def _plain(cell: str) -> str:
    return " ".join(cell.split())


def _require_small(path: Path, rows: int, columns: int) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise NotUnderstood(
            msg("{path} is larger than a roster can be: {rows} rows, {columns} columns at most", path=str(path),
                rows=MOST_ROWS, columns=MOST_COLUMNS)
        )  # fmt: skip


# --- XLSX ------------------------------------------------------------------------------------------------------------


def _read_workbook(path: Path, data: bytes) -> Rows:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise NotUnderstood(msg("{path} is larger than a roster can be", path=str(path)))
            return _Workbook(path, packed).rows()
    except (zipfile.BadZipFile, ElementTree.ParseError, LookupError, ValueError, RuntimeError, NotImplementedError,
            EOFError, OverflowError):  # fmt: skip
        raise NotUnderstood(
            msg("{path} is no Excel file that can be read", path=str(path)),
            fix=msg("in the spreadsheet, save it as .xlsx or as CSV, without a password"),
        ) from None


class _Workbook:
    """An XLSX file while its sheet is read (ECMA-376-1, parts 12.3 and 18.3)."""

    def __init__(self, path: Path, packed: zipfile.ZipFile) -> None:
        self._path, self._packed = path, packed
        book = self._part("xl/workbook.xml")
        properties = book.find("workbookPr")
        from_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
        self._first = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
        self._sheet = self._sheet_of(book)
        self._texts = list(self._shared())
        self._dates = self._date_styles()

    def _part(self, name: str) -> ElementTree.Element:
        """A part's root; names without their space, which the strict kind of the format calls otherwise."""
        root = ElementTree.fromstring(self._packed.read(name))
        for each in root.iter():
            each.tag = each.tag.removeprefix(_MAIN).removeprefix(_STRICT)
        return root

    def _sheet_of(self, book: ElementTree.Element) -> str:
        """The part of the first sheet that is shown."""
        shown, *_others = (each for each in book.iter("sheet") if each.get("state", "visible") == "visible")
        [wanted] = (value for name, value in shown.attrib.items() if name.endswith("}id"))
        relations = ElementTree.fromstring(self._packed.read("xl/_rels/workbook.xml.rels"))
        [target] = (str(each.get("Target")) for each in relations if each.get("Id") == wanted)
        return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"

    def _shared(self) -> Iterator[str]:
        if "xl/sharedStrings.xml" in self._packed.namelist():
            for item in self._part("xl/sharedStrings.xml").iter("si"):
                yield _text_of(item)

    def _date_styles(self) -> set[int]:
        """The cell styles that show a number as a date."""
        if "xl/styles.xml" not in self._packed.namelist():
            return set()
        styles = self._part("xl/styles.xml")
        formats = {int(each.get("numFmtId", "0")): each.get("formatCode", "") for each in styles.iter("numFmt")}
        cells = styles.find("cellXfs")
        found = set()
        for rank, each in enumerate(cells if cells is not None else ()):
            number = int(each.get("numFmtId", "0"))
            shown = _QUOTED.sub("", formats.get(number, "")).casefold()
            if number in _DATE_FORMATS or (number in formats and ("d" in shown or "y" in shown)):
                found.add(rank)
        return found

    def rows(self) -> Rows:
        rows: Rows = []
        for row in self._part(self._sheet).iter("row"):
            number = int(row.get("r", len(rows) + 1))
            if number < 1:
                raise ValueError(f"a row {number}")
            _require_small(self._path, number, 0)
            rows += [[] for _ in range(number - len(rows))]
            for cell in row.iter("c"):
                found = _PLACE.fullmatch(cell.get("r", ""))
                rank = _rank(found[1]) if found else len(rows[number - 1])
                _require_small(self._path, 0, rank + 1)
                rows[number - 1] += [""] * (rank + 1 - len(rows[number - 1]))
                rows[number - 1][rank] = _plain(self._value(cell))
        return rows

    def _value(self, cell: ElementTree.Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find("is")
            return "" if inline is None else _text_of(inline)
        value = cell.findtext("v") or ""
        if kind == "s":
            return self._texts[int(value)]
        if kind != "n" or not value:
            return value[:10] if kind == "d" else value
        number = float(value)
        if int(cell.get("s", "0")) in self._dates:
            return str(self._first + timedelta(days=int(number)))
        return str(int(number)) if number.is_integer() else value


def _text_of(item: ElementTree.Element) -> str:
    """The text of an item, its runs joined; what tells how characters are read aloud is no part of it."""
    parts = [item.findtext("t") or "", *(run.findtext("t") or "" for run in item.iter("r"))]
    return "".join(parts)


def _rank(name: str) -> int:
    rank = 0
    for letter in name:
        rank = rank * 26 + ord(letter) - ord("A") + 1
    return rank - 1
