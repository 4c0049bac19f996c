"""`sop slip`: a work order that has come back, booked in one command."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from sop_engine.console.call import Call
from sop_engine.engine.sites.folder import open_site
from tests.console.conftest import Sop
from tests.console.place import head_number, move_clock

DESK = ("--as", "wang_fang")
FORM = """<!doctype html><html><body><h1>{{ ticket.id }}</h1>
{% if ticket.trigger.accept %}☐ {{ ticket.trigger.accept }}{% endif %} ☐ {{ ticket.trigger.done }}
☐ {{ ticket.trigger.done }}
</body></html>
"""


@pytest.fixture
def wx(sop: Sop, site: Path) -> str:
    """08:30 dispatched to 李强; it is 10:00 now."""
    id: str = sop("new", "repair", "--field", "unit=3-2-1202", "--field", "fault=漏水", *DESK, "--json").json["id"]
    sop("do", id, "dispatch", *DESK, "--assignee", "李强")
    move_clock(site, minutes=90)
    return id


def records(site: Path, id: str) -> list[dict[str, Any]]:
    with open_site(site) as opened, opened.store.reading() as reading:
        return [json.loads(each.data) for each in reading.steps(id)]


def test_each_box_is_a_step_heard_on_paper_at_its_own_time(sop: Sop, site: Path, wx: str) -> None:
    said = sop("slip", wx, "--tick", "接单=08:40", "--tick", "done=09:50", "--field", "应收=80", *DESK, "--json")
    assert said.code == 0, said
    assert [(each["trigger"], each["at"][11:16]) for each in said.json["booked"]] == [
        ("accept", "08:40"),
        ("done", "09:50"),
    ]
    assert said.json["state"] == ["repaired"]
    accept, done = (each for each in records(site, wx) if each["command"]["name"] == "do" and each["typist"])
    assert (accept["actor"], accept["typist"], accept["heard"]) == ("li_qiang", "wang_fang", "paper")
    assert (accept["effective"], done["effective"]) == ("2026-11-23T00:40:00.000Z", "2026-11-23T01:50:00.000Z")
    assert sop("audit", "replay", wx).code == 0


def test_a_box_from_before_the_ticket_s_last_step_counts_from_that(sop: Sop, site: Path, wx: str) -> None:
    sop("note", wx, "业主来电询问", *DESK)
    assert sop("do", wx, "accept", "--doer", "李强", "--heard", "radio", "--at", "08:40", *DESK).code == 4
    assert sop("slip", wx, "--tick", "accept=08:40", *DESK).code == 0
    last = records(site, wx)[-1]
    assert (last["occurred"], last["effective"]) == ("2026-11-23T00:40:00.000Z", "2026-11-23T02:00:00.000Z")
    assert sop("audit", "replay", wx).code == 0


def test_what_is_refused_ends_it_and_what_was_booked_stands(sop: Sop, site: Path, wx: str) -> None:
    said = sop("slip", wx, "--tick", "accept=08:40", "--tick", "confirm", "--tick", "done", "--field", "fee=80", *DESK)
    assert said.code == 8
    assert "1 of 3 boxes were booked; `confirm` was refused" in said.err
    assert [each["command"]["arguments"]["trigger"] for each in records(site, wx)[1:]][-1] == "accept"
    again = sop("slip", wx, "--tick", "done=09:50", "--field", "fee=80", *DESK)
    assert again.code == 0


def test_what_is_refused_at_once_is_refused_as_it_would_be_alone(sop: Sop, site: Path, wx: str) -> None:
    before = head_number(site, wx)
    assert sop("slip", wx, "--tick", "done=09:50", "--field", "fee=80", *DESK).code == 4
    assert sop("slip", wx, "--tick", "accept=08:40", "--doer", "张伟", *DESK).code == 5
    assert sop("slip", wx, "--tick", "accept=11:40", *DESK).code == 2
    assert head_number(site, wx) == before


def test_a_dry_run_tries_all_boxes_and_keeps_none(sop: Sop, site: Path, wx: str) -> None:
    before = head_number(site, wx)
    boxes = ("--tick", "accept=08:40", "--tick", "done=09:50", "--field", "fee=80")
    said = sop("slip", wx, *boxes, *DESK, "--dry-run", "--json")
    assert (said.code, said.json["state"]) == (0, ["repaired"])
    refused = sop("slip", wx, *boxes[:2], "--tick", "confirm", *DESK, "--dry-run")
    assert refused.code == 8
    assert head_number(site, wx) == before


def test_the_same_slip_a_second_time_does_nothing_again(sop: Sop, site: Path, wx: str) -> None:
    boxes = ("slip", wx, "--tick", "accept=2026-11-23 08:40", "--key", "slip-1", *DESK)
    assert sop(*boxes).code == 0
    number = head_number(site, wx)
    assert sop(*boxes).code == 0
    assert head_number(site, wx) == number


def test_what_the_desk_does_itself_is_no_hearsay(sop: Sop, site: Path, wx: str) -> None:
    said = sop("slip", wx, "--tick", "accept=08:40", "--mine", "取消", "--field", "reason=x", *DESK)
    assert said.code == 0, said
    last = records(site, wx)[-1]
    assert (last["actor"], last["typist"], last["heard"]) == ("wang_fang", None, None)


def test_a_slip_as_json(sop: Sop, site: Path, wx: str, tmp_path: Path) -> None:
    entries = [
        {"trigger": "accept", "at": "08:40"},
        {"trigger": "完工", "at": "09:50", "fields": {"fee": "80.00"}},
        {"trigger": "confirm", "mine": True, "fields": {"rating": 5}},
    ]
    (tmp_path / "slip.json").write_text(json.dumps({"doer": "李强", "entries": entries}), encoding="utf-8")
    said = sop("slip", wx, "--from-file", str(tmp_path / "slip.json"), *DESK, "--json")
    assert (said.code, said.json["status"]) == (0, "closed")
    assert [each["actor"] for each in records(site, wx)[-3:]] == ["li_qiang", "li_qiang", "wang_fang"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no box is ticked"),
        (("--tick", "fly=08:40"), "there is no trigger fly"),
        (("--tick", "accept=noon"), "accept: "),
        (("--tick", "accept=08:40", "--field", "rating=5"), "no ticked box asks for Rating"),
        (("--tick", "accept", "--at", "08:40"), "its own times"),
        (("--tick", "accept", "--doer", "nobody"), "nobody here is nobody"),
        (("--from-file", "-"), "is no JSON"),
    ],
)
def test_what_is_no_slip_is_one_clear_message(
    sop: Sop, wx: str, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("{"))
    ran = sop("slip", wx, *words, *DESK)
    assert (ran.code, said in ran.err) == (2, True), ran


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"entries": [1]}', '{"entries": [{"trigger": "accept", "x": 1}]}', '{"entries": [], "x": 1}',
             '{"entries": [{"trigger": "accept", "fields": 1}]}', '{"entries": [{"trigger": null}]}']
)  # fmt: skip
def test_json_that_is_no_slip_is_one_clear_message(
    sop: Sop, wx: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert sop("slip", wx, "--from-file", "-", *DESK).code == 2


def test_at_a_terminal_it_asks_in_the_order_of_the_paper(sop: Sop, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (site / "templates" / "slip.html").write_text(FORM, encoding="utf-8")
    assert sop("flow", "publish", "repair").code == 0
    id: str = sop("new", "repair", "--field", "unit=3-2-1202", "--field", "fault=漏水", *DESK, "--json").json["id"]
    sop("do", id, "dispatch", *DESK, "--assignee", "李强")
    move_clock(site, minutes=90)
    # whose work; accept; done: a time that is none, then one; its fee, photos and colleague
    monkeypatch.setattr("sys.stdin", io.StringIO("\n08:40\nsoon\n09:50\n80\n\n\n"))
    monkeypatch.setattr(Call, "asks", True)
    said = sop("slip", id, *DESK)
    assert said.code == 0, said
    assert said.err.index("☐ Accept (accept)") < said.err.index("☐ Done (done)")
    assert [each["actor"] for each in records(site, id)[-2:]] == ["li_qiang", "li_qiang"]


def test_a_box_that_was_told_by_radio_is_not_asked_for_again(
    sop: Sop, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "templates" / "slip.html").write_text(FORM, encoding="utf-8")
    assert sop("flow", "publish", "repair").code == 0
    id: str = sop("new", "repair", "--field", "unit=3-2-1202", "--field", "fault=漏水", *DESK, "--json").json["id"]
    sop("do", id, "dispatch", *DESK, "--assignee", "李强")
    sop("do", id, "accept", *DESK, "--doer", "李强", "--heard", "radio")
    move_clock(site, minutes=90)
    # whose work; done, its fee, photos and colleague
    monkeypatch.setattr("sys.stdin", io.StringIO("\n09:50\n80\n\n\n"))
    monkeypatch.setattr(Call, "asks", True)

    said = sop("slip", id, *DESK)

    assert said.code == 0, said
    assert "☑ Accept (accept): booked already\n☐ Done (done)" in said.err


def test_a_slip_is_refused_where_the_ticket_has_moved_on(sop: Sop, site: Path, wx: str) -> None:
    number = head_number(site, wx)
    assert sop("slip", wx, "--tick", "accept=08:40", "--expect", str(number - 1), *DESK).code == 6
    assert head_number(site, wx) == number
    said = sop("slip", wx, "--tick", "accept=08:40", "--tick", "done=09:50", "--field", "应收=80", *DESK, "--expect",
               str(number))  # fmt: skip
    assert said.code == 0, said
