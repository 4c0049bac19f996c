"""To whom a dispatch goes: whoever claims, is named, has the turn or has least to do; and who may claim no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine import errors
from tests.desk import Desk

PEOPLE = {"wang": ["desk"], "li": ["engineer"], "qian": ["engineer"], "zhao": ["engineer"]}
REPAIR = """
procedure: repair
title: Repair
prefix: WX
roles: [desk, engineer]
open: {by: [desk, engineer], to: registered}
acts: {LIMIT}
states:
  registered:
    transitions:
      dispatch: {by: desk, assign: {role: engineer, how: HOW}, to: mending}
      offer: {by: desk, assign: engineer, to: mending}
      look_at: {by: [desk, engineer]}
  mending: {transitions: {done: {by: BY, to: mended}}}
  mended: {final: true, outcome: mended}
"""


def procedure(how: str, limit: str = "", by: str = "assignee") -> str:
    return REPAIR.replace("HOW", how).replace("LIMIT", limit).replace("BY", by)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bench = Desk(tmp_path, PEOPLE)
    yield bench
    report = bench.replay()
    assert report.clean, report.mismatches


def sent(desk: Desk, trigger: str = "dispatch", **more: str) -> tuple[str, str | None]:
    """A ticket that was dispatched, and whose task it is."""
    wx = desk.open("repair", by="wang")
    desk.command("do", wx, "wang", trigger=trigger, fields={}, **more)
    return wx, desk.ticket(wx).tasks["ticket"].get("assignee")


def test_by_turns_everybody_is_next_once_in_a_round(desk: Desk) -> None:
    desk.publish(procedure("turns"))
    assert [sent(desk)[1] for _ticket in range(5)] == ["li", "qian", "zhao", "li", "qian"]
    assert desk.events(desk.open("repair", by="wang"), "assigned") == []


def test_the_turn_goes_on_over_procedures_and_a_name_takes_no_turn(desk: Desk) -> None:
    desk.publish(procedure("turns"))
    assert sent(desk)[1] == "li"
    assert sent(desk, assignee="zhao")[1] == "zhao"
    desk.publish(procedure("turns").replace("procedure: repair", "procedure: other").replace("WX", "OT"))
    other = desk.open("other", by="wang")
    desk.do(other, "dispatch", by="wang")
    assert desk.ticket(other).tasks["ticket"]["assignee"] == "qian"


def test_who_is_not_active_is_passed_over(desk: Desk) -> None:
    desk.publish(procedure("turns"))
    desk.site("change_person", actor="qian", active=False)
    assert [sent(desk)[1] for _ticket in range(3)] == ["li", "zhao", "li"]


def test_by_load_it_goes_to_who_has_least_and_of_several_to_whose_turn_it_is(desk: Desk) -> None:
    desk.publish(procedure("least_load"))
    first, holder = sent(desk)
    assert holder == "li"
    assert [sent(desk)[1] for _ticket in range(3)] == ["qian", "zhao", "li"]
    desk.do(first, "done", by="li")
    assert sent(desk)[1] == "qian"
    assert desk.records(first)[1]["facts"]["loads:li,qian,zhao"] == {"li": 0, "qian": 0, "zhao": 0}


def test_whoever_separation_of_duty_keeps_from_it_is_passed_over(desk: Desk) -> None:
    desk.publish(procedure("turns", by="{who: assignee, not: did look_at}"))
    wx = desk.open("repair", by="wang")
    desk.do(wx, "look_at", by="li")
    desk.do(wx, "dispatch", by="wang")
    assert desk.ticket(wx).tasks["ticket"]["assignee"] == "qian"


def test_where_nobody_holds_the_role_it_is_offered_to_it(desk: Desk) -> None:
    desk.publish(procedure("turns"))
    for person in ("li", "qian", "zhao"):
        desk.site("change_person", actor=person, active=False)
    wx, holder = sent(desk)
    assert (holder, desk.ticket(wx).tasks) == (None, {"ticket": {"role": "engineer"}})


def test_where_somebody_must_be_named_it_is_said_who_has_how_much(desk: Desk) -> None:
    desk.publish(procedure("named"))
    sent(desk, assignee="li")
    wx = desk.open("repair", by="wang")
    with pytest.raises(errors.NotUnderstood, match=r"qian \(0 in hand\), zhao \(0 in hand\), li \(1 in hand\)") as none:
        desk.do(wx, "dispatch", by="wang")
    assert str(none.value.fix) == "name him with --assignee qian"
    assert desk.state(wx) == ["registered"]


def test_who_has_his_hands_full_may_claim_no_more_and_is_told_who_has_room(desk: Desk) -> None:
    desk.publish(procedure("claim", limit="claim: {limit: 1}"))
    for person in ("li", "qian"):
        desk.command("claim", sent(desk, "offer")[0], person)
    third = sent(desk, "offer")[0]
    with pytest.raises(errors.NotNow, match=r"li has 1 open tasks.*there is room with: zhao \(0 in hand\)"):
        desk.command("claim", third, "li")
    desk.command("claim", third, "zhao")
    fourth = sent(desk, "offer")[0]
    with pytest.raises(errors.NotNow, match="nobody else has room either"):
        desk.command("claim", fourth, "zhao")
    desk.do(third, "done", by="zhao")
    desk.command("claim", fourth, "zhao")


def test_a_dispatch_passes_over_who_may_claim_no_more(desk: Desk) -> None:
    desk.publish(procedure("turns", limit="claim: {limit: 1}"))
    assert [sent(desk)[1] for _ticket in range(4)] == ["li", "qian", "zhao", None]


def test_what_is_lent_or_offered_on_counts_for_its_holder_alone(desk: Desk) -> None:
    desk.publish(procedure("least_load"))
    wx, holder = sent(desk)
    desk.command("delegate", wx, str(holder), to="qian")
    with desk.reading() as reading:
        assert [reading.load_of(person) for person in ("li", "qian")] == [1, 0]


# --- two tasks of one ticket within one step --------------------------------------------------------------------------

TWO = """
procedure: two
title: Two
prefix: TW
roles: [desk, engineer]
open: {by: desk, to: registered}
acts: {LIMIT}
states:
  registered: {transitions: {send: {by: desk, to: both}}}
  both:
    parallel: [count, check]
    done: {to: finished}
    states:
      count:
        entry: {assign: {role: engineer, how: HOW}}
        states:
          counting: {transitions: {counted: {by: assignee, to: count_done}}}
          count_done: {final: true}
      check:
        entry: {assign: {role: engineer, how: HOW}}
        states:
          checking: {transitions: {checked: {by: BY, to: check_done}}}
          check_done: {final: true}
  finished: {final: true, outcome: finished}
