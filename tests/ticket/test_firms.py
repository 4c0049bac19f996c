"""Firms from outside: which has the job, what its people do through the desk, and what its contract promises."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.engine.reports.promises import figures, outcomes
from sop_engine.ticket.records import SITE
from tests.desk import START, Desk, replayed

LIFT = """
procedure: lift
title: Lift
prefix: DT
calendar: round-the-clock
roles: [desk]
fields:
  contractor: {type: firm, title: Contractor}
open: {by: desk, to: registered}
states:
  registered: {transitions: {call_firm: {by: desk, ask: contractor, assign: doer, to: with_firm}}}
  with_firm:
    transitions:
      other_firm: {by: desk, ask: contractor}
      arrived: {by: [{field: contractor}, desk]}
      mended: {by: {field: contractor}, to: mended}
  mended:
    transitions:
      tried: {by: [{role: desk, not: did mended}, {field: contractor, not: did mended}], to: closed}
      blamed: {by: {role: desk, not_named_in: contractor}, to: closed}
  closed: {final: true, outcome: done}
goals:
  rescue: {title: Rescue, firm: contractor, while: with_firm, stop: did arrived, within: 2 h clock}
  owner_freed: {title: Owner freed, start: did open, stop: mended, within: 1 h clock}
"""


def enter_firms(desk: Desk) -> None:
    """Two firms for lifts, each with a man; the contract of one has a figure of its own, and runs out."""
    desk.site("add_firm", firm="tianyi", title="天一电梯", does="电梯维保", phone="02088880000",
              contract={"number": "HT-7", "until": "2026-11-23"},
              promises={"rescue": [30, "min", "clock"]})  # fmt: skip
    desk.site("add_firm", firm="hongda", title="宏达电梯")
    desk.site("firm_person", firm="tianyi", name="张工", contact={"phone": "13800001111"},
              permit="440100198001010011", permit_until="2026-11-23")  # fmt: skip
    desk.site("firm_person", firm="hongda", name="陈工")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, {"wang": ["desk"], "liu": ["desk"]}, LIFT, calendar="round-the-clock") as bench:
        enter_firms(bench)
        yield bench
        # the calendar was put into the store without a step, so the tables of the site say more than its history
        site = [each for each in bench.replay().mismatches if each.ticket == SITE]
        assert {each.kind for each in site} <= {"row"}, site


def called(desk: Desk, firm: str = "tianyi") -> str:
    """A ticket on which a firm was told."""
    ticket = desk.open("lift", by="wang")
    desk.do(ticket, "call_firm", by="wang", contractor=firm)
    return ticket


def did(desk: Desk, ticket: str, trigger: str, person: str, **about: Any) -> None:
    """What one of a firm's people did, typed for him."""
    desk.command("do", ticket, person, trigger=trigger, fields={}, typist="wang", heard="phone", **about)


def test_its_contract_says_how_long_and_the_owners_clock_is_another(desk: Desk) -> None:
    ticket = called(desk)
    goals = desk.ticket(ticket).goals
    assert (goals["rescue"]["within"], goals["rescue"]["firm"]) == ([30, "min", "clock"], "tianyi")
    assert goals["rescue"]["due"] == "2026-11-23T01:00:00.000Z"
    assert goals["owner_freed"]["due"] == "2026-11-23T01:30:00.000Z"
    assert "firm" not in goals["owner_freed"]
    desk.advance(minutes=40)
    did(desk, ticket, "arrived", "tianyi.1")
    goals = desk.ticket(ticket).goals
    assert (goals["rescue"]["status"], goals["owner_freed"]["status"]) == ("late", "running")


def test_without_a_figure_of_its_own_the_procedures_counts(desk: Desk) -> None:
    goal = desk.ticket(called(desk, "hongda")).goals["rescue"]
    assert (goal["within"], goal["firm"]) == ([2, "h", "clock"], "hongda")


def test_with_another_firm_it_begins_anew_and_what_the_first_missed_stays_its_own(desk: Desk) -> None:
    ticket = called(desk)
    desk.advance(minutes=45)
    desk.do(ticket, "other_firm", by="wang", contractor="hongda")
    desk.advance(minutes=10)
    desk.do(ticket, "arrived", by="wang")
    with desk.reading() as reading:
        found = list(outcomes(reading, desk.engine.programs, START, desk.clock.now().replace(year=2027)))
    theirs = {each.firm: (each.result, each.used.total_seconds() / 60) for each in found if each.goal == "rescue"}
    assert theirs == {"tianyi": ("late", 45), "hongda": ("kept", 10)}
    by_firm = {each.group: each.worst.total_seconds() / 60 for each in figures(found, ("firm", "goal"))}
    assert by_firm[("tianyi", "rescue")] == 45


def test_only_the_people_of_the_firm_that_has_the_job_may(desk: Desk) -> None:
    ticket = called(desk)
    with pytest.raises(errors.NotYou) as found:
        did(desk, ticket, "mended", "hongda.1")
    assert "Contractor" in str(found.value.message)
    with pytest.raises(errors.NotYou):
        desk.do(ticket, "mended", by="wang")
    did(desk, ticket, "mended", "tianyi.1")
    last = desk.records(ticket)[-1]
    assert (last["actor"], last["typist"], last["heard"]) == ("tianyi.1", "wang", "phone")
    assert last["command"]["arguments"]["as"] == "field:contractor"


def test_separation_of_duty_counts_the_firms_man(desk: Desk) -> None:
    ticket = called(desk)
    did(desk, ticket, "mended", "tianyi.1")
    with pytest.raises(errors.NotYou) as found:
        did(desk, ticket, "tried", "tianyi.1")
    assert "separation of duty" in str(found.value.message)
    desk.do(ticket, "tried", by="wang")  # she typed it, and it was his act


def test_an_expired_contract_is_refused_with_the_way_out_and_a_job_at_hand_is_finished(desk: Desk) -> None:
    at_hand, later = called(desk), desk.open("lift", by="wang")
    desk.site("firm_person", firm="tianyi", person="tianyi.1", permit_until="2027-11-23")
    desk.advance(hours=24)
    with pytest.raises(errors.NotNow) as found:
        desk.do(later, "call_firm", by="wang", contractor="tianyi")
    assert "2026-11-23" in str(found.value.message)
    assert found.value.fix is not None and "--contract-until" in str(found.value.fix)
    did(desk, at_hand, "arrived", "tianyi.1")
    desk.site("change_firm", firm="tianyi", contract={"until": "2027-11-23"})
    desk.do(later, "call_firm", by="wang", contractor="tianyi")
