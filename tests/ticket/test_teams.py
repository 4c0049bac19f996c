"""Teams: who is of them, tasks that are offered to one, and who leads whom."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine import errors
from sop_engine.store.seam import Query
from sop_engine.ticket.records import SITE
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
skills: [water]
calendar: front-desk
open: {by: desk, to: registered}
acts: {give_back: {by: assignee}, transfer: {by: assignee}}
states:
  registered:
    transitions:
      dispatch: {by: desk, assign: engineer, to: mending}
      pipes: {by: desk, assign: {role: engineer, skill: water}, to: mending}
      look_at: {by: desk}
  mending:
    after: {2 h: {tell: [lead, manager]}}
    transitions: {mend: {by: assignee, to: mended}, again: {by: desk, assign: engineer}}
  mended: {final: true, outcome: mended}
""".replace("calendar: front-desk\n", "")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bench = Desk(tmp_path, PEOPLE)
    bench.site("add_team", team="one", title="工程一班", lead="zhao", join=["li", "qian"])
    bench.publish(REPAIR)
    yield bench
    report = bench.replay()
    assert report.clean, report.mismatches


def offered(desk: Desk, trigger: str = "dispatch") -> str:
    """A ticket whose task the desk has offered to the team."""
    wx = desk.open("repair", by="wang")
    desk.command("do", wx, "wang", trigger=trigger, fields={}, team="one")
    return wx


def test_what_is_offered_to_a_team_only_its_people_take_and_its_lead_is_told(desk: Desk) -> None:
    wx = offered(desk)
    assert desk.ticket(wx).tasks["ticket"] == {"role": "engineer", "team": "one"}
    assert desk.events(wx, "told")[-1]["to"] == ["zhao"]
    with pytest.raises(errors.NotYou, match="工程一班") as refused:
        desk.command("claim", wx, "sun")
    assert refused.value.possible == ("li", "qian", "zhao")
    with pytest.raises(errors.NotYou, match="工程一班"):
        desk.do(wx, "mend", by="sun")
    desk.do(wx, "mend", by="qian")
    assert desk.state(wx) == ["mended"]


def test_the_lead_gives_it_to_one_of_them_and_to_nobody_else(desk: Desk) -> None:
    wx = offered(desk)
    with pytest.raises(errors.NotYou):
        desk.command("assign", wx, "zhao", to="sun")
    with pytest.raises(errors.NotYou):
        desk.command("assign", wx, "li", to="qian")
    desk.command("assign", wx, "zhao", to="qian")
    assert desk.ticket(wx).tasks["ticket"] == {"role": "engineer", "team": "one", "assignee": "qian"}
    desk.command("give_back", wx, "qian", because="not_my_trade", reason="x")
    assert desk.ticket(wx).tasks["ticket"] == {"role": "engineer", "team": "one"}


def test_its_owner_gives_it_to_anybody_or_to_a_team_and_who_had_it_is_told(desk: Desk) -> None:
    wx = offered(desk)
    desk.command("assign", wx, "wang", to="sun")
    desk.command("assign", wx, "wang", team="one")
    assert desk.ticket(wx).tasks["ticket"] == {"role": "engineer", "team": "one"}
    assert [event["to"] for event in desk.events(wx, "told")[-2:]] == [["zhao"], ["sun"]]


def test_what_is_given_away_anew_is_no_team_s(desk: Desk) -> None:
    wx = offered(desk)
    desk.do(wx, "again", by="wang")
    desk.command("claim", wx, "sun")
    assert desk.ticket(wx).tasks["ticket"] == {"role": "engineer", "assignee": "sun"}


def test_a_team_of_which_nobody_could_take_it_is_refused_and_nothing_is_done(desk: Desk) -> None:
    wx = desk.open("repair", by="wang")
    for team, error, trigger in (
        ("one", errors.NotNow, "pipes"),
        ("two", errors.NotFound, "dispatch"),
        ("one", errors.NotUnderstood, "look_at"),
    ):
        with pytest.raises(error):
            desk.command("do", wx, "wang", trigger=trigger, fields={}, team=team)
    assert desk.state(wx) == ["registered"]
    desk.site("skill", actor="li", skill="water")
    desk.command("do", wx, "wang", trigger="pipes", fields={}, team="one")
    with pytest.raises(errors.NotYou):
        desk.command("claim", wx, "qian")
    desk.command("claim", wx, "li")


