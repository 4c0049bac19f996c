"""The staff verbs, from the words typed to what is printed and kept."""

import json
from pathlib import Path

import pytest

from tests.console.conftest import Sop
from tests.console.place import head_number, move_clock, tickets


def test_a_repair_from_the_phone_call_to_closed(sop: Sop, site: Path, wx: str) -> None:
    assert sop("do", "1", "派单", "--as", "王芳").code == 0
    assert sop("claim", wx, "--as", "li_qiang").code == 0
    assert sop("do", "WX-1", "Accept", "--as", "li_qiang").code == 0
    assert sop("do", "1", "done", "--as", "li_qiang", "--field", "应收=¥120.5").code == 0
    closed = sop("do", "1", "confirm", "--as", "liu_yang", "--field", "rating=5", "--json")

    assert closed.json["status"] == "closed"
    assert closed.json["outcome"] == "repaired"
    assert closed.json["fields"]["fee"] == "120.50"
    assert closed.json["possible"] == []
    assert sop("audit", "replay", "--all").code == 0


def test_the_json_of_a_ticket_has_the_entries_of_the_interface(sop: Sop, wx: str) -> None:
    ticket = sop("show", wx, "--as", "wang_fang", "--json").json
    assert list(ticket)[:27] == [
        "id", "procedure", "version", "status", "state", "path", "subject", "owner", "tasks", "fields", "goals",
        "timers", "children", "parent", "links", "absorbed", "goes_with", "others", "urged", "files", "copies",
        "watchers", "suspended", "ended", "moved", "reopened", "possible",
    ]  # fmt: skip
    assert ticket["id"] == wx == "WX-20261123-001"
    assert ticket["state"] == ["registered"]
    assert ticket["subject"] == "3-2-1202 厨房漏水"
    assert ticket["opened"] == "2026-11-23T08:30:00.000+08:00"
    assert ticket["timers"] == [
        {"name": "registered/after_15_min", "due": "2026-11-23T08:45:00.000+08:00", "kind": "after",
         "provisional": False, "aside": None}
    ]  # fmt: skip
    dispatch = ticket["possible"][0]
    assert dispatch == {
        "trigger": "dispatch", "region": None, "title": "Dispatch", "allowed": True, "why_not": None,
        "who": ["liu_yang", "wang_fang"], "needs": [], "signatures": None,
    }  # fmt: skip


def test_what_is_not_allowed_says_why_and_what_it_needs(sop: Sop, wx: str) -> None:
    ticket = sop("show", wx, "--as", "li_qiang", "--json").json
    cancel = next(each for each in ticket["possible"] if each["trigger"] == "cancel")
    assert cancel["allowed"] is False
    assert cancel["why_not"] == "only Front desk may do this"
    assert [(need["name"], need["type"], need["required"]) for need in cancel["needs"]] == [("reason", "text", True)]


def test_staff_are_listed_as_choices(sop: Sop, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang", "--assignee", "李强")
    ticket = sop("do", "1", "accept", "--as", "li_qiang", "--json").json
    needs = next(each for each in ticket["possible"] if each["trigger"] == "done")["needs"]
    colleague = next(each for each in needs if each["name"] == "colleague")
    assert {"id": "zhang_wei", "title": "张伟"} in colleague["choices"]


def test_a_dry_run_says_what_opening_needs_and_keeps_nothing(sop: Sop, site: Path) -> None:
    full = sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=x",
               "--dry-run", "--json")  # fmt: skip
    assert full.code == 0
    assert [need["name"] for need in full.json["needs"]] == ["unit", "fault", "urgency", "window"]
    assert full.json["possible"][0]["trigger"] == "open"

    empty = sop("new", "repair", "--as", "wang_fang", "--dry-run", "--json")
    assert (empty.code, empty.json["error"]["name"]) == (2, "not_understood")
    stranger = sop("new", "repair", "--as", "li_qiang", "--field", "unit=3-2-1202", "--field", "fault=x",
                   "--dry-run", "--json")  # fmt: skip
    assert stranger.code == 5
    assert stranger.json["error"]["possible"][0]["who"] == ["liu_yang", "wang_fang"]
    assert tickets(site) == []


