"""Firms from outside: which has the job, what its people do through the desk, and what its contract promises."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.engine.reports import figures, outcomes
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


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, {"wang": ["desk"], "liu": ["desk"]}, LIFT, calendar="round-the-clock") as bench:
        bench.site("add_firm", firm="tianyi", title="天一电梯", does="电梯维保", phone="02088880000",
                   contract={"number": "HT-7", "until": "2026-11-23"}, promises={"rescue": [30, "min", "clock"]},
                   )  # fmt: skip
        bench.site("add_firm", firm="hongda", title="宏达电梯")
        bench.site("firm_person", firm="tianyi", name="张工", contact={"phone": "13800001111"},
                   permit="440100198001010011", permit_until="2026-11-23")  # fmt: skip
        bench.site("firm_person", firm="hongda", name="陈工")
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


def refused(desk: Desk, act: str, /, **arguments: Any) -> errors.SopError:
    with pytest.raises(errors.SopError) as found:
        desk.site(act, **arguments)
    return found.value


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


def test_the_same_firm_named_again_changes_nothing(desk: Desk) -> None:
    ticket = called(desk)
    before = desk.ticket(ticket).goals["rescue"]
    desk.advance(minutes=5)
    desk.do(ticket, "other_firm", by="wang", contractor="tianyi")
    assert desk.ticket(ticket).goals["rescue"] == before


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


def test_nobody_stands_in_for_a_firms_man_and_he_never_has_a_login(desk: Desk) -> None:
    ticket = called(desk)
    with pytest.raises(errors.NotYou) as found:
        desk.command("do", ticket, "boss", trigger="mended", fields={}, standing_for="tianyi.1")
    assert "--doer" in str(found.value.message)
    with pytest.raises(errors.NotYou):
        desk.do(ticket, "mended", by="tianyi.1")
    for act, arguments in (
        ("login", {"login": "zhang", "actor": "tianyi.1", "people": []}),
        ("login", {"login": "tester", "actor": "boss", "people": ["wang", "tianyi.1"]}),
        ("change_person", {"actor": "tianyi.1", "grant": [["desk", None]]}),
        ("change_person", {"actor": "tianyi.1", "give_rights": ["admin"]}),
        ("change_person", {"actor": "tianyi.1", "revoke": [["of_firm", "tianyi"]]}),
        ("deputy", {"for": "wang", "by": "tianyi.1", "from": "2026-11-23", "to": "2026-11-24"}),
        ("add_team", {"team": "lifts", "title": "Lifts", "lead": "tianyi.1"}),
    ):
        assert "tianyi.1" in str(refused(desk, act, **arguments).message)


def test_nobody_becomes_a_firms_man_by_a_role(desk: Desk) -> None:
    role = [["of_firm", "tianyi"]]
    assert isinstance(refused(desk, "add_person", actor="x", name="X", roles=role), errors.NotUnderstood)
    assert isinstance(refused(desk, "change_person", actor="wang", grant=role), errors.NotUnderstood)


def test_separation_of_duty_counts_the_firms_man(desk: Desk) -> None:
    ticket = called(desk)
    did(desk, ticket, "mended", "tianyi.1")
    with pytest.raises(errors.NotYou) as found:
        did(desk, ticket, "tried", "tianyi.1")
    assert "separation of duty" in str(found.value.message)
    desk.do(ticket, "tried", by="wang")  # she typed it, and it was his act


def test_tasks_and_tickets_are_not_given_to_a_firms_man(desk: Desk) -> None:
    ticket = called(desk)
    for act in ("assign", "hand_over"):
        with pytest.raises(errors.SopError) as found:
            desk.command(act, ticket, "boss", to="tianyi.1")
        assert "tianyi.1" in str(found.value.message)
    assert desk.ticket(ticket).owner == "wang"


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


def test_an_expired_permit_bars_the_man_and_nobody_else(desk: Desk) -> None:
    ticket = called(desk)
    desk.site("firm_person", firm="tianyi", name="林工")
    desk.advance(hours=24)
    with pytest.raises(errors.NotYou) as found:
        did(desk, ticket, "arrived", "tianyi.1")
    assert "2026-11-23" in str(found.value.message) and "--permit-until" in str(found.value.message)
    did(desk, ticket, "arrived", "tianyi.2")


def test_a_firm_off_the_list_is_named_no_more_and_its_people_act_no_more(desk: Desk) -> None:
    ticket, later = called(desk), desk.open("lift", by="wang")
    desk.site("remove_firm", firm="tianyi")
    with pytest.raises(errors.NotYou):
        did(desk, ticket, "arrived", "tianyi.1")
    with pytest.raises(errors.NotNow):
        desk.do(later, "call_firm", by="wang", contractor="tianyi")
    assert isinstance(refused(desk, "remove_firm", firm="tianyi"), errors.NotNow)
    assert isinstance(refused(desk, "firm_person", firm="tianyi", name="林工"), errors.NotNow)
    desk.site("change_firm", firm="tianyi", active=True)
    desk.site("firm_person", firm="tianyi", person="tianyi.1")
    did(desk, ticket, "arrived", "tianyi.1")


@pytest.mark.parametrize(
    ("act", "arguments", "kind"),
    [
        ("add_firm", {"firm": "ti-an", "title": "X"}, errors.NotUnderstood),
        ("add_firm", {"firm": "tianyi", "title": "X"}, errors.NotNow),
        ("add_firm", {"firm": "x"}, errors.NotUnderstood),
        ("add_firm", {"firm": "x", "title": "X" * 61}, errors.NotUnderstood),
        ("add_firm", {"firm": "x", "title": "X", "contract": {"until": "soon"}}, errors.NotUnderstood),
        ("change_firm", {"firm": "tianyo"}, errors.NotFound),
        ("firm_person", {"firm": "tianyi"}, errors.NotUnderstood),
        ("firm_person", {"firm": "tianyi", "name": "前台"}, errors.NotUnderstood),
        ("firm_person", {"firm": "tianyi", "person": "hongda.1"}, errors.NotFound),
        ("firm_person", {"firm": "tianyi", "person": "wang"}, errors.NotFound),
    ],
)
def test_what_cannot_be_entered_changes_nothing(
    desk: Desk, act: str, arguments: dict[str, Any], kind: type[errors.SopError]
) -> None:
    before = desk.ticket(SITE).state()
    assert isinstance(refused(desk, act, **arguments), kind)
    assert desk.ticket(SITE).state() == before


def test_names_and_numbers_of_its_people_stand_beside_the_record(desk: Desk) -> None:
    with desk.reading() as reading:
        written = b"".join(step.data for step in reading.steps(SITE)).decode()
        person = reading.person("tianyi.1")
    assert "张工" not in written and "13800001111" not in written and "440100198001010011" not in written
    assert "02088880000" not in written
    assert person is not None and (person.name, person.contact) == ("张工", {"phone": "13800001111"})


def test_a_promise_can_be_taken_out_of_a_contract(desk: Desk) -> None:
    desk.site("change_firm", firm="tianyi", promises={"rescue": None})
    assert desk.ticket(called(desk)).goals["rescue"]["within"] == [2, "h", "clock"]


def test_a_promise_of_nobody_waits_until_a_firm_is_named(tmp_path: Path) -> None:
    early = LIFT.replace("while: with_firm, stop", "start: did open, stop")
    with replayed(tmp_path, {"wang": ["desk"]}, early, calendar="round-the-clock") as bench:
        bench.site("add_firm", firm="tianyi", title="天一电梯", promises={"rescue": [30, "min", "clock"]})
        ticket = bench.open("lift", by="wang")
        assert bench.ticket(ticket).goals["rescue"]["status"] == "waiting"
        bench.advance(minutes=20)
        bench.do(ticket, "call_firm", by="wang", contractor="tianyi")
        goal = bench.ticket(ticket).goals["rescue"]
        assert (goal["status"], goal["due"]) == ("running", "2026-11-23T01:20:00.000Z")
