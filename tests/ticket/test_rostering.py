"""Rosters in the site's history: loading, swapping with two agreements, and who is asked by the roster."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical, errors
from sop_engine.engine.engine import Done
from sop_engine.engine.notices.letters import render
from sop_engine.engine.people.identity import Identity
from sop_engine.engine.rosters.loading import carry_out, plan_load, standing_roster, swap_shifts
from sop_engine.ticket.records import SITE
from sop_engine.worktime.calendars import to_json
from tests.desk import Desk, replayed
from tests.worktime.shipped import calendar

PEOPLE = {
    "wang": ["desk"], "li": ["engineer"], "zhao": ["engineer"], "he": ["lead"], "sun": ["lead"], "qian": ["manager"],
}  # fmt: skip
REPAIR = """
procedure: repair
title: Repair
prefix: WX
roles: [desk, engineer, lead, manager]
open: {by: desk, to: registered}
states:
  registered:
    transitions:
      dispatch: {by: desk, assign: {role: engineer, on_shift: true}, to: mending}
      ask_lead: {by: desk, tell: {to: lead, on_shift: true}}
      inspect: {by: {role: engineer, on_shift: true}, to: mended}
  mending: {transitions: {done: {by: assignee, to: mended}}}
  mended: {final: true, outcome: mended}
"""
MONDAY = date(2026, 11, 23)
"""the clock of the desk stands at 08:30 on this day"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, REPAIR) as bench:
        yield bench


def load(desk: Desk, *rows: str, dry_run: bool = False) -> Done:
    """Load a roster; its first row names the days: `name,23,24,25`."""
    path = desk.settings.folder / "roster.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    planned = plan_load(desk.engine, path, (2026, 11))
    assert not planned.faults, planned.faults
    return carry_out(desk.engine, planned, Identity("tester", "boss"), None, dry_run)


def swap(desk: Desk, by: str, one: str = "li", other: str = "zhao", **more: Any) -> Done:
    return swap_shifts(desk.engine, one, other, more.pop("day", MONDAY), Identity("tester", by), **more)


def kinds(desk: Desk, day: date = MONDAY) -> dict[str, str]:
    with desk.reading() as reading:
        roster = standing_roster(desk.engine, reading)
    assert roster is not None
    return {person: roster.kind(person, day) for person in ("li", "zhao")}


# --- loading ---------------------------------------------------------------------------------------------------------


def test_a_file_speaks_for_its_own_people_and_days(desk: Desk) -> None:
    load(desk, "name,23,24,25", "li,e,l,n", "zhao,l,l,l")
    load(desk, "name,24,25", "li,r,")
    assert kinds(desk) == {"li": "early", "zhao": "late"}
    assert kinds(desk, date(2026, 11, 24)) == {"li": "rest", "zhao": "late"}
    assert kinds(desk, date(2026, 11, 25)) == {"li": "", "zhao": "late"}


def test_the_step_names_the_roster_by_its_digest_and_says_nothing_of_people(desk: Desk) -> None:
    load(desk, "name,23,24,25", "li,e,l,n")
    record = desk.records(SITE)[-1]
    with desk.reading() as reading:
        site = reading.ticket(SITE)
    assert site is not None
    assert site.fields["roster"] == {"number": 1, "digest": record["command"]["arguments"]["digest"]}
    assert "early" not in str(record)


def test_a_dry_run_leaves_everything_as_it_was(desk: Desk) -> None:
    before = len(desk.records(SITE))
    load(desk, "name,23,24,25", "li,e,l,n", dry_run=True)
    with desk.reading() as reading:
        assert standing_roster(desk.engine, reading) is None
    assert len(desk.records(SITE)) == before


def test_the_same_again_is_no_new_roster(desk: Desk) -> None:
    load(desk, "name,23,24,25", "li,e,l,n")
    with pytest.raises(errors.NotNow, match="nothing changed"):
        load(desk, "name,23,24,25", "li,e,l,n")


