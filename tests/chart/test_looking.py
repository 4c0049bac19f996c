"""What can be seen of a configuration without moving."""

import pytest

from sop_engine.chart import Chart

from .build import chart, final, parallel, state, to


def repair() -> Chart:
    """Two regions inside a state, with `stop` on two levels and `note` on the root."""
    return chart(
        state(
            "work",
            parallel(
                "both",
                state("inside", state("fix", ask={"done": to("fixed"), "stop": to("fixed")}), state("fixed")),
                state("outside", state("wait", ask={"done": to("heard")}), state("heard")),
                ask={"skip": to("closed")},
            ),
            ask={"stop": to("closed")},
        ),
        final("closed"),
        ask={"note": to()},
    )


ACTIVE = ["work", "both", "inside", "fix", "outside", "wait"]


def test_leaves_are_the_active_states_without_an_active_child() -> None:
    assert repair().leaves(["wait", "outside", "fix", "inside", "both", "work"]) == ["fix", "wait"]
    assert repair().leaves([]) == []


def test_the_path_goes_outward_to_the_root() -> None:
    assert repair().path("fix") == ["fix", "inside", "both", "work", "ticket"]
    assert repair().path("ticket") == ["ticket"]


@pytest.mark.parametrize(
    ("place", "region"),
    [
        ("fix", "inside"),
        ("inside", "inside"),
        ("wait", "outside"),
        ("both", "ticket"),
        ("work", "ticket"),
        ("ticket", "ticket"),
    ],
)
def test_the_region_is_the_child_of_the_innermost_parallel_state(place: str, region: str) -> None:
    assert repair().region(place) == region


def test_children_of_a_parallel_root_are_regions() -> None:
    assert chart(state("a", state("a1")), state("b"), kind="parallel").region("a1") == "a"


def test_offers_come_innermost_first_and_each_once() -> None:
    found = [(place.id, offer.trigger) for place, offer in repair().offers(ACTIVE)]
    assert found == [
        ("fix", "done"),
        ("fix", "stop"),
        ("both", "skip"),
        ("work", "stop"),
        ("ticket", "note"),
        ("wait", "done"),
    ]


@pytest.mark.parametrize(
    ("trigger", "within", "sources"),
    [
        ("done", None, ["fix", "wait"]),
        ("done", "inside", ["fix"]),
        ("done", "outside", ["wait"]),
        ("done", "wait", ["wait"]),
        ("done", "both", ["fix", "wait"]),
        ("done", "ticket", ["fix", "wait"]),
        ("stop", None, ["fix", "work"]),
        ("stop", "outside", []),
        ("skip", None, ["both"]),
        ("note", None, ["ticket"]),
        ("note", "work", []),
        ("done", "closed", []),
        ("unknown", None, []),
    ],
)
def test_the_source_is_the_innermost_on_each_path(trigger: str, within: str | None, sources: list[str]) -> None:
    assert repair().source_of(ACTIVE, trigger, within) == sources


def test_a_finished_ticket_offers_nothing() -> None:
    assert repair().is_final(["closed"])
    assert not repair().is_final(ACTIVE)
    assert repair().offers(["closed"]) == []
    assert repair().source_of(["closed"], "note") == []


def test_a_final_state_inside_another_does_not_finish_the_ticket() -> None:
    assert not chart(state("s", final("f"))).is_final(["s", "f"])
