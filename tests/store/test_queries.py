"""Lists and names: what `heads` and `resolve` find."""

from dataclasses import replace

import pytest

from sop_engine.store import narrowing
from sop_engine.store.seam import NOT_NOW, Query, Store
from sop_engine.store.search import Finding
from sop_engine.values.words import of_text, terms_of, together

from .samples import append, head, step, ticket


@pytest.fixture
def filled(store: Store) -> Store:
    """Four tickets, opened in the order of their ids."""
    told = {"copies": {"lin": {"at": "2026-01-02", "by": "wang", "read": None}}}
    with store.writing() as writes:
        append(writes, ticket("WX-1", owner="lin", opened="2026-01-01", tasks={"ticket": {"role": "desk"}}))
        append(
            writes,
            ticket(
                "WX-2",
                owner="wang",
                opened="2026-01-02",
                parent="WX-1",
                timers={"s/t": {"due": "2026-02-01"}},
                acts=told,
            ),
            unit="5-1-101",
        )
        append(
            writes,
            ticket("TS-3", procedure="complaint", opened="2026-01-03", tasks={"ticket": {"assignee": "wang"}}),
            state=("assessing", "printing"),
        )
        taken = {"left": {"role": "desk", "assignee": "zhao"}}
        closed = ticket("WX-4", opened="2026-01-04", status="closed", outcome="repaired", tasks=taken)
        writes.append(step(closed), head(closed), {"fields": Finding("", together(of_text("paid in cash")))})
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
        (Query(limit=2, newest=True), ["TS-3", "WX-4"]),
        (Query(status="open", limit=2, newest=True), ["WX-2", "TS-3"]),
        (Query(status="open", limit=9, newest=True), ["WX-1", "WX-2", "TS-3"]),
        (Query(after="WX-4"), []),
        (Query(unclaimed=True), ["WX-1"]),
        (Query(copied="lin"), ["WX-2"]),
        (Query(copied="wang"), []),
        (Query(opened_since="2026-01-03"), ["TS-3", "WX-4"]),
        (Query(opened_since="2026-01-02", status="open", order="newest"), ["TS-3", "WX-2"]),
        (Query(order="unit"), ["TS-3", "WX-1", "WX-4", "WX-2"]),
        (Query(order="left"), ["WX-2", "TS-3", "WX-1", "WX-4"]),
        (Query(left_by="2026-02-01"), ["WX-2"]),
        (Query(left_by="2026-01-31"), []),
        (Query(words=terms_of("paid")), ["WX-4"]),
        (Query(words=terms_of("paid"), status="open"), []),
        (Query(words=terms_of("paid twice")), []),
    ],
    ids=str,
)
def test_every_condition_that_is_given_holds(filled: Store, query: Query, found: list[str]) -> None:
    with filled.reading() as reads:
        assert [head.id for head in reads.heads(query)] == found


@pytest.fixture
def promising(store: Store) -> Store:
    """Tickets with promises, opened in the order of their ids: due soon, later, missed, missed and paused, paused; and
    one with none."""
    with store.writing() as writes:
        append(writes, ticket("P-1", opened="2026-01-01", owner="wang"), promised="2026-03-02", unit="1-1-1")
        append(writes, ticket("P-2", opened="2026-01-02"), promised="2026-03-09")
        append(
            writes, ticket("P-3", opened="2026-01-03", procedure="visit"), promised="2026-02-01", missed="2026-02-01"
        )
        append(writes, ticket("P-4", opened="2026-01-04"), promised=NOT_NOW, missed="2026-01-20")
        append(writes, ticket("P-5", opened="2026-01-05"), promised=NOT_NOW, unit="1-1-1")
        append(writes, ticket("P-6", opened="2026-01-06"))
    return store


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(promised_by=NOT_NOW), ["P-3", "P-1", "P-2", "P-4", "P-5"]),
        (Query(promised_by=NOT_NOW, promised_after="2026-03-02", after="P-1", limit=2), ["P-2", "P-4"]),
        (Query(promised_by=NOT_NOW, promised_after=NOT_NOW, after="P-4"), ["P-5"]),
        (Query(promised_by="2026-03-02"), ["P-3", "P-1"]),
        (Query(promised_by="2026-03-02", procedures=["visit"]), ["P-3"]),
        (Query(promised_by=NOT_NOW, promised_after="2026-03-02"), ["P-2", "P-4", "P-5"]),
        (Query(promised_by=NOT_NOW, unit="1-1-1"), ["P-1", "P-5"]),
        (Query(promised_by=NOT_NOW, mine="wang"), ["P-1"]),
        (Query(missed=True), ["P-3", "P-4"]),
        (Query(missed=True, promised_after="2026-03-01"), ["P-4"]),
        (Query(missed=True, unit="1-1-1"), []),
        (Query(left_by="2026-02-02"), ["P-3", "P-4"]),
        (Query(left_by="2026-03-05", order="left"), ["P-4", "P-3", "P-1"]),
        (Query(order="left"), ["P-4", "P-3", "P-1", "P-2", "P-5", "P-6"]),
        (Query(order="left", limit=2), ["P-4", "P-3"]),
    ],
    ids=str,
)
def test_what_is_promised_comes_in_the_order_in_which_it_is_due(
    promising: Store, query: Query, found: list[str]
) -> None:
    with promising.reading() as reads:
        assert [head.id for head in reads.heads(query)] == found
        assert reads.count_heads(query) >= len(found)
        if query.limit is None:
            assert reads.count_heads(query) == len(found)


