"""The work that is measured: a repair from the phone call to closed, in six commands that use what procedures use.

Fields of several kinds, free text that is kept apart from the record, money that is computed, a guard, a role that a
task is offered to, a timer that is set and cleared, separation of duty.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sop_engine.clock import SimulatedClock
from sop_engine.engine.engine import Done, Engine, new_id
from sop_engine.engine.sites.settings import Settings
from sop_engine.store.sqlite import open_store
from sop_engine.ticket.records import Command
from tests.desk import START, Desk, Entropy
from tests.repair import REPAIR

PEOPLE = {"wang": ["desk"], "li": ["engineer"]}
STORY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("open", "wang", {"fault": "厨房水管漏水，业主下午在家", "urgency": "urgent"}),
    ("dispatch", "wang", {}),
    ("accept", "li", {}),
    ("price", "li", {"labour": "80.00", "parts": "20.50"}),
    ("done", "li", {}),
    ("confirm", "wang", {}),
)
"""trigger, actor, fields: the six steps of one ticket"""


@contextmanager
def folder(where: Path | None = None) -> Iterator[Path]:
    """A folder for one benchmark, gone afterwards: on the disk, or in the folder `where`."""
    made = Path(tempfile.mkdtemp(prefix="sop-benchmark-", dir=where))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def environment(compiled: Path) -> dict[str, str]:
    """What a measured process finds around it: nothing of ours, and compiled files kept in a folder, as they are after
    an installation."""
    around = {name: value for name, value in os.environ.items() if not name.startswith(("SOP_", "PYTHON"))}
    return {**around, "PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONPYCACHEPREFIX": str(compiled)}


def new_desk(where: Path | None) -> Desk:
    """A site with the procedure published: in the folder `where`, which is made, or in memory."""
    if where is not None:
        where.mkdir(exist_ok=True)
    desk = Desk(where or Path(), PEOPLE, None if where is not None else open_store(":memory:"))
    desk.publish(REPAIR)
    return desk


@contextmanager
def without_syncing(store: Any) -> Iterator[None]:
    """Let a store forget the disk while something is made that is not measured."""
    connection = store.take(writes=True)
    store.give_back(connection)
    connection.raw.execute("PRAGMA synchronous = OFF")
    try:
        yield
    finally:
        connection.raw.execute("PRAGMA synchronous = FULL")


def opening(number: int = 0) -> Command:
    """The command that opens a ticket."""
    _trigger, actor, fields = STORY[0]
    return Command(_id(number), "open", "", actor, "tester", {"procedure": "repair", "fields": fields})


def doing(ticket: str, place: int, number: int = 0) -> Command:
    """The command of the story's step `place`."""
    trigger, actor, fields = STORY[place]
    return Command(_id(number), "do", ticket, actor, "tester", {"trigger": trigger, "fields": fields})


def noting(ticket: str) -> Command:
    """A note on a ticket."""
    return Command(new_id(), "note", ticket, "wang", "tester", {"note": "业主下午在家"})


def engine_over(where: Path) -> Engine:
    """An engine over the site in a folder that `new_desk` made."""
    settings = Settings(where, "Test", "test", "Asia/Shanghai", demo=True)
    return Engine(open_store(where / "site.db"), SimulatedClock(START), settings, Entropy())


def _id(number: int) -> str:
    return f"{number:032x}" if number else new_id()


def tell_story(desk: Desk, steps: int = len(STORY)) -> list[Done]:
    """Do the first `steps` commands of the story with a new ticket."""
    done = [desk.engine.act(opening())]
    done += [desk.engine.act(doing(done[0].step.ticket, place)) for place in range(1, steps)]
    return done
