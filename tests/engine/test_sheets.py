"""Tables out of CSV and XLSX files, as spreadsheets write them."""

import zipfile
from pathlib import Path

import pytest

from sop_engine import errors
from sop_engine.engine import sheets
from sop_engine.engine.sheets import column_name, read_table

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKED_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
BOOK = f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets><sheet name="old" sheetId="1" state="hidden" r:id="r1"/><sheet name="12月" sheetId="2" r:id="r2"/></sheets></workbook>'  # noqa: E501
RELATIONS = f'<Relationships xmlns="{PACKED_LINKS}"><Relationship Id="r1" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Target="/xl/worksheets/sheet2.xml"/></Relationships>'  # noqa: E501
TEXTS = f'<sst xmlns="{MAIN}"><si><t>姓名</t></si><si><r><t>张</t></r><r><t>伟</t></r><rPh sb="0" eb="1"><t>zhang</t></rPh></si><si><t xml:space="preserve"> 早 </t></si></sst>'  # noqa: E501
STYLES = f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="m&quot;月&quot;d&quot;日&quot;"/><numFmt numFmtId="171" formatCode="0.00&quot;day&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>'  # noqa: E501
SHEET = f'<worksheet xmlns="{MAIN}"><sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" s="1"><v>46357</v></c><c r="D2" s="2"><v>46358.0</v></c><c r="E2" s="3"><v>3</v></c></row><row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" t="s"><v>2</v></c><c r="D3" t="inlineStr"><is><t>夜</t></is></c></row></sheetData></worksheet>'  # noqa: E501


def workbook(folder: Path, **instead: str) -> Path:
    parts = {
        "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATIONS, "xl/sharedStrings.xml": TEXTS,
        "xl/styles.xml": STYLES, "xl/worksheets/sheet2.xml": SHEET,
    }  # fmt: skip
    path = folder / "roster.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in {**parts, **instead}.items():
            packed.writestr(name, text)
    return path


def test_the_first_sheet_that_is_shown_is_read_with_texts_and_dates(tmp_path: Path) -> None:
    rows = read_table(workbook(tmp_path))
    assert rows == [[], ["姓名", "2026-12-01", "", "2026-12-02", "3"], ["张伟", "早", "", "夜"]]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-8", "utf-16"])
def test_a_csv_file_is_read_in_the_encodings_of_spreadsheets(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes("姓名,1,2\r\n张伟,早, 夜 \r\n".encode(encoding))
    assert read_table(path) == [["姓名", "1", "2"], ["张伟", "早", "夜"]]


@pytest.mark.parametrize("between", ["\t", ";"])
def test_other_marks_between_cells_are_known_by_the_first_line(tmp_path: Path, between: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(between.join(["姓名", "1", "2"]), encoding="utf-8")
    assert read_table(path) == [["姓名", "1", "2"]]


@pytest.mark.parametrize(
    "content",
    [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04 broken", b"\xff\xfe\x00\xd8\x00", b"\x81\x00\x00"],
    ids=["old", "broken", "half", "binary"],
)
def test_what_is_no_table_is_refused_with_a_way_out(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "roster.xlsx"
    path.write_bytes(content)
    with pytest.raises(errors.NotUnderstood) as refused:
        read_table(path)
    assert refused.value.fix is not None


@pytest.mark.parametrize(
    "part, text",
    [
        ("xl/worksheets/sheet2.xml", SHEET.replace("<v>0</v>", "<v>99</v>")),
        ("xl/worksheets/sheet2.xml", SHEET.replace("46357", "1e400")),
        ("xl/worksheets/sheet2.xml", SHEET.replace("46357", "99999999")),
        ("xl/worksheets/sheet2.xml", SHEET.replace('r="2"', 'r="-2"')),
        ("xl/workbook.xml", BOOK.replace("</workbook>", "")),
        ("xl/_rels/workbook.xml.rels", RELATIONS.replace("r2", "r3")),
    ],
    ids=["text", "infinite", "far", "row", "xml", "link"],
)
def test_a_broken_workbook_is_refused(tmp_path: Path, part: str, text: str) -> None:
    with pytest.raises(errors.NotUnderstood):
        read_table(workbook(tmp_path, **{part: text}))


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 10_000)
    with pytest.raises(errors.NotUnderstood, match="larger than a roster"):
        read_table(workbook(tmp_path, **{"xl/media/picture": "0" * 20_000}))


def test_a_sheet_with_a_row_far_below_is_not_made_room_for(tmp_path: Path) -> None:
    far = SHEET.replace('<row r="3">', '<row r="1048576">')
    with pytest.raises(errors.NotUnderstood, match="5000 rows"):
        read_table(workbook(tmp_path, **{"xl/worksheets/sheet2.xml": far}))


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    assert [column_name(rank) for rank in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
