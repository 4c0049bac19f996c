"""`acts: reopen:` in a procedure: what a check knows of a ticket that goes on."""

import pytest

from sop_engine.acts import USUAL
from sop_engine.language import compile_text
from sop_engine.language.checks.pages import laid_over


def found(piece: str) -> list[str]:
    return [each.code for each in compile_text(laid_over(piece.lstrip()).encode(), "example.sop.yaml").diagnostics]


def test_none_is_reopened_where_nothing_is_said() -> None:
    assert USUAL.reopen.to == ""


def test_a_state_may_be_reached_by_reopening_alone() -> None:
    states = """
states:
  received: {transitions: {finish: {by: desk, to: closed}}}
  again: {transitions: {wind_up: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
"""
    assert found(states) == ["SOP103"]
    assert found(states + "acts: {reopen: {to: again}}") == []


def test_a_promise_begins_by_reopening_only_where_a_ticket_can_be() -> None:
    goal = """
calendar: front-desk
goals: {finishing: {start: did reopen, stop: did finish, within: 4 h}}
"""
    assert found(goal + "acts: {reopen: {to: received}}") == []
    assert found(goal) == ["SOP131"]


def test_what_was_asked_at_the_opening_is_there_and_what_was_asked_later_may_be() -> None:
    piece = """
fields: {note: {type: text}, rating: {type: integer}}
states:
  received: {transitions: {finish: {by: desk, ask: rating, to: closed}}}
  again:
    transitions:
      wind_up: {by: desk, when: note == 'x', to: closed}
      leave: {by: desk, when: GUARD, to: closed}
  closed: {final: true, outcome: done}
acts: {reopen: {to: again}}
"""
    assert found(piece.replace("GUARD", "note != 'x'")) == []
    assert found(piece.replace("GUARD", "rating > 3")) != []
    assert found(piece.replace("GUARD", "given(rating) and rating > 3")) == []


@pytest.mark.parametrize(
    "acts", ["reopen: {by: desk}", "reopen: {to: closed}", "reopen: {to: nowhere}", "reopen: {to: received, within: x}"]
)
def test_what_cannot_go_on_is_a_fault(acts: str) -> None:
    assert found(f"acts: {{{acts}}}") != []
