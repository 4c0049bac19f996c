"""Blank slips with reserved numbers."""

from pathlib import Path

import pytest

from tests.console.conftest import Sop

DESK = ("--as", "wang_fang")
FIELDS = ("--field", "unit=3-2-1202", "--field", "fault=漏水")


def test_numbers_are_reserved_and_printed_and_a_ticket_takes_one(sop: Sop, tmp_path: Path) -> None:
    page = tmp_path / "slips.html"
    said = sop("print", "--blank", "3", "--procedure", "报修", "--to", str(page), "--json")
    numbers = said.json["numbers"]
    assert numbers == [f"WX-20261123-00{each}" for each in (1, 2, 3)]
    text = page.read_text(encoding="utf-8")
    assert all(f"<h1>{each}</h1>" in text for each in numbers)
    assert (text.count("<body"), text.count("break-before")) == (1, 2)
    assert sop("new", "repair", *FIELDS, *DESK, "--json").json["id"] == "WX-20261123-004"
    taken = sop("new", "repair", *FIELDS, *DESK, "--number", "wx-20261123-002", "--json")
    assert taken.json["id"] == numbers[1]
    assert sop("new", "repair", *FIELDS, *DESK, "--number", numbers[1]).code == 4
    assert sop("audit", "replay", "--all").code == 0
    states = [each["state"] for each in sop("audit", "numbers", "--json").json]
    assert states == ["unused", "used", "unused"]


def test_who_gives_tasks_reserves_too(sop: Sop) -> None:
    assert sop("actor", "change", "liu_yang", "--right", "assign").code == 0
    assert sop("print", "--blank", "1", "--procedure", "repair", "--as", "刘洋").code == 0
    assert sop("actor", "change", "liu_yang", "--right", "admin", "--as", "刘洋").code == 5


def test_whoever_may_not_is_told_who_may(sop: Sop) -> None:
    refused = sop("print", "--blank", "1", "--procedure", "repair", *DESK)
    assert (refused.code, "whoever has the right `assign`" in refused.err) == (5, True)
    outage = ("outage", "declare", "--from", "08:00", "--to", "08:20", "--reason", "x", *DESK)
    refused = sop(*outage)
    assert (refused.code, "whoever holds the role `manager`" in refused.err) == (5, True)


def test_a_slip_that_was_torn_up_is_void(sop: Sop) -> None:
    sop("print", "--blank", "2", "--procedure", "repair")
    number = "WX-20261123-001"
    assert sop("print", "--void", number).code == 2
    assert sop("print", "--void", number, "--reason", "写坏").code == 0
    assert sop("print", "--void", number, "--reason", "写坏").code == 4
    assert sop("print", "--void", "WX-20261123-099", "--reason", "x").code == 3
    assert sop("new", "repair", *FIELDS, *DESK, "--number", number).code == 4
    assert "写坏" not in sop("audit", "numbers", "--unused").out
    assert [each["number"] for each in sop("audit", "numbers", "--unused", "--json").json] == ["WX-20261123-002"]
    assert sop("audit", "replay", "--all").code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--blank", "0", "--procedure", "repair"), 2),
        (("--blank", "201", "--procedure", "repair"), 2),
        (("--blank", "3"), 2),
        (("--blank", "3", "--procedure", "nothing"), 3),
        (("--blank", "3", "poster", "--procedure", "repair"), 2),
        ((), 2),
        (("--blank", "3", "--procedure", "repair", *DESK), 5),
    ],
)
def test_what_cannot_be_reserved_reserves_nothing(sop: Sop, words: tuple[str, ...], code: int) -> None:
    assert sop("print", *words).code == code
    assert sop("audit", "numbers", "--json").json == []


def test_a_dry_run_reserves_nothing(sop: Sop, tmp_path: Path) -> None:
    said = sop("print", "--blank", "2", "--procedure", "repair", "--to", str(tmp_path / "x.html"), "--dry-run")
    assert "WX-20261123-001 to WX-20261123-002" in said.err
    assert not (tmp_path / "x.html").exists()
    assert sop("audit", "numbers", "--json").json == []


def test_a_number_that_was_not_reserved_opens_nothing(sop: Sop) -> None:
    assert sop("new", "repair", *FIELDS, *DESK, "--number", "WX-20261123-001").code == 2