@pytest.mark.parametrize("said", ["yzbx", "yezhubaoxiu", "bx", "BaoXiu"])
def test_a_procedure_and_a_trigger_are_known_by_their_pinyin(sop: Sop, said: str) -> None:
    opened = sop("new", said, "3-2-1202", "漏水", "--as", "wang_fang", "--json")
    assert opened.json["procedure"] == "repair"
    assert sop("do", "1", "pd", "--as", "wang_fang").code == 0
    assert sop("claim", "1", "--as", "li_qiang").code == 0
    assert sop("do", "1", "JieDan", "--as", "li_qiang", "--json").json["state"] == ["on_site"]


@pytest.mark.parametrize("said", ["d", "jx", "jdd", "dan"])
def test_a_piece_of_a_trigger_s_pinyin_is_not_taken_for_it(sop: Sop, site: Path, wx: str, said: str) -> None:
    assert sop("do", "1", said, "--as", "wang_fang").code == 2
    assert head_number(site, wx) == 1


def test_a_procedure_is_found_by_title_and_by_a_piece_of_one(sop: Sop) -> None:
    words = ("--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=x", "--json")
    assert sop("new", "业主报修", *words).code == 0
    assert sop("new", "报修", *words).code == 0
    assert sop("new", "Repair", *words).json["id"].endswith("-003")


@pytest.mark.parametrize(
    ("typed", "meant"), [("repiar", "`repair`"), ("保修", "`业主报修`"), ("业主保修", "`业主报修`"), ("tea", None)]
)
def test_a_procedure_that_is_typed_wrong_is_guessed_by_id_and_title(sop: Sop, typed: str, meant: str | None) -> None:
    said = sop("new", typed, "--as", "wang_fang")
    assert said.code == 3
    guessed = [line for line in said.err.splitlines() if line.startswith("did you mean")]
    assert guessed == ([] if meant is None else [f"did you mean: {meant}?"])


def test_full_width_typing_is_folded(sop: Sop, wx: str) -> None:
    assert sop("show", "ＷＸ－１").code == 0
    said = sop(
        "new", "repair", "--as", "wang_fang", "--field", "unit＝３－２－１２０２", "--field", "fault=x", "--json"
    )
    assert said.json["fields"]["unit"] == "3-2-1202"


def test_values_come_from_a_file(sop: Sop, site: Path) -> None:
    given = site.parent / "given.json"
    given.write_text(json.dumps({"房号": "3-2-1202", "fault": "漏水", "urgency": "急修"}), encoding="utf-8")
    ticket = sop("new", "repair", "--as", "wang_fang", "--from-file", str(given), "--json").json
    assert ticket["fields"] == {"unit": "3-2-1202", "fault": "漏水", "urgency": "urgent"}


def test_an_interval_is_shown_in_the_sites_zone(sop: Sop, site: Path) -> None:
    ticket = sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=x",
                 "--field", "window=今天 14:00-16:00", "--json").json  # fmt: skip
    assert ticket["fields"]["window"] == {
        "start": "2026-11-23T14:00:00.000+08:00", "end": "2026-11-23T16:00:00.000+08:00",
    }  # fmt: skip


