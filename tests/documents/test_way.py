"""The way of a ticket, from the record of a site to the picture."""

import json
from pathlib import Path
from typing import Any

from sop_engine.documents.diagram import Way, dot, way_of
from sop_engine.procedure import Procedure
from tests.desk import Desk

UMBRELLA = """procedure: umbrella
title: {zh: 借伞, en: Umbrella}
prefix: JS
subject: "umbrella"
outcomes: {back: {zh: 已还, en: Given back}}
words:
  lent: {zh: 已借出, en: Lent}
  late: {zh: 逾期, en: Late}
  back: {zh: 已还, en: Given back}
roles: [desk]
open: {by: desk, to: lent}
states:
  lent:
    after: {3 days: {to: late}}
    transitions:
      give_back: {by: desk, to: back}
  late:
    transitions:
      remind: {by: desk}
      longer: {by: desk, to: lent}
      give_back: {by: desk, to: back}
  back: {final: true, outcome: back}
"""


def walked(desk: Desk, id: str) -> tuple[Procedure, Way]:
    """The version that a ticket is pinned to, and its way."""
    events: list[dict[str, Any]] = []
    with desk.reading() as reading:
        for each in reading.steps(id):
            events += json.loads(each.data)["events"]
        ticket = reading.ticket(id)
        assert ticket is not None
        return desk.engine.program(reading, ticket).procedure, way_of(id, events)


def desk_with(folder: Path) -> Desk:
    desk = Desk(folder, {"wang": ["desk"]})
    desk.publish(UMBRELLA)
    return desk


def test_a_way_has_its_transitions_in_order_and_the_states_that_were_entered(tmp_path: Path) -> None:
    desk = desk_with(tmp_path)
    js = desk.open("umbrella", by="wang")
    desk.advance(days=4)
    desk.do(js, "remind", by="wang")
    desk.do(js, "longer", by="wang")
    _, way = walked(desk, js)
    assert way.taken == {
        ("ticket", "open", "open", 0): (1,),
        ("lent", "timer", "after_3_days", 0): (2,),
        ("late", "offer", "remind", 0): (3,),
        ("late", "offer", "longer", 0): (4,),
    }
    assert way.entered == {"lent": 2, "late": 1}
    assert way.now == {"lent"}


def test_a_closed_ticket_rests_in_its_final_state(tmp_path: Path) -> None:
    desk = desk_with(tmp_path)
    js = desk.open("umbrella", by="wang")
    desk.do(js, "give_back", by="wang")
    procedure, way = walked(desk, js)
    assert way.now == {"back"}
    [state] = [line for line in dot(procedure, "en", way).splitlines() if line.strip().startswith('"back" [')]
    assert "it ended here" in state


def test_a_way_is_drawn_on_the_version_that_the_ticket_runs_by(tmp_path: Path) -> None:
    desk = desk_with(tmp_path)
    js = desk.open("umbrella", by="wang")
    desk.publish(UMBRELLA.replace("late", "overdue"))
    desk.advance(days=4)
    procedure, way = walked(desk, js)
    text = dot(procedure, "en", way)
    assert "overdue" not in text
    assert 'id="lent/timer/after_3_days/0"' in text
    assert way.now == {"late"}
