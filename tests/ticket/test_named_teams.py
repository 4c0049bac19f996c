"""Teams that a procedure names: by what they do, or by what stands in a field of the ticket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine import errors
from tests.desk import Desk

PEOPLE = {
    "wang": ["desk"], "li": ["engineer"], "qian": ["engineer"], "zhao": ["engineer"], "sun": ["engineer"],
    "hu": ["manager"],
}  # fmt: skip
REPAIR = """
procedure: repair
title: Repair
prefix: WX
roles: [desk, engineer, manager]
teams: [water, power]
skills: [lifts]
fields: {trade: {type: choice, choices: [water, power, other]}}
open: {by: desk, may_ask: trade, to: registered}
acts: {give_back: {by: assignee}, transfer: {by: assignee}}
states:
  registered:
    transitions:
      dispatch: {by: desk, assign: {role: engineer, team: trade}, to: mending}
      turns: {by: desk, assign: {role: engineer, team: water, how: turns}, to: mending}
      named: {by: desk, assign: {role: engineer, team: water, how: named}, to: mending}
      lift: {by: desk, assign: {role: engineer, team: water, skill: lifts}, to: mending}
      warn: {by: desk, tell: {to: manager, team: trade}}
  mending:
    after: {2 h: {tell: lead}}
    transitions: {mend: {by: assignee, to: mended}}
  mended: {final: true, outcome: mended}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bench = Desk(tmp_path, PEOPLE)
    bench.site("add_team", team="crew", title="工程一班", lead="zhao", join=["li", "qian"], does=["water"])
    bench.publish(REPAIR)
    yield bench
    report = bench.replay()
    assert report.clean, report.mismatches


def task(desk: Desk, wx: str) -> dict[str, str]:
    return dict(desk.ticket(wx).tasks["ticket"])


def given(desk: Desk, trigger: str = "dispatch", trade: str = "water", **named: str) -> str:
    wx = desk.open("repair", trade=trade, by="wang")
    desk.command("do", wx, "wang", trigger=trigger, fields={}, **named)
    return wx


def test_the_team_that_does_what_the_field_says_is_offered_it_and_its_lead_is_told(desk: Desk) -> None:
    wx = given(desk)
    assert task(desk, wx) == {"role": "engineer", "team": "crew"}
    assert desk.events(wx, "told")[-1]["to"] == ["zhao"]
    with pytest.raises(errors.NotYou, match="工程一班"):
        desk.command("claim", wx, "sun")
    desk.command("assign", wx, "zhao", to="qian")
    assert task(desk, wx) == {"role": "engineer", "team": "crew", "assignee": "qian"}


def test_what_no_team_does_goes_to_all_who_hold_the_role(desk: Desk) -> None:
    for trade in ("power", "other"):
        assert task(desk, given(desk, trade=trade)) == {"role": "engineer"}


def test_a_team_of_which_nobody_could_take_it_stands_in_nobody_s_way(desk: Desk) -> None:
    desk.site("skill", actor="sun", skill="lifts")
    wx = given(desk, "lift")
    assert task(desk, wx) == {"role": "engineer", "skill": "lifts"}
    desk.command("claim", wx, "sun")
    desk.site("skill", actor="li", skill="lifts")
    assert task(desk, given(desk, "lift")) == {"role": "engineer", "skill": "lifts", "team": "crew"}


def test_a_team_is_found_by_its_own_id_unless_another_does_it(desk: Desk) -> None:
    desk.site("add_team", team="power", title="强电班", lead="sun", join=[])
    assert task(desk, given(desk, trade="power"))["team"] == "power"
    desk.site("change_team", team="crew", does=["power"])
    assert task(desk, given(desk, trade="power"))["team"] == "crew"
    desk.site("change_team", team="crew", does_not=["power"])
    assert task(desk, given(desk, trade="power"))["team"] == "power"


def test_turns_go_round_within_the_team_and_it_keeps_what_one_of_them_gives_back(desk: Desk) -> None:
    first = given(desk, "turns")
    assert [task(desk, first)["assignee"], task(desk, given(desk, "turns"))["assignee"],
            task(desk, given(desk, "turns"))["assignee"]] == ["li", "qian", "zhao"]  # fmt: skip
    desk.command("give_back", first, "li", because="not_my_trade", reason="x")
    assert task(desk, first) == {"role": "engineer", "team": "crew"}


def test_whoever_is_named_goes_first_and_only_one_of_the_team_has_it_as_the_team_s(desk: Desk) -> None:
    assert task(desk, given(desk, assignee="li")) == {"role": "engineer", "team": "crew", "assignee": "li"}
    assert task(desk, given(desk, assignee="sun")) == {"role": "engineer", "assignee": "sun"}
    with pytest.raises(errors.NotUnderstood) as refused:
        given(desk, "named")
    assert refused.value.near == ("li", "qian", "zhao")


def test_a_notice_to_a_team_reaches_all_of_it_and_a_ladder_its_lead(desk: Desk) -> None:
    wx = desk.open("repair", trade="water", by="wang")
    desk.do(wx, "warn", by="wang")
    assert desk.events(wx, "told")[-1]["to"] == ["boss", "hu", "li", "qian", "zhao"]
    desk.do(wx, "dispatch", by="wang")
    desk.advance(hours=3)
    assert desk.events(wx, "told")[-1]["to"] == ["zhao"]


def test_nothing_is_done_by_two_teams_and_what_is_not_done_cannot_be_left(desk: Desk) -> None:
    desk.site("add_team", team="two", title="二班", lead="sun", join=[])
    with pytest.raises(errors.NotNow, match="工程一班"):
        desk.site("change_team", team="two", does=["water"])
    with pytest.raises(errors.NotNow):
        desk.site("change_team", team="two", does_not=["water"])
    with pytest.raises(errors.NotUnderstood):
        desk.site("change_team", team="two", does=["水"])
    desk.site("leave", actor="li")
    assert task(desk, given(desk)) == {"role": "engineer", "team": "crew"}
