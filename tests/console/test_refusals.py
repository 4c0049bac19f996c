"""What is refused: the words, the exit code, and that nothing changed."""

from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from sop_engine import canonical
from sop_engine.engine.people.identity import system_login
from sop_engine.engine.sites.folder import open_site
from sop_engine.store import sqlite
from sop_engine.store.drivers import connect, driver_module
from tests.console.conftest import Sop
from tests.console.place import head_number, move_clock


def test_a_refusal_says_what_is_possible_now_and_what_comes_by_itself(sop: Sop, site: Path, wx: str) -> None:
    said = sop("do", "1", "dispach", "--as", "wang_fang")
    assert said.code == 2
    assert said.out == ""
    assert said.err.splitlines() == [
        f"{wx} cannot `dispach`: its state To be dispatched has no such transition.",
        "did you mean: `dispatch`?",
        "possible now: dispatch (Front desk), progress (Steward, needs: note), cancel (Front desk, needs: reason); "
        "by itself: in 15 min told: Front desk",
    ]
    assert head_number(site, wx) == 1


def test_a_trigger_of_another_state_is_not_possible_now(sop: Sop, wx: str) -> None:
    said = sop("do", "1", "确认修复", "--as", "wang_fang", "--json")
    assert said.code == 4
    error = said.json["error"]
    assert list(error) == ["code", "name", "message", "where", "needs", "possible", "fix"]
    assert (error["code"], error["name"]) == (4, "not_now")
    assert [each["trigger"] for each in error["possible"]] == ["dispatch", "progress", "cancel"]


