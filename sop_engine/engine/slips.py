"""Several commands to one ticket, one after another, as a slip of paper tells them: each a step of its own.

What is refused ends it: what was booked before stands, because it happened. Only a dry run is one transaction, so that
a later command sees what an earlier one would have done, and nothing of it stays.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from sop_engine.engine.engine import CannotFire, Done, Engine
from sop_engine.errors import SopError
from sop_engine.store.attempts import Attempts
from sop_engine.store.seam import Missed
from sop_engine.ticket.records import Command

Maker = Callable[[str], Command]
"""makes a command to the ticket of this id: that of one that is opened first is known only then"""


class Booked(NamedTuple):
    """What was done, in order, and what refused the next command (None: all was done)."""

    done: tuple[Done, ...]
    refusal: SopError | None = None


def book(
    engine: Engine,
    makers: Sequence[Maker],
    ticket: str,
    key: str | None = None,
    dry_run: bool = False,
    before_commit: Callable[[Command], None] = lambda command: None,
) -> Booked:
    """Do the commands to `ticket` (empty: the first one opens it). With `key` each has a key of its own, so that the
    same slip a second time goes on where it was refused. `before_commit` as in `Engine.act`."""
    if dry_run:
        return _rehearse(engine, makers, ticket)
    done: list[Done] = []
    for rank, make in enumerate(makers, start=1):
        command = make(ticket)
        try:
            done.append(
                engine.act(
                    command,
                    key=None if key is None else f"{key}#{rank}",
                    before_commit=partial(before_commit, command),
                )
            )
        except SopError as refusal:
            return Booked(tuple(done), refusal)
        ticket = done[-1].step.ticket
    return Booked(tuple(done))


class _Rehearsed(Exception):
    """Carries what a dry run came to out of the transaction, which its passing undoes."""

    def __init__(self, booked: Booked) -> None:
        super().__init__("dry run")
        self.booked = booked


def together(engine: Engine, makers: Sequence[Maker], ticket: str, dry_run: bool = False) -> Booked:
    """Do the commands all or none, in one transaction. Where one is refused nothing is kept, and `done` says how many
    would have been accepted before it."""
    return _rehearse(engine, makers, ticket, keep=not dry_run)


def _rehearse(engine: Engine, makers: Sequence[Maker], ticket: str, keep: bool = False) -> Booked:
    poisoned: dict[tuple[str, str, str], SopError] = {}
    attempts = Attempts()
    while True:
        try:
            with engine.store.writing(after=attempts.missed) as transaction:
                booked = _all_in(engine, transaction, makers, ticket, poisoned)
                if not keep or booked.refusal is not None:
                    raise _Rehearsed(booked)
            return booked
        except _Rehearsed as result:
            return result.booked
        except CannotFire as found:
            poisoned[found.timer] = found.error
        except Missed as missed:
            attempts.miss(missed)


def _all_in(engine: Engine, transaction: Any, makers: Sequence[Maker], ticket: str, poisoned: Any) -> Booked:
    done: list[Done] = []
    for make in makers:
        try:
            done.append(engine.attempt_in(transaction, make(ticket), None, poisoned))
        except Missed:
            raise
        except SopError as refusal:
            return Booked(tuple(done), refusal)
        ticket = done[-1].step.ticket
    return Booked(tuple(done))
