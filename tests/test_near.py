"""Near names: what somebody may have meant."""

import pytest

from sop_engine.ticket.near import near

TITLES = ("repair", "业主报修", "Repair", "lost-and-found", "拾获物品登记", "rework", "返修")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("repiar", "Repair"),
        ("lost and found", "lost-and-found"),
        ("保修", "返修"),
        ("业主保修", "业主报修"),
        ("物品登纪", "拾获物品登记"),
    ],
)
def test_the_nearest_comes_first(typed: str, first: str) -> None:
    assert near(typed, TITLES)[0] == first


def test_a_wrong_character_of_a_short_word_leaves_the_other_to_go_by() -> None:
    assert near("保修", TITLES) == ("返修", "业主报修")


@pytest.mark.parametrize("typed", ["", "x", "租车", "zzzzzz", "修" * 100_000])
def test_what_is_far_is_not_offered(typed: str) -> None:
    assert near(typed, TITLES) == ()