"""


def both(desk: Desk, how: str, by: str = "assignee", limit: str = "") -> list[str | None]:
    """Who has the two tasks that one step gives."""
    desk.publish(TWO.replace("HOW", how).replace("BY", by).replace("LIMIT", limit))
    two = desk.open("two", by="wang")
    desk.do(two, "send", by="wang")
    return [desk.ticket(two).tasks[region].get("assignee") for region in ("count", "check")]


@pytest.mark.parametrize("how", ["turns", "least_load"])
def test_two_tasks_that_one_step_gives_are_two_turns(desk: Desk, how: str) -> None:
    assert both(desk, how) == ["li", "qian"]


@pytest.mark.parametrize("how", ["turns", "least_load"])
def test_nobody_is_given_both_where_separation_of_duty_forbids_it(desk: Desk, how: str) -> None:
    for person in ("qian", "zhao"):
        desk.site("change_person", actor=person, active=False)
    assert both(desk, how, by="{who: assignee, not: did counted}") == ["li", None]


def test_both_go_to_the_one_who_is_there_where_it_forbids_nothing(desk: Desk) -> None:
    for person in ("qian", "zhao"):
        desk.site("change_person", actor=person, active=False)
    assert both(desk, "turns") == ["li", "li"]


def test_what_one_step_gives_counts_against_the_limit(desk: Desk) -> None:
    for person in ("qian", "zhao"):
        desk.site("change_person", actor=person, active=False)
    assert both(desk, "turns", limit="claim: {limit: 1}") == ["li", None]
