"""People and units from tables: CSV in both encodings, XLSX, faults by row, all or none."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sop_engine import sheets
from sop_engine.console.keeper import figures
from sop_engine.errors import NotUnderstood, SetUp
from tests.console.conftest import Sop

HEAD = ["编号", "姓名", "岗位", "电话", "登录名"]
PEOPLE = [["he_ping", "何萍", "前台、维修技工", "13800001111", "heping"], ["wu_dan", "吴丹", "steward@5", "", ""]]


def write(path: Path, rows: list[list[Any]]) -> str:
    """A table as a spreadsheet saves it, by the ending of its name."""
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        text = "\n".join(("\t" if path.suffix == ".tsv" else ",").join(map(str, row)) for row in rows)
        path.write_bytes(text.encode("gb18030" if path.suffix == ".gbk" else "utf-8-sig"))
    return str(path)


@pytest.mark.parametrize("ending", ["csv", "gbk", "tsv", "xlsx"])
def test_people_come_from_a_table(sop: Sop, tmp_path: Path, ending: str) -> None:
    file = write(tmp_path / f"people.{ending}", [HEAD, *PEOPLE])
    assert sop("actor", "import", file, "--dry-run", "--json").json == {"added": ["he_ping", "wu_dan"], "there": []}
    assert sop("actor", "import", file, "--json").json == {"added": ["he_ping", "wu_dan"], "there": []}
    people = {each["id"]: each for each in sop("actor", "ls", "--json").json}
    assert [each["role"] for each in people["he_ping"]["roles"]] == ["desk", "engineer"]
    assert (people["he_ping"]["contact"], people["he_ping"]["logins"]) == ({"phone": "13800001111"}, ["heping"])
    assert people["wu_dan"]["roles"] == [{"role": "steward", "scope": "5"}]
    assert sop("actor", "import", file, "--json").json == {"added": [], "there": ["he_ping", "wu_dan"]}
    assert sop("audit", "replay", "--all").code == 0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["wang_fang", "别人"], "line 3: there is an actor 王芳 (wang_fang) already"),
        (["王芳2", "王芳"], "line 3: `王芳2` cannot be an id"),
        (["desk_1", "前台 1 号"], "line 3: `前台 1 号` is a post"),
        (["", "王"], "line 3: id and name must be there"),
        (["he_ping", "何萍"], "line 3: row 2 has the same id"),
        (["a1", "王", "", "", "a b\u00e9"], "line 3: `a b\u00e9` cannot be an id"),
    ],
)
def test_a_fault_in_any_row_adds_nobody(sop: Sop, tmp_path: Path, row: list[str], said: str) -> None:
    before = sop("actor", "ls", "--json").json
    ran = sop("actor", "import", write(tmp_path / "p.csv", [HEAD, PEOPLE[0], row]))
    assert (ran.code, said in ran.err) == (2, True), ran
    assert sop("actor", "ls", "--json").json == before


def test_all_rows_with_faults_are_told_at_once(sop: Sop, tmp_path: Path) -> None:
    ran = sop("actor", "import", write(tmp_path / "p.csv", [HEAD, ["bad id", "张三"], ["", "王"]]))
    assert ran.code == 2
    assert "line 2: `bad id` cannot be an id" in ran.err
    assert "line 3: id and name must be there" in ran.err


def test_only_an_administrator_imports(sop: Sop, tmp_path: Path) -> None:
    file = write(tmp_path / "p.csv", [HEAD, *PEOPLE])
    assert sop("actor", "import", file, "--as", "wang_fang").code == 5
    assert sop("actor", "import", str(tmp_path / "nowhere.csv")).code == 3
    assert "nobody knows: salary" in sop("actor", "import", write(tmp_path / "q.csv", [["id", "name", "salary"]])).err


@pytest.mark.parametrize("ending", ["csv", "gbk", "xlsx"])
def test_units_and_their_owners_come_from_a_table(sop: Sop, tmp_path: Path, ending: str) -> None:
    rows = [["房号", "业主姓名", "手机"], ["3栋2单元1202", "周先生", "13800001202"], ["5-1-0301", "沈女士", ""]]
    assert sop("unit", "import", write(tmp_path / f"u.{ending}", rows)).code == 0
    assert [each["id"] for each in sop("unit", "ls", "--json").json] == ["3-2-1202", "5-1-0301"]
    bad = sop("unit", "import", write(tmp_path / f"v.{ending}", [*rows, ["!!", "坏", ""]]))
    assert (bad.code, "line 4" in bad.err) == (2, True)


def test_cells_read_as_somebody_would_type_them(tmp_path: Path) -> None:
    from datetime import date, datetime, time

    cells = [13800001202, 2.5, 3.0, date(2026, 11, 24), datetime(2026, 11, 24, 9, 5), time(8, 30), True, None, "=1+1"]
    path = tmp_path / "x.xlsx"
    write(path, [[f"c{rank}" for rank in range(len(cells))], cells])
    (row,) = sheets.read_sheet(path.read_bytes(), "x.xlsx").rows
    assert list(row.cells.values())[:7] == ["13800001202", "2.5", "3", "2026-11-24", "2026-11-24 09:05", "08:30", "1"]
    assert row.number == 2


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x03\x04" + b"\x00" * 200, b"", b"\xff\x00\xff", b"\n\n"])
def test_what_is_no_table_is_one_clear_message(data: bytes) -> None:
    with pytest.raises(NotUnderstood):
        sheets.read_sheet(data, "x")


def test_a_table_has_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    assert len(sheets.read_sheet(b"a\n1\n2\n", "x").rows) == 2
    with pytest.raises(NotUnderstood, match="more than 3 rows"):
        sheets.read_sheet(b"a\n1\n2\n3\n", "x")
    with pytest.raises(NotUnderstood, match="columns"):
        sheets.read_sheet(b"a," * 300, "x")


def test_without_openpyxl_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write(path, [["a"], ["1"]])
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(SetUp, match="needs openpyxl"):
        sheets.read_sheet(path.read_bytes(), "x.xlsx")


@pytest.mark.parametrize(
    ("rank", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_called_as_in_a_spreadsheet(rank: int, letters: str) -> None:
    assert sheets.column_letters(rank) == letters


@pytest.mark.parametrize("text", ["=1", "+1", "-x", "@x", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x"])
def test_no_cell_of_csv_is_a_formula(text: str) -> None:
    assert figures.tame(text) == f"'{text}"
    assert figures.tame([text, ""]) == f"'{text}"
    assert figures.tame("a" + text) == "a" + text
