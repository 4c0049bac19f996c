"""`sop roster` as it is typed: what it prints, and its exit codes."""

from pathlib import Path

import pytest

from tests.console.conftest import Sop
from tests.console.place import REPAIR

SHEET = "姓名,23,24,25\n张伟,早,晚,休\n李强,休,早,早\n带班领导,陈静,陈静,\n"


@pytest.fixture
def sheet(site: Path) -> Path:
    path = site / "nov.csv"
    path.write_bytes(SHEET.encode("gbk"))
    return path


@pytest.fixture
def loaded(sop: Sop, sheet: Path) -> Path:
    said = sop("roster", "import", str(sheet), "--month", "2026-11")
    assert said.code == 0, said
    return sheet


def test_a_dry_run_tells_what_would_change_and_keeps_nothing(sop: Sop, sheet: Path) -> None:
    said = sop("roster", "import", str(sheet), "--month", "2026-11", "--dry-run", "--json")
    assert (said.code, said.json["written"], len(said.json["shifts"]), len(said.json["leads"])) == (0, False, 6, 2)
    assert sop("roster", "show", "--json").json["days"] == []


def test_what_is_changed_of_an_older_roster_is_shown_cell_by_cell(sop: Sop, loaded: Path) -> None:
    loaded.write_text(SHEET.replace("张伟,早,晚,休", "张伟,早,夜,休"), encoding="utf-8")
    said = sop("roster", "import", str(loaded), "--month", "2026-11")
    assert said.out == "2026-11-24\t张伟 (zhang_wei)\tlate\tnight\n"
    assert "shifts that are new: 0, changed: 1" in said.err


def test_a_fault_in_a_cell_loads_nothing_and_is_told_with_its_place(sop: Sop, sheet: Path) -> None:
    sheet.write_text(SHEET.replace("早,晚,休", "早,晚晚,休").replace("李强", "李墙"), encoding="utf-8")
    said = sop("roster", "import", str(sheet), "--month", "2026-11")
    assert said.code == 2
    assert [line.partition(":")[0] for line in said.err.splitlines()[:2]] == ["C2", "A3"]
    assert sop("roster", "show", "--json").json["days"] == []


def test_who_is_no_administrator_loads_nothing(sop: Sop, sheet: Path) -> None:
    assert sop("roster", "import", str(sheet), "--month", "2026-11", "--as", "wang_fang").code == 5


def test_a_pipe_gets_a_line_for_each_person_and_day(sop: Sop, loaded: Path) -> None:
    said = sop("roster", "show", "--week", "2026-11-25", "--person", "张伟")
    assert said.out.splitlines() == [
        "2026-11-23\tzhang_wei\t张伟\tearly\t2026-11-23T07:00+08:00\t2026-11-23T15:00+08:00",
        "2026-11-24\tzhang_wei\t张伟\tlate\t2026-11-24T15:00+08:00\t2026-11-24T23:00+08:00",
        "2026-11-25\tzhang_wei\t张伟\trest\t\t",
    ]


def test_a_swap_is_proposed_shown_and_agreed_to(sop: Sop, loaded: Path) -> None:
    proposed = sop("roster", "swap", "张伟", "李强", "2026-11-24", "--as", "zhang_wei", "--json")
    assert proposed.json["state"] == "proposed"
    assert sop("roster", "show", "--json").json["swaps"] == [
        {"by": "zhang_wei", "date": "2026-11-24", "one": "li_qiang", "other": "zhang_wei"}
    ]
    dry = sop("roster", "swap", "李强", "张伟", "2026-11-24", "--as", "li_qiang", "--dry-run", "--json")
    assert (dry.json["state"], dry.json["dry_run"]) == ("swapped", True)
    assert sop("roster", "swap", "李强", "张伟", "2026-11-24", "--as", "li_qiang").code == 0
    assert "2026-11-24\tli_qiang\t李强\tlate" in sop("roster", "show").out
    assert sop("audit", "replay", "site").code == 0


