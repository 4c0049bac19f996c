"""Timers of a field's time that lead back to where they are set: once that time has passed they would fire for ever."""

import pytest

from tests.language.desk import codes

HEAD = """\
fields: {note: {type: text}, day: {type: date}, count: {type: integer, default: 0}}
open: {by: desk, ask: [note, day], may_ask: count, to: received}
states:
"""
CLOSED = "  closed: {final: true, outcome: done}\n"
FINISH = "transitions: {finish: {by: desk, to: closed}}"


def chart(states: str) -> list[str]:
    return codes(HEAD + states + CLOSED)


def test_a_timer_that_leads_back_to_its_own_state_is_told() -> None:
    assert chart(f"  received: {{at: {{day 09:00: {{to: received}}}}, {FINISH}}}\n") == ["SOP141"]


def test_two_that_lead_to_each_other_are_told_both() -> None:
    assert chart(
        f"  received: {{at: {{day: {{to: other}}}}, {FINISH}}}\n  other: {{at: {{day + 3 days: {{to: received}}}}}}\n"
    ) == ["SOP141", "SOP141"]


def test_one_that_leads_into_its_own_state_is_told() -> None:
    assert chart(
        f"  received: {{at: {{day: {{to: inner}}}}, states: {{outer: {{{FINISH}}}, inner: {{{FINISH}}}}}}}\n"
    ) == ["SOP141"]


@pytest.mark.parametrize(
    "states",
    [
        f"  received: {{at: {{day: {{tell: desk}}}}, {FINISH}}}\n",
        f"  received: {{at: {{day: {{set: {{day: today() + duration('3 days')}}, to: received}}}}, {FINISH}}}\n",
        f"  received: {{at: {{day: {{when: count < 3, set: {{count: count + 1}}, to: received}}}}, {FINISH}}}\n",
        f"  received: {{after: {{3 days: {{to: received}}}}, {FINISH}}}\n",
        f"  received: {{at: {{day: {{to: received}}, day - 1 day: {{to: other}}}}, {FINISH}}}\n  other: {{{FINISH}}}\n",
        f"  received: {{at: {{day: {{to: other}}}}, {FINISH}}}\n"
        "  other: {transitions: {again: {by: desk, to: received}}}\n",
        "  received: {initial: inner, states: {inner: {at: {day: {to: next}}}, "
        "next: {transitions: {go: {by: desk, to: closed}, back: {by: desk, to: inner}}}}}\n",
    ],
    ids=["it stays", "another time", "a count", "so long after", "another goes first", "by hand", "beside"],
)
def test_one_that_comes_to_rest_is_not(states: str) -> None:
    assert "SOP141" not in chart(states)


@pytest.mark.parametrize(
    ("received", "rest", "found"),
    [
        ("on_event: {ping: {raise: ping}}", "", 1),
        ("on_event: {ping: {raise: pong}, pong: {raise: [ping]}}", "", 2),
        ("on_event: {ping: {when: count < 3, set: {count: count + 1}, raise: ping}}", "", 0),
        ("on_event: {ping: {raise: ping, to: other}}", "  other: {transitions: {end: {by: desk, to: closed}}}\n", 0),
        ("entry: {raise: ping}, on_event: {ping: {to: received}}", "", 1),
        ("entry: {raise: ping}, on_event: {ping: {tell: desk}}", "", 0),
    ],
)
def test_events_that_raise_each_other_for_ever_are_told(received: str, rest: str, found: int) -> None:
    text = f"  received: {{{received}, transitions: {{push: {{by: desk, raise: ping}}, {FINISH[14:]}}}\n{rest}"

    assert chart(text).count("SOP141") == found


@pytest.mark.parametrize(("initial", "found"), [("over", 1), ("begun", 0)])
def test_what_is_done_as_soon_as_it_is_entered_does_not_begin_again(initial: str, found: int) -> None:
    inner = "begun: {transitions: {go: {by: desk, to: over}}}, over: {final: true}"

    assert chart(
        f"  received: {{initial: {initial}, done: {{to: received}}, states: {{{inner}}}, {FINISH}}}\n"
    ).count("SOP141") == found  # fmt: skip
