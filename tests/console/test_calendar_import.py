"""`sop calendar import`: the difference first, then the file, whole; and only what it says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sop_engine.console import call as calls
from sop_engine.engine.publishing import calendar_import
from tests.console.test_calendars import CHINA, OFFICE
from tests.end_to_end.shell import Ran

Sop = Callable[..., Ran]
TABLE = "2027-10-01,国庆节,休\n2027-10-02,国庆节,休\n2027-09-26,国庆节,班\n"
KNOWN_2026 = CHINA.replace("2027-12-31", "2026-12-31")


@pytest.fixture
def draft(site: Path) -> Path:
    (site / "calendars" / "office.yaml").write_text(OFFICE)
    (site / "calendars" / "china.yaml").write_text(KNOWN_2026)
    return site / "calendars" / "china.yaml"


@pytest.fixture
def table(tmp_path: Path) -> str:
    (tmp_path / "notice.csv").write_text(TABLE)
    return str(tmp_path / "notice.csv")


def test_the_difference_is_shown_and_written_after_yes(sop: Sop, draft: Path, table: str) -> None:
    said = sop("calendar", "import", "china", "--year", "2027", "--from", table, "--yes")

    assert said.code == 0
    assert said.out.splitlines() == [
        "2027-09-26\tSun\tordinary day\tworked, for National Day",
        "2027-10-01\tFri\tordinary day\tfree: National Day",
        "2027-10-02\tSat\tordinary day\tfree: National Day",
    ]
    assert "known_through becomes 2027-12-31" in said.err
    assert "sop calendar publish china" in said.err
    assert "from: 2027-10-01, to: 2027-10-02, make_up: 2027-09-26}" in draft.read_text()
    assert sop("calendar", "check").code == 0


def test_loading_it_again_changes_nothing(sop: Sop, draft: Path, table: str) -> None:
    sop("calendar", "import", "china", "--year", "2027", "--from", table, "--yes")
    before = draft.read_bytes()

    said = sop("calendar", "import", "china", "--year", "2027", "--from", table)

    assert (said.code, said.out, draft.read_bytes()) == (0, "", before)
    assert "says so already" in said.err


def test_without_a_yes_nothing_is_written(sop: Sop, draft: Path, table: str) -> None:
    said = sop("calendar", "import", "china", "--year", "2027", "--from", table, "--no-input")

    assert (said.code, draft.read_text()) == (2, KNOWN_2026)
    assert "--yes" in said.err


@pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("是\n", True), ("n\n", False), ("", False)])
def test_whoever_sits_there_is_asked(
    sop: Sop, draft: Path, table: str, answer: str, written: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls.Call, "asks", property(lambda _call: True))
    monkeypatch.setattr("sys.stdin.readline", lambda: answer, raising=False)

    said = sop("calendar", "import", "china", "--year", "2027", "--from", table)

    assert said.code == 0
    assert (draft.read_text() != KNOWN_2026) is written
    assert ("nothing was changed" in said.err) is not written


def test_a_dry_run_shows_and_writes_nothing(sop: Sop, draft: Path, table: str) -> None:
    said = sop("calendar", "import", "china", "--year", "2027", "--from", table, "--dry-run", "--json")

    assert draft.read_text() == KNOWN_2026
    assert (said.json["written"], said.json["known_through"], said.json["known_from"]) == (False, "2027-12-31", None)
    assert [each["date"] for each in said.json["added"]] == ["2027-09-26", "2027-10-01", "2027-10-02"]
    assert said.json["removed"] == said.json["changed"] == []


def test_what_is_taken_away_and_what_changes_is_told_apart(sop: Sop, draft: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("2026-10-02,国庆节,休\n2026-10-01,国庆节,班\n2026-10-10,国庆节,班\n")

    said = sop("calendar", "import", "china", "--year", "2026", "--from", str(tmp_path / "new.csv"), "--yes", "--json")

    assert said.json["added"] == []
    assert [each["date"] for each in said.json["removed"]] == [f"2026-10-0{day}" for day in (3, 4, 5, 6, 7)]
    assert [(each["date"], each["after"]["kind"]) for each in said.json["changed"]] == [("2026-10-01", "workday")]


def test_a_calendar_that_has_its_holidays_from_another_says_from_which(sop: Sop, draft: Path, table: str) -> None:
    said = sop("calendar", "import", "office", "--year", "2027", "--from", table, "--yes")

    assert said.code == 2
    assert "sop calendar import china --year 2027" in said.err


def test_a_year_between_may_not_be_left_out(sop: Sop, draft: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("2028-10-01,国庆节,休\n")

    said = sop("calendar", "import", "china", "--year", "2028", "--from", str(tmp_path / "new.csv"), "--yes")

    assert (said.code, draft.read_text()) == (4, KNOWN_2026)
    assert "--year 2027" in said.err


def test_what_would_be_a_fault_is_not_written(sop: Sop, draft: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("2027-01-01,元旦,休\n2026-10-10,元旦,班\n")

    said = sop("calendar", "import", "china", "--year", "2027", "--from", str(tmp_path / "new.csv"), "--yes")

    assert (said.code, draft.read_text()) == (1, KNOWN_2026)
    assert "2026-10-10 is said twice" in said.err


def test_a_file_with_errors_is_not_touched(sop: Sop, draft: Path, table: str) -> None:
    draft.write_text(KNOWN_2026.replace("zone:", "zome:"))

    said = sop("calendar", "import", "china", "--year", "2027", "--from", table, "--yes")

    assert said.code == 1
    assert "zome:" in draft.read_text()


def test_a_file_that_was_edited_meanwhile_is_not_overwritten(
    sop: Sop, draft: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = calendar_import.plan_import

    def plan(*given: object, **more: object) -> calendar_import.Import:
        found = planned(*given, **more)  # type: ignore[arg-type]
        draft.write_text(KNOWN_2026 + "# mine\n")
        return found

    monkeypatch.setattr(calendar_import, "plan_import", plan)
    said = sop("calendar", "import", "china", "--year", "2027", "--from", table, "--yes")

    assert (said.code, draft.read_text()) == (6, KNOWN_2026 + "# mine\n")


def test_a_write_that_fails_leaves_the_file_as_it_was(
    sop: Sop, draft: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sop_engine.engine.publishing.calendar_import.os.fsync", full)
    said = sop("calendar", "import", "china", "--year", "2027", "--from", table, "--yes")

    assert (said.code, draft.read_text()) == (7, KNOWN_2026)
    assert sorted(path.name for path in draft.parent.iterdir()) == ["china.yaml", "office.yaml"]


@pytest.mark.parametrize("year", ["1900", "9999"])
def test_a_year_is_one_of_ours(sop: Sop, draft: Path, table: str, year: str) -> None:
    assert sop("calendar", "import", "china", "--year", year, "--from", table).code == 2
