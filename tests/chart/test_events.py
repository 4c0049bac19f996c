"""Events, eventless transitions and completion, one feature of SCXML at a time."""

from typing import Any

import pytest

from sop_engine.chart import Asked, Chart, ChartFault, Configuration, Looked, Signalled

from .build import chart, final, parallel, state, to
from .driving import active, begin, run
from .recorder import Recorder

# --- events ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("descriptor", "event", "matches"),
    [
        ("a", "a", True),
        ("a", "a.b", True),
        ("a.b", "a", False),
        ("a", "ab", False),
        ("a.*", "a.b", True),
        ("a.*", "a", True),
        ("*", "anything.at.all", True),
        ("x a", "a.b", True),
    ],
)
def test_event_descriptors_match_whole_words_from_the_front(descriptor: str, event: str, matches: bool) -> None:
    subject = chart(state("s", on={descriptor: to("t")}), state("t"))
    assert (subject.run(begin(subject), Signalled(event), Recorder()) is not None) is matches


def test_a_signal_is_searched_outward_from_each_leaf() -> None:
    subject = chart(state("s", state("a", on={"x": to("b", when=("fact", "dry"))}), on={"x": to("b")}), state("b"))
    assert run(subject, begin(subject), Signalled("x"), "dry")[1] == ["-a", "-s", "a->b", "+b"]
    assert run(subject, begin(subject), Signalled("x"))[1] == ["-a", "-s", "s->b", "+b"]


def test_a_signal_moves_every_region_that_takes_it_in_one_microstep() -> None:
    subject = chart(
        parallel(
            "p",
            state("a", state("a1", on={"x": to("a2")}), state("a2")),
            state("b", state("b1", on={"x": to("b2")}), state("b2")),
        )
    )
    _, story = run(subject, begin(subject), Signalled("x"))
    assert story == ["-b1", "-a1", "a1->a2", "b1->b2", "+a2", "+b2"]


def test_what_two_regions_find_in_a_common_ancestor_is_taken_once() -> None:
    subject = chart(parallel("p", state("a"), state("b"), on={"x": to()}))
    assert run(subject, begin(subject), Signalled("x"))[1] == ["p->"]


def test_of_two_transitions_that_conflict_the_earlier_region_wins() -> None:
    subject = chart(parallel("p", state("a", on={"x": to("c")}), state("b", on={"x": to("d")})), state("c"), state("d"))
    assert active(subject, Signalled("x")) == ["c"]


def test_of_two_transitions_that_conflict_the_inner_source_wins() -> None:
    # Given an outer transition found by the first region and an inner one found by the second
    subject = chart(
        state(
            "s", parallel("p", state("a"), state("b", state("b1", on={"x": to("b2")}), state("b2"))), on={"x": to("c")}
        ),
        state("c"),
    )
    assert active(subject, Signalled("x")) == ["s", "p", "a", "b", "b2"]


def test_a_signal_that_nobody_takes_changes_nothing() -> None:
    subject = chart(state("s", on={"x": to("t", when=("fact", "dry"))}), state("t"))
    before, host = begin(subject), Recorder()
    assert subject.run(before, Signalled("x"), host) is None
    assert subject.run(before, Signalled("y"), host) is None
    assert before.active == ["s"]
    assert host.trace == []


def test_an_internal_event_that_nobody_takes_is_dropped() -> None:
    subject = chart(
        state("s", ask={"go": to("t", raises=["lost", "found"])}), state("t", on={"found": to("u")}), state("u")
    )
    assert active(subject, Asked("s", "go")) == ["u"]


# --- eventless transitions -----------------------------------------------------------------------------------------


def test_eventless_transitions_come_before_internal_events() -> None:
    subject = chart(
        state("s", ask={"go": to("t", raises=["x"])}),
        state("t", always=to("u"), on={"x": to("bad")}),
        state("u", on={"x": to("good")}),
        state("good"),
        state("bad"),
    )
    assert active(subject, Asked("s", "go")) == ["good"]


def test_eventless_transitions_are_looked_at_again_when_nothing_has_happened() -> None:
    # Given a state that waits for a fact
    subject = chart(state("s", always=to("t", when=("fact", "paid"))), state("t"))
    before = begin(subject)

    # When somebody looks before, and after
    too_early = subject.run(before, Looked(), Recorder())
    after, story = run(subject, before, Looked(), "paid")

    # Then it moves once the fact is there
    assert too_early is None
    assert after.active == ["t"]
    assert story == ["-s", "s->t", "+t"]


