"""A test bench: a store in memory, a clock that stands still, people, and procedures given as YAML text.

desk = Desk(tmp_path)
desk.publish('''...''')
wx = desk.open("repair", by="wang", fault="漏水")
desk.do(wx, "dispatch", by="wang")
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sop_engine import canonical, normal_form
from sop_engine.audit.findings import Report
from sop_engine.audit.replay import replay_all, summed
from sop_engine.clock import SimulatedClock
from sop_engine.engine.engine import Done, Engine, new_id
from sop_engine.engine.sites.settings import Settings
from sop_engine.engine.timers import Sweep, tick
from sop_engine.language import compile_text
from sop_engine.store.programs import Programs
from sop_engine.store.seam import CALENDAR, Reads, Store, Version
from sop_engine.store.sqlite import open_store
from sop_engine.ticket.records import SITE, Command, Ticket
from sop_engine.worktime.calendars import to_json
from tests.worktime.shipped import calendar

START = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
"""Monday, 08:30 in Shanghai"""


class NoTemplates:
    """A site without templates."""

    def read(self, name: str) -> bytes | None:
        return None


class Entropy:
    """Salts that are the same in every run of a test."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self) -> bytes:
        self._count += 1
        return hashlib.sha256(str(self._count).encode()).digest()


def new_store(folder: Path) -> Store:
    """Where a desk keeps its tickets: a file in its folder. Tests that run over every store put another in place."""
    return open_store(folder / "site.db", create=True)


class Desk:
    """A site in a folder, with an administrator `boss` at the login `tester`, which is everybody's terminal."""

    def __init__(self, folder: Path, people: dict[str, list[Any]] | None = None, store: Any = None) -> None:
        self.clock = SimulatedClock(START)
        self.settings = Settings(folder, "Test", "test", "Asia/Shanghai", demo=True)
        self.store = store or new_store(folder)
        self.engine = Engine(self.store, self.clock, self.settings, Entropy())
        boss = {"actor": "boss", "name": "Boss", "roles": [["manager", None]], "rights": ["admin"]}
        self.engine.act(Command(new_id(), "begin", SITE, "boss", "tester", boss))
        for person, roles in (people or {}).items():
            wanted = [[role, None] if isinstance(role, str) else list(role) for role in roles]
            self.site("add_person", actor=person, name=person.title(), roles=wanted)
        self.site("login", login="tester", actor="boss", people=sorted(people or {}))

    def site(self, act: str, /, **arguments: Any) -> Done:
        """A command to the site, by its administrator."""
        return self.engine.act(Command(new_id(), act, SITE, "boss", "tester", arguments))

    def publish(self, text: str) -> str:
        """Publish a procedure; gives its id. Faults end the test, with their words."""
        compiled = compile_text(text.encode(), "test.sop.yaml", NoTemplates())
        assert compiled.procedure is not None, [str(each.title) for each in compiled.diagnostics]
        data = normal_form.to_bytes(compiled.procedure)
        places = canonical.to_bytes({"file": "test.sop.yaml", "places": compiled.places})
        with self.store.writing() as transaction:
            for blob in (data, text.encode(), places, *compiled.blobs.values()):
                transaction.put_blob(blob)
        self.site(
            "publish",
            procedure=compiled.procedure.id,
            digest=canonical.digest(data),
            text=canonical.digest(text.encode()),
            places=canonical.digest(places),
            schedules=[normal_form.to_json(each) for each in compiled.procedure.schedules],
        )
        return compiled.procedure.id

    def publish_calendar(self, name: str) -> None:
        """Put a calendar of the library into the store, without a step of the site."""
        data = canonical.to_bytes(to_json(calendar(name)))
        with self.store.writing() as transaction:
            digest = transaction.put_blob(data)
            transaction.put_version(Version(CALENDAR + name, 1, digest, digest, digest, "", "boss", ""))

    def command(self, name: str, ticket: str, by: str = "boss", /, **more: Any) -> Done:
        """Any command by a person."""
        known = {"typist", "heard", "standing_for", "at", "expect"}
        about = {key: more.pop(key) for key in list(more) if key in known}
        key, dry_run = more.pop("key", None), more.pop("dry_run", False)
        command = Command(new_id(), name, ticket, by, "tester", more, **about)
        return self.engine.act(command, key=key, dry_run=dry_run)

    def open(self, procedure_id: str, by: str = "boss", **fields: Any) -> str:
        """Open a ticket; gives its id."""
        return self.command("open", "", by, procedure=procedure_id, fields=fields).step.ticket

    def do(self, ticket: str, trigger: str, by: str = "boss", **fields: Any) -> Done:
        """Do a trigger, the fields given as keywords."""
        return self.command("do", ticket, by, trigger=trigger, fields=fields)

    def ticket(self, id: str) -> Ticket:
        """The ticket as its row has it."""
        with self.store.reading() as reading:
            found = reading.ticket(id)
        assert found is not None, id
        return found

    def state(self, id: str) -> list[str]:
        """The active leaves."""
        with self.store.reading() as reading:
            head = reading.head(id)
        assert head is not None, id
        return list(head.state)

    def events(self, id: str, kind: str) -> list[dict[str, Any]]:
        """All events of one kind, in order."""
        with self.store.reading() as reading:
            import json

            found = [json.loads(each.data) for each in reading.steps(id)]
        return [event for record in found for event in record["events"] if event["kind"] == kind]

    def records(self, id: str) -> list[dict[str, Any]]:
        """The steps' contents, in order."""
        with self.store.reading() as reading:
            import json

            return [json.loads(each.data) for each in reading.steps(id)]

    def advance(self, **by: float) -> Sweep:
        """Move the clock and sweep once, as after a pause of that length."""
        self.clock.advance(timedelta(**by))
        return tick(self.engine)

    def replay(self) -> Report:
        """Replay everything."""
        with self.reading() as reading:
            return summed(replay_all(reading, Programs(), self.settings.zone_info))

    @contextmanager
    def reading(self) -> Iterator[Reads]:
        with self.store.reading() as reading:
            yield reading


@contextmanager
def replayed(folder: Path, people: dict[str, list[Any]], *texts: str, calendar: str | None = None) -> Iterator[Desk]:
    """A desk with some procedures, for a test's length; whatever was done there must replay in the end."""
    desk = Desk(folder, people)
    if calendar is not None:
        desk.publish_calendar(calendar)
    for text in texts:
        desk.publish(text)
    yield desk
    # the calendar was put into the store without a step
    found = [each for each in desk.replay().mismatches if calendar is None or each.ticket != SITE]
    assert not found, found
