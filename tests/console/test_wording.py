"""What staff read has no bare ids, no English and no other program's words in a Chinese line."""

import contextlib
import sqlite3
from pathlib import Path

from tests.console.conftest import Sop


def test_a_task_that_is_offered_shows_the_title_of_the_role(sop: Sop, site: Path, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang")
    assert "(Engineer)" in sop("ls").out
    assert "（维修技工）" in sop("ls", "--lang", "zh").out


def test_a_clause_of_our_own_is_said_in_words(sop: Sop, wx: str) -> None:
    sop("do", "1", "派单", "--as", "王芳", "--assignee", "李强")
    sop("do", "1", "accept", "--as", "li_qiang")
    sop("do", "1", "done", "--as", "li_qiang", "--field", "fee=1")
    sop("do", "1", "confirm", "--as", "wang_fang", "--field", "rating=5")
    assert "clause M1 6.3.1, our own rule" in sop("audit", "log", "1").out
    told = sop("audit", "log", "1", "--lang", "zh").out
    assert "依据：前台 (desk)；第 1 版；条款 M1 6.3.1、本中心自定" in told
    assert sop("audit", "log", "1", "--json").json[-1]["clauses"] == ["M1 6.3.1", "ours"]


def test_what_can_be_done_has_chinese_marks_in_chinese(sop: Sop, wx: str) -> None:
    shown = sop("show", "1", "--as", "li_qiang", "--lang", "zh").out
    assert "前台；需要：原因；不归你办" in shown


def test_a_claimed_time_that_moves_no_clock_is_shown_at_once(sop: Sop, wx: str) -> None:
    done = sop("note", "1", "heard in the morning", "--as", "wang_fang", "--at", "2026-11-22 07:00")
    assert "(said to have happened 2026-11-22 Sun 07:00)" in done.err


def test_a_way_of_hearing_that_there_is_not_names_those_that_there_are(sop: Sop, wx: str) -> None:
    said = sop("note", "1", "x", "--as", "王芳", "--doer", "李强", "--heard", "喊", "--lang", "zh")
    assert said.code == 2
    assert "radio（对讲）、phone（电话）或 paper（纸单）" in said.err


def test_a_group_without_its_command_says_which_there_are(sop: Sop) -> None:
    for words in (("flow",), ("flow", "--lang", "zh"), ("--lang", "zh", "flow")):
        said = sop(*words)
        assert said.code == 2
        assert "ls" in said.err and "lint" in said.err
        assert "Missing" not in said.err


def test_a_newer_store_is_not_to_be_upgraded(sop: Sop, site: Path) -> None:
    with contextlib.closing(sqlite3.connect(site / "site.db")) as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
        store.commit()
    status = sop("db", "status")
    assert status.code == 1
    assert "install the newest sop-engine" in status.err
    assert "db upgrade" not in status.err


def test_a_trigger_that_is_left_out_sends_to_the_ticket(sop: Sop, wx: str) -> None:
    said = sop("do", "1")
    assert said.code == 2
    assert "sop show 1" in said.err