def test_a_roster_made_of_an_older_one_takes_nothing_back(desk: Desk) -> None:
    path = desk.settings.folder / "other.csv"
    path.write_text("name,23,24,25\nzhao,l,l,l", encoding="utf-8")
    planned = plan_load(desk.engine, path, (2026, 11))
    load(desk, "name,23,24,25", "li,e,l,n")
    with pytest.raises(errors.Overtaken, match="changed meanwhile"):
        carry_out(desk.engine, planned, Identity("tester", "boss"), None, False)
    assert kinds(desk) == {"li": "early", "zhao": ""}


def test_only_an_administrator_loads_one(desk: Desk) -> None:
    path = desk.settings.folder / "roster.csv"
    path.write_text("name,23,24,25\nli,e,l,n", encoding="utf-8")
    planned = plan_load(desk.engine, path, (2026, 11))
    with pytest.raises(errors.NotYou):
        carry_out(desk.engine, planned, Identity("tester", "he"), None, False)


# --- swapping --------------------------------------------------------------------------------------------------------


@pytest.fixture
def rostered(desk: Desk) -> Desk:
    load(desk, "name,22,23,24", "li,r,e,l", "zhao,r,l,r", "he,r,r,r")
    return desk


def test_a_swap_counts_when_both_have_agreed(rostered: Desk) -> None:
    swap(rostered, "li")
    assert kinds(rostered) == {"li": "early", "zhao": "late"}
    swap(rostered, "zhao")
    assert kinds(rostered) == {"li": "late", "zhao": "early"}
    assert rostered.ticket(SITE).fields["swaps"] == {}


def test_whoever_has_proposed_cannot_agree_with_himself(rostered: Desk) -> None:
    swap(rostered, "li")
    with pytest.raises(errors.NotNow, match="has proposed this already"):
        swap(rostered, "li", "zhao", "li")
    assert kinds(rostered) == {"li": "early", "zhao": "late"}


def test_an_administrators_word_stands_for_both(rostered: Desk) -> None:
    swap(rostered, "boss")
    assert kinds(rostered) == {"li": "late", "zhao": "early"}


def test_nobody_else_swaps_them(rostered: Desk) -> None:
    with pytest.raises(errors.NotYou, match="may not swap"):
        swap(rostered, "he")


def test_whoever_is_asked_may_decline(rostered: Desk) -> None:
    swap(rostered, "li")
    swap(rostered, "zhao", withdraw=True)
    assert rostered.ticket(SITE).fields["swaps"] == {}
    with pytest.raises(errors.NotNow, match="no such swap"):
        swap(rostered, "li", withdraw=True)


@pytest.mark.parametrize(
    "more, why",
    [
        ({"day": date(2026, 11, 22), "other": "he"}, "the same shift"),
        ({"day": date(2026, 12, 22)}, "says nothing of"),
        ({"other": "wang"}, "says nothing of wang"),
    ],
    ids=["same", "unknown day", "unknown person"],
)
def test_what_cannot_be_swapped_is_refused(rostered: Desk, more: dict[str, Any], why: str) -> None:
    with pytest.raises(errors.NotNow, match=why):
        swap(rostered, "li", **more)


def test_a_day_that_is_over_is_not_swapped_and_what_waited_for_it_goes(rostered: Desk) -> None:
    swap(rostered, "li")
    rostered.advance(days=1)
    with pytest.raises(errors.NotNow, match="is over"):
        swap(rostered, "zhao")
    swap(rostered, "li", day=date(2026, 11, 24))
    assert list(rostered.ticket(SITE).fields["swaps"]) == ["2026-11-24/li/zhao"]


# --- who is asked ----------------------------------------------------------------------------------------------------


def test_without_a_roster_everybody_counts_as_on_shift(desk: Desk) -> None:
    wx = desk.open("repair", by="wang")
    desk.command("do", wx, "wang", trigger="dispatch", assignee="zhao")
    assert desk.ticket(wx).tasks["ticket"]["assignee"] == "zhao"


