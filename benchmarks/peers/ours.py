"""Our side: `decide` alone in memory, `engine.act` on a store; and one row written by hand, which is what a disk asks.

In memory the six decisions of a ticket are made again and again, with the ticket, the time and the answers ready:
permission, values, guards, run to completion, the record with its hash, and the state that `evolve` makes of it. On a
store it is the whole path of a command, as `command.py` measures it.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.peers.sides import AFTER_OPENING, END, End, Rows, Side
from benchmarks.workload import PEOPLE, new_desk, tell_story
from sop_engine.engine import engine
from sop_engine.store.opening import open_at
from sop_engine.ticket.decide import decide
from sop_engine.ticket.records import Step, Ticket
from tests.desk import Desk
from tests.repair import REPAIR


def in_memory() -> Side:
    """Decisions only."""
    decisions: list[tuple[Any, ...]] = []

    def watched(*decision: Any) -> Any:
        result = decide(*decision)
        if isinstance(result, Step):
            decisions.append(decision)
        return result

    desk = new_desk(None)
    with patch.object(engine, "decide", watched):
        tell_story(desk)
    desk.store.close()
    return Side("ours", lambda: _decided(decisions))


def _decided(decisions: Sequence[tuple[Any, ...]]) -> End:
    step = None
    for decision in decisions:
        step = decide(*decision)
    assert isinstance(step, Step) and step.after is not None
    return _end(step.after)


def on_sqlite(where: Path) -> Side:
    """Whole commands on a site in the folder `where`."""
    desk = new_desk(where)
    return Side("ours", lambda: _end(tell_story(desk)[-1].ticket), desk.store.close)


def on_postgresql(address: str) -> Side:
    """Whole commands on a site in the database at `address`, which has our tables."""
    store = open_at(address, "peers")
    desk = Desk(Path(), PEOPLE, store)
    desk.publish(REPAIR)
    return Side("ours", lambda: _end(tell_story(desk)[-1].ticket), store.close)


def by_hand(where: Path) -> Side:
    """No library and no decision: a state's JSON is written for each step."""
    rows = Rows(where / "by-hand.db")

    def tell() -> End:
        id = rows.add(json.dumps({"state": "registered", "fee": None}))
        for trigger, _fields in AFTER_OPENING:
            rows.put(id, json.dumps({"state": trigger, "fee": END[1]}))
        return END

    return Side("one row written by hand", tell, rows.close)


def _end(ticket: Ticket) -> End:
    return ticket.active[-1], str(ticket.fields["fee"])
