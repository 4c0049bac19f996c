"""A parent whose eventless transitions look at where its children stand: it looks again when a child moves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk import Desk, replayed

PARENT = """
procedure: parent
title: {zh: 总单, en: Parent}
prefix: ZD
subject: "总单"
roles: [desk]
fields:
  parts: {type: rows, title: {zh: 分项, en: Parts}, columns: {what: text, state: text}}
  there: {type: boolean, title: {zh: 到场, en: There}, computed: "any(children('child'), 'there' in child.state)"}
open: {by: desk, ask: parts, to: ready}
states:
  ready:
    transitions:
      divide: {by: desk, start: {procedure: child, each: parts, with: {what: row.what}}, to: waiting}
  waiting:
    always: [{when: CONDITION, to: watched}]
    transitions:
      finish: {by: desk, to: over}
  watched:
    transitions:
      press:  {by: desk, signal: {children: urged}}
      finish: {by: desk, to: over}
  over: {final: true, outcome: over}
"""
CHILD = """
procedure: child
title: {zh: 分单, en: Child}
prefix: FD
subject: "{{ what }}"
roles: [desk]
takes: [urged]
fields:
  what: {type: text, title: {zh: 事项, en: What}}
open:
  by: desk
  ask: what
  either:
    - {when: what == '免', to: over}
    - {to: coming}
states:
  coming:
    transitions:
      arrive: {by: desk, to: there}
      ring:   {by: desk}
  there:
    transitions:
      leave:  {by: desk, to: coming}
      finish: {by: desk, to: over}
  over: {final: true, outcome: over}
"""
ANY = "any(children('child'), 'there' in child.state)"
ALL = "all(children('child'), 'there' in child.state)"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, {"wang": ["desk"]}, CHILD) as bench:
        yield bench


def family(desk: Desk, condition: str, *parts: str) -> tuple[str, list[str]]:
    """A parent that waits for `condition`, and its children, one for each part."""
    lines = PARENT.splitlines(keepends=True)
    text = "".join(line for line in lines if "computed" not in line or condition == "there")
    desk.publish(text.replace("CONDITION", f'"{condition}"'))
    zd = desk.open("parent", by="wang", parts=[{"what": part, "state": "there"} for part in parts])
    desk.do(zd, "divide", by="wang")
    return zd, [child["id"] for child in desk.ticket(zd).children]


def commands(desk: Desk, id: str) -> list[str]:
    return [record["command"]["name"] for record in desk.records(id)]


@pytest.mark.parametrize("condition", [ANY, "there"])
def test_a_child_s_move_wakes_its_parent(desk: Desk, condition: str) -> None:
    zd, [child] = family(desk, condition, "甲")
    begun = desk.state(zd)
    desk.do(child, "arrive", by="wang")
    assert begun == ["waiting"]
    assert desk.state(zd) == ["watched"]


def test_the_look_is_a_step_of_the_parent_caused_by_the_child_s(desk: Desk) -> None:
    zd, [child] = family(desk, ANY, "甲")
    done = desk.do(child, "arrive", by="wang")
    [look] = done.followed
    record = desk.records(zd)[-1]
    assert (look.ticket, record["cause"]) == (zd, [child, done.step.number])
    assert record["command"]["arguments"] == {"child": child}


def test_a_look_that_finds_nothing_is_no_step(desk: Desk) -> None:
    zd, [one, two] = family(desk, ALL, "甲", "乙")
    desk.do(one, "arrive", by="wang")
    assert commands(desk, zd) == ["open", "do"]
    desk.do(two, "arrive", by="wang")
    assert (commands(desk, zd), desk.state(zd)) == (["open", "do", "look"], ["watched"])


def test_a_child_that_stays_where_it_is_wakes_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _zd, [child] = family(desk, ANY, "甲")
    assert looks(desk, monkeypatch, child, "ring") == []


@pytest.mark.parametrize(
    "condition",
    ["any(children('child'), child.outcome == 'over')", "count(children('child')) > 5", "any(parts, row.state == 'x')"],
)
def test_a_parent_that_looks_at_ends_only_is_not_woken_by_moves(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, condition: str
) -> None:
    _zd, [child] = family(desk, condition, "甲")
    assert looks(desk, monkeypatch, child, "arrive") == []


def looks(desk: Desk, monkeypatch: pytest.MonkeyPatch, child: str, trigger: str) -> list[Any]:
    """The looks that a child's trigger makes the engine decide."""
    from sop_engine.engine import engine
    from sop_engine.ticket.decide import decide

    decided: list[Any] = []

    def noting(program: Any, ticket: Any, command: Any, given: Any) -> Any:
        decided.append(command)
        return decide(program, ticket, command, given)

    monkeypatch.setattr(engine, "decide", noting)
    desk.do(child, trigger, by="wang")
    return [command for command in decided if command.name == "look"]


def test_the_first_child_does_not_end_the_wait_before_the_second_has_begun(desk: Desk) -> None:
    zd, _children = family(desk, "all(children('child'), child.status == 'closed')", "免", "乙")
    assert desk.state(zd) == ["waiting"]


def test_children_that_all_end_at_once_end_the_wait(desk: Desk) -> None:
    zd, children = family(desk, "all(children('child'), child.status == 'closed')", "免", "免")
    assert desk.state(zd) == ["watched"]
    assert [desk.ticket(child).status for child in children] == ["closed", "closed"]


def test_a_closed_parent_is_not_woken(desk: Desk) -> None:
    zd, [child] = family(desk, ANY, "甲")
    desk.do(zd, "finish", by="wang")
    desk.do(child, "arrive", by="wang")
    assert commands(desk, zd) == ["open", "do", "do"]
