"""What is surely set where: the ground of SOP110 and SOP142."""

import pytest

from tests.language.desk import codes

FIELDS = """\
fields:
  note: {type: text}
  rating: {type: integer}
  kind: {type: choice, choices: [good, bad]}
"""


def chart(
    states: str, opening: str = "open: {by: desk, ask: [note, kind], may_ask: rating, to: received}\n"
) -> list[str]:
    return codes(FIELDS + opening + "states:\n" + states + "  closed: {final: true, outcome: done}\n")


def test_a_field_that_opening_asks_is_sure() -> None:
    assert chart("  received: {transitions: {finish: {by: desk, when: kind == 'good', to: closed}}}\n") == []


def test_a_field_that_may_be_asked_is_not() -> None:
    assert chart("  received: {transitions: {finish: {by: desk, when: rating < 3, to: closed}}}\n") == ["SOP110"]


def test_a_field_that_this_trigger_asks_is_sure() -> None:
    assert chart("  received: {transitions: {finish: {by: desk, ask: rating, when: rating < 3, to: closed}}}\n") == []


def test_a_field_asked_on_every_path_is_sure() -> None:
    assert (
        chart("""\
  received: {transitions: {a: {by: desk, ask: rating, to: second}, b: {by: desk, ask: rating, to: second}}}
  second: {transitions: {finish: {by: desk, when: rating < 3, to: closed}, again: {by: desk, to: received}}}
""")
        == []
    )


def test_a_field_asked_on_some_paths_is_not() -> None:
    assert chart("""\
  received: {transitions: {a: {by: desk, ask: rating, to: second}, b: {by: desk, to: second}}}
  second: {transitions: {finish: {by: desk, when: rating < 3, to: closed}}}
""") == ["SOP110"]


def test_what_a_transition_clears_is_no_longer_sure() -> None:
    assert chart("""\
  received: {transitions: {a: {by: desk, ask: rating, to: second}}}
  second: {transitions: {b: {by: desk, set: {rating: null}, to: third}}}
  third: {transitions: {finish: {by: desk, when: rating < 3, to: closed}}}
""") == ["SOP110"]


@pytest.mark.parametrize(
    "guard",
    [
        "given(rating) and rating < 3",
        "rating < 3 and given(rating)",
        "not given(rating) or rating < 3",
        "did('score') and rating < 3",
        "times('score') >= 1 and rating < 3",
        "given(rating) and (note == 'x' or rating < 3)",
    ],
)
def test_a_condition_that_asks_first_may_compare(guard: str) -> None:
    assert (
        chart(f"""\
  received:
    transitions: {{score: {{by: desk, ask: rating}}, finish: {{by: desk, when: "{guard}", to: closed}}}}
""")
        == []
    )


@pytest.mark.parametrize(
    "guard", ["given(rating) or rating < 3", "not rating < 3", "times('score') >= 0 and rating < 3"]
)
def test_a_condition_that_asks_otherwise_may_not(guard: str) -> None:
    assert chart(f"""\
  received:
    transitions: {{score: {{by: desk, ask: rating}}, finish: {{by: desk, when: "{guard}", to: closed}}}}
""") == ["SOP110"]


def test_a_map_says_is_set_and_is() -> None:
    assert chart("  received: {transitions: {finish: {by: desk, when: {rating: 3}, to: closed}}}\n") == []


def test_what_is_asked_inside_a_state_is_sure_after_coming_back_by_memory() -> None:
    assert (
        chart(
            """\
  working:
    states:
      first: {transitions: {score: {by: desk, ask: rating, to: second}}}
      second: {transitions: {finish: {by: desk, when: rating < 3, to: closed}, pause: {by: desk, to: paused}}}
  paused: {transitions: {go_on: {by: desk, to: working.history}}}
""",
            "open: {by: desk, ask: [note, kind], to: working}\n",
        )
        == []
    )


def test_an_assignee_is_sure_once_every_way_in_assigns() -> None:
    assert (
        chart("""\
  received: {transitions: {a: {by: desk, assign: desk, to: second}, b: {by: desk, assign: doer, to: second}}}
  second: {transitions: {finish: {by: assignee, ask: rating, to: closed}}}
""")
        == []
    )


def test_an_assignee_who_was_sent_away_is_not_sure() -> None:
    assert chart("""\
  received: {transitions: {a: {by: desk, assign: desk, to: second}}}
  second: {transitions: {finish: {by: assignee, ask: rating, to: closed}, drop: {by: desk, assign: nobody, to: second}}}
""") == ["SOP142"]


def test_a_part_of_a_parallel_state_begins_without_assignee() -> None:
    assert chart("""\
  received: {transitions: {a: {by: desk, ask: rating, assign: desk, to: both}}}
  both:
    parallel: [left, right]
    states:
      left: {transitions: {mend: {by: assignee}}}
      right: {entry: {assign: desk}, transitions: {paint: {by: assignee}}}
    transitions: {finish: {by: desk, to: closed}}
""") == ["SOP142"]


def test_somebody_else_who_may_do_it_is_enough() -> None:
    assert chart("  received: {transitions: {finish: {by: [assignee, desk], ask: rating, to: closed}}}\n") == []


def test_what_stands_beside_a_way_is_no_part_of_it_once_it_is_active() -> None:
    assert (
        chart("""\
  received: {transitions: {a: {by: desk, ask: rating, to: both}}}
  both:
    parallel: [left, right]
    done: {to: closed}
    states:
      left: {states: {one: {transitions: {b: {by: desk, when: rating > 1, to: two}}}, two: {final: true}}}
      right: {states: {three: {transitions: {c: {by: desk, when: rating > 1, to: four}}}, four: {final: true}}}
""")
        == []
    )


def test_memory_that_was_never_made_leads_to_the_default() -> None:
    assert chart("""\
  received: {transitions: {a: {by: desk, to: working.history}, b: {by: desk, ask: rating, to: working}}}
  working:
    states:
      first: {transitions: {finish: {by: desk, when: rating > 1, to: closed}}}
""") == ["SOP110"]