def test_an_eventless_transition_hides_the_outer_ones() -> None:
    # Given an outer one that holds only as long as the inner one has not been taken
    inner = state("a", always=to("b", when=("fact", "paid")))
    subject = chart(
        state("s", inner, state("b"), always=to(when=("in_state", "a"), raises=["outer"])), on={"outer": to()}
    )
    before = Configuration(["s", "a"])

    # When both hold, Then only the inner one is taken
    assert run(subject, before, Looked(), "paid")[1] == ["-a", "a->b", "+b"]


def test_a_guard_may_ask_which_states_are_active() -> None:
    subject = chart(
        parallel(
            "p",
            state("a", state("a1", ask={"go": to("a2")}), state("a2")),
            state("b", state("b1", always=to("b2", when=("in_state", "a2"))), state("b2")),
        )
    )
    assert active(subject, Asked("a1", "go")) == ["p", "a", "a2", "b", "b2"]


def test_a_chart_that_never_rests_is_a_fault() -> None:
    subject = chart(state("s", ask={"go": to("t")}), state("t", always=to("u")), state("u", always=to("t")))
    before = begin(subject)
    with pytest.raises(ChartFault, match="1000 microsteps"):
        subject.run(before, Asked("s", "go"), Recorder())
    assert before.active == ["s"]


def test_a_thousand_microsteps_are_still_no_fault() -> None:
    # Given a chain of 999 eventless transitions
    chain = [state(f"s{i}", always=to(f"s{i + 1}")) for i in range(1, 1000)]
    subject = chart(state("s0", ask={"go": to("s1")}), *chain, state("s1000"))
    assert active(subject, Asked("s0", "go")) == ["s1000"]


# --- completion ----------------------------------------------------------------------------------------------------


def test_a_compound_state_is_done_when_its_final_child_is_entered() -> None:
    subject = chart(state("s", state("a", ask={"go": to("f")}), final("f"), done=to("t")), state("t"))
    assert run(subject, begin(subject), Asked("a", "go"))[1] == ["-a", "a->f", "+f", "-f", "-s", "s->t", "+t"]


def two_regions(**more: Any) -> Chart:
    return chart(
        parallel(
            "p",
            state("a", state("a1", ask={"go": to("af")}), final("af")),
            state("b", state("b1", ask={"go": to("bf")}), final("bf")),
            **more,
        ),
        state("t"),
    )


def test_a_parallel_state_is_done_when_all_its_regions_are() -> None:
    subject = two_regions(done=to("t"))
    assert active(subject, Asked("a1", "go")) == ["p", "a", "af", "b", "b1"]
    assert active(subject, Asked("a1", "go"), Asked("b1", "go")) == ["t"]


def test_a_region_is_done_before_the_parallel_state_is() -> None:
    subject = two_regions(on={"done.state.b": to("t")}, done=to("a"))
    assert active(subject, Asked("a1", "go"), Asked("b1", "go")) == ["t"]


def test_a_region_that_is_parallel_itself_completes_the_parallel_state_around_it() -> None:
    inner = parallel(
        "q",
        state("a", state("a1", on={"x": to("af")}), final("af")),
        state("b", state("b1", on={"x": to("bf")}), final("bf")),
    )
    outer = parallel("p", inner, state("c", state("c1", on={"x": to("cf")}), final("cf")), done=to("t"))
    # Whichever region completes it: first the nested one is last ...
    assert active(chart(outer, state("t")), Signalled("x")) == ["t"]
    # ... then the plain one.
    swapped = parallel("p", *reversed(outer.inner), done=to("t"))
    assert active(chart(swapped, state("t")), Signalled("x")) == ["t"]


def test_a_top_level_final_state_ends_the_run() -> None:
    # Given a final state that raises an event which the root would take
    subject = chart(
        state("a", ask={"go": to("f")}), final("f", enter=["x"]), state("b"), on={"x": to("b")}, ask={"reopen": to("a")}
    )

    # When it is entered
    after, story = run(subject, begin(subject), Asked("a", "go"))

    # Then the ticket rests there, and nothing more is taken
    assert story == ["-a", "a->f", "+f", "end f"]
    assert subject.is_final(after.active)
    assert subject.run(after, Signalled("x"), Recorder()) is None
    assert subject.run(after, Asked("ticket", "reopen"), Recorder()) is None
