"""A day at a front desk whose disk is watched: what is done there, and what it is acknowledged with."""

import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from unittest import mock

from sop_engine.clock import SimulatedClock
from sop_engine.engine.engine import Engine
from sop_engine.engine.rebuild import rebuild
from sop_engine.engine.sites.settings import Settings
from sop_engine.store import backup, copying, drivers, sqlite, upgrade
from sop_engine.store.drivers import DriverName
from sop_engine.store.files import Files
from sop_engine.store.seam import Query
from sop_engine.store.sqlite import open_store
from tests.desk import START, Desk, Entropy

from .sqlite import Driver, Faults, Vfs
from .watch import Watch, watching_python

JOB: Final = """
procedure: job
title: {zh: 工单, en: Job}
prefix: GD
subject: "{{ fault }}"
roles: [desk]
fields:
  fault:  {type: text, title: {zh: 故障, en: Fault}}
  photos: {type: photo, many: true, title: {zh: 照片, en: Photos}}
notices:
  slow:
    title: {zh: 久未完成, en: Slow}
    subject: {zh: 久未完成, en: Slow}
    text: {zh: "{{ fault }}", en: "{{ fault }}"}
open: {by: desk, ask: fault, may_ask: photos, to: ready}
states:
  ready:
    transitions:
      begin: {by: desk, start: part, to: waiting}
  waiting:
    after: {1 h: {tell: {to: desk, notice: slow}}}
    always: [{when: "any(children('part'), child.status == 'closed')", to: finished}]
  finished: {final: true, outcome: finished}
"""
PART: Final = """
procedure: part
title: {zh: 分单, en: Part}
prefix: FD
subject: "分单"
roles: [desk]
fields:
  photos: {type: photo, many: true, title: {zh: 照片, en: Photos}}
open: {by: desk, to: doing}
states:
  doing:
    after: {5 h: {to: late}}
    transitions:
      finish: {by: desk, ask: photos, to: over}
  late:
    transitions:
      finish: {by: desk, ask: photos, to: over}
  over: {final: true, outcome: over}
"""


@dataclass(frozen=True, slots=True)
class Mode:
    """How SQLite is told to keep its promises; `driver` looks at what is left of them."""

    writes_ahead: bool
    driver: DriverName
    instead: tuple[tuple[str, str], ...] = ()


_WEAKER: Final = ("PRAGMA synchronous", "SELECT 2")
"""a driver that tells us what we want to hear"""
MODES: Final = {
    "wal, full": Mode(True, "pysqlite3"),
    "truncate, full": Mode(False, "sqlite3"),
}
CONTROLS: Final = {
    "wal, normal": Mode(True, "pysqlite3", (("PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"), _WEAKER)),
    "wal, off": Mode(True, "pysqlite3", (("PRAGMA synchronous = FULL", "PRAGMA synchronous = OFF"), _WEAKER)),
    "truncate, off": Mode(False, "sqlite3", (("PRAGMA synchronous = FULL", "PRAGMA synchronous = OFF"), _WEAKER)),
    "delete, full": Mode(
        False,
        "sqlite3",
        (
            ("PRAGMA journal_mode = truncate", "PRAGMA journal_mode = delete"),
            ("PRAGMA journal_mode", "SELECT 'truncate'"),
        ),
    ),
}


@contextmanager
def watched(folder: Path, mode: Mode, faults: Faults | None = None) -> Iterator[Watch]:
    """The folder's disk is watched as long as the block lasts; every store that is opened meanwhile lies on it."""
    faults = faults or Faults()
    watch = Watch(folder)
    files = Vfs(f"watched-{id(watch)}", watch, faults)
    driver = Driver(files.name, mode.writes_ahead, dict(mode.instead))
    with ExitStack() as patches:
        for module in (sqlite, backup, upgrade, drivers, copying):
            patches.enter_context(mock.patch.object(module, "driver_module", lambda name: driver))
        patches.enter_context(mock.patch.object(drivers, "BUSY_SECONDS", 0.02))  # nobody is there to wait for
        patches.enter_context(watching_python(watch, lambda call: faults.meet(f"os.{call}")))
        yield watch
    files.unregister()


