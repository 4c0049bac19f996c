"""What a shift hands over: which tickets, why, in which order; on the screen, as JSON, on paper."""

from pathlib import Path
from typing import Any

import pytest

from sop_engine.engine.handed_over import by_when
from sop_engine.store.seam import Head
from tests.console.conftest import Sop
from tests.console.place import REPAIR, move_clock

DESK = ("--as", "wang_fang")
IMPORTANT = "acts: {handover: {important: \"urgency == 'urgent' and not did('accept')\"}}\n"


def opened(sop: Sop, fault: str, *more: str) -> str:
    said = sop("new", "repair", *DESK, "--field", "unit=3-2-1202", "--field", f"fault={fault}", *more, "--json")
    assert said.code == 0, said
    id: str = said.json["id"]
    return id


def listed(sop: Sop, *words: str) -> dict[str, Any]:
    said = sop("handover", *DESK, *words, "--json")
    found: dict[str, Any] = said.json
    return found


def test_what_was_done_with_in_the_shift_is_handed_over_and_the_rest_counted(sop: Sop, site: Path) -> None:
    old = opened(sop, "旧单")
    assert sop("do", old, "dispatch", *DESK).code == 0  # no timer is left that the next shift would meet
    move_clock(site, hours=24)
    new = opened(sop, "新单")
    assert sop("do", new, "dispatch", *DESK, "--assignee", "李强").code == 0
    found = listed(sop)
    assert [(each["id"], each["why"], each["assignees"], each["roles"]) for each in found["tickets"]] == [
        (new, "touched", ["li_qiang"], []),
    ]  # fmt: skip
    assert (found["others"], found["important"]) == (1, 0)


def test_the_spans_are_those_of_the_shifts_on_the_clock(sop: Sop) -> None:
    found = listed(sop)
    assert (found["from"], found["until"]) == ("2026-11-23T07:00:00.000+08:00", "2026-11-23T23:00:00.000+08:00")
    said = listed(sop, "--since", "08:00", "--until", "4 h")
    assert (said["from"], said["until"]) == ("2026-11-23T08:00:00.000+08:00", "2026-11-23T12:30:00.000+08:00")


def test_what_is_due_goes_before_what_was_only_touched(sop: Sop, site: Path) -> None:
    touched = opened(sop, "一")
    assert sop("do", touched, "dispatch", *DESK).code == 0
    due = opened(sop, "二")
    assert [(each["id"], each["why"]) for each in listed(sop)["tickets"]] == [(due, "due"), (touched, "touched")]


def test_what_rests_is_handed_over_where_it_goes_on_in_the_next_shift(sop: Sop) -> None:
    soon, later = opened(sop, "一"), opened(sop, "二")
    assert sop("suspend", soon, *DESK, "--until", "2 h", "--reason", "等料").code == 0
    assert sop("suspend", later, *DESK, "--until", "2 days", "--reason", "等料").code == 0
    assert {each["id"]: each["why"] for each in listed(sop)["tickets"]} == {soon: "resting", later: "touched"}


def test_by_when_of_what_rests_is_when_it_goes_on_and_not_what_it_has_promised() -> None:
    promised, resumed = "2026-11-23T01:00:00.000Z", "2026-11-23T02:30:00.000Z"
    running = Head(
        "WX-1", "repair", "", 1, 1, "", "open", None, (), "", None, "wang", {}, "", "", "", None, promised=promised
    )
    assert by_when(running) == promised
    assert by_when(running._replace(status="suspended", suspended=resumed)) == resumed
    assert by_when(running._replace(status="suspended", suspended=resumed, missed="2026-11-22T09:00:00.000Z")) == (
        "2026-11-22T09:00:00.000Z"
    )


def test_the_last_note_of_the_shift_stands_beside_its_ticket(sop: Sop) -> None:
    wx = opened(sop, "停电")
    for text in ("第一次联系", "供电局说八点复电"):
        assert sop("note", wx, text, *DESK).code == 0
    [ticket] = listed(sop)["tickets"]
    assert (ticket["note"]["by"], ticket["note"]["text"]) == ("wang_fang", "供电局说八点复电")


def test_important_work_that_is_not_finished_comes_first_and_ends_with_one(sop: Sop, site: Path) -> None:
    draft = site / "workflows" / "repair.sop.yaml"
    draft.write_text(REPAIR.replace("states:\n", IMPORTANT + "states:\n", 1), encoding="utf-8")
    assert sop("flow", "publish", "repair", "--reason", "x").code == 0
    opened(sop, "普通")
    urgent = opened(sop, "爆管", "--field", "urgency=urgent")
    said = sop("handover", *DESK)
    assert said.code == 1
    assert said.out.splitlines()[0].split("\t")[:2] == ["important", urgent]
    assert "important work that is not finished: 1" in said.err
    assert sop("do", urgent, "dispatch", *DESK, "--assignee", "李强").code == 0
    assert sop("do", urgent, "accept", "--as", "li_qiang").code == 0
    assert sop("handover", *DESK).code == 0


@pytest.mark.parametrize(
    "language, title, signs", [("zh", "交接班清单", "接班人签字"), ("en", "Shift handover", "Incoming")]
)
def test_on_paper_it_has_room_for_signatures_and_takes_no_text_for_markup(
    sop: Sop, tmp_path: Path, language: str, title: str, signs: str
) -> None:
    opened(sop, "<script>alert(1)</script>")
    page = tmp_path / "page.html"
    assert sop("handover", *DESK, "--to", str(page), "--lang", language).code == 0
    text = page.read_text(encoding="utf-8")
    assert f"<h1>{title}</h1>" in text and signs in text
    assert "<script>" not in text and "&lt;script&gt;" in text


@pytest.mark.parametrize("words", [("--until", "昨天 08:00"), ("--since", "明天 08:00"), ("--since", "soon")])
def test_a_time_that_cannot_be_is_not_understood(sop: Sop, words: tuple[str, str]) -> None:
    assert sop("handover", *DESK, *words).code == 2
