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


def test_a_state_may_give_its_task_away_itself() -> None:
    assert (
        chart("  received: {entry: {assign: desk}, transitions: {finish: {by: assignee, ask: rating, to: closed}}}\n")
        == []
    )


def test_a_task_taken_away_on_leaving_is_given_again_by_the_next_state() -> None:
    assert (
        chart("""\
  received:
    entry: {assign: desk}
    exit: {assign: nobody}
    transitions: {a: {by: assignee, ask: rating, to: second}}
  second: {entry: {assign: desk}, transitions: {finish: {by: assignee, to: closed}}}
""")
        == []
    )


def test_a_task_taken_away_on_leaving_is_gone_otherwise() -> None:
    assert chart("""\
  received:
    entry: {assign: desk}
    exit: {assign: nobody}
    transitions: {a: {by: assignee, ask: rating, to: second}}
  second: {transitions: {finish: {by: assignee, to: closed}}}
""") == ["SOP142"]


def test_a_task_given_back_in_one_state_is_sure_in_another_that_gives_it_away() -> None:
    assert chart("""\
  received:
    entry: {assign: desk}
    transitions: {drop: {by: desk, assign: nobody}, a: {by: assignee, ask: rating, to: second}}
  second: {entry: {assign: desk}, transitions: {finish: {by: assignee, to: closed}}}
""") == ["SOP142"]


def test_an_inner_state_gives_the_task_away_for_the_one_around_it() -> None:
    assert (
        chart("""\
  received:
    states:
      first: {entry: {assign: desk}, transitions: {a: {by: desk, ask: rating, to: second}}}
      second: {}
    transitions: {finish: {by: assignee, to: closed}}
""")
        == []
    )


def test_a_way_around_the_inner_state_that_gives_the_task_away_is_seen() -> None:
    assert chart(
        """\
  received:
    states:
      first: {entry: {assign: desk}}
      second: {}
    transitions: {finish: {by: assignee, ask: rating, to: closed}}
""",
        "open: {by: desk, ask: [note, kind], either: [{when: kind == 'good', to: first}, {to: second}]}\n",
    ) == ["SOP142"]


def test_what_the_first_state_gives_away_holds_for_what_can_be_done_at_any_time() -> None:
    given = codes("""\
anytime: {pass_on: {by: assignee, tell: desk}}
states:
  received: {entry: {assign: desk}, transitions: {finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
""")

    assert given == []


def test_a_task_given_to_a_part_of_a_parallel_state_is_that_part_s() -> None:
    assert (
        chart("""\
  received: {transitions: {a: {by: desk, ask: rating, assign: desk, to: left}}}
  both:
    parallel: [left, right]
    states:
      left: {transitions: {mend: {by: assignee}}}
      right: {entry: {assign: desk}, transitions: {paint: {by: assignee}}}
    transitions: {finish: {by: desk, to: closed}}
""")
        == []
    )


def test_a_task_given_away_on_the_way_to_both_parts_is_neither_s() -> None:
    assert chart("""\
  received: {transitions: {a: {by: desk, ask: rating, assign: desk, to: both}}}
  both:
    entry: {assign: desk}
    parallel: [left, right]
    states:
      left: {transitions: {mend: {by: assignee}}}
      right: {transitions: {paint: {by: assignee}}}
    transitions: {finish: {by: assignee, to: closed}}
""") == ["SOP142", "SOP142"]


def test_what_an_anytime_transition_takes_away_is_given_again_where_it_leads() -> None:
    given = codes("""\
anytime: {give_back: {by: desk, assign: nobody, to: received}}
states:
  received: {entry: {assign: desk}, transitions: {finish: {by: assignee, to: closed}}}
  closed: {final: true, outcome: done}
""")

    assert given == []


def test_an_inner_move_that_sends_the_assignee_away_is_seen() -> None:
    assert chart("""\
  received:
    entry: {assign: desk}
    states:
      first: {transitions: {drop: {by: desk, ask: rating, assign: nobody, to: second}}}
      second: {transitions: {finish: {by: assignee, to: closed}}}
""") == ["SOP142"]


COMPUTED = """\
fields:
  note: {type: text}
  net: {type: money}
  gross: {type: money, computed: net * 2}
open: {by: desk, ask: note, to: received}
"""


CLOSED = "  closed: {final: true, outcome: done}\n"


def test_what_is_computed_from_what_is_sure_is_sure() -> None:
    asked = COMPUTED.replace("ask: note", "ask: [note, net]")
    states = "states:\n  received: {transitions: {finish: {by: desk, when: gross > 5, to: closed}}}\n"

    assert codes(asked + states + CLOSED) == []


def test_what_is_computed_from_what_this_trigger_asks_is_sure() -> None:
    states = "states:\n  received: {transitions: {finish: {by: desk, ask: net, when: gross > 5, to: closed}}}\n"

    assert codes(COMPUTED + states + CLOSED) == []


def test_what_is_computed_from_what_was_cleared_is_not() -> None:
    assert codes(
        COMPUTED
        + """\
states:
  received: {transitions: {a: {by: desk, ask: net, to: second}}}
  second: {transitions: {b: {by: desk, set: {net: null}, to: third}}}
  third: {transitions: {finish: {by: desk, when: gross > 5, to: closed}}}
  closed: {final: true, outcome: done}
"""
    ) == ["SOP110"]


def test_a_value_set_to_what_surely_comes_out_is_sure() -> None:
    assert (
        chart("""\
  received: {transitions: {a: {by: desk, ask: rating, to: second}}}
  second: {transitions: {b: {by: desk, set: {rating: rating + 1}, to: third}}}
  third: {transitions: {finish: {by: desk, when: rating < 3, to: closed}}}
""")
        == []
    )


def test_what_moving_on_clears_is_not_sure_at_any_time() -> None:
    given = codes(
        FIELDS
        + """\
open: {by: desk, ask: [note, rating, kind], to: received}
anytime: {judge: {by: desk, when: rating < 3, tell: desk}}
states:
  received: {transitions: {a: {by: desk, set: {rating: null}, to: second}}}
  second: {transitions: {finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
"""
    )

    assert given == ["SOP110"]
