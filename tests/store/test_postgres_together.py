"""Several at once over PostgreSQL: nobody holds a row while he thinks, who comes second misses, and who has to wait is
told for whom."""

import os
import re
import threading
import time
from typing import Any

import pytest

from sop_engine.errors import Overtaken
from sop_engine.messages import Message
from sop_engine.store import attempts, lock
from sop_engine.store.attempts import attempt
from sop_engine.store.opening import open_at
from sop_engine.store.postgres import statements as here
from sop_engine.store.postgres.store import PostgresStore, open_postgres
from sop_engine.store.seam import Foreseen, Missed, NewLetter, Query
from tests import postgres

from .samples import ID, append, ticket

# --- rows that two want ----------------------------------------------------------------------------------------------


def test_who_comes_second_misses_and_leaves_nothing(one: PostgresStore, other: PostgresStore) -> None:
    with one.writing() as writes:
        append(writes, ticket(number=1))
    with pytest.raises(Missed) as missed, one.writing() as slow:
        slow.ticket(ID)
        with other.writing() as quick:
            append(quick, ticket(number=2, owner="wang"))
        append(slow, ticket(number=2, timers={"a/b": {"due": "2026"}}))
        slow.add_letters(ID, 2, [NewLetter(0, "told", "wang", "mail")], "2026")
    assert missed.value.tickets == (ID,)
    with one.reading() as reads:
        found = reads.ticket(ID)
        assert found is not None and found.owner == "wang"
        assert (reads.letters(), reads.due("9", 9)) == ([], [])


def test_a_child_that_was_looked_at_must_still_be_there_as_it_was(one: PostgresStore, other: PostgresStore) -> None:
    with one.writing() as writes:
        append(writes, ticket("A-1"))
        append(writes, ticket("B-1", parent="A-1"))
    with pytest.raises(Missed), one.writing() as slow:
        slow.ticket("A-1")
        assert slow.head("B-1") is not None
        with other.writing() as quick:
            append(quick, ticket("B-1", 2, parent="A-1"))
        append(slow, ticket("A-1", 2))
    with one.reading() as reads:
        assert [step.number for step in reads.steps("A-1")] == [1]


def test_what_a_query_collected_may_move(one: PostgresStore, other: PostgresStore) -> None:
    with one.writing() as writes:
        append(writes, ticket("A-1"))
        append(writes, ticket("B-1"))
    with one.writing() as slow:
        assert [each.id for each in slow.heads(Query())] == ["A-1", "B-1"]
        slow.ticket("B-1")
        with other.writing() as quick:
            append(quick, ticket("B-1", 2))
        append(slow, ticket("A-1", 2))


def test_nothing_is_locked_while_somebody_thinks(
    one: PostgresStore, other: PostgresStore, server: postgres.Server
) -> None:
    with one.writing() as writes:
        append(writes, ticket(number=1))
    with one.writing() as slow:
        slow.ticket(ID)
        slow.draw("WX", "20261121")
        append(slow, ticket(number=2))
        held = "SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid() AND database IS NOT NULL"
        assert server.run(held, postgres.SHARED) == [(0,)]


def missed_at(store: PostgresStore) -> Missed:
    """A miss at the ticket and at today's number."""
    with store.writing() as writes:
        append(writes, ticket(number=1))
        writes.draw("WX", "20261121")
    return Missed([ID], [("WX", "20261121")])


def test_nothing_is_locked_while_it_is_decided_anew(
    one: PostgresStore, other: PostgresStore, server: postgres.Server, site_id: str
) -> None:
    # given one who was missed, and thinks a second time
    missed = missed_at(one)
    with pytest.raises(Missed), one.writing(after=missed) as slow:
        slow.load(lambda: Foreseen(tickets=[ID], numbers=[("WX", "20261121")]))
        slow.ticket(ID)
        slow.draw("WX", "20261121")
        append(slow, ticket(number=2))
        # then every row is free
        for table in ("ticket", "counter"):
            free = f"SELECT 1 FROM {table} WHERE site = '{site_id}' FOR UPDATE NOWAIT"
            assert server.run(free, postgres.SHARED) == [(1,)]
        # and who comes first is not held up
        with other.writing(wait_seconds=0.1) as quick:
            append(quick, ticket(number=2, owner="wang"))
    with one.reading() as reads:
        found = reads.ticket(ID)
        assert found is not None and found.owner == "wang"