def test_who_is_not_on_shift_cannot_be_given_the_task(rostered: Desk) -> None:
    other = rostered.open("repair", by="wang")
    rostered.command("do", other, "wang", trigger="dispatch", assignee="li")
    wx = rostered.open("repair", by="wang")
    with pytest.raises(errors.NotNow) as refused:
        rostered.command("do", wx, "wang", trigger="dispatch", assignee="zhao")
    assert "zhao is not on shift (late shift); engineer on shift: li (1 in hand)" in str(refused.value)
    assert "to call him in, whoever has the right `assign` gives it to him after that" in str(refused.value.fix)
    rostered.command("do", wx, "wang", trigger="dispatch")
    with pytest.raises(errors.NotNow) as refused:
        rostered.command("assign", wx, "wang", to="zhao")
    assert "the right `assign` gives it to him with a reason" in str(refused.value.fix)


def test_the_answer_is_a_fact_of_the_step_with_the_rosters_digest(rostered: Desk) -> None:
    wx = rostered.open("repair", by="wang")
    rostered.command("do", wx, "wang", trigger="dispatch", assignee="li")
    facts = rostered.records(wx)[-1]["facts"]
    assert facts["on_shift:2026-11-23T00:30:00.000Z/engineer"] == {
        "covered": True, "deputies": [], "leads": [], "on": ["li"],
        "roster": rostered.ticket(SITE).fields["roster"]["digest"],
    }  # fmt: skip


def test_nobody_claims_or_takes_by_acting_what_he_is_not_on_shift_for(rostered: Desk) -> None:
    wx = rostered.open("repair", by="wang")
    rostered.do(wx, "dispatch", by="wang")
    with pytest.raises(errors.NotNow, match="zhao is not on shift"):
        rostered.command("claim", wx, "zhao")
    with pytest.raises(errors.NotYou, match="zhao is not on shift"):
        rostered.do(wx, "done", by="zhao")
    rostered.do(wx, "done", by="li")


def test_whoever_has_the_right_calls_somebody_in_with_a_reason(rostered: Desk) -> None:
    wx = rostered.open("repair", by="wang")
    rostered.do(wx, "dispatch", by="wang")
    with pytest.raises(errors.NotNow, match="zhao is not on shift"):
        rostered.command("assign", wx, "boss", to="zhao")
    with pytest.raises(errors.NotNow, match="zhao is not on shift"):
        rostered.command("assign", wx, "wang", to="zhao", reason="爆管")
    rostered.command("assign", wx, "boss", to="zhao", reason="爆管,加班")
    assert rostered.ticket(wx).tasks["ticket"]["assignee"] == "zhao"


def test_whoever_has_the_task_keeps_it_when_his_shift_is_over(rostered: Desk) -> None:
    wx = rostered.open("repair", by="wang")
    rostered.command("do", wx, "wang", trigger="dispatch", assignee="li")
    rostered.advance(hours=10)
    rostered.do(wx, "done", by="li")


def test_a_trigger_by_those_on_shift_is_for_them_only(rostered: Desk) -> None:
    wx = rostered.open("repair", by="wang")
    with pytest.raises(errors.NotYou, match="zhao is not on shift"):
        rostered.do(wx, "inspect", by="zhao")
    rostered.advance(hours=7)
    rostered.do(wx, "inspect", by="zhao")


def test_on_a_day_of_which_the_roster_says_nothing_everybody_counts(rostered: Desk) -> None:
    rostered.advance(days=4)
    wx = rostered.open("repair", by="wang")
    rostered.do(wx, "inspect", by="zhao")


def told(desk: Desk, wx: str) -> list[str]:
    desk.do(wx, "ask_lead", by="wang")
    found: list[str] = desk.events(wx, "told")[-1]["to"]
    return found


def test_a_notice_reaches_who_is_on_shift_else_who_leads_else_a_deputy_else_nobody(desk: Desk) -> None:
    wx = desk.open("repair", by="wang")
    assert told(desk, wx) == ["he", "sun"]
    load(desk, "name,23,24,25", "he,e,r,r", "sun,r,r,r", "带班,,qian,")
    assert told(desk, wx) == ["he"]
    desk.advance(days=1)
    assert told(desk, wx) == ["qian"]
    desk.advance(days=1)
    assert told(desk, wx) == []
    desk.site("deputy", **{"for": "sun", "by": "wang", "from": "2026-11-01T00:00:00.000Z",
                           "to": "2026-12-01T00:00:00.000Z"})  # fmt: skip
    assert told(desk, wx) == ["wang"]


