"""Two people, one keyboard: what is a case, and what is none."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine.engine.reports.typed import Case, cases
from sop_engine.store.programs import Programs
from tests.desk import START, Desk

TWICE = """
procedure: twice
title: {zh: 两人, en: Twice}
prefix: LR
subject: "两人"
roles: [desk, engineer]
open: {by: desk, to: working}
states:
  working: {transitions: {finish: {by: engineer, to: finished}, again: {by: engineer, to: working}}}
  finished: {transitions: {confirm: {by: {role: desk, not: did finish}, to: signing}}}
  signing: {transitions: {sign_off: {by: desk, sign: 2, to: over}}}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"], "liu": ["desk"], "li": ["engineer", "desk"]})
    bench.publish(TWICE)
    return bench


def found(desk: Desk, **more: Any) -> list[Case]:
    with desk.reading() as reading:
        return list(cases(reading, Programs(), START - timedelta(days=1), START + timedelta(days=1), **more))


def act(desk: Desk, ticket: str, trigger: str, by: str, **more: Any) -> None:
    desk.command("do", ticket, by, trigger=trigger, fields={}, **more)


def test_who_typed_the_work_and_confirms_it_is_listed(desk: Desk) -> None:
    ticket = desk.open("twice", by="wang")
    act(desk, ticket, "finish", "li", typist="wang", heard="radio")
    act(desk, ticket, "confirm", "wang")
    (case,) = found(desk)
    assert (case.kind, case.ticket, case.first.trigger, case.second.trigger) == ("typed", ticket, "finish", "confirm")
    assert (case.first.doer, case.second.doer, case.second.typist) == ("li", "wang", "wang")
    assert (case.first.heard, case.second.proved) == ("radio", False)


def test_who_types_both_for_others_is_listed_too(desk: Desk) -> None:
    ticket = desk.open("twice", by="wang")
    act(desk, ticket, "finish", "li", typist="wang", heard="radio")
    act(desk, ticket, "confirm", "liu", typist="wang", heard="phone")
    assert [case.second.doer for case in found(desk)] == ["liu"]


def test_two_keyboards_are_no_case(desk: Desk) -> None:
    ticket = desk.open("twice", by="wang")
    act(desk, ticket, "finish", "li", typist="wang", heard="radio")
    desk.clock.advance(timedelta(seconds=61))
    act(desk, ticket, "confirm", "liu")
    other = desk.open("twice", by="wang")
    act(desk, other, "finish", "li")
    desk.clock.advance(timedelta(seconds=61))
    act(desk, other, "confirm", "wang")
    assert found(desk) == []


def test_two_people_at_one_login_within_a_minute_are_listed(desk: Desk) -> None:
    ticket = desk.open("twice", by="wang")
    act(desk, ticket, "finish", "li")
    desk.clock.advance(timedelta(seconds=60))
    act(desk, ticket, "confirm", "wang")
    assert [(case.kind, case.first.doer, case.second.doer) for case in found(desk)] == [("together", "li", "wang")]


@pytest.mark.parametrize(("seconds", "listed"), [(0, True), (60, True), (61, False)])
def test_signatures_at_one_login_within_a_minute(desk: Desk, seconds: int, listed: bool) -> None:
    ticket = desk.open("twice", by="wang")
    act(desk, ticket, "finish", "li")
    desk.clock.advance(timedelta(minutes=2))
    act(desk, ticket, "confirm", "wang")
    act(desk, ticket, "sign_off", "wang")
    desk.clock.advance(timedelta(seconds=seconds))
    act(desk, ticket, "sign_off", "liu")
    assert [case.kind for case in found(desk)] == (["signed"] if listed else [])


def test_only_what_was_recorded_in_that_time_and_by_then(desk: Desk) -> None:
    ticket = desk.open("twice", by="wang")
    act(desk, ticket, "finish", "li", typist="wang", heard="radio")
    desk.clock.advance(timedelta(hours=2))
    act(desk, ticket, "confirm", "wang")
    assert len(found(desk)) == 1
    assert found(desk, as_of=START + timedelta(hours=1)) == []
    with desk.reading() as reading:
        assert list(cases(reading, Programs(), START, START + timedelta(hours=2))) == []
