"""The path of a timer: the metronome calls `tick(now)`; each due row becomes a command and goes down the same path.

Sweeps fire in due order, a bounded batch in a transaction, and go on while there is more. A timer that a firing sets,
due already, takes its place in the order. A poisoned one is set aside and holds up nothing.
"""

import heapq
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sop_engine import canonical
from sop_engine.engine.engine import Engine
from sop_engine.errors import Overtaken, SopError
from sop_engine.store.attempts import attempt
from sop_engine.store.seam import Due, Writes
from sop_engine.ticket.records import Step

BATCH: Final = 40
"""firings in one transaction, so that nobody waits long behind a sweep"""


@dataclass(slots=True)
class Sweep:
    """What a sweep did."""

    fired: int = 0
    aside: int = 0


def tick(engine: Engine, until: datetime | None = None) -> Sweep:
    """Fire all that is due by `until` (default: now), in due order."""
    sweep = Sweep()
    limit = canonical.instant_text(until or engine.clock.now())
    while _batch(engine, limit, sweep):
        pass
    with engine.store.writing() as transaction:
        transaction.put_meta("last_sweep", canonical.instant_text(engine.clock.now()))
    return sweep


def _batch(engine: Engine, limit: str, sweep: Sweep) -> bool:
    """Fire up to `BATCH` timers in one transaction; whether there may be more. When one of them cannot fire, the batch
    is rolled back and done again timer by timer, each in a commit of its own."""
    with engine.store.reading() as reading:
        if not reading.due(limit, 1):
            return False
    try:
        fired = attempt(engine.store, lambda transaction: _fire_in_order(engine, transaction, limit))
    except Overtaken:
        raise
    except Exception:  # whatever stands in a timer's way, the others must go on
        return _one_by_one(engine, limit, sweep)
    sweep.fired += fired
    return fired > 0


def _fire_in_order(engine: Engine, transaction: Writes, limit: str) -> int:
    waiting = [(each.due, each.ticket, each.key) for each in transaction.take_due(limit, BATCH)]
    horizon = limit if len(waiting) < BATCH else waiting[-1][0]  # what comes later may have others before it
    heapq.heapify(waiting)
    fired = 0
    while waiting and fired < BATCH:
        due, ticket, key = heapq.heappop(waiting)
        for step in engine.fire_in(transaction, ticket, key, due):
            fired += 1
            for event in step.events:
                if event["kind"] == "timer_set" and event["due"] <= horizon:
                    heapq.heappush(waiting, (event["due"], step.ticket, event["timer"]))
    return fired


def _one_by_one(engine: Engine, limit: str, sweep: Sweep) -> bool:
    """Fire timer by timer, setting aside what cannot fire. One that cannot even be set aside (its version is lost, the
    clock is behind) is left where it is, and said when the others have had their turn."""
    with engine.store.reading() as reading:
        waiting = reading.due(limit, BATCH)
    stuck: list[SopError] = []
    before = sweep.fired + sweep.aside
    for due in waiting:
        try:
            steps = _fire_or_set_aside(engine, due)
        except Overtaken:
            raise
        except SopError as error:
            stuck.append(error)
            continue
        aside = any(event["kind"] == "timer_set_aside" for step in steps for event in step.events)
        sweep.aside += aside
        sweep.fired += bool(steps) and not aside
    if stuck:
        raise stuck[0]
    return sweep.fired + sweep.aside > before


def _fire_or_set_aside(engine: Engine, due: Due) -> list[Step]:
    try:
        return engine.fire(due.ticket, due.key, due.due)
    except SopError:
        raise
    except Exception as error:  # a fault of the engine itself must not stop the clock for everybody else
        return engine.set_aside(due.ticket, due.key, due.due, error)