def test_the_lead_hears_of_his_people_s_tasks_and_not_of_his_own(desk: Desk) -> None:
    held, own, free = (offered(desk) for _each in range(3))
    desk.command("assign", held, "wang", to="li")
    desk.command("assign", own, "wang", to="zhao")
    desk.advance(hours=3)
    assert desk.events(held, "told")[-1]["to"] == ["zhao", "boss", "hu"]
    assert desk.events(own, "told")[-1]["to"] == ["boss", "hu"]
    assert desk.events(free, "told")[-1]["to"] == ["zhao", "boss", "hu"]


def test_a_team_that_is_no_more_keeps_nobody_out(desk: Desk) -> None:
    wx = offered(desk)
    desk.site("remove_team", team="one")
    desk.command("claim", wx, "sun")
    assert desk.ticket(wx).tasks["ticket"]["assignee"] == "sun"


def test_who_leaves_is_of_no_team_and_who_is_disabled_counts_no_more(desk: Desk) -> None:
    wx = offered(desk)
    desk.site("change_person", actor="qian", active=False)
    with pytest.raises(errors.NotYou) as refused:
        desk.command("claim", wx, "sun")
    assert refused.value.possible == ("li", "zhao")
    desk.site("leave", actor="zhao")
    with desk.reading() as reading:
        site = reading.ticket(SITE)
    assert site is not None
    assert site.fields["teams"] == {"one": {"title": "工程一班", "lead": None, "people": ["li", "qian"]}}


def test_a_team_changes_one_thing_at_a_time(desk: Desk) -> None:
    desk.site("change_team", team="one", title="水班")
    desk.site("change_team", team="one", join=["sun"], part=["li"])
    desk.site("change_team", team="one", lead="sun")
    with desk.reading() as reading:
        site = reading.ticket(SITE)
    assert site is not None
    assert site.fields["teams"]["one"] == {"title": "水班", "lead": "sun", "people": ["qian", "sun"]}


@pytest.mark.parametrize(
    ("act", "arguments", "error"),
    [
        ("add_team", {"team": "one", "title": "x"}, errors.NotNow),
        ("add_team", {"team": "一班", "title": "x"}, errors.NotUnderstood),
        ("add_team", {"team": "two", "title": " "}, errors.NotUnderstood),
        ("add_team", {"team": "two", "title": "x" * 61}, errors.NotUnderstood),
        ("add_team", {"team": "two", "title": "x", "lead": "nobody"}, errors.NotFound),
        ("change_team", {"team": "two", "title": "x"}, errors.NotFound),
        ("change_team", {"team": "one", "part": ["sun"]}, errors.NotNow),
        ("remove_team", {"team": "two"}, errors.NotFound),
    ],
)
def test_what_makes_no_team_is_refused(
    desk: Desk, act: str, arguments: dict[str, object], error: type[errors.SopError]
) -> None:
    with pytest.raises(error):
        desk.site(act, **arguments)
    with pytest.raises(errors.NotYou):
        desk.command(act, SITE, "li", **arguments)


def test_lists_find_what_a_team_has_and_what_it_is_offered(desk: Desk) -> None:
    held, free, elsewhere, plain = offered(desk), offered(desk), offered(desk), desk.open("repair", by="wang")
    desk.command("assign", held, "wang", to="li")
    desk.command("assign", elsewhere, "wang", to="sun")
    with desk.reading() as reading:
        found = [head.id for head in reading.heads(Query(status="open", team=("one", "li", "qian", "zhao")))]
        alone = [head.id for head in reading.heads(Query(status="open", team=("one",)))]
        counted = reading.count_heads(Query(status="open", team=("one", "li", "qian", "zhao")))
    assert (set(found), counted) == ({held, free}, 2)
    assert alone == [free]
    assert not {elsewhere, plain} & set(found)
