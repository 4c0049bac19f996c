"""Several at once, commands that are only tried, and what replay says of a record that was changed or is older."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical, errors
from sop_engine.audit import replay
from sop_engine.messages import msg
from sop_engine.store.drivers import driver_module
from sop_engine.ticket import decide, people
from tests.audit.test_replay import change, rows
from tests.desk import Desk, replayed

pytestmark = pytest.mark.usefixtures("every_store")

JOB = """
procedure: job
title: {zh: 工单, en: Job}
prefix: GD
subject: "工单 {{ third }}"
roles: [desk, engineer]
fields:
  count: {type: integer, title: {zh: 数, en: Count}}
  hand:  {type: staff, title: {zh: 经手, en: Hand}}
  third: {type: decimal, title: {zh: 三分, en: Third}, computed: count / 3, scale: 2}
  kind:  {type: choice, title: {zh: 类别, en: Kind}, choices: {small: 小, big: 大}, default: small}
open: {by: desk, may_ask: [count, hand, kind], to: waiting}
states:
  waiting:
    always: [{when: given(count) and count > 100, to: large}]
    every: {2 days: {tell: desk, times: 2}}
    transitions:
      put:     {by: {kind: {small: {role: desk, not_named_in: hand}, big: engineer}}, may_ask: [count, kind]}
      pass_on: {by: desk, assign: engineer, to: given_out}
  given_out: {transitions: {work: {by: assignee}, finish: {by: desk, to: over}}}
  large: {transitions: {finish: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""
PEOPLE = {"wang": ["desk"], "zhao": ["desk", "engineer"], "li": ["engineer"], "sun": ["desk"]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, JOB) as bench:
        yield bench


def whole_store(desk: Desk) -> dict[str, list[Any]]:
    connection = driver_module("auto").connect(desk.settings.store_path)
    try:
        listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL %'"
        names = [name for (name,) in connection.execute(listed)]  # what a virtual table holds stands in others
        return {name: sorted(map(repr, connection.execute(f"SELECT * FROM {name}"))) for name in names}
    finally:
        connection.close()


def test_threads_on_one_ticket_do_all_that_they_are_told(desk: Desk) -> None:
    gd = desk.open("job", by="wang")
    faults: list[Exception] = []

    def work() -> None:
        for _ in range(10):
            try:
                desk.do(gd, "put", by="wang", count=5)
            except Exception as error:
                faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (faults, desk.ticket(gd).number) == ([], 41)


def test_what_is_only_tried_leaves_no_trace_in_any_table(desk: Desk) -> None:
    gd = desk.open("job", by="wang")
    desk.clock.advance(timedelta(days=5))
    before = whole_store(desk)
    desk.command("do", gd, "wang", trigger="put", fields={"count": 5}, dry_run=True, key="k")
    desk.command("open", "", "wang", procedure="job", fields={"count": 5}, dry_run=True)
    with pytest.raises(errors.NotUnderstood):
        desk.command("do", gd, "wang", trigger="putt", dry_run=True)
    assert whole_store(desk) == before


def test_an_edit_lets_an_eventless_transition_hold(desk: Desk) -> None:
    gd = desk.open("job", by="wang", count=1)
    desk.command("edit", gd, "wang", fields={"count": 200}, reason="少写两个零")
    assert desk.state(gd) == ["large"]


def test_who_may_depends_on_a_field_as_it_was_before_the_command(desk: Desk) -> None:
    gd = desk.open("job", by="wang", hand="sun")
    for person in ("sun", "li"):
        with pytest.raises(errors.NotYou):
            desk.do(gd, "put", by=person, count=3)
    desk.do(gd, "put", by="wang", kind="big", count=4)
    with pytest.raises(errors.NotYou):
        desk.do(gd, "put", by="wang", count=3)
    desk.do(gd, "put", by="li", count=5)
    assert desk.ticket(gd).fields["third"] == "1.67"


def test_a_recurring_timer_ends_after_its_times(desk: Desk) -> None:
    gd = desk.open("job", by="wang")
    assert desk.advance(days=10).fired == 2
    assert desk.ticket(gd).timers == {}


def test_nobody_is_named_for_a_task_that_is_not_given_away(desk: Desk) -> None:
    gd = desk.open("job", by="wang")
    with pytest.raises(errors.NotUnderstood, match="nobody can be named"):
        desk.command("do", gd, "wang", trigger="put", assignee="li")
    desk.command("do", gd, "wang", trigger="pass_on", assignee="li")
    assert desk.ticket(gd).tasks["ticket"]["assignee"] == "li"


def test_who_acts_for_another_works_on_the_other_s_task(desk: Desk) -> None:
    gd = desk.open("job", by="wang")
    desk.do(gd, "pass_on", by="wang")
    desk.command("do", gd, "boss", trigger="work", standing_for="li")
    desk.do(gd, "work", by="li")
    with pytest.raises(errors.NotYou, match="only the assignee"):
        desk.do(gd, "work", by="zhao")


def test_a_task_whose_assignee_has_left_is_given_to_another(desk: Desk) -> None:
    gd = desk.open("job", by="wang")
    desk.command("do", gd, "wang", trigger="pass_on", assignee="li")
    desk.command("change_person", "site", actor="li", active=False)
    with pytest.raises(errors.NotYou, match="not active"):
        desk.do(gd, "work", by="li")
    desk.command("assign", gd, "wang", to="zhao")
    desk.do(gd, "work", by="zhao")


def test_a_difference_under_other_rules_is_told_as_such(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open("job", by="wang")
    with monkeypatch.context() as later:
        later.setattr(decide, "RULES", 2)
        later.setattr(replay, "RULES", 2)
        assert desk.replay().clean
        later.setattr(people, "may", lambda *_: msg("nobody"))
        assert {each.kind for each in desk.replay().mismatches} == {"rules"}


def test_a_fact_that_was_changed_is_decided_otherwise(desk: Desk) -> None:
    gd = desk.open("job", by="wang")
    desk.do(gd, "put", by="wang", count=4)
    [data] = [row[2] for row in rows(desk, "step", ["ticket", "number", "data"]) if row[:2] == (gd, 2)]
    forged = data.replace(b'"roles":[["desk",null]]', b'"roles":[["desx",null]]')
    where = "UPDATE step SET data = ?, hash = ? WHERE ticket = ? AND number = ?"
    change(desk, where, forged, canonical.digest(forged), gd, 2)
    assert {each.kind for each in desk.replay().mismatches} == {"decided", "row"}
    change(desk, where, data, canonical.digest(data), gd, 2)