class Day(Desk):
    """A desk that acknowledges what it has done, each time with all that must be there from now on."""

    def __init__(self, folder: Path, acknowledge: Callable[[str], None], seed: int, new: bool = True) -> None:
        """With `new` the site is made; else one that is there is gone on with, a year later."""
        self.acknowledge = acknowledge
        self.files = Files(folder / "files")
        self.folder = folder
        self.chance = random.Random(seed)
        self.count = 0
        self.gone = False
        """whether the last to leave has left, and nobody came"""
        self.last_key = ""
        """of the newest command, whether it came to anything or not"""
        if new:
            super().__init__(folder, {"wang": ["desk"]})
            self.publish(PART)
            self.publish(JOB)
            self.say()
        else:
            self.clock = SimulatedClock(START + timedelta(days=365))
            self.settings = Settings(folder, "Test", "test", "Asia/Shanghai", demo=True)
            self.open_again()

    def open_again(self) -> None:
        """Open the store, as another process would."""
        self.store = open_store(self.folder / "site.db")
        self.gone = False
        self.engine = Engine(self.store, self.clock, self.settings, Entropy())

    def go_on(self, times: int) -> None:
        """Do so many things, by chance."""
        for _ in range(times):
            self.some_thing()()

    def some_thing(self) -> Callable[[], None]:
        """What is done next."""
        things = [self.begin_job] * 3 + [self.start_part] * 3 + [self.finish_part] * 3 + [self.wait] * 2
        return self.chance.choice([*things, self.hire, self.leave, self.revise, self.make_anew])

    def say(self, key: str = "", photos: Sequence[dict[str, Any]] = ()) -> None:
        """Acknowledge what was done, and with it all there is."""
        with self.store.reading() as reading:
            steps = [[head.id, head.number, head.hash] for head in reading.heads(Query())]
        self.acknowledge(json.dumps({"steps": steps, "key": key, "photos": list(photos)}))

    def photo(self) -> dict[str, Any]:
        """A photo that is kept."""
        content = self.chance.randbytes(self.chance.choice((10, 600, 9000)))
        return self.files.put(io.BytesIO(b"\xff\xd8\xff" + content), "a.jpg")

    def key(self) -> str:
        """A new idempotency key."""
        self.count += 1
        self.last_key = f"{self.chance.randrange(2**32)}-{self.count}"
        return self.last_key

    def with_state(self, state: str) -> str | None:
        """The id of some open ticket in that state."""
        with self.store.reading() as reading:
            ids = [head.id for head in reading.heads(Query(status="open")) if state in head.state]
        return self.chance.choice(ids) if ids else None

    def begin_job(self) -> None:
        """Open a job, perhaps with a photo."""
        key, photos = self.key(), [self.photo()] if self.chance.random() < 0.5 else []
        fields = {"fault": "漏水" * self.chance.choice((1, 1, 500))} | ({"photos": photos} if photos else {})
        self.command("open", "", "wang", procedure="job", fields=fields, key=key)
        self.say(key, photos)

    def start_part(self) -> None:
        """A step that opens a child."""
        if id := self.with_state("ready"):
            key = self.key()
            self.command("do", id, "wang", trigger="begin", fields={}, key=key)
            self.say(key)

    def finish_part(self) -> None:
        """A step of a child, with photos, that closes its parent."""
        if id := self.with_state("doing") or self.with_state("late"):
            key, photos = self.key(), [self.photo(), self.photo()]
            self.command("do", id, "wang", trigger="finish", fields={"photos": photos}, key=key)
            self.say(key, photos)

    def wait(self) -> None:
        """Time passes, and a sweep."""
        self.advance(hours=3)
        self.say()

    def hire(self) -> None:
        """A command to the site."""
        self.site("add_person", actor=f"p{self.chance.randrange(2**32)}", name="New", roles=[["desk", None]])
        self.say()

    def revise(self) -> None:
        """A new version, and beside it what fills a part of SQLite's log, so that it is put away now and then."""
        with self.store.writing() as writes:
            writes.put_blob(self.chance.randbytes(self.chance.choice((10, 400_000))))
        self.publish(JOB.replace("en: Job", f"en: Job {self.chance.randrange(2**32)}"))
        self.say()

    def make_anew(self) -> None:
        """All rows made anew from the record."""
        rebuild(self.engine)
        self.say()

    def leave(self) -> None:
        """The last to leave puts away the log; then another comes."""
        self.store.close()
        self.gone = True
        self.open_again()