# --- the ladder ------------------------------------------------------------------------------------------------------

LATE = """
procedure: late
title: Late
prefix: WT
roles: [desk, engineer, lead, manager]
calendar: round-the-clock
open: {by: desk, to: waiting}
goals:
  mending:
    start: did open
    stop: did finish
    within: 1 h clock
    warn: {30 min before: {to: engineer, on_shift: true}}
    escalate:
      0 min: {tell: lead, on_shift: true}
      30 min: {hand_to: engineer, on_shift: true}
states:
  waiting: {transitions: {finish: {by: [desk, assignee], to: over}}}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def late(desk: Desk) -> str:
    data = canonical.to_bytes(to_json(calendar("round-the-clock")))
    with desk.store.writing() as transaction:
        digest = transaction.put_blob(data)
    desk.site("publish_calendar", calendar="round-the-clock", digest=digest, text=digest, places=digest)
    desk.publish(LATE)
    return desk.open("late", by="wang")


def test_a_level_that_finds_nobody_skips_to_the_next_and_says_so(desk: Desk, late: str) -> None:
    load(desk, "name,22,23,24", "li,r,e,r", "zhao,r,r,r", "he,r,r,r", "sun,r,r,r")
    desk.advance(hours=1)
    climbed = desk.events(late, "goal_escalated")
    assert [(event["rung"], event["to"]) for event in climbed] == [(0, []), (1, ["li"])]
    assert desk.events(late, "told")[0]["to"] == ["li"], "the warning"
    assert desk.ticket(late).tasks["ticket"] == {"role": "engineer"}


def test_where_nobody_of_the_role_is_there_whoever_leads_has_the_task(desk: Desk, late: str) -> None:
    load(desk, "name,22,23,24", "li,r,r,r", "zhao,r,r,r", "he,r,e,r", "带班,,qian,")
    desk.advance(hours=2)
    assert [event["to"] for event in desk.events(late, "goal_escalated")] == [["he"], ["qian"]]
    assert desk.ticket(late).tasks["ticket"] == {"assignee": "qian"}


# --- who is told -----------------------------------------------------------------------------------------------------


def letters_waiting(desk: Desk) -> list[tuple[str, str, str]]:
    """To whom letters wait, and in which words: their subject, and the first line below."""
    with desk.store.reading() as reading:
        letters = [(each.to, render(desk.engine, reading, each)) for each in reading.letters("waiting", SITE)]
    return [(to, parcel.subject, parcel.body.splitlines()[1]) for to, parcel in letters]


def test_whoever_is_asked_to_swap_has_a_notice_in_his_language(rostered: Desk) -> None:
    rostered.site("change_person", actor="zhao", language="en")
    swap(rostered, "li")
    assert letters_waiting(rostered) == [
        ("zhao", "Li would like to swap the shifts of 2026-11-23 with you",
         "agree: sop roster swap li zhao 2026-11-23; decline: the same with --withdraw")
    ]  # fmt: skip
    rostered.site("change_person", actor="zhao", language="zh")
    assert "Li 想和您换 2026-11-23 的班" in letters_waiting(rostered)[0][1]


@pytest.mark.parametrize(
    ("withdraw", "said"),
    [(False, "the swap of shifts of 2026-11-23 counts: Zhao has agreed"),
     (True, "the swap of shifts of 2026-11-23 is off: Zhao has said so")],
)  # fmt: skip
def test_whoever_asked_is_told_the_answer(rostered: Desk, withdraw: bool, said: str) -> None:
    rostered.site("change_person", actor="li", language="en")
    swap(rostered, "li")
    swap(rostered, "zhao", withdraw=withdraw)
    assert [(to, subject) for to, subject, _rest in letters_waiting(rostered) if to == "li"] == [("li", said)]


def test_an_administrator_who_swaps_two_tells_both(rostered: Desk) -> None:
    swap(rostered, "boss")
    assert [to for to, _subject, _rest in letters_waiting(rostered)] == ["li", "zhao"]