def test_photos_are_kept_by_their_content(sop: Sop, site: Path, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang", "--assignee", "li_qiang")
    sop("do", "1", "accept", "--as", "li_qiang")
    picture = site.parent / "厨房 1.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 20)
    words = ("do", "1", "done", "--as", "li_qiang", "--field", "fee=10", "--field", f"photos=@{picture}")
    assert sop(*words, "--dry-run").code == 0
    assert [each for each in (site / "files").rglob("*") if each.is_file()] == []
    kept = sop(*words, "--json").json["fields"]["photos"]
    assert [(each["name"], each["type"], each["size"]) for each in kept] == [("厨房 1.png", "image/png", 28)]
    assert [each.name for each in (site / "files").rglob("*") if each.is_file()] == [kept[0]["sha256"][2:]]


def test_after_a_write_the_last_lines_say_what_happened_what_is_promised_and_what_comes_next(sop: Sop, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang")
    move = sop("do", "1", "progress", "--as", "chen_jing", "--field", "note=已联系业主")
    lines = move.err.splitlines()
    assert lines[0].startswith(f"{wx} #3")
    assert "陈静 (chen_jing): Report progress" in lines[0]
    assert lines[-1].startswith("others: Accept (accept): ")


def test_timers_that_were_due_before_are_told(sop: Sop, site: Path, wx: str) -> None:
    move_clock(site, minutes=20)
    said = sop("do", "1", "dispatch", "--as", "wang_fang")
    assert "by itself: after 15 min" in said.err.splitlines()[0]
    assert "fired 5 min late" not in said.err
    assert "Dispatch" in said.err.splitlines()[1]


def test_show_marks_what_is_due_and_fires_nothing(sop: Sop, site: Path, wx: str) -> None:
    move_clock(site, hours=1)
    assert "due 45 min ago, has not fired yet" in sop("show", "1").out
    assert sop("ls", "--json").json[0]["overdue"] is True
    assert head_number(site, wx) == 1


def test_a_ticket_as_it_was(sop: Sop, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang")
    then = sop("show", "1", "--until", "1", "--json").json
    assert (then["state"], then["number"], then["possible"]) == (["registered"], 1, [])
    assert sop("show", "1", "--until", "9").code == 3


def test_the_same_key_a_second_time_does_nothing_again(sop: Sop, site: Path, wx: str) -> None:
    words = ("do", "1", "dispatch", "--as", "wang_fang", "--key", "k1")
    assert sop(*words).code == 0
    again = sop(*words)
    assert (again.code, head_number(site, wx)) == (0, 2)
    assert "done before under this key, as step 2" in again.err


def test_the_doer_and_the_typist_are_both_on_record(sop: Sop, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang", "--assignee", "li_qiang")
    sop("do", "1", "accept", "--as", "wang_fang", "--doer", "李强", "--heard", "对讲")
    told = sop("audit", "log", "1").out
    assert "李强 (li_qiang) (entered by 王芳 (wang_fang), heard by radio): Accept (accept)" in told


def test_a_claimed_time_counts_as_far_as_the_procedure_lets_it(sop: Sop, site: Path, wx: str) -> None:
    move_clock(site, minutes=10)
    ticket = sop("do", "1", "dispatch", "--as", "wang_fang", "--at", "08:35", "--json").json
    assert ticket["effective"] == "2026-11-23T08:35:00.000+08:00"
    assert "said to have happened 2026-11-23 Mon 08:35" in sop("audit", "log", "1").out


def test_notes_corrections_and_handing_over(sop: Sop, wx: str) -> None:
    assert sop("note", "1", "业主", "来电", "--as", "li_qiang").code == 0
    assert sop("edit", "1", "--field", "fault=卫生间漏水", "--as", "wang_fang").code == 2
    edited = sop("edit", "1", "--field", "fault=卫生间漏水", "--reason", "听错了", "--as", "wang_fang", "--json")
    assert edited.json["subject"] == "3-2-1202 卫生间漏水"
    assert sop("hand-over", "1", "刘洋", "--as", "wang_fang", "--json").json["owner"] == "liu_yang"
    story = sop("audit", "log", "1").out
    assert "noted: 业主 来电" in story
    assert "reason: 听错了" in story


def test_a_task_is_assigned_and_assigned_anew(sop: Sop, wx: str) -> None:
    sop("do", "1", "dispatch", "--as", "wang_fang")
    task = sop("assign", "1", "李强", "--as", "wang_fang", "--json").json["tasks"]
    assert task == [
        {
            "region": "ticket",
            "state": "dispatched",
            "assignee": "li_qiang",
            "role": "engineer",
            "offered": None,
            "lent": None,
            "team": None,
        }
    ]
    assert sop("assign", "1", "刘洋", "--as", "wang_fang").code == 5


def test_forms_and_the_tickets_own_page(sop: Sop, site: Path, wx: str) -> None:
    assert f"<h1>{wx}</h1><p>厨房漏水</p>" in sop("print", "1").out
    target = site.parent / "page.html"
    assert sop("print", "1", "ticket", "--to", str(target)).code == 0
    page = target.read_text(encoding="utf-8")
    assert wx in page and "王芳" in page
    assert sop("print", "1", "slp").code == 3


def test_an_edited_draft_is_told_when_a_ticket_is_opened(sop: Sop, site: Path) -> None:
    words = ("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=x")
    assert "has been edited" not in sop(*words).err
    with (site / "workflows" / "repair.sop.yaml").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert "repair has been edited since version 1 was published" in sop(*words).err


def test_the_sites_own_history_is_read_and_not_worked_on(sop: Sop, site: Path) -> None:
    assert "published repair as version 1" in sop("audit", "log", "site").out
    assert sop("audit", "replay", "site").code == 0
    for words in (("show", "site"), ("do", "site", "x"), ("note", "site", "x")):
        assert sop(*words).code == 3, words
    assert sop("release", "site").code == 2