def test_those_who_missed_decide_one_after_the_other(one: PostgresStore, other: PostgresStore) -> None:
    missed = missed_at(one)
    seen: list[int] = []

    def second() -> None:
        with other.writing(after=missed) as writes:
            found = writes.ticket(ID)
            assert found is not None
            seen.append(found.number)
            append(writes, ticket(number=found.number + 1))

    thread = threading.Thread(target=second)
    with one.writing(after=missed) as writes:
        assert writes.ticket(ID) is not None
        thread.start()
        thread.join(0.3)
        assert seen == []
        append(writes, ticket(number=2))
    thread.join(20)
    assert seen == [2]


def test_a_turn_that_does_not_come_is_not_waited_for_long(
    one: PostgresStore, other: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here, "TURN_IS_SHORT", "SET LOCAL lock_timeout = 50")
    missed = missed_at(one)
    with one.writing(after=missed) as asleep:
        asleep.ticket(ID)
        with other.writing(after=missed) as writes:
            assert writes.ticket(ID) is not None
            append(writes, ticket(number=2))
    with one.reading() as reads:
        assert [step.number for step in reads.steps(ID)] == [1, 2]


def test_where_two_have_met_the_next_queues_before_he_decides(one: PostgresStore, server: postgres.Server) -> None:
    missed_at(one)
    with pytest.raises(Missed), one.writing() as late:
        append(late, ticket(number=9))
    queued = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    with one.writing() as writes:
        writes.load(lambda: Foreseen(tickets=[ID]))
        assert server.run(queued, postgres.SHARED) == [(1,)]
    with one.writing() as writes:
        writes.load(lambda: Foreseen(tickets=["T-2"]))
        assert server.run(queued, postgres.SHARED) == [(0,)]


def test_five_misses_are_enough(one: PostgresStore, other: PostgresStore) -> None:
    count = 0

    def work(writes: Any) -> None:
        nonlocal count
        count += 1
        raise Missed([ID])

    with pytest.raises(Overtaken) as caught:
        attempt(one, work)
    assert (count, caught.value.code) == (attempts.MOST, 6)


def test_who_holds_rows_does_not_wait_for_more(one: PostgresStore, other: PostgresStore) -> None:
    due = {"s/t": {"due": "2026-01-01"}}
    with one.writing() as writes:
        append(writes, ticket("A-1", timers=due))
        append(writes, ticket("B-1", timers=due))
    with other.writing() as sweep:
        assert [each.ticket for each in sweep.take_due("9", 1)] == ["A-1"]
        with pytest.raises(Missed), one.writing() as second:
            assert [each.ticket for each in second.take_due("9", 9)] == ["B-1"]
            second.ticket("A-1")
            append(second, ticket("A-1", 2))
        append(sweep, ticket("A-1", 2))


def test_timers_and_letters_are_taken_by_one_only(one: PostgresStore, other: PostgresStore) -> None:
    with one.writing() as writes:
        for rank in range(4):
            append(writes, ticket(f"T-{rank}", timers={"s/t": {"due": "2026-01-01"}, "s/u": {"due": "2026-01-02"}}))
        writes.add_letters("T-1", 1, [NewLetter(rank, "told", "wang", "mail") for rank in range(4)], "2026-01-01")
    with one.writing() as first, other.writing() as second_thread:
        taken = [each.ticket for each in first.take_due("2026-01-01", 2)]
        others = [each.ticket for each in second_thread.take_due("2026-01-02", 9)]
        assert (taken, sorted(set(others))) == (["T-0", "T-1"], ["T-2", "T-3"])


# --- a row that another holds ----------------------------------------------------------------------------------------


