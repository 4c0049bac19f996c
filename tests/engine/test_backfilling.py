"""What was written while nothing worked: clocks go by the claimed time inside a declared outage, and nowhere else."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical, errors
from sop_engine.engine import slips
from sop_engine.engine.engine import new_id
from sop_engine.ticket.records import SITE, Command
from tests.desk import START, Desk

LOAN = """
procedure: loan
title: {zh: 借用, en: Loan}
prefix: JY
subject: "借用"
roles: [desk]
open: {by: desk, to: lent}
states:
  lent:
    after: {3 h: {to: lost}}
    transitions: {give_back: {by: desk, to: over}}
  lost: {final: true, outcome: lost}
  over: {final: true, outcome: back}
"""
pytestmark = pytest.mark.usefixtures("every_store")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """It is 14:30 now; nothing worked from 09:30 to 13:30."""
    bench = Desk(tmp_path, {"wang": ["desk"], "zhou": ["manager"]})
    bench.publish(LOAN)
    bench.clock.advance(timedelta(hours=6))
    return bench


def at(**after: float) -> datetime:
    return START + timedelta(**after)


def declare(desk: Desk, by: str = "zhou", since: float = 1, until: float = 5, reason: str = "停电") -> None:
    times = {"from": canonical.instant_text(at(hours=since)), "to": canonical.instant_text(at(hours=until))}
    desk.command("declare_outage", SITE, by, reason=reason, **times)


def enter(desk: Desk, when: datetime, paper: str = "P-1") -> str:
    done = desk.command("open", "", "wang", procedure="loan", fields={}, backfill=paper, at=when)
    return done.step.ticket


def test_inside_an_outage_clocks_go_by_the_claimed_time_and_both_times_stay(desk: Desk) -> None:
    declare(desk)
    ticket = enter(desk, at(hours=2))
    desk.command("do", ticket, "wang", trigger="give_back", fields={}, backfill="P-1", at=at(hours=3, minutes=30))
    record = desk.records(ticket)[0]
    assert record["occurred"] == record["effective"] == canonical.instant_text(at(hours=2))
    assert record["recorded"] == canonical.instant_text(at(hours=6))
    assert record["command"]["arguments"]["backfill"] == "P-1"
    standing = desk.ticket(ticket)
    assert standing.outcome == "back", "after three hours it would have been lost"
    assert standing.acts == {"backfilled": "P-1"}
    assert desk.replay().clean


def test_what_was_due_before_the_claimed_time_fires_first(desk: Desk) -> None:
    declare(desk)
    ticket = enter(desk, at(hours=1, minutes=10))
    with pytest.raises(errors.NotNow):
        desk.command("do", ticket, "wang", trigger="give_back", fields={}, backfill="P-1", at=at(hours=4, minutes=30))
    assert desk.ticket(ticket).outcome == "lost"
    assert desk.replay().clean


@pytest.mark.parametrize("hours", [0.5, 5, 5.5])
def test_outside_it_nothing_is_entered_afterwards(desk: Desk, hours: float) -> None:
    declare(desk)
    with pytest.raises(errors.NotNow, match="lies in no outage"):
        enter(desk, at(hours=hours))
    with pytest.raises(errors.NotNow, match="lies in no outage"):
        desk.command("open", "", "wang", procedure="loan", fields={}, backfill="P-1")
    plain = desk.command("open", "", "wang", procedure="loan", fields={}, at=at(hours=2))
    assert plain.ticket.effective == canonical.instant_text(at(hours=6)), "without the paper's number no clock moves"


def test_it_never_counts_from_before_the_ticket_s_last_step(desk: Desk) -> None:
    declare(desk)
    ticket = desk.open("loan", by="wang")
    done = desk.command("do", ticket, "wang", trigger="give_back", fields={}, backfill="P-2", at=at(hours=2))
    assert done.ticket.effective == canonical.instant_text(at(hours=6))
    assert desk.records(ticket)[-1]["occurred"] == canonical.instant_text(at(hours=2))
    assert desk.replay().clean


def test_a_manager_declares_and_the_desk_does_not(desk: Desk) -> None:
    with pytest.raises(errors.NotYou):
        declare(desk, by="wang")
    declare(desk)
    declare(desk, by="boss")
    assert [each["by"] for each in desk.ticket(SITE).fields["outages"]] == ["zhou", "boss"]
    assert "停电" not in str(desk.records(SITE)[-1])
    assert desk.replay().clean


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [(3, 3, "ends before"), (4, 3, "ends before"), (1, 7, "is not over"), (-300, -1, "at most 7 days"),
     (-1000, -900, "declared within 31 days")],
)  # fmt: skip
def test_an_outage_that_cannot_be_is_refused(desk: Desk, since: float, until: float, said: str) -> None:
    with pytest.raises(errors.SopError, match=said):
        declare(desk, since=since, until=until)
    with pytest.raises(errors.NotUnderstood, match="reason is empty"):
        declare(desk, reason=" ")


@pytest.mark.parametrize("paper", ["", " ", "a b", "x" * 41, "<b>", "a\nb"])
def test_a_paper_s_number_is_no_free_text(desk: Desk, paper: str) -> None:
    declare(desk)
    with pytest.raises(errors.NotUnderstood, match="no number of a slip"):
        enter(desk, at(hours=2), paper)


def test_a_claim_that_is_still_to_come_is_refused_here_too(desk: Desk) -> None:
    declare(desk)
    arguments: dict[str, Any] = {"procedure": "loan", "fields": {}, "backfill": "P-1"}
    with pytest.raises(errors.NotUnderstood, match="has not come yet"):
        desk.command("open", "", "wang", **arguments, at=at(hours=7))


def test_reserved_numbers_are_drawn_taken_and_known_to_the_audit(desk: Desk) -> None:
    done = desk.command("reserve_numbers", SITE, "boss", procedure="loan", count=3)
    numbers = canonical.parse(done.step.data)["command"]["arguments"]["numbers"]
    assert numbers == [f"JY-20261123-00{each}" for each in (1, 2, 3)]
    taken = desk.command("open", "", "wang", procedure="loan", fields={}, number=numbers[1]).step.ticket
    assert (taken, desk.open("loan", by="wang")) == (numbers[1], "JY-20261123-004")
    desk.command("void_number", SITE, "boss", number=numbers[0], reason="写坏")
    with pytest.raises(errors.NotNow):
        desk.command("void_number", SITE, "boss", number=numbers[1], reason="写坏")
    assert desk.replay().clean


def maker(desk: Desk, name: str, actor: str = "wang", **arguments: Any) -> slips.Maker:
    return lambda ticket: Command(new_id(), name, ticket, actor, "tester", arguments)


def test_commands_one_after_another_together_or_only_tried(desk: Desk) -> None:
    makers = [maker(desk, "open", procedure="loan", fields={}), maker(desk, "do", trigger="give_back", fields={})]
    wrong = [*makers, maker(desk, "do", trigger="give_back", fields={})]
    tried = slips.book(desk.engine, makers, "", dry_run=True)
    assert [each.ticket.status for each in tried.done] == ["open", "closed"]
    undone = slips.together(desk.engine, wrong, "")
    assert (len(undone.done), isinstance(undone.refusal, errors.NotNow)) == (2, True)
    with desk.reading() as reading:
        assert reading.ticket_ids() == [SITE]
    booked = slips.book(desk.engine, wrong, "", key="P-1")
    assert (len(booked.done), isinstance(booked.refusal, errors.NotNow)) == (2, True)
    both = slips.together(desk.engine, makers, "")
    assert (both.refusal, both.done[-1].ticket.outcome) == (None, "back")
    with desk.reading() as reading:
        assert reading.ticket_ids() == ["JY-20261123-001", "JY-20261123-002", SITE]
    assert desk.replay().clean
