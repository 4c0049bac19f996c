"""Lists and names: what `heads` and `resolve` find."""

import pytest

from sop_engine.store.seam import Query, Store

from .samples import append, ticket


@pytest.fixture
def filled(store: Store) -> Store:
    """Four tickets, opened in the order of their ids."""
    with store.writing() as writes:
        append(writes, ticket("WX-1", owner="lin", opened="2026-01-01", tasks={"ticket": {"role": "desk"}}))
        append(
            writes,
            ticket("WX-2", owner="wang", opened="2026-01-02", parent="WX-1", timers={"s/t": {"due": "2026-02-01"}}),
            unit="5-1-101",
        )
        append(
            writes,
            ticket("TS-3", procedure="complaint", opened="2026-01-03", tasks={"ticket": {"assignee": "wang"}}),
            state=("assessing", "printing"),
        )
        taken = {"left": {"role": "desk", "assignee": "zhao"}}
        append(writes, ticket("WX-4", opened="2026-01-04", status="closed", outcome="repaired", tasks=taken))
    return store


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(), ["WX-1", "WX-2", "TS-3", "WX-4"]),
        (Query(status="open"), ["WX-1", "WX-2", "TS-3"]),
        (Query(status="closed"), ["WX-4"]),
        (Query(procedures=["complaint"]), ["TS-3"]),
        (Query(procedures=["complaint", "repair"], status="closed"), ["WX-4"]),
        (Query(states=["printing", "nowhere"]), ["TS-3"]),
        (Query(states=["print"]), []),
        (Query(unit="5-1-101"), ["WX-2"]),
        (Query(owner="wang"), ["WX-2"]),
        (Query(parent="WX-1"), ["WX-2"]),
        (Query(mine="wang"), ["WX-2", "TS-3"]),
        (Query(mine="wang", roles=["desk"]), ["WX-1", "WX-2", "TS-3"]),
        (Query(mine="zhao", roles=["desk"]), ["WX-1", "WX-4"]),
        (Query(mine="nobody", roles=["desk"]), ["WX-1"]),
        (Query(mine="nobody"), []),
        (Query(due_before="2026-02-01"), ["WX-2"]),
        (Query(due_before="2026-01-31"), []),
        (Query(limit=2), ["WX-1", "WX-2"]),
        (Query(limit=2, after="WX-2"), ["TS-3", "WX-4"]),
        (Query(after="WX-4"), []),
    ],
    ids=str,
)
def test_every_condition_that_is_given_holds(filled: Store, query: Query, found: list[str]) -> None:
    with filled.reading() as reads:
        assert [head.id for head in reads.heads(query)] == found


@pytest.mark.parametrize(
    ("suffix", "found"),
    [
        ("WX-1", ["WX-1"]),
        ("wx-1", ["WX-1"]),
        ("-4", ["WX-4"]),
        ("3", ["TS-3"]),
        ("5", []),
        ("%", []),
        ("X-", []),
    ],
)
def test_a_suffix_is_enough(filled: Store, suffix: str, found: list[str]) -> None:
    with filled.reading() as reads:
        assert [head.id for head in reads.resolve(suffix)] == found


def test_an_exact_id_wins_over_longer_ones(store: Store) -> None:
    with store.writing() as writes:
        for index in range(60):
            append(writes, ticket(f"A{index:02d}-7"))
        append(writes, ticket("7", status="closed"))
    with store.reading() as reads:
        assert [head.id for head in reads.resolve("7")] == ["7"]


def test_open_tickets_come_before_closed_ones_however_many_there_are(store: Store) -> None:
    with store.writing() as writes:
        append(writes, ticket("OPEN-7", opened="2020-01-01"))
        for index in range(60):
            append(writes, ticket(f"A{index:02d}-7", status="closed"))
    with store.reading() as reads:
        found = reads.resolve("7")
        assert found[0].id == "OPEN-7"
        assert found[1].status == "closed"
