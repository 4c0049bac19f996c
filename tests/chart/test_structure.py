"""History and parallel states, one feature of SCXML at a time."""

import pytest

from sop_engine.chart import Asked, Chart, Configuration

from .build import chart, history, parallel, state, to
from .driving import active, begin, run

# --- history -------------------------------------------------------------------------------------------------------


def with_history(*, deep: bool) -> Chart:
    inside = state("a2", state("x", ask={"next": to("y")}), state("y"))
    return chart(
        state("a", state("a1", ask={"next": to("a2")}), inside, history("h", "a1", deep=deep), ask={"pause": to("b")}),
        state("b", ask={"back": to("h")}),
    )


def test_a_history_without_memory_goes_where_it_goes_by_default() -> None:
    subject = chart(state("b", ask={"back": to("h")}), state("a", state("a1"), state("a2"), history("h", "a2")))
    assert active(subject, Asked("b", "back")) == ["a", "a2"]


@pytest.mark.parametrize(("deep", "expected"), [(False, ["a", "a2", "x"]), (True, ["a", "a2", "y"])])
def test_history_comes_back_to_the_child_or_deep_inside(deep: bool, expected: list[str]) -> None:
    subject = with_history(deep=deep)
    there_and_back = [Asked("a1", "next"), Asked("x", "next"), Asked("a", "pause"), Asked("b", "back")]
    assert active(subject, *there_and_back) == expected


def test_history_is_remembered_before_anything_is_left() -> None:
    subject = with_history(deep=True)
    before, _ = run(subject, begin(subject), Asked("a1", "next"))
    after, story = run(subject, before, Asked("a", "pause"))
    assert story == ["h=x", "-x", "-a2", "-a", "a->b", "+b"]
    assert after.history == {"h": ["x"]}
    assert before.history == {}


def test_history_of_a_parallel_state_brings_back_all_regions() -> None:
    subject = chart(
        parallel(
            "p",
            state("a", state("a1", ask={"next": to("a2")}), state("a2")),
            state("b", state("b1"), state("b2")),
            history("h", "b2", deep=True),
            ask={"pause": to("q")},
        ),
        state("q", ask={"back": to("h")}),
        opens=to("q"),
    )
    assert active(subject, Asked("q", "back")) == ["p", "a", "a1", "b", "b2"]
    there_and_back = [Asked("q", "back"), Asked("a1", "next"), Asked("p", "pause"), Asked("q", "back")]
    assert active(subject, *there_and_back) == ["p", "a", "a2", "b", "b2"]


def test_going_back_by_history_does_not_enter_again_what_was_not_left() -> None:
    # Given a source inside the state to which its own history leads back by default
    subject = chart(state("s", state("m", state("a", ask={"back": to("h")}), state("b")), history("h", "b")))

    # When it does
    _, story = run(subject, begin(subject), Asked("a", "back"))

    # Then the state between is not touched
    assert story == ["-a", "a->h", "+b"]


def test_the_configuration_given_back_shares_nothing_with_the_one_given() -> None:
    subject = with_history(deep=True)
    paused, _ = run(subject, begin(subject), Asked("a", "pause"))
    again, _ = run(subject, paused, Asked("b", "back"))
    again.history["h"].append("spoilt")
    again.active.append("spoilt")
    assert paused == Configuration(["b"], {"h": ["a1"]})


# --- parallel states -----------------------------------------------------------------------------------------------


def test_targets_in_two_regions_are_both_entered_and_the_third_by_default() -> None:
    regions = [state(name, state(f"{name}1"), state(f"{name}2")) for name in "abc"]
    subject = chart(state("s", ask={"go": to("a2", "c2")}), parallel("p", *regions))
    assert active(subject, Asked("s", "go")) == ["p", "a", "a2", "b", "b1", "c", "c2"]


def test_a_transition_out_of_one_region_leaves_all_regions() -> None:
    subject = chart(parallel("p", state("a", ask={"go": to("t")}), state("b", state("b1"))), state("t"))
    assert run(subject, begin(subject), Asked("a", "go"))[1] == ["-b1", "-b", "-a", "-p", "a->t", "+t"]


def test_a_transition_from_one_region_into_another_leaves_and_enters_the_parallel_state() -> None:
    subject = chart(parallel("p", state("a", ask={"go": to("b2")}), state("b", state("b1"), state("b2"))))
    _, story = run(subject, begin(subject), Asked("a", "go"))
    assert story == ["-b1", "-b", "-a", "-p", "a->b2", "+p", "+a", "+b", "+b2"]
