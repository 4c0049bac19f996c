"""Whose turn it is."""

import itertools
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.engine.answers.answerer import Answerer
from sop_engine.engine.engine import Engine, new_id
from sop_engine.store.opening import open_at
from sop_engine.ticket.dispatching import following
from sop_engine.ticket.records import Command
from tests import postgres
from tests.desk import Desk, Entropy


@given(st.sets(st.sampled_from("abcdefg"), min_size=1), st.sampled_from("abcdefg"))
def test_in_as_many_turns_as_there_are_people_each_has_one(people: set[str], last: str) -> None:
    had = []
    for _turn in people:
        last = following(sorted(people), last)
        had.append(last)
    assert sorted(had) == sorted(people)


# --- two who dispatch at once ----------------------------------------------------------------------------------------

DISPATCH = """
procedure: repair
title: Repair
prefix: WX
roles: [desk, engineer]
open: {by: desk, to: registered}
states:
  registered: {transitions: {dispatch: {by: desk, assign: {role: engineer, how: turns}, to: mending}}}
  mending: {transitions: {done: {by: assignee, to: mended}}}
  mended: {final: true, outcome: mended}
"""
BOTH = """
procedure: both
title: Both
prefix: BO
roles: [desk, engineer]
open: {by: desk, to: told}
states:
  told: {transitions: {send: {by: desk, start: [{procedure: part}, {procedure: part}], to: sent}}}
  sent: {final: true, outcome: sent}
"""
PART = """
procedure: part
title: Part
prefix: PT
roles: [desk, engineer]
open: {by: desk, assign: {role: engineer, how: turns}, to: mending}
states:
  mending: {transitions: {done: {by: assignee, to: mended}}}
  mended: {final: true, outcome: mended}
"""
PEOPLE = {"wang": ["desk"], "li": ["engineer"], "qian": ["engineer"], "zhao": ["engineer"]}


class TwoAtOnce:
    """Lets the first two who ask whose turn it is go on only when both know it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.barrier, self.asked = threading.Barrier(2), itertools.count()
        self.answers: list[str | None] = []
        usual = Answerer._turn

        def turn(answerer: Answerer, role: str) -> str | None:
            found = usual(answerer, role)
            self.answers.append(found)
            if next(self.asked) < 2:
                self.barrier.wait(30)
            return found

        monkeypatch.setattr(Answerer, "_turn", turn)


@pytest.mark.parametrize("turns_before", [0, 1])
def test_two_connections_that_dispatch_in_one_instant_take_two_turns(
    server: postgres.Server, site_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns_before: int
) -> None:
    desk = Desk(tmp_path, PEOPLE, open_at(server.address(postgres.SHARED), site_id))
    desk.publish(DISPATCH)
    for _ in range(turns_before):
        desk.do(desk.open("repair", by="wang"), "dispatch", by="wang")
    tickets = [desk.open("repair", by="wang") for _ in range(2)]
    # given two machines, each of which knows who had the last turn, before either has taken one
    at_once, faults = TwoAtOnce(monkeypatch), []

    def dispatch(ticket: str) -> None:
        store = open_at(server.address(postgres.SHARED), site_id)
        engine = Engine(store, desk.clock, desk.settings, Entropy())
        try:
            engine.act(Command(new_id(), "do", ticket, "wang", "tester", {"trigger": "dispatch", "fields": {}}))
        except Exception as fault:
            faults.append(fault)
        store.close()

    # when both dispatch
    threads = [threading.Thread(target=dispatch, args=(ticket,)) for ticket in tickets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    # then one of them was decided anew, and each task is another's
    assert faults == []
    assert at_once.answers[0] == at_once.answers[1]
    assert len(at_once.answers) == 3
    order = ["li", "qian", "zhao"]
    taken = sorted(desk.ticket(ticket).tasks["ticket"]["assignee"] for ticket in tickets)
    assert taken == order[turns_before : turns_before + 2]
    report = desk.replay()
    assert report.clean, report.mismatches
    desk.store.close()


@pytest.mark.usefixtures("every_store")
def test_two_children_that_one_step_starts_take_two_turns(tmp_path: Path) -> None:
    desk = Desk(tmp_path, PEOPLE)
    desk.publish(PART)
    desk.publish(BOTH)
    parent = desk.open("both", by="wang")
    desk.do(parent, "send", by="wang")
    children = desk.ticket(parent).children
    assert [desk.ticket(each["id"]).tasks["ticket"]["assignee"] for each in children] == ["li", "qian"]
    assert desk.replay().clean
