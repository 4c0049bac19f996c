"""Separation of duty counts opening a ticket as it counts every other trigger."""

from pathlib import Path

import pytest

from sop_engine import errors
from tests.desk import Desk

LOAN = """
procedure: loan
title: Loan
prefix: YS
roles: [desk]
fields:
  note: {type: text}
open: {by: desk, ask: note, to: lent}
states:
  lent:
    transitions:
      settle: {by: {role: desk, not: did open}, when: did('open') and times('open') == 1, to: back}
  back: {final: true, outcome: returned}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"], "liu": ["desk"]})
    bench.publish(LOAN)
    return bench


def test_whoever_opened_a_ticket_may_not_do_what_is_not_for_its_opener(desk: Desk) -> None:
    loan = desk.open("loan", by="wang", note="umbrella 12")

    with pytest.raises(errors.NotYou, match="separation of duty"):
        desk.do(loan, "settle", by="wang")


def test_somebody_else_may_and_a_condition_sees_that_it_was_opened(desk: Desk) -> None:
    loan = desk.open("loan", by="wang", note="umbrella 12")

    desk.do(loan, "settle", by="liu")

    assert desk.state(loan) == ["back"]
    assert desk.replay().clean


def test_it_is_the_doer_that_counts_not_the_typist(desk: Desk) -> None:
    fields = {"note": "umbrella 12"}
    opened = desk.command("open", "", "wang", typist="liu", heard="phone", procedure="loan", fields=fields)

    desk.do(opened.step.ticket, "settle", by="liu")

    assert desk.state(opened.step.ticket) == ["back"]


def test_the_record_says_as_what_somebody_was_allowed_to_open_it(desk: Desk) -> None:
    loan = desk.open("loan", by="wang", note="umbrella 12")

    assert desk.records(loan)[0]["command"]["arguments"]["as"] == "role:desk"
    assert desk.replay().clean
