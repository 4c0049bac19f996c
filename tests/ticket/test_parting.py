"""Deputies with dates, and somebody who leaves: what he has goes to others, and nothing is left in nobody's hands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine import canonical, errors
from sop_engine.engine.people.deputies import deputies, stood_in_for
from sop_engine.engine.people.leaving import in_hand, offered_to_nobody, pass_on
from tests.desk import Desk, replayed
from tests.ticket.acts import holder, told
from tests.ticket.acts import in_hand as mending
from tests.ticket.test_hands import SIDE_BY_SIDE

PEOPLE = {"wang": ["desk"], "sun": ["desk"], "li": ["engineer"], "zhao": ["engineer"], "he": ["engineer"]}
REPAIR = """
procedure: repair
title: Repair
prefix: WX
roles: [desk, engineer]
fields: {whom: {type: staff}}
open: {by: desk, may_ask: whom, to: registered}
states:
  registered:
    transitions:
      dispatch: {by: desk, assign: engineer, to: mending}
      keep: {by: desk, assign: doer, to: mending}
  mending: {transitions: {done: {by: assignee, to: checking}}}
  checking: {transitions: {confirm: {by: {role: [desk, engineer], not: did done}, to: mended}}}
  mended: {final: true, outcome: mended}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, REPAIR) as bench:
        yield bench


def deputise(desk: Desk, away: str, by: str, since: str = "2026-11-23", until: str = "2026-11-30") -> None:
    desk.site("deputy", **{"for": away, "by": by, "from": f"{since}T00:00:00.000Z", "to": f"{until}T00:00:00.000Z"})


# --- deputies --------------------------------------------------------------------------------------------------------


def test_a_deputy_may_between_his_dates_and_not_before_or_after(desk: Desk) -> None:
    wx = mending(desk)
    deputise(desk, "li", "he", since="2026-11-24", until="2026-11-25")
    with pytest.raises(errors.NotYou, match="may not stand in"):
        desk.command("do", wx, "he", trigger="done", fields={}, standing_for="li")
    desk.advance(hours=24)
    with desk.reading() as reading:
        assert stood_in_for(reading, "he", canonical.instant_text(desk.clock.now())) == ["li"]
    desk.command("do", wx, "he", trigger="done", fields={}, standing_for="li", dry_run=True)
    desk.advance(hours=24)
    with pytest.raises(errors.NotYou, match="may not stand in"):
        desk.command("do", wx, "he", trigger="done", fields={}, standing_for="li")


def test_who_stands_in_for_a_deputy_does_not_stand_in_for_the_first(desk: Desk) -> None:
    wx = mending(desk)
    deputise(desk, "li", "zhao")
    deputise(desk, "zhao", "he")
    with pytest.raises(errors.NotYou, match="may not stand in"):
        desk.command("do", wx, "he", trigger="done", fields={}, standing_for="li")


def test_neither_the_deputy_nor_whom_he_stands_in_for_checks_what_was_done(desk: Desk) -> None:
    wx = mending(desk)
    deputise(desk, "li", "he")
    desk.command("do", wx, "he", trigger="done", fields={}, standing_for="li")
    for person in ("li", "he"):
        with pytest.raises(errors.NotYou, match="separation of duty"):
            desk.do(wx, "confirm", by=person)
    with pytest.raises(errors.NotYou, match="separation of duty"):
        deputise(desk, "zhao", "he")
        desk.command("do", wx, "he", trigger="confirm", fields={}, standing_for="zhao")
    desk.do(wx, "confirm", by="zhao")


def test_a_deputy_ends_at_once_and_what_was_to_come_is_gone(desk: Desk) -> None:
    wx = mending(desk)
    deputise(desk, "li", "he")
    deputise(desk, "li", "he", since="2026-12-01", until="2026-12-08")
    deputise(desk, "li", "zhao")
    desk.advance(minutes=1)
    desk.site("end_deputy", **{"for": "li", "by": "he"})
    with desk.reading() as reading:
        left = deputies(reading, canonical.instant_text(desk.clock.now()))
    assert [(each.away, each.by) for each in left] == [("li", "zhao")]
    with pytest.raises(errors.NotYou, match="may not stand in"):
        desk.command("do", wx, "he", trigger="done", fields={}, standing_for="li")
    with pytest.raises(errors.NotNow, match="does not stand in"):
        desk.site("end_deputy", **{"for": "li", "by": "he"})


def test_nobody_is_his_own_deputy_or_that_of_somebody_who_left(desk: Desk) -> None:
    with pytest.raises(errors.NotUnderstood, match="stands in for himself"):
        deputise(desk, "li", "li")
    deputise(desk, "li", "he")
    desk.site("change_person", actor="li", active=False)
    with pytest.raises(errors.NotNow, match="li is not active"):
        deputise(desk, "li", "zhao")
    wx = desk.open("repair", by="wang")
    with pytest.raises(errors.NotYou, match="li is not active here"):
        desk.command("note", wx, "he", note="x", standing_for="li")


