"""Steps, tickets, tasks and timers: what is appended is what is read."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine.errors import Overtaken
from sop_engine.store import codec
from sop_engine.store.seam import Due, NewLetter, Query, Store
from sop_engine.ticket.records import SITE, Sealed, Ticket

from .samples import ID, append, head, step, ticket


def test_a_step_is_read_back_as_it_was(store: Store) -> None:
    after = ticket(number=1)
    with store.writing() as writes:
        made = append(writes, after)
    with store.reading() as reads:
        (found,) = reads.steps(ID)
        assert (found.ticket, found.number, found.data, found.hash) == (ID, 1, made.data, made.hash)
        assert reads.ticket(ID) == after
        assert reads.head(ID) == head(after)


def test_unknown_ids_are_none(store: Store) -> None:
    with store.reading() as reads:
        assert reads.ticket("no") is None
        assert reads.head("no") is None
        assert list(reads.steps("no")) == []
        assert reads.resolve("no") == []
        assert reads.resolve("") == []


def test_steps_are_given_in_order_and_by_range(store: Store) -> None:
    with store.writing() as writes:
        for number in range(1, 6):
            append(writes, ticket(number=number))
    with store.reading() as reads:
        assert [each.number for each in reads.steps(ID)] == [1, 2, 3, 4, 5]
        assert [each.number for each in reads.steps(ID, after=1, until=3)] == [2, 3]


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_step_that_is_not_the_next_is_overtaken_and_changes_nothing(store: Store, number: int) -> None:
    with store.writing() as writes:
        append(writes, ticket(number=1))
        last = ticket(number=2, active=["done"])
        append(writes, last)
    with pytest.raises(Overtaken), store.writing() as writes:
        append(writes, ticket(number=number, active=["elsewhere"]))
    with store.reading() as reads:
        assert reads.ticket(ID) == last
        assert [each.number for each in reads.steps(ID)] == [1, 2]


def test_a_first_step_cannot_skip_its_number(store: Store) -> None:
    with pytest.raises(Overtaken), store.writing() as writes:
        append(writes, ticket(number=2))


def test_a_block_that_raises_leaves_nothing(store: Store) -> None:
    with store.writing() as writes:
        append(writes, ticket(number=1, tasks={"ticket": {"role": "desk"}}))
    with pytest.raises(RuntimeError, match="afterwards"), store.writing() as writes:
        append(writes, ticket(number=2, timers={"open/late": {"due": "2026-11-22T00:00:00.000Z"}}))
        writes.add_letters(ID, 2, [NewLetter(0, "told", "wang", "mail")], "2026-11-21T01:00:00.000Z")
        writes.keep_key("k", ID, 2, Sealed("commitment", "salt"))
        writes.draw("WX", "20261121")
        raise RuntimeError("afterwards")
    with store.writing() as writes:
        kept = writes.ticket(ID)
        assert kept is not None and kept.number == 1
        assert len(list(writes.steps(ID))) == 1
        assert writes.due("9999", 10) == []
        assert writes.letters() == []
        assert writes.by_key("k") is None
        assert writes.draw("WX", "20261121") == 1


def test_values_lie_beside_their_step_and_can_be_erased(store: Store) -> None:
    name, note = Sealed("c1", "00" * 16, {"name": "王芳"}), Sealed("c2", "11" * 16, None)
    with store.writing() as writes:
        append(writes, ticket(number=1), {"field:caller": name})
        append(writes, ticket(number=2), {"note": note})
    with store.reading() as reads:
        assert reads.sealed(ID) == {(1, "field:caller"): name, (2, "note"): note}
        assert reads.sealed(ID, 2) == {(2, "note"): note}
    with store.writing() as writes:
        assert writes.erase(ID, 1, "field:caller")
        assert not writes.erase(ID, 1, "field:caller")
        assert not writes.erase(ID, 1, "field:other")
    with store.reading() as reads:
        assert reads.sealed(ID, 1) == {(1, "field:caller"): Sealed("c1", None, None)}
        assert len(list(reads.steps(ID))) == 2


def _due(store: Store) -> list[tuple[str, str]]:
    with store.reading() as reads:
        return [(due.due, due.key) for due in reads.due("9999", 100)]


@pytest.mark.parametrize("loaded", [True, False], ids=["after loading the ticket", "without loading it"])
def test_timers_follow_the_ticket(store: Store, loaded: bool) -> None:
    sets = [
        {"a/one": {"due": "2026-01-02"}, "a/two": {"due": "2026-01-01"}},
        {"a/two": {"due": "2026-01-03"}, "b/three": {"due": "2026-01-03"}},
        {"b/paused": {"due": None, "left": 60}, "b/three": {"due": "2026-01-03", "aside": "template is missing"}},
        {},
    ]
    seen = []
    for number, timers in enumerate(sets, start=1):
        with store.writing() as writes:
            if loaded:
                writes.ticket(ID)
            append(writes, ticket(number=number, timers=timers))
        seen.append(_due(store))
    assert seen == [
        [("2026-01-01", "a/two"), ("2026-01-02", "a/one")],
        [("2026-01-03", "a/two"), ("2026-01-03", "b/three")],
        [],
        [],
    ]


def test_timers_that_are_due_come_earliest_first_and_bounded(store: Store) -> None:
    with store.writing() as writes:
        for index in range(5):
            due = f"2026-01-0{5 - index}"
            append(writes, ticket(f"T-{index}", timers={"s/t": {"due": due}}))
    with store.reading() as reads:
        assert reads.next_due() == "2026-01-01"
        assert reads.due("2026-01-03", 2) == [Due("2026-01-01", "T-4", "s/t"), Due("2026-01-02", "T-3", "s/t")]
        assert [due.ticket for due in reads.due("2026-01-03", 9)] == ["T-4", "T-3", "T-2"]


def test_a_timer_set_aside_is_not_due_but_told(store: Store) -> None:
    with store.writing() as writes:
        append(writes, ticket(timers={"s/t": {"due": "2026-01-01", "aside": "no such field"}}))
    with store.reading() as reads:
        assert reads.due("9999", 9) == []
        assert reads.next_due() is None
        assert reads.aside() == [(Due("2026-01-01", ID, "s/t"), "no such field")]


def test_two_steps_of_one_ticket_in_one_transaction(store: Store) -> None:
    with store.writing() as writes:
        append(writes, ticket(number=1, timers={"a/x": {"due": "2026-01-01"}}, tasks={"ticket": {"role": "desk"}}))
        append(writes, ticket(number=2, timers={"a/y": {"due": "2026-01-02"}}, tasks={"left": {"assignee": "wang"}}))
        found = writes.heads(Query(mine="wang"))
    assert [each.tasks for each in found] == [{"left": {"assignee": "wang"}}]
    assert _due(store) == [("2026-01-02", "a/y")]


def test_projections_can_be_forgotten_and_put_anew(store: Store) -> None:
    after = ticket(number=2, timers={"a/x": {"due": "2026-01-01"}}, tasks={"ticket": {"role": "desk"}})
    with store.writing() as writes:
        append(writes, ticket(number=1, timers={"a/w": {"due": "2026-01-01"}}))
        append(writes, after)
        writes.put_meta("last sweep", "2026")
    with store.writing() as writes:
        writes.forget_projections()
        assert writes.ticket(ID) is None
        assert writes.due("9999", 9) == []
        assert writes.ticket_ids() == [ID]
        assert len(list(writes.steps(ID))) == 2
        assert writes.meta("last sweep") == "2026"
        writes.project(after, head(after))
        changed = replace(after, timers={"a/z": {"due": "2026-01-05"}})
        writes.project(changed, head(changed))
    assert _due(store) == [("2026-01-05", "a/z")]
    with store.writing() as writes:
        assert writes.ticket(ID) == changed
        append(writes, ticket(number=3))
        assert len(writes.heads(Query())) == 1


def test_the_sites_own_history_is_no_ticket_of_a_list(store: Store) -> None:
    site = Ticket(SITE, "", "", number=1, timers={"tidy/daily": {"due": "2026-01-01"}})
    with store.writing() as writes:
        writes.append(step(site), head(replace(site, active=["x"])))
        append(writes, ticket())
    with store.reading() as reads:
        assert [each.id for each in reads.heads(Query())] == [ID]
        assert reads.resolve("e") == []
        assert reads.ticket_ids() == [ID, SITE]
        assert reads.ticket(SITE) == site
        assert [due.ticket for due in reads.due("9999", 9)] == [SITE]


def test_ids_are_walked_in_pages(store: Store) -> None:
    with store.writing() as writes:
        for index in range(7):
            append(writes, ticket(f"T-{index}", 1))
            append(writes, ticket(f"T-{index}", 2))
    seen: list[str] = []
    with store.reading() as reads:
        while page := reads.ticket_ids(seen[-1] if seen else "", 3):
            seen += page
    assert seen == [f"T-{index}" for index in range(7)]


_json = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(fields=st.dictionaries(st.text("abc", min_size=1), _json))
@settings(max_examples=50)
def test_any_ticket_survives_its_text(fields: dict[str, object]) -> None:
    before = ticket(fields=fields, did={"open": {"times": 1, "by": {"lin": 1}}}, history={"a": ["b"]})
    text = codec.ticket_text(before)
    assert codec.ticket_of(text) == before
    assert set(json.loads(text)) == set(Ticket.__dataclass_fields__)


@pytest.mark.parametrize(
    "value", [{"a": object()}, [{1, 2}], {1: 2}, Decimal(1)], ids=lambda value: type(value).__name__
)
def test_what_is_no_json_is_not_written(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        codec.to_json(value)
    assert codec.to_json({"a": ["ü\n", 1, True, None]}) == '{"a":["ü\\n",1,true,null]}'


@pytest.mark.parametrize("read_first", [True, False])
def test_a_line_in_lists_follows_each_step(store: Store, read_first: bool) -> None:
    with store.writing() as writes:
        append(writes, ticket(number=1))
    steps = [{}, {"owner": "wang"}, {}, {"owner": "wang", "status": "closed", "outcome": "repaired"}, {"owner": "lin"}]
    for number, members in enumerate(steps, 2):
        after = ticket(number=number, **members)
        unit = f"3-2-{number // 3}"
        # when a step is appended, by whoever has read the ticket before or not
        with store.writing() as writes:
            if read_first:
                writes.ticket(ID)
            append(writes, after, unit=unit)
        # then its line says what the step made of it, and is found by it
        with store.reading() as reads:
            assert reads.head(ID) == head(after, unit=unit)
            for query in (Query(owner=after.owner), Query(status=after.status), Query(unit=unit)):
                assert [each.id for each in reads.heads(query)] == [ID]


def test_several_steps_in_one_transaction_leave_the_last_ones_line(store: Store) -> None:
    with store.writing() as writes:
        append(writes, ticket(number=1))
    with store.writing() as writes:
        writes.ticket(ID)
        for number, owner in ((2, "wang"), (3, "wang"), (4, "lin")):
            append(writes, ticket(number=number, owner=owner))
    with store.reading() as reads:
        assert reads.head(ID) == head(ticket(number=4, owner="lin"))