def hold(server: postgres.Server, site_id: str) -> Any:
    """A stranger's transaction that holds the ticket's row."""
    import psycopg

    connection = psycopg.connect(server.address(postgres.SHARED), application_name="somebody at a prompt")
    connection.execute("SELECT 1 FROM ticket WHERE site = %s FOR UPDATE", (site_id,))
    return connection


def test_who_waits_is_told_for_whom_and_goes_on_when_it_is_over(
    one: PostgresStore, address: str, site_id: str, server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a row that somebody holds
    monkeypatch.setattr(lock, "SAY_AFTER_SECONDS", 0.1)
    missed_at(one)
    holder = hold(server, site_id)
    told: list[str] = []

    def tell(message: Message) -> None:
        told.append(str(message))
        holder.rollback()

    # when another writes it
    waiting = open_postgres(address, site_id, tell=tell)
    with waiting.writing() as writes:
        append(writes, ticket(number=2))
    # then he was told who it is, and wrote when he let go
    assert len(told) == 1
    assert "waiting for the store: somebody at a prompt has had it for " in told[0]
    assert f"process {holder.info.backend_pid} of the server" in told[0]
    with one.reading() as reads:
        assert [step.number for step in reads.steps(ID)] == [1, 2]
    waiting.close()
    holder.close()


@pytest.mark.parametrize("long", [False, True], ids=["one statement", "a transaction"])
def test_who_waits_for_too_long_is_told_who_it_was(
    one: PostgresStore, server: postgres.Server, site_id: str, long: bool
) -> None:
    missed_at(one)
    holder = hold(server, site_id)
    held_up = pytest.raises(Overtaken, match="somebody at a prompt has had it")
    with held_up as caught, one.writing(wait_seconds=0.2) as writes:
        if long:
            writes.put_meta("a", "b")
        append(writes, ticket(number=2))
    assert "stayed locked" in str(caught.value)
    assert not isinstance(caught.value, Missed)
    assert (caught.value.code, caught.value.fix is None) == (6, False)
    # and the connection can be used again
    holder.rollback()
    with one.writing() as writes:
        append(writes, ticket(number=2))
    holder.close()


def test_a_whole_command_waits_no_longer_than_one_try(
    one: PostgresStore, server: postgres.Server, site_id: str
) -> None:
    """What was waited before a miss counts."""
    missed = missed_at(one)
    missed.waited_seconds = 29.5
    holder = hold(server, site_id)
    start = time.monotonic()
    with pytest.raises(Overtaken, match="stayed locked"), one.writing(after=missed) as writes:
        append(writes, ticket(number=2))
    assert time.monotonic() - start < 10
    holder.close()


def test_who_holds_a_row_behind_others_who_wait_is_named(
    one: PostgresStore, other: PostgresStore, server: postgres.Server, site_id: str
) -> None:
    missed_at(one)
    holder = hold(server, site_id)
    faults: list[str] = []

    def wait(store: PostgresStore, seconds: float) -> None:
        try:
            with store.writing(wait_seconds=seconds) as writes:
                append(writes, ticket(number=2))
        except Overtaken as error:
            faults.append(str(error))

    threads = [threading.Thread(target=wait, args=each) for each in ((one, 1.0), (other, 0.6))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(faults) == 2
    assert all("somebody at a prompt has had it" in each for each in faults), faults
    holder.close()


def test_a_connection_says_whose_it_is(one: PostgresStore, server: postgres.Server) -> None:
    with one.reading() as reads:
        reads.ticket_ids()
        names = [row[0] for row in server.run("SELECT application_name FROM pg_stat_activity", postgres.SHARED)]
    assert any(re.fullmatch(rf"sop \S+@\S+/{os.getpid()}", each) for each in names), names


def test_the_server_gives_up_too_where_nobody_can_be_named(
    address: str, site_id: str, one: PostgresStore, server: postgres.Server
) -> None:
    missed_at(one)
    holder = hold(server, site_id)
    store = open_at(f"{address}&options=-clock_timeout%3D100", site_id)
    with pytest.raises(Overtaken, match="another process has it"), store.writing() as writes:
        append(writes, ticket(number=2))
    store.close()
    holder.close()
