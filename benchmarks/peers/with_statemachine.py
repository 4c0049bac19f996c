"""python-statemachine: the procedure as a class, its fields on a model.

It keeps nothing by itself: the state stands in a field of the model, and a machine made over such a model goes on from
there. So there are two durable ways: the machine stays in memory and its state is written after each event; or, as any
process must that has not seen the ticket, the row is read and the machine made from it first, which costs more than an
event. A refused event raises, which `StateMachine` has as its default. The time limit is an event that somebody else
must send.
"""

import json
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from statemachine import State, StateMachine

from benchmarks.peers.sides import AFTER_OPENING, End, Rows, Side


class Values:
    """The fields of a ticket, and the state where the machine keeps it."""

    def __init__(self, state: str | None = None, fee: str | None = None, unanswered: int = 0) -> None:
        self.state: Any = state
        self.fee = None if fee is None else Decimal(fee)
        self.unanswered = unanswered

    def text(self) -> str:
        """As a row keeps it."""
        fee = None if self.fee is None else str(self.fee)
        return json.dumps({"state": self.state, "fee": fee, "unanswered": self.unanswered})


class Repair(StateMachine):
    """The repair."""

    registered = State(initial=True)
    dispatched = State()
    late = State()
    on_site = State()
    repaired = State()
    closed = State(final=True)
    unreached = State(final=True)
    cancelled = State(final=True)

    dispatch = registered.to(dispatched)
    overdue = dispatched.to(late)
    accept = dispatched.to(on_site) | late.to(on_site)
    price = on_site.to.itself(internal=True)
    done = on_site.to(repaired, cond="has_fee")
    no_answer = repaired.to(unreached, cond="third") | repaired.to.itself(internal=True)
    confirm = repaired.to(closed)
    cancel = cancelled.from_(registered, dispatched, late, on_site, repaired)

    def on_price(self, labour: Decimal, parts: Decimal) -> None:
        """Add up the fee."""
        self.model.fee = labour + parts

    def has_fee(self) -> bool:
        """The guard of `done`."""
        return self.model.fee is not None and self.model.fee > 0

    def third(self) -> bool:
        """The guard that gives up."""
        return bool(self.model.unanswered >= 2)

    def on_no_answer(self) -> None:
        """Count a call that nobody took."""
        self.model.unanswered += 1


def in_memory() -> Side:
    """Events only."""

    def tell() -> End:
        values = Values()
        machine = Repair(values)
        for trigger, fields in AFTER_OPENING:
            machine.send(trigger, **fields)
        return _end(values)

    return Side("python-statemachine", tell)


def durable(where: Path) -> list[Side]:
    """State written by hand: the machine kept, and made anew."""
    rows = Rows(where / "statemachine.db")

    def kept() -> End:
        values = Values()
        machine = Repair(values)
        id = rows.add(values.text())
        for trigger, fields in AFTER_OPENING:
            machine.send(trigger, **fields)
            rows.put(id, values.text())
        return _end(Values(**json.loads(rows.get(id))))

    def anew() -> End:
        values = Values()
        Repair(values)
        id = rows.add(values.text())
        for trigger, fields in AFTER_OPENING:
            rows.change(id, partial(_sent, trigger, fields))
        return _end(Values(**json.loads(rows.get(id))))

    return [
        Side("python-statemachine, machine kept, state written", kept),
        Side("python-statemachine, made anew for each step", anew, rows.close),
    ]


def _sent(trigger: str, fields: Any, before: str) -> str:
    values = Values(**json.loads(before))
    Repair(values).send(trigger, **fields)
    return values.text()


def _end(values: Values) -> End:
    return str(values.state), str(values.fee)
