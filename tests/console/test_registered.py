"""Rooms with and without the nought before them: who rings says 803, and the register has 0803."""

import json
from pathlib import Path

import pytest

from tests.console.conftest import Sop


@pytest.fixture
def registered(sop: Sop, site: Path) -> None:
    for unit in ("7-1-0803", "7-2-803", "7-2-0803"):
        assert sop("unit", "add", unit, "--contact", "周先生", "--phone", "13800000803").code == 0


@pytest.mark.parametrize("said", ["7栋1单元803", "7-1-803", "７＃１－００８０３", "7-1-0803"])
def test_a_room_is_found_in_the_register_however_many_noughts_are_said(sop: Sop, registered: None, said: str) -> None:
    opened = sop("new", "repair", "--as", "wang_fang", "--field", f"unit={said}", "--field", "fault=x", "--json")

    assert opened.json["fields"]["unit"] == "7-1-0803", opened
    assert len(sop("ls", "--unit", said, "--json").json) == 1
    assert [each["id"] for each in sop("find", said, "--json").json] == [opened.json["id"]]


def test_json_values_are_spelled_as_the_register_has_them(sop: Sop, registered: None, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"unit": "7-1-803", "fault": "x"}))

    opened = sop("new", "repair", "--as", "wang_fang", "--from-file", str(tmp_path / "x.json"), "--json")

    assert opened.json["fields"]["unit"] == "7-1-0803"


def test_where_the_register_has_both_each_is_itself(sop: Sop, registered: None) -> None:
    for unit in ("7-2-803", "7-2-0803"):
        opened = sop("new", "repair", "--as", "wang_fang", "--field", f"unit={unit}", "--field", "fault=x", "--json")
        assert opened.json["fields"]["unit"] == unit


def test_a_room_that_is_in_no_register_is_refused_as_it_was_said(sop: Sop, registered: None) -> None:
    said = sop("new", "repair", "--as", "wang_fang", "--field", "unit=7-3-803", "--field", "fault=x")

    assert (said.code, "7-3-803" in said.err) == (2, True)
