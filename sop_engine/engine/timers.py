"""The path of a timer: the metronome calls `tick(now)`; each due row becomes a command and goes down the same path.

Sweeps fire in due order, a bounded batch in a transaction, and go on while there is more. A timer that a firing sets,
due already, takes its place in the order. A poisoned one is set aside and holds up nothing; a row that its ticket does
not have is put right (`strays`).
"""

import heapq
from collections.abc import Collection
from datetime import datetime
from typing import Final

from sop_engine import canonical
from sop_engine.engine.engine import Engine
from sop_engine.engine.strays import put_right
from sop_engine.engine.workers import MARK, Worker, note_sweep
from sop_engine.errors import Overtaken, SopError
from sop_engine.lean import dataclass, field
from sop_engine.store.attempts import attempt
from sop_engine.store.seam import Due, Writes
from sop_engine.store.small_facts import last_sweep
from sop_engine.ticket.records import Step

BATCH: Final = 40
"""firings in one transaction, so that nobody waits long behind a sweep"""


@dataclass(slots=True)
class Sweep:
    """What a sweep did."""

    fired: int = 0
    aside: int = 0
    strays: int = 0
    """rows of timers that their tickets do not have, put right"""
    stuck: list[SopError] = field(default_factory=list)
    """why timers that are due could neither fire nor be set aside; they stay where they are"""
    last: str | None = None
    """when somebody swept before, where this one found nothing due"""


def tick(engine: Engine, until: datetime | None = None, worker: Worker | None = None) -> Sweep:
    """Fire all that is due by `until` (default: now), in due order. A `worker` says now and then that it is there. What
    a timer is stuck for is raised when all others have had their turn."""
    sweep = Sweep()
    limit = canonical.instant_text(until or engine.clock.now())
    while _batch(engine, limit, sweep):
        if worker is not None and worker.is_to_mark():
            _note(engine, worker)
    if sweep.fired or sweep.aside or sweep.stuck or _is_to_note(engine, sweep, worker):
        _note(engine, worker)
    if sweep.stuck:
        raise sweep.stuck[0]
    return sweep


def _is_to_note(engine: Engine, sweep: Sweep, worker: Worker | None) -> bool:
    """Whether a sweep that found nothing to do is to be noted: half a minute after the last note, and where that one
    was made by a clock that was ahead."""
    if worker is not None:
        return worker.is_to_mark()
    now = engine.clock.now()
    return sweep.last is None or not now - MARK <= canonical.instant_of(sweep.last) <= now


def _note(engine: Engine, worker: Worker | None) -> None:
    with engine.store.writing() as transaction:
        note_sweep(transaction, engine.clock.now(), worker)


def _batch(engine: Engine, limit: str, sweep: Sweep) -> bool:
    """Fire up to `BATCH` timers in one transaction; whether there may be more. When one of them cannot fire, the batch
    is rolled back and done again timer by timer, each in a commit of its own."""
    with engine.store.reading() as reading:
        if not reading.due(limit, 1):
            swept = last_sweep(reading)
            sweep.last = None if swept is None else canonical.instant_text(swept)
            return False
    idle: list[Due] = []
    try:
        fired = attempt(engine.store, lambda transaction: _fire_in_order(engine, transaction, limit, idle))
    except Overtaken:
        raise
    except Exception:  # whatever stands in a timer's way, the others must go on
        return _one_by_one(engine, limit, sweep)
    strays = put_right(engine, idle) if idle else 0
    sweep.fired += fired
    sweep.strays += strays
    return fired + strays > 0


def _fire_in_order(engine: Engine, transaction: Writes, limit: str, idle: list[Due]) -> int:
    """Fire up to `BATCH` timers in due order; gives how many. Those that were taken and did not fire are in `idle`."""
    idle.clear()
    waiting = [(each.due, each.ticket, each.key) for each in transaction.take_due(limit, BATCH)]
    horizon = limit if len(waiting) < BATCH else waiting[-1][0]  # what comes later may have others before it
    heapq.heapify(waiting)
    fired = 0
    while waiting and fired < BATCH:
        due, ticket, key = heapq.heappop(waiting)
        steps = engine.fire_in(transaction, ticket, key, due)
        if not steps:
            idle.append(Due(due, ticket, key))
        for step in steps:
            fired += 1
            for event in step.events:
                if event["kind"] == "timer_set" and event["due"] <= horizon:
                    heapq.heappush(waiting, (event["due"], step.ticket, event["timer"]))
    return fired


def _one_by_one(engine: Engine, limit: str, sweep: Sweep) -> bool:
    """Fire a batch timer by timer, setting aside what cannot fire; whether there may be more. One that cannot even be
    set aside (its version is lost, the clock is behind) is left where it is."""
    stuck: dict[Due, SopError | None] = {}
    while waiting := _due_but(engine, limit, stuck):
        for due in waiting:
            try:
                steps = _fire_or_set_aside(engine, due)
                strays = 0 if steps else put_right(engine, [due])
            except Overtaken:
                raise
            except SopError as error:
                stuck[due] = error
                continue
            aside = any(event["kind"] == "timer_set_aside" for step in steps for event in step.events)
            sweep.aside += aside
            sweep.fired += bool(steps) and not aside
            sweep.strays += strays
            if not steps and not strays:
                stuck[due] = None  # gone by now, or somebody else's
        if not stuck:
            return True
    sweep.stuck += [reason for reason in stuck.values() if reason is not None]
    return False


def _due_but(engine: Engine, limit: str, stuck: Collection[Due]) -> list[Due]:
    """Some of the timers that are due, without those that are stuck."""
    with engine.store.reading() as reading:
        return [each for each in reading.due(limit, BATCH + len(stuck)) if each not in stuck]


def _fire_or_set_aside(engine: Engine, due: Due) -> list[Step]:
    try:
        return engine.fire(due.ticket, due.key, due.due)
    except SopError:
        raise
    except Exception as error:  # a fault of the engine itself must not stop the clock for everybody else
        return engine.set_aside(due.ticket, due.key, due.due, error)