# --- leaving ---------------------------------------------------------------------------------------------------------


def leave(desk: Desk, person: str, to: str | None = None) -> list[str]:
    """As `sop actor leave` does it; gives the tickets that could not be passed on."""
    desk.site("leave", actor=person)
    with desk.reading() as reading:
        heads = in_hand(reading, person)
    arguments = {"from": person, **({} if to is None else {"to": to})}
    moved = pass_on(heads, lambda head: desk.command("inherit", head.id, "boss", **arguments))
    return [each.head.id for each in moved if each.error is not None]


def test_what_somebody_has_goes_to_his_successor_and_he_can_do_nothing(desk: Desk) -> None:
    first, second = mending(desk), mending(desk)
    desk.command("watch", first, "li")
    assert leave(desk, "li", "zhao") == []
    assert (holder(desk, first), holder(desk, second)) == ("zhao", "zhao")
    assert desk.ticket(first).acts == {"watchers": ["zhao"]}
    assert told(desk, first, "inherit") == [["zhao"]]
    with desk.reading() as reading:
        assert in_hand(reading, "li") == []
        login = reading.login("tester")
    assert login is not None and "li" not in login.people
    with pytest.raises(errors.NotYou):
        desk.do(first, "done", by="li")


def test_one_owner_at_any_time(desk: Desk) -> None:
    wx = mending(desk)
    assert leave(desk, "wang") == [wx]
    assert desk.ticket(wx).owner == "wang"
    desk.command("inherit", wx, "boss", **{"from": "wang", "to": "sun"})
    assert desk.ticket(wx).owner == "sun"


def test_where_the_successor_is_not_fit_the_role_has_it_again(desk: Desk) -> None:
    wx = mending(desk)
    assert leave(desk, "li", "sun") == []
    assert desk.ticket(wx).tasks == {"ticket": {"role": "engineer"}}


def test_a_task_of_no_role_needs_a_successor_and_what_was_refused_is_done_at_the_second_go(desk: Desk) -> None:
    wx = desk.open("repair", by="sun")
    desk.do(wx, "keep", by="wang")
    assert leave(desk, "wang") == [wx]
    desk.command("inherit", wx, "boss", **{"from": "wang", "to": "sun"})
    assert holder(desk, wx) == "sun"
    with pytest.raises(errors.NotNow, match="has nothing of"):
        desk.command("inherit", wx, "boss", **{"from": "wang", "to": "sun"})


def test_what_he_was_offered_or_lent_lapses(desk: Desk) -> None:
    first, second = mending(desk), mending(desk)
    desk.command("transfer", first, "li", to="he")
    desk.command("delegate", second, "li", to="he", until="2026-11-24T00:00:00.000Z")
    assert leave(desk, "he") == []
    assert [desk.ticket(each).acts for each in (first, second)] == [{}, {}]
    assert (holder(desk, first), desk.ticket(second).timers) == ("li", {})


def test_side_by_side_each_of_his_tasks_is_passed_on(desk: Desk) -> None:
    desk.publish(SIDE_BY_SIDE)
    jj = desk.open("emergency", by="wang")
    for region in ("water", "gate"):
        desk.command("claim", jj, "li", region=region)
    assert leave(desk, "li", "zhao") == []
    assert (holder(desk, jj, "water"), holder(desk, jj, "gate")) == ("zhao", "zhao")


def test_his_deputies_end_with_him(desk: Desk) -> None:
    deputise(desk, "li", "he")
    deputise(desk, "zhao", "li")
    deputise(desk, "zhao", "he")
    desk.advance(minutes=1)
    leave(desk, "li")
    with desk.reading() as reading:
        left = deputies(reading, canonical.instant_text(desk.clock.now()))
    assert [(each.away, each.by) for each in left] == [("zhao", "he")]


def test_only_an_administrator_passes_on_and_the_last_one_does_not_leave(desk: Desk) -> None:
    wx = mending(desk)
    with pytest.raises(errors.NotYou, match="no administrator"):
        desk.command("inherit", wx, "sun", **{"from": "li", "to": "zhao"})
    with pytest.raises(errors.NotNow, match="last administrator"):
        desk.site("leave", actor="boss")
    desk.site("leave", actor="li")
    with pytest.raises(errors.NotNow, match="has left already"):
        desk.site("leave", actor="li")


def test_tasks_of_a_role_that_nobody_holds_any_more_are_found(desk: Desk) -> None:
    wx = mending(desk)
    desk.command("give_back", wx, "li", reason="不在班")
    with desk.reading() as reading:
        assert offered_to_nobody(reading, "engineer") == []
    for person in ("li", "zhao", "he"):
        desk.site("change_person", actor=person, revoke=[["engineer", None]])
    with desk.reading() as reading:
        assert [head.id for head in offered_to_nobody(reading, "engineer")] == [wx]