def test_what_a_step_moves_among_promises_is_found_where_it_stands_then(promising: Store) -> None:
    with promising.writing() as writes:
        writes.ticket("P-1")
        append(writes, ticket("P-1", number=2, owner="wang"), promised="2026-04-01", missed="2026-03-02", unit="1-1-1")
        writes.ticket("P-2")
        append(writes, ticket("P-2", number=2), promised=None)
    with promising.reading() as reads:
        assert [head.id for head in reads.heads(Query(promised_by="2026-05-01"))] == ["P-3", "P-1"]
        assert [head.id for head in reads.heads(Query(missed=True))] == ["P-3", "P-1", "P-4"]


SOME = [
    Query(status="open", mine="wang", roles=["desk"], limit=2),
    Query(status="open", mine="wang", roles=["desk"], order="left", limit=3),
    Query(mine="zhao", roles=["desk"], limit=2, newest=True),
    Query(status="open", mine="wang", owner="wang", order="left", limit=2),
    Query(status="open", unclaimed=True, order="left", limit=2),
    Query(status="open", mine="zhao", roles=["desk"], unclaimed=True, limit=2),
    Query(status="open", states=["printing", "waiting"], limit=2),
    Query(status="open", states=["printing", "waiting"], order="left", limit=2),
    Query(status="open", procedures=["repair"], order="left", limit=2),
    Query(status="open", owner="wang", left_by="2026-02-01", order="left", limit=2),
    Query(status="open", copied="lin", mine="wang", limit=1),
]


@pytest.mark.parametrize("query", SOME, ids=str)
def test_the_same_is_found_whether_much_of_it_is_there_or_little(
    filled: Store, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.reading() as reads:
        # given little of everything, which is gathered; and by itself, without a choice
        gathered = reads.heads(query)
        chosen = reads.heads(replace(query, limit=None))
        # when there is so much of it that tickets are gone through in their order
        monkeypatch.setattr(narrowing, "MANY", 0)
        along = reads.heads(query)
        # then it is the same
        most = query.limit or 0
        assert gathered == along == (chosen[-most:] if query.newest else chosen[:most])
        assert gathered


@pytest.mark.parametrize("query", SOME, ids=str)
def test_no_more_is_counted_than_asked_for(filled: Store, query: Query) -> None:
    with filled.reading() as reads:
        count = reads.count_heads(query)
        assert count == len(reads.heads(replace(query, limit=None)))
        assert [reads.count_heads(query, most) for most in (1, count, count + 1)] == [1, count, count]


def test_whoever_was_let_know_has_no_task_by_it(filled: Store) -> None:
    with filled.reading() as reads:
        assert [head.id for head in reads.heads(Query(copied="lin"))] == ["WX-2"]
        assert [head.id for head in reads.heads(Query(mine="lin"))] == ["WX-1", "TS-3", "WX-4"]
        assert reads.load_of("lin") == 0
        assert "WX-2" not in [head.id for head in reads.heads(Query(unclaimed=True))]


def test_what_a_step_moves_is_found_by_every_index(filled: Store) -> None:
    # given a ticket that a step brings to another state, with an earlier timer, and suspends
    with filled.writing() as writes:
        writes.ticket("WX-1")
        timers = {"s/t": {"due": "2025-01-01"}}
        append(writes, ticket("WX-1", number=2, owner="lin", opened="2026-01-01", timers=timers), state=("late",),
               suspended="2026-12-01")  # fmt: skip
        writes.ticket("WX-2")
        append(writes, ticket("WX-2", number=2, owner="wang", opened="2026-01-02"), state=("late",))
    # then lists by state, by what is left, and of what is suspended have it there
    with filled.reading() as reads:
        late, first = Query(status="open", states=["late"], limit=9), Query(status="open", order="left", limit=1)
        assert [head.id for head in reads.heads(late)] == ["WX-1", "WX-2"]
        assert [head.id for head in reads.heads(first)] == ["WX-1"]
        assert [head.id for head in reads.heads(Query(status="open", suspended=True))] == ["WX-1"]


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
