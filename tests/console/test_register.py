"""People and units as a keeper enters them: with slips, titles, and the files that a spreadsheet writes."""

from pathlib import Path

import pytest

from tests.console.conftest import Sop


def test_a_role_may_be_named_by_its_title(sop: Sop, site: Path) -> None:
    assert sop("actor", "grant", "李强", "前台", "管家@5").code == 0
    roles = next(each["roles"] for each in sop("actor", "ls", "--json").json if each["id"] == "li_qiang")
    assert {"role": "desk", "scope": None} in roles
    assert {"role": "steward", "scope": "5"} in roles
    assert sop("actor", "revoke", "李强", "前台").code == 0


def test_a_role_that_no_procedure_has_is_entered_with_a_warning(sop: Sop, site: Path) -> None:
    done = sop("actor", "add", "he_ping", "何萍", "--role", "dekk")
    assert done.code == 0
    assert "warning: no published procedure has a role `dekk`; those that there are: " in done.err
    assert "did you mean: `desk`?" in done.err
    assert "warning" not in sop("actor", "add", "sun_li", "孙丽", "--role", "desk").err


def test_a_deputys_time_is_told_as_people_say_it(sop: Sop, site: Path) -> None:
    told = sop("actor", "deputy", "王芳", "刘洋", "--from", "2030-02-01", "--to", "2030-02-08").err
    assert "from 2030-02-01 Fri 00:00 to 2030-02-09 Sat 00:00" in told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_units_come_from_what_a_spreadsheet_saves(sop: Sop, site: Path, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "units.csv").write_text("房号,姓名,电话\n7-1-101,郑女士,13800000000\n", encoding=encoding)
    assert sop("unit", "import", "units.csv").code == 0
    assert sop("unit", "ls", "--json").json[-1]["name"] == "郑女士"


def test_a_file_of_units_that_is_not_there_or_no_text(sop: Sop, site: Path, tmp_path: Path) -> None:
    missing = sop("unit", "import", "units.csv")
    assert missing.code == 3
    assert "there is no file units.csv" in missing.err
    (tmp_path / "units.csv").write_bytes(b"PK\x03\x04\xff\xff\x00")
    sheet = sop("unit", "import", "units.csv")
    assert sheet.code == 2
    assert "save it as CSV" in sheet.err


def test_a_unit_that_stands_twice_in_a_table_is_a_fault(sop: Sop, site: Path, tmp_path: Path) -> None:
    table = tmp_path / "units.csv"
    table.write_text("房号,姓名\n8-1-0101,赵先生\n8栋1单元0101,钱先生\n", encoding="utf-8")

    said = sop("unit", "import", str(table))

    assert (said.code, "line 3: line 2 has the same unit" in said.err) == (2, True), said
    assert "8-1-0101" not in sop("unit", "ls").out


def test_a_column_that_nobody_knows_is_told_and_nothing_entered(sop: Sop, tmp_path: Path) -> None:
    # given a table whose head of the names is mistyped: without it the contacts would be lost
    table = tmp_path / "units.csv"
    table.write_text("unit,nmae,phone\n8-1-0101,赵先生,13800000000\n", encoding="utf-8")
    said = sop("unit", "import", str(table))
    assert (said.code, "has columns that nobody knows: nmae" in said.err) == (2, True), said
    assert "8-1-0101" not in sop("unit", "ls").out
    # a head in capitals is known
    table.write_text("Unit,Name,PHONE,\n8-1-0101,赵先生,13800000000,\n", encoding="utf-8")
    assert sop("unit", "import", str(table)).code == 0
    assert sop("unit", "ls", "--json").json[-1]["name"] == "赵先生"


def test_an_address_to_which_no_mail_can_go_is_refused(sop: Sop, site: Path) -> None:
    said = sop("actor", "add", "zhao", "赵", "--mail", "zhao@")

    assert (said.code, "`zhao@` is no mail address" in said.err) == (2, True), said
