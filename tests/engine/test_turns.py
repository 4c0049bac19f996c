"""Whose turn it is."""

from hypothesis import given
from hypothesis import strategies as st

from sop_engine.ticket.dispatching import following


@given(st.sets(st.sampled_from("abcdefg"), min_size=1), st.sampled_from("abcdefg"))
def test_in_as_many_turns_as_there_are_people_each_has_one(people: set[str], last: str) -> None:
    had = []
    for _turn in people:
        last = following(sorted(people), last)
        had.append(last)
    assert sorted(had) == sorted(people)
