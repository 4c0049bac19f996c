"""Acts of staff that a procedure forbids outright: nobody does them, and whoever tries is told what is done instead."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine import errors
from sop_engine.acts import FORBIDDABLE
from sop_engine.ticket.acts.forbidding import _INSTEAD, ACTS
from sop_engine.ticket.decide import _COMMANDS
from tests.desk import Desk

PEOPLE = {"wang": ["desk"], "li": ["engineer"], "qian": ["engineer"]}
EVIDENCE = """
procedure: NAME
title: Evidence
prefix: EV
roles: [desk, engineer]
open: {by: desk, assign: engineer, to: waiting}
ACTS
states:
  waiting: {transitions: {finish: {by: assignee, to: closed}}}
  closed: {final: true, outcome: kept}
"""
ALL = f"acts: {{never: [{', '.join(FORBIDDABLE)}]}}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bench = Desk(tmp_path, PEOPLE)
    bench.publish(EVIDENCE.replace("NAME", "evidence").replace("ACTS", ALL))
    bench.publish(EVIDENCE.replace("NAME", "usual").replace("EV", "US").replace("ACTS", ""))
    yield bench
    report = bench.replay()
    assert report.clean, report.mismatches


def test_what_is_forbidden_nobody_does_not_even_an_administrator(desk: Desk) -> None:
    assert set(ACTS.values()) == set(FORBIDDABLE) == set(_INSTEAD)
    assert set(ACTS) - {"force_close"} <= set(_COMMANDS)
    ev = desk.open("evidence", by="wang")
    before = desk.ticket(ev)
    for command in sorted(set(ACTS) - {"force_close", "absorb"}):
        for person in ("li", "boss"):
            with pytest.raises(
                errors.NotNow, match=r"is never done to .*: its procedure Evidence forbids it"
            ) as caught:
                desk.command(command, ev, person)
            assert "sop " in str(caught.value.fix), command
    assert desk.ticket(ev) == before


def test_the_way_out_names_the_line_to_type(desk: Desk) -> None:
    ev = desk.open("evidence", by="wang")
    for command, line in (("transfer", f"sop assign {ev} NAME"), ("reopen", f"sop new evidence --rework-of {ev}"),
                          ("withdraw", f"sop edit {ev}"), ("split", "sop new evidence")):  # fmt: skip
        with pytest.raises(errors.NotNow) as caught:
            desk.command(command, ev, "boss")
        assert line in str(caught.value.fix)


def test_nothing_is_merged_into_what_forbids_it_since_it_was_published_anew(desk: Desk) -> None:
    old = desk.open("usual", by="wang")
    desk.publish(EVIDENCE.replace("NAME", "usual").replace("EV", "US").replace("ACTS", "acts: {never: merge}"))
    new = desk.open("usual", by="wang")
    with pytest.raises(errors.NotNow, match=f"`merge` is never done to {new}"):
        desk.command("merge", old, "boss", into=new, reason="the same")
    assert (desk.ticket(old).status, desk.ticket(new).number) == ("open", 1)


def test_what_is_not_forbidden_goes_on_as_everywhere(desk: Desk) -> None:
    ev = desk.open("evidence", by="wang")
    desk.command("note", ev, "wang", note="seen")
    desk.command("assign", ev, "boss", to="li", reason="his")
    desk.do(ev, "finish", by="li")
    assert desk.ticket(ev).outcome == "kept"


def test_a_procedure_that_forbids_nothing_refuses_nothing(desk: Desk) -> None:
    us = desk.open("usual", by="wang")
    desk.command("claim", us, "li")
    desk.command("transfer", us, "li", to="qian")
    assert desk.ticket(us).acts["offered"]