def test_whoever_is_asked_is_reminded_until_he_has_answered(sop: Sop, loaded: Path) -> None:
    sop("roster", "swap", "张伟", "李强", "2026-11-24", "--as", "zhang_wei")
    line = "张伟 (zhang_wei) would like to swap the shifts of 2026-11-24 with you; agree: sop roster swap li_qiang"
    assert line in sop("--as", "li_qiang").err
    assert line in sop("ls", "--mine", "--as", "li_qiang").err
    for words in (("--as", "zhang_wei"), ("--as", "wang_fang"), ("ls", "--as", "li_qiang")):
        assert "would like to swap" not in sop(*words).err
    sop("roster", "swap", "张伟", "李强", "2026-11-24", "--as", "li_qiang")
    assert "would like to swap" not in sop("--as", "li_qiang").err


def test_under_a_key_a_swap_is_proposed_once(sop: Sop, loaded: Path, site: Path) -> None:
    words = ("roster", "swap", "张伟", "李强", "2026-11-24", "--as", "zhang_wei", "--key", "k1", "--json")
    assert [sop(*words).json["state"] for _time in range(2)] == ["proposed", "proposed"]
    assert sop("roster", "swap", "张伟", "李强", "2026-11-24", "--as", "li_qiang").code == 0
    assert sop(*words).json["state"] == "proposed", "what the key came to, though the roster is another now"
    other = ("roster", "swap", "张伟", "李强", "2026-11-25", "--as", "zhang_wei", "--key", "k1")
    assert sop(*other).code == 2
    assert sop("audit", "replay", "site").code == 0


@pytest.mark.parametrize(
    "words, code",
    [
        (("张伟", "李强", "2026-11-24", "--as", "wang_fang"), 5),
        (("张伟", "张伟", "2026-11-24"), 2),
        (("张伟", "王芳", "2026-11-24"), 2),
        (("张伟", "李强", "32"), 2),
        (("张伟", "nobody", "2026-11-24"), 2),
        (("张伟", "李强", "2026-12-24"), 4),
        (("张伟", "李强", "2026-11-24", "--withdraw"), 4),
    ],
)
def test_a_swap_that_cannot_be_is_refused(sop: Sop, loaded: Path, words: tuple[str, ...], code: int) -> None:
    said = sop("roster", "swap", *words)
    assert said.code == code, said


def test_doctor_says_that_procedures_ask_for_a_roster_that_is_not_there(sop: Sop, site: Path) -> None:
    asking = REPAIR.replace("assign: engineer", "assign: {role: engineer, on_shift: true}")
    (site / "workflows" / "repair.sop.yaml").write_text(asking, encoding="utf-8")
    assert sop("roster", "check").code == 0
    assert sop("flow", "publish", "repair", "--reason", "x").code == 0
    assert "no roster was loaded" in sop("doctor").out
    assert sop("roster", "check").code == 1


def test_lint_says_it_of_the_site_s_own_procedures_too(sop: Sop, site: Path, sheet: Path) -> None:
    assert "no roster was loaded" not in sop("flow", "lint").err
    asking = REPAIR.replace("assign: engineer", "assign: {role: engineer, on_shift: true}")
    (site / "workflows" / "repair.sop.yaml").write_text(asking, encoding="utf-8")
    said = sop("flow", "lint")
    assert "procedures ask who is on shift (Engineer), and no roster was loaded" in said.err
    assert "sop roster import FILE" in said.err
    sop("roster", "import", str(sheet), "--month", "2026-11")
    assert "no roster was loaded" not in sop("flow", "lint").err


def test_who_is_off_is_refused_with_who_is_there(sop: Sop, loaded: Path, site: Path) -> None:
    asking = REPAIR.replace("assign: engineer", "assign: {role: engineer, on_shift: true}")
    (site / "workflows" / "repair.sop.yaml").write_text(asking, encoding="utf-8")
    assert sop("flow", "publish", "repair", "--reason", "x").code == 0
    wx = sop("new", "repair", "--as", "王芳", "--field", "unit=3-2-1202", "--field", "fault=漏水", "--json").json["id"]
    said = sop("do", wx, "派单", "--as", "王芳", "--assignee", "李强", "--lang", "zh")
    assert said.code == 4
    first = said.err.splitlines()[0]
    assert first == "不能派给 李强 (li_qiang)：李强 (li_qiang) 不在班（轮休）；在班维修技工：张伟 (zhang_wei)（0 单）。"


def test_a_site_without_a_roster_is_not_said_to_have_a_good_one(sop: Sop) -> None:
    said = sop("roster", "check", "--as", "wang_fang")

    assert (said.code, said.out) == (0, "no roster was loaded, and no procedure asks who is on shift\n")
