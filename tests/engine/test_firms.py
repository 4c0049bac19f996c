"""What a firm's people never have, what its papers bar, and what of it is entered: over one store in memory, since it
does not matter where tickets are kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.store.sqlite import MEMORY, open_store
from sop_engine.ticket.records import SITE
from tests.desk import Desk
from tests.ticket.test_firms import LIFT, called, did, enter_firms


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bench = Desk(tmp_path, {"wang": ["desk"]}, open_store(MEMORY, create=True))
    bench.publish_calendar("round-the-clock")
    bench.publish(LIFT)
    enter_firms(bench)
    yield bench
    assert not [each for each in bench.replay().mismatches if each.kind != "row"]
    bench.store.close()


def refused(desk: Desk, act: str, /, **arguments: Any) -> errors.SopError:
    with pytest.raises(errors.SopError) as found:
        desk.site(act, **arguments)
    return found.value


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


def test_tasks_and_tickets_are_not_given_to_a_firms_man(desk: Desk) -> None:
    ticket = called(desk)
    for act in ("assign", "hand_over"):
        with pytest.raises(errors.SopError) as found:
            desk.command(act, ticket, "boss", to="tianyi.1")
        assert "tianyi.1" in str(found.value.message)
    assert desk.ticket(ticket).owner == "wang"


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


def test_the_same_firm_named_again_changes_nothing(desk: Desk) -> None:
    ticket = called(desk)
    before = desk.ticket(ticket).goals["rescue"]
    desk.advance(minutes=5)
    desk.do(ticket, "other_firm", by="wang", contractor="tianyi")
    assert desk.ticket(ticket).goals["rescue"] == before


REFUSED: tuple[tuple[str, dict[str, Any], type[errors.SopError]], ...] = (
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
)


def test_what_cannot_be_entered_changes_nothing(desk: Desk) -> None:
    before = desk.ticket(SITE).state()
    for act, arguments, kind in REFUSED:
        assert isinstance(refused(desk, act, **arguments), kind), (act, arguments)
    assert desk.ticket(SITE).state() == before


def test_a_promise_of_nobody_waits_until_a_firm_is_named(desk: Desk) -> None:
    desk.publish(LIFT.replace("while: with_firm, stop", "start: did open, stop"))
    ticket = desk.open("lift", by="wang")
    assert desk.ticket(ticket).goals["rescue"]["status"] == "waiting"
    desk.advance(minutes=20)
    desk.do(ticket, "call_firm", by="wang", contractor="tianyi")
    goal = desk.ticket(ticket).goals["rescue"]
    assert (goal["status"], goal["due"]) == ("running", "2026-11-23T01:20:00.000Z")


def test_another_firm_goes_on_with_nothing_that_the_first_used_up(desk: Desk) -> None:
    starts = "start: [did call_firm, did other_firm], stop: did arrived, again: resume"
    desk.publish(LIFT.replace("while: with_firm, stop: did arrived", starts))
    ticket = called(desk)
    desk.advance(minutes=10)
    desk.do(ticket, "arrived", by="wang")
    desk.advance(minutes=10)
    desk.do(ticket, "other_firm", by="wang", contractor="hongda")
    goal = desk.ticket(ticket).goals["rescue"]
    assert (goal["firm"], goal["cycle"], goal["due"]) == ("hongda", 2, "2026-11-23T02:50:00.000Z")


HANDED = """
procedure: handed
title: Handed
prefix: HD
roles: [desk]
fields:
  handler: {type: staff, title: Handler}
  blamed: {type: staff, title: Blamed}
open: {by: desk, to: registered}
states:
  registered:
    transitions:
      send_to: {by: desk, ask: handler, assign: {field: handler}, to: mending}
      blame: {by: desk, ask: blamed}
      take: {by: anyone, assign: doer, to: mending}
  mending: {transitions: {done: {by: assignee, to: closed}}}
  closed: {final: true, outcome: done}
"""


def test_a_firms_man_is_given_no_task_by_a_field_and_may_be_complained_of(desk: Desk) -> None:
    desk.publish(HANDED)
    ticket = desk.open("handed", by="wang")
    with pytest.raises(errors.NotNow):
        desk.do(ticket, "send_to", by="wang", handler="tianyi.1")
    with pytest.raises(errors.NotYou):
        did(desk, ticket, "take", "tianyi.1")  # anyone means the centre's own people
    desk.do(ticket, "blame", by="wang", blamed="tianyi.1")
    desk.do(ticket, "send_to", by="wang", handler="wang")
    assert desk.ticket(ticket).tasks["ticket"] == {"assignee": "wang"}
