"""What a run to completion does: where it begins, in what order, and that it is all or nothing."""

import copy
from typing import Any

import pytest

from sop_engine.chart import Asked, Begun, Configuration, Fired, Signalled

from .build import chart, final, history, parallel, state, to
from .driving import active, begin, run
from .recorder import Recorder

# --- beginning ---------------------------------------------------------------------------------------------------


def test_a_ticket_begins_in_the_initial_states_all_the_way_down() -> None:
    assert begin(chart(state("a", state("b", state("c"))), state("d"))).active == ["a", "b", "c"]


def test_the_opening_transition_may_begin_elsewhere_and_is_taken_before_anything_is_entered() -> None:
    # Given a chart that opens into its second state
    subject, host = chart(state("a"), state("b", state("c"), state("d")), opens=to("d")), Recorder()

    # When a ticket begins
    configuration = begin(subject, host)

    # Then it is there, and was told so in SCXML's order
    assert configuration.active == ["b", "d"]
    assert host.story == ["ticket->d", "+b", "+d"]


def test_the_opening_is_the_first_alternative_that_holds() -> None:
    subject = chart(state("a"), state("b"), opens=[to("a", when=("fact", "dry")), to("b")])
    opening = subject.opening(Recorder({"dry"}))
    assert opening is not None
    assert opening.target == ("a",)
    assert begin(subject).active == ["b"]


def test_all_regions_of_a_parallel_root_begin() -> None:
    assert begin(chart(state("a", state("a1")), state("b"), kind="parallel")).active == ["a", "a1", "b"]


# --- one source: commands and timers -----------------------------------------------------------------------------


def test_a_command_takes_the_first_alternative_that_holds() -> None:
    subject = chart(state("a", ask={"go": [to("b", when=("fact", "dry")), to("c")]}), state("b"), state("c"))
    assert run(subject, begin(subject), Asked("a", "go"), "dry")[0].active == ["b"]
    assert run(subject, begin(subject), Asked("a", "go"))[0].active == ["c"]


def test_a_command_whose_guards_fail_is_not_tried_on_an_outer_state() -> None:
    # Given an outer state that has the trigger too
    subject = chart(
        state("outer", state("inner", ask={"go": to("b", when=("fact", "dry"))}), ask={"go": to("b")}), state("b")
    )
    before = begin(subject)
    kept, host = copy.deepcopy(before), Recorder()

    # When the inner one's guard does not hold
    after = subject.run(before, Asked("inner", "go"), host)

    # Then nothing was taken, nothing told, nothing changed
    assert after is None
    assert host.trace == []
    assert before == kept


@pytest.mark.parametrize("source", ["b", "nowhere"])
def test_a_command_to_a_state_that_is_not_active_takes_nothing(source: str) -> None:
    subject = chart(state("a"), state("b", ask={"go": to("a")}))
    assert subject.run(begin(subject), Asked(source, "go"), Recorder()) is None


def test_a_command_to_the_root_leaves_everything() -> None:
    subject = chart(state("a", state("a1")), state("b"), ask={"drop": to("b")})
    _, story = run(subject, begin(subject), Asked("ticket", "drop"))
    assert story == ["-a1", "-a", "ticket->b", "+b"]


def test_a_timer_takes_only_its_own_alternatives() -> None:
    subject = chart(state("a", fire={"late": to("b"), "early": to("c")}), state("b"), state("c"))
    assert active(subject, Fired("a", "early")) == ["c"]
    assert subject.run(begin(subject), Fired("a", "never"), Recorder()) is None


def test_one_trigger_in_two_regions_moves_only_the_region_that_is_asked() -> None:
    subject = chart(
        parallel(
            "p",
            state("a", state("a1", ask={"go": to("a2")}), state("a2")),
            state("b", state("b1", ask={"go": to("b2")}), state("b2")),
        )
    )
    assert active(subject, Asked("b1", "go")) == ["p", "a", "a1", "b", "b2"]


# --- order -------------------------------------------------------------------------------------------------------


def test_exits_go_inside_out_then_effects_then_entries_go_outside_in() -> None:
    subject = chart(
        state("a", parallel("p", state("x", state("x1")), state("y"), ask={"go": to("b2")})),
        state("b", state("b1"), state("b2", state("b3"))),
    )
    _, story = run(subject, begin(subject), Asked("p", "go"))
    assert story == ["-y", "-x1", "-x", "-p", "-a", "p->b2", "+b", "+b2", "+b3"]


