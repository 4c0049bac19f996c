"""The first of very many tickets: read piece by piece where only some of what the store gives is wanted."""

from dataclasses import replace
from typing import Any, cast

import pytest

from sop_engine.console.staff.filters import Mine
from sop_engine.console.staff.lists import _first
from sop_engine.console.staff.narrowed import Asked
from sop_engine.store.seam import Head, Query, Reads
from tests.store.samples import head, ticket


class Many:
    """A store that gives tickets in order, and remembers how many it was asked for."""

    def __init__(self, heads: list[Head]) -> None:
        self._heads = heads
        self.asked: list[int | None] = []

    def heads(self, query: Query) -> list[Head]:
        self.asked.append(query.limit)
        if query.limit is None:
            return self._heads
        return self._heads[-query.limit :] if query.newest else self._heads[: query.limit]


def in_building(number: int) -> Head:
    """A ticket that is offered to stewards, in one of ten buildings."""
    offered: dict[str, Any] = {"ticket": {"role": "steward"}}
    return head(ticket(f"WX-{number}", owner="zhao", tasks=offered), unit=f"{number % 10}-1-101")


STEWARD = Mine("lin", {"steward": ["3"]})
HEADS = [in_building(number) for number in range(1000)]
HIS = [each for each in HEADS if str(each.unit).startswith("3-")]


@pytest.mark.parametrize("newest", [False, True])
@pytest.mark.parametrize("limit", [1, 7, 100, 2000])
def test_the_first_of_a_steward_s_tickets_are_those_of_all_of_his(limit: int, newest: bool) -> None:
    asked = Asked(Query(mine="lin", roles=["steward"]), STEWARD)
    found = _first(cast(Reads, Many(HEADS)), asked, limit, newest)
    assert found == (HIS[-limit:] if newest else HIS[:limit])


def test_for_a_few_of_them_not_all_are_read() -> None:
    many = Many(HEADS)
    _first(cast(Reads, many), Asked(Query(mine="lin"), STEWARD), 7, newest=False)
    assert many.asked == [7, 56, 448]


def test_where_all_that_the_store_gives_is_wanted_it_is_asked_once() -> None:
    many = Many(HEADS)
    everywhere = replace(STEWARD, roles={"steward": [None]})
    assert _first(cast(Reads, many), Asked(Query(mine="lin"), everywhere), 7, newest=False) == HEADS[:7]
    assert many.asked == [7]


def test_without_a_limit_all_are_read_at_once() -> None:
    many = Many(HEADS)
    assert _first(cast(Reads, many), Asked(Query(mine="lin"), STEWARD), None, newest=False) == HIS
    assert many.asked == [None]
