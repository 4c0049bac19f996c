"""Tables out of CSV and XLSX files, as spreadsheets write them."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from sop_engine import errors, sheets
from sop_engine.sheets import column_letters, read_rows


def workbook() -> bytes:
    """A hidden sheet, then one whose first row is empty."""
    book = openpyxl.Workbook()
    old = book.active
    old.append(["old"])
    old.sheet_state = "hidden"
    shown = book.create_sheet("12月")
    shown["A2"], shown["B2"], shown["D2"], shown["E2"] = "姓名", date(2026, 12, 1), datetime(2026, 12, 2), 3
    shown.append(["张伟", " 早 ", None, "夜"])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_the_first_sheet_that_is_shown_is_read_with_texts_and_dates() -> None:
    rows = list(read_rows(workbook(), "roster.xlsx"))
    assert rows == [[], ["姓名", "2026-12-01", "", "2026-12-02", "3"], ["张伟", "早", "", "夜"]]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-8", "utf-16"])
def test_a_csv_file_is_read_in_the_encodings_of_spreadsheets(encoding: str) -> None:
    data = "姓名,1,2\r\n张伟,早, 夜 \r\n".encode(encoding)
    assert list(read_rows(data, "roster.csv")) == [["姓名", "1", "2"], ["张伟", "早", "夜"]]


@pytest.mark.parametrize("between", ["\t", ";"])
def test_other_marks_between_cells_are_known_by_the_first_line(between: str) -> None:
    assert list(read_rows(between.join(["姓名", "1", "2"]).encode(), "x")) == [["姓名", "1", "2"]]


@pytest.mark.parametrize(
    "content",
    [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04 broken", b"\xff\xfe\x00\xd8\x00", b"\x81\x00\x00"],
    ids=["old", "broken", "half", "binary"],
)
def test_what_is_no_table_is_refused_with_a_way_out(content: bytes) -> None:
    with pytest.raises(errors.NotUnderstood) as refused:
        list(read_rows(content, "roster.xlsx"))
    assert refused.value.fix is not None


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet2.xml", "xl/_rels/workbook.xml.rels"])
def test_a_broken_workbook_is_refused(part: str) -> None:
    whole, broken = io.BytesIO(workbook()), io.BytesIO()
    with zipfile.ZipFile(whole) as packed, zipfile.ZipFile(broken, "w") as anew:
        for name in packed.namelist():
            data = packed.read(name)
            anew.writestr(name, data[: len(data) // 2] if name == part else data)
    with pytest.raises(errors.NotUnderstood):
        list(read_rows(broken.getvalue(), "roster.xlsx"))


def test_a_sheet_with_a_row_far_below_is_not_made_room_for() -> None:
    book = openpyxl.Workbook()
    book.active["A1048576"] = "far"
    kept = io.BytesIO()
    book.save(kept)
    with pytest.raises(errors.NotUnderstood, match=f"more than {sheets.MOST_ROWS} rows"):
        list(read_rows(kept.getvalue(), "far.xlsx"))


def test_without_the_extra_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(errors.SetUp) as refused:
        list(read_rows(b"PK\x03\x04", "roster.xlsx"))
    assert "sop-engine[sheets]" in str(refused.value.fix)


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    assert [column_letters(rank) for rank in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