def test_the_condition_that_failed_is_said_in_words(sop: Sop, site: Path, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang", "--assignee", "li_qiang")
    sop("do", "1", "accept", "--as", "li_qiang")
    said = sop("do", "1", "done", "--as", "li_qiang", "--field", "fee=0")
    assert said.code == 4
    assert "the condition: Fee > 0" in said.err
    assert head_number(site, wx) == 3


def test_whoever_did_it_may_not_confirm_it(sop: Sop, wx: str) -> None:
    said = sop("do", "1", "cancel", "--as", "li_qiang", "--field", "reason=x")
    assert said.code == 5
    assert said.err.startswith(f"李强 (li_qiang) may not `cancel` {wx}: only Front desk may do this.")


def test_a_missing_value_says_what_is_needed(sop: Sop, site: Path, wx: str) -> None:
    said = sop("do", "1", "cancel", "--as", "wang_fang")
    assert said.code == 2
    assert "Cancel (cancel) needs Reason (reason)." in said.err
    assert "fix: give it with --field reason=..." in said.err
    assert head_number(site, wx) == 1


def test_an_ill_typed_value_says_how_one_is_written(sop: Sop, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang", "--assignee", "li_qiang")
    sop("do", "1", "accept", "--as", "li_qiang")
    said = sop("do", "1", "done", "--as", "li_qiang", "--field", "fee=viel", "--json")
    assert (said.code, said.json["error"]["where"]) == (2, "fee")
    assert "1200.50" in said.json["error"]["message"]


def test_a_field_that_there_is_not(sop: Sop, wx: str) -> None:
    said = sop("do", "1", "cancel", "--as", "wang_fang", "--field", "raeson=x")
    assert said.code == 2
    assert "did you mean: `reason`?" in said.err
    assert sop("do", "1", "cancel", "--as", "wang_fang", "--field", "reason").code == 2


def test_the_second_of_two_writers_is_told_what_happened_meanwhile(sop: Sop, site: Path, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang")
    said = sop("do", "1", "cancel", "--as", "liu_yang", "--field", "reason=x", "--expect", "1")
    assert said.code == 6
    told = said.err.splitlines()
    assert told[0] == f"{wx} has moved on: it is at step 2, and you expected 1."
    assert told[1] == "meanwhile:"
    assert "#2" in told[2] and "王芳 (wang_fang): Dispatch" in told[2]
    assert "To be dispatched (registered) -> Waiting for acceptance (dispatched)" in told[2]
    assert head_number(site, wx) == 2


def test_a_closed_ticket(sop: Sop, site: Path, wx: str) -> None:
    sop("do", "1", "cancel", "--as", "wang_fang", "--reason", "业主不修了")
    said = sop("do", "1", "dispatch", "--as", "wang_fang")
    assert said.code == 4
    assert f"{wx} is closed (Cancelled); nothing more can be done with it." in said.err
    assert head_number(site, wx) == 2


def test_an_unknown_and_an_ambiguous_number(sop: Sop, wx: str) -> None:
    assert sop("show", "77").code == 3
    for _ in range(10):
        sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=x")
    assert sop("show", "1", "--json").json["id"] == wx, "a whole number, not the end of 011"
    assert sop("show", "20261123-0").code == 3
    assert sop("show", "WX-11", "--json").json["id"].endswith("-011")


def test_one_open_ticket_is_meant_before_closed_ones(sop: Sop, site: Path, wx: str) -> None:
    move_clock(site, days=1)
    second = sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=x", "--json").json
    assert second["id"] == "WX-20261124-001"
    both = sop("show", "1")
    assert both.code == 2
    assert "did you mean: `WX-20261124-001`, `WX-20261123-001`?" in both.err
    sop("do", wx, "cancel", "--as", "wang_fang", "--reason", "x")
    assert sop("show", "1", "--json").json["id"] == second["id"]
    assert sop("show", "23-1", "--json").json["id"] == wx


def test_an_unpublished_procedure(sop: Sop) -> None:
    said = sop("new", "repiar", "--as", "wang_fang")
    assert said.code == 3
    assert "no procedure repiar is published here." in said.err
    assert "did you mean: `repair`?" in said.err


def test_an_unknown_command_and_option(sop: Sop) -> None:
    said = sop("shwo", "1")
    assert said.code == 2
    assert "did you mean: `show`?" in said.err
    assert sop("audit", "lgo").code == 2
    option = sop("show", "1", "--jsn")
    assert option.code == 2
    assert "`sop show` has no option --jsn." in option.err
    assert sop("show").err.startswith("`sop show` needs ID.")
    assert sop("show", "1", "2").err.startswith("`sop show` cannot use: 2.")
    assert sop("show", "1", "--until", "x").err.startswith("--until wants a whole number, not x.")
    assert sop("show", "1", "--as").err.startswith("--as needs a value after it.")


def test_faults_of_what_was_typed_are_json_too(sop: Sop) -> None:
    said = sop("shwo", "--json")
    assert said.json["error"]["code"] == 2
    assert said.err == ""


def test_a_stranger_sees_nothing(sop: Sop, site: Path, wx: str) -> None:
    with open_site(site) as opened, opened.store.writing() as transaction:
        transaction.put_login(None, system_login())
    for words in (("show", "1"), ("ls",), ("audit", "log", "1"), ("note", "1", "x")):
        said = sop(*words)
        assert said.code == 5, words
        assert "an administrator adds it: sop actor login" in said.err


def test_nobody_sweeps(sop: Sop, site: Path, wx: str) -> None:
    assert "warning" not in sop("show", "1").err
    move_clock(site, hours=4)
    said = sop("ls")
    assert (said.code, said.err) == (
        0, "warning: timers wait, and nothing has swept for 4 hours; start it: sop worker run\n",
    )  # fmt: skip


def test_a_sweep_counts_whatever_is_due(sop: Sop, site: Path, wx: str) -> None:
    move_clock(site, hours=20)
    with open_site(site) as opened, opened.store.writing() as transaction:
        transaction.put_meta("last_sweep", canonical.instant_text(opened.clock.now()))
    move_clock(site, hours=2)
    assert "warning" not in sop("ls").err


def test_who_expects_more_than_there_is_was_not_overtaken(sop: Sop, site: Path, wx: str) -> None:
    said = sop("do", "1", "dispatch", "--as", "wang_fang", "--expect", "9")
    assert said.code == 6
    assert said.err.splitlines() == [
        f"{wx} is only at step 1, and you expected 9.",
        f"fix: look at it again: sop show {wx}",
    ]


def test_a_clock_that_is_behind(sop: Sop, site: Path, wx: str) -> None:
    move_clock(site, hours=-1)
    said = sop("do", "1", "dispatch", "--as", "wang_fang")
    assert said.code == 7
    assert "sop doctor --accept-clock" in said.err
    assert head_number(site, wx) == 1


def test_a_folder_that_is_no_site(sop: Sop, site: Path) -> None:
    said = sop("ls", "--site", str(site.parent))
    assert said.code == 7
    assert "there is no sop.toml" in said.err


def test_a_full_disk_keeps_nothing(sop: Sop, site: Path, wx: str) -> None:
    def full(*words: Any, **more: Any) -> Any:
        raw = connect(*words, **more)
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count = {pages}")
        return raw

    with mock.patch.object(sqlite, "connect", full):
        said = sop("note", "1", "x" * 60_000, "--as", "wang_fang")
    assert said.code == 7
    assert "is full; nothing of this command was kept" in said.err
    assert head_number(site, wx) == 1


def test_an_unknown_language(sop: Sop) -> None:
    said = sop("ls", "--lang", "fr")
    assert said.code == 2
    assert "there is no language fr; there are zh, en." in said.err


def test_a_fault_of_the_program_is_one_line(sop: Sop, site: Path) -> None:
    with mock.patch("sop_engine.console.staff.lists.print_list", side_effect=KeyError("x\ny")):
        said = sop("ls")
    assert said.code == 70
    assert said.err.splitlines() == [
        "a fault of sop itself: KeyError: 'x\\ny'.",
        "fix: to have the details, repeat it with SOP_DEBUG=FILE",
    ]


def test_in_chinese_a_refusal_names_people_and_what_is_needed_by_title(sop: Sop, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang", "--assignee", "li_qiang")

    said = sop("do", "1", "完工", "--as", "wang_fang", "--lang", "zh")

    assert said.code == 4
    assert "accept 接单（经办人（李强 (li_qiang)））" in said.err
    assert "cancel 取消（前台；需要：原因）" in said.err


@pytest.mark.parametrize(
    "words",
    [("audit", "refused", "--limit"), ("ls", "--limit"), ("audit", "log", "site", "--until"),
     ("audit", "log", "site", "--after"), ("note", "1", "x", "--as", "wang_fang", "--expect")],
)  # fmt: skip
def test_a_number_that_no_store_can_count_to_is_not_understood(sop: Sop, wx: str, words: tuple[str, ...]) -> None:
    for number in ("9" * 20, "-" + "9" * 20):
        said = sop(*words[:-1], f"{words[-1]}={number}", "--json")
        assert (said.code, said.json["error"]["code"]) == (2, 2)
        assert "is too large a number" in said.json["error"]["message"]


def test_a_list_of_refusals_that_somebody_changed_is_a_list_still(sop: Sop, site: Path, wx: str) -> None:
    sop("do", "1", "done", "--as", "wang_fang")
    with closing(connect(driver_module("auto"), site / "site.db")) as connection:
        connection.execute("UPDATE refusal SET why = 'x'")
    assert sop("audit", "refused").out.endswith("\tx\n")
    assert sop("audit", "refused", "--limit=0").code == 2
