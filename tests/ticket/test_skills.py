"""Skills: who may do, claim and be given what asks for one; and what stands on record of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine import errors
from sop_engine.ticket.records import SITE
from tests.desk import Desk

PEOPLE = {"wang": ["desk"], "li": ["engineer"], "qian": ["engineer"], "zhao": ["engineer"], "sun": ["engineer"]}
REPAIR = """
procedure: repair
title: Repair
prefix: WX
roles: [desk, engineer]
skills: {electrical: Electrician, water: Plumber, hot_work: Hot work}
fields:
  trade: {type: choice, choices: [electrical, water, other]}
open: {by: desk, ask: trade, to: registered}
acts: {delegate: {by: assignee}, transfer: {by: assignee}}
states:
  registered:
    transitions:
      dispatch: {by: desk, assign: {role: engineer, skill: trade HOW}, to: mending}
      weld: {by: {role: engineer, skill: hot_work}, to: mended}
  mending: {transitions: {done: {by: assignee, to: mended}}}
  mended: {final: true, outcome: mended}
"""


def procedure(how: str = "") -> str:
    return REPAIR.replace("HOW", f", how: {how}" if how else "")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bench = Desk(tmp_path, PEOPLE)
    for person, skill, until in (
        ("li", "electrical", "2027-06-30"),
        ("li", "hot_work", "2026-11-23"),
        ("qian", "electrical", None),
        ("zhao", "electrical", "2026-11-22"),
        ("zhao", "water", None),
    ):
        bench.site("skill", actor=person, skill=skill, until=until)
    yield bench
    report = bench.replay()
    assert report.clean, report.mismatches


def sent(desk: Desk, trade: str, **more: str) -> str:
    """A ticket of a trade that was dispatched."""
    wx = desk.open("repair", by="wang", trade=trade)
    desk.command("do", wx, "wang", trigger="dispatch", fields={}, **more)
    return wx


def refusal(desk: Desk, act: str, wx: str, by: str, /, **more: str) -> errors.SopError:
    with pytest.raises(errors.NotYou) as refused:
        desk.command(act, wx, by, **more)
    return refused.value


def test_turns_go_round_those_whose_licence_is_good(desk: Desk) -> None:
    desk.publish(procedure("turns"))
    had = [desk.ticket(sent(desk, "electrical")).tasks["ticket"]["assignee"] for _each in range(3)]
    assert had == ["li", "qian", "li"]
    assert desk.ticket(sent(desk, "water")).tasks["ticket"]["assignee"] == "zhao"


def test_a_value_that_is_no_skill_asks_for_none(desk: Desk) -> None:
    desk.publish(procedure("turns"))
    had = [desk.ticket(sent(desk, "other")).tasks["ticket"]["assignee"] for _each in range(4)]
    assert sorted(had) == ["li", "qian", "sun", "zhao"]


def test_the_answer_is_a_fact_of_the_step_by_its_day(desk: Desk) -> None:
    desk.publish(procedure("turns"))
    wx = sent(desk, "electrical")
    facts = desk.records(wx)[-1]["facts"]
    assert facts["skilled:2026-11-23/electrical"] == {"have": ["li", "qian"], "lapsed": {"zhao": "2026-11-22"}}


def test_who_lacks_the_skill_can_neither_claim_nor_act_and_is_told_who_has_it(desk: Desk) -> None:
    desk.publish(procedure())
    wx = sent(desk, "electrical")
    told = str(refusal(desk, "claim", wx, "sun").message)
    assert "Electrician" in told
    assert "li (0 in hand)" in told and "qian (0 in hand)" in told
    assert "zhao" not in told
    assert "2026-11-22" in str(refusal(desk, "claim", wx, "zhao").message)
    refusal(desk, "do", wx, "sun", trigger="done")
    desk.do(wx, "done", by="qian")
    assert desk.state(wx) == ["mended"]


def test_nobody_gives_it_to_whoever_lacks_the_skill_with_any_right_or_reason(desk: Desk) -> None:
    desk.publish(procedure())
    wx = sent(desk, "electrical")
    refusal(desk, "assign", wx, "boss", to="sun", reason="nobody else is here")
    desk.command("assign", wx, "boss", to="li")
    refusal(desk, "transfer", wx, "li", to="sun")
    refusal(desk, "delegate", wx, "li", to="zhao")
    refusal(desk, "do", desk.open("repair", by="wang", trade="water"), "wang", trigger="dispatch", assignee="li")
    desk.command("give_back", wx, "li", because="not_my_trade", reason="x")
    assert desk.ticket(wx).tasks["ticket"] == {"role": "engineer", "skill": "trade"}
    refusal(desk, "claim", wx, "sun")


def test_a_licence_counts_on_its_last_day_and_no_longer(desk: Desk) -> None:
    desk.publish(procedure())
    first, second = desk.open("repair", by="wang", trade="water"), desk.open("repair", by="wang", trade="water")
    desk.do(first, "weld", by="li")
    desk.advance(hours=24)
    told = refusal(desk, "do", second, "li", trigger="weld")
    assert "2026-11-23" in str(told.message)
    desk.site("skill", actor="li", skill="hot_work", until="2028-11-23")
    desk.do(second, "weld", by="li")


def test_a_deputy_has_the_role_and_not_the_licence(desk: Desk) -> None:
    desk.publish(procedure())
    wx = desk.open("repair", by="wang", trade="water")
    desk.site(
        "deputy", **{"for": "li", "by": "sun", "from": "2026-11-23T00:00:00.000Z", "to": "2026-11-24T00:00:00.000Z"}
    )
    with pytest.raises(errors.NotYou):
        desk.command("do", wx, "sun", trigger="weld", fields={}, standing_for="li")


def test_a_field_that_is_corrected_changes_what_is_asked(desk: Desk) -> None:
    desk.publish(procedure())
    wx = sent(desk, "electrical")
    desk.command("edit", wx, "wang", fields={"trade": "water"}, reason="wrong trade")
    refusal(desk, "claim", wx, "li")
    desk.command("claim", wx, "zhao")


def test_what_a_state_without_a_skill_gives_away_asks_for_none(desk: Desk) -> None:
    done = "done: {by: assignee, to: mended}"
    desk.publish(procedure().replace(done, f"{done}, pass_on: {{by: desk, assign: engineer}}"))
    wx = sent(desk, "electrical")
    desk.do(wx, "pass_on", by="wang")
    desk.command("claim", wx, "sun")
    assert desk.ticket(wx).tasks["ticket"] == {"role": "engineer", "assignee": "sun"}


def test_who_inherits_must_have_the_skill_else_it_is_offered_again(desk: Desk) -> None:
    desk.publish(procedure())
    wx, other = sent(desk, "electrical", assignee="li"), sent(desk, "electrical", assignee="li")
    desk.command("inherit", wx, "boss", **{"from": "li", "to": "sun"})
    desk.command("inherit", other, "boss", **{"from": "li", "to": "qian"})
    assert "assignee" not in desk.ticket(wx).tasks["ticket"]
    assert desk.ticket(other).tasks["ticket"]["assignee"] == "qian"


def test_a_licence_number_stands_beside_the_record_only(desk: Desk) -> None:
    desk.site("skill", actor="sun", skill="lift", until="2027-01-31", licence="T440301199001011234")
    with desk.reading() as reading:
        site = reading.ticket(SITE)
        assert site is not None
        assert not any(b"T4403" in step.data for step in reading.steps(SITE))
        kept = [
            each.value for (_number, slot), each in reading.sealed(SITE).items() if slot.startswith("person:sun:lic")
        ]
    assert kept == ["T440301199001011234"]
    assert site.fields["people"]["sun"]["skills"]["lift"]["until"] == "2027-01-31"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"actor": "nobody", "skill": "water"}, errors.NotFound),
        ({"actor": "sun", "skill": "Water Pipes"}, errors.NotUnderstood),
        ({"actor": "sun", "skill": "水"}, errors.NotUnderstood),
        ({"actor": "sun", "skill": "water", "until": "2027-13-01"}, errors.NotUnderstood),
        ({"actor": "sun", "skill": "water", "remove": True}, errors.NotNow),
    ],
)
def test_what_makes_no_skill_is_refused(desk: Desk, arguments: dict[str, object], error: type[errors.SopError]) -> None:
    with pytest.raises(error):
        desk.site("skill", **arguments)


def test_a_person_who_lost_his_last_skill_is_as_one_who_never_had_one(desk: Desk) -> None:
    desk.site("skill", actor="sun", skill="water")
    desk.site("skill", actor="sun", skill="water", remove=True)
    with desk.reading() as reading:
        site = reading.ticket(SITE)
        assert site is not None and "skills" not in site.fields["people"]["sun"]


def test_only_an_administrator_enters_skills(desk: Desk) -> None:
    with pytest.raises(errors.NotYou):
        desk.command("skill", SITE, "li", actor="li", skill="hot_work", until="2030-01-01")