def test_a_state_is_still_active_at_its_exit_and_already_at_its_entry() -> None:
    # Given a host that notes the configuration at each call
    subject, host = chart(state("a", state("a1"), ask={"go": to("b")}), state("b", state("b1"))), Recorder()
    before = begin(subject, host)
    host.trace.clear()

    # When the ticket moves
    subject.run(before, Asked("a", "go"), host)

    # Then inner states have gone first and come last
    assert [(call[0], call[-1]) for call in host.trace] == [
        ("exited", ("a", "a1")),
        ("exited", ("a",)),
        ("taken", ()),
        ("entered", ("b",)),
        ("entered", ("b", "b1")),
    ]


def test_internal_events_come_in_the_order_exit_effects_entry() -> None:
    subject = chart(
        state("a", ask={"go": to("b", raises=["two"])}, leave=["one"]),
        state("b", enter=["three"], on={"*": to("c")}),
        state("c", on={"two": to("d")}),
        state("d", on={"three": to("e")}),
        state("e"),
    )
    assert active(subject, Asked("a", "go")) == ["e"]


# --- internal and targetless transitions ---------------------------------------------------------------------------


def test_an_internal_transition_does_not_leave_its_source() -> None:
    subject = chart(state("s", state("a"), state("b"), ask={"in": to("b", internal=True), "out": to("b")}))
    assert run(subject, begin(subject), Asked("s", "in"))[1] == ["-a", "s->b", "+b"]
    assert run(subject, begin(subject), Asked("s", "out"))[1] == ["-a", "-s", "s->b", "+s", "+b"]


def test_an_internal_transition_that_leads_out_is_an_external_one() -> None:
    subject = chart(state("s", state("a"), ask={"go": to("b", internal=True)}), state("b"))
    assert run(subject, begin(subject), Asked("s", "go"))[1] == ["-a", "-s", "s->b", "+b"]


def test_an_internal_transition_of_a_parallel_state_leaves_it() -> None:
    subject = chart(parallel("p", state("a"), state("b"), ask={"go": to("a", internal=True)}))
    assert run(subject, begin(subject), Asked("p", "go"))[1] == ["-b", "-a", "-p", "p->a", "+p", "+a", "+b"]


def test_a_targetless_transition_leaves_nothing() -> None:
    subject = chart(state("s", state("a"), ask={"note": to(raises=["noted"])}, on={"noted": to("b")}), state("b"))
    assert run(subject, begin(subject), Asked("s", "note"))[1] == ["s->", "-a", "-s", "s->b", "+b"]


def test_a_transition_to_its_own_source_leaves_and_enters_it() -> None:
    subject = chart(state("a", ask={"again": to("a")}))
    assert run(subject, begin(subject), Asked("a", "again"))[1] == ["-a", "a->a", "+a"]


# --- all or nothing ------------------------------------------------------------------------------------------------


class Failing(Recorder):
    """Refuses at its `last` call."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self.left = last

    def moved(self, active: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raise RuntimeError("refused")
        super().moved(active)


@pytest.mark.parametrize("last", range(1, 8))
def test_what_the_host_raises_comes_through_and_the_configuration_stays(last: int) -> None:
    # Given a chart whose step is eight moves long, history among them
    subject = chart(
        state("s", state("a", state("a1")), state("b"), history("h", "a", deep=True), ask={"go": to("t")}),
        state("t", state("t1", always=to("u"))),
        state("u"),
    )
    before = begin(subject)
    kept = copy.deepcopy(before)

    # When the host refuses somewhere on the way
    with pytest.raises(RuntimeError, match="refused"):
        subject.run(before, Asked("s", "go"), Failing(last))

    # Then the caller's configuration is untouched, and the next run is not disturbed
    assert before == kept
    assert run(subject, before, Asked("s", "go"))[0].active == ["u"]


def test_a_guard_that_raises_leaves_the_chart_fit_for_use() -> None:
    subject = chart(state("a", ask={"bad": to("b", when=("boom",)), "go": to("b")}), state("b"))
    before = begin(subject)
    with pytest.raises(RuntimeError, match="cannot say"):
        subject.run(before, Asked("a", "bad"), Recorder())
    assert run(subject, before, Asked("a", "go"))[0].active == ["b"]


def test_an_occurrence_stands_with_what_it_takes() -> None:
    # Given a command that sets off an internal event, a completion and an eventless transition
    subject = chart(
        state(
            "s", state("a", ask={"go": to("b", raises=["x"])}), state("b", on={"x": to("f")}), final("f"), done=to("t")
        ),
        state("t", always=to("u")),
        state("u"),
    )
    host, opening = Recorder(), subject.opening(Recorder())
    assert opening is not None
    before = subject.run(Configuration(), Begun(opening), host)
    assert before is not None

    # When it runs
    subject.run(before, Asked("a", "go"), host)

    # Then each transition says what it is taken for
    assert [call[3] for call in host.trace if call[0] == "taken"] == [
        Begun(opening),
        Asked("a", "go"),
        Signalled("x"),
        None,
        None,
    ]
